"""Composition of registries over EPP: the accounts of the settings, and a client for each."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from msgspec import structs

from ordain import certificates
from ordain.adapters.epp_dialects import DIALECTS, Dialect, KeyForm
from ordain.adapters.epp_registry import EppRegistry
from ordain.adapters.epp_session import Account
from ordain.adapters.registry_files import Accounts, RegistryAccount
from ordain.settings import SettingError
from ordain.store.registry_commands import RegistryCommands

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ordain.core.catalogue import Catalogue
    from ordain.settings import Settings
    from ordain.store.database import Database


def single(of: Settings, catalogue: Catalogue, database: Database, now: Callable[[], datetime]) -> EppRegistry:
    """The client of the account that is in the settings themselves."""
    return EppRegistry(_only(of), _dialect(of.epp_dialect, catalogue), RegistryCommands(database), now)


def by_account(
    of: Settings, accounts: Accounts, catalogue: Catalogue, database: Database, now: Callable[[], datetime]
) -> dict[str, EppRegistry]:
    """A client for each account of the file, by its name there."""
    notes = RegistryCommands(database)
    return {
        name: EppRegistry(_account(of, accounts, name), _dialect(each.dialect, catalogue), notes, now)
        for name, each in accounts.account.items()
    }


FORMS: dict[str, KeyForm] = {"KEY": "key", "KEYSET": "none"}
"""How an extension's registry takes keys, by what its file says (`policy.ds_form`)."""


def _dialect(name: str, catalogue: Catalogue) -> Dialect:
    told = {extension.name: extension.policy.ds_form for extension in catalogue.extensions.values()}
    keys_of = {name: FORMS[form] for name, form in told.items() if form in FORMS}
    locks_young = frozenset(each.name for each in catalogue.extensions.values() if each.policy.transfer_lock)
    return structs.replace(DIALECTS[name], keys_of=keys_of, locks_young=locks_young)


def _only(of: Settings) -> Account:
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
