"""A charge's life: it moves along its table only, and money that was taken is never forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core import charge as core
from ordain.core.charge import (
    OPEN,
    REASONS,
    TRANSITIONS,
    ActionRequired,
    Charge,
    Declined,
    NotAllowed,
    Pending,
    Said,
    Status,
    Succeeded,
    Untouched,
)
from ordain.core.money import CENT, Money
from ordain.core.payment_method import Card, Method
from tests.world import NOON

NEW = Charge(
    charge_id=1,
    nic="cm1-ordain",
    order_id=2,
    method_id=3,
    amount=Money(599 * CENT, "EUR"),
    key="k",
    created=NOON,
    updated=NOON,
    look_at=NOON + core.LEASE,
)
SAYINGS: list[Said] = [
    Succeeded(),
    Declined("declined"),
    ActionRequired("https://bank.example"),
    ActionRequired(None),
    Pending(),
    Untouched(),
]


def test_the_table_has_every_status_and_the_open_ones_are_those_that_are_not_decided() -> None:
    assert set(TRANSITIONS) == set(get_args(Status))
    assert frozenset(get_args(Status)) - {"succeeded", "failed"} == OPEN
    assert TRANSITIONS["succeeded"] == frozenset()


@given(st.lists(st.sampled_from(["silence", *SAYINGS]), max_size=12))
def test_whatever_is_said_in_whatever_order_success_is_the_last_word(heard: list[Said | str]) -> None:
    charge, now = core.placed(NEW, "pi_1", NOON), NOON
    for said in heard:
        now += timedelta(minutes=1)
        before = charge
        charge = core.unknown(charge, "silence", now) if isinstance(said, str) else core.after(charge, said, now)
        assert charge.status == before.status or charge.status in TRANSITIONS[before.status]
        assert charge.status == before.status or charge.updated == now
        assert (charge.amount, charge.key, charge.processor_id) == (NEW.amount, NEW.key, "pi_1")
        assert not charge.open or charge.look_at > before.created
    if Succeeded() in heard:
        assert charge.status == "succeeded"
    elif any(isinstance(said, Declined) for said in heard):
        assert charge.status == "failed"
    else:
        assert charge.open


def test_a_move_that_is_not_in_the_table_is_not_made() -> None:
    for status, allowed in TRANSITIONS.items():
        from_here = Charge(
            **{name: getattr(NEW, name) for name in NEW.__struct_fields__ if name != "status"}, status=status
        )
        for to in get_args(Status):
            if to in allowed:
                assert core.moved(from_here, to, NOON).status == to
            else:
                with pytest.raises(NotAllowed):
                    core.moved(from_here, to, NOON)


def test_pauses_grow_up_to_a_limit() -> None:
    pauses = [core.pause(looks) for looks in range(100)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (core.FIRST_PAUSE, core.LONGEST_PAUSE)


def test_what_nobody_confirms_is_forgotten_after_an_hour() -> None:
    waiting = core.after(core.placed(NEW, "pi_1", NOON), ActionRequired("u"), NOON)
    assert not core.is_forgotten(waiting, NOON + core.CONFIRMED_WITHIN - timedelta(seconds=1))
    assert core.is_forgotten(waiting, NOON + core.CONFIRMED_WITHIN)
    assert not core.is_forgotten(core.placed(NEW, "pi_1", NOON), NOON + timedelta(days=1))


def test_every_failure_has_a_reason_in_words() -> None:
    for word, said in REASONS.items():
        assert core.reason(core.moved(NEW, "failed", NOON, reason=word)) == said
    assert core.reason(core.moved(NEW, "failed", NOON, reason="what_is_this")) == REASONS["refused"]


@pytest.mark.parametrize(
    ("year", "month", "until"), [(2026, 11, "2026-12-01"), (2026, 12, "2027-01-01"), (2026, 10, "2026-11-01")]
)
def test_a_card_is_good_until_its_month_is_over(year: int, month: int, until: str) -> None:
    card = Card(means="pm_1", brand="visa", last4="4242", year=year, month=month)
    method = Method(nic="n", method_id=3, created=NOON, updated=NOON, session="cs", status="VALID", card=card)
    assert method.expires is not None
    assert method.expires.date().isoformat() == until
    assert method.usable(method.expires - timedelta(seconds=1))
    assert method.status_at(method.expires) == "EXPIRED"
