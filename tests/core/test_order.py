"""What is frozen when an order is placed, and how its status follows from payment, refunds, tasks and time."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import structs

from ordain.core import delivery, registry
from ordain.core.account import as_contact
from ordain.core.cart import LIFE, Cart, Configuration, Item
from ordain.core.configuration import People
from ordain.core.language import ENGLISH, Language
from ordain.core.money import CENT, Money, TaxedPrice
from ordain.core.offer import Offer
from ordain.core.order import (
    PAYABLE_FOR,
    WITHDRAWAL,
    Accepted,
    Order,
    OrderItem,
    Payment,
    Placing,
    Refund,
    Standing,
    Status,
    delivered_items,
    is_refunded,
    place,
    retraction,
    status,
)
from ordain.core.pricing import Terms, quote
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.delivery import Task

MOMENT = timedelta(microseconds=1)
CAMILLE = structs.replace(PEOPLE["camille"], nichandle="mc1-ordain")
DIETER = structs.replace(PEOPLE["dieter"], nichandle="wd2-ordain")
PRICE = TaxedPrice(Money(10 * CENT, "EUR"), Money(2 * CENT, "EUR"), Money(12 * CENT, "EUR"))
PAID = Payment(1, NOON, "ovhAccount", PRICE.gross)


def item(item_id: int, **changes: Any) -> OrderItem:
    usual: dict[str, Any] = {"kind": "domain", "domain": f"foo{item_id}.fr", "shown": "", "price": PRICE, "plan": "fr",
                             "action": "create", "mode": "create-default", "zone": True}  # fmt: skip
    return OrderItem(item_id=item_id, **{**usual, **changes})


def order(*items: OrderItem) -> Order:
    return Order(order_id=7, nic="mc1-ordain", cart_id="c", subsidiary="FR", locale="fr_FR", placed=NOON,
                 expires=NOON + PAYABLE_FOR, lines=(), items=items, price=PRICE, password="p")  # fmt: skip


def refunded(item_id: int) -> Refund:
    return Refund(item_id, NOON, PRICE.gross, "lost")


def task(item_id: int, state: Any, attempts: int = 1) -> Task:
    [made] = delivery.plan(order(item(item_id)), [100 + item_id], NOON)
    return structs.replace(made, status=state, attempts=attempts)


# --- the status, for every combination of two items ---

STATES = [(state, attempts) for state in get_args(delivery.Status) for attempts in (0, 1)
          if attempts or state in ("todo", "cancelled")]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), list(product(STATES, STATES)))
@pytest.mark.parametrize("given_back", [(), (1,), (2,), (1, 2)])
def test_the_status_of_a_paid_order_follows_from_its_tasks_and_refunds(
    one: tuple[str, int], other: tuple[str, int], given_back: tuple[int, ...]
) -> None:
    tasks = (task(1, *one), task(2, *other))
    standing = Standing(order(item(1), item(2)), PAID, tuple(map(refunded, given_back)), tasks)
    settled = {"done", "cancelled"}
    if len(given_back) == 2:
        expected = "cancelled"
    elif {one[0], other[0]} <= settled:
        expected = "delivered"
    elif one[1] == other[1] == 0:
        expected = "checking"
    else:
        expected = "delivering"
    for now in (NOON, NOON + 10 * PAYABLE_FOR):
        assert status(standing, now) == expected


@pytest.mark.parametrize(
    ("passed", "expected"),
    [(timedelta(0), "notPaid"), (PAYABLE_FOR - MOMENT, "notPaid"), (PAYABLE_FOR, "cancelled"),
     (PAYABLE_FOR + MOMENT, "cancelled")],
)  # fmt: skip
def test_an_unpaid_order_is_cancelled_when_its_time_is_up(passed: timedelta, expected: Status) -> None:
    assert status(Standing(order(item(1)), None, (), ()), NOON + passed) == expected


# --- the status while things happen, in any order they can happen in ---


class OrderLife(RuleBasedStateMachine):
    """One order with up to three items, as flows treat it: paid, taken up, answered, refunded, while time passes."""

    FORWARD: tuple[tuple[str, str], ...] = (
        ("notPaid", "checking"),
        ("notPaid", "cancelled"),
        ("checking", "delivering"),
        ("delivering", "delivered"),
        ("delivering", "cancelled"),
    )

    @initialize(zones=st.lists(st.booleans(), min_size=1, max_size=3))
    def placed(self, zones: list[bool]) -> None:
        self.now: datetime = NOON
        self.order = order(*(item(number, zone=zone) for number, zone in enumerate(zones)))
        self.payment: Payment | None = None
        self.refunds: list[Refund] = []
        self.tasks: dict[int, Task] = {}
        self.last = self.status()

    def status(self) -> str:
        return status(Standing(self.order, self.payment, tuple(self.refunds), tuple(self.tasks.values())), self.now)

    def of(self, *statuses: str) -> list[Task]:
        return [task for task in self.tasks.values() if task.status in statuses]

    @precondition(lambda self: self.payment is None and self.status() == "notPaid")
    @rule()
    def pay(self) -> None:
        self.payment = PAID
        ids = range(len(self.order.items))
        self.tasks = {task.task_id: task for task in delivery.plan(self.order, list(ids), self.now)}

    @precondition(lambda self: self.of("todo"))
    @rule(data=st.data())
    def take_up(self, data: st.DataObject) -> None:
        self.save(delivery.claimed(data.draw(st.sampled_from(self.of("todo"))), self.now))

    @precondition(lambda self: self.of("doing"))
    @rule(data=st.data(), answer=st.sampled_from(["done", "pending", "refused", "lost", "silence", "lease ended"]))
    def hear(self, data: st.DataObject, answer: str) -> None:
        doing = data.draw(st.sampled_from(self.of("doing")))
        if answer == "silence":
            self.save(delivery.unanswered(doing, "cut", self.now))
        elif answer == "lease ended":
            self.save(delivery.claimed(doing, self.now))
        else:
            self.answered(doing, answer)

    def answered(self, doing: Task, word: str) -> None:
        held = registry.Registration(doing.domain, True, doing.transaction, self.now, self.now)  # noqa: FBT003 - ours
        answers: dict[str, registry.Answer] = {
            "done": registry.Done(held),
            "pending": registry.Pending(3),
            "refused": registry.Refusal("no"),
            "lost": registry.Lost("gone"),
        }
        if doing.function == delivery.ZONE and word == "lost":
            word = "done"  # our own name server loses no names
        self.save(delivery.after(doing, answers[word], self.now))
        if word == "lost":
            self.refunds.append(refunded(doing.item_id))
        if word == "done" and doing.function != delivery.ZONE and self.order.items[doing.item_id].zone:
            number = len(self.tasks)
            self.tasks[number] = delivery.zone_after(doing, number, self.now)

    @precondition(lambda self: self.of("error"))
    @rule(data=st.data())
    def relaunch(self, data: st.DataObject) -> None:
        self.save(delivery.relaunched(data.draw(st.sampled_from(self.of("error"))), self.now))

    @rule(hours=st.sampled_from([1, 24, 24 * 15]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def save(self, task: Task) -> None:
        self.tasks[task.task_id] = task

    @invariant()
    def the_status_only_moves_forward(self) -> None:
        now, before = self.status(), self.last
        assert now == before or (before, now) in self.FORWARD, f"{before} became {now}"
        self.last = now

    @invariant()
    def the_end_is_told_by_the_tasks(self) -> None:
        over = bool(self.tasks) and all(task.settled for task in self.tasks.values())
        assert over is (self.payment is not None and self.status() in ("delivered", "cancelled"))
        if self.status() == "cancelled" and self.payment:
            assert len(self.refunds) == len(self.order.items)


TestOrderLife = OrderLife.TestCase
TestOrderLife.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


# --- what stands beside an order ---


def test_an_item_is_delivered_when_all_its_tasks_are_done() -> None:
    zone = structs.replace(task(1, "todo", 0), task_id=900, function=delivery.ZONE)
    tasks = (task(1, "done"), zone, task(2, "done"), task(3, "cancelled"))
    assert delivered_items(Standing(order(item(1), item(2), item(3)), PAID, (), tasks)) == {2}


def test_a_refund_is_of_its_item() -> None:
    assert is_refunded([refunded(2)], 2)
    assert not is_refunded([refunded(2)], 1)
    assert not is_refunded([], 1)


@pytest.mark.parametrize(("waived", "until"), [(False, NOON + WITHDRAWAL), (True, None)])
def test_one_may_withdraw_unless_that_was_waived(*, waived: bool, until: datetime | None) -> None:
    assert retraction(structs.replace(order(item(1)), waived=waived)) == until


# --- placing ---


def in_cart(item_id: int, domain: str, *labels: tuple[str, str], **offered: Any) -> Item:
    usual: dict[str, Any] = {"action": "create", "flavour": "default"}
    offer = Offer(domain=domain, shown=domain, extension="fr", years=(1, 2), currency="EUR", first=699 * CENT,
                  renew=899 * CENT, **{**usual, **offered})  # fmt: skip
    put_on = tuple(Configuration(number, item_id, *label) for number, label in enumerate(labels))
    return Item(
        item_id=item_id, kind="domain", domain=domain, shown=domain, years=2, offer=offer, configurations=put_on
    )


def zone_in_cart(item_id: int, name: str) -> Item:
    put_on = (Configuration(1, item_id, "zone", name), Configuration(2, item_id, "template", "minimized"))
    return Item(item_id=item_id, kind="dns", domain=f"zone-{item_id}", shown="", years=1, configurations=put_on)


def placed(items: Sequence[Item], people: People | None = None, **changes: Any) -> Order:
    cart = Cart(cart_id="c", subsidiary="FR", created=NOON, expires=NOON + LIFE, nic="mc1-ordain", items=tuple(items))
    quoted = quote(items, Terms("EUR", Fraction(1, 5), Language(ENGLISH, {})))
    usual: dict[str, Any] = {
        "order_id": 7, "locale": "fr_FR", "password": "p", "contracts": (Accepted("general-terms", "3", "Terms"),),
        "waived": False, "accepted_from": "192.0.2.7", "now": NOON,
        "people": {each.item_id: people or People(CAMILLE) for each in items},
    }  # fmt: skip
    return place(cart, quoted, Placing(**{**usual, **changes}))


def test_an_order_is_its_cart_frozen() -> None:
    found = placed([in_cart(1, "foo.fr"), in_cart(2, "baz.fr", action="transfer")])
    assert (found.order_id, found.nic, found.cart_id, found.expires) == (7, "mc1-ordain", "c", NOON + PAYABLE_FOR)
    assert (found.contracts, found.accepted_from) == ((Accepted("general-terms", "3", "Terms"),), "192.0.2.7")
    assert [line.line_id for line in found.lines] == [70_000 + position for position in range(6)]
    assert sum(line.price.ucents for line in found.lines) == found.price.net.ucents
    assert sum(each.price.gross.ucents for each in found.items) == found.price.gross.ucents
    assert [(each.domain, each.action, each.mode, each.years, each.zone) for each in found.items] == [
        ("foo.fr", "create", "create-default", 2, True),
        ("baz.fr", "transfer", "transfer-default", 2, False),
    ]


def test_where_nobody_is_named_the_ordering_account_is_owner_admin_and_tech() -> None:
    [found] = placed([in_cart(1, "foo.fr")]).items
    assert (found.owner, found.admin, found.tech) == (as_contact(CAMILLE), "mc1-ordain", "mc1-ordain")


def test_whoever_is_named_is_recorded() -> None:
    owner = structs.replace(as_contact(DIETER), id=12)
    [found] = placed([in_cart(1, "foo.fr")], People(CAMILLE, owner, DIETER, CAMILLE)).items
    assert (found.owner, found.admin, found.tech) == (owner, "wd2-ordain", "mc1-ordain")


def test_configurations_travel_with_the_item() -> None:
    labels = (("DNS", "ns1.x.example, NS2.x.example."), ("AUTH_INFO", "secret"))
    [found] = placed([in_cart(1, "foo.fr", *labels, action="transfer")]).items
    assert found.name_servers == ("ns1.x.example", "ns2.x.example")
    assert (found.value("AUTH_INFO"), found.value("REASON")) == ("secret", None)
    assert found.configurations == labels


def test_a_zone_on_its_own_is_delivered_once_beside_its_domain() -> None:
    domain, zone = placed([in_cart(1, "foo.fr"), zone_in_cart(2, "Foo.FR")]).items
    assert (domain.zone, zone.zone) == (False, True)
    assert (zone.domain, zone.plan, zone.action, zone.owner) == ("foo.fr", "zone", None, None)
    assert zone.price.gross.ucents == 0
