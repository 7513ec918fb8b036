"""What a consumer key may spend: set by its account, counted in the transaction that pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import spending as core
from ordain.core.refusal import Refusal, Refused, forbidden, not_found
from ordain.flows import credentials
from ordain.flows.signers import forget
from ordain.store import credentials as keys
from ordain.store import spending_limits

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.charge import Charge
    from ordain.core.money import Money
    from ordain.core.spending import Limit, Spending
    from ordain.flows.act import Act
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

NOT_BY_ITSELF = "A key with a spending limit can neither change limits nor make other keys"


def refuse_limited(caller: Caller) -> None:
    """Raises Refused for a key that has a limit: it would be none, could the key get around it."""
    if caller.limited:
        raise forbidden(NOT_BY_ITSELF)


def read_limit(currency: str, per_day: str | None, per_month: str | None) -> Limit:
    """A limit as people write it. Raises Refused for what is none."""
    wanted = core.read_limit(currency, per_day, per_month)
    if isinstance(wanted, list):
        raise Refused(*wanted)
    return wanted


async def _held(tx: Tx, nic: str, credential_id: int) -> None:
    if await keys.credential_of(tx, nic, credential_id) is None:
        raise credentials.unknown(credential_id)


async def of_account(engine: Engine, nic: str) -> dict[int, Spending]:
    """The limits of an account's keys, by the key's id."""
    return await engine.database.read(lambda tx: spending_limits.of_account(tx, nic))


async def read(engine: Engine, nic: str, credential_id: int) -> Spending:
    """The limit of one of the account's keys. 404 where it has none."""

    async def work(tx: Tx) -> Spending:
        await _held(tx, nic, credential_id)
        found = await spending_limits.load(tx, nic, credential_id)
        if found is None:
            message = f"Credential {credential_id} has no spending limit"
            raise not_found(message, "credentialId")
        return found

    return await engine.database.read(work)


async def limit(engine: Engine, caller: Caller, credential_id: int, wanted: Limit) -> Spending:
    """Have a key spend no more than this. What it spent since it has a limit still counts."""
    refuse_limited(caller)
    nic = caller.account.nichandle

    async def work(tx: Tx) -> Spending:
        await _held(tx, nic, credential_id)
        new = core.limited(await spending_limits.load(tx, nic, credential_id), wanted)
        await spending_limits.save(tx, nic, credential_id, new)
        return new

    made = await engine.database.write(work)
    forget(engine, lambda known: known.credential_id == credential_id)
    return made


async def lift(engine: Engine, caller: Caller, credential_id: int) -> None:
    """Have a key spend what there is."""
    refuse_limited(caller)
    nic = caller.account.nichandle

    async def work(tx: Tx) -> None:
        await _held(tx, nic, credential_id)
        await spending_limits.delete(tx, nic, credential_id)

    await engine.database.write(work)
    forget(engine, lambda known: known.credential_id == credential_id)


async def spend(tx: Tx, nic: str, credential_id: int, amount: Money, now: datetime) -> None:
    """Count a payment that is made in this transaction. Raises Refused where it is more than the key may."""
    before = await spending_limits.load(tx, nic, credential_id)
    if before is None:
        return
    after = core.spent(before, amount, now)
    if isinstance(after, Refusal):
        raise Refused(after)
    await spending_limits.save(tx, nic, credential_id, after)


async def may(tx: Tx, nic: str, credential_id: int, amount: Money, now: datetime) -> bool:
    """Whether a key could pay so much now."""
    before = await spending_limits.load(tx, nic, credential_id)
    return before is None or not isinstance(core.spent(before, amount, now), Refusal)


async def follow(act: Act, before: Charge, after: Charge, *, kept: bool) -> None:
    """Count a charge as what became of it. `kept`: it succeeded and pays its order.

    It was counted when it began. What failed, or goes back at once, counts no more; what failed, and pays all the same,
    does again.
    """
    counted, counts = before.status != "failed", kept or after.open
    if not after.spender or counted == counts:
        return
    held = await spending_limits.load(act.tx, after.nic, after.spender)
    if held is None:
        return
    if counts:
        new = core.paid_after_all(held, after.amount, act.now)
    else:
        new = core.given_back(held, after.amount, after.created)
    await spending_limits.save(act.tx, after.nic, after.spender, new)
