"""Made-up signed mark data, built as RFC 7848 has it; its signature is no real one."""

from __future__ import annotations

import base64

XML = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<smd:signedMark xmlns:smd="urn:ietf:params:xml:ns:signedMark-1.0" id="_1">'
    "<smd:id>{mark_id}</smd:id>"
    '<smd:issuerInfo issuerID="65535"><smd:org>Nobody</smd:org></smd:issuerInfo>'
    "<smd:notBefore>{begins}</smd:notBefore><smd:notAfter>{ends}</smd:notAfter>"
    '<mark:mark xmlns:mark="urn:ietf:params:xml:ns:mark-1.0"><mark:trademark>'
    "<mark:markName>{name}</mark:markName>{labels}"
    "</mark:trademark></mark:mark>"
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/></smd:signedMark>'
)


def xml(
    mark_id: str = "0000001-65535",
    begins: str = "2026-01-01T00:00:00.000Z",
    ends: str = "2027-01-01T00:00:00.000Z",
    name: str = "Example &amp; One",
    labels: tuple[str, ...] = ("example-one", "exampleone"),
) -> str:
    """The XML of a mark."""
    told = "".join(f"<mark:label>{label}</mark:label>" for label in labels)
    return XML.format(mark_id=mark_id, begins=begins, ends=ends, name=name, labels=told)


def smd(text: str) -> str:
    """A file as the clearing house gives it out: words for people, then the XML in base64."""
    encoded = base64.encodebytes(text.encode()).decode()
    return f"Marks: Example\n-----BEGIN ENCODED SMD-----\n{encoded}-----END ENCODED SMD-----\n"
