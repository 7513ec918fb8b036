"""Accounts: made, named, and their prepaid balances filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import ledger, mail
from ordain.core.money import Money, payable
from ordain.core.refusal import conflict, invalid, not_found
from ordain.flows.act import Act, write_mail
from ordain.flows.carts import subsidiary_of
from ordain.store import accounts
from ordain.store import ledger as books

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ordain.core.account import Account
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def names(engine: Engine) -> list[str]:
    """Every account's name, the oldest first."""
    return await engine.database.read(accounts.all_names)


async def welcome(act: Act) -> None:
    """Greet a new account."""
    await write_mail(act, None, mail.welcome(act.language, act.account.nichandle))


async def create(
    engine: Engine, account: Account, now: datetime, greet: Callable[[Act], Awaitable[None]] = welcome
) -> Account:
    """A new account with its two prepaid balances. A name is given to it if it has none; `greet` has one id."""
    subsidiary = subsidiary_of(engine, account.ovhSubsidiary)
    [number, mail_id] = await engine.database.new_ids(2)
    if not account.nichandle:
        letters = ((account.name or "x")[:1] + (account.firstname or "x")[:1]).lower()
        letters = letters if letters.isascii() and letters.isalpha() else "xx"
        account = structs.replace(account, nichandle=f"{letters}{10_000 + number}-{engine.nic_suffix}")

    async def work(tx: Tx) -> None:
        await accounts.add(tx, account, now)
        for name in ledger.PREPAID:
            await books.open_balance(tx, account.nichandle, name, subsidiary.currency, now)
        act = Act(engine, tx, account, iter([mail_id]), now)
        await greet(act)

    await engine.database.write(work)
    return account


async def credit(engine: Engine, nic: str, balance: str, ucents: int, now: datetime) -> Money:
    """Put money on a prepaid balance; what it holds then."""
    [entry_id] = await engine.database.new_ids()

    async def work(tx: Tx) -> Money:
        held = {b.name: b.amount for b in await books.balances(tx, nic)}
        if balance not in held:
            message = f"Account {nic} has no balance {balance!r}"
            raise not_found(message)
        amount = Money(ucents, held[balance].currency)
        if payable(amount) != amount:
            message = f"{amount.currency} has no such small amounts"
            raise invalid(message)
        if await books.book(tx, nic, ledger.credit(entry_id, now, balance, amount)) is None:
            message = f"The balance {balance} of {nic} cannot fall below zero"
            raise conflict(message)
        return held[balance] + amount

    return await engine.database.write(work, in_turn=True)
