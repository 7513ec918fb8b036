"""/ordain/v1/office: what is sold, as staff look at it and edit it. The contract knows nothing of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core import price_preview, rule_words
from ordain.core.brand import Brand
from ordain.core.edit import (
    BrandChange,
    Edit,
    MarginChange,
    PriceChange,
    Priced,
    PromotionChange,
    SaleChange,
    Wish,
    Withdrawal,
    concerning,
)
from ordain.core.margins import Margin
from ordain.core.money import Money, decimal_text, parse_amount
from ordain.core.promotions import Promotion
from ordain.core.refusal import invalid, not_found
from ordain.flows import market_edits, market_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.catalogue import Extension
    from ordain.core.edit import Change
    from ordain.core.price_preview import Preview, Stretch

OFFICE = "/ordain/v1/office"
EXTENSION = f"{OFFICE}/extension/{{name}}"
MOST_TOLD = 200
"""Edits in one answer."""

Amount = Annotated[str, words.worded(r"^-?\d{1,15}(\.\d{1,8})?$", "Expected an amount such as 6.99")]
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


class Told(Struct, frozen=True):
    """What a price means for the customers of a subsidiary, and for us; net but for `tax` and `gross`."""

    subsidiary: str
    before: str | None
    price: str
    promotion: str | None
    discount: str
    net: str
    tax: str
    gross: str
    cost: str | None
    earned: str | None
    belowCost: bool


class Made(Struct, frozen=True):
    """An edit as it was made, or with `dryRun` would be; of a price with what it means."""

    edit: EditTold
    previews: list[Told]


class Terms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every edit says: why, from when, until when. `seen`: the newest edit that was known to its author."""

    reason: words.Text
    begins: datetime | None = None
    ends: datetime | None = None
    seen: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    dryRun: bool = False


class PriceWish(Terms, frozen=True, kw_only=True):
    """A net price, or the purchase price that the margin in force makes one of."""

    extension: words.Text
    currency: Short
    action: Priced
    price: Amount | None = None
    purchase: Amount | None = None


class SaleWish(Terms, frozen=True, kw_only=True):
    """An extension put on sale, or taken off it."""

    extension: words.Text
    on: bool
    why: words.Text = ""


class PromotionWish(Terms, frozen=True, kw_only=True):
    """A promotion by the keys of promotions.toml; null takes it away."""

    name: words.Text
    promotion: Promotion | None


class MarginWish(Terms, frozen=True, kw_only=True):
    """A margin by the keys of margins.toml; null takes it away."""

    name: words.Text
    margin: Margin | None


class BrandWish(Terms, frozen=True, kw_only=True):
    """What the shop is called and looks like."""

    brand: Brand


