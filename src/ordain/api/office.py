"""Below /ordain/v1/office: what needs a hand, search, everybody's orders and tasks. For those who work here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import wire, words
from ordain.api.office_gate import OFFICE, member
from ordain.api.routing import Call, Route
from ordain.core.money import UNIT
from ordain.core.staff import may
from ordain.flows import office_orders, office_overview, office_search, office_tasks, staff
from ordain.flows.corrections import Correction

if TYPE_CHECKING:
    from ordain.core.audit import Entry
    from ordain.core.delivery import Task as CoreTask
    from ordain.core.money import Money

Reason = Annotated[str, Meta(min_length=1, max_length=500)]


class Amount(Struct, frozen=True):
    """Money, in units of a currency."""

    currencyCode: str
    value: float


def amount(money: Money) -> Amount:
    """Money as it is told."""
    return Amount(money.currency, money.ucents / UNIT)


class Task(Struct, frozen=True):
    """A task of anybody's. `argument`: what can be corrected, while it is in error."""

    id: int
    nichandle: str
    orderId: int | None
    function: str
    domain: str
    status: str
    attempts: int
    comment: str | None
    argument: str | None
    creationDate: words.Instant
    todoDate: words.Instant
    doneDate: words.Instant | None


def task(of: CoreTask) -> Task:
    """A task as it is told."""
    return Task(
        id=of.task_id,
        nichandle=of.nic,
        orderId=of.order_id or None,
        function=of.function,
        domain=of.domain,
        status=of.status,
        attempts=of.attempts,
        comment=of.comment,
        argument=of.argument,
        creationDate=wire.instant(of.created),
        todoDate=wire.instant(of.todo_at),
        doneDate=wire.instant(of.done_at) if of.done_at else None,
    )


class Deed(Struct, frozen=True):
    """What a member of the staff did, and how things were before and after."""

    member: str
    place: int
    date: words.Instant
    verb: str
    subject: str
    nichandle: str
    orderId: int | None
    before: str
    after: str
    reason: str
    queryId: str


def deed(entry: Entry) -> Deed:
    """An entry of the audit as it is told."""
    of = entry.deed
    told = (of.member, entry.place, wire.instant(entry.at), of.verb, of.subject, of.customer, of.order_id or None)
    return Deed(*told, entry.was, entry.became, of.reason, entry.query)


class Overview(Struct, frozen=True):
    """What needs a hand now, and what today brought."""

    errors: list[Task]
    tasks: dict[str, int]
    lateSeconds: int
    requests: int
    silentRegistries: list[str]
    unmatchedTransfers: int
    unsentMails: int
    imbalanceUcents: int
    ordersToday: int
    revenueToday: list[Amount]


class Hit(Struct, frozen=True):
    """Something that was found: an order, task, customer or request."""

    kind: str
    key: str
    nichandle: str
    told: str


class Order(Struct, frozen=True):
    """An order in a list."""

    orderId: int
    nichandle: str
    date: words.Instant
    status: str
    inError: bool
    price: Amount
    domains: list[str]


class Orders(Struct, frozen=True):
    """A page of orders. `before` leads to the next one."""

    orders: list[Order]
    before: int | None


class Story(Struct, frozen=True):
    """An order with its tasks and what the staff did. All else is told by the contract's own routes to its customer."""

    orderId: int
    nichandle: str
    email: str
    date: words.Instant
    status: str
    price: Amount
    domains: list[str]
    paidWith: str | None
    billId: str | None
    creditNotes: list[str]
    refunded: list[str]
    tasks: list[Task]
    mails: list[str]
    deeds: list[Deed]


class Searched(Struct, frozen=True):
    """What is searched for."""

    q: words.Needed


class ByStatus(Struct, frozen=True):
    """Which orders."""

    status: words.Text = ""
    before: Annotated[int, Meta(ge=1)] | None = None


class ByState(Struct, frozen=True):
    """Which tasks."""

    status: words.Text = "error"


class Why(Struct, frozen=True, forbid_unknown_fields=True):
    """The reason, which the customer reads."""

    reason: Reason


class Corrected(Struct, frozen=True, forbid_unknown_fields=True):
    """Another value of an argument."""

    key: words.Needed
    value: Annotated[str, Meta(min_length=1, max_length=4000)]


class Failed(Struct, frozen=True):
    """What could not be given up, with reasons."""

    failed: list[str]


class Given(Struct, frozen=True):
    """Whether the item's money went back."""

    refunded: bool


class Written(Struct, frozen=True):
    """The mail that was written anew."""

    id: int


async def _overview(call: Call) -> Overview:
    role = await staff.require(call.engine, call.caller.account.nichandle)
    found = await office_overview.overview(call.engine)
    return Overview(
        errors=[task(one) for one in found.errors] if may(role, "orders") else [],  # customers' names and words
        tasks=found.tasks,
        lateSeconds=int(found.late.total_seconds()) if found.late else 0,
        requests=found.grants,
        silentRegistries=found.silent,
        unmatchedTransfers=found.unmatched,
        unsentMails=found.unsent,
        imbalanceUcents=found.imbalance,
        ordersToday=found.orders,
        revenueToday=[amount(money) for money in found.revenue],
    )


