"""`ordain payment`: the sums that arrived on the bank account, and the charges to cards of an order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ordain.commands import run, with_settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ordain.core.bank_transfer import Matched
    from ordain.settings import Settings

# Imports inside the commands keep `ordain --help` quick, as in cli.py.


@click.group()
def payment() -> None:
    """Take in what was paid by bank transfer. On SQLite, stop the server first."""


@payment.command("received")
@click.argument("order_id", type=int)
@click.argument("amount")
@click.option("--date", "on", type=click.DateTime(["%Y-%m-%d"]), help="When it arrived; today unless told.")
@with_settings
def received(of: Settings, order_id: int, amount: str, on: Any) -> None:  # noqa: ANN401 - click's datetime, or None
    """AMOUNT (such as 5.99) arrived for order ORDER_ID. The same of one day, said twice, counts once."""
    from ordain.core.money import Money, parse_amount
    from ordain.flows import orders, transfers

    async def work(engine: Any) -> Matched:  # noqa: ANN401 - an Engine
        told = await orders.story(engine, None, order_id)
        currency = told.standing.order.price.gross.currency
        day: date = on.date() if on else engine.clock().date()
        return await transfers.received(engine, order_id, Money(ucents, currency), day)

    try:
        ucents = parse_amount(amount)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    _tell([run(work, of)])


@payment.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@with_settings
def take(of: Settings, file: tuple[Path, ...]) -> None:
    """Take in what a bank's statements (camt.053) say arrived. The same file twice does nothing the second time."""
    from ordain.flows import transfers

    for each in file:
        try:
            xml = each.read_text("utf-8")
        except UnicodeDecodeError as error:
            message = f"{each} is not written in UTF-8"
            raise click.ClickException(message) from error
        _tell(run(lambda engine, xml=xml: transfers.take_file(engine, xml), of))  # type: ignore[misc]  # a lambda's defaults have no types


@payment.command("waiting")
@with_settings
def waiting(of: Settings) -> None:
    """List the sums whose purpose nobody knows."""
    from ordain.flows import transfers

    _tell(run(transfers.waiting, of, read_only=True))


@payment.command("assign")
@click.argument("entry")
@click.argument("nic")
@with_settings
def assign(of: Settings, entry: str, nic: str) -> None:
    """Put the sum ENTRY, which waits, on the prepaid account of NIC."""
    from ordain.flows import transfers

    _tell([run(lambda engine: transfers.assign(engine, entry, nic), of)])


@payment.command("dismiss")
@click.argument("entry")
@click.argument("why")
@click.option("--returned", is_flag=True, help="It was sent back to who paid.")
@with_settings
def dismiss(of: Settings, entry: str, why: str, *, returned: bool) -> None:
    """Let the sum ENTRY wait no more, and note WHY: it came twice, is no customer's, or was sent back.

    Nothing is booked: what waits is in no account of the ledger.
    """
    from ordain.flows import transfers

    _tell([run(lambda engine: transfers.dismiss(engine, entry, why, returned=returned), of)])


@payment.command("dismissed")
@with_settings
def dismissed(of: Settings) -> None:
    """List the sums that were dismissed or sent back, and why."""
    from ordain.flows import transfers

    _tell(run(transfers.dismissed, of, read_only=True))


def _tell(found: Iterable[Matched]) -> None:
    """A line a sum: what the bank calls it, how much, and what it came to."""
    from ordain.core.money import decimal_text

    lines = []
    for one in found:
        receipt = one.receipt
        much = f"{decimal_text(receipt.amount)} {receipt.amount.currency}"
        where = f" order {one.order_id}" if one.order_id is not None else ""
        why = f": {one.why}" if one.why else ""
        again = " (taken in before)" if one.again else ""
        words = f" [{receipt.payer or '?'}: {receipt.text}]" if one.came == "unmatched" else ""
        when = f" on {one.ended.date()}" if one.ended else ""
        lines.append(f"{receipt.entry}  {receipt.on}  {much}  {one.came}{when}{where}{why}{again}{words}")
    click.echo("\n".join(lines) if lines else "Nothing arrived.")
