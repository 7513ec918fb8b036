"""/office/catalogue: what is sold, extension by extension, and what staff edit of it: prices, on sale or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import price_preview
from ordain.core.catalogue_diff import ACTIONS
from ordain.core.edit import PriceChange, SaleChange, concerning
from ordain.core.money import Money, parse_amount
from ordain.core.refusal import Refused, not_found
from ordain.flows import market_edits
from ordain.web import office_reading as reading
from ordain.web.office_edits import ACTION_LABELS, history, made
from ordain.web.page import Page

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.responses import Response

    from ordain.core.catalogue import Extension
    from ordain.core.price_preview import Preview
    from ordain.web.page import Visit

LIST = "/office/catalogue"
EXTENSION = f"{LIST}/{{name}}"
SHOWN = 100
"""Extensions on a page of the list."""
LATEST = 50
"""Edits on the page of an extension."""

STATES = {"any": "All", "on": "On sale", "off": "Not on sale"}
TIMES = {"past": "past", "now": "now", "to come": "to come"}
NO_AMOUNT = "Write an amount such as 6.99"
ONE_PRICE = "Give either the price or the purchase price"
SENTENCES = (
    *STATES.values(),
    *TIMES.values(),
    NO_AMOUNT,
    ONE_PRICE,
)
PRICE_FIELDS = ("what", "price", "purchase", "begins", "ends", "reason")
SALE_FIELDS = ("on", "why", "begins", "ends", "reason")


async def _list(visit: Visit) -> Response:
    text, state = visit.query.get("text", "")[:63], visit.query.get("state", "any")
    found = price_preview.listed(visit.engine.market.catalogue, text, state, visit.now)
    after = visit.query.get("after", "")
    rest = [extension for extension in found if extension.name > after]
    return visit.show(
        "office_catalogue.html",
        text=text,
        state=state,
        states=[(code, visit.language.say(label)) for code, label in STATES.items()],
        count=len(found),
        rows=[(each, each.closed(visit.now), *_now(visit, each)) for each in rest[:SHOWN]],
        more=rest[SHOWN - 1].name if len(rest) > SHOWN else None,
    )


def _now(visit: Visit, extension: Extension) -> tuple[str, str]:
    """The first year and the renewal in euros, as they are now; nothing where there is no price."""
    try:
        prices = extension.prices["EUR"].at(visit.now)
    except LookupError:
        return "", ""
    first, again = (visit.texts.amount(Money(each, "EUR")) for each in (prices.create, prices.renew))
    return first, again


def extension_of(visit: Visit) -> Extension:
    """The extension of the path. Raises Refused where there is none."""
    found = visit.engine.market.catalogue.find(visit.path["name"])
    if found is None:
        message = f"There is no extension {visit.path['name']}"
        raise not_found(message)
    return found


async def _extension(visit: Visit) -> Response:
    return _shown(visit, visit.query.get("currency", "EUR"))


def _shown(visit: Visit, currency: str, **values: object) -> Response:
    """The page of an extension, with the form of a price as it was tried or refused."""
    extension, edits = extension_of(visit), visit.engine.shelf.edits
    currencies = sorted({each.currency for each in visit.engine.market.catalogue.subsidiaries.values()})
    currency = currency if currency in currencies else "EUR"
    mine = concerning(edits, f"extension {extension.name}")
    known: dict[str, object] = {"problems": {}, "previews": [], "given": {}, "status": 200} | values
    return visit.show(
        "office_extension.html",
        extension=extension,
        closed=extension.closed(visit.now),
        phase=extension.phase(visit.now),
        currency=currency,
        currencies=[(code, code) for code in currencies],
        lists=_lists(visit, extension, currency),
        actions=[(code, visit.language.say(label)) for code, label in ACTION_LABELS.items()],
        seen=visit.engine.shelf.version,
        history=history(visit, mine, LATEST),
        **known,  # type: ignore[arg-type]  # `status` is a number
    )


def _lists(visit: Visit, extension: Extension, currency: str) -> list[tuple[str, list[tuple[object, str]]]]:
    """Each action's prices as time goes by, in words."""
    found: dict[str, list[tuple[object, str]]] = {}
    for stretch in price_preview.timeline(extension, currency, visit.engine.shelf.edits, visit.now):
        price = "—" if stretch.price is None else visit.texts.amount(Money(stretch.price, currency))
        found.setdefault(stretch.action, []).append((stretch, price))
    return [(visit.language.say(ACTION_LABELS[action]), of) for action, of in found.items()]


