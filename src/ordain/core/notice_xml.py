"""Claims notices as the claims database writes them, urn:ietf:params:xml:ns:tmNotice-1.0 (RFC 9361 §6.4, §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import plain_xml
from ordain.core.claims import UDRP, Address, Claim, Classification, CourtDecision, Notice, Party, is_sound
from ordain.core.plain_xml import Unreadable

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

LONGEST = 1_000_000
"""Characters."""
MOST_CLAIMS = 200
_NS = "{urn:ietf:params:xml:ns:tmNotice-1.0}"


def read(xml: str) -> Notice:
    """The notice, as far as its own checksum vouches for it. Raises Unreadable, in words about "the notice"."""
    if len(xml) > LONGEST:
        message = f"is longer than {LONGEST} characters"
        raise Unreadable(message)
    root = plain_xml.tree(xml)
    claims = root.findall(f"{_NS}claim")
    if root.tag != f"{_NS}notice" or not 1 <= len(claims) <= MOST_CLAIMS:
        message = f"is no tmNotice:notice with 1 to {MOST_CLAIMS} claims (RFC 9361 §8)"
        raise Unreadable(message)
    found = Notice(
        id=plain_xml.text(root, f"{_NS}id"),
        label=plain_xml.text(root, f"{_NS}label").lower(),
        begins=plain_xml.instant(root, f"{_NS}notBefore"),
        ends=plain_xml.instant(root, f"{_NS}notAfter"),
        claims=tuple(_claim(each) for each in claims),
    )
    if not is_sound(found):
        message = "does not carry the checksum of its own label and end (RFC 9361 §5.3.2)"
        raise Unreadable(message)
    return found


def _claim(claim: ET.Element) -> Claim:
    jurisdiction = claim.find(f"{_NS}jurDesc")
    return Claim(
        mark_name=plain_xml.text(claim, f"{_NS}markName"),
        # The RFC's text and implementations of its drafts differ in this name.
        goods_and_services=plain_xml.optional(claim, f"{_NS}goodsAndServices")
        or plain_xml.text(claim, f"{_NS}goodsAndServs"),
        jurisdiction=plain_xml.text(claim, f"{_NS}jurDesc"),
        jurisdiction_country_code="" if jurisdiction is None else jurisdiction.get("jurCC", ""),
        classifications=tuple(
            Classification(each.get("classNum", ""), (each.text or "").strip())
            for each in claim.iterfind(f"{_NS}classDesc")
        ),
        trademark_holders=tuple(_party(each) for each in claim.iterfind(f"{_NS}holder")),
        trademark_contacts=tuple(_party(each) for each in claim.iterfind(f"{_NS}contact")),
        court_decisions=tuple(_court(each) for each in claim.iterfind(f"{_NS}notExactMatch/{_NS}court")),
        udrp=tuple(
            UDRP(
                case_number=plain_xml.text(each, f"{_NS}caseNo"),
                udrp_provider=plain_xml.text(each, f"{_NS}udrpProvider"),
            )
            for each in claim.iterfind(f"{_NS}notExactMatch/{_NS}udrp")
        ),
    )


def _court(court: ET.Element) -> CourtDecision:
    return CourtDecision(
        reference_number=plain_xml.text(court, f"{_NS}refNum"),
        court_name=plain_xml.text(court, f"{_NS}courtName"),
        country_code=plain_xml.text(court, f"{_NS}cc"),
        regions=tuple((each.text or "").strip() for each in court.iterfind(f"{_NS}region")),
    )


def _party(party: ET.Element) -> Party:
    told = party.find(f"{_NS}addr")
    address = party if told is None else told
    numbers = {name: party.find(f"{_NS}{name}") for name in ("voice", "fax")}
    extensions = {name: None if number is None else number.get("x") for name, number in numbers.items()}
    return Party(
        name=plain_xml.optional(party, f"{_NS}name"),
        organisation=plain_xml.optional(party, f"{_NS}org"),
        entitlement=party.get("entitlement"),
        type=party.get("type"),
        email=plain_xml.optional(party, f"{_NS}email"),
        address=Address(
            streets=tuple((each.text or "").strip() for each in address.iterfind(f"{_NS}street")),
            city=plain_xml.optional(address, f"{_NS}city"),
            state_or_province=plain_xml.optional(address, f"{_NS}sp"),
            postal_code=plain_xml.optional(address, f"{_NS}pc"),
            country_code=plain_xml.optional(address, f"{_NS}cc"),
            voice=plain_xml.optional(party, f"{_NS}voice"),
            voice_extension=extensions["voice"],
            fax=plain_xml.optional(party, f"{_NS}fax"),
            fax_extension=extensions["fax"],
        ),
    )
