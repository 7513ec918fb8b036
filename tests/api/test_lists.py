"""Lists by pages: objects in place of ids, sorted and filtered (wire-contract §1.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.api import lists
from ordain.core.refusal import Refused

if TYPE_CHECKING:
    from tests.world import Answer, World

OBJECTS = {"X-Pagination-Mode": "CachedObjectList-Pages"}


def paged(world: World, path: str, who: str = "camille", **asked: object) -> Answer:
    """GET a list by page; `Size=2` is sent as X-Pagination-Size, `Sort_Order` as X-Pagination-Sort-Order."""
    headers = {f"X-Pagination-{name.replace('_', '-')}": str(value) for name, value in asked.items()}
    target = f"/1.0{path}"
    return world.send("GET", target, headers={**world.signed("GET", target, b"", who), **OBJECTS, **headers})


@pytest.fixture
def four(world: World) -> list[int]:
    """Four orders of one name each."""
    return [world.order(name) for name in ("first.fr", "second.com", "third.fr", "fourth.com")]


def test_without_the_mode_a_list_is_ids(world: World, four: list[int]) -> None:
    assert world.get("/me/order").ok() == sorted(four, reverse=True) or world.get("/me/order").ok() == four


def test_objects_are_those_that_are_read_one_by_one(world: World, four: list[int]) -> None:
    answer = paged(world, "/me/order")
    assert answer.ok() == [world.get(f"/me/order/{each}").ok() for each in world.get("/me/order").ok()]
    assert answer.headers["x-pagination-elements"] == "4"
    assert len(answer.ok()) == len(four)


def test_pages_follow_each_other(world: World, four: list[int]) -> None:
    pages = [paged(world, "/me/order", Size=3, Number=number) for number in (1, 2, 3)]
    assert [len(each.ok()) for each in pages] == [3, 1, 0]
    assert {each.headers["x-pagination-elements"] for each in pages} == {"4"}
    assert sorted(order["orderId"] for page in pages for order in page.ok()) == sorted(four)


def test_sorted_by_a_member(world: World, four: list[int]) -> None:
    ascending = paged(world, "/me/order", Sort="orderId").ok()
    descending = paged(world, "/me/order", Sort="orderId", Sort_Order="DESC").ok()
    assert [each["orderId"] for each in ascending] == sorted(four)
    assert [each["orderId"] for each in descending] == sorted(four, reverse=True)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("orderId:eq={1}", [1]),
        ("orderId:ne={1}", [0, 2, 3]),
        ("orderId:gt={1}", [2, 3]),
        ("orderId:lt={1}", [0]),
        ("orderId:in={0},{3}", [0, 3]),
        ("orderId:gt={0}&orderId:lt={3}", [1, 2]),
        ("date:gt=2020-01-01T00:00:00Z", [0, 1, 2, 3]),
        ("date:lt=2020-01-01T00:00:00%2B00:00", []),
        ("url:like=%25/order/{2}?%25", [2]),
        ("url:like=order", []),
        ("url:like=%25/ORDER/{2}?%25", [2]),
        ("url:like=" + "%25" * 300 + "no!", []),  # a password at the end has letters and digits only
        ("retractionDate:gt=9", []),
    ],
)
def test_filtered(world: World, four: list[int], wanted: str, found: list[int]) -> None:
    answer = paged(world, "/me/order", Sort="orderId", Filter=wanted.format(*four))
    assert [each["orderId"] for each in answer.ok()] == [four[at] for at in found]
    assert answer.headers["x-pagination-elements"] == str(len(found))


def test_one_of_several_values_can_have_a_comma(world: World) -> None:
    """OVHcloud's console encodes each value, and joins them by commas."""
    for description in ("red, blue", "red", "green", "100%"):
        made = world.post("/order/cart", {"ovhSubsidiary": "FR", "description": description}).ok()
        world.post(f"/order/cart/{made['cartId']}/assign").ok()
    wanted = "description:in=red%2C%20blue,green,100%25"
    found = {each["description"] for each in paged(world, "/order/cart", Filter=wanted).ok()}
    assert found == {"red, blue", "green", "100%"}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"Size": 0}, "X-Pagination-Size"),
        ({"Size": "many"}, "X-Pagination-Size"),
        ({"Size": 1001}, "X-Pagination-Size"),
        ({"Size": "0000000000011000000"}, "X-Pagination-Size"),
        ({"Number": "0" * 11 + "1" * 5000}, "X-Pagination-Number"),
        ({"Filter": "orderId:in=" + "1," * 2000}, "X-Pagination-Filter"),
        ({"Number": -1}, "X-Pagination-Number"),
        ({"Sort_Order": "UP"}, "X-Pagination-Sort-Order"),
        ({"Sort": "colour"}, "X-Pagination-Sort"),
        ({"Filter": "colour:eq=red"}, "X-Pagination-Filter"),
        ({"Filter": "orderId=1"}, "X-Pagination-Filter"),
        ({"Filter": "orderId:near=1"}, "X-Pagination-Filter"),
        ({"Filter": "&".join(["orderId:gt=1"] * 21)}, "X-Pagination-Filter"),
        ({"Mode": "Everything"}, "X-Pagination-Mode"),
    ],
)
@pytest.mark.usefixtures("four")
def test_what_makes_no_sense_is_refused(world: World, asked: dict[str, Any], field: str) -> None:
    answer = paged(world, "/me/order", **asked)
    assert (answer.status, answer.body["class"]) == (400, "Client::BadRequest")
    assert list(answer.body["details"]) == [field]


