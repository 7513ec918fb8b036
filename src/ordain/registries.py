"""Composition of registries: which of them each extension's names are delivered at, and by which account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.adapters.no_registry import NoRegistry
from ordain.adapters.sandbox_queue import SandboxQueue
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.catalogue import unreached
from ordain.core.registry_life import Life, life
from ordain.settings import SettingError
from ordain.store.sandbox import SandboxNames, SandboxObjects

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ordain.adapters.registry_files import Accounts
    from ordain.core.catalogue import Catalogue, Extension
    from ordain.flows.ports import Registry
    from ordain.settings import Settings
    from ordain.store.database import Database


def sold(of: Settings, catalogue: Catalogue) -> Catalogue:
    """The catalogue, where extensions that no account is for are not on sale. Raises SettingError."""
    if of.registries is None:
        return catalogue
    known = {extension.registry for extension in catalogue.extensions.values()}
    wrong = [
        f"ORDAIN_REGISTRIES: [account.{name}] is for {what}, which the catalogue does not know"
        for name, account in of.registries.account.items()
        for what in (
            *(registry for registry in account.registries if registry not in known),
            *(f".{extension}" for extension in account.extensions if extension not in catalogue.extensions),
        )
    ]
    if wrong:
        raise SettingError("\n".join(wrong))
    accounts = of.registries
    return unreached(catalogue, [e.name for e in catalogue.extensions.values() if _account_of(accounts, e) is None])


def _account_of(accounts: Accounts, extension: Extension) -> str | None:
    """The account an extension's names are registered by: one for itself, or its registry's."""
    by_extension = (name for name, each in accounts.account.items() if extension.name in each.extensions)
    by_registry = (name for name, each in accounts.account.items() if extension.registry in each.registries)
    return next(by_extension, None) or next(by_registry, None)


def lives(catalogue: Catalogue) -> Callable[[str], Life]:
    """How the registry of a name's extension treats it as time passes."""
    known = {name: life(extension) for name, extension in catalogue.extensions.items()}

    def of(name: str) -> Life:
        labels = name.split(".")
        found = (known.get(".".join(labels[start:])) for start in range(1, len(labels)))
        return next((each for each in found if each), Life())

    return of


def registries(
    of: Settings, catalogue: Catalogue, database: Database, now: Callable[[], datetime]
) -> dict[str, Registry]:
    """Who is asked about names, by the registry's name; by ".extension" where that has an account of its own."""
    extensions = catalogue.extensions.values()
    if of.registry == "sandbox":
        queue = SandboxQueue(SandboxObjects(database), now)
        sandbox = SandboxRegistry(SandboxNames(database), now, of.sandbox_delay, queue, lives(catalogue))
        return {extension.registry: sandbox for extension in extensions}
    from ordain.epp_accounts import by_account, single  # noqa: PLC0415 - EPP brings lxml, which the sandbox does without

    if of.registries is None:
        one = single(of, catalogue, database, now)
        return {extension.registry: one for extension in extensions}
    made = by_account(of, of.registries, catalogue, database, now)
    found: dict[str, Registry] = {extension.registry: NoRegistry(extension.registry) for extension in extensions}
    for name, each in of.registries.account.items():
        found |= dict.fromkeys((*each.registries, *(f".{extension}" for extension in each.extensions)), made[name])
    return found
