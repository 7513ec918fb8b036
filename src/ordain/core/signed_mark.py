"""Signed mark data: what a trademark holder proves a mark with (RFC 7848): what it says, and whom it is good for.

Whether it is genuine is told by flows.ports.MarkVerifier, which hands back what of it is signed: only that is read.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import plain_xml
from ordain.core.plain_xml import Unreadable
from ordain.core.refusal import Refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

LONGEST = 100_000
"""Characters of a file; real ones have about ten thousand."""
MOST_LABELS = 1_000
MOST_FILES = 100
"""Of one account."""

_SMD, _MARK = "{urn:ietf:params:xml:ns:signedMark-1.0}", "{urn:ietf:params:xml:ns:mark-1.0}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_KINDS = ("trademark", "treatyOrStatute", "court")
_BEGIN, _END = "-----BEGIN ENCODED SMD-----", "-----END ENCODED SMD-----"
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_ID = re.compile(r"\d+-\d+", re.ASCII)
_PATH = re.compile(r"/domain/data/smd/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII | re.IGNORECASE)


class Protected(Struct, frozen=True):
    """A label the mark covers."""

    label: str
    trademark: str


class SignedMark(Struct, frozen=True, kw_only=True):
    """A signed mark data file. `mark_id` is its issuer's, `data` the file as it was given."""

    mark_id: str
    not_before: datetime
    not_after: datetime
    labels: tuple[Protected, ...]
    data: str

    def covers(self, label: str) -> bool:
        """Whether this A-label is one the mark is good for."""
        return any(one.label == label for one in self.labels)


class NotGenuine(Exception):
    """Why a file is not to be trusted: the end of a sentence that begins with what it is."""


class CannotTell(Exception):
    """Why nobody can say whether a file is to be trusted: it is the house's to mend, not the customer's."""


def smd_id_of(value: str) -> str | None:
    """The id in "/domain/data/smd/<uuid>", which is how an item names the mark it is ordered with."""
    found = _PATH.fullmatch(value)
    return found[1].lower() if found else None


def xml_of(data: str) -> str | Refusal:
    """The XML of a file, an element signedMark: it may come in base64, with or without words for people around."""
    try:
        return _xml_of(data)
    except Unreadable as problem:
        return refusal("invalid", "data %(problem)s", "data", problem=problem)


def read(data: str, signed: str, now: datetime) -> SignedMark | Refusal:
    """The mark that was signed, `signed`, of the file `data`; or what is wrong with it."""
    try:
        return _read(data, signed, now)
    except Unreadable as problem:
        return Refusal("invalid", f"data {problem}", "data")


def revoked(since: datetime | None) -> str | None:
    """Why a mark is not to be trusted that is on the list of revoked ones since then."""
    return f"was revoked by its issuer on {_shown(since)} (RFC 9361 §6.2)" if since else None


def stale(mark: SignedMark, now: datetime) -> str | None:
    """Why a mark is not to be trusted at this instant, by its own dates."""
    if mark.not_after <= now:
        return f"expired on {_shown(mark.not_after)}"
    if mark.not_before > now:
        return f"is not valid before {_shown(mark.not_before)}"
    return None


def _shown(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _xml_of(data: str) -> str:
    if len(data) > LONGEST:
        message = f"is at most {LONGEST} characters long"
        raise Unreadable(message)
    xml = _decoded(data)
    root = plain_xml.tree(xml)
    if root.tag == f"{_SMD}encodedSignedMark":
        xml = _decoded(root.text or "")
        root = plain_xml.tree(xml)
    if root.tag != f"{_SMD}signedMark":
        message = f"is no signedMark but {root.tag[:80]!r} (RFC 7848 §2.3)"
        raise Unreadable(message)
    for part in (f"{_SMD}issuerInfo", f"{_MARK}mark", _SIGNATURE):
        if root.find(part) is None:
            message = f"has no {part.rpartition('}')[2]} (RFC 7848 §2.3)"
            raise Unreadable(message)
    return xml


def _decoded(data: str) -> str:
    """The XML of a file: base64 between its two lines, or alone, or as it is."""
    if data.lstrip("\ufeff \t\r\n").startswith("<"):
        return data.strip("\ufeff \t\r\n")
    inside, ended, _ = data.partition(_BEGIN)[2].rpartition(_END)
    try:
        return base64.b64decode("".join((inside if ended else data).split()), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        message = "is neither signed mark data in base64 nor XML (RFC 7848)"
        raise Unreadable(message) from error


def _read(data: str, signed: str, now: datetime) -> SignedMark:
    root = plain_xml.tree(signed)
    found = SignedMark(
        mark_id=plain_xml.text(root, f"{_SMD}id"),
        not_before=plain_xml.instant(root, f"{_SMD}notBefore"),
        not_after=plain_xml.instant(root, f"{_SMD}notAfter"),
        labels=tuple(_labels(root)),
        data=data,
    )
    if root.tag != f"{_SMD}signedMark":
        message = "is signed in parts only"
        raise Unreadable(message)
    if not _ID.fullmatch(found.mark_id):
        message = "has an id that is no number, hyphen and number (RFC 7848 §2.3)"
        raise Unreadable(message)
    if found.not_before >= found.not_after:
        message = "ends before it begins"
        raise Unreadable(message)
    if found.not_after <= now:
        raise Unreadable(stale(found, now))
    return found


def _labels(root: ET.Element) -> Iterator[Protected]:
    marks = [mark for kind in _KINDS for mark in root.iterfind(f"{_MARK}mark/{_MARK}{kind}")]
    if not marks:
        message = "names no trademark, treaty, statute or court (RFC 7848 §2.2)"
        raise Unreadable(message)
    labels = [(mark, label) for mark in marks for label in mark.iterfind(f"{_MARK}label")]
    if len(labels) > MOST_LABELS:
        message = f"has at most {MOST_LABELS} labels"
        raise Unreadable(message)
    for mark, element in labels:
        label = (element.text or "").strip().lower()
        if not _LABEL.fullmatch(label):
            message = f"has a label that is none: {label[:80]!r}"
            raise Unreadable(message)
        yield Protected(label, plain_xml.text(mark, f"{_MARK}markName"))