@pytest.mark.usefixtures("four")
def test_a_list_whose_members_are_lists_stays_as_it_is(world: World) -> None:
    world.pay(world.order("foo.fr")).ok()
    world.deliver()
    for path in ("/order/domain/zone", "/order/cartServiceOption/domain"):
        assert paged(world, path).ok() == world.get(path).ok() == ["foo.fr"]
    assert paged(world, "/domain/zone").ok()[0]["name"] == "foo.fr"


def test_another_account_sees_nothing(world: World) -> None:
    answer = paged(world, "/me/order", who="dieter")
    assert (answer.ok(), answer.headers["x-pagination-elements"]) == ([], "0")


@pytest.mark.usefixtures("four")
def test_a_key_for_the_list_alone_does_not_open_its_members(world: World) -> None:
    world.limit_keys("camille", (("GET", "/me/order"),))
    assert len(world.get("/me/order").ok()) == 4
    answer = paged(world, "/me/order")
    assert (answer.status, answer.body["errorCode"]) == (403, "NOT_GRANTED_CALL")


@pytest.mark.usefixtures("four")
def test_a_key_for_the_members_opens_them_however_rules_write_it(world: World) -> None:
    world.limit_keys("camille", (("GET", "/me/order"), ("GET", "/me/order/*")))
    assert len(paged(world, "/me/order").ok()) == 4


class Named:
    """What a v2 list holds, as far as a cursor looks at it."""

    def __init__(self, name: str) -> None:
        self.id = name


@given(st.sets(st.text(min_size=1, max_size=5), max_size=30), st.integers(1, 10))
def test_cursors_lead_through_all_in_order_once(names: set[str], size: int) -> None:
    seen, cursor = [], ""
    for _ in range(len(names) + 1):
        asked = {b"x-pagination-size": str(size), b"x-pagination-cursor": cursor}
        page, headers = lists.by_cursor([Named(name) for name in names], asked.__getitem__)
        seen += [each.id for each in page]
        if not headers:
            break
        cursor = dict(headers)[b"x-pagination-cursor-next"].decode()
    assert seen == sorted(names)


@pytest.mark.parametrize("cursor", ["x", "####", "YWZ0ZXI6", "YmVmb3JlOmE=", "é"])
def test_a_made_up_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(Refused, match="invalid cursor"):
        lists.by_cursor([], {b"x-pagination-cursor": cursor, b"x-pagination-size": ""}.__getitem__)
