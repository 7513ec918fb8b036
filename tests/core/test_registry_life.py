"""What time makes of a name at a registry, over made-up rules, instants and acts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters.sandbox_life import changed, graces, restoration, seen, statuses
from ordain.core.money import UNIT, Money
from ordain.core.registry import Deletion, Refusal, Renewal, Restoration, Update
from ordain.core.registry_life import (
    AUTO_RENEW,
    MOVING,
    REPORTING,
    Grace,
    Kept,
    Life,
    Moving,
    credit,
    deleted,
    restored,
    settled,
    years_on,
)

BEGAN = datetime(2026, 11, 23, 12, tzinfo=UTC)
EIGHT = Money(8 * UNIT, "EUR")
DAY = timedelta(days=1)

days = st.integers(0, 90)
lives = st.builds(
    Life,
    renews_itself=st.booleans(),
    add_grace=st.integers(0, 30),
    late_renew=days,
    redemption=days,
    pending_delete=st.integers(0, 10),
    deleted=st.none() | st.integers(0, 200),
    transfer_years=st.integers(0, 2),
    transfer_restarts=st.booleans(),
    transfer_lock=st.booleans(),
    max_years=st.none() | st.just(10),
)
waits = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1500))


def name(life: Life, at: datetime = BEGAN, years: int = 1) -> Kept:
    grace = Grace("addPeriod", at + life.add_grace * DAY, years, EIGHT * years)
    return Kept(
        name="foo.example",
        sponsor="ordain",
        transaction="t-1",
        created=at,
        expires=years_on(at, years),
        ready=at,
        graces=(grace,) if life.add_grace else (),
        year=EIGHT,
    )


def asked_for(kept: Kept, at: datetime, *, approved: bool = True) -> Kept:
    to, decides = "somebody-else", at + MOVING
    moving = Moving(to=to, transaction="t-2", asked=at, decides=decides, approved=approved, fee=EIGHT)
    return structs.replace(kept, moving=moving)


def stage(kept: Kept | None, now: datetime) -> int:
    """How far gone it is: there, to be restored, about to be deleted, gone."""
    if kept is None:
        return 3
    if kept.ending is None:
        return 0
    return 2 if graces(kept, now) == ("pendingDelete",) else 1


@st.composite
def walked(draw: st.DrawFn) -> tuple[Life, Kept, datetime]:
    """A name after some of what can be done to it, at instants of their own."""
    life, now = draw(lives), BEGAN
    kept = name(life, years=draw(st.integers(1, 3)))
    for act in draw(st.lists(st.sampled_from(["renew", "delete", "ask", "report", "lock", "move"]), max_size=8)):
        now += draw(waits) / 4
        later = settled(kept, life, now)
        if later is None:
            break
        after = done(later, life, act, now)
        if after is None:
            break
        kept = later if isinstance(after, Refusal) else after
    return life, kept, now


def done(kept: Kept, life: Life, act: str, now: datetime) -> Kept | Refusal | None:
    match act:
        case "renew":
            return changed(kept, life, Renewal(2, kept.expires), now)
        case "delete":
            return changed(kept, life, Deletion(), now)
        case "ask":
            return restoration(kept, life, now)
        case "report":
            return changed(kept, life, Restoration(), now)
        case "lock":
            return changed(kept, life, Update(locked=not kept.locked), now)
    return asked_for(kept, now) if kept.moving is None and kept.ending is None else kept


@given(walked(), waits, waits)
def test_it_does_not_matter_when_anybody_looked(
    at: tuple[Life, Kept, datetime], first: timedelta, more: timedelta
) -> None:
    life, kept, now = at
    between, later = now + first, now + first + more
    seen_between = settled(kept, life, between)
    straight = settled(kept, life, later)
    assert (None if seen_between is None else settled(seen_between, life, later)) == straight


@given(walked(), st.lists(waits, min_size=1, max_size=6))
def test_nothing_comes_back_by_itself(at: tuple[Life, Kept, datetime], pauses: list[timedelta]) -> None:
    life, kept, now = at
    found: Kept | None = kept
    last = stage(settled(kept, life, now), now)
    expires = kept.expires
    for pause in pauses:
        now += pause / 4
        found = settled(found, life, now) if found else None
        assert stage(found, now) >= last
        last = stage(found, now)
        if found is not None and found.ending is None and not (found.moved and life.transfer_restarts):
            assert found.expires >= expires
            expires = found.expires


@given(walked())
def test_whatever_was_done_the_name_is_told_in_words_that_fit(at: tuple[Life, Kept, datetime]) -> None:
    life, kept, now = at
    found = settled(kept, life, now)
    if found is None:
        return
    told, words = statuses(found, life, now), graces(found, now)
    shown = seen(found, life, found.sponsor, now)
    assert (shown.statuses, shown.grace) == (told, words)
    assert ("ok" in told) == (told == ("ok",))
    assert (
        ("pendingDelete" in told)
        == shown.redemption
        == bool({"redemptionPeriod", "pendingRestore", "pendingDelete"} & {*words})
    )
    assert len(set(told)) == len(told) <= 11
    if found.ending is not None:
        assert found.ending.began <= found.ending.redeemable <= found.ending.purged
        assert found.moving is None
    elif life.renews_itself:
        assert now < found.expires
    other = seen(found, life, "a third one", now)
    assert (other.ours, other.transaction, other.auth_info, other.owner) == (False, None, None, None)


@given(lives, st.integers(1, 3), st.integers(0, 60))
def test_a_registry_that_renews_by_itself_has_no_expired_names(life: Life, years: int, late: int) -> None:
    life = structs.replace(life, renews_itself=True)
    kept = name(life, years=years)
    renewed = settled(kept, life, kept.expires + late * DAY)
    assert renewed is not None
    assert (renewed.expires, renewed.ending) == (years_on(BEGAN, years + 1), None)
    assert ("autoRenewPeriod" in graces(renewed, kept.expires + late * DAY)) == (late * DAY < AUTO_RENEW)
    given_up = deleted(renewed, life, kept.expires + late * DAY)
    if late * DAY < AUTO_RENEW:
        assert credit(renewed, kept.expires + late * DAY) == EIGHT
        assert given_up is None or given_up.expires == kept.expires  # the year is taken back
    else:
        assert credit(renewed, kept.expires + late * DAY) == EIGHT * 0
        assert given_up is None or given_up.expires == renewed.expires


@given(lives)
def test_a_name_nobody_renews_goes_on_the_days_its_registry_says(life: Life) -> None:
    life = structs.replace(life, renews_itself=False)
    kept = name(life)
    closes = kept.expires + life.late_renew * DAY
    gone = closes + (life.redemption + life.pending_delete) * DAY
    if life.deleted is not None:
        gone = max(closes, min(gone, kept.expires + life.deleted * DAY))
    assert stage(settled(kept, life, closes - DAY / 86400), closes) == 0
    assert isinstance(settled(kept, life, gone - timedelta(microseconds=1)), Kept)
    assert settled(kept, life, gone) is None
    restorable = min(gone, closes + life.redemption * DAY)
    for at in (closes, restorable - DAY / 2, restorable, gone - DAY / 2):
        if closes <= at < gone:
            found = settled(kept, life, at)
            assert stage(found, at) == (1 if at < restorable else 2)


@given(lives, st.integers(0, 40))
def test_a_deletion_in_the_first_days_leaves_nothing_and_costs_nothing(life: Life, after: int) -> None:
    kept, now = name(life), BEGAN + after * DAY
    left = deleted(kept, life, now)
    if after < life.add_grace:
        assert (left, credit(kept, now)) == (None, EIGHT)
    else:
        assert credit(kept, now) == EIGHT * 0
        gone = now + (life.redemption + life.pending_delete) * DAY
        assert (left is None) == (gone == now)
        assert left is None or (left.ending is not None and left.ending.purged == gone)


@given(lives, st.integers(0, 6))
def test_a_restoration_waits_seven_days_for_its_report(life: Life, asked: int) -> None:
    life = structs.replace(life, redemption=7, pending_delete=0, add_grace=0)
    kept = deleted(name(life), life, BEGAN + DAY)
    assert kept is not None
    now = BEGAN + (1 + asked) * DAY
    waiting = restoration(kept, life, now)
    assert isinstance(waiting, Kept)
    still = settled(waiting, life, now + REPORTING - DAY / 2)
    assert still is not None
    assert graces(still, now + REPORTING - DAY / 2) == ("pendingRestore",)
    assert changed(still, life, Restoration(), now + REPORTING - DAY / 2) == structs.replace(kept, ending=None)
    # Without a report redemption went on meanwhile, and is over.
    assert settled(waiting, life, now + REPORTING) is None


@given(lives, st.integers(0, 1200))
def test_a_restored_name_is_there_again_and_has_not_expired(life: Life, after: int) -> None:
    life = structs.replace(life, redemption=30, add_grace=0, deleted=None)
    now = BEGAN + after * DAY
    found = settled(name(life), life, now)
    if (
        found is None
        or (found.ending is None and (found := deleted(found, life, now)) is None)
        or stage(found, now) > 1
    ):
        return
    back = restored(found, now)
    assert back.ending is None
    assert now < back.expires
    assert back.expires == found.expires or back.expires <= years_on(now, 1)
    assert settled(back, life, now) == back


@given(lives, st.booleans(), st.integers(0, 400))
def test_a_transfer_is_decided_on_its_day(life: Life, approved: bool, after: int) -> None:  # noqa: FBT001 - made up
    life = structs.replace(life, renews_itself=True)
    now = BEGAN + after * DAY
    before = settled(name(life), life, now)
    assert before is not None
    moving = asked_for(before, now, approved=approved)
    for early in (timedelta(0), MOVING - DAY / 24):
        waiting = settled(moving, life, now + early)
        assert waiting is not None
        assert (waiting.sponsor, "pendingTransfer" in statuses(waiting, life, now + early)) == ("ordain", True)
    after_it = settled(moving, life, now + MOVING)
    assert after_it is not None
    assert (after_it.sponsor, after_it.moving) == ("somebody-else" if approved else "ordain", None)
    kept = settled(before, life, now + MOVING)
    assert kept is not None
    if not approved:
        assert after_it.expires == kept.expires
    elif life.transfer_restarts:
        assert after_it.expires == years_on(now + MOVING, life.transfer_years) or life.transfer_years == 0
    else:
        furthest = life.furthest(now + MOVING)
        longest = years_on(kept.expires, life.transfer_years)
        assert kept.expires <= after_it.expires <= longest
        assert furthest is None or after_it.expires <= max(furthest, kept.expires)


@given(lives, st.integers(1, 12), st.integers(0, 700))
def test_years_are_added_to_the_expiry_and_never_beyond_the_furthest(life: Life, years: int, after: int) -> None:
    now = BEGAN + after * DAY
    kept = settled(name(life), life, now)
    if kept is None or kept.ending is not None:
        return
    longer = changed(kept, life, Renewal(years, kept.expires), now)
    furthest = life.furthest(now)
    if isinstance(longer, Refusal):
        assert furthest is not None
        assert years_on(kept.expires, years) > furthest
    else:
        assert longer is not None
        assert longer.expires == years_on(kept.expires, years)
        # The same again is nothing new: the day it was for is over.
        assert changed(longer, life, Renewal(years, kept.expires), now) == longer


def test_what_a_registry_renewed_by_itself_counts_for_a_renewal_of_more_years() -> None:
    life = Life(renews_itself=True)
    kept = name(life)
    renewed = settled(kept, life, kept.expires + DAY)
    assert renewed is not None
    assert changed(renewed, life, Renewal(1, kept.expires), kept.expires + DAY) == renewed
    longer = changed(renewed, life, Renewal(3, kept.expires), kept.expires + DAY)
    assert isinstance(longer, Kept)
    assert longer.expires == years_on(kept.expires, 3)


def test_the_29th_of_february_is_the_28th_where_there_is_none() -> None:
    leap = datetime(2028, 2, 29, 7, tzinfo=UTC)
    assert [years_on(leap, years).date().isoformat() for years in (1, 4, -1)] == [
        "2029-02-28",
        "2032-02-29",
        "2027-02-28",
    ]
