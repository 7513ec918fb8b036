"""What every Marketplace (flows/ports.py) must do, whatever is behind it: like tests/conformance.py, of platforms."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core.marketplace import Purchase, Sale
from ordain.core.registry import Lost, Refusal
from ordain.flows.ports import Marketplace

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conformance import Rule


class MarketplaceOnTrial(Struct, frozen=True, kw_only=True):
    """A marketplace on which we have bought nothing, and two names for sale."""

    marketplace: Marketplace
    for_sale: tuple[str, str]
    not_for_sale: str


async def check_marketplace(factory: Callable[[], MarketplaceOnTrial]) -> None:
    """Every rule of this page, each at a marketplace of its own."""
    for rule in MARKETPLACE_RULES:
        await rule(factory())


async def lists_what_is_for_sale(on_trial: MarketplaceOnTrial) -> None:
    """Of the names asked those that are for sale are told, with a price, and no others."""
    marketplace, names = on_trial.marketplace, on_trial.for_sale
    found = await marketplace.listings([names[1], on_trial.not_for_sale, names[0]])
    assert sorted(listing.name for listing in found) == sorted(names)
    assert all(listing.asking.ucents > 0 for listing in found)
    assert await marketplace.listings([on_trial.not_for_sale]) == []
    assert await marketplace.listings([]) == []


async def sells_a_name_once(on_trial: MarketplaceOnTrial) -> None:
    """The same transaction twice is the same sale; another one has lost the name, and it is listed no more."""
    marketplace, name = on_trial.marketplace, on_trial.for_sale[0]
    assert await marketplace.sale("conformance-1", name) is None
    first = await _bought(on_trial, name, "conformance-1")
    assert await _bought(on_trial, name, "conformance-1") == first
    assert await marketplace.sale("conformance-1", name) == first
    assert await marketplace.sale("conformance-2", name) is None
    assert isinstance(await marketplace.buy(Purchase(transaction="conformance-2", name=name, most=None)), Lost)
    assert await marketplace.sale("conformance-1", name) == first
    assert [listing.name for listing in await marketplace.listings(on_trial.for_sale)] == [on_trial.for_sale[1]]


async def sells_for_no_more_than_was_agreed(on_trial: MarketplaceOnTrial) -> None:
    """Where its owner asks more than our customer paid for, nothing is bought."""
    marketplace, name = on_trial.marketplace, on_trial.for_sale[0]
    [listing] = await marketplace.listings([name])
    less = structs.replace(listing.asking, ucents=listing.asking.ucents - 1)
    answer = await marketplace.buy(Purchase(transaction="conformance-1", name=name, most=less))
    assert isinstance(answer, Refusal | Lost)
    assert answer.reason
    assert await marketplace.sale("conformance-1", name) is None


async def sells_to_one_of_many(on_trial: MarketplaceOnTrial) -> None:
    """Of transactions that ask for a name at the same moment exactly one has it."""
    name = on_trial.for_sale[1]
    asked = [Purchase(transaction=f"conformance-{number}", name=name, most=None) for number in range(8)]
    answers = await asyncio.gather(*(on_trial.marketplace.buy(purchase) for purchase in asked))
    assert [isinstance(answer, Sale) for answer in answers].count(True) == 1
    assert sum(isinstance(answer, Lost) for answer in answers) == len(asked) - 1


async def does_not_sell_what_is_not_for_sale(on_trial: MarketplaceOnTrial) -> None:
    """A name that is not listed cannot be bought."""
    wish = Purchase(transaction="conformance-1", name=on_trial.not_for_sale, most=None)
    assert isinstance(await on_trial.marketplace.buy(wish), Lost)
    assert await on_trial.marketplace.sale("conformance-1", on_trial.not_for_sale) is None


MARKETPLACE_RULES: tuple[Rule, ...] = (
    lists_what_is_for_sale,
    sells_a_name_once,
    sells_for_no_more_than_was_agreed,
    sells_to_one_of_many,
    does_not_sell_what_is_not_for_sale,
)


async def _bought(on_trial: MarketplaceOnTrial, name: str, transaction: str) -> Sale:
    listings = await on_trial.marketplace.listings([name])
    most = listings[0].asking if listings else None
    answer = await on_trial.marketplace.buy(Purchase(transaction=transaction, name=name, most=most))
    assert isinstance(answer, Sale), answer
    assert (answer.name, answer.transaction) == (name, transaction)
    return answer
