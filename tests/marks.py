"""Made-up signed mark data, built as RFC 7848 has it, signed by a made-up validator that a made-up root authorised."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree
from msgspec import Struct
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

if TYPE_CHECKING:
    from pathlib import Path

XML = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<smd:signedMark xmlns:smd="urn:ietf:params:xml:ns:signedMark-1.0" id="_1">'
    "<smd:id>{mark_id}</smd:id>"
    '<smd:issuerInfo issuerID="65535"><smd:org>Nobody</smd:org></smd:issuerInfo>'
    "<smd:notBefore>{begins}</smd:notBefore><smd:notAfter>{ends}</smd:notAfter>"
    '<mark:mark xmlns:mark="urn:ietf:params:xml:ns:mark-1.0"><mark:trademark>'
    "<mark:markName>{name}</mark:markName>{labels}"
    "</mark:trademark></mark:mark>"
    "</smd:signedMark>"
)
BEGINS, ENDS = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)


class Signer(Struct, frozen=True):
    """A key and its certificate."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


def signer(name: str, authority: Signer | None = None, *, ca: bool = False, ends: datetime = ENDS) -> Signer:
    """Somebody who signs, authorised by themselves or by another one."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only",
         "decipher_only"), False)  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.certificate.subject if authority else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **usage), critical=True)
        .sign(authority.key if authority else key, hashes.SHA256())
    )
    return Signer(key, certificate)


@lru_cache(maxsize=1)
def root() -> Signer:
    """The clearing house of tests."""
    return signer("Root of a made-up clearing house", ca=True)


@lru_cache(maxsize=1)
def validator() -> Signer:
    """Whom it authorised."""
    return signer("Made-up validator", root())


def root_file(folder: Path) -> Path:
    """The root's certificate as a file."""
    file = folder / "mark-root.pem"
    file.write_text(root().pem)
    return file


def revocations(*revoked: Signer, ends: datetime = ENDS, by: Signer | None = None) -> str:
    """A list of revoked certificates."""
    issuer = by or root()
    lists = x509.CertificateRevocationListBuilder().issuer_name(issuer.certificate.subject)
    lists = lists.last_update(BEGINS).next_update(ends)
    for each in revoked:
        serial = each.certificate.serial_number
        lists = lists.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(BEGINS).build()
        )
    return lists.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def signed(text: str, by: Signer | None = None) -> str:
    """The same XML with a signature."""
    who = by or validator()
    name_of_c14n = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    made = XMLSigner(c14n_algorithm=name_of_c14n).sign(
        etree.fromstring(text.encode()), key=who.key, cert=who.pem, reference_uri="#_1", id_attribute="id"
    )
    return str(etree.tostring(made, encoding="unicode"))


def xml(
    mark_id: str = "0000001-65535",
    begins: str = "2026-01-01T00:00:00.000Z",
    ends: str = "2027-01-01T00:00:00.000Z",
    name: str = "Example &amp; One",
    labels: tuple[str, ...] = ("example-one", "exampleone"),
) -> str:
    """The XML of a mark."""
    told = "".join(f"<mark:label>{label}</mark:label>" for label in labels)
    return signed(XML.format(mark_id=mark_id, begins=begins, ends=ends, name=name, labels=told))


def smd(text: str) -> str:
    """A file as the clearing house gives it out: words for people, then the XML in base64."""
    encoded = base64.encodebytes(text.encode()).decode()
    return f"Marks: Example\n-----BEGIN ENCODED SMD-----\n{encoded}-----END ENCODED SMD-----\n"
