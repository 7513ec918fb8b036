"""XML from elsewhere, read without what XML can do beyond elements: no document type, so no entities and no files."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree import ElementTree as ET


class Unreadable(Exception):
    """Why a text cannot be read: the end of a sentence that begins with what it is."""


def tree(xml: str) -> ET.Element:
    """The root element. Raises Unreadable."""
    # Wherever it stands, in comments too: what a parser takes for a comment is more than a pattern can tell.
    if re.search(r"<!(?!--)", xml):
        message = "contains a document type or other declarations, which it has no use for"
        raise Unreadable(message)
    # An encoding named in the text is that of its bytes; these have been decoded.
    body = re.sub(r"^<\?xml[^>]*\?>", "", xml)
    try:
        return ET.fromstring(body)  # noqa: S314 - declarations, and so entities, were refused above
    except (ET.ParseError, ValueError) as error:
        message = f"is not well-formed XML: {error}"
        raise Unreadable(message) from error


def text(parent: ET.Element, tag: str) -> str:
    """The text of a child that must be there."""
    found = optional(parent, tag)
    if found is None:
        message = f"has no {tag.rpartition('}')[2]}"
        raise Unreadable(message)
    return found


def optional(parent: ET.Element, tag: str) -> str | None:
    """The text of a child, None if there is none or nothing in it."""
    return (parent.findtext(tag) or "").strip() or None


def instant(parent: ET.Element, tag: str) -> datetime:
    """The instant a child tells; one without a time zone is in UTC."""
    told = text(parent, tag)
    try:
        at = datetime.fromisoformat(told)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        message = f"has a {tag.rpartition('}')[2]} that is no instant: {told[:40]!r}"
        raise Unreadable(message) from error
