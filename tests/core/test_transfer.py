"""What a registry tells of a name explains why it is not transferred."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ordain.core.registry import Refusal
from ordain.core.transfer import DELETED, LOCKED, SETTLING, UNDER_WAY, YOUNG, obstacle, refusal
from tests.world import NOON

OLD, FRESH = NOON - SETTLING, NOON - SETTLING + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        ((), None), (("ok",), None), (("clientRenewProhibited", "addPeriod"), None),
        (("clientTransferProhibited",), LOCKED), (("serverTransferProhibited",), LOCKED),
        (("pendingTransfer", "clientTransferProhibited"), UNDER_WAY),
        (("pendingDelete", "clientTransferProhibited"), DELETED), (("redemptionPeriod",), DELETED),
    ],
)  # fmt: skip
def test_statuses_tell(statuses: tuple[str, ...], told: str | None) -> None:
    assert obstacle(statuses, OLD, NOON) == (Refusal(told) if told else None)


def test_a_registry_that_locks_young_names_is_understood() -> None:
    assert obstacle(("serverTransferProhibited",), FRESH, NOON) == Refusal(YOUNG)
    assert obstacle(("clientTransferProhibited",), FRESH, NOON) == Refusal(LOCKED)
    assert obstacle(("ok",), FRESH, NOON) is None, "not all of them do"


def test_a_refusal_is_explained_or_told_as_it_is() -> None:
    for locks in (True, False):
        assert refusal("2304 status", ("clientTransferProhibited",), OLD, NOON, locks_young=locks) == Refusal(LOCKED)
        assert refusal("Ask us on Monday", ("ok",), OLD, NOON, locks_young=locks) == Refusal("Ask us on Monday")
        assert refusal("Ask us on Monday", (), None, NOON, locks_young=locks) == Refusal("Ask us on Monday")
    assert refusal("2201 not yet", ("ok",), FRESH, NOON, locks_young=True) == Refusal(YOUNG)
    told = refusal("Registrant incomplete", ("ok",), FRESH, NOON, locks_young=False)
    assert told == Refusal("Registrant incomplete"), "its age is in nobody's way there"
