"""What a browser is remembered by before anybody signs in: language, country and cart; /place changes the first two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from babel import Locale
from msgspec import Struct

from ordain.web.page import Page, prefixed
from ordain.web.session import local

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.web.page import Visit

PLACE, CART = "place", "cart"
"""The names of the cookies: "fr.CA", and "UUID.3" for a cart with three items."""
A_YEAR = 365 * 24 * 3600

_CART = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9]{1,4})")


class Held(Struct, frozen=True):
    """The cart of a browser, and how many items it had when a page showed it last."""

    cart_id: str
    count: int


def language(visit: Visit) -> str:
    """The language that was chosen on this browser, "" if none was."""
    code = visit.cookie(PLACE).partition(".")[0]
    return code if code in visit.engine.languages.by_code else ""


def subsidiary(visit: Visit) -> str:
    """Whose prices are shown: the account's, else that which was chosen, else that of the browser's country."""
    if visit.maybe_session:
        return visit.maybe_session.account.ovhSubsidiary
    sold_by = visit.engine.market.catalogue.subsidiaries
    chosen = visit.cookie(PLACE).partition(".")[2]
    if chosen in sold_by:
        return chosen
    for code, country in re.findall(r"\b([a-z]{2})-([A-Z]{2})\b", visit.accepted[:200]):
        there = {one.locale: name for name, one in sold_by.items() if one.country == country}
        if there:
            return there.get(f"{code}_{country}") or next(iter(there.values()))
    return visit.engine.market.catalogue.usual


def languages(visit: Visit) -> list[tuple[str, str]]:
    """Each language there is, by its own name."""
    codes = sorted(visit.engine.languages.by_code)
    return [(code, (Locale.parse(code).get_language_name(code) or code).capitalize()) for code in codes]


def countries(visit: Visit) -> list[tuple[str, str]]:
    """Each subsidiary by its country's name, with its currency."""
    names = Locale.parse(visit.language.code).territories
    sold_by = visit.engine.market.catalogue.subsidiaries.items()
    named = [(code, f"{names.get(one.country, one.country)} ({one.currency})") for code, one in sold_by]
    return sorted(named, key=lambda each: each[1])


def cart(visit: Visit) -> Held | None:
    """The cart of this browser, if it has one. Whether there is such a cart still, only the database knows."""
    found = _CART.fullmatch(visit.cookie(CART))
    return Held(found[1], int(found[2])) if found else None


def keep_cart(visit: Visit, answer: Response, held: Held | None) -> None:
    """Remember a cart and the number of its items; None forgets it."""
    _keep(visit, answer, CART, f"{held.cart_id}.{held.count}" if held else "", None if held else 0)


def _keep(visit: Visit, answer: Response, name: str, text: str, seconds: int | None) -> None:
    answer.set_cookie(
        prefixed(visit.engine, name),
        text,
        max_age=seconds,
        path="/",
        secure=visit.engine.public_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )


async def _choose(visit: Visit) -> Response:
    answer = visit.go(local(visit.form.get("then")))
    code, wanted = visit.form.get("language", ""), visit.form.get("subsidiary", "")
    if code in visit.engine.languages.by_code and (not wanted or wanted in visit.engine.market.catalogue.subsidiaries):
        _keep(visit, answer, PLACE, f"{code}.{wanted}", A_YEAR)
    return answer


PAGES = (Page(method="POST", path="/place", do=_choose),)
