"""Whether signed mark data is genuine (RFC 7848): its XML signature, its signer's certificate, and what was revoked.

A MarkVerifier (flows/ports.py) over signxml, lxml and cryptography. The clearing house's root signs validators'
certificates itself (its path length is zero), so a chain is two certificates long.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from ordain.core.signed_mark import CannotTell, NotGenuine

if TYPE_CHECKING:
    from datetime import datetime

_CERTIFICATES = "{http://www.w3.org/2000/09/xmldsig#}Signature/{*}KeyInfo/{*}X509Data/{*}X509Certificate"
_METHODS = frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512})
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
MOST_CERTIFICATES = 5
SMALLEST_KEY = 2048


class MarkVerifier:
    """Trusts what the holder of the root certificate authorised, and nobody else."""

    def __init__(self, root: bytes | None, *, needs_revocations: bool) -> None:
        """`root`: a certificate in PEM, None for trusting nobody. ValueError if it is none.

        `needs_revocations`: without a list of revoked certificates that is up to date nothing is trusted.
        """
        self._root = x509.load_pem_x509_certificate(root) if root else None
        self.needs_revocations = needs_revocations

    def signed(self, xml: str, revocations: str | None, now: datetime) -> str:
        """What of this XML is signed by a validator in good standing, as XML. Raises NotGenuine or CannotTell."""
        try:
            # No network, no entities, no document type: the core has refused a text that has one.
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
            root = etree.fromstring(xml.encode(), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            message = f"is not well-formed XML: {error}"
            raise NotGenuine(message) from error
        return self._signed(root, self._signer(root, revocations, now), now)

    def _signed(self, root: etree._Element, signer: x509.Certificate, now: datetime) -> str:
        config = SignatureConfiguration(
            location="./",
            expect_references=True,  # as many as there are: validators sign their KeyInfo too
            signature_methods=_METHODS,
            digest_algorithms=_DIGESTS,
            verification_time=now,
        )
        try:
            results = XMLVerifier().verify(root, x509_cert=signer, expect_config=config)
        # What it is handed is a stranger's: whatever it stumbles over makes the file not genuine, never trusted.
        except (SignXMLException, InvalidSignature, etree.LxmlError, ValueError, LookupError, AttributeError, TypeError,
                AssertionError) as error:  # fmt: skip
            message = "does not carry the signature of its issuer: something in it was changed, or forged"
            raise NotGenuine(message) from error
        for found in results if isinstance(results, list) else [results]:
            # The whole mark, not a part of it. Only what was signed is handed on to be read.
            if found.signed_xml is not None and (found.signed_xml.tag, found.signed_xml.get("id")) == (
                root.tag,
                root.get("id"),
            ):
                return found.signed_data.decode()
        message = "is signed in parts only"
        raise NotGenuine(message)

    def _signer(self, root: etree._Element, revocations: str | None, now: datetime) -> x509.Certificate:
        """The certificate it says it is signed with, if that is to be trusted."""
        if self._root is None:
            message = "nobody is trusted to have validated marks here: ORDAIN_MARK_ROOT is not set"
            raise CannotTell(message)
        texts = [element.text or "" for element in root.findall(_CERTIFICATES)]
        if not 1 <= len(texts) <= MOST_CERTIFICATES:
            message = "does not say which certificate it is signed with"
            raise NotGenuine(message)
        certificate = next((one for text in texts if self._issued(one := _certificate(text))), None)
        if certificate is None:
            message = "is signed by somebody whom the trademark clearing house has not authorised"
            raise NotGenuine(message)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            message = f"is signed with a certificate that is not valid on {now.date()}"
            raise NotGenuine(message)
        if self._is_revoked(certificate, revocations, now):
            message = "is signed with a certificate that was revoked"
            raise NotGenuine(message)
        return certificate

    def _issued(self, certificate: x509.Certificate) -> bool:
        key = certificate.public_key()
        try:
            if self._root is None or not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
                return False
            certificate.verify_directly_issued_by(self._root)
            extensions = certificate.extensions
            return (
                not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
                and extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
            )
        except (InvalidSignature, x509.ExtensionNotFound, x509.DuplicateExtension, ValueError, TypeError):
            return False

    def _is_revoked(self, certificate: x509.Certificate, revocations: str | None, now: datetime) -> bool:
        problem = "there is none" if revocations is None else self.revocations_problem(revocations, now)
        if problem and self.needs_revocations:
            message = f"the list of revoked certificates cannot be used: {problem}"
            raise CannotTell(message)
        if revocations is None:
            return False
        crl = x509.load_pem_x509_crl(revocations.encode())
        return crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None

    def revocations_problem(self, revocations: str, now: datetime) -> str | None:
        """Why a list of revoked certificates (PEM) is not this root's, or out of date; None if it is good.

        ValueError if it is none at all, or somebody else's.
        """
        crl = x509.load_pem_x509_crl(revocations.encode())
        key = self._root.public_key() if self._root else None
        if not isinstance(key, RSAPublicKey) or not crl.is_signature_valid(key):
            message = "it is not signed by the trademark clearing house's root"
            raise ValueError(message)
        until = crl.next_update_utc
        if until is not None and until < now:
            return f"it was to be replaced by {until.isoformat(timespec='seconds')}"
        return None


def _certificate(text: str) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError) as error:
        message = "says it is signed with a certificate that is none"
        raise NotGenuine(message) from error
