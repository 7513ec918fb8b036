"""Changes as values: what they touch, whether they are so already, what they make of a domain, and back from text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec import structs

from ordain.core import change
from ordain.core.delivery import Domain, Task, changing
from ordain.core.registry import (
    Change,
    Deletion,
    Disclosure,
    Host,
    Key,
    Registration,
    Renewal,
    Restoration,
    Update,
)
from tests.world import NOON

LATER = NOON + timedelta(days=365)
KEY = Key(257, 13, 1, "AAAA")
GLUE, OTHER = Host("ns1.foo.fr", ("192.0.2.1",)), Host("ns2.foo.fr", ("192.0.2.2", "2001:db8::2"))
DOMAIN = Domain(
    nic="mc1-ordain", name="foo.fr", extension="fr", service_id=1, order_id=7, created=NOON, expires=LATER,
    updated=NOON, owner_id=1, admin="mc1-ordain", tech="mc1-ordain", name_servers=("a.example", "b.example"),
    hosted=True, dnssec=True,
)  # fmt: skip
HELD = Registration(
    "foo.fr", ours=True, transaction="t", created=NOON, expires=LATER, name_servers=("b.example", "a.example")
)
EVERY: tuple[Change, ...] = (
    Update(name_servers=("c.example", "d.example"), addresses=(Host("c.example", ("192.0.2.9",)),)),
    Update(keys=(KEY,)),
    Update(keys=()),
    Update(hosts=(GLUE, OTHER)),
    Update(locked=True),
    Update(locked=False),
    Update(auth_info="code"),
    Update(owner={"firstName": "Ada", "address": {"city": "Lille"}}, owner_id=9),
    Update(admin="dw1-ordain", tech="dw1-ordain"),
    Update(disclosed=(Disclosure("owner", ("city", "name")),)),
    Renewal(2, LATER),
    Deletion(),
    Restoration(),
)


def task(wish: Change, **other: Any) -> Task:
    return structs.replace(changing(DOMAIN, wish, 11, NOON), **other)


@pytest.mark.parametrize("wish", EVERY, ids=str)
def test_a_change_comes_back_from_its_text(wish: Change) -> None:
    assert msgspec.json.decode(msgspec.json.encode(wish), type=Change) == wish


@pytest.mark.parametrize(
    ("wish", "touched"),
    [
        (Update(name_servers=("c.example",), hosts=(GLUE,)), {"name_servers", "host ns1.foo.fr"}),
        (Update(keys=()), {"keys"}),
        (Update(locked=False), {"locked"}),
        (Update(admin="a", tech="b"), {"admin", "tech"}),
        (Update(owner={}), {"owner"}),
        (Renewal(1, NOON), {"life"}),
        (Deletion(), {"life"}),
        (Restoration(), {"life"}),
    ],
)
def test_what_a_change_touches(wish: Change, touched: set[str]) -> None:
    assert change.touches(wish) == touched


def test_changes_that_touch_the_same_are_alike() -> None:
    tasks = [task(wish) for wish in EVERY]
    assert change.alike(Update(locked=True), tasks) == tasks[4:6]
    assert change.alike(Renewal(1, NOON), tasks) == tasks[-3:]
    assert change.alike(Update(hosts=(OTHER,)), tasks) == tasks[3:4]
    assert change.alike(Update(locked=True), [structs.replace(tasks[0], change=None)]) == []


@pytest.mark.parametrize(
    ("wish", "held", "so"),
    [
        (Update(name_servers=("a.example", "b.example")), {}, True),
        (Update(name_servers=("a.example",)), {}, False),
        (Update(keys=()), {}, True),
        (Update(keys=(KEY,)), {"keys": (KEY,)}, True),
        (Update(keys=(KEY,)), {}, False),
        (Update(hosts=(OTHER,)), {"hosts": (structs.replace(OTHER, ips=OTHER.ips[::-1]), GLUE)}, True),
        (Update(hosts=(structs.replace(GLUE, ips=()),)), {"hosts": (GLUE,)}, False),
        (Update(hosts=(structs.replace(GLUE, ips=()),)), {"hosts": (OTHER,)}, True),
        (Update(locked=True), {}, False),
        (Update(locked=False), {}, True),
        (Update(owner={"firstName": "Ada"}), {"owner": {"firstName": "Ada"}}, True),
        (Update(owner={"firstName": "Ada"}), {"owner": None}, False),
        (Update(locked=True), {"locked": True, "pending": True}, False),
        (Update(locked=True), {"locked": True, "ours": False}, False),
        (Renewal(1, LATER), {}, False),
        (Renewal(1, LATER), {"expires": LATER + timedelta(days=1)}, False),
        (Renewal(1, LATER), {"expires": LATER + timedelta(days=365)}, True),
        (Renewal(1, LATER), {"expires": LATER + timedelta(days=365), "redemption": True}, False),
        (Renewal(3, LATER), {"expires": LATER + timedelta(days=366)}, False),
        (Renewal(3, LATER), {"expires": LATER + timedelta(days=3 * 365 - 1)}, True),
        (Deletion(), {}, False),
        (Deletion(), {"redemption": True}, True),
        (Deletion(), {"ours": False}, True),
        (Restoration(), {}, True),
        (Restoration(), {"redemption": True}, False),
    ],
)
def test_whether_it_is_so_already(wish: Change, held: dict[str, Any], so: bool) -> None:  # noqa: FBT001 - a column
    assert change.is_so(wish, structs.replace(HELD, **held)) is so


@pytest.mark.parametrize("wish", EVERY, ids=str)
def test_of_a_name_nobody_has_only_its_end_is_so(wish: Change) -> None:
    assert change.is_so(wish, None) is isinstance(wish, Deletion)


def test_what_changes_make_of_a_domain() -> None:
    then = NOON + timedelta(days=1)
    became = DOMAIN
    for wish in EVERY[:-3]:
        became = change.applied(became, wish, then)
    assert became == structs.replace(
        DOMAIN, updated=then, name_servers=("c.example", "d.example"), addresses=(Host("c.example", ("192.0.2.9",)),),
        hosts=(GLUE, OTHER), owner_id=9, admin="dw1-ordain", tech="dw1-ordain",
        disclosed=(Disclosure("owner", ("city", "name")),),
    )  # fmt: skip
    gone = change.applied(DOMAIN, Deletion(), then)
    assert gone.deleted == then
    assert change.applied(gone, Restoration(), then).deleted is None


def test_the_lock_says_what_it_is_about_to_become() -> None:
    locked = structs.replace(DOMAIN, locked=True)
    assert [change.lock_status(each, []) for each in (DOMAIN, locked)] == ["unlocked", "locked"]
    assert change.lock_status(DOMAIN, [task(Update(keys=())), task(Update(locked=True))]) == "locking"
    assert change.lock_status(locked, [task(Update(locked=False))]) == "unlocking"


def test_a_correction_is_what_is_wanted() -> None:
    wish = Update(name_servers=("wrong.example", "b.example"), locked=True)
    assert change.corrected(wish, {}) == wish
    assert change.corrected(wish, {"nameServers": " C.example , d.example."}) == structs.replace(
        wish, name_servers=("c.example", "d.example")
    )
    assert change.corrected(Deletion(), {"nameServers": "c.example"}) == Deletion()


def test_a_fingerprint_is_of_the_servers_and_their_addresses() -> None:
    known = change.fingerprint(DOMAIN)
    assert known == change.fingerprint(structs.replace(DOMAIN, locked=True, updated=LATER))
    noted = structs.replace(DOMAIN, addresses=(Host("a.example", ("192.0.2.1",)),))
    turned = structs.replace(DOMAIN, name_servers=DOMAIN.name_servers[::-1])
    assert len({known, change.fingerprint(noted), change.fingerprint(turned)}) == 3


def test_the_target_is_what_was_wished_for_last_and_not_given_up() -> None:
    wish = task(Update(name_servers=("c.example", "d.example")), status="error")
    assert change.target(DOMAIN, [wish]).name_servers == ("c.example", "d.example")
    assert change.target(DOMAIN, [structs.replace(wish, status="cancelled")]) == DOMAIN
    assert change.target(DOMAIN, [task(Update(locked=True))]) == DOMAIN
