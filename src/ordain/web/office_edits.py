"""/office/edits: what was edited of what is sold, by whom and why; what has not begun is withdrawn here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.edit import (
    BrandChange,
    MarginChange,
    PriceChange,
    PromotionChange,
    SaleChange,
    Withdrawal,
    concerning,
)
from ordain.core.money import Money
from ordain.core.refusal import Refused, not_found
from ordain.core.staff import may
from ordain.flows import market_edits, staff
from ordain.web import office_reading as reading
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from ordain.core.edit import Change, Edit, Wish
    from ordain.core.staff import Right
    from ordain.web.page import Visit

LIST = "/office/edits"
LATEST = 200
"""Edits on the page."""

ACTION_LABELS = {"create": "First year", "renew": "Renewal", "transfer": "Transfer", "restore": "Restoration",
                 "trade": "Owner change"}  # fmt: skip
ON, OFF = "on sale", "not on sale"
GONE = "taken away"
SENTENCES = (*ACTION_LABELS.values(), ON, OFF, GONE)
PLACES = {"promotion": "/office/promotions", "margin": "/office/margins", "brand": "/office/brand"}
"""Where things are edited that are no extension's."""


async def _list(visit: Visit) -> Response:
    about, edits = visit.query.get("about", "")[:255], visit.engine.shelf.edits
    mine = concerning(edits, about) if about else edits
    return visit.show("office_edits.html", about=about, history=history(visit, mine, LATEST),
                      seen=visit.engine.shelf.version)  # fmt: skip


def history(visit: Visit, edits: Sequence[Edit], most: int) -> list[tuple[Edit, bool, tuple[str, str, str]]]:
    """The newest edits, each with whether it can still be withdrawn, and in words."""
    return [(edit, open_yet, told(visit, edit)) for edit, open_yet in reading.history(edits, visit.now)[:most]]


def told(visit: Visit, edit: Edit) -> tuple[str, str, str]:
    """What an edit is about, what held before, and what it makes of it, in words."""
    before = _value(visit, edit.before) if edit.before else "—"
    return _subject(visit, edit.change), before, _value(visit, edit.change)


def _subject(visit: Visit, change: Change) -> str:
    match change:
        case PriceChange(_, currency, action):
            return f"{visit.language.say(ACTION_LABELS[action])} ({currency})"
        case SaleChange():
            return visit.language.say("Sale")
        case PromotionChange(name):
            return visit.language.say("Promotion %(name)s", name=name)
        case MarginChange(name):
            return visit.language.say("Margin %(name)s", name=name)
        case BrandChange():
            return visit.language.say("Brand")
        case Withdrawal(number):
            return visit.language.say("Edit %(number)d is withdrawn", number=number)


def _value(visit: Visit, change: Change) -> str:
    found = "—"
    match change:
        case PriceChange(_, currency, _, price) if price is not None:
            found = visit.texts.amount(Money(price, currency))
        case SaleChange(_, on, why):
            state = visit.language.say(ON if on else OFF)
            found = f"{state}: {why}" if why else state
        case PromotionChange(_, None) | MarginChange(_, None):
            found = visit.language.say(GONE)
        case PromotionChange(_, promotion) if promotion:
            found = promotion.title
        case MarginChange(_, margin) if margin:
            found = f"{margin.percent} % + {margin.amount}"
        case BrandChange(brand):
            found = brand.name
    return found


async def made(visit: Visit, wish: Wish, fields: Sequence[str]) -> dict[str, str]:
    """Make an edit; why not, by the form's fields."""
    try:
        await market_edits.make(visit.engine, wish, visit.now)
    except Refused as refused:
        return reading.problems_of(visit, refused, fields)
    return {}


async def _withdraw(visit: Visit) -> Response:
    """Withdraw an edit, and be back where such a thing is edited."""
    edit = next((each for each in visit.engine.shelf.edits if each.number == visit.path["number"]), None)
    if edit is None:
        message = f"There is no edit {visit.path['number']}"
        raise not_found(message)
    needed: Right = "brand" if isinstance(edit.change, BrandChange) else "catalogue"
    if not may(visit.session.role, needed):
        raise staff.refused(needed)
    terms, _ = reading.terms(visit)
    await market_edits.make(visit.engine, terms.wish(visit, Withdrawal(edit.number)), visit.now)
    kind, _, name = edit.about.partition(" ")
    return visit.go(PLACES.get(kind, f"/office/catalogue/{name}"))


PAGES = (
    Page(method="GET", path=LIST, do=_list, right="catalogue"),
    Page(method="POST", path=f"{LIST}/{{number:number}}/withdraw", do=_withdraw, right="catalogue"),
)
