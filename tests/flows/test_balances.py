"""Balances: what moved them adds up to what they hold, and their owner is told when little is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from ordain.core import ledger
from ordain.core.money import CENT, UNIT, Money, TaxedPrice
from ordain.flows import payments
from ordain.store import accounts
from ordain.store import ledger as books
from tests.flows.shop import bought, caller, placed, together
from tests.older_lines import as_older_lines
from tests.sold import sold
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    import asyncio

    from ordain.store.database import Database, Tx
    from tests.world import World

PREPAID, FIDELITY = "/me/ovhAccount/FR", "/me/fidelityAccount"


def moved(world: World, path: str = PREPAID, **query: object) -> list[dict[str, Any]]:
    ids = world.call("GET", f"{path}/movements", "camille", query=query).ok()
    return [world.get(f"{path}/movements/{each}").ok() for each in ids]


def test_movements_tell_how_a_balance_came_about(world: World) -> None:
    order_id = bought(world, "stolen.fr")
    world.deliver()
    found = moved(world)
    assert [(m["operation"], m["amount"]["value"], m["balance"]["value"], m["order"]) for m in found] == [
        ("credit", 1000, 1000, 0),
        ("debit", -5.99, 994.01, order_id),
        ("credit", 5.99, 1000, order_id),
    ]
    assert [m["previousBalance"] for m in found[1:]] == [m["balance"] for m in found[:-1]]
    assert [m["description"] for m in found] == [
        "Rechargement",
        f"Paiement de votre commande {order_id}",
        f"Remboursement de votre commande {order_id}",
    ]
    held = world.get(PREPAID).ok()
    assert (held["balance"], held["ovhAccountId"], held["canBeCredited"]) == (found[-1]["balance"], "FR", False)
    assert all(m["retrievableAmount"]["value"] == 0 for m in found)


def test_points_are_the_smallest_amounts_there_are(world: World) -> None:
    order_id = placed(world, "foo.fr")
    world.pay(order_id, "fidelityAccount").ok()
    assert world.get(FIDELITY).ok()["balance"] == 99_401
    last = moved(world, FIDELITY)[-1]
    assert (last["amount"], last["balance"], last["previousBalance"], last["order"]) == (
        -599,
        99_401,
        100_000,
        order_id,
    )
    assert last["operation"] == "debit"


def test_movements_are_found_by_date(world: World) -> None:
    world.pass_time(days=1)
    world.credit("camille", 5)
    assert [m["amount"]["value"] for m in moved(world, **{"date.from": "2026-11-24T00:00:00Z"})] == [5]
    assert [m["amount"]["value"] for m in moved(world, **{"date.to": "2026-11-24T00:00:00Z"})] == [1000]
    assert len(moved(world, FIDELITY, **{"date.from": NOON.isoformat()})) == 2


def test_a_strangers_movements_are_none(world: World) -> None:
    [mine] = world.get(f"{PREPAID}/movements").ok()
    [points] = world.get(f"{FIDELITY}/movements").ok()
    for who, path in [
        ("dieter", f"/me/ovhAccount/DE/movements/{mine}"),
        ("dieter", f"{PREPAID}/movements/{mine}"),
        ("dieter", PREPAID),
        ("camille", f"{PREPAID}/movements/{points}"),
        ("camille", f"{FIDELITY}/movements/{mine}"),
    ]:
        assert world.get(path, who).status == 404, path
    assert world.get("/me/ovhAccount", "dieter").ok() == ["DE"]
    assert world.get("/me/ovhAccount/DE/movements", "dieter").ok() == []


# --- the alert threshold ---


def alerts(world: World) -> list[str]:
    async def work(tx: Tx) -> list[tuple[Any, ...]]:
        return await tx.fetch("SELECT body FROM mail WHERE subject = 'Votre solde est bas' ORDER BY mail_id")

    return [row[0] for row in world.runner.run(world.database.read(work))]


def test_who_has_a_threshold_is_told_once_when_it_is_crossed(world: World) -> None:
    assert world.put(PREPAID, {"alertThreshold": 990}).ok() is None
    assert world.get(PREPAID).ok()["alertThreshold"] == 990
    bought(world, "foo1.fr")
    assert alerts(world) == []
    bought(world, "foo2.fr")
    bought(world, "foo3.fr")
    assert alerts(world) == ["Votre compte prépayé contient 988.02 EUR."]
    world.put(PREPAID, {}).ok()
    assert world.get(PREPAID).ok()["alertThreshold"] == 990
    world.put(PREPAID, {"alertThreshold": None}).ok()
    assert world.get(PREPAID).ok()["alertThreshold"] is None


def test_the_fidelity_accounts_threshold_is_in_points(world: World) -> None:
    world.put(FIDELITY, {"alertThreshold": 99_402}).ok()
    world.pay(placed(world, "foo.fr"), "fidelityAccount").ok()
    assert alerts(world) == ["Votre compte fidélité contient 994.01 EUR."]
    assert (world.get(FIDELITY).ok()["alertThreshold"], world.get(PREPAID).ok()["alertThreshold"]) == (99_402, None)


# --- movements add up ---

NIC = "mc1-ordain"
AMOUNTS = st.integers(1, 50 * UNIT)
DEEDS = st.lists(st.tuples(st.sampled_from(ledger.PREPAID), st.sampled_from(["credit", "payment", "refund"]), AMOUNTS))


def entry(number: int, name: str, kind: str, ucents: int) -> ledger.Entry:
    amount = Money(ucents, "EUR")
    price = TaxedPrice(amount, Money(0, "EUR"), amount)
    if kind == "credit":
        return ledger.credit(number, NOON, name, amount)
    order, source = sold(price, order_id=number), ledger.balance_of(name)
    if kind == "payment":
        return ledger.payment(number, NOON, source, order)
    return ledger.refund(number, NOON, source, order, order.items[0])


class Refused(Exception):
    """A balance would have fallen below zero."""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS, forgotten=st.booleans())
def test_movements_add_up_to_the_balance(
    database: Database, runner: asyncio.Runner, deeds: list[tuple[str, str, int]], *, forgotten: bool
) -> None:
    [first, *numbers] = runner.run(database.new_ids(len(deeds) + 1))
    nic = f"{NIC}{first}"

    async def opened(tx: Tx) -> None:
        await accounts.add(tx, structs.replace(PEOPLE["camille"], nichandle=nic), NOON)
        for name in ledger.PREPAID:
            await books.open_balance(tx, nic, name, "EUR", NOON)

    runner.run(database.write(opened))
    for number, deed in zip(numbers, deeds, strict=True):
        _book(database, runner, nic, entry(number, *deed))
    if forgotten:  # entries of before there were transfers, and of before what a balance held was written down
        runner.run(database.write(lambda tx: as_older_lines(tx, nic)))
    for balance in runner.run(database.read(lambda tx: books.balances(tx, nic))):
        found = _movements(database, runner, nic, balance.name)
        assert sum(each.amount.ucents for each in found) == balance.amount.ucents
        assert [each.before.ucents for each in found] == [0, *(each.held.ucents for each in found)][: len(found)]
        assert all(each.held.ucents >= 0 for each in found)
        of_orders = runner.run(database.read(lambda tx, name=balance.name: books.movements_of_orders(tx, nic, name)))  # type: ignore[misc]  # a default that is bound here
        assert of_orders == [each for each in found if each.order_id is not None]


def _book(database: Database, runner: asyncio.Runner, nic: str, written: ledger.Entry) -> None:
    async def work(tx: Tx) -> None:
        if await books.book(tx, nic, written) is None:
            raise Refused

    try:
        runner.run(database.write(work))
    except Refused:
        assert written.kind == "payment"


def _movements(database: Database, runner: asyncio.Runner, nic: str, name: str) -> list[ledger.Movement]:
    ids = runner.run(database.read(lambda tx: books.movement_ids(tx, nic, name, None, None)))

    async def work(tx: Tx) -> list[ledger.Movement | None]:
        return [await books.movement(tx, nic, name, each) for each in ids]

    return [each for each in runner.run(database.read(work)) if each is not None]


def test_what_a_balance_held_is_told_truly_though_many_moved_it_at_once(world: World) -> None:
    me = caller(world)
    orders = [placed(world, f"foo{number}.fr") for number in range(8)]
    chosen = payments.Chosen("ovhAccount")
    done, _ = together(world, [payments.pay(world.engine, me, each, chosen, world.now) for each in orders])
    assert len(done) == 8
    found = sorted(moved(world), key=lambda each: -each["balance"]["priceInUcents"])
    assert [each["balance"]["priceInUcents"] for each in found] == [1000 * UNIT - n * 599 * CENT for n in range(9)]
    assert world.get(PREPAID).ok()["balance"] == found[-1]["balance"]


@pytest.mark.parametrize("path", [PREPAID, FIDELITY])
def test_balances_are_read_without_anything_having_moved(world: World, path: str) -> None:
    path = path.replace("FR", "DE")
    assert world.get(path, "dieter").status == 200
    assert world.get(f"{path}/movements", "dieter").ok() == []
