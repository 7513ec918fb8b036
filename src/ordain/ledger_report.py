"""What `ordain ledger` prints: the trial balance, its proofs, a customer's statement, and every line as CSV."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

import click

from ordain.core.chart import NATURES
from ordain.core.money import UNIT, Money, decimal_text, smallest
from ordain.flows import bookkeeping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ordain.flows.bookkeeping import Asked, Line, Report, Sum
    from ordain.flows.ports import Engine

COLUMNS = ("date", "customer", "entry", "kind", "order", "account", "debit", "credit", "currency")
"""Of the CSV."""


async def export(engine: Engine, asked: Asked) -> bool:
    """Write every line as CSV, a page at a time."""
    await bookkeeping.require(engine, asked)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    async for page in bookkeeping.lines(engine, asked):
        out.writerows(map(_cells, page))
    return True


def _cells(line: Line) -> tuple[object, ...]:
    amount = exact(abs(line.amount.ucents), line.amount.currency)
    debit, credit = (amount, "") if line.amount.ucents < 0 else ("", amount)
    at = line.at.isoformat()
    return (
        at,
        line.nic,
        line.entry_id,
        line.kind,
        line.order_id or "",
        line.account,
        debit,
        credit,
        line.amount.currency,
    )


def exact(ucents: int, currency: str) -> str:
    """An amount with all its decimals, of which there are as many as its currency pays, or more."""
    if ucents % smallest(currency) == 0:
        return decimal_text(Money(ucents, currency))
    whole, rest = divmod(abs(ucents), UNIT)
    return f"{'-' if ucents < 0 else ''}{whole}.{rest:08d}".rstrip("0")


async def tell(engine: Engine, asked: Asked) -> bool:
    """Print sums and proofs; whether all of them hold."""
    found = await bookkeeping.report(engine, asked)
    if asked.nic is not None:
        await _statement(engine, asked)
    _table(("account", "", "debits", "credits", "balance"), map(_row, found.sums))
    _natures(found.sums)
    for sentence in proven(found):
        click.echo(sentence)
    for fault in found.faults:
        click.echo(f"WRONG: {fault}")
    return not found.faults


async def _statement(engine: Engine, asked: Asked) -> None:
    async for page in bookkeeping.lines(engine, asked):
        for line in page:
            amount = exact(line.amount.ucents, line.amount.currency)
            held = f", then {exact(line.held.ucents, line.held.currency)}" if line.held else ""
            of = f" order {line.order_id}" if line.order_id else ""
            when = line.at.isoformat(" ", "seconds").removesuffix("+00:00")
            click.echo(
                f"{when}  {line.kind}{of} ({line.entry_id})  {line.account}  {amount} {line.amount.currency}{held}"
            )
    click.echo()


def _row(each: Sum) -> tuple[str, ...]:
    amounts = (each.debits, each.credits, each.balance)
    return each.account, each.nature or "?", *(f"{exact(a.ucents, a.currency)} {a.currency}" for a in amounts)


def _natures(sums: list[Sum]) -> None:
    """What each nature comes to in each currency: assets and expenses are liabilities and income."""
    totals: dict[tuple[str, str], int] = {}
    for each in sums:
        key = (each.balance.currency, each.nature or "?")
        totals[key] = totals.get(key, 0) + each.balance.ucents
    currencies = sorted({currency for currency, _ in totals})
    rows = [
        (currency, *(exact(totals.get((currency, nature), 0), currency) for nature in NATURES))
        for currency in currencies
    ]
    _table(("", *(f"{nature}" for nature in NATURES)), rows)


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Columns of text; the first two from the left, amounts from the right."""
    table = [columns, *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(columns))]
    left = 2 if columns[1] == "" else 1
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row[:left], widths[:left], strict=True)]
        cells += [cell.rjust(width) for cell, width in zip(row[left:], widths[left:], strict=True)]
        click.echo("  ".join(cells).rstrip())
    click.echo()


def proven(found: Report) -> list[str]:
    """What was looked at, in sentences; each is one of the proofs if nothing is wrong."""
    of = found.counts
    entries = found.chain.entries + of.older
    sentences = [
        f"{entries:,} entries ({found.chain.transfers:,} transfers), each debits what it credits.",
        f"{of.balances:,} balances are the sum of their lines.",
        f"{of.payments:,} payments have their entry, {of.refunds:,} refunds their reversal.",
        f"{of.bills:,} bills have their payment, {of.notes:,} credit notes their refund, and numbers are without gaps.",
        f"The chains are whole. Seal: {found.chain.seal}",
    ]
    if found.faults:
        sentences = [f"{entries:,} entries, {of.balances:,} balances and {of.payments:,} payments were looked at."]
    if of.older:
        sentences.append(f"{of.older:,} entries are older than the chains, which do not cover them.")
    unknown = of.delivered - of.costed
    if unknown:
        sentences.append(
            f"Of {unknown:,} of {of.delivered:,} names that were delivered it is not known what they cost."
        )
    return sentences
