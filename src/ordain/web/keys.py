"""/createApp/ and /createToken/: keys for programs of one's own; /keys: what may act for the account, and its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from ordain.core.account import acting
from ordain.core.credential import EVERYTHING, Grant, state
from ordain.core.money import decimal_text
from ordain.core.refusal import Refused
from ordain.flows import applications, credentials, spending
from ordain.flows.applications import LONGEST_DESCRIPTION, LONGEST_NAME, Keys, Named
from ordain.flows.carts import subsidiary_of
from ordain.web import paging, rights
from ordain.web import refused as told
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.web.page import Visit

BAD_NAME = "Give the program a name of one line"
BAD_DESCRIPTION = "Describe the program in one line, or not at all"
LIMIT = "/keys/{id:number}/limit"
LIMITS = ("perDay", "perMonth")
AT_ONCE = 20
TONES = {"Works": "good", "Its time is over": "quiet"}
STATES = {"validated": "Works", "expired": "Its time is over"}

_LIMITS: dict[str, Any] = {"longest_name": LONGEST_NAME, "longest_description": LONGEST_DESCRIPTION}
_SAID = {"name": BAD_NAME, "description": BAD_DESCRIPTION}


def _named(form: Mapping[str, str]) -> tuple[Named, dict[str, str]]:
    named = Named(form.get("name", "").strip(), form.get("description", "").strip())
    return named, {one.field: _SAID[one.field] for one in applications.name_refusals(named) if one.field}


# An application


async def _app_form(visit: Visit) -> Response:
    return visit.show("create_app.html", given={"name": "", "description": ""}, problems={}, **_LIMITS)


async def _create_app(visit: Visit) -> Response:
    named, problems = _named(visit.form)
    if problems:
        said = rights.said(problems, visit.language)
        return visit.show("create_app.html", status=400, given=named, problems=said, **_LIMITS)
    nic = visit.session.account.nichandle
    return _shown(visit, await applications.create(visit.engine, nic, named, visit.now, None))


def _shown(visit: Visit, keys: Keys) -> Response:
    """The only page that ever shows them."""
    return visit.show("keys_made.html", keys=keys, address=visit.engine.public_url)


# An application and a consumer key of one's own


async def _token_form(visit: Visit) -> Response:
    rules = rights.asked_for(parse_qsl(urlsplit(visit.target).query)) or EVERYTHING
    form = {"name": "", "description": "", "rules": rights.write_rules(rules), "validity": rights.USUAL, "ips": ""}
    return _ask_again(visit, form, {})


def _ask_again(visit: Visit, form: Mapping[str, str], problems: Mapping[str, str]) -> Response:
    names = ("name", "description", "rules", "validity", "ips")
    return visit.show(
        "create_token.html",
        status=400 if problems else 200,
        given={name: form.get(name, "") for name in names},
        problems=rights.said(problems, visit.language),
        validities=rights.validities(visit.language),
        **_LIMITS,
    )


async def _create_token(visit: Visit) -> Response:
    named, problems = _named(visit.form)
    rules = rights.read_rules(visit.form.get("rules", ""))
    if rules is None:
        problems["rules"] = rights.BAD_RULES
    terms, more = rights.read_terms(visit.form, visit.now)
    if rules is None or problems or more:
        return _ask_again(visit, visit.form, problems | more)
    nic = visit.session.account.nichandle
    return _shown(visit, await applications.create(visit.engine, nic, named, visit.now, Grant(rules, terms)))


# What acts for the account


async def _list(visit: Visit) -> Response:
    held = await credentials.of_account(visit.engine, visit.session.account.nichandle)
    states = [STATES[state(one.credential.status, one.credential.expires, visit.now)] for one in held]
    cut = paging.cut(visit, list(zip(held, states, strict=True)), {}, AT_ONCE)
    rows = [(one, rights.in_words(one.credential.rules), at) for one, at in cut.rows]
    held_to = await spending.of_account(visit.engine, visit.session.account.nichandle)
    return visit.show("keys.html", rows=rows, cut=cut, limits=held_to, tones=TONES)


async def _withdraw(visit: Visit) -> Response:
    number = re.fullmatch(r"[0-9]{1,15}", visit.form.get("credential", ""))
    await credentials.withdraw(visit.engine, visit.session.account.nichandle, int(number[0]) if number else 0)
    return visit.go("/keys")


# What a key may spend


async def _limit_form(visit: Visit) -> Response:
    return await _ask_limit(visit, {}, None)


async def _ask_limit(
    visit: Visit, problems: Mapping[str, str], given: Mapping[str, str] | None, status: int = 200
) -> Response:
    nic, number = visit.session.account.nichandle, visit.path["id"]
    held = await credentials.read(visit.engine, nic, number)
    found = (await spending.of_account(visit.engine, nic)).get(number)
    amounts = (found.limit.per_day, found.limit.per_month) if found else (None, None)
    now = {name: decimal_text(amount) if amount else "" for name, amount in zip(LIMITS, amounts, strict=True)}
    return visit.show(
        "key_limit.html",
        status=status,
        held=held,
        found=found,
        currency=_currency(visit),
        given={**now, **(given or {})},
        problems=problems,
    )


def _currency(visit: Visit) -> str:
    return subsidiary_of(visit.engine, visit.session.account.ovhSubsidiary).currency


async def _limit(visit: Visit) -> Response:
    """Amounts; both empty, and it is limited no more."""
    caller, form = acting(visit.session.account, visit.now), visit.form
    day, month = (form.get(name, "").strip().replace(",", ".")[:20] for name in LIMITS)
    try:
        if not day and not month:
            await spending.lift(visit.engine, caller, visit.path["id"])
            return visit.go("/keys")
        wanted = spending.read_limit(_currency(visit), day, month)
        await spending.limit(visit.engine, caller, visit.path["id"], wanted)
    except Refused as refused:
        problems = told.problems(visit, refused, {name: name for name in LIMITS}, LIMITS[0])
        return await _ask_limit(visit, problems, form, told.status(refused))
    return visit.go("/keys")


PAGES = (
    Page(method="GET", path="/createApp/", do=_app_form, signed_in=True),
    Page(method="POST", path="/createApp/", do=_create_app, signed_in=True),
    Page(method="GET", path="/createToken/", do=_token_form, signed_in=True),
    Page(method="POST", path="/createToken/", do=_create_token, signed_in=True),
    Page(method="GET", path="/keys", do=_list, signed_in=True),
    Page(method="POST", path="/keys", do=_withdraw, signed_in=True),
    Page(method="GET", path=LIMIT, do=_limit_form, signed_in=True),
    Page(method="POST", path=LIMIT, do=_limit, signed_in=True),
)
