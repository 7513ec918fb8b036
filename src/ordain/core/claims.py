"""Trademark claims: what somebody who asks for a name has to be told first (RFC 9361, domain.data.claimNotice)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from zlib import crc32

from msgspec import Struct, field

_LONGEST_NUMBER = 19
"""Digits of a notice's number (RFC 9361 §5.3.2)."""


class Address(Struct, frozen=True, kw_only=True, rename="camel"):
    """A party's address (domain.data.claimNotice.Address)."""

    streets: tuple[str, ...]
    city: str | None = None
    state_or_province: str | None = None
    postal_code: str | None = None
    country_code: str | None = None
    voice: str | None = None
    voice_extension: str | None = None
    fax: str | None = None
    fax_extension: str | None = None


class Party(Struct, frozen=True, kw_only=True, rename="camel"):
    """A holder of a mark, or whom to ask about it (domain.data.claimNotice.Contact)."""

    address: Address
    name: str | None = None
    organisation: str | None = None
    entitlement: str | None = None
    type: str | None = None
    email: str | None = None


class Classification(Struct, frozen=True):
    """What kinds of goods the mark is for."""

    number: str
    description: str


class CourtDecision(Struct, frozen=True, kw_only=True, rename="camel"):
    """A decision by which a name that is not exactly the mark counts as it."""

    reference_number: str
    court_name: str
    country_code: str
    regions: tuple[str, ...] = ()


class UDRP(Struct, frozen=True, kw_only=True, rename="camel"):
    """The same, decided in a dispute about a domain name."""

    case_number: str
    udrp_provider: str


class Claim(Struct, frozen=True, kw_only=True, rename="camel"):
    """One mark that a name may infringe (domain.data.claimNotice.ClaimNoticeDecision)."""

    mark_name: str
    goods_and_services: str
    jurisdiction: str
    jurisdiction_country_code: str
    classifications: tuple[Classification, ...] = ()
    trademark_holders: tuple[Party, ...] = ()
    trademark_contacts: tuple[Party, ...] = ()
    court_decisions: tuple[CourtDecision, ...] = ()
    udrp: tuple[UDRP, ...] = field(name="trademarkUDRP", default=())


class Notice(Struct, frozen=True, kw_only=True, rename="camel"):
    """A claims notice (domain.data.claimNotice.ClaimNotice). It can be accepted between its two instants."""

    id: str
    label: str
    begins: datetime | None
    ends: datetime
    type: Literal["TRADEMARK", "UK"] = "TRADEMARK"
    claims: tuple[Claim, ...] = ()


def notice_id(label: str, ends: datetime, number: int) -> str:
    """A notice's id: a checksum over label, last instant and number, then the number (RFC 9361 §5.3.2)."""
    text = f"{label}{int(ends.timestamp())}{number}"
    return f"{crc32(text.encode()):08x}{number}"


def problem(notice: Notice | None, asked: str, label: str, now: datetime) -> str | None:
    """Why a notice, found by the id asked for, cannot be accepted for this label now, in words; None if it can."""
    if notice is None:
        return f"{asked[:60]!r} is no notice that was shown here: read it first, at /domain/data/claimNotice"
    if notice.label != label:
        return f"notice {notice.id} is about {notice.label!r}, not about {label!r}"
    if not is_sound(notice):
        return f"notice {notice.id} does not carry the checksum of its own label and end (RFC 9361 §5.3.2)"
    if notice.ends <= now:
        return f"notice {notice.id} expired on {notice.ends.isoformat(timespec='seconds')}: read the new one"
    if notice.begins is not None and now < notice.begins:
        return f"notice {notice.id} is not valid before {notice.begins.isoformat(timespec='seconds')}"
    return None


def is_sound(notice: Notice) -> bool:
    """Whether the notice's id is the checksum of its label, end and number, then the number (RFC 9361 §5.3.2)."""
    number = notice.id[8:]
    return (
        len(number) <= _LONGEST_NUMBER
        and number.isascii()
        and number.isdigit()
        and notice.id == notice_id(notice.label, notice.ends, int(number))
    )


class Acceptance(Struct, frozen=True):
    """A notice with the words somebody was shown, when they accepted it, and from which network address."""

    notice: Notice
    accepted: datetime
    address: str = ""
