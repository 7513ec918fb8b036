"""The commands of `ordain catalogue`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ordain.commands import with_settings

if TYPE_CHECKING:
    from ordain.settings import Settings

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def catalogue() -> None:
    """Look after what is sold."""


@catalogue.command("check")
@click.argument("names", nargs=-1)
@click.option("--table", is_flag=True, help="Also print a line for each extension.")
@click.option("--agreed", is_flag=True, help="Also compare with the database: contracts agreed to, names held.")
@with_settings
def check(of: Settings, names: tuple[str, ...], *, table: bool, agreed: bool) -> None:
    """Check every file of the catalogue and every example in it; of NAMES, print all there is to know."""
    from ordain import app, catalogue_report
    from ordain.adapters import account_rule_files, tax_files
    from ordain.core import catalogue as core

    goods = app.market(of).catalogue
    account_rule_files.load(of.catalogue, goods)
    tax_files.load(of.catalogue, goods)
    if agreed:
        asyncio.run(_check_agreed(of))
    for name in names:
        found = goods.find(name)
        if found is None:
            message = f"There is no extension {name}."
            raise click.ClickException(message)
        catalogue_report.detail(found)
    rows = core.check(goods, app.clock(of)())
    if table:
        catalogue_report.table(rows)
    if not catalogue_report.summary(goods, rows):
        raise SystemExit(1)


async def _check_agreed(of: Settings) -> None:
    from ordain import app
    from ordain.adapters.catalogue_files import CatalogueError
    from ordain.flows import agreements, catalogue_extensions

    async with app.opened_to_read(of) as engine:
        if wrong := [*await agreements.changed(engine), *await catalogue_extensions.missed(engine)]:
            raise CatalogueError(wrong)


@catalogue.command("diff")
@click.argument("old", type=_FOLDER)
@click.argument("new", type=_FOLDER)
def diff(old: Path, new: Path) -> None:
    """Say what changed from the catalogue in OLD to the one in NEW."""
    from ordain.adapters import catalogue_files
    from ordain.core.catalogue_diff import differences

    found = differences(catalogue_files.load(old), catalogue_files.load(new))
    for sentence in found:
        click.echo(sentence)
    click.echo(f"Changes: {len(found)}" if found else "Nothing changed in what is sold.")


@catalogue.command("prices")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
@with_settings
def prices(of: Settings, file: Path, *, dry_run: bool) -> None:
    """Take purchase prices from a CSV FILE, add the margins of margins.toml, and write the extensions' prices.

    Columns: extension, currency, create, renew, transfer, restore, and from, if you like: the day they hold from.
    """
    from ordain import app
    from ordain.adapters import catalogue_files, margin_files, price_files
    from ordain.core.catalogue_diff import price_changes
    from ordain.core.price_import import repriced

    margins = margin_files.load(of.catalogue / "margins.toml")
    lines = price_files.lines(file)
    changes, problems = repriced(lines, margins, catalogue_files.load(of.catalogue), app.clock(of)())
    if problems:
        raise catalogue_files.CatalogueError([f"{file.name}, {problem}" for problem in problems])
    for change in changes:
        for sentence in price_changes(change.currency, change.before, change.prices):
            click.echo(f".{change.extension}: {sentence}")
    written = [] if dry_run else price_files.write(of.catalogue, changes)
    told = "Nothing is written." if dry_run else f"{len(written)} files are written."
    click.echo(f"{len(lines)} lines, {len(changes)} price lists change. {told}")


@catalogue.command("import")
@click.argument("folder", type=_FOLDER)
@with_settings
def bring_in(of: Settings, folder: Path) -> None:
    """Write a file for each extension of FOLDER/extensions.csv that has none. Files that are there stay as they are."""
    from ordain.adapters import catalogue_import

    made = catalogue_import.bring_in(folder, of.catalogue)
    click.echo(f"{len(made)} extensions written to {of.catalogue / 'extensions'}: check them, they are yours now.")


@catalogue.command("name")
@click.argument("domain")
@with_settings
def name(of: Settings, domain: str) -> None:
    """Tell all that is known of the name DOMAIN before its registry is asked: lists, rules, prices."""
    from ordain import app, report
    from ordain.adapters.public_suffixes import public_suffix
    from ordain.core import names
    from ordain.core.about import about

    goods = app.market(of)
    found = names.parse(domain, goods.catalogue.extensions, public_suffix)
    problem = found if isinstance(found, names.NameProblem) else None
    if isinstance(found, names.Name):
        problem = names.label_problem(found, goods.catalogue.extensions[found.extension])
    if problem or not isinstance(found, names.Name):
        raise click.ClickException(problem.message if problem else "is no name")
    report.name(about(goods, found, app.clock(of)()))
