"""What a registry's message means for a name: what it holds counts, not what the message says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core.delivery import Domain
from ordain.core.registry import Registration
from ordain.core.registry_message import AGAIN, DECIDES, PENDING, Decided, Touched, Transfer, turn, undecided
from tests.world import NOON

NAME = "foo.fr"
HELD = Domain(
    nic="mc1-ordain", name=NAME, extension="fr", service_id=1, order_id=2, created=NOON, expires=NOON, updated=NOON,
    owner_id=3, admin="mc1-ordain", tech="mc1-ordain", name_servers=(), hosted=True, dnssec=True,
)  # fmt: skip
FOUND = Registration(NAME, ours=True, transaction="t", created=NOON, expires=NOON + timedelta(days=365))
ASKED_FOR = structs.replace(FOUND, statuses=(PENDING,))
LATER = NOON + timedelta(days=1)
ABOUT = st.one_of(
    st.just(Touched(NAME)),
    st.builds(Decided, st.just(NAME), st.booleans()),
    st.builds(Transfer, st.just(NAME), st.sampled_from(["pending", "serverApproved", "clientRejected"]), st.booleans()),
)
DOMAINS = st.builds(
    lambda **changes: structs.replace(HELD, **changes),
    leaving=st.sampled_from([None, NOON + DECIDES]),
    deleted=st.sampled_from([None, NOON]),
)


@given(DOMAINS, ABOUT)
def test_a_name_the_registry_does_not_hold_for_us_is_ours_no_longer(domain: Domain, about: Any) -> None:
    assert (turn(domain, about, None, LATER).domain, turn(domain, about, None, LATER).news) == (None, "gone")
    elsewhere = structs.replace(FOUND, ours=False)
    assert (turn(domain, about, elsewhere, LATER).domain, turn(domain, about, elsewhere, LATER).news) == (None, "left")


@given(DOMAINS, ABOUT, st.booleans())
def test_a_name_that_is_ours_stays_and_hears_its_news_once(domain: Domain, about: Any, redemption: bool) -> None:  # noqa: FBT001 - a draw
    found = structs.replace(FOUND, redemption=redemption)
    first = turn(domain, about, found, LATER)
    assert first.domain is not None
    assert first.domain.expires == domain.expires  # what a registry renews by itself, nobody has paid for
    assert turn(first.domain, about, found, LATER).news is None


def test_another_registrars_request_is_noted_until_it_is_decided() -> None:
    until = NOON + timedelta(days=3)
    asked = turn(HELD, Transfer(NAME, "pending", here=False, by="rival", until=until), ASKED_FOR, LATER)
    assert asked.news == "leaving"
    assert asked.domain is not None
    assert asked.domain.leaving == until
    unsaid = turn(HELD, Transfer(NAME, "pending", here=False), FOUND, LATER).domain
    assert unsaid is not None
    assert unsaid.leaving == LATER + DECIDES
    kept = turn(asked.domain, Transfer(NAME, "clientRejected", here=False), FOUND, LATER)
    assert (kept.news, kept.domain and kept.domain.leaving) == ("stays", None)


def test_a_request_is_believed_unless_the_registry_tells_that_there_is_none() -> None:
    asked = Transfer(NAME, "pending", here=False)
    assert turn(HELD, asked, structs.replace(FOUND, statuses=("ok",)), LATER).domain == HELD
    for found in (FOUND, ASKED_FOR):  # some registries tell no statuses
        assert turn(HELD, asked, found, LATER).news == "leaving"


@given(st.sampled_from([(), ("ok",), (PENDING,)]), st.booleans())
def test_a_departure_nobody_told_the_end_of_ends_once_the_registry_is_asked(
    statuses: tuple[str, ...],
    ours: bool,  # noqa: FBT001 - a draw
) -> None:
    leaving = structs.replace(HELD, leaving=NOON)
    after = undecided(leaving, structs.replace(FOUND, statuses=statuses, ours=ours), LATER)
    if not ours:
        assert (after.domain, after.news) == (None, "left")
    elif PENDING in statuses:
        assert (after.domain and after.domain.leaving, after.news) == (LATER + AGAIN, None)
    else:
        assert (after.domain and after.domain.leaving, after.news) == (None, "stays")
    assert undecided(leaving, None, LATER).news == "gone"


def test_our_own_requests_are_no_departures() -> None:
    for status in ("pending", "clientApproved", "serverApproved", "clientRejected"):
        assert turn(HELD, Transfer(NAME, status, here=True), FOUND, LATER).news is None


def test_a_deletion_by_the_registry_is_noted_once() -> None:
    deleted = turn(HELD, Touched(NAME), structs.replace(FOUND, redemption=True), LATER)
    assert deleted.news == "deleted"
    assert deleted.domain is not None
    assert deleted.domain.deleted == LATER
    ours = turn(HELD, Touched(NAME), structs.replace(FOUND, redemption=True), LATER, deleting=True)
    assert (ours.news, ours.domain) == (None, deleted.domain), "who asked for it is not told that nobody did"
