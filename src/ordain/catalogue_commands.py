"""The commands of `ordain catalogue`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ordain.commands import with_settings

if TYPE_CHECKING:
    from ordain.settings import Settings


@click.group()
def catalogue() -> None:
    """Look after what is sold."""


@catalogue.command("check")
@with_settings
def check(of: Settings) -> None:
    """Check every file of the catalogue and every example in it."""
    from ordain import app, report
    from ordain.adapters import account_rule_files
    from ordain.core import catalogue as core

    goods = app.market(of)
    account_rule_files.load(of.catalogue, goods.catalogue)
    if not report.catalogue(core.check(goods.catalogue, app.clock())):
        raise SystemExit(1)


@catalogue.command("import")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
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
    report.name(about(goods, found, app.clock()))
