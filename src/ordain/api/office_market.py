"""/ordain/v1/office: what is sold, as staff look at it. The contract knows nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ordain.api import wire, words
from ordain.api.office_gate import OFFICE, for_brand, for_seller
from ordain.api.routing import Call, Route
from ordain.core import price_preview, rule_words
from ordain.core.brand import Brand
from ordain.core.edit import Edit, Withdrawal, concerning
from ordain.core.margins import Margin
from ordain.core.money import Money, decimal_text
from ordain.core.promotions import Promotion
from ordain.core.refusal import invalid, not_found
from ordain.flows import market_rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.catalogue import Extension
    from ordain.core.price_preview import Stretch

EXTENSION = f"{OFFICE}/extension/{{name}}"
MOST_TOLD = 200
"""Edits in one answer."""

Short = Annotated[str, Meta(max_length=255)]


class Filters(Struct, frozen=True):
    """Which extensions: with a text in their names, on sale or not."""

    text: words.Text = ""
    state: Literal["on", "off", "any"] = "any"


class InCurrency(Struct, frozen=True):
    """Prices in which currency."""

    currency: Short = "EUR"


class About(Struct, frozen=True):
    """Edits about what ("extension com", "promotion spring", "brand"), made before which one."""

    about: words.Text = ""
    before: Annotated[int, Meta(ge=0, le=2**53)] | None = None


class Listed(Struct, frozen=True):
    """An extension in a list. `closed` is why it is not on sale."""

    name: str
    registry: str
    closed: str | None
    phase: str | None
    create: str | None
    renew: str | None
    currency: str


class PriceHeld(Struct, frozen=True):
    """A price for as long as it holds, and the edit it is from; null: the catalogue's files."""

    action: str
    begins: words.Instant | None
    ends: words.Instant | None
    price: str | None
    state: Literal["past", "now", "to come"]
    edit: int | None


class EditTold(Struct, frozen=True):
    """An edit: who made it, when, from which instant on, what it changes, and what held before."""

    id: int
    about: str
    at: words.Instant
    begins: words.Instant
    by: str
    change: dict[str, Any]
    before: dict[str, Any] | None
    counts: bool
    ends: words.Instant | None
    reason: str


class Sold(Struct, frozen=True):
    """An extension as it is sold, and what was edited. `seen` goes with the next edit of it."""

    name: str
    registry: str
    closed: str | None
    phase: str | None
    currency: str
    currencies: list[str]
    prices: list[PriceHeld]
    edits: list[EditTold]
    seen: int


class Facts(Struct, frozen=True):
    """Values a rule is asked about, by its labels: of a contact an object of its members."""

    facts: dict[str, Any]
    contexts: list[words.Text] = []


class Asked(Struct, frozen=True):
    """What a rule asks of one value, in words."""

    place: str
    type: str
    demanded: bool
    told: list[str]


class Broken(Struct, frozen=True):
    """What does not respect a rule."""

    place: str
    operator: str
    expected: list[str]
    message: str


def edit_told(edit: Edit, edits: Sequence[Edit]) -> EditTold:
    """An edit as it is told; it counts unless another withdrew it."""
    gone = any(isinstance(each.change, Withdrawal) and each.change.number == edit.number for each in edits)
    return EditTold(
        id=edit.number,
        about=edit.about,
        at=wire.instant(edit.at),
        begins=wire.instant(edit.begins),
        by=edit.by,
        change=msgspec.to_builtins(edit.change),
        before=None if edit.before is None else msgspec.to_builtins(edit.before),
        counts=not gone,
        ends=wire.maybe_instant(edit.ends),
        reason=edit.reason,
    )


def _extension(call: Call) -> Extension:
    found = call.engine.market.catalogue.find(call.path["name"])
    if found is None:
        message = f"There is no extension {call.path['name']}"
        raise not_found(message, "name")
    return found


def _amount(ucents: int | None, currency: str) -> str | None:
    return None if ucents is None else decimal_text(Money(ucents, currency))


async def _list(call: Call) -> list[Listed]:
    wanted, catalogue = call.query, call.engine.market.catalogue
    found = price_preview.listed(catalogue, wanted.text, wanted.state, call.now)
    return [_listed(extension, call.now) for extension in found]


def _listed(extension: Extension, now: datetime) -> Listed:
    try:
        prices = extension.prices["EUR"].at(now)
    except LookupError:
        prices = None
    return Listed(
        name=extension.name,
        registry=extension.registry,
        closed=extension.closed(now),
        phase=extension.phase(now),
        create=_amount(prices.create, "EUR") if prices else None,
        renew=_amount(prices.renew, "EUR") if prices else None,
        currency="EUR",
    )


