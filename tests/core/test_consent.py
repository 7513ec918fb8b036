"""Whom an owner change waits for, and what their answers come to."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core.account import Address, Contact
from ordain.core.consent import AWAITED, LIFE, REFUSED, TOO_LATE, Consent, sides, verdict
from tests.world import NOON

ANN = Contact(
    address=Address(city="Lille", country="FR", line1="1 rue"), email="Ann@x.example", firstName="Ann", lastName="A",
    language="fr_FR", legalForm="individual",
)  # fmt: skip
BEN = structs.replace(ANN, email="ben@x.example")
ASKED = Consent(nic="mc1-ordain", task_id=1, role="from", email="a", token_hash="h", asked=NOON)
ANSWERS = st.lists(st.sampled_from([None, True, False]), min_size=1, max_size=2)


def test_who_ordered_it_is_not_asked_and_nobody_twice() -> None:
    assert sides(ANN, BEN, "ops@x.example") == [("from", "Ann@x.example"), ("to", "ben@x.example")]
    assert sides(ANN, BEN, "ann@X.example") == [("to", "ben@x.example")]
    assert sides(ANN, structs.replace(BEN, email=" ann@x.example "), "ops@x.example") == [("from", "Ann@x.example")]
    assert sides(None, ANN, "ann@x.example") == []


@given(ANSWERS, st.integers(0, 30))
def test_one_refusal_ends_it_and_all_have_to_agree_in_time(answers: list[bool | None], days: int) -> None:
    asked = [structs.replace(ASKED, granted=answer) for answer in answers]
    told = verdict(asked, NOON + timedelta(days=days))
    if False in answers:
        assert told == REFUSED
    elif None not in answers:
        assert told is None
    else:
        assert told == (TOO_LATE if timedelta(days=days) >= LIFE else AWAITED)


def test_nobody_to_ask_is_nothing_to_wait_for() -> None:
    assert verdict([], NOON) is None


def test_a_corrected_owner_has_as_long_to_agree_as_the_first_had() -> None:
    agreed = structs.replace(ASKED, granted=True, answered=NOON)
    later = structs.replace(ASKED, role="to", asked=NOON + timedelta(days=15))
    assert verdict([agreed, later], later.asked) == AWAITED
    assert verdict([agreed, later], later.asked + LIFE) == TOO_LATE
