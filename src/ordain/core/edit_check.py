"""Whether an edit can be made: by the checks the files are held to, all that is wrong at once, by field."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import brand as brands
from ordain.core.catalogue import price_problems
from ordain.core.edit import (
    BrandChange,
    Edit,
    MarginChange,
    PriceChange,
    PromotionChange,
    SaleChange,
    Withdrawal,
    about,
    concerning,
    in_force,
    subject,
)
from ordain.core.edited import edited
from ordain.core.margins import misfit
from ordain.core.money import UNIT, Money, decimal_text, smallest
from ordain.core.promotion_check import unknown
from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ordain.core.edit import Change, Wish
    from ordain.core.offer import Market
    from ordain.core.promotions import Promotion

LONGEST_REASON = 200
LONGEST_WHY = 200
LONGEST_TITLE = 100
YEARS = (2000, 2200)
"""What a promotion's own times lie between."""
FURTHEST = timedelta(days=3653)
MOST_PRICE = 1_000_000 * UNIT
MOST_EDITS = 20_000
"""Kept in all: the market is worked out of them."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}", re.ASCII)


def made(files: Market, edits: Sequence[Edit], wish: Wish, now: datetime) -> Edit | list[Refusal]:
    """The edit that is wished for, over those there are; or everything that stands against it."""
    if naive := zoneless(wish.begins, wish.ends):
        return naive
    begins = wish.begins or now
    edit = Edit(
        number=edits[-1].number + 1 if edits else 1,
        at=now,
        by=wish.by,
        change=wish.change,
        before=_before(files, edits, wish.change, begins),
        begins=begins,
        ends=wish.ends,
        reason=wish.reason.strip(),
    )
    found = [*_of_times(edit, now), *_of_others(edits, wish, edit)]
    found += _of_change(files, edits, edit)
    if not found:
        found += _of_whole(files, edits, edit)
    return found or edit


def zoneless(begins: datetime | None, ends: datetime | None) -> list[Refusal]:
    """Refusals of instants without a time zone, which cannot be compared with any other."""
    return [
        Refusal("invalid", f"{field} has no time zone: end it with Z", field)
        for field, at in (("begins", begins), ("ends", ends))
        if at and at.utcoffset() is None
    ]


def _of_times(edit: Edit, now: datetime) -> Iterator[Refusal]:
    if not edit.reason or len(edit.reason) > LONGEST_REASON:
        yield Refusal("invalid", f"reason: say why, in at most {LONGEST_REASON} characters", "reason")
    far = [field for field, at in (("begins", edit.begins), ("ends", edit.ends)) if at and at > now + FURTHEST]
    for field in far:
        yield Refusal("invalid", f"{field} is more than ten years away", field)
    if edit.begins < now:
        yield Refusal("invalid", "begins is in the past: leave it empty to begin at once", "begins")
    if edit.ends and edit.ends <= edit.begins:
        yield Refusal("invalid", "ends is not after begins", "ends")


def _of_others(edits: Sequence[Edit], wish: Wish, edit: Edit) -> Iterator[Refusal]:
    """What others did that whoever wishes this has not seen, or that cannot stand beside it."""
    what = about(wish.change)
    if isinstance(wish.change, Withdrawal):
        number = wish.change.number
        what = next((each.about for each in edits if each.number == number), what)
    newer = [each for each in concerning(edits, what) if wish.seen is not None and each.number > wish.seen]
    if newer:
        last = newer[-1]
        told = f"meanwhile {last.by} edited this ({last.reason}): look at it again, and decide anew"
        yield Refusal("conflict", told)
        return
    same = next((e for e in in_force(edits) if e.subject == subject(wish.change) and e.begins == edit.begins), None)
    if same:
        yield Refusal("conflict", f"edit {same.number} of the same begins at this instant: withdraw it first", "begins")
    if len(edits) >= MOST_EDITS:
        yield Refusal("conflict", f"there are {MOST_EDITS} edits: bring them into the catalogue's files first")


def _of_change(files: Market, edits: Sequence[Edit], edit: Edit) -> Iterator[Refusal]:
    match edit.change:
        case PriceChange():
            yield from _of_price(files, edit.change)
        case SaleChange():
            yield from _of_sale(files, edit.change)
        case PromotionChange():
            yield from _of_promotion(files, edits, edit.change, edit)
        case MarginChange():
            yield from _of_margin(files, edit.change, edit)
        case BrandChange(brand):
            yield from brands.refusals(brand)
        case Withdrawal(number):
            yield from _of_withdrawal(edits, number, edit)


def _of_price(files: Market, change: PriceChange) -> Iterator[Refusal]:
    extension = files.catalogue.extensions.get(change.extension)
    if extension is None:
        yield Refusal("invalid", f"extension: there is no extension .{change.extension}", "extension")
        return
    if change.currency not in {subsidiary.currency for subsidiary in files.catalogue.subsidiaries.values()}:
        yield Refusal("invalid", f"currency: nobody pays in {change.currency!r} here", "currency")
        return
    if not extension.prices:
        yield Refusal("invalid", f"extension: .{extension.name} has no prices in the files: begin there", "extension")
    if change.action == "transfer" and not extension.transfer.offered:
        yield Refusal("invalid", f"action: .{extension.name} names cannot be transferred here", "action")
    price = change.price
    if price is None:
        yield Refusal("invalid", "price is missing", "price")
    elif price < 0 or (price == 0 and change.action in ("create", "renew")):
        yield Refusal("invalid", "price is above zero", "price")
    elif price > MOST_PRICE:
        yield Refusal("invalid", f"price is at most {MOST_PRICE // UNIT}", "price")
    elif price % smallest(change.currency):
        least = decimal_text(Money(smallest(change.currency), change.currency))
        yield Refusal("invalid", f"price is a multiple of {least} {change.currency}", "price")


def _of_sale(files: Market, change: SaleChange) -> Iterator[Refusal]:
    extension = files.catalogue.extensions.get(change.extension)
    if extension is None:
        yield Refusal("invalid", f"extension: there is no extension .{change.extension}", "extension")
    elif change.on and not extension.reached:
        told = f"on: .{extension.name} cannot be sold: there is no account at its registry, {extension.registry}"
        yield Refusal("invalid", told, "on")
    elif change.on and not extension.prices:
        yield Refusal("invalid", f"on: .{extension.name} has no prices, so it cannot be sold", "on")
    if len(change.why) > LONGEST_WHY or not change.why.isprintable():
        yield Refusal("invalid", f"why is a line of at most {LONGEST_WHY} characters", "why")


def _of_promotion(files: Market, edits: Sequence[Edit], change: PromotionChange, edit: Edit) -> Iterator[Refusal]:
    yield from _of_name(change.name, "promotion")
    promotion = change.promotion
    if promotion is None:
        if edit.before is None:
            yield Refusal("invalid", f"name: there is no promotion {change.name} at that instant", "name")
        return
    if promotion.name != change.name:
        yield Refusal("invalid", f"name: the promotion is called {promotion.name}, not {change.name}", "name")
    for key, at in (("begins", promotion.begins), ("ends", promotion.ends)):
        if at and not YEARS[0] <= at.year <= YEARS[1]:
            yield Refusal("invalid", f"{key} is between the years {YEARS[0]} and {YEARS[1]}", key)
    if len(promotion.title) > LONGEST_TITLE or not promotion.title.isprintable():
        yield Refusal("invalid", f"title is a line of at most {LONGEST_TITLE} characters", "title")
    for key, problem in unknown(promotion, files.catalogue):
        yield Refusal("invalid", f"{key}: {problem}", key)
    others = {one.code for one in _every_promotion(files, edits) if one.code and one.name != change.name}
    if promotion.code in others:
        yield Refusal("conflict", f"code: another promotion has the code {promotion.code}", "code")


def _every_promotion(files: Market, edits: Sequence[Edit]) -> Iterator[Promotion]:
    yield from files.promotions
    for edit in in_force(edits):
        if isinstance(edit.change, PromotionChange) and edit.change.promotion:
            yield edit.change.promotion


def _of_margin(files: Market, change: MarginChange, edit: Edit) -> Iterator[Refusal]:
    yield from _of_name(change.name, "margin")
    if change.margin is None:
        if edit.before is None:
            yield Refusal("invalid", f"name: there is no margin {change.name} at that instant", "name")
        return
    for currency in sorted({subsidiary.currency for subsidiary in files.catalogue.subsidiaries.values()}):
        named = currency in change.margin.currencies
        if named and (problem := misfit(change.margin, currency)):
            yield Refusal("invalid", f"ending: {problem}", "ending")


def _of_name(name: str, what: str) -> Iterator[Refusal]:
    if not _NAME.fullmatch(name):
        told = f"name: a {what} is called by at most 63 of a to z, 0 to 9 and hyphens"
        yield Refusal("invalid", told, "name")


def _of_withdrawal(edits: Sequence[Edit], number: int, edit: Edit) -> Iterator[Refusal]:
    of = next((each for each in in_force(edits) if each.number == number), None)
    if of is None:
        yield Refusal("not-found", f"there is no edit {number} that counts", "number")
    elif of.begins <= edit.at:
        yield Refusal("conflict", f"edit {number} has begun: make another one that ends it", "number")


def _of_whole(files: Market, edits: Sequence[Edit], edit: Edit) -> Iterator[Refusal]:
    """What `ordain catalogue check` would say of the extension with the edit."""
    if not isinstance(edit.change, PriceChange):
        return
    name, currency = edit.change.extension, edit.change.currency
    becomes = edited(files, (*edits, edit)).catalogue.extensions[name]
    first = becomes.prices[currency].entries[0][0]
    if first and edit.begins < first:
        yield Refusal("invalid", f"begins: .{name} has no prices before {first.isoformat()}", "begins")
    for problem in price_problems(becomes, [currency], edit.at):
        yield Refusal("invalid", problem, "price")


def _before(files: Market, edits: Sequence[Edit], change: Change, begins: datetime) -> Change | None:
    """What holds at the instant something else is to begin; None for nothing."""
    market = edited(files, edits)
    match change:
        case PriceChange():
            return _price_before(market, change, begins)
        case SaleChange(name):
            extension = market.catalogue.extensions.get(name)
            closed = extension.closed(begins) if extension else None
            return SaleChange(name, closed is None, closed or "") if extension else None
        case PromotionChange(name):
            one = next((p for p in market.promotions if p.name == name and p.runs(begins)), None)
            return PromotionChange(name, one) if one else None
        case BrandChange():
            return BrandChange(market.brand.at(begins))
        case _:
            same = [e for e in in_force(edits) if e.subject == subject(change) and e.holds(begins)]
            held = same[-1].change if same else None
            return None if isinstance(held, MarginChange) and held.margin is None else held


def _price_before(market: Market, change: PriceChange, begins: datetime) -> PriceChange | None:
    extension = market.catalogue.extensions.get(change.extension)
    try:
        held = extension.prices[change.currency].at(begins) if extension and extension.prices else None
    except LookupError:
        return None
    return structs.replace(change, price=getattr(held, change.action)) if held else None
