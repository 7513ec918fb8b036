"""The demo account that `ordain serve` makes on an empty database, and the client configuration for it."""

from __future__ import annotations

from configparser import RawConfigParser
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core.account import Account
from ordain.core.money import UNIT
from ordain.flows import accounts, applications, sessions, staff
from ordain.flows.applications import Keys, Named
from ordain.settings import write_private
from ordain.store import accounts as kept_accounts
from ordain.store import credentials, ledger
from ordain.store import sessions as kept_sessions
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.flows.ports import Engine
    from ordain.settings import Settings
    from ordain.store.database import Tx

SECTION = "ovh-eu"
"""What python-ovh calls the endpoint: it knows no others."""

PREPAID = 1000 * UNIT
"""On each of the demo account's two balances, in micro-cents of its currency."""

DEMO = Account(
    nichandle="",
    email="demo@ordain.example",
    language="fr_FR",
    ovhSubsidiary="FR",
    country="FR",
    legalform="individual",
    firstname="Camille",
    name="Demo",
    address="2 rue Kellermann",
    city="Roubaix",
    zip="59100",
    phone="+33.320000000",
    birthDay="1990-05-17",
    birthCity="Roubaix",
    birthCountry="FR",
    birthZip="59100",
)


def _file(of: Settings) -> Path:
    return of.state / "ovh.conf"


def exists(of: Settings) -> bool:
    """Whether the demo's client configuration was written before."""
    return _file(of).exists()


def ovh_conf(of: Settings, keys: Keys) -> str:
    """An ovh.conf for these keys: python-ovh reads the section with a name, go-ovh and terraform those with a URL."""
    lines = "\n".join(
        f"{name}={value}"
        for name, value in (
            ("application_key", keys.application_key),
            ("application_secret", keys.application_secret),
            ("consumer_key", keys.consumer_key),
        )
    )
    urls = dict.fromkeys(f"{url}/1.0" for url in (of.public_url, of.tls_url) if url)
    return "\n".join([f"[default]\nendpoint={SECTION}\n", *(f"[{name}]\n{lines}\n" for name in (SECTION, *urls))])


async def client_config(engine: Engine, of: Settings) -> str | None:
    """The demo account's ovh.conf, with a new account or new keys if there are none that work.

    None where other accounts are and no demo: whoever runs Ordain for others has no use for one.
    """
    keys = _kept(_file(of))
    if keys is None or not await _known(engine, keys):
        nic = await _account(engine)
        if nic is None:
            return None
        keys = await applications.create(engine, nic, Named("Ordain demo"), engine.clock())
        write_private(_file(of), ovh_conf(of, keys))
    # Told anew from the keys: the address may be another one than at the first start.
    return ovh_conf(of, keys)


async def sign_in(engine: Engine) -> str | None:
    """How to sign in to the demo account in a browser; its password is made, and shown, the first time only."""
    nic = await engine.database.read(_find)
    if nic is None:
        return None
    if await engine.database.read(lambda tx: kept_sessions.password(tx, nic)):
        return f"account {nic}, its password (another one: ordain account password {nic})"
    return f"account {nic}, password {await sessions.new_password(engine, nic, engine.clock())} (shown this once)"


def _kept(file: Path) -> Keys | None:
    if not file.exists():
        return None
    kept = RawConfigParser()
    kept.read(file)
    return Keys(**kept[SECTION])


async def _known(engine: Engine, keys: Keys) -> bool:
    """Whether the keys are this database's: the state folder may have served another one."""
    found = await engine.database.read(lambda tx: credentials.signed_by(tx, hashed(keys.consumer_key)))
    return found is not None and found.application.application_key == keys.application_key


async def _account(engine: Engine) -> str | None:
    """The demo account's name, with money on its balances, be it that the process was killed between the two."""
    nic = await engine.database.read(_find)
    if nic is None:
        if await accounts.names(engine):
            return None
        account = structs.replace(DEMO, ovhSubsidiary=engine.market.catalogue.usual)
        nic = (await accounts.create(engine, account, engine.clock())).nichandle
        await staff.take_on(engine, nic, "admin", engine.clock())
    for balance in await engine.database.read(lambda tx: ledger.balances(tx, nic)):
        if balance.opened == balance.updated:
            await accounts.credit(engine, nic, balance.name, PREPAID, engine.clock())
    return nic


async def _find(tx: Tx) -> str | None:
    """An account made here before. Never anybody else's, whose keys would be printed."""
    for nic in await kept_accounts.all_names(tx):
        account = await kept_accounts.load(tx, nic)
        if account is not None and account.email == DEMO.email:
            return nic
    return None
