"""Keys of requests that may be repeated, and what a repetition is answered."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core import idempotency
from ordain.core.idempotency import KEPT, LEASE, Held, guessable, judge, read_key
from ordain.core.refusal import Refusal
from tests.world import NOON

BEGUN = Held(digest="one", lease_until=NOON + LEASE, expires=NOON + KEPT)


@pytest.mark.parametrize("key", ["a", "A-1.b_c:d/e", "x" * 255, '"', "!~"])
def test_a_key_is_visible_ascii(key: str) -> None:
    assert read_key(f" {key} ") == key


def test_a_key_in_quotes_is_the_same_as_without_them() -> None:
    assert read_key('"8e03978e-40d5"') == read_key("8e03978e-40d5") == "8e03978e-40d5"


@pytest.mark.parametrize("key", ["", " ", '""', "x" * 256, "two words", "é", "a\tb", "\x7f"])
def test_other_keys_are_refused_by_the_headers_name(key: str) -> None:
    refusal = read_key(key)
    assert isinstance(refusal, Refusal)
    assert (refusal.kind, refusal.field) == ("invalid", "Idempotency-Key")
    assert "1 to 255 characters of visible ASCII" in refusal.message


@given(st.text(max_size=300))
def test_whatever_is_sent_is_a_key_or_refused(sent: str) -> None:
    key = read_key(sent)
    assert isinstance(key, Refusal) or (0 < len(key) <= 255 and key.isascii() and " " not in key)


def test_only_a_random_uuid_is_hard_to_guess() -> None:
    assert guessable(str(uuid4())) is None
    assert guessable(str(uuid4()).upper()) is None
    for key in ("1", "order-42", "00000000-0000-0000-0000-000000000000", "c232ab00-9414-11ec-b3c8-9f6bdeced846"):
        assert guessable(key) is not None


def said(held: Held, digest: str = "one", **later: float) -> str:
    found = judge(held, digest, NOON + timedelta(**later))
    return found.message if isinstance(found, Refusal) else found


def test_a_request_under_way_is_not_carried_out_twice() -> None:
    assert "still under way" in said(BEGUN)
    found = judge(BEGUN, "one", NOON)
    assert isinstance(found, Refusal)
    assert found.seconds == idempotency.WAIT


def test_after_its_lease_it_is_carried_out_again_if_nothing_was_written() -> None:
    assert said(BEGUN, minutes=2) == "free"
    written = structs.replace(BEGUN, written=True)
    assert "its answer was lost before it was kept" in said(written, minutes=2)
    assert "still under way" in said(written)


def test_an_answer_is_kept_for_a_day() -> None:
    answered = structs.replace(BEGUN, written=True, answered=True, answer=b"sealed")
    assert said(answered) == said(answered, hours=23, minutes=59) == "answered"
    assert said(answered, hours=24) == "free"
    assert "its answer could not be kept" in said(structs.replace(answered, answer=None), hours=1)


@pytest.mark.parametrize("held", [BEGUN, structs.replace(BEGUN, answered=True, answer=b"sealed")])
def test_another_request_with_the_key_is_refused(held: Held) -> None:
    assert "was used for another request" in said(held, "other")
    assert "was used for another request" in said(held, "other", hours=1)
    assert said(held, "other", hours=24) == "free"
