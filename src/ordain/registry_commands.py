"""The commands of `ordain registry`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ordain.commands import run, with_settings

if TYPE_CHECKING:
    from ordain.settings import Settings


@click.group()
def registry() -> None:
    """Look at what registries told by themselves."""


@registry.command("messages")
@click.option("--last", default=20, show_default=True, type=click.IntRange(1, 10_000), help="So many of them.")
@with_settings
def list_messages(of: Settings, /, *, last: int) -> None:
    """List the messages of registries' queues that were heard last, and what was made of each.

    Works beside a running server.
    """
    from ordain.flows import registry_messages

    for one in run(lambda engine: registry_messages.latest(engine, last), of, read_only=True):
        told = f", told {one.message.at:%Y-%m-%d %H:%M}" if one.message.at else ""
        click.echo(f"{one.heard:%Y-%m-%d %H:%M} {one.registry} {one.message.message_id}{told}: {one.message.words}")
        click.echo(f"    {one.became}")
