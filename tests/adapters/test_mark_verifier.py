"""Signed mark data is trusted when it is genuine and in good standing, and never otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordain.adapters.mark_verifier import MarkVerifier
from ordain.core import signed_mark
from ordain.core.refusal import Refusal
from ordain.core.signed_mark import CannotTell, NotGenuine, SignedMark
from tests import marks

if TYPE_CHECKING:
    from collections.abc import Callable

TMCH = Path(__file__).parents[2].parent / "shared" / "vectors" / "tmch"
IN_2023 = datetime(2023, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@cache
def pilot() -> MarkVerifier:
    return MarkVerifier((TMCH / "icann-tmch-pilot.crt").read_bytes(), needs_revocations=True)


@cache
def crl() -> str:
    return (TMCH / "icann-tmch-pilot.crl").read_text()


def verified(xml: str, verifier: MarkVerifier, now: datetime, revocations: str | None = None) -> SignedMark:
    """The mark, as far as it is signed. Raises what the verifier raises."""
    found = signed_mark.read(xml, verifier.signed(xml, revocations, now), now)
    assert isinstance(found, SignedMark), found
    return found


def xml_of(file: str) -> str:
    found = signed_mark.xml_of((TMCH / file).read_text("utf-8"))
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize(
    "file",
    ["active", "revoked", "Court-Holder-Arab-Active", "Trademark-Holder-Chinese-Active",
     "Trademark-Holder-French-Active", "TreatyStatute-Agent-Russian-Active"],
)  # fmt: skip
def test_the_clearing_house_s_own_marks_are_genuine(file: str) -> None:
    """The revoked one too: that is told by another list, which is about marks."""
    text = (TMCH / f"{file}.smd").read_text("utf-8")
    found = verified(xml_of(f"{file}.smd"), pilot(), IN_2023, crl())
    assert f"smdID: {found.mark_id}\n" in text
    assert found.labels


@pytest.mark.parametrize(
    ("file", "why"),
    [("invalid", "does not carry the signature of its issuer"), ("tmv-cert-revoked", "certificate that was revoked")],
)
def test_its_bad_ones_are_not_and_the_reason_is_said(file: str, why: str) -> None:
    with pytest.raises(NotGenuine, match=why):
        pilot().signed(xml_of(f"{file}.smd"), crl(), IN_2023)


def test_the_shipped_pilot_root_is_the_clearing_house_s() -> None:
    shipped = Path(__file__).parents[2] / "src" / "ordain" / "adapters" / "pilot" / "tmch-root.pem"
    assert shipped.read_bytes() == (TMCH / "icann-tmch-pilot.crt").read_bytes()


def test_without_an_up_to_date_list_of_revoked_certificates_nobody_can_tell() -> None:
    for lists, now, why in ((None, IN_2023, "there is none"), (crl(), NOW, "replaced by 2023-04-06")):
        with pytest.raises(CannotTell, match=why):
            pilot().signed(xml_of("active.smd"), lists, now)
    lenient = MarkVerifier((TMCH / "icann-tmch-pilot.crt").read_bytes(), needs_revocations=False)
    assert lenient.signed(xml_of("active.smd"), None, NOW)
    assert lenient.signed(xml_of("active.smd"), crl(), NOW)
    with pytest.raises(NotGenuine, match="revoked"):
        lenient.signed(xml_of("tmv-cert-revoked.smd"), crl(), NOW)


def test_a_list_of_revoked_certificates_of_somebody_else_is_none() -> None:
    for text in ("", "nonsense", crl().replace("A", "B"), marks.revocations()):
        with pytest.raises(ValueError, match=r"."):
            pilot().revocations_problem(text, IN_2023)
    assert pilot().revocations_problem(crl(), IN_2023) is None


@cache
def ours() -> MarkVerifier:
    return MarkVerifier(marks.root().pem.encode(), needs_revocations=False)


def test_who_is_not_authorised_is_not_trusted_however_well_they_sign() -> None:
    plain = marks.XML.format(mark_id="1-1", begins="2026-01-01T00:00:00Z", ends="2027-01-01T00:00:00Z", name="A",
                             labels="<mark:label>a</mark:label>")  # fmt: skip
    stranger = marks.signer("Somebody else", ca=True)
    late = marks.signer("Made-up validator", marks.root(), ends=NOW - timedelta(days=1))
    wrong = {
        "authorised by nobody": (marks.signer("Made-up validator"), "has not authorised"),
        "authorised by a stranger": (marks.signer("Made-up validator", stranger), "has not authorised"),
        "by somebody of the root's name": (marks.signer("X", marks.signer("Root of a made-up clearing house", ca=True)),
                                           "has not authorised"),
        "by the root itself, which only signs certificates": (marks.root(), "has not authorised"),
        "an authority below the root": (marks.signer("Y", marks.root(), ca=True), "has not authorised"),
        "no longer": (late, "not valid on 2026-11-23"),
    }  # fmt: skip
    for who, (signer, why) in wrong.items():
        with pytest.raises(NotGenuine, match=why):
            ours().signed(marks.signed(plain, signer), None, NOW)
        assert who
    with pytest.raises(CannotTell, match="ORDAIN_MARK_ROOT"):
        MarkVerifier(None, needs_revocations=False).signed(marks.signed(plain), None, NOW)
    with pytest.raises(NotGenuine, match="was revoked"):
        ours().signed(marks.signed(plain), marks.revocations(marks.validator()), NOW)
    assert verified(marks.signed(plain), ours(), NOW).mark_id == "1-1"


def wrapped(xml: str) -> str:
    """The genuine element inside one that says something else: signature wrapping."""
    forged = xml.replace("example-one", "somebody-elses").replace(' id="_1"', ' id="_2"')
    head, _, tail = forged.partition("</mark:mark>")
    inside = xml.partition("?>")[2] if xml.startswith("<?xml") else xml
    return f"{head}</mark:mark>{inside}{tail}"


CHANGES: dict[str, Callable[[str], str]] = {
    "a label": lambda xml: xml.replace("example-one", "example-two"),
    "a label more": lambda xml: xml.replace("<mark:label>", "<mark:label>more</mark:label><mark:label>", 1),
    "a label less": lambda xml: xml.replace("<mark:label>example-one</mark:label>", ""),
    "the id": lambda xml: xml.replace("0000001-65535", "0000002-65535"),
    "a longer life": lambda xml: xml.replace("2027-01-01", "2037-01-01"),
    "an earlier beginning": lambda xml: xml.replace("2026-01-01", "2020-01-01"),
    "the mark's name": lambda xml: xml.replace("Example &amp; One", "Another"),
    "the issuer": lambda xml: xml.replace("Nobody", "Somebody"),
    "the issuer's number": lambda xml: xml.replace('issuerID="65535"', 'issuerID="1"'),
    "another kind of mark": lambda xml: xml.replace("mark:trademark", "mark:court"),
    "the signature's value": lambda xml: xml.replace("<ds:SignatureValue>", "<ds:SignatureValue>AAAA", 1),
    "the digest": lambda xml: xml.replace("<ds:DigestValue>", "<ds:DigestValue>A", 1),
    "the reference": lambda xml: xml.replace('URI="#_1"', 'URI=""'),
    "a reference to nothing": lambda xml: xml.replace('URI="#_1"', 'URI="#_9"'),
    "a reference to a file": lambda xml: xml.replace('URI="#_1"', 'URI="file:///etc/passwd"'),
    "the element's own id": lambda xml: xml.replace(' id="_1"', ' id="_2"', 1),
    "the same id twice": lambda xml: xml.replace("<smd:issuerInfo", '<smd:issuerInfo id="_1"', 1),
    "a weaker algorithm": lambda xml: xml.replace("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"),
    "no transforms": lambda xml: xml.replace("enveloped-signature", "base64"),
    "no certificate": lambda xml: xml.replace("ds:X509Certificate", "ds:X509SKI"),
    "a certificate that is none": lambda xml: xml.replace("<ds:X509Certificate>", "<ds:X509Certificate>AAAA", 1),
    "wrapped into another": wrapped,
    "a signature elsewhere": lambda xml: xml.replace("<ds:Signature ", "<smd:x><ds:Signature ", 1).replace(
        "</ds:Signature>", "</ds:Signature></smd:x>"),
    "a root of another name": lambda xml: xml.replace("smd:signedMark", "smd:signedMarks"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_was_changed_is_not_genuine(change: Callable[[str], str]) -> None:
    genuine = marks.xml()
    assert verified(genuine, ours(), NOW).covers("example-one")
    changed = change(genuine)
    assert changed != genuine
    with pytest.raises(NotGenuine):
        ours().signed(changed, None, NOW)


@cache
def _genuine() -> str:
    return marks.xml()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_however_it_is_changed_it_is_refused_or_still_says_what_was_signed(data: st.DataObject) -> None:
    """Some changes are none: space inside base64, a comment, another quote. What is read is what was signed, always."""
    text = _genuine()
    at = data.draw(st.integers(0, len(text) - 1))
    until = data.draw(st.integers(at, min(len(text), at + 40)))
    put = data.draw(st.text(st.sampled_from("abc019<>/=\"' -:#&;\n\u00e9"), max_size=12))
    changed = text[:at] + put + text[until:]
    xml = signed_mark.xml_of(changed)
    if isinstance(xml, Refusal):
        return
    try:
        signed = ours().signed(xml, None, NOW)
    except NotGenuine:
        return
    assert signed == ours().signed(text, None, NOW)


@pytest.mark.parametrize(
    "hostile",
    [
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><a>&c;</a>',
        '<!DOCTYPE a SYSTEM "http://192.0.2.1/x.dtd"><a/>',
        "<a><!-- --><!ELEMENT a ANY></a>",
        "<a>" * 100_000,
        "\x00<a/>",
        "<a>&#0;</a>",
        "<a xmlns:x='y' x:b='1' x:b='2'/>",
        "\ud800<a/>",
        "<?xml version='1.0' encoding='utf-7'?><a/>",
    ],
)  # fmt: skip
def test_xml_that_means_harm_is_refused_by_the_reader_and_by_the_verifier(hostile: str) -> None:
    assert isinstance(signed_mark.xml_of(hostile), Refusal)
    with pytest.raises(NotGenuine):
        ours().signed(hostile, None, NOW)
