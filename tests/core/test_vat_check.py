"""What checks of a VAT number come to, by their age and answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.language import IN_ENGLISH
from ordain.core.vat_check import Check, Policy, Told, current, remark, verdict
from tests.world import NOON

if TYPE_CHECKING:
    from ordain.core.vat_check import Answer

NUMBER = "DE136695976"
POLICY = Policy(timedelta(days=30), timedelta(days=90))


def check(answer: Answer, days: float, check_id: int = 1) -> Check:
    """A check of so many days ago."""
    told = Told(answer=answer, source="VIES")
    return Check(check_id=check_id, nic="ab1-ordain", number=NUMBER, asked=NOON - timedelta(days=days), told=told)


@pytest.mark.parametrize(
    ("checks", "is_current"),
    [
        ([], False),
        ([check("valid", 29)], True),
        ([check("valid", 30)], False),
        ([check("invalid", 29)], True),
        ([check("unknown", 0.003)], True),  # four minutes
        ([check("unknown", 0.004)], False),  # nearly six
    ],
)
def test_an_answer_is_good_for_days_and_silence_for_minutes(checks: list[Check], *, is_current: bool) -> None:
    assert current(checks, POLICY, NOON) is is_current


@pytest.mark.parametrize(
    ("checks", "trust", "counts", "evidence"),
    [
        ([check("valid", 0)], False, True, 1),
        ([check("invalid", 0)], True, False, 1),
        ([check("unknown", 0)], False, False, 1),
        ([check("unknown", 0)], True, True, 1),
        ([check("unknown", 0), check("valid", 89, 2)], False, True, 2),
        ([check("unknown", 0), check("valid", 90, 2)], False, False, 1),
        ([check("unknown", 0), check("valid", 90, 2)], True, True, 1),
        ([check("unknown", 0), check("invalid", 400, 2)], True, False, 2),
    ],
)
def test_while_nobody_can_tell_the_last_answer_counts_for_a_while(
    checks: list[Check], *, trust: bool, counts: bool, evidence: int
) -> None:
    found = verdict(NUMBER, checks, Policy(POLICY.good_for, POLICY.grace, trust_silence=trust), NOON)
    assert (found.counts, found.evidence) == (counts, evidence)
    assert (remark(found) is None) is counts


def test_why_a_number_does_not_count_is_told() -> None:
    refuted, silent = (verdict(NUMBER, [check(answer, 0)], POLICY, NOON) for answer in ("invalid", "unknown"))
    told = [IN_ENGLISH.tell(found) for found in map(remark, (refuted, silent)) if found]
    assert told[0].startswith("The VAT number DE136695976 is not valid according to VIES: you are taxed as a consumer.")
    assert told[1].startswith("The VAT number DE136695976 cannot be checked just now (VIES)")


@given(answers=st.lists(st.tuples(st.sampled_from(["valid", "invalid", "unknown"]), st.integers(0, 400)), min_size=1),
       trust=st.booleans())  # fmt: skip
def test_a_number_that_was_last_told_invalid_never_counts(answers: list[tuple[Answer, int]], *, trust: bool) -> None:
    checks = [check(answer, days) for answer, days in sorted(answers, key=lambda each: each[1])]
    found = verdict(NUMBER, checks, Policy(POLICY.good_for, POLICY.grace, trust_silence=trust), NOON)
    last = next((each.told.answer for each in checks if each.told.answer != "unknown"), None)
    if last == "invalid":
        assert not found.counts
    if not trust and found.counts:
        assert last == "valid"
