"""Vouchers: made by the operator, redeemed once each, credited to the prepaid balance from an account of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import ledger
from ordain.core import voucher as core
from ordain.core.refusal import Refusal, Refused, conflict, invalid
from ordain.flows.sessions import attempt
from ordain.store import ledger as books
from ordain.store import sessions, vouchers
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.money import Money
    from ordain.core.voucher import Batch
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def create(engine: Engine, amount: Money, count: int, expires: datetime | None) -> list[str]:
    """New vouchers; their codes, which nobody can tell later."""
    currencies = {subsidiary.currency for subsidiary in engine.market.catalogue.subsidiaries.values()}
    problem = core.unfit(amount, count, currencies)
    if problem:
        raise invalid(problem)
    codes = [core.code_of(engine.secret_text(32)) for _ in range(count)]
    [number] = await engine.database.new_ids()
    batch = core.Batch(number, amount, engine.clock(), expires, count, 0)
    hashes = [_hash(code) for code in codes]
    await engine.database.write(lambda tx: vouchers.add(tx, hashes, batch))
    return codes


async def batches(engine: Engine) -> list[Batch]:
    """Every batch there is, the oldest first."""
    return await engine.database.read(vouchers.batches)


async def withdraw(engine: Engine, batch: int) -> int:
    """Make what nobody redeemed of a batch good for nothing; how many these were."""
    return await engine.database.write(lambda tx: vouchers.withdraw(tx, batch))


async def is_good(engine: Engine, caller: Caller, typed: str, now: datetime) -> bool:
    """Whether the caller could redeem it. Codes that are no good are counted, and soon have to wait."""
    subject = await _attempt(engine, caller, now)

    async def work(tx: Tx) -> bool:
        good = isinstance(await _judged(tx, caller, typed, now), core.Voucher)
        if good:
            await sessions.take_back(tx, subject)
        return good

    return await engine.database.write(work)


async def redeem(engine: Engine, caller: Caller, typed: str, now: datetime) -> int:
    """Credit a voucher to the caller's prepaid balance; the movement's id. Of many at the same moment one succeeds."""
    subject = await _attempt(engine, caller, now)
    [entry_id] = await engine.database.new_ids()
    nic = caller.account.nichandle

    async def work(tx: Tx) -> int:
        found = await _judged(tx, caller, typed, now)
        if isinstance(found, Refusal):
            raise Refused(found)
        entry = ledger.voucher(entry_id, now, found.amount)
        taken = await vouchers.redeem(tx, _hash(typed), nic, now) and await books.book(tx, nic, entry)
        if not taken:
            message = "The voucher could not be credited: try again"
            raise conflict(message, "inputCode")
        await sessions.take_back(tx, subject)
        return entry_id

    return await engine.database.write(work, in_turn=True)


async def _attempt(engine: Engine, caller: Caller, now: datetime) -> str:
    """Count an attempt before it is judged; it is taken back if it succeeds. What it is counted as."""
    subject = f"voucher {caller.account.nichandle}"
    await attempt(engine, {subject: core.ATTEMPTS}, now)
    return subject


def _hash(typed: str) -> str:
    return hashed(core.read(typed))


async def _judged(tx: Tx, caller: Caller, typed: str, now: datetime) -> core.Voucher | Refusal:
    held = await books.balances(tx, caller.account.nichandle)
    currency = next(balance.amount.currency for balance in held if balance.name == ledger.OVH_ACCOUNT)
    return core.judged(await vouchers.find(tx, _hash(typed)), currency, now)
