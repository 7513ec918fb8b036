"""Claims notices as the claims database writes them (RFC 9361 §8), in made-up words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ordain.core.claims import UDRP, Classification, CourtDecision, Notice, problem
from ordain.core.notice_xml import read
from ordain.core.plain_xml import Unreadable

ENDS = datetime(2010, 8, 16, 9, 0, tzinfo=UTC)
INSIDE = datetime(2010, 8, 15, tzinfo=UTC)
ID = "370d0b7c9223372036854775807"
PARTY = """<n:name>Ada Example</n:name><n:org>Example Inc.</n:org>
<n:addr><n:street>1 Street</n:street><n:street>Floor 2</n:street><n:city>Town</n:city><n:sp>VA</n:sp><n:pc>1</n:pc>
<n:cc>US</n:cc></n:addr><n:voice x="4321">+1.7035555555</n:voice><n:fax>+1.7035555556</n:fax>
<n:email>ada@world.example</n:email>"""
XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<n:notice xmlns:n="urn:ietf:params:xml:ns:tmNotice-1.0">
<n:id>{ID}</n:id><n:notBefore>2010-08-14T09:00:00.0Z</n:notBefore><n:notAfter>2010-08-16T09:00:00.0Z</n:notAfter>
<n:label>example-one</n:label>
<n:claim><n:markName>Example One</n:markName><n:holder entitlement="owner">{PARTY}</n:holder>
<n:contact type="agent">{PARTY}</n:contact><n:jurDesc jurCC="US">UNITED STATES</n:jurDesc>
<n:classDesc classNum="35">Advertising</n:classDesc><n:classDesc classNum="36">Insurance</n:classDesc>
<n:goodsAndServices>Guitars</n:goodsAndServices></n:claim>
<n:claim><n:markName>One</n:markName><n:holder entitlement="owner">{PARTY}</n:holder>
<n:jurDesc jurCC="CR">COSTA RICA</n:jurDesc><n:goodsAndServs>Coffee</n:goodsAndServs>
<n:notExactMatch><n:udrp><n:caseNo>D2003-0499</n:caseNo><n:udrpProvider>WIPO</n:udrpProvider></n:udrp>
<n:court><n:refNum>234235</n:refNum><n:cc>CR</n:cc><n:region>San Jose</n:region>
<n:courtName>Supreme Court</n:courtName></n:court></n:notExactMatch></n:claim>
</n:notice>"""


def test_everything_a_notice_says_is_read() -> None:
    found = read(XML)
    assert (found.id, found.label, found.ends) == (ID, "example-one", ENDS)
    first, second = found.claims
    assert (first.mark_name, first.goods_and_services, first.jurisdiction) == (
        "Example One",
        "Guitars",
        "UNITED STATES",
    )
    assert first.classifications == (Classification("35", "Advertising"), Classification("36", "Insurance"))
    [holder], [contact] = first.trademark_holders, first.trademark_contacts
    assert (holder.entitlement, holder.type, contact.type, contact.email) == (
        "owner", None, "agent", "ada@world.example")  # fmt: skip
    assert holder.address.streets == ("1 Street", "Floor 2")
    assert (holder.address.voice, holder.address.voice_extension) == ("+1.7035555555", "4321")
    assert (holder.address.fax, holder.address.fax_extension) == ("+1.7035555556", None)
    assert second.goods_and_services == "Coffee"
    assert second.udrp == (UDRP(case_number="D2003-0499", udrp_provider="WIPO"),)
    assert second.court_decisions == (
        CourtDecision(reference_number="234235", court_name="Supreme Court", country_code="CR", regions=("San Jose",)),
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<?xml", "<!DOCTYPE a>\n<?xml", "document type"),
        ("</n:notice>", "", "not well-formed"),
        ("tmNotice-1.0", "tmNotice-2.0", "is no tmNotice"),
        ("n:claim>", "n:other>", "is no tmNotice"),
        (ID, "", "has no id"),
        ("370d", "470d", "checksum"),
        ("<n:label>example-one", "<n:label>example-two", "checksum"),
        ("2010-08-16T09", "2010-08-16T10", "checksum"),
        (ID, "370d0b7c", "checksum"),
        (ID, "370d0b7c" + "9" * 5000, "checksum"),
        ("2010-08-14T09:00:00.0Z", "soon", "notBefore that is no instant"),
        ("<n:markName>Example One</n:markName>", "", "has no markName"),
        ("<n:goodsAndServices>Guitars</n:goodsAndServices>", "", "has no goodsAndServs"),
        ("<n:udrpProvider>WIPO</n:udrpProvider>", "", "has no udrpProvider"),
    ],
)
def test_what_is_no_notice_is_refused(old: str, new: str, said: str) -> None:
    assert old in XML
    with pytest.raises(Unreadable, match=said):
        read(XML.replace(old, new))


def test_a_notice_is_accepted_for_its_own_label_in_its_own_time() -> None:
    notice = read(XML)
    forged = Notice(id=f"00000000{ID[8:]}", label="example-one", begins=None, ends=ENDS)
    assert problem(notice, ID, "example-one", INSIDE) is None
    refused = {
        "no notice that was shown": problem(None, "made-up", "example-one", INSIDE),
        "about 'example-one', not about 'another'": problem(notice, ID, "another", INSIDE),
        "expired on 2010-08-16T09:00:00": problem(notice, ID, "example-one", ENDS),
        "not valid before 2010-08-14": problem(notice, ID, "example-one", datetime(2010, 8, 14, 8, tzinfo=UTC)),
        "checksum": problem(forged, forged.id, "example-one", INSIDE),
    }
    for said, why in refused.items():
        assert said in (why or "")
