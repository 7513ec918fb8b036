"""The command line: `ordain --help`."""

from __future__ import annotations

import asyncio
import functools
import gc
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ordain import __version__, settings
from ordain.adapters.catalogue_files import CatalogueError
from ordain.adapters.promotion_files import PromotionError
from ordain.adapters.seller_files import SellerError
from ordain.catalogue_commands import catalogue
from ordain.commands import run, with_settings
from ordain.core.refusal import Refused
from ordain.moving_commands import backup, migrate_data
from ordain.payment_commands import payment
from ordain.registry_commands import registry
from ordain.staff_commands import audit, staff
from ordain.store.database import DatabaseError
from ordain.voucher_commands import voucher

if TYPE_CHECKING:
    from ordain.core.bill_content import Content
    from ordain.flows.ports import Engine
    from ordain.settings import Settings

# Imports inside the commands keep `ordain --help` quick: most commands need only a part of the program.


class Commands(click.Group):
    """Says what went wrong in a sentence instead of a traceback, for everything that is not a mistake of ours."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (
            settings.SettingError,
            DatabaseError,
            CatalogueError,
            PromotionError,
            SellerError,
            Refused,
            OSError,
        ) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ordain")
def main() -> None:
    """Ordain, a domain-name order engine that speaks the OVHcloud Order API.

    Start with `ordain serve`. Settings are environment variables ORDAIN_… or a TOML file that ORDAIN_CONFIG names:
    `ordain settings` lists them.
    """


def _end_when_told() -> None:
    """Whoever is told to stop while it still starts has nothing to finish: it ends as well as later."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))


@main.command()
@click.option("--no-worker", is_flag=True, help="Leave delivery to `ordain worker` in other processes (PostgreSQL).")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Processes that serve at the same address (PostgreSQL).",
)
@with_settings
def serve(of: Settings, *, no_worker: bool, workers: int) -> None:
    """Start the API, with a worker in the same process."""
    _end_when_told()
    gc.disable()  # a fifth of the start went into looking for garbage among what was just loaded
    from ordain import serving

    serving.serve(of, with_worker=not no_worker, processes=workers)


@main.command()
@with_settings
def worker(of: Settings) -> None:
    """Start a worker alone. On SQLite the one inside `ordain serve` is the only one there can be."""
    _end_when_told()
    from ordain import serving

    serving.work(of)


@main.command("sandbox-registry")
@click.option("--latency", default=0.0, show_default=True, help="Seconds before every answer.")
@click.option("--idle", default=120.0, show_default=True, help="Seconds of silence after which a session is cut.")
@click.option(
    "--fault",
    multiple=True,
    metavar="KIND[:COMMAND][=PERCENT]",
    help="Do something wrong: cut-after:domain:create=20. Kinds are in docs/sandbox.md.",
)
@with_settings
def sandbox_registry(of: Settings, *, latency: float, idle: float, fault: tuple[str, ...]) -> None:
    """Start the sandbox registry as an EPP server of its own, for rehearsals on this machine."""
    from ordain import sandbox_serving

    sandbox_serving.serve(of, latency=latency, idle=idle, faults=fault)


@main.command()
@click.argument("to", required=False)
@with_settings
def clock(of: Settings, to: str | None) -> None:
    """Tell the rehearsal's time, or move it forward TO +30d, +12h or 2027-03-01. Servers that run follow at once."""
    from ordain import app
    from ordain.adapters.sandbox_clock import SandboxClock
    from ordain.core.moment import moved
    from ordain.core.refusal import Refusal

    now = app.clock(of)
    if not isinstance(now, SandboxClock):
        message = "Time is moved in rehearsals only: names are real here."
        raise click.ClickException(message)
    if to is not None:
        wanted = moved(to, now())
        if isinstance(wanted, Refusal):
            raise click.ClickException(wanted.message)
        now.move(wanted)
    ahead = timedelta(seconds=round((now() - now.machine()) / timedelta(seconds=1)))
    click.echo(f"{now():%Y-%m-%d %H:%M:%S} UTC, {ahead} ahead of the machine")


@main.command()
@with_settings
def migrate(of: Settings) -> None:
    """Bring the database's tables up to date. `serve` does so too."""
    from ordain import app
    from ordain.setting_texts import shown

    async def inside() -> list[str]:
        async with app.opened(of):
            return []

    asyncio.run(inside())
    click.echo(f"{shown(of.database)} is up to date.")


