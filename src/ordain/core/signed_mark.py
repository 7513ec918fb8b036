"""Signed mark data: what a trademark holder proves a mark with (RFC 7848), read for its structure, labels and dates.

The signature is not verified here: a registry does so when the file is used.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from msgspec import Struct

from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 100_000
"""Characters of a file; real ones have about ten thousand."""
MOST_LABELS = 1_000
MOST_FILES = 100
"""Of one account."""

_SMD, _MARK = "{urn:ietf:params:xml:ns:signedMark-1.0}", "{urn:ietf:params:xml:ns:mark-1.0}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_KINDS = ("trademark", "treatyOrStatute", "court")
_ENCODED = re.compile(r"-----BEGIN ENCODED SMD-----(.*)-----END ENCODED SMD-----", re.DOTALL)
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_ID = re.compile(r"\d+-\d+", re.ASCII)


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


class _Unreadable(Exception):
    """Carries the reason out of the steps below."""


def read(data: str, now: datetime) -> SignedMark | Refusal:
    """The mark in this text: an .smd file, its base64 alone, or the XML itself; or what is wrong with it."""
    try:
        return _read(data, now)
    except _Unreadable as problem:
        return Refusal("invalid", f"data {problem}", "data")


def _read(data: str, now: datetime) -> SignedMark:
    if len(data) > LONGEST:
        message = f"is at most {LONGEST} characters long"
        raise _Unreadable(message)
    root = _tree(_xml(data))
    found = SignedMark(
        mark_id=_text(root, f"{_SMD}id"),
        not_before=_instant(root, "notBefore"),
        not_after=_instant(root, "notAfter"),
        labels=tuple(_labels(root)),
        data=data,
    )
    if not _ID.fullmatch(found.mark_id):
        message = "has an id that is no number, hyphen and number (RFC 7848 §2.3)"
        raise _Unreadable(message)
    if found.not_before >= found.not_after:
        message = "ends before it begins"
        raise _Unreadable(message)
    if found.not_after <= now:
        message = f"expired on {found.not_after.isoformat(timespec='seconds')}"
        raise _Unreadable(message)
    return found


def _xml(data: str) -> str:
    """The XML of a file: base64 between its two lines, or alone, or as it is."""
    if data.lstrip("\ufeff \t\r\n").startswith("<"):
        return data.strip("\ufeff \t\r\n")
    inside = _ENCODED.search(data)
    try:
        return base64.b64decode("".join((inside[1] if inside else data).split()), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        message = "is neither signed mark data in base64 nor XML (RFC 7848)"
        raise _Unreadable(message) from error


def _tree(xml: str) -> ET.Element:
    if "<!" in re.sub(r"<!--.*?-->", "", xml, flags=re.DOTALL):
        message = "contains a document type or other declarations, which signed mark data has none of"
        raise _Unreadable(message)
    # An encoding named in the text is that of its bytes; these have been decoded.
    body = re.sub(r"^<\?xml[^>]*\?>", "", xml)
    try:
        root = ET.fromstring(body)  # noqa: S314 - declarations, and so entities, were refused above
    except ET.ParseError as error:
        message = f"is not well-formed XML: {error}"
        raise _Unreadable(message) from error
    if root.tag == f"{_SMD}encodedSignedMark":
        return _tree(_xml(root.text or ""))
    if root.tag != f"{_SMD}signedMark":
        message = f"is no signedMark but {root.tag[:80]!r} (RFC 7848 §2.3)"
        raise _Unreadable(message)
    for part in (f"{_SMD}issuerInfo", f"{_MARK}mark", _SIGNATURE):
        if root.find(part) is None:
            message = f"has no {part.rpartition('}')[2]} (RFC 7848 §2.3)"
            raise _Unreadable(message)
    return root


def _text(parent: ET.Element, tag: str) -> str:
    found = (parent.findtext(tag) or "").strip()
    if not found:
        message = f"has no {tag.rpartition('}')[2]} (RFC 7848)"
        raise _Unreadable(message)
    return found


def _instant(root: ET.Element, tag: str) -> datetime:
    text = _text(root, f"{_SMD}{tag}")
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        message = f"has a {tag} that is no instant: {text[:40]!r}"
        raise _Unreadable(message) from error


def _labels(root: ET.Element) -> Iterator[Protected]:
    marks = [mark for kind in _KINDS for mark in root.iterfind(f"{_MARK}mark/{_MARK}{kind}")]
    if not marks:
        message = "names no trademark, treaty, statute or court (RFC 7848 §2.2)"
        raise _Unreadable(message)
    labels = [(mark, label) for mark in marks for label in mark.iterfind(f"{_MARK}label")]
    if len(labels) > MOST_LABELS:
        message = f"has at most {MOST_LABELS} labels"
        raise _Unreadable(message)
    for mark, element in labels:
        label = (element.text or "").strip().lower()
        if not _LABEL.fullmatch(label):
            message = f"has a label that is none: {label[:80]!r}"
            raise _Unreadable(message)
        yield Protected(label, _text(mark, f"{_MARK}markName"))
