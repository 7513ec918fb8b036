"""An account's prepaid balances, as they are and as they moved, and the payments made from them by method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.ledger import OVH_ACCOUNT
from ordain.core.payment_method import MEANS
from ordain.core.refusal import not_found
from ordain.store import ledger as books

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.ledger import Balance, Movement
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def read(engine: Engine, caller: Caller, name: str) -> Balance:
    """One of the caller's balances."""
    return await engine.database.read(lambda tx: _read(tx, caller, name))


async def _read(tx: Tx, caller: Caller, name: str) -> Balance:
    held = await books.balances(tx, caller.account.nichandle)
    return next(balance for balance in held if balance.name == name)


async def set_threshold(engine: Engine, caller: Caller, name: str, threshold: int | None) -> None:
    """Below what its owner wants to be told; None for not at all."""
    await engine.database.write(lambda tx: books.set_threshold(tx, caller.account.nichandle, name, threshold))


async def movement_ids(
    engine: Engine, caller: Caller, name: str, since: datetime | None, until: datetime | None
) -> list[int]:
    """The ids of what moved a balance within these instants."""
    return await engine.database.read(lambda tx: books.movement_ids(tx, caller.account.nichandle, name, since, until))


async def movement(engine: Engine, caller: Caller, name: str, movement_id: int) -> Movement:
    """One movement of a balance."""
    found = await engine.database.read(lambda tx: books.movement(tx, caller.account.nichandle, name, movement_id))
    if found is None:
        message = "Movement %(movement)s does not exist"
        raise not_found(message, "movementId", movement=movement_id)
    return found


async def method(engine: Engine, caller: Caller, method_id: int) -> Balance:
    """The balance behind one of the caller's payment methods."""
    return await read(engine, caller, mean_of(method_id))


def mean_of(method_id: int) -> str:
    """What a payment with this method is booked as."""
    if method_id not in MEANS:
        message = f"Payment method {method_id} does not exist"
        raise not_found(message, "paymentMethodId")
    return MEANS[method_id]


async def transactions(engine: Engine, caller: Caller) -> list[Movement]:
    """What was paid with the caller's prepaid account, and what came back: the movements made for an order."""
    nic = caller.account.nichandle
    return await engine.database.read(lambda tx: books.movements_of_orders(tx, nic, OVH_ACCOUNT))


async def transaction(engine: Engine, caller: Caller, transaction_id: int) -> Movement:
    """One of them."""
    nic = caller.account.nichandle
    found = await engine.database.read(lambda tx: books.movement(tx, nic, OVH_ACCOUNT, transaction_id))
    if found is None or found.order_id is None:
        message = f"Transaction {transaction_id} does not exist"
        raise not_found(message, "transactionId")
    return found


async def describe(engine: Engine, caller: Caller, method_id: int, description: str | None) -> None:
    """What the owner calls a payment method."""
    name = mean_of(method_id)
    await engine.database.write(lambda tx: books.describe(tx, caller.account.nichandle, name, description))