async def _search(call: Call) -> list[Hit]:
    await member(call, "orders")
    return [Hit(one.kind, one.key, one.nic, one.told) for one in await office_search.search(call.engine, call.query.q)]


async def _orders(call: Call) -> Orders:
    await member(call, "orders")
    page = await office_orders.listed(call.engine, call.query.status, call.query.before)
    return Orders([order(row) for row in page.rows], page.before)


def order(row: office_orders.Row) -> Order:
    """An order of a list as it is told."""
    of = row.standing.order
    names = [item.domain for item in of.items]
    told = (of.order_id, of.nic, wire.instant(of.placed), row.status, row.troubled)
    return Order(*told, amount(of.price.gross), names)


async def _order(call: Call) -> Story:
    await member(call, "orders")
    whole = await office_orders.whole(call.engine, int(call.path["orderId"]))
    standing = whole.story.standing
    of = standing.order
    shown = {item.item_id: item.domain for item in of.items}
    return Story(
        orderId=of.order_id,
        nichandle=of.nic,
        email=whole.account.email,
        date=wire.instant(of.placed),
        status=whole.status,
        price=amount(of.price.gross),
        domains=[item.domain for item in of.items],
        paidWith=standing.payment.mean if standing.payment else None,
        billId=whole.bill,
        creditNotes=whole.notes,
        refunded=[shown[one.item_id] for one in standing.refunds],
        tasks=[task(one) for one in standing.tasks],
        mails=[mail.subject for mail in whole.story.mails],
        deeds=[deed(entry) for entry in whole.done],
    )


async def _cancel_order(call: Call) -> Failed:
    by = await member(call, "orders")
    return Failed(await office_orders.cancel(call.engine, by, int(call.path["orderId"]), call.body.reason))


async def _mail(call: Call) -> Written:
    by = await member(call, "orders")
    nic, number = call.path["nichandle"], int(call.path["id"])
    return Written(await office_orders.mail_again(call.engine, by, nic, number))


async def _tasks(call: Call) -> list[Task]:
    await member(call, "orders")
    return [task(one) for one in await office_tasks.listed(call.engine, call.query.status)]


async def _task(call: Call) -> Task:
    await member(call, "orders")
    return task(await office_tasks.one(call.engine, int(call.path["id"])))


async def _relaunch(call: Call) -> None:
    by = await member(call, "orders")
    await office_tasks.relaunch(call.engine, by, int(call.path["id"]))


async def _correct(call: Call) -> None:
    by = await member(call, "orders")
    correction = Correction(call.body.key, call.body.value, call.address)
    await office_tasks.correct(call.engine, by, int(call.path["id"]), correction)


async def _cancel(call: Call) -> Given:
    by = await member(call, "orders")
    return Given(await office_tasks.cancel(call.engine, by, int(call.path["id"]), call.body.reason))


ROUTES = (
    Route(method="GET", path=f"{OFFICE}/overview", do=_overview, answer=Overview, told="What needs a hand now"),
    Route(method="GET", path=f"{OFFICE}/search", do=_search, query=Searched, answer=list[Hit],
          told="Orders, tasks, customers and requests by any number, name, address or reference"),
    Route(method="GET", path=f"{OFFICE}/orders", do=_orders, query=ByStatus, answer=Orders,
          told="Everybody's orders, the latest first, of one state or of all"),
    Route(method="GET", path=f"{OFFICE}/orders/{{orderId}}", do=_order, answer=Story, told="An order's story"),
    Route(method="POST", path=f"{OFFICE}/orders/{{orderId}}/cancel", do=_cancel_order, body=Why, answer=Failed,
          told="Give up what of an order is not delivered yet, with its money back", refuses=("not-found", "conflict")),
    Route(method="POST", path=f"{OFFICE}/customers/{{nichandle}}/mails/{{id}}/again", do=_mail, answer=Written,
          told="Write a mail to its customer once more", refuses=("not-found",)),
    Route(method="GET", path=f"{OFFICE}/tasks", do=_tasks, query=ByState, answer=list[Task],
          told="The first fifty tasks of a state"),
    Route(method="GET", path=f"{OFFICE}/tasks/{{id}}", do=_task, answer=Task, told="A task of anybody's"),
    Route(method="POST", path=f"{OFFICE}/tasks/{{id}}/relaunch", do=_relaunch,
          told="Take a task in error up again", refuses=("not-found", "conflict")),
    Route(method="POST", path=f"{OFFICE}/tasks/{{id}}/argument", do=_correct, body=Corrected,
          told="Correct what a registry did not like", refuses=("not-found", "conflict", "rule")),
    Route(method="POST", path=f"{OFFICE}/tasks/{{id}}/cancel", do=_cancel, body=Why, answer=Given,
          told="Give a task up, with the item's money back", refuses=("not-found", "conflict")),
)  # fmt: skip
