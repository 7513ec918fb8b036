"""The ledger as its operator reads it: trial balance, proofs, and every line, of everybody or of one customer."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.chart import CHART, Kept, Nature, kept, natural
from ordain.core.money import Money
from ordain.core.refusal import not_found
from ordain.store import accounts, proofs, transfers
from ordain.store.columns import instant
from ordain.store.proofs import Chain, Counts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ordain.flows.ports import Engine
    from ordain.store.database import Row, Tx


class Asked(Struct, frozen=True):
    """Whose ledger, and of what time; None is everybody, and an open end."""

    nic: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Asked()
"""Of everybody, from the beginning to now."""


class Sum(Struct, frozen=True):
    """An account of the ledger in one currency: what was debited and credited, both above zero."""

    account: str
    debits: Money
    credits: Money

    @property
    def row(self) -> Kept | None:
        """Its row of the chart."""
        return kept(self.account)

    @property
    def nature(self) -> Nature | None:
        """What it is by nature; None for what the chart does not have."""
        return self.row.nature if self.row else None

    @property
    def balance(self) -> Money:
        """What stands on it, as accountants print it: above zero where it is as its nature has it."""
        moved = self.credits - self.debits
        return moved if self.nature is None else Money(natural(self.nature, moved.ucents), moved.currency)


class Report(Struct, frozen=True):
    """The trial balance, and what was proven of the ledger it is of."""

    sums: list[Sum]
    counts: Counts
    chain: Chain
    faults: list[str]


async def report(engine: Engine, asked: Asked) -> Report:
    """Add everything up and prove it, on one snapshot. The span narrows the sums; proofs are of all there is."""

    async def work(tx: Tx) -> Report:
        await _known(tx, asked)
        return Report(
            _in_order(await transfers.trial(tx, asked.nic, asked.since, asked.until)),
            await proofs.counts(tx, asked.nic),
            await proofs.chain(tx, asked.nic),
            await proofs.faults(tx, asked.nic),
        )

    return await engine.database.read_long(work)


async def require(engine: Engine, asked: Asked) -> None:
    """Raises Refused for an account that there is not: it is not one that has no entries."""
    await engine.database.read(partial(_known, asked=asked))


async def _known(tx: Tx, asked: Asked) -> None:
    if asked.nic is not None and await accounts.load(tx, asked.nic) is None:
        message = f"Account {asked.nic} does not exist"
        raise not_found(message)


def _in_order(sums: transfers.Sums) -> list[Sum]:
    """As the chart has them; what it does not have comes last."""
    places = {each.name: place for place, each in enumerate(CHART)}
    found = [
        Sum(account, Money(debits, currency), Money(credits_, currency))
        for (account, currency), (debits, credits_) in sorted(sums.items())
    ]
    return sorted(found, key=lambda each: places[each.row.name] if each.row else len(CHART))


class Line(Struct, frozen=True):
    """One side of a transfer, or a line of an older entry. `amount` is credit-positive."""

    nic: str
    entry_id: int
    at: datetime
    kind: str
    order_id: int | None
    account: str
    amount: Money
    held: Money | None = None
    """Of a customer's balance: what it held afterwards."""


async def lines(engine: Engine, asked: Asked) -> AsyncIterator[list[Line]]:
    """Every line, a page at a time, account by account: older ones first, then transfers as they came."""
    before: transfers.OlderPlace = (asked.nic or "", 0, -1)
    while rows := await engine.database.read(partial(transfers.older_page, nic=asked.nic, after=before)):
        before = (rows[-1][0], rows[-1][1], rows[-1][2])
        yield [line for row in rows if _within(line := _older(row), asked)]
    after: transfers.Place = (asked.nic or "", 0)
    while rows := await engine.database.read(partial(transfers.page, nic=asked.nic, after=after)):
        after = (rows[-1][0], rows[-1][1])
        yield [line for row in rows for line in _sides(row) if _within(line, asked)]


def _older(row: Row) -> Line:
    nic, entry_id, _, entered, kind, order_id, account, ucents, code = row
    return Line(nic, entry_id, instant(entered), kind, order_id, account, Money(ucents, code))


def _sides(row: Row) -> tuple[Line, Line]:
    nic, _, entry_id, _, entered, kind, order_id, _, debited, credited, ucents, code, *held, _ = row
    sides = ((debited, -ucents, held[0]), (credited, ucents, held[1]))
    debit, credit = (
        Line(
            nic,
            entry_id,
            instant(entered),
            kind,
            order_id,
            account,
            Money(amount, code),
            None if after is None else Money(after, code),
        )
        for account, amount, after in sides
    )
    return debit, credit


def _within(line: Line, asked: Asked) -> bool:
    return (asked.since is None or asked.since <= line.at) and (asked.until is None or line.at <= asked.until)
