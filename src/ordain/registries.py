"""Composition of registries: which of them each extension's names are delivered at, and by which account."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from msgspec import structs

from ordain import certificates
from ordain.adapters.epp_dialects import DIALECTS, Dialect, KeyForm
from ordain.adapters.epp_registry import EppRegistry
from ordain.adapters.epp_session import Account
from ordain.adapters.no_registry import NoRegistry
from ordain.adapters.registry_files import Accounts, RegistryAccount
from ordain.adapters.sandbox_queue import SandboxQueue
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.catalogue import unreached
from ordain.core.registry_life import Life, life
from ordain.settings import SettingError
from ordain.store.registry_commands import RegistryCommands
from ordain.store.sandbox import SandboxNames, SandboxObjects

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

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
    notes = RegistryCommands(database)
    if of.registries is None:
        one = EppRegistry(_single(of), _dialect(of.epp_dialect, catalogue), notes, now)
        return {extension.registry: one for extension in extensions}
    made: dict[str, Registry] = {
        name: EppRegistry(_account(of, of.registries, name), _dialect(each.dialect, catalogue), notes, now)
        for name, each in of.registries.account.items()
    }
    found: dict[str, Registry] = {extension.registry: NoRegistry(extension.registry) for extension in extensions}
    for name, each in of.registries.account.items():
        found |= dict.fromkeys((*each.registries, *(f".{extension}" for extension in each.extensions)), made[name])
    return found


FORMS: dict[str, KeyForm] = {"KEY": "key", "KEYSET": "none"}
"""How an extension's registry takes keys, by what its file says (`policy.ds_form`)."""


def _dialect(name: str, catalogue: Catalogue) -> Dialect:
    told = {extension.name: extension.policy.ds_form for extension in catalogue.extensions.values()}
    return structs.replace(DIALECTS[name], keys_of={name: FORMS[form] for name, form in told.items() if form in FORMS})


def _single(of: Settings) -> Account:
    """The one account there is; in a rehearsal the sandbox's, whose certificate is one of our own."""
    host, port, authority = of.epp_host, of.epp_port, str(of.epp_authority or "")
    if not host:
        host, port = of.sandbox_listen
        certificates.context(of)  # made now, if there is none: the sandbox registry shows the same
        kept = certificates.own(of)
        authority = authority or (str(kept.authority) if kept else "")
    told = RegistryAccount(
        host=host,
        port=port,
        login=of.epp_login,
        authority=authority,
        certificate=of.epp_certificate,
        key=of.epp_key,
        sessions=of.epp_sessions,
        timeout=of.epp_timeout,
        currency=of.epp_currency,
    )
    return _opened(of, told, of.epp_password, "ORDAIN_EPP_CERTIFICATE and ORDAIN_EPP_KEY")


def _account(of: Settings, accounts: Accounts, name: str) -> Account:
    where = f"ORDAIN_REGISTRIES: certificate and key of [account.{name}]"
    return _opened(of, accounts.account[name], accounts.passwords[name], where)


def _opened(of: Settings, told: RegistryAccount, password: str, where: str) -> Account:
    """An account as the client wants it. Raises SettingError for a certificate that cannot be used; `where` it is."""
    try:
        tls = ssl.create_default_context(cafile=told.authority or None)
    except (OSError, ssl.SSLError) as error:
        message = f"ORDAIN_REGISTRIES: the authority {told.authority} cannot be used: {error.strerror or error}."
        raise SettingError(message) from error
    if told.certificate:
        try:
            # An empty passphrase, or OpenSSL would ask for one at the terminal.
            tls.load_cert_chain(told.certificate, told.key, password="")
        except (OSError, ssl.SSLError) as error:
            message = f"{where} cannot be used: {error.strerror or error}."
            raise SettingError(message) from error
    return Account(
        host=told.host,
        port=told.port,
        login=told.login,
        password=password,
        tls=tls,
        secret=of.secret.encode(),
        currency=told.currency,
        sessions=told.sessions,
        answering=told.timeout,
    )
