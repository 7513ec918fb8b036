"""The end of a name's term: what is due when, whatever the registry's rules and whenever somebody looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters import catalogue_files
from ordain.core import renewal
from ordain.core.delivery import Domain
from ordain.core.offer import Market
from ordain.core.registry import Renewal
from ordain.core.registry_life import years_on
from ordain.core.renewal import DAY, Ending, Facts, due, timeline
from ordain.core.service import Settings

if TYPE_CHECKING:
    from ordain.core.catalogue import Extension

FOLDER = Path(__file__).parents[2] / "catalogue"
E = datetime(2027, 11, 23, 12, 0, tzinfo=UTC)
NAMES = st.sampled_from(["com", "fr", "de", "uk", "shop", "eu", "io", "ch", "cz"])
DAYS = st.integers(-60, 120)


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(catalogue_files.load(FOLDER), ())


def held(extension: str, **changes: object) -> Domain:
    """A name under this extension, paid until E."""
    known = Domain(
        nic="ab1-ordain", name=f"foo.{extension}", extension=extension, service_id=7, order_id=1,
        created=E - 365 * DAY, expires=E, updated=E, owner_id=1, admin="", tech="", name_servers=(), hosted=True,
        dnssec=True,
    )  # fmt: skip
    return structs.replace(known, **changes)


def facts(market: Market, extension: str = "com", **changes: object) -> Facts:
    """What is so of such a name; nothing was done yet."""
    domain = held(extension)
    known = Facts(
        domain=domain,
        extension=market.catalogue.extensions[extension],
        settings=Settings(),
        active=True,
        ending=Ending(domain.nic, domain.service_id, domain.expires),
    )
    return structs.replace(known, **changes)


def done(known: Facts, deeds: tuple[str, ...], now: datetime) -> Facts:
    """The same once what was due is done, in vain as far as money is concerned."""
    at = timeline(E, known.extension, known.settings)
    told = known.ending.told | {deed for deed in deeds if deed in ("month", "week", "expired")}
    attempts = renewal.slot(at, now) if "charge" in deeds else known.ending.attempts
    hold = {"hold": True, "release": False}
    on_hold = next((hold[deed] for deed in deeds if deed in hold), known.domain.on_hold)
    return structs.replace(
        known,
        ending=structs.replace(known.ending, told=told, attempts=attempts),
        domain=structs.replace(known.domain, on_hold=on_hold),
    )


def life(known: Facts) -> list[tuple[int, str]]:
    """All that is due, by the day from the expiry, until the name is given up: looking only when told to."""
    now, found = E - 60 * DAY, list[tuple[int, str]]()
    while True:
        what = due(known, now)
        found += [((now - E) // DAY, deed) for deed in what.deeds]
        if "delete" in what.deeds:
            return found
        assert what.again > now
        known, now = done(known, what.deeds, now), what.again


def test_an_unpaid_gtld_name_goes_the_whole_way(market: Market) -> None:
    assert life(facts(market)) == [
        (-30, "month"), (-20, "charge"), (-16, "charge"), (-12, "charge"), (-8, "charge"), (-7, "week"), (-4, "charge"),
        (-1, "charge"), (0, "expired"), (2, "charge"), (3, "hold"), (6, "charge"), (10, "charge"), (15, "charge"),
        (20, "charge"), (26, "charge"), (32, "charge"), (38, "charge"), (43, "charge"), (44, "delete"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "active"), [(Settings(automatic=False), True), (Settings(), False)], ids=["its own", "the account's"]
)
def test_what_is_renewed_by_hand_is_never_charged(market: Market, settings: Settings, *, active: bool) -> None:
    known = facts(market, settings=settings, active=active)
    assert life(known) == [(-30, "month"), (-7, "week"), (0, "expired"), (3, "hold"), (44, "delete")]


def test_what_is_to_be_deleted_at_its_expiry_is_reminded_of_and_deleted_then(market: Market) -> None:
    known = facts(market, settings=Settings(delete_at_expiration=True))
    assert life(known) == [(-30, "month"), (-7, "week"), (0, "delete")]


def test_where_nothing_is_renewed_late_the_name_is_given_up_at_its_expiry(market: Market) -> None:
    assert [(day, deed) for day, deed in life(facts(market, "de")) if day >= -1] == [(-1, "charge"), (0, "delete")]


@given(name=NAMES, automatic=st.booleans(), ends=st.booleans())
def test_the_icann_intervals_hold_for_every_registry(market: Market, name: str, *, automatic: bool, ends: bool) -> None:
    known = facts(market, name, settings=Settings(automatic=automatic, delete_at_expiration=ends))
    told = dict((deed, day) for day, deed in life(known) if deed != "charge")  # noqa: C402 - the last of each
    assert -35 <= told["month"] <= -26
    assert -10 <= told["week"] <= -4
    late = (timeline(E, known.extension, known.settings).delete - E) // DAY
    if late > 0:
        assert 0 <= told["expired"] <= 5
        assert told["hold"] <= max(0, late - 8)
    assert told["delete"] == late


@given(name=NAMES, automatic=st.booleans(), looks=st.lists(DAYS, max_size=12))
def test_whenever_somebody_looks_nothing_is_told_twice_and_a_promise_comes_before_a_deletion(
    market: Market, name: str, *, automatic: bool, looks: list[int]
) -> None:
    known, found = facts(market, name, settings=Settings(automatic=automatic)), list[str]()
    for day in sorted(looks):
        what = due(known, E + day * DAY)
        assert what.again > E + day * DAY
        known = done(known, what.deeds, E + day * DAY)
        found += what.deeds
        if "delete" in what.deeds:
            break
    once = [deed for deed in found if deed != "charge"]
    assert len(once) == len(set(once))
    assert "delete" not in found or not automatic or "charge" in found[: found.index("delete")]


@given(day=DAYS, name=NAMES)
def test_what_is_busy_is_left_alone(market: Market, day: int, name: str) -> None:
    assert due(facts(market, name, busy=True), E + day * DAY).deeds == ()


def test_what_is_on_hold_and_was_renewed_is_let_go(market: Market) -> None:
    known = facts(market, domain=held("com", on_hold=True))
    assert "release" in due(known, E - 300 * DAY).deeds
    assert "hold" not in due(known, E + 5 * DAY).deeds


def test_a_deleted_name_is_asked_for_at_once_and_when_its_redemption_ends(market: Market) -> None:
    deleted = E + 44 * DAY
    known = facts(market, domain=held("com", deleted=deleted))
    assert due(known, deleted).deeds == ("ask",)
    told = structs.replace(known, ending=structs.replace(known.ending, told=frozenset({"redemption"})))
    assert due(told, deleted + DAY) == renewal.Due((), deleted + 30 * DAY)
    assert due(told, deleted + 30 * DAY).deeds == ("ask",)


@given(
    start=st.integers(0, 3000).map(lambda days: E - days * DAY),
    years=st.integers(1, 10),
    extra=st.integers(0, 2),
)
def test_a_registrys_own_year_is_never_taken_for_paid(start: datetime, years: int, extra: int) -> None:
    change = Renewal(years, start)
    whole = years_on(start, years)
    registered = whole + extra * timedelta(days=365)
    assert renewal.paid_until(change, registered) == (whole if extra else registered)


def test_no_name_is_renewed_further_ahead_than_its_registry_allows(market: Market) -> None:
    com: Extension = market.catalogue.extensions["com"]
    assert com.policy.max_years == 10
    now = E - 30 * DAY
    assert renewal.periods(E, com, now) == tuple(range(1, 10))
    assert renewal.periods(years_on(E, 9), com, now) == ()
    assert renewal.periods(years_on(E, 8), com, now) == (1,)


@given(extension=NAMES, hours=st.integers(-400 * 24, 0))
def test_a_new_name_is_looked_at_first_when_something_is_due(market: Market, extension: str, hours: int) -> None:
    known, now = facts(market, extension), E + timedelta(hours=hours)
    first = renewal.first_look(E, known.extension)
    if now < first:
        assert due(known, now) == renewal.Due((), first)
    assert due(known, first).deeds
