"""An item keeps its price until its cart expires, in every pricing mode; what a registry or owner asks more is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.adapters.sandbox_marketplace import SandboxMarketplace
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.money import Money
from ordain.flows.shelf import Shelf
from ordain.store.sandbox import SandboxNames, SandboxSales

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.marketplace import Listing
    from ordain.core.registry import Availability, Fees
    from tests.world import World

RENEWAL = "its renewals"
MODES = ("create-default", "create-premium", "transfer-default", "transfer-premium", "transfer-aftermarket1",
         "transfer-aftermarket2")  # fmt: skip
NAMES = {
    "create-default": "held.fr",
    "create-premium": "premium.fr",
    "transfer-default": "taken.fr",
    "transfer-premium": "aftermarket-premium.fr",
    "transfer-aftermarket1": "aftermarkets.fr",
    "transfer-aftermarket2": "aftermarkets.fr",
}


class DearerRegistry(SandboxRegistry):
    """The sandbox, where premium names cost so many percent of what they did: at first, or each year later."""

    at_first = later = 100

    async def check(self, names: Sequence[str]) -> list[Availability]:
        """What it answers, with other fees."""
        return [
            structs.replace(answer, fees=self._raised(answer.fees)) if answer.fees else answer
            for answer in await super().check(names)
        ]

    def _raised(self, fees: Fees) -> Fees:
        first, later = self.at_first, self.later
        return structs.replace(
            fees,
            create=_times(fees.create, first),
            transfer=_times(fees.transfer, first),
            renew=_times(fees.renew, later) if fees.renew else None,
        )


class DearerMarketplace(SandboxMarketplace):
    """The sandbox's, where owners ask so many percent of what they did."""

    percent = 100

    async def listings(self, names: Sequence[str]) -> list[Listing]:
        """What it answers, with other prices."""
        found = await super().listings(names)
        return [structs.replace(one, asking=_times(one.asking, self.percent)) for one in found]


def _times(amount: Money, percent: int) -> Money:
    return Money(amount.ucents * percent // 100, amount.currency)


def filled(world: World, mode: str, duration: str | None = None) -> str:
    """A cart with a name in this mode, and whatever it asks for."""
    cart_id = world.cart()
    item_id = world.add(cart_id, NAMES[mode], pricingMode=mode, duration=duration)
    asked = world.get(f"/order/cart/{cart_id}/item/{item_id}/requiredConfiguration").ok()
    for label in (one["label"] for one in asked if one["required"]):
        world.configure(cart_id, item_id, label, "secret-1" if label == "AUTH_INFO" else "true")
    return cart_id


def change(world: World, percent: int, *, renewals: bool = False) -> None:
    """Have our prices, the registry's and the owners' be so many percent of what they were."""
    registry = DearerRegistry(SandboxNames(world.database), lambda: world.now, 0)
    registry.at_first, registry.later = (100, percent) if renewals else (percent, 100)
    platforms = {}
    for platform in world.engine.marketplaces:
        platforms[platform] = DearerMarketplace(platform, SandboxSales(world.database), lambda: world.now)
        platforms[platform].percent = 100 if renewals else percent
    catalogue = world.engine.market.catalogue
    fr = catalogue.extensions["fr"]
    prices = {code: each.map(lambda old: structs.replace(
        old, create=old.create * percent // 100, renew=old.renew * percent // 100
    )) for code, each in fr.prices.items()}  # fmt: skip
    extensions = {**catalogue.extensions, "fr": structs.replace(fr, prices=prices)}
    market = structs.replace(world.engine.market, catalogue=structs.replace(catalogue, extensions=extensions))
    registries = dict.fromkeys(world.engine.registries, registry)
    world.use(structs.replace(world.engine, shelf=Shelf(market), registries=registries, marketplaces=platforms))


def told(world: World, cart_id: str) -> tuple[int, str]:
    """What the dry run and checkout both say."""
    path = f"/order/cart/{cart_id}/checkout"
    answers = [world.get(path), world.post(path, {})]
    assert len({answer.status for answer in answers}) == 1
    said = [answer.body.get("message", answer.body.get("prices")) for answer in answers]
    assert said[0] == said[1]
    return answers[0].status, str(said[0])


@pytest.mark.parametrize("mode", MODES)
def test_what_became_cheaper_or_is_ours_costs_what_it_did(world: World, mode: str) -> None:
    cart_id = filled(world, mode)
    before = world.get(f"/order/cart/{cart_id}/summary").ok()["prices"]
    change(world, 300 if mode.endswith("default") else 50)
    assert told(world, cart_id) == (200, str(before))


@pytest.mark.parametrize("mode", [mode for mode in MODES if not mode.endswith("default")])
def test_what_became_raised_is_told_with_both_prices_until_it_is_added_anew(world: World, mode: str) -> None:
    cart_id = filled(world, mode)
    [item_id] = world.get(f"/order/cart/{cart_id}").ok()["items"]
    listed = {"create-premium": 120, "transfer-premium": 200, "transfer-aftermarket1": 750}.get(mode, 1900)
    change(world, 200)
    status, message = told(world, cart_id)
    rose = f"Its price rose from {listed}.00 to {2 * listed}.00 EUR since it was added: add it anew"
    assert (status, message) == (409, f"{NAMES[mode]}: {rose}")
    world.delete(f"/order/cart/{cart_id}/item/{item_id}").ok()
    cart_id = filled(world, mode)
    assert told(world, cart_id)[0] == 200


@pytest.mark.parametrize("duration", ["P1Y", "P2Y"])
def test_a_premium_names_raised_renewals_are_told(world: World, duration: str) -> None:
    cart_id = filled(world, "create-premium", duration=duration)
    change(world, 200, renewals=True)
    what = {"P1Y": "Its renewal rose from 120.00 to 240.00", "P2Y": "Its price rose from 240.00 to 360.00"}[duration]
    assert told(world, cart_id) == (409, f"premium.fr: {what} EUR since it was added: add it anew")


def test_raised_renewals_of_ours_change_nothing_for_what_an_owner_sells(world: World) -> None:
    cart_id = filled(world, "transfer-aftermarket1")
    change(world, 300, renewals=True)
    assert told(world, cart_id)[0] == 200