async def _price(visit: Visit) -> Response:
    """A price is tried, or edited: by what customers pay, or by what it costs to buy."""
    extension, currency = extension_of(visit), visit.form.get("currency", "EUR")
    terms, problems = reading.terms(visit)
    asked = PriceChange(extension.name, currency, "create", None)
    change = _asked(visit, asked, terms.begins or visit.now, problems)
    previews: list[Preview] = []
    if not problems and change:
        try:
            wish = terms.wish(visit, change)
            if visit.form.get("do") != "preview":
                await market_edits.make(visit.engine, wish, visit.now)
                return visit.go(f"{LIST}/{extension.name}?currency={currency}")
            edit = await market_edits.judged(visit.engine, wish, visit.now)
            previews = price_preview.previews(visit.engine.shelf.files, visit.engine.shelf.edits, edit)
        except Refused as refused:
            problems = reading.problems_of(visit, refused, PRICE_FIELDS)
    if visit.fragment and visit.form.get("do") == "preview":
        return visit.show("office_preview.html", previews=previews, problems=problems)
    return _shown(
        visit,
        currency,
        problems=problems,
        previews=previews,
        given=reading.kept(visit.form, PRICE_FIELDS),
        status=400 if problems else 200,
    )


def _asked(visit: Visit, of: PriceChange, at: datetime, problems: dict[str, str]) -> PriceChange | None:
    """The price a form asks for, from an instant on; problems are noted by field."""
    action = visit.form.get("what", "")
    if action not in ACTIONS:
        problems["what"] = visit.language.say("Choose one of these")
        return None
    change: PriceChange = structs.replace(of, action=action)
    texts = {field: visit.form.get(field, "").strip().replace(",", ".") for field in ("price", "purchase")}
    given = {field: text for field, text in texts.items() if text}
    if len(given) != 1:
        problems["price"] = visit.language.say(ONE_PRICE)
        return None
    [(field, text)] = given.items()
    try:
        amount = parse_amount(text)
    except ValueError:
        problems[field] = visit.language.say(NO_AMOUNT)
        return None
    if field == "price":
        return structs.replace(change, price=amount)
    found = price_preview.from_purchase(visit.engine.market, change, amount, at)
    if isinstance(found, str):
        problems[field] = found
        return None
    return structs.replace(change, price=found)


async def _sale_form(visit: Visit) -> Response:
    return _shown_sale(visit, {}, {})


def _shown_sale(visit: Visit, problems: dict[str, str], given: dict[str, str]) -> Response:
    extension = extension_of(visit)
    return visit.show(
        "office_sale.html",
        status=400 if problems else 200,
        extension=extension,
        closed=extension.closed(visit.now),
        problems=problems,
        given=given,
        seen=visit.engine.shelf.version,
    )


async def _sale(visit: Visit) -> Response:
    extension, (terms, problems) = extension_of(visit), reading.terms(visit)
    change = SaleChange(extension.name, visit.form.get("on") == "yes", visit.form.get("why", "").strip())
    found = problems or await made(visit, terms.wish(visit, change), SALE_FIELDS)
    if not found:
        return visit.go(f"{LIST}/{extension.name}")
    return _shown_sale(visit, found, reading.kept(visit.form, SALE_FIELDS))


PAGES = (
    Page(method="GET", path=LIST, do=_list, right="catalogue"),
    Page(method="GET", path=EXTENSION, do=_extension, right="catalogue"),
    Page(method="POST", path=f"{EXTENSION}/price", do=_price, right="catalogue"),
    Page(method="GET", path=f"{EXTENSION}/sale", do=_sale_form, right="catalogue"),
    Page(method="POST", path=f"{EXTENSION}/sale", do=_sale, right="catalogue"),
)
