"""Names bought from their owners: once, whatever is lost on the way; no money comes back for what the platform sold."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain import app
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.money import UNIT, Money
from ordain.core.registry import Answer, Command, NoAnswer, Pending, Refusal
from ordain.flows import mending
from ordain.store.sandbox import SandboxNames
from tests.adapters.test_seller_files import ONE
from tests.flows.shop import bought, first_task, story

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.core.marketplace import Listing, Purchase, Sale
    from ordain.core.registry import Lost
    from tests.world import World


def sales(world: World) -> list[tuple[Any, ...]]:
    rows = world.runner.run(world.database.read(lambda tx: tx.fetch("SELECT name, transaction_id FROM sandbox_sale")))
    return [tuple(row) for row in rows]


def test_a_sale_whose_answer_was_lost_is_not_made_again(world: World) -> None:
    before, order_id = world.balance(), bought(world, "aftermarket-lost-answer.fr")
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.silences, world.status(order_id)) == ("todo", 1, "delivering")
    assert sales(world) == [("aftermarket-lost-answer.fr", task.transaction)]
    world.pass_time(seconds=5)
    world.deliver()
    told = story(world, order_id)
    assert world.status(order_id) == "delivered"
    assert sales(world) == [("aftermarket-lost-answer.fr", task.transaction)]
    assert before - world.balance() == told.standing.order.price.gross.ucents == 900 * UNIT
    assert told.standing.refunds == ()
    assert world.get("/domain").ok() == ["aftermarket-lost-answer.fr"]


def test_a_name_sold_to_somebody_else_meanwhile_is_paid_back(world: World) -> None:
    before, order_id = world.balance(), bought(world, "aftermarket-sold.fr")
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.comment) == ("cancelled", "The name was sold to somebody else")
    assert world.balance() == before
    assert world.status(order_id) == "cancelled"
    assert "Le nom a été vendu à quelqu'un d'autre" in story(world, order_id).mails[-1].body
    assert world.imbalance() == []


def test_a_sale_that_is_refused_ends_in_error_and_can_be_given_up(world: World) -> None:
    before, order_id = world.balance(), bought(world, "aftermarket-refused.fr")
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.comment, task.argument) == ("error", "The owner withdrew from the sale", None)
    world.post(f"/me/task/domain/{task.task_id}/cancel").ok()
    assert world.balance() == before
    assert (sales(world), world.get("/domain").ok()) == ([], [])


class Reluctant(SandboxRegistry):
    """A registry that does not let go of names just now."""

    willing = False

    async def transfer(self, command: Command) -> Answer:
        """Refuse, until it is willing."""
        return await super().transfer(command) if self.willing else Refusal("Object status prohibits operation")


def test_what_was_bought_is_had_in_the_end_and_not_paid_back_before(world: World) -> None:
    registry = Reluctant(SandboxNames(world.database), lambda: world.now)
    world.use(structs.replace(world.engine, registries=dict.fromkeys(world.engine.registries, registry)))
    before, order_id = world.balance(), bought(world, "aftermarket1.fr")
    for _ in range(12):
        world.deliver()
        world.pass_time(minutes=6)
    task = first_task(world, order_id)
    assert task.status == "error"
    assert "The name was bought, and its registry does not hand it over: Object status" in str(task.comment)
    answer = world.post(f"/me/task/domain/{task.task_id}/cancel")
    assert answer.status == 409
    assert "aftermarket1.fr was had for task" in answer.body["message"]
    assert world.post(f"/me/order/{order_id}/retraction", {"reason": "other"}).status == 409
    assert before - world.balance() == 900 * UNIT
    registry.willing = True
    world.runner.run(mending.relaunch(world.engine, task.task_id))
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert sales(world) == [("aftermarket1.fr", task.transaction)]
    assert world.imbalance() == []


def test_what_was_bought_is_not_paid_back_because_another_order_brought_the_name_here(world: World) -> None:
    registry = Reluctant(SandboxNames(world.database), lambda: world.now)
    world.use(structs.replace(world.engine, registries=dict.fromkeys(world.engine.registries, registry)))
    before, order_id = world.balance(), bought(world, "aftermarket1.fr")
    world.deliver()
    assert len(sales(world)) == 1
    registry.willing = True
    cart_id = world.cart()
    world.configure(cart_id, world.add(cart_id, "aftermarket1.fr", pricingMode="transfer-default"), "AUTH_INFO", "x")
    other = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()
    world.pay(other["orderId"]).ok()
    world.deliver()
    assert world.status(other["orderId"]) == "delivered"
    for _ in range(12):
        world.pass_time(minutes=6)
        world.deliver()
    task = first_task(world, order_id)
    assert (task.status, "already registered here, by another order" in str(task.comment)) == ("error", True)
    assert world.post(f"/me/task/domain/{task.task_id}/cancel").status == 409
    assert story(world, order_id).standing.refunds == ()
    assert before - world.balance() == 900 * UNIT + round(other["prices"]["withTax"]["value"] * UNIT)
    assert world.imbalance() == []


class Slow:
    """A marketplace that takes its time with a sale, and then cannot be reached."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.transaction, self.silent = inner, "", False

    async def listings(self, names: list[str]) -> list[Listing]:
        """As the inner one."""
        found: list[Listing] = await self.inner.listings(names)
        return found

    async def sale(self, transaction: str, name: str) -> Sale | Pending | None:
        """Under way, if it is this one."""
        if self.silent:
            message = f"The sale of {name} cannot be asked for"
            raise NoAnswer(message)
        return Pending(60) if transaction == self.transaction else None

    async def buy(self, purchase: Purchase) -> Pending:
        """Begin."""
        assert not self.transaction, "it was begun already"
        self.transaction = purchase.transaction
        return Pending(60)