async def _read(call: Call) -> Sold:
    extension, currency, edits = _extension(call), call.query.currency, call.engine.shelf.edits
    currencies = sorted({each.currency for each in call.engine.market.catalogue.subsidiaries.values()})
    if currency not in currencies:
        message = f"currency: nobody pays in {currency!r} here"
        raise invalid(message, "currency")
    held = price_preview.timeline(extension, currency, edits, call.now)
    mine = concerning(edits, f"extension {extension.name}")
    return Sold(
        name=extension.name,
        registry=extension.registry,
        closed=extension.closed(call.now),
        phase=extension.phase(call.now),
        currency=currency,
        currencies=currencies,
        prices=[_held(each, currency) for each in held],
        edits=[edit_told(edit, edits) for edit in reversed(mine[-MOST_TOLD:])],
        seen=call.engine.shelf.version,
    )


def _held(stretch: Stretch, currency: str) -> PriceHeld:
    return PriceHeld(
        action=stretch.action,
        begins=wire.maybe_instant(stretch.begins),
        ends=wire.maybe_instant(stretch.ends),
        price=_amount(stretch.price, currency),
        state=stretch.state,
        edit=stretch.edit.number if stretch.edit else None,
    )


async def _edits(call: Call) -> list[EditTold]:
    edits = call.engine.shelf.edits
    wanted = concerning(edits, call.query.about) if call.query.about else list(edits)
    before = call.query.before
    found = [edit for edit in wanted if before is None or edit.number < before][-MOST_TOLD:]
    return [edit_told(edit, edits) for edit in reversed(found)]


async def _edit(call: Call) -> EditTold:
    edits, number = call.engine.shelf.edits, call.path["id"]
    found = next((edit for edit in edits if edit.number == number), None)
    if found is None:
        message = f"There is no edit {number}"
        raise not_found(message, "id")
    return edit_told(found, edits)


async def _promotions(call: Call) -> list[Promotion]:
    return [one for one in call.engine.market.promotions if not one.over(call.now)]


async def _margins(call: Call) -> list[Margin]:
    return list(call.engine.market.margins.at(call.now))


async def _brand_now(call: Call) -> Brand:
    return call.engine.market.brand.at(call.now)


async def _rule(call: Call) -> list[Asked]:
    extension = _extension(call)
    rule = market_rules.rule(extension, call.path["action"])
    language = call.engine.languages.of(call.caller.account.language)
    return [
        Asked(each.place, each.kind, each.demanded, list(each.told))
        for each in rule_words.asked(rule, extension.numbers, language)
    ]


async def _try(call: Call) -> list[Broken]:
    tried = market_rules.Tried(call.path["action"], call.body.facts, tuple(call.body.contexts))
    language = call.engine.languages.of(call.caller.account.language)
    return [
        Broken(each.place, each.operator, list(each.expected), language.tell(each.sentence))
        for each in market_rules.violations(_extension(call), tried)
    ]


ROUTES = (
    Route(method="GET", path=f"{OFFICE}/extension", do=for_seller(_list), told="Extensions, on sale or not",
          query=Filters, answer=list[Listed]),
    Route(method="GET", path=EXTENSION, do=for_seller(_read),
          told="What an extension costs as time goes by, and who edited it", query=InCurrency, answer=Sold),
    Route(method="GET", path=f"{EXTENSION}/rule/{{action}}", do=for_seller(_rule), told="An extension's rule in words",
          answer=list[Asked]),
    Route(method="POST", path=f"{EXTENSION}/rule/{{action}}/try", do=for_seller(_try), body=Facts, answer=list[Broken],
          told="What an extension's rule says to these values", replayable=False),
    Route(method="GET", path=f"{OFFICE}/edit", do=for_seller(_edits), told="What was edited, the newest first",
          query=About, answer=list[EditTold]),
    Route(method="GET", path=f"{OFFICE}/edit/{{id}}", do=for_seller(_edit), told="Read an edit", answer=EditTold),
    Route(method="GET", path=f"{OFFICE}/promotion", do=for_seller(_promotions),
          told="Promotions that run or are to come", answer=list[Promotion]),
    Route(method="GET", path=f"{OFFICE}/margin", do=for_seller(_margins), told="The margins in force",
          answer=list[Margin]),
    Route(method="GET", path=f"{OFFICE}/brand", do=for_brand(_brand_now), told="What the shop looks like",
          answer=Brand),
)  # fmt: skip
