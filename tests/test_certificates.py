"""The certificate of the TLS listener: ours, made anew when it no longer does, and the one that is given."""

from __future__ import annotations

import shutil
import ssl
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from ordain import certificates, settings
from ordain.settings import SettingError, Settings

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = {"localhost", "127.0.0.1", "::1"}


def read(state: Path, **given: str) -> Settings:
    given = {"tls_listen": "127.0.0.1:8443"} | given
    return settings.read(
        {"ORDAIN_STATE": str(state), **{f"ORDAIN_{name.upper()}": text for name, text in given.items()}}
    )


def made(of: Settings) -> certificates.Own:
    """Our own certificate, after a start."""
    certificates.context(of)
    kept = certificates.own(of)
    assert kept
    return kept


def server(kept: certificates.Own) -> x509.Certificate:
    return x509.load_pem_x509_certificate(kept.server.read_bytes())


def shaken(of: Settings, trusted: Path, host: str) -> str:
    """The TLS version a client that trusts this file agrees on with the server; ssl.SSLError if it does not."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    trusting = ssl.create_default_context(cafile=trusted)
    # What Python 3.13 does of itself.
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    client = trusting.wrap_bio(to_client, to_server, server_hostname=host)
    served = certificates.context(of).wrap_bio(to_server, to_client, server_side=True)
    for side in (client, served, client, served):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client.version() or ""


def test_a_client_that_trusts_the_authority_trusts_the_server(tmp_path: Path) -> None:
    of = read(tmp_path / "new" / "state")
    kept = made(of)
    for host in HOSTS:
        assert shaken(of, kept.authority, host) == "TLSv1.3"
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shaken(of, kept.authority, "eu.api.ovh.com")
    stranger = made(read(tmp_path / "other"))
    with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
        shaken(of, stranger.authority, "localhost")


def test_the_key_is_its_owner_s_and_the_authority_has_none(tmp_path: Path) -> None:
    kept = made(read(tmp_path))
    assert stat.S_IMODE(kept.server.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.authority.stat().st_mode) == 0o644
    assert sorted(file.name for file in kept.folder.iterdir()) == ["ca.pem", "server.pem"]
    assert "PRIVATE" not in kept.authority.read_text()
    assert kept.server.read_text().count("PRIVATE KEY") == 2


def test_it_is_made_once(tmp_path: Path) -> None:
    of = read(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        first, *others = [kept.server.read_bytes() for kept in pool.map(made, [of] * 8)]
    assert all(other == first for other in others)


def test_every_address_of_the_server_is_named(tmp_path: Path) -> None:
    of = read(tmp_path, tls_listen="ordain.localhost:8443", public_url="https://shop.localhost:8443")
    names = server(made(of)).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert {str(name.value) for name in names} == HOSTS | {"ordain.localhost", "shop.localhost"}
    assert of.tls_url == "https://ordain.localhost:8443"
    before = server(made(of))
    assert server(made(read(tmp_path))) == before, "fewer addresses are no reason for another certificate"
    assert server(made(read(tmp_path, tls_listen="two.localhost:8443"))) != before


def test_it_is_made_anew_before_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of = read(tmp_path)
    monkeypatch.setattr(certificates, "VALID", certificates.RENEWED - timedelta(days=1))
    ending = server(made(of))
    monkeypatch.undo()
    new = server(made(of))
    assert new != ending
    assert new.not_valid_after_utc - datetime.now(UTC) > timedelta(days=800)
    assert shaken(of, made(of).authority, "localhost")
    assert server(made(of)) == new


@pytest.mark.parametrize("broken", ["ca.pem", "server.pem"])
def test_files_that_do_not_belong_together_are_made_anew(tmp_path: Path, broken: str) -> None:
    of = read(tmp_path / "state")
    kept = made(of)
    other = made(read(tmp_path / "other"))
    for content in (b"", b"no certificate", (other.folder / broken).read_bytes()):
        (kept.folder / broken).write_bytes(content)
        assert shaken(of, made(of).authority, "localhost")
    (kept.folder / broken).unlink()
    assert shaken(of, made(of).authority, "localhost")


def test_a_certificate_that_is_given_is_shown(tmp_path: Path) -> None:
    other = made(read(tmp_path / "other"))
    of = read(tmp_path / "state", tls_certificate=str(other.server), tls_key=str(other.server))
    assert certificates.own(of) is None
    assert shaken(of, other.authority, "localhost")
    assert not (tmp_path / "state" / "tls").exists()


def test_a_certificate_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    good = made(read(tmp_path / "good")).server
    other = made(read(tmp_path / "other")).server
    (tmp_path / "empty").write_text("")
    keyless = shutil.copy(made(read(tmp_path / "good")).authority, tmp_path / "keyless")
    for certificate, key in (("nowhere", good), (good, "nowhere"), (tmp_path / "empty", good), (good, keyless),
                             (good, tmp_path / "empty"), (good, other)):  # fmt: skip
        of = read(tmp_path / "state", tls_certificate=str(certificate), tls_key=str(key))
        with pytest.raises(SettingError) as raised:
            certificates.context(of)
        assert str(raised.value).startswith(f"ORDAIN_TLS_CERTIFICATE {certificate} and ORDAIN_TLS_KEY {key} cannot")
