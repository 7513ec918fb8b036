"""Customers as the staff sees them: who they are what they have; sessions ended, keys withdrawn, sign-in blocked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.account import Account
from ordain.core.audit import Deed, Entry, Wanted
from ordain.core.grant import Grant
from ordain.core.ledger import Balance, Movement
from ordain.core.refusal import invalid, not_found
from ordain.core.session import Session
from ordain.flows import credentials, office_audit, office_orders, sessions, staff
from ordain.flows.credentials import Held
from ordain.flows.office_audit import audited
from ordain.flows.office_orders import Row
from ordain.store import accounts, ledger, office_grants, office_lists
from ordain.store import sessions as kept

if TYPE_CHECKING:
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

MOST_NAMES, MOST_MOVEMENTS, MOST_GRANTS = 100, 20, 20
LONGEST_REASON = 500


class Blocked(Struct, frozen=True):
    """That nobody may sign in to an account: since when, who said so, and why."""

    since: datetime
    member: str
    reason: str


class Customer(Struct, frozen=True, kw_only=True):
    """An account and what hangs on it."""

    account: Account
    names: list[tuple[str, datetime]]
    orders: list[Row]
    balances: list[tuple[Balance, list[Movement]]]
    """Each with what moved it last, the latest first."""
    sessions: list[Session]
    """When each began and ends."""
    keys: list[Held]
    grants: list[Grant]
    blocked: Blocked | None
    done: list[Entry]
    """What the staff did about this account."""


async def read(engine: Engine, nic: str) -> Customer:
    """An account with all there is to see."""
    now = engine.clock()
    account = await _account(engine, nic)

    async def work(tx: Tx) -> tuple[Blocked | None, list[tuple[Balance, list[Movement]]]]:
        blocked = await kept.blocked(tx, nic)
        return Blocked(*blocked) if blocked else None, [
            (balance, await ledger.last_movements(tx, nic, balance.name, MOST_MOVEMENTS))
            for balance in await ledger.balances(tx, nic)
        ]

    blocked, balances = await engine.database.read(work)
    return Customer(
        account=account,
        names=await engine.database.read(lambda tx: office_lists.names_of(tx, nic, MOST_NAMES)),
        orders=await office_orders.of_customer(engine, nic),
        balances=balances,
        sessions=await engine.database.read(lambda tx: kept.of_account(tx, account, now)),
        keys=await credentials.of_account(engine, nic),
        grants=await engine.database.read(lambda tx: office_grants.of_account(tx, nic, MOST_GRANTS)),
        blocked=blocked,
        done=await office_audit.entries(engine, Wanted(customer=nic)),
    )


async def _account(engine: Engine, nic: str) -> Account:
    account = await engine.database.read(lambda tx: accounts.load(tx, nic))
    if account is None:
        message = f"Account {nic[:100]} does not exist"
        raise not_found(message, "nic")
    return account


def _noting(engine: Engine, by: str, verb: str, nic: str, reason: str = "") -> Engine:
    deed = Deed(member=by, verb=f"account.{verb}", subject=f"account {nic}", customer=nic, reason=reason)

    async def state(tx: Tx) -> str:
        return "blocked" if await kept.is_blocked(tx, nic) else "open"

    return audited(engine, deed, state)


async def end_sessions(engine: Engine, by: str, nic: str) -> None:
    """Whoever is signed in to an account is so no more."""
    await _account(engine, nic)
    await staff.refuse_colleague(engine, by, nic)
    await sessions.end_all(_noting(engine, by, "end_sessions", nic), nic)


async def withdraw_key(engine: Engine, by: str, nic: str, credential_id: int) -> None:
    """A consumer key of an account counts no more."""
    await staff.refuse_colleague(engine, by, nic)
    deed = Deed(member=by, verb="account.withdraw_key", subject=f"credential {credential_id}", customer=nic)
    await credentials.withdraw(audited(engine, deed), nic, credential_id)


async def block(engine: Engine, by: str, nic: str, reason: str) -> None:
    """Let nobody sign in to an account, and end its sessions."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        message = f"Say why, in at most {LONGEST_REASON} characters"
        raise invalid(message, "reason")
    if nic == by:
        message = "Nobody blocks themselves"
        raise invalid(message, "nic")
    await staff.refuse_colleague(engine, by, nic)
    await sessions.block(_noting(engine, by, "block", nic, reason), nic, by, reason, engine.clock())


async def unblock(engine: Engine, by: str, nic: str) -> None:
    """Let an account's people sign in again."""
    await _account(engine, nic)
    await staff.refuse_colleague(engine, by, nic)
    await sessions.unblock(_noting(engine, by, "unblock", nic), nic)
