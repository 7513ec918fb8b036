"""EPP as XML: its namespaces, elements, and the RFCs' schemas every frame is held against (RFC 5730 §2.4, §4)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from lxml import etree

Element = Any
"""An lxml element: lxml publishes no types."""

NAMESPACES = {
    "epp": "urn:ietf:params:xml:ns:epp-1.0",
    "domain": "urn:ietf:params:xml:ns:domain-1.0",
    "contact": "urn:ietf:params:xml:ns:contact-1.0",
    "host": "urn:ietf:params:xml:ns:host-1.0",
    "secDNS": "urn:ietf:params:xml:ns:secDNS-1.1",
    "rgp": "urn:ietf:params:xml:ns:rgp-1.0",
    "launch": "urn:ietf:params:xml:ns:launch-1.0",
    "fee": "urn:ietf:params:xml:ns:epp:fee-1.0",
    "smd": "urn:ietf:params:xml:ns:signedMark-1.0",
    "allocationToken": "urn:ietf:params:xml:ns:allocationToken-1.0",
    "frnic": "http://www.afnic.fr/xml/epp/frnic-2.0",
}
OBJECTS = ("domain", "contact", "host")
EXTENSIONS = ("secDNS", "rgp", "launch", "fee", "allocationToken")
"""Those this client and the sandbox's server speak, in the order they are announced."""


class Unreadable(ValueError):
    """What arrived is no frame of EPP."""


class Malformed(ValueError):
    """A frame that the schemas forbid: it is not sent. The message says what is wrong."""


def qualified(name: str) -> str:
    """`domain:name` as lxml knows it."""
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix or 'epp']}}}{local}"


def make(tag: str, *content: Element | str | dict[str, str] | None, **attributes: str) -> Element:
    """An element `domain:create` with its children, text and attributes; what is None is left out."""
    prefix = tag.rpartition(":")[0] or "epp"
    made = etree.Element(qualified(tag), attributes, nsmap={None if prefix == "epp" else prefix: NAMESPACES[prefix]})
    for part in content:
        if isinstance(part, dict):
            made.attrib.update(part)
        elif isinstance(part, str):
            # What no XML can hold (RFC 5730 §5) came from somebody's clipboard, and means nothing.
            made.text = "".join(letter if letter.isprintable() else " " for letter in part)
        elif part is not None:
            made.append(part)
    return made


def instant(at: datetime) -> str:
    """An instant as EPP writes it: UTC, with thousandths."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def when(text: str | None) -> datetime | None:
    """The instant a frame tells, None if it tells none. Raises Unreadable."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        message = f"{text[:40]!r} is no instant"
        raise Unreadable(message) from error


def sent(root: Element) -> bytes:
    """A frame's bytes. Raises Malformed for one the schemas forbid."""
    problems = violations(root)
    if problems:
        raise Malformed("; ".join(problems))
    text: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def received(frame: bytes) -> Element:
    """A frame's root. Raises Unreadable for what is no XML, or no EPP, or has a document type."""
    try:
        root = etree.fromstring(frame, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        message = f"no XML: {error}"
        raise Unreadable(message) from error
    if root.tag != qualified("epp"):
        message = f"no EPP but {root.tag[:80]!r}"
        raise Unreadable(message)
    if root.getroottree().docinfo.doctype:
        message = "a frame with a document type"
        raise Unreadable(message)
    return root


def violations(root: Element) -> list[str]:
    """What the RFCs' schemas forbid in a frame."""
    schema = _schema()
    return [] if schema.validate(root) else [error.message for error in schema.error_log]


def _parser() -> Element:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


@cache
def _schema() -> Element:
    with as_file(files("ordain.adapters").joinpath("epp_xsd")) as folder:
        return etree.XMLSchema(file=str(folder / "all.xsd"))


def find(within: Element, *path: str) -> Element | None:
    """The first element along a path of names, None if there is none."""
    return within.find("/".join(map(qualified, path)))


def find_all(within: Element, *path: str) -> list[Element]:
    """All elements along a path of names."""
    found: list[Element] = within.findall("/".join(map(qualified, path)))
    return found


def text(within: Element, *path: str) -> str | None:
    """The text at the end of a path, without blanks around it; None if there is none, or nothing in it."""
    return (within.findtext("/".join(map(qualified, path))) or "").strip() or None
