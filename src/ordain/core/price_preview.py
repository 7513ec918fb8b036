"""What customers would pay, and what is earned, if a price were edited; and an extension's prices as time goes by."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.edit import Edit, PriceChange, Priced, in_force
from ordain.core.edited import edited
from ordain.core.language import IN_ENGLISH
from ordain.core.margins import chosen, misfit
from ordain.core.money import Money, TaxedPrice
from ordain.core.offer import sold_for
from ordain.core.pricing import Terms, taxed
from ordain.core.promotions import Purchase, counting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordain.core.catalogue import Catalogue, Extension, Subsidiary
    from ordain.core.offer import Market

State = Literal["past", "now", "to come"]


class Preview(Struct, frozen=True, kw_only=True):
    """What one price means where one subsidiary sells: for one year, or once. Amounts in its currency."""

    subsidiary: str
    before: Money | None
    price: Money
    promotion: str | None
    """What takes something off for everybody at that instant."""
    discount: Money
    tax_rate: Fraction
    paid: TaxedPrice
    cost: Money | None
    """What its registry charges, as far as the operator says."""
    earned: Money | None
    """What is left of the net that is paid."""
    below_cost: bool


def previews(files: Market, edits: Sequence[Edit], edit: Edit) -> list[Preview]:
    """What an edit of a price means at the instant it begins, subsidiary by subsidiary that sells in its currency."""
    change, market = edit.change, edited(files, (*edits, edit))
    if not isinstance(change, PriceChange) or change.price is None:
        return []
    held = edit.before.price if isinstance(edit.before, PriceChange) else None
    return [
        _preview(market, change, each, edit.begins, None if held is None else Money(held, change.currency))
        for each in market.catalogue.subsidiaries.values()
        if each.currency == change.currency
    ]


def _preview(
    market: Market, change: PriceChange, subsidiary: Subsidiary, at: datetime, before: Money | None
) -> Preview:
    currency, price = change.currency, change.price or 0
    extension = market.catalogue.extensions[change.extension]
    gift = None
    if change.action in ("create", "transfer"):
        years = extension.periods if change.action == "create" else (max(1, extension.transfer.years_added),)
        purchase = Purchase(extension.name, change.action, price, currency, years)
        gift = counting(market.gifts(purchase, subsidiary.code, at), years[0])
    off, rate = gift.discount if gift else 0, subsidiary.tax.at(at)
    paid = taxed(Money(price - off, currency), Terms(currency, rate, IN_ENGLISH))
    cost = _cost(market, change, subsidiary, at)
    earned = paid.net - cost if cost is not None else None
    return Preview(
        subsidiary=subsidiary.code,
        before=before,
        price=Money(price, currency),
        promotion=gift.title if gift else None,
        discount=Money(off, currency),
        tax_rate=rate,
        paid=paid,
        cost=cost,
        earned=earned,
        below_cost=earned is not None and earned.ucents < 0,
    )


def _cost(market: Market, change: PriceChange, subsidiary: Subsidiary, at: datetime) -> Money | None:
    rule = next((each for each in reversed(market.costs) if each.fits(change.extension, at)), None)
    told = rule.price(change.action, 1) if rule and change.action != "restore" else None
    brought = sold_for(told, subsidiary, market.catalogue.subsidiaries) if told else None
    return None if brought is None else Money(brought, change.currency)


def from_purchase(market: Market, change: PriceChange, cost: int, at: datetime) -> int | str:
    """The list price of what costs so many micro-cents to buy, by the margin that fits then; or why there is none."""
    if cost <= 0:
        return "what it costs to buy is above zero"
    margin = chosen(market.margins.at(at), change.extension, change.currency)
    if margin is None:
        return f"no margin is set for .{change.extension} in {change.currency}"
    return misfit(margin, change.currency) or margin.price(cost, change.currency)


class Stretch(Struct, frozen=True, kw_only=True):
    """A price for as long as it holds. None: not sold, or for nothing."""

    action: Priced
    begins: datetime | None
    ends: datetime | None
    price: int | None
    state: State
    edit: Edit | None
    """By which it holds; None where that are the files."""


def timeline(extension: Extension, currency: str, edits: Sequence[Edit], now: datetime) -> list[Stretch]:
    """What each action has cost, costs and is to cost, in the order of time."""
    if not extension.prices:
        return []
    actions: tuple[Priced, ...] = ("create", "renew", "transfer", "restore", "trade")
    return [each for action in actions for each in _stretches(extension, currency, action, (edits, now))]


def _stretches(
    extension: Extension, currency: str, action: Priced, known: tuple[Sequence[Edit], datetime]
) -> Iterator[Stretch]:
    edits, now = known
    found: list[tuple[datetime | None, int | None]] = []
    for start, prices in extension.prices[currency].entries:
        price = getattr(prices, action)
        if not found or found[-1][1] != price:
            found.append((start, price))
    subject = f"price {extension.name} {currency} {action}"
    mine = [edit for edit in in_force(edits) if edit.subject == subject]
    for (begins, price), (ends, _) in pairwise((*found, (None, None))):
        state: State = "past" if ends and ends <= now else "to come" if begins and begins > now else "now"
        at = begins or now
        edit = next((e for e in reversed(mine) if e.holds(at) and _says(e, price)), None)
        yield Stretch(action=action, begins=begins, ends=ends, price=price, state=state, edit=edit)


def _says(edit: Edit, price: int | None) -> bool:
    return isinstance(edit.change, PriceChange) and edit.change.price == price


def listed(catalogue: Catalogue, text: str, state: str, now: datetime) -> list[Extension]:
    """The extensions whose names have this text in them, that are "on" sale, "off" or whatever; from a to z."""
    wanted = text.strip().lower().lstrip(".")
    return [
        extension
        for name, extension in sorted(catalogue.extensions.items())
        if wanted in name and (state not in ("on", "off") or (extension.closed(now) is None) == (state == "on"))
    ]
