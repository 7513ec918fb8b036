"""The certificate of the TLS listener: the one in the settings, or one of our own making that clients can trust."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import ssl
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from ordain.settings import SettingError, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordain.settings import Settings

VALID = timedelta(days=820)
"""Some systems take no certificate of a private authority that is valid for more than 825 days."""

RENEWED = timedelta(days=30)
"""How long before its end a certificate of ours is made anew, at the next start."""

LOCAL = ("localhost", "127.0.0.1", "::1")


class Own(Struct, frozen=True):
    """Where a certificate of our own making is kept."""

    folder: Path

    @property
    def authority(self) -> Path:
        """What clients are told to trust. It stays at its place when it is made anew."""
        return self.folder / "ca.pem"

    @property
    def server(self) -> Path:
        """The server's key and certificate."""
        return self.folder / "server.pem"


def own(of: Settings) -> Own | None:
    """Where our own certificate is, if none is given."""
    return None if of.tls_certificate else Own((of.state / "tls").absolute())


def context(of: Settings) -> ssl.SSLContext:
    """What the TLS listener shows. Raises SettingError if the certificate given cannot be used."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    kept = own(of)
    if kept:
        _renew(kept, _hosts(of), datetime.now(UTC))
        made.load_cert_chain(kept.server)
        return made
    try:
        # An empty passphrase, or OpenSSL would ask for one at the terminal.
        made.load_cert_chain(of.tls_certificate, of.tls_key, password="")
    except (OSError, ssl.SSLError) as error:
        message = (
            f"ORDAIN_TLS_CERTIFICATE {of.tls_certificate} and ORDAIN_TLS_KEY {of.tls_key} cannot be used: "
            f"{error.strerror or error}."
        )
        raise SettingError(message) from error
    return made


def _hosts(of: Settings) -> set[str]:
    """What the server may be addressed by, as a certificate writes it."""
    hosts = {*LOCAL, urlsplit(of.public_url).hostname or "", *(of.tls_listen or ())[:1], of.sandbox_listen[0]}
    return {str(_alternative(host).value) for host in hosts if host and host.isascii()}


def _renew(kept: Own, hosts: set[str], now: datetime) -> None:
    """Make authority and certificate anew unless they still do. Processes that start at once make them once."""
    kept.folder.mkdir(parents=True, exist_ok=True)
    with _locked(kept.folder):
        if _do(kept, hosts, now):
            return
        authority, server = _made(hosts, now)
        write_private(kept.server, server)
        write_private(kept.authority, authority)
        # No secret: whoever shall trust this server may read it.
        kept.authority.chmod(0o644)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _do(kept: Own, hosts: set[str], now: datetime) -> bool:
    """Whether what is there is whole, belongs together, names every host, and will not end soon."""
    try:
        authority = x509.load_pem_x509_certificate(kept.authority.read_bytes())
        server = x509.load_pem_x509_certificate(kept.server.read_bytes())
        server.verify_directly_issued_by(authority)
        names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return {str(name.value) for name in names} >= hosts and server.not_valid_after_utc - now > RENEWED


def _made(hosts: set[str], now: datetime) -> tuple[str, str]:
    """An authority's certificate, and key and certificate of the server it signed.

    The authority's own key is forgotten at once: it can never sign for anybody else.
    """
    signing, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name(f"Ordain local authority {now:%Y-%m-%d %H:%M:%S}")
    identified = x509.SubjectKeyIdentifier.from_public_key(signing.public_key())
    authority = (
        _certificate(issuer, issuer, signing, now)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(identified, critical=False)
        .sign(signing, SHA256())
    )
    names = x509.SubjectAlternativeName([_alternative(host) for host in sorted(hosts)])
    server = (
        _certificate(_name("Ordain"), issuer, key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(names, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identified), critical=False)
        .sign(signing, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return _pem(authority), private.decode() + _pem(server)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    # An hour back, for clients whose clock is behind.
    return builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + VALID)


def _usage(*allowed: str) -> x509.KeyUsage:
    known = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{name: name in allowed for name in known})


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