@main.command("client-config")
@with_settings
def client_config(of: Settings) -> None:
    """Print an ovh.conf for the demo account, and nothing else."""
    from ordain import demo

    conf = run(lambda engine: demo.client_config(engine, of), of, read_only=demo.exists(of))
    if conf is None:
        message = "There is no demo account here: make keys for an account with `ordain application create`."
        raise click.ClickException(message)
    click.echo(conf, nl=False)


@main.command("settings")
def list_settings() -> None:
    """List every setting with its default."""
    for setting in settings.TABLE:
        default = f" [{setting.default}]" if setting.default else ""
        click.echo(f"ORDAIN_{setting.name.upper()}{default}\n    {setting.told}")


@main.command()
@click.argument("order_id", type=int)
@with_settings
def order(of: Settings, order_id: int) -> None:
    """Tell the whole story of one order: lines, payments, ledger entries, tasks, mails."""
    from ordain import app, report
    from ordain.flows import orders

    report.order(run(lambda engine: orders.story(engine, None, order_id), of, read_only=True), app.clock(of)())


@main.command()
@click.argument("number")
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the document.")
@click.option("--xml", type=click.Path(dir_okay=False, path_type=Path), help="Where to write its Factur-X alone.")
@with_settings
def bill(of: Settings, number: str, pdf: Path | None, xml: Path | None) -> None:
    """Tell what the bill or credit note NUMBER says, or write it to files."""
    from ordain import report
    from ordain.core.bill_content import not_electronic
    from ordain.flows import billing

    async def work(engine: Engine) -> tuple[Content, bytes | None, bytes]:
        content = await billing.content(engine, number, None)
        printer = engine.bill_printer
        return content, printer.xml(content) if xml else None, await printer.pdf(content) if pdf else b""

    content, made, printed = run(work, of, read_only=True)
    if xml and made is None:
        message = f"There is no Factur-X of {number}: {not_electronic(content)}."
        raise click.ClickException(message)
    for file, written in ((pdf, printed), (xml, made)):
        if file and written:
            file.write_bytes(written)
    if not (pdf or xml):
        report.bill(content)


_DAY = click.DateTime(["%Y-%m-%d"])


@main.command()
@click.option("--account", "nic", help="One customer's part of it, line by line.")
@click.option("--from", "since", type=_DAY, help="Add up what was entered on this day (UTC) and later.")
@click.option("--to", "until", type=_DAY, help="Add up what was entered on this day (UTC) and before.")
@click.option("--csv", "as_csv", is_flag=True, help="Every line as CSV, for accountants, instead of sums and proofs.")
@with_settings
def ledger(of: Settings, nic: str | None, since: datetime | None, until: datetime | None, *, as_csv: bool) -> None:
    """Print the ledger's balances and prove them; exit code 1 and what is wrong if anything is.

    Proofs are of all days there are. Works beside a running server.
    """
    from ordain import ledger_report
    from ordain.flows.bookkeeping import Asked

    first = None if since is None else since.replace(tzinfo=UTC)
    last = None if until is None else until.replace(tzinfo=UTC) + timedelta(days=1, microseconds=-1)
    asked = Asked(nic, first, last)
    show = ledger_report.export if as_csv else ledger_report.tell
    if not run(lambda engine: show(engine, asked), of, read_only=True):
        raise SystemExit(1)


@main.group()
def task() -> None:
    """Mend delivery tasks that ended in error: `ordain order` shows them."""


@task.command("relaunch")
@click.argument("task_id", type=int)
@with_settings
def relaunch_task(of: Settings, task_id: int) -> None:
    """Take a task up again. On SQLite, stop the server first."""
    from ordain.flows import mending

    run(lambda engine: mending.relaunch(engine, task_id), of)
    click.echo(f"Task {task_id} will be taken up again.")


@task.command("cancel")
@click.argument("task_id", type=int)
@click.option("--reason", default="Cancelled by the operator", show_default=True, help="Told to the customer.")
@with_settings
def cancel_task(of: Settings, task_id: int, reason: str) -> None:
    """Give a task up, and the money back unless the name was delivered. On SQLite, stop the server first."""
    from ordain.flows import mending

    refunded = run(lambda engine: mending.cancel(engine, task_id, reason), of)
    given = "refunded" if refunded else "nothing is given back: the name itself was delivered"
    click.echo(f"Task {task_id} is cancelled, {given}.")


@main.group()
def account() -> None:
    """Make accounts, list them, and put money on their balances."""


