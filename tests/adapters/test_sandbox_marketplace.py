"""The sandbox's marketplaces on both engines: marketplaces like every other, and each scenario that sells a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.adapters.sandbox_marketplace import SandboxMarketplace
from ordain.adapters.sandbox_scenarios import SCENARIOS
from ordain.core.marketplace import Platform, Purchase, Sale
from ordain.core.money import UNIT, Money
from ordain.core.registry import Lost, NoAnswer, Refusal
from ordain.store.sandbox import SandboxSales
from tests import conformance_marketplaces as conformance
from tests.world import NOON

if TYPE_CHECKING:
    import asyncio

    from ordain.store.database import Database
    from tests.conformance import Rule


def platform(database: Database, name: Platform = "aftermarket1") -> SandboxMarketplace:
    return SandboxMarketplace(name, SandboxSales(database), lambda: NOON)


def wish(name: str, transaction: str = "t1", euros: int = 750) -> Purchase:
    return Purchase(transaction=transaction, name=name, most=Money(euros * UNIT, "EUR"))


@pytest.mark.parametrize("rule", conformance.MARKETPLACE_RULES, ids=lambda rule: rule.__name__)
def test_it_is_a_marketplace(rule: Rule, database: Database, runner: asyncio.Runner) -> None:
    on_trial = conformance.MarketplaceOnTrial(
        marketplace=platform(database), for_sale=("aftermarket1.fr", "aftermarkets-2.com"), not_for_sale="taken.fr"
    )
    runner.run(rule(on_trial))
    assert runner.run(on_trial.marketplace.sale("never-asked-for", "aftermarket1.fr")) is None


def test_each_platform_sells_its_own(database: Database, runner: asyncio.Runner) -> None:
    names = [f"{word}.fr" for word, scenario in SCENARIOS.items() if scenario.sale != "silent"]
    first = runner.run(platform(database).listings(names))
    second = runner.run(platform(database, "aftermarket2").listings(names))
    assert {listing.asking for listing in first} == {Money(750 * UNIT, "EUR")}
    assert {listing.asking for listing in second} == {Money(1900 * UNIT, "EUR")}
    assert {listing.name for listing in first} & {listing.name for listing in second} == {
        "aftermarkets.fr", "aftermarket-premium.fr"
    }  # fmt: skip


def test_what_one_platform_sold_the_other_has_no_more(database: Database, runner: asyncio.Runner) -> None:
    name = "aftermarkets.fr"
    assert isinstance(runner.run(platform(database).buy(wish(name))), Sale)
    other = platform(database, "aftermarket2")
    assert runner.run(other.listings([name])) == []
    assert runner.run(other.sale("t1", name)) is None
    assert isinstance(runner.run(other.buy(wish(name, "t2", 1900))), Lost)


def test_what_goes_wrong_goes_wrong(database: Database, runner: asyncio.Runner) -> None:
    marketplace = platform(database)
    with pytest.raises(NoAnswer, match="cannot be reached"):
        runner.run(marketplace.listings(["foo.fr", "aftermarket-silent.fr"]))
    assert isinstance(runner.run(marketplace.buy(wish("aftermarket-refused.fr"))), Refusal)
    assert isinstance(runner.run(marketplace.buy(wish("aftermarket-sold.fr"))), Lost)
    assert runner.run(marketplace.listings(["aftermarket-sold.fr"])) == []
    with pytest.raises(NoAnswer, match="before the answer"):
        runner.run(marketplace.buy(wish("aftermarket-lost-answer.fr")))
    assert runner.run(marketplace.sale("t1", "aftermarket-lost-answer.fr")) is not None
    assert isinstance(runner.run(marketplace.buy(wish("aftermarket-lost-answer.fr"))), Sale)
