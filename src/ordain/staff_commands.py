"""The commands of `ordain staff`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ordain.commands import run, with_settings
from ordain.core.staff import ROLES

if TYPE_CHECKING:
    from ordain.settings import Settings


@click.group()
def staff() -> None:
    """Say who works in the back office (/office), and as what."""


@staff.command("add")
@click.argument("nic")
@click.argument("role", type=click.Choice(list(ROLES)))
@with_settings
def add(of: Settings, /, *, nic: str, role: str) -> None:
    """Let account NIC work as ROLE, or as something else than before. On SQLite, stop the server first."""
    from ordain.flows import staff as flows

    run(lambda engine: flows.take_on(engine, nic, role, engine.clock()), of)
    click.echo(f"{nic} works here as {role}: {', '.join(sorted(ROLES[role]))}.")


@staff.command("remove")
@click.argument("nic")
@with_settings
def remove(of: Settings, /, *, nic: str) -> None:
    """Account NIC works here no more. On SQLite, stop the server first."""
    from ordain.flows import staff as flows

    run(lambda engine: flows.let_go(engine, nic), of)
    click.echo(f"{nic} works here no more.")


@staff.command("list")
@with_settings
def list_members(of: Settings) -> None:
    """List who works here."""
    from ordain.flows import staff as flows

    for member in run(flows.members, of, read_only=True):
        click.echo(f"{member.nichandle}: {member.role}, since {member.since:%Y-%m-%d}")
