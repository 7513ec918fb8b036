"""Who a signed call comes from, and why it does not count; carts that are forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ordain.core.money import UNIT, Money
from ordain.core.refusal import Refused
from ordain.flows import accounts, carts, signers
from ordain.store import carts as kept_carts
from ordain.store.columns import micros
from tests.flows.shop import placed

if TYPE_CHECKING:
    from ordain.store.database import Tx
    from tests.world import World

WEEK = carts.KEPT


def refused_code(world: World, application_key: str, consumer_key: str) -> str | None:
    with pytest.raises(Refused) as raised:
        world.runner.run(signers.signer(world.engine, application_key, consumer_key, world.now))
    [refusal] = raised.value.refusals
    return refusal.code


def test_keys_lead_to_their_account_and_secret(world: World) -> None:
    for who in ("camille", "dieter"):
        keys = world.keys[who]
        found = world.runner.run(signers.signer(world.engine, keys.application_key, keys.consumer_key, world.now))
        assert (found.secret, found.caller.account.nichandle) == (keys.application_secret, world.nics[who])


def test_keys_that_do_not_belong_together_lead_nowhere(world: World) -> None:
    mine, other = world.keys["camille"], world.keys["dieter"]
    assert refused_code(world, mine.application_key, other.consumer_key) == "NOT_CREDENTIAL"
    assert refused_code(world, mine.application_key, "unknown") == "NOT_CREDENTIAL"
    assert refused_code(world, "unknown", mine.consumer_key) == "INVALID_KEY"


@pytest.mark.parametrize(
    "change",
    ["UPDATE credential SET status = 'expired'", "UPDATE credential SET expires = created",
     "UPDATE application SET status = 'blocked'"],
)  # fmt: skip
def test_a_credential_that_is_over_is_not_valid(world: World, change: str) -> None:
    world.runner.run(world.database.write(lambda tx: tx.execute(change)))
    keys = world.keys["camille"]
    assert refused_code(world, keys.application_key, keys.consumer_key) == "INVALID_CREDENTIAL"


def test_no_secret_lies_open_in_the_database(world: World) -> None:
    keys = world.keys["camille"]

    async def rows(tx: Tx) -> str:
        return str([await tx.fetch("SELECT * FROM application"), await tx.fetch("SELECT * FROM credential")])

    lying = world.runner.run(world.database.read(rows))
    assert keys.application_key in lying
    assert keys.application_secret not in lying
    assert keys.consumer_key not in lying


def test_money_is_put_on_a_balance_and_never_below_zero(world: World) -> None:
    nic = world.nics["dieter"]

    def credit(balance: str, ucents: int, account: str = nic) -> Money:
        return world.runner.run(accounts.credit(world.engine, account, balance, ucents, world.now))

    assert credit("ovhAccount", 5 * UNIT) == Money(5 * UNIT, "EUR")
    assert credit("ovhAccount", -2 * UNIT) == Money(3 * UNIT, "EUR")
    with pytest.raises(Refused, match="below zero"):
        credit("ovhAccount", -4 * UNIT)
    with pytest.raises(Refused, match="no balance"):
        credit("bankAccount", 1)
    with pytest.raises(Refused, match="no balance"):
        credit("ovhAccount", 1, "xx1-ordain")
    assert (world.balance("dieter"), world.balance("dieter", "fidelityAccount")) == (3 * UNIT, 0)
    assert world.imbalance() == []


def test_only_carts_that_nobody_owns_nor_ordered_are_forgotten(world: World) -> None:
    placed(world, "foo.fr")
    mine, anonymous = world.cart(), world.cart(None)
    world.now += timedelta(days=1) + WEEK
    fresh = world.cart(None)
    assert world.runner.run(carts.sweep(world.engine)) == 0
    world.now += timedelta(microseconds=1)
    assert world.runner.run(carts.sweep(world.engine)) == 1
    statuses = [world.get(f"/order/cart/{cart_id}").status for cart_id in (mine, anonymous, fresh)]
    assert statuses == [200, 404, 200]


def test_however_many_are_forgotten_the_write_connection_is_never_held_long(world: World) -> None:
    several = carts.AT_ONCE + 1
    for _ in range(several):
        world.cart(None)
    world.now += timedelta(days=2) + WEEK

    async def round_of(tx: Tx) -> int:
        return await kept_carts.delete_expired(tx, micros(world.now - WEEK), 10)

    assert world.runner.run(world.database.write(round_of)) == 10
    assert world.runner.run(carts.sweep(world.engine)) == several - 10
