"""The commands of `ordain voucher`."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import click

from ordain.commands import run, with_settings

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.settings import Settings


@click.group()
def voucher() -> None:
    """Make vouchers: codes that put money on the prepaid account of whoever redeems them."""


@voucher.command("create")
@click.option("--amount", required=True, help="What each is worth, such as 10.00.")
@click.option("--currency", default="EUR", show_default=True, help="Redeemed only on accounts of this currency.")
@click.option("--count", default=1, show_default=True, type=int)
@click.option("--expires", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="In UTC; never without.")
@with_settings
def create(of: Settings, /, *, amount: str, currency: str, count: int, expires: datetime | None) -> None:
    """Make vouchers and print their codes, which nobody can tell later. On SQLite, stop the server first."""
    from ordain.core.money import Money, parse_amount
    from ordain.flows import vouchers

    try:
        worth = Money(parse_amount(amount), currency)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    until = expires.replace(tzinfo=UTC) if expires else None
    for code in run(lambda engine: vouchers.create(engine, worth, count, until), of):
        click.echo(code)


@voucher.command("list")
@with_settings
def list_batches(of: Settings) -> None:
    """List vouchers by when they were made: what they are worth, and how many are left."""
    from ordain import app
    from ordain.core.money import decimal_text
    from ordain.flows import vouchers

    now = app.clock(of)()
    for batch in run(vouchers.batches, of, read_only=True):
        until = f"until {batch.expires:%Y-%m-%d %H:%M} UTC" if batch.expires else "for ever"
        click.echo(
            f"{batch.number}: {batch.made} of {decimal_text(batch.amount)} {batch.amount.currency}, made on"
            f" {batch.created:%Y-%m-%d}, good {until}: {batch.redeemed} redeemed, {batch.left(now)} left"
        )


@voucher.command("withdraw")
@click.argument("batch", type=int)
@with_settings
def withdraw(of: Settings, batch: int) -> None:
    """Make what nobody redeemed of BATCH (`ordain voucher list`) good for nothing. On SQLite, stop the server first."""
    from ordain.flows import vouchers

    click.echo(f"{run(lambda engine: vouchers.withdraw(engine, batch), of)} vouchers are withdrawn.")
