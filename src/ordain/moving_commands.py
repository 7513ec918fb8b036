"""`ordain migrate-data` and `ordain backup`: a database's content taken elsewhere."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ordain.commands import with_settings
from ordain.setting_texts import shown
from ordain.store.database import DatabaseError, open_database

if TYPE_CHECKING:
    from ordain.settings import Settings


@click.command("migrate-data")
@click.argument("source")
@click.argument("target")
def migrate_data(source: str, target: str) -> None:
    """Copy the database SOURCE into the empty database TARGET, and show that they are the same.

    Each is `sqlite:PATH` or `postgresql://…`. Stop every server and worker first.
    """
    different = asyncio.run(_copied(source, target))
    for line in different:
        click.echo(line, err=True)
    if different:
        message = (
            f"{shown(target)} is not the same as {shown(source)}: something wrote meanwhile. Empty it and begin anew."
        )
        raise click.ClickException(message)
    click.echo("The same in counts, sums and hashes. Set ORDAIN_DATABASE to it, and keep the secret as it is.")


async def _copied(source: str, target: str) -> list[str]:
    from ordain.store.copying import copy  # noqa: PLC0415 - `ordain --help` needs none of it

    _file_of(source)
    there = await open_database(source)
    try:
        here = await open_database(target)
        try:
            return await copy(there, here, time.time_ns() // 1000, _tell)
        finally:
            await here.close()
    finally:
        await there.close()


def _tell(table: str, rows: int) -> None:
    if rows:
        click.echo(f"{rows:>12,}  {table}")


def _file_of(url: str) -> str | None:
    """The file of an SQLite database; None for another one. Raises DatabaseError where there is none."""
    scheme, _, path = url.partition(":")
    if scheme != "sqlite":
        return None
    if not Path(path).is_file():
        message = f"There is no SQLite file {path}."
        raise DatabaseError(message)
    return path


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_settings
def backup(of: Settings, file: Path) -> None:
    """Write the SQLite database, as it is now, to FILE. Works beside a running server."""
    from ordain.store.backup import back_up  # noqa: PLC0415 - as above

    path = _file_of(of.database)
    if path is None:
        message = 'PostgreSQL has backups of its own, to any point in time: docs/operating.md, "Backups".'
        raise click.ClickException(message)
    back_up(path, file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes. The secret is not in it.")
