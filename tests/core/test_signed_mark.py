"""Signed mark data: every form it is given in, the clearing house's own test files, and what is refused."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ordain.core import signed_mark
from ordain.core.refusal import Refusal
from ordain.core.signed_mark import LONGEST, SignedMark
from tests import marks

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors" / "tmch"


def read(data: str, now: datetime) -> SignedMark | Refusal:
    """As if its signature were good."""
    xml = signed_mark.xml_of(data)
    return xml if isinstance(xml, Refusal) else signed_mark.read(data, xml, now)


def mark(data: str) -> SignedMark:
    found = read(data, NOW)
    assert isinstance(found, SignedMark), found
    return found


@pytest.mark.parametrize("file", sorted(VECTORS.glob("*.smd")), ids=lambda file: file.stem)
def test_the_clearing_house_s_test_files_say_the_same_as_their_headers(file: Path) -> None:
    text = file.read_text("utf-8")
    head = dict(line.split(": ", 1) for line in text.partition("-----BEGIN")[0].splitlines())
    found = mark(text)
    assert found.mark_id == head["smdID"]
    assert sorted(one.label for one in found.labels) == sorted(head["U-labels"].split(", "))
    assert {one.trademark for one in found.labels} == {head["Marks"]}
    assert found.not_before == datetime.fromisoformat(head["notBefore"])
    assert found.not_after == datetime.fromisoformat(head["notAfter"])
    assert found.data == text


def test_there_are_test_files() -> None:
    assert len(list(VECTORS.glob("*.smd"))) >= 8


@pytest.mark.parametrize(
    "data",
    [
        marks.smd(marks.xml()),
        marks.xml(),
        "\ufeff\n" + marks.xml() + "\n",
        base64.b64encode(marks.xml().encode()).decode(),
        base64.encodebytes(marks.xml().encode()).decode(),
        '<smd:encodedSignedMark xmlns:smd="urn:ietf:params:xml:ns:signedMark-1.0">'
        + base64.b64encode(marks.xml().encode()).decode()
        + "</smd:encodedSignedMark>",
    ],
    ids=["file", "xml", "space around", "base64", "base64 in lines", "encodedSignedMark"],
)
def test_every_form_is_read_alike(data: str) -> None:
    found = mark(data)
    assert (found.mark_id, [one.label for one in found.labels]) == ("0000001-65535", ["example-one", "exampleone"])
    assert found.labels[0].trademark == "Example & One"


NESTED = '<!DOCTYPE a [<!ENTITY b "boom">]>'
BAD = {
    "nothing": ("", "not well-formed"),
    "words": ("not a mark", "neither signed mark data"),
    "too long": ("A" * (LONGEST + 1), "at most 100000"),
    "bytes that are no text": (base64.b64encode(b"\xff\xfe<a/>").decode(), "neither signed mark data"),
    "not XML": ("<a", "not well-formed"),
    "another root": ("<a/>", "no signedMark"),
    "entities": (NESTED + marks.xml().partition("?>")[2], "document type"),
    "entities in base64": (base64.b64encode((NESTED + "<a>&b;</a>").encode()).decode(), "document type"),
    "no id": (marks.xml(mark_id=""), "has no id"),
    "a wrong id": (marks.xml(mark_id="one"), "no number, hyphen and number"),
    "no dates": (marks.xml(begins=""), "has no notBefore"),
    "a date that is none": (marks.xml(ends="soon"), "notAfter that is no instant"),
    "a date after all dates": (marks.xml(ends="9999-12-31T23:59:59-14:00"), "notAfter that is no instant"),
    "the end first": (marks.xml(begins="2028-01-01T00:00:00Z"), "ends before it begins"),
    "expired": (marks.xml(ends="2026-11-23T12:00:00Z"), "expired on 2026-11-23T12:00:00+00:00"),
    "a label with spaces": (marks.xml(labels=("two words",)), "a label that is none"),
    "a label that begins with a hyphen": (marks.xml(labels=("-a",)), "a label that is none"),
    "a label too long": (marks.xml(labels=("a" * 64,)), "a label that is none"),
    "an unnamed mark": (marks.xml(name=""), "has no markName"),
    "no mark": (marks.xml().replace("mark:trademark", "mark:other"), "names no trademark"),
    "no signature": (marks.xml().replace("ds:Signature", "ds:Nothing"), "has no Signature"),
    "no issuer": (marks.xml().replace("issuerInfo", "somebody"), "has no issuerInfo"),
}


@pytest.mark.parametrize(("data", "said"), BAD.values(), ids=BAD)
def test_what_is_no_mark_is_refused_in_words(data: str, said: str) -> None:
    found = read(data, NOW)
    assert isinstance(found, Refusal)
    assert (found.kind, found.field) == ("invalid", "data")
    assert said in found.message


def test_a_mark_without_labels_protects_none() -> None:
    assert mark(marks.xml(labels=())).labels == ()


def test_a_file_that_begins_again_and_again_is_refused_at_once() -> None:
    again = "-----BEGIN ENCODED SMD-----" * (LONGEST // 27)
    for _ in range(100):  # with a search for each end this would take minutes
        found = read(again, NOW)
        assert isinstance(found, Refusal)
        assert "neither signed mark data in base64 nor XML" in found.message
