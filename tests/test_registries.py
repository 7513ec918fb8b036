"""Several registries, each with an account of its own: the file, what of it is refused, and who is asked then."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from msgspec import structs

from ordain import app, certificates, registries, settings
from ordain.adapters.epp_registry import EppRegistry
from ordain.adapters.no_registry import NoRegistry
from ordain.adapters.sandbox_epp_desk import Place
from ordain.adapters.sandbox_epp_server import Server, Terms
from ordain.adapters.sandbox_registry import SandboxRegistry
from ordain.core.registry import NoAnswer
from ordain.flows.shelf import Shelf
from ordain.settings import SettingError, Settings
from ordain.store.sandbox import SandboxNames, SandboxObjects
from tests.engines import open_in
from tests.world import NOON

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from ordain.store.database import Database
    from tests.world import World

FILE = """\
rehearsal = true

[account.afnic]
registries = ["Afnic"]
host = "127.0.0.1"
port = 7001
login = "ordain"
password_env = "AFNIC_PASSWORD"

[account.paris]
extensions = ["re"]
host = "127.0.0.1"
port = 7002
login = "ordain"
password_env = "PARIS_PASSWORD"
sessions = 1
currency = "USD"
dialect = "registrant"
"""
PASSWORDS = {"AFNIC_PASSWORD": "secret-1", "PARIS_PASSWORD": "secret-2"}


def read(folder: Path, text: str = FILE, passwords: dict[str, str] = PASSWORDS, **given: str) -> Settings:
    file = folder / "registries.toml"
    file.write_text(text, encoding="utf-8")
    own = {"registry": "epp", "registries": str(file), "state": str(folder / "state")} | given
    return settings.read({f"ORDAIN_{name.upper()}": value for name, value in own.items()} | passwords)


def test_a_file_has_an_account_for_each_registry(tmp_path: Path) -> None:
    of = read(tmp_path)
    assert of.rehearsal
    assert of.registries
    assert of.registries.passwords == {"afnic": "secret-1", "paris": "secret-2"}
    assert of.registries.account["paris"].sessions == 1
    assert "secret-1" not in str(of.registries.account)


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ('host = "127.0.0.1"\nport = 7001', "port = 7001", "missing required field `host` - at `$.account[...]`"),
        ("port = 7001", "port = 70001", "[account.afnic] has the port 70001"),
        ("port = 7001", "ports = 7001", "Object contains unknown field `ports`"),
        ('registries = ["Afnic"]', "", "[account.afnic] names neither registries nor extensions it is for"),
        ('login = "ordain"\npassword_env = "AFNIC_PASSWORD"', 'login = "or"',
         ("[account.afnic] has a login that is not 3 to 16 letters long (RFC 5730); "
         "[account.afnic] does not say which environment variable holds its password: password_env")),
        ('"re"', '"re", "re"', ".re is at [account.paris] and at [account.paris]"),
        ("sessions = 1", "sessions = 0", "[account.paris] has no sessions"),
        ("sessions = 1", "timeout = 61", "[account.paris] has a timeout that is not 1 to 60 seconds"),
        ('"USD"', '"dollars"', "[account.paris] has the currency 'dollars'"),
        ('"registrant"', '"latin"', "[account.paris] has the dialect 'latin', which is none of generic"),
        ("sessions = 1", 'key = "key.pem"', "[account.paris] has a certificate without a key"),
        (FILE, "", "Object missing required field `account`"),
        (FILE, "[account]", "there is no [account.NAME] in it"),
        (FILE, "[account", "Expected"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_all_that_is_wrong(tmp_path: Path, wrong: str, right: str, told: str) -> None:
    assert wrong in FILE
    with pytest.raises(SettingError) as refused:
        read(tmp_path, FILE.replace(wrong, right))
    [line] = str(refused.value).splitlines()
    assert line.startswith("ORDAIN_REGISTRIES is a file of accounts (")
    assert told in line


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"ORDAIN_REGISTRIES is a file that can be read \(No such file"):
        read(tmp_path, registries="/nowhere/registries.toml")


@pytest.mark.parametrize(
    ("passwords", "told"),
    [
        ({"AFNIC_PASSWORD": "secret-1"}, ("PARIS_PASSWORD, the password of [account.paris] in "
         "ORDAIN_REGISTRIES, is not in the environment")),
        (PASSWORDS | {"AFNIC_PASSWORD": "short"}, ("AFNIC_PASSWORD, the password of [account.afnic] in "
         "ORDAIN_REGISTRIES, is not 6 to 16 letters long (RFC 5730)")),
    ],
)  # fmt: skip
def test_passwords_come_from_the_environment(tmp_path: Path, passwords: dict[str, str], told: str) -> None:
    with pytest.raises(SettingError) as refused:
        read(tmp_path, passwords=passwords)
    assert str(refused.value) == told


def test_what_does_not_go_with_the_file(tmp_path: Path) -> None:
    both = {"epp_host": "epp.registry.example", "epp_password": "secret-3"}
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"registry": "sandbox"}, "ORDAIN_REGISTRY is sandbox"),
        (both, "ORDAIN_REGISTRIES and ORDAIN_EPP_HOST are not given together"),
        ({"listen": "0.0.0.0:80", "secret": "s" * 32}, "it may only be served on this machine"),
    )
    for given, told in wrong:
        with pytest.raises(SettingError) as refused:
            read(tmp_path, **given)
        assert told in str(refused.value)
    far = FILE.replace("127.0.0.1", "epp.nic.example")
    with pytest.raises(SettingError, match=r"a rehearsal, and epp\.nic\.example is not on this machine"):
        read(tmp_path, far)
    with pytest.raises(SettingError, match="ORDAIN_NAME_SERVERS must be given with ORDAIN_REGISTRIES"):
        read(tmp_path, far.replace("rehearsal = true", ""))
    assert not read(tmp_path, far.replace("rehearsal = true", ""), name_servers="a.shop.test,b.shop.test").rehearsal


def test_real_cards_are_charged_for_real_names_and_no_others(tmp_path: Path) -> None:
    cards: dict[str, Any] = {"stripe_key": "sk_live_1", "stripe_webhook_secret": "whsec_1"}
    far = FILE.replace("127.0.0.1", "epp.nic.example").replace("rehearsal = true", "")
    assert read(tmp_path, far, name_servers="a.shop.test,b.shop.test", **cards).stripe_key == "sk_live_1"
    with pytest.raises(SettingError, match="ORDAIN_STRIPE_KEY charges real cards"):
        read(tmp_path, **cards)


def test_a_login_or_password_epp_does_not_allow_is_refused_at_start(tmp_path: Path) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"epp_password": "short"}, "ORDAIN_EPP_PASSWORD is 6 to 16 letters long (RFC 5730)"),
        ({"epp_password": "s" * 17}, "ORDAIN_EPP_PASSWORD is 6 to 16 letters long (RFC 5730)"),
        ({"epp_login": "or"}, "ORDAIN_EPP_LOGIN is 3 to 16 letters long (RFC 5730)"),
    )
    for given, told in wrong:
        with pytest.raises(SettingError) as refused:
            read(tmp_path, registries="", **given)
        assert str(refused.value) == told


# Who is asked


def test_an_extension_whose_registry_has_no_account_is_not_on_sale(tmp_path: Path) -> None:
    sold = app.market(read(tmp_path)).catalogue.extensions
    assert (sold["fr"].withheld, sold["re"].withheld) == (None, None)
    assert sold["com"].withheld == ".com names are not on sale: there is no account at their registry, Verisign"


def test_a_registry_the_catalogue_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as refused:
        app.market(read(tmp_path, FILE.replace('"Afnic"', '"Afnik"').replace('"re"', '"reunion"')))
    assert str(refused.value).splitlines() == [
        "ORDAIN_REGISTRIES: [account.afnic] is for Afnik, which the catalogue does not know",
        "ORDAIN_REGISTRIES: [account.paris] is for .reunion, which the catalogue does not know",
    ]


def test_each_extensions_names_go_to_its_account(tmp_path: Path, sqlite_url: str, runner: asyncio.Runner) -> None:
    of = read(tmp_path)
    database = open_in(runner, sqlite_url)
    goods = app.market(of)
    engine = app.engine(of, goods, database, lambda: None, lambda: NOON)
    afnic, paris, nobody = (engine.registry_of(extension) for extension in ("fr", "re", "com"))
    assert isinstance(afnic, EppRegistry)
    assert isinstance(paris, EppRegistry)
    assert afnic is not paris
    assert engine.registry_of("pm") is afnic
    assert isinstance(nobody, NoRegistry)
    asked = (nobody.find("foo.com"), nobody.check(["foo.com"]), nobody.tidy("foo.com"))
    for each in asked:
        with pytest.raises(NoAnswer, match="There is no account at Verisign"):
            runner.run(each)
    assert len(engine.distinct_registries) == len({e.registry for e in goods.catalogue.extensions.values()}) + 1
    runner.run(database.close())


def test_a_name_without_an_account_is_not_to_be_ordered(world: World, tmp_path: Path) -> None:
    catalogue = registries.sold(read(tmp_path, FILE.replace('"re"', '"pm"')), world.engine.market.catalogue)
    world.use(structs.replace(world.engine, shelf=Shelf(structs.replace(world.engine.market, catalogue=catalogue))))
    [offer] = world.get(f"/order/cart/{world.cart()}/domain?domain=foo.com").ok()
    assert not offer["orderable"]


# Certificates


def self_signed(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of somebody's own, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    certificate, private = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private


async def served(of: Settings, database: Database, trusted: Path) -> tuple[Server, int]:
    """A sandbox registry that asks its clients for a certificate."""
    shown = certificates.context(of)
    shown.load_verify_locations(trusted)
    shown.verify_mode = ssl.CERT_REQUIRED
    sandbox = SandboxRegistry(SandboxNames(database), lambda: NOON)
    place = Place(sandbox, SandboxObjects(database), of.epp_login, lambda: NOON)
    server = Server(place, Terms(login=of.epp_login, password=of.epp_password))
    return server, await server.listen(of.sandbox_listen[0], 0, shown)


def test_a_registry_that_knows_registrars_by_their_certificate(
    tmp_path: Path, sqlite_url: str, runner: asyncio.Runner
) -> None:
    """On another address of this machine than the usual one: the certificate we make for the sandbox names it."""
    certificate, key = self_signed(tmp_path, "registrar")
    stranger, strange_key = self_signed(tmp_path, "stranger")
    own = {"ORDAIN_REGISTRY": "epp", "ORDAIN_STATE": str(tmp_path), "ORDAIN_SANDBOX_LISTEN": "127.0.0.2:7000"}
    database = open_in(runner, sqlite_url)
    server, port = runner.run(served(settings.read(own), database, certificate))

    async def found(**given: str) -> object:
        of = settings.read(own | {"ORDAIN_SANDBOX_LISTEN": f"127.0.0.2:{port}"} | given)
        goods = app.market(of)
        registry = registries.registries(of, goods.catalogue, database, lambda: NOON)["Afnic"]
        try:
            return (await registry.check(["foo.fr"]))[0].state
        except NoAnswer as silence:
            return str(silence)
        finally:
            if isinstance(registry, EppRegistry):
                await registry.close()

    with_its_own = {"ORDAIN_EPP_CERTIFICATE": str(certificate), "ORDAIN_EPP_KEY": str(key)}
    with_anothers = {"ORDAIN_EPP_CERTIFICATE": str(stranger), "ORDAIN_EPP_KEY": str(strange_key)}
    assert runner.run(found(**with_its_own)) == "available"
    assert "cut" in str(runner.run(found()))
    assert "cut" in str(runner.run(found(**with_anothers)))
    mixed = with_its_own | {"ORDAIN_EPP_KEY": str(strange_key)}
    with pytest.raises(SettingError, match="ORDAIN_EPP_CERTIFICATE and ORDAIN_EPP_KEY cannot be used"):
        runner.run(found(**mixed))
    runner.run(server.close())
    runner.run(database.close())