class WithdrawalWish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an edit is not to begin."""

    reason: words.Text
    seen: Annotated[int, Meta(ge=0, le=2**53)] | None = None


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


async def _price(call: Call) -> Made:
    wish: PriceWish = call.body
    change = PriceChange(wish.extension.removeprefix(".").lower(), wish.currency, wish.action, None)
    if (wish.price is None) == (wish.purchase is None):
        message = "price: give either price or purchase"
        raise invalid(message, "price")
    if wish.purchase is not None:
        at = wish.begins or call.now
        price = price_preview.from_purchase(call.engine.market, change, parse_amount(wish.purchase), at)
        if isinstance(price, str):
            message = f"purchase: {price}"
            raise invalid(message, "purchase")
    else:
        price = parse_amount(wish.price or "")
    return await _made(call, msgspec.structs.replace(change, price=price))


async def _sale(call: Call) -> Made:
    return await _made(call, SaleChange(call.body.extension.removeprefix(".").lower(), call.body.on, call.body.why))


async def _promotion(call: Call) -> Made:
    return await _made(call, PromotionChange(call.body.name, call.body.promotion))


async def _margin(call: Call) -> Made:
    return await _made(call, MarginChange(call.body.name, call.body.margin))


async def _brand(call: Call) -> Made:
    return await _made(call, BrandChange(call.body.brand))


async def _withdraw(call: Call) -> Made:
    wish = Wish(
        by=call.caller.account.nichandle,
        change=Withdrawal(call.path["id"]),
        reason=call.body.reason,
        seen=call.body.seen,
    )
    return _said(call, await market_edits.make(call.engine, wish, call.now))


async def _made(call: Call, change: Change) -> Made:
    terms: Terms = call.body
    wish = Wish(
        by=call.caller.account.nichandle,
        change=change,
        reason=terms.reason,
        begins=terms.begins,
        ends=terms.ends,
        seen=terms.seen,
    )
    do = market_edits.judged if terms.dryRun else market_edits.make
    return _said(call, await do(call.engine, wish, call.now))


def _said(call: Call, edit: Edit) -> Made:
    shelf = call.engine.shelf
    others = tuple(each for each in shelf.edits if each.number < edit.number)
    found = price_preview.previews(shelf.files, others, edit)
    return Made(edit_told(edit, shelf.edits), [preview_told(each) for each in found])


def preview_told(preview: Preview) -> Told:
    """What a price means, in decimal texts."""
    return Told(
        subsidiary=preview.subsidiary,
        before=decimal_text(preview.before) if preview.before else None,
        price=decimal_text(preview.price),
        promotion=preview.promotion,
        discount=decimal_text(preview.discount),
        net=decimal_text(preview.paid.net),
        tax=decimal_text(preview.paid.tax),
        gross=decimal_text(preview.paid.gross),
        cost=decimal_text(preview.cost) if preview.cost else None,
        earned=decimal_text(preview.earned) if preview.earned else None,
        belowCost=preview.below_cost,
    )


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
    Route(method="GET", path=f"{OFFICE}/extension", do=_list, told="Extensions, on sale or not", query=Filters,
          answer=list[Listed]),
    Route(method="GET", path=EXTENSION, do=_read, told="What an extension costs as time goes by, and who edited it",
          query=InCurrency, answer=Sold),
    Route(method="GET", path=f"{EXTENSION}/rule/{{action}}", do=_rule, told="An extension's rule in words",
          answer=list[Asked]),
    Route(method="POST", path=f"{EXTENSION}/rule/{{action}}/try", do=_try, body=Facts, answer=list[Broken],
          told="What an extension's rule says to these values", replayable=False),
    Route(method="GET", path=f"{OFFICE}/edit", do=_edits, told="What was edited, the newest first", query=About,
          answer=list[EditTold]),
    Route(method="GET", path=f"{OFFICE}/edit/{{id}}", do=_edit, told="Read an edit", answer=EditTold),
    Route(method="POST", path=f"{OFFICE}/edit/{{id}}/withdraw", do=_withdraw, body=WithdrawalWish, answer=Made,
          told="Have an edit not begin"),
    Route(method="POST", path=f"{OFFICE}/price", do=_price, body=PriceWish, answer=Made,
          told="Edit a price, from an instant on"),
    Route(method="POST", path=f"{OFFICE}/sale", do=_sale, body=SaleWish, answer=Made,
          told="Put an extension on sale, or take it off, from an instant on"),
    Route(method="GET", path=f"{OFFICE}/promotion", do=_promotions, told="Promotions that run or are to come",
          answer=list[Promotion]),
    Route(method="POST", path=f"{OFFICE}/promotion", do=_promotion, body=PromotionWish, answer=Made,
          told="Edit a promotion, from an instant on"),
    Route(method="GET", path=f"{OFFICE}/margin", do=_margins, told="The margins in force", answer=list[Margin]),
    Route(method="POST", path=f"{OFFICE}/margin", do=_margin, body=MarginWish, answer=Made,
          told="Edit a margin, from an instant on"),
    Route(method="GET", path=f"{OFFICE}/brand", do=_brand_now, told="What the shop looks like", answer=Brand),
    Route(method="POST", path=f"{OFFICE}/brand", do=_brand, body=BrandWish, answer=Made,
          told="Edit what the shop looks like, from an instant on"),
)  # fmt: skip