@account.command("create")
@click.option("--email", required=True)
@click.option("--firstname", required=True)
@click.option("--name", required=True)
@click.option("--country", required=True, help="Two letters, such as FR.")
@click.option("--subsidiary", "ovhSubsidiary", default="FR", show_default=True, help="Decides currency and tax.")
@click.option("--language", default="en_GB", show_default=True)
@click.option("--birth-day", "birthDay", help="YYYY-MM-DD; without it every order must certify the owner's age.")
@click.option("--address", help="Street and number.")
@click.option("--birth-city", "birthCity", help="This and the next two are what .fr asks of a person.")
@click.option("--birth-country", "birthCountry")
@click.option("--birth-zip", "birthZip")
@click.option("--zip", "zip")
@click.option("--city")
@click.option("--phone", help="+33.123456789")
@with_settings
def create_account(of: Settings, /, **given: str | None) -> None:
    """Make an account and print its name."""
    import msgspec

    from ordain.api.account import NewAccount
    from ordain.core.account import Account
    from ordain.flows import accounts

    try:
        checked = msgspec.convert({name: value for name, value in given.items() if value is not None}, NewAccount)
    except msgspec.ValidationError as error:
        raise click.ClickException(str(error)) from error
    new = msgspec.convert({**msgspec.to_builtins(checked), "nichandle": "", "legalform": "individual"}, Account)
    made = run(lambda engine: accounts.create(engine, new, engine.clock()), of)
    click.echo(made.nichandle)


@account.command("list")
@with_settings
def list_accounts(of: Settings) -> None:
    """List all accounts."""
    from ordain.flows import accounts

    for nic in run(accounts.names, of, read_only=True):
        click.echo(nic)


@account.command("credit")
@click.argument("nic")
@click.argument("amount")
@click.option("--balance", type=click.Choice(["ovhAccount", "fidelityAccount"]), default="ovhAccount")
@with_settings
def credit_account(of: Settings, nic: str, amount: str, balance: str) -> None:
    """Put AMOUNT (such as 25.00) on a balance of the account NIC."""
    from ordain.core.money import decimal_text, parse_amount
    from ordain.flows import accounts

    try:
        ucents = parse_amount(amount)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    held = run(lambda engine: accounts.credit(engine, nic, balance, ucents, engine.clock()), of)
    click.echo(f"{balance} of {nic} holds {decimal_text(held)} {held.currency}.")


@account.command("password")
@click.argument("nic")
@click.option("--drop-second-factor", is_flag=True, help="For those who lost their app and their recovery codes.")
@with_settings
def set_password(of: Settings, nic: str, *, drop_second_factor: bool) -> None:
    """Give the account NIC a new password and print it; its sessions end. On SQLite, stop the server first."""
    from ordain.flows import second_factor, sessions

    if drop_second_factor:
        run(lambda engine: second_factor.drop(engine, nic), of)
    click.echo(run(lambda engine: sessions.new_password(engine, nic, engine.clock()), of))


@main.group()
def application() -> None:
    """Make applications: the keys clients sign with."""


@application.command("create")
@click.argument("nic")
@click.option("--name", default="application", show_default=True)
@with_settings
def create_application(of: Settings, nic: str, name: str) -> None:
    """Make an application of the account NIC with a validated consumer key; print an ovh.conf for it."""
    from ordain import demo
    from ordain.flows import applications

    named = applications.Named(name)
    keys = run(lambda engine: applications.create(engine, nic, named, engine.clock()), of)
    click.echo(demo.ovh_conf(of, keys), nl=False)


main.add_command(backup)
main.add_command(catalogue)
main.add_command(migrate_data)
main.add_command(payment)
main.add_command(registry)
main.add_command(audit)
main.add_command(staff)
main.add_command(voucher)


@main.group()
def trademarks() -> None:
    """Look after what the trademark clearing house publishes."""


@trademarks.command("take")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@with_settings
def take_list(of: Settings, file: tuple[Path, ...]) -> None:
    """Take in lists of revoked marks, of claims or of revoked certificates. On SQLite, stop the server first."""
    from ordain.flows import trademarks as flow

    for each in file:
        taken = functools.partial(flow.take, text=each.read_text("utf-8", errors="replace"))
        click.echo(run(taken, of))


@main.command()
def docs() -> None:
    """Write the pages of docs/ that are made from the program itself."""
    from ordain import report

    for file in report.write_docs():
        click.echo(file)