def test_a_sale_under_way_is_neither_made_again_nor_given_up(world: World) -> None:
    slow = Slow(world.engine.marketplaces["aftermarket1"])
    world.use(structs.replace(world.engine, marketplaces={"aftermarket1": slow}))
    before, order_id = world.balance(), bought(world, "aftermarket1.fr")
    for _ in range(2):
        world.deliver()
        world.pass_time(minutes=2)
    assert (first_task(world, order_id).status, slow.transaction != "") == ("todo", True)
    slow.silent = True
    for _ in range(12):
        world.deliver()
        world.pass_time(minutes=6)
    task = first_task(world, order_id)
    assert task.status == "error"
    for slow.silent in (True, False):
        assert world.post(f"/me/task/domain/{task.task_id}/cancel").status == 409
    assert before - world.balance() == 900 * UNIT
    world.post(f"/me/task/domain/{task.task_id}/relaunch").ok()
    world.deliver()
    assert first_task(world, order_id).status == "todo"


class Dearer:
    """A marketplace whose owners ask for more from one moment to the next."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.euros, self.silent = inner, 750, False

    async def listings(self, names: list[str]) -> list[Listing]:
        """What is for sale, for as much as it is by now."""
        if self.silent:
            message = "It is being repaired"
            raise NoAnswer(message)
        asking = Money(self.euros * UNIT, "EUR")
        return [structs.replace(listing, asking=asking) for listing in await self.inner.listings(names)]

    async def sale(self, transaction: str, name: str) -> Sale | None:
        """As the inner one."""
        found: Sale | None = await self.inner.sale(transaction, name)
        return found

    async def buy(self, purchase: Purchase) -> Sale | Pending | Refusal | Lost:
        """Refuse whoever pays too little."""
        if purchase.most and purchase.most.ucents < self.euros * UNIT:
            return Refusal(f"The owner asks {self.euros}.00 EUR by now")
        answer: Sale | Pending | Refusal | Lost = await self.inner.buy(purchase)
        return answer


@pytest.fixture
def dearer(world: World) -> Dearer:
    found = Dearer(world.engine.marketplaces["aftermarket1"])
    world.use(structs.replace(world.engine, marketplaces={**world.engine.marketplaces, "aftermarket1": found}))
    return found


def test_an_owner_who_asks_more_is_told_before_the_order_and_refused_after_it(world: World, dearer: Dearer) -> None:
    cart_id = world.cart()
    world.add(cart_id, "aftermarket1.fr")
    dearer.euros = 800
    answer = world.get(f"/order/cart/{cart_id}/checkout")
    assert answer.status == 409
    assert "Its price rose from 750.00 to 800.00 EUR" in answer.body["message"]
    dearer.euros = 700  # less: the price seen is the price paid
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    world.pay(order_id).ok()
    dearer.euros = 900
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.comment) == ("error", "The owner asks 900.00 EUR by now")
    assert sales(world) == []
    world.post(f"/me/task/domain/{task.task_id}/cancel").ok()
    assert len(story(world, order_id).standing.refunds) == 1


def test_a_platform_silent_at_checkout_is_asked_again_later_and_others_do_not_matter(
    world: World, dearer: Dearer
) -> None:
    first, second, transfer = (world.cart() for _ in range(3))
    world.add(first, "aftermarkets.fr")
    world.add(second, "aftermarkets.fr", pricingMode="transfer-aftermarket2")
    item = world.add(transfer, "aftermarkets.fr", pricingMode="transfer-default")
    world.configure(transfer, item, "AUTH_INFO", "right")
    dearer.silent = True
    answer = world.get(f"/order/cart/{first}/checkout")
    assert answer.status == 503
    assert "It is being repaired" in answer.body["message"]
    for cart_id in (second, transfer):
        assert world.get(f"/order/cart/{cart_id}/checkout").status == 200
    dearer.silent = False
    assert world.get(f"/order/cart/{first}/checkout").status == 200


def test_an_offer_that_is_gone_is_told_with_what_there_is(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "aftermarkets.fr", pricingMode="transfer-aftermarket2")
    only = {"aftermarket1": world.engine.marketplaces["aftermarket1"]}
    world.use(structs.replace(world.engine, marketplaces=only))
    answer = world.post(f"/order/cart/{cart_id}/checkout", {})
    assert answer.status == 409
    said = "It is no longer on offer as transfer-aftermarket2 but as transfer-default: add it anew"
    assert said in answer.body["message"]


def test_a_platform_we_left_refuses_what_was_ordered_there(world: World) -> None:
    world.credit("camille", 9000)
    order_id = bought(world, "aftermarket2.fr")
    world.use(structs.replace(world.engine, marketplaces={}))
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.comment) == ("error", "Names are no longer bought on this marketplace")
    world.post(f"/me/task/domain/{task.task_id}/cancel").ok()
    assert len(story(world, order_id).standing.refunds) == 1


def test_the_sandboxs_marketplaces_sell_nothing_where_names_are_real(world: World, tmp_path: Path) -> None:
    catalogue = shutil.copytree(world.settings.catalogue, tmp_path / "catalogue")
    everywhere = ", ".join(f'"{subsidiary}"' for subsidiary in world.engine.market.catalogue.subsidiaries)
    (catalogue / "sellers.toml").write_text(ONE.replace('"FR"', everywhere, 1))
    real = structs.replace(world.settings, registry="epp", epp_host="epp.registry.example", catalogue=catalogue)
    engine = app.engine(real, world.engine.market, world.database, lambda: None, lambda: world.now)
    assert engine.marketplaces == {}
    rehearsal = structs.replace(real, registry="sandbox")
    assert app.engine(rehearsal, world.engine.market, world.database, lambda: None, lambda: world.now).marketplaces
