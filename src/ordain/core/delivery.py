"""Delivery: the tasks an order needs, and what each answer of a registry means for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct, structs

from ordain.core import change as changes
from ordain.core import registry
from ordain.core.consent import AWAITED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.order import Order, OrderItem

Status = Literal["todo", "doing", "done", "error", "cancelled"]

TRANSITIONS: dict[Status, frozenset[Status]] = {
    "todo": frozenset({"doing", "cancelled"}),
    "doing": frozenset({"doing", "todo", "done", "error", "cancelled"}),  # doing again: a lease that ended
    "error": frozenset({"todo", "cancelled"}),
    "done": frozenset(),
    "cancelled": frozenset(),
}
"""The only ways a task's status moves; `tests/core/test_delivery.py` walks them."""

CREATE, TRANSFER, AFTERMARKET, ZONE = "DomainCreate", "DomainIncomingTransfer", "DomainAfterMarket", "ZoneCreate"
TRADE, RENEW, RESTORE = "DomainTrade", "DomainRenew", "DomainRestore"
ANYCAST = "DnsAnycastActivate"
"""What a task does (domain.OperationFunctionEnum; zones' are domain.TaskFunctionEnum's)."""
OF_ZONES = (ZONE, ANYCAST)
"""What is done to a zone, and told among its tasks."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
MOST_SILENCES = 12
WAITS = "Waits for the end of the right to withdraw from the order"
"""The comment of a task that is planned for then."""


class Task(Struct, frozen=True, kw_only=True):
    """A step of delivery (domain.Task). `transaction` is what the registry knows it by, at every repetition."""

    task_id: int
    nic: str
    order_id: int
    item_id: int
    function: str
    domain: str
    transaction: str
    created: datetime
    updated: datetime
    todo_at: datetime
    status: Status = "todo"
    attempts: int = 0
    """How often it was taken up."""
    silences: int = 0
    """How often in a row nothing was heard."""
    comment: str | None = None
    done_at: datetime | None = None
    argument: str | None = None
    """What the customer can correct to have an `error` taken up again."""
    corrections: dict[str, str] = {}
    """What they corrected, by argument."""
    change: registry.Change | None = None
    """What is to become so of a name the account holds. None: the order's item is delivered."""

    @property
    def settled(self) -> bool:
        """Nothing more will happen to it."""
        return not TRANSITIONS[self.status]


class NotAllowed(ValueError):
    """A status moved along no edge of `TRANSITIONS`."""


def moved(task: Task, status: Status, now: datetime, **changes: object) -> Task:
    """The task in its next status. NotAllowed for a move that is not in the table."""
    if status not in TRANSITIONS[task.status]:
        message = f"task {task.task_id} cannot go from {task.status} to {status}"
        raise NotAllowed(message)
    return structs.replace(task, status=status, updated=now, **changes)


def plan(order: Order, ids: Sequence[int], now: datetime, held_until: datetime | None = None) -> list[Task]:
    """The first task of every item; a domain's zone comes after the domain. None is due before `held_until`."""
    tasks = [_task(order, item, task_id, now) for item, task_id in zip(order.items, ids, strict=True)]
    if held_until is None or held_until <= now:
        return tasks
    return [structs.replace(task, todo_at=held_until, comment=WAITS) for task in tasks]


def _task(order: Order, item: OrderItem, task_id: int, now: datetime) -> Task:
    return Task(
        task_id=task_id,
        nic=order.nic,
        order_id=order.order_id,
        item_id=item.item_id,
        function=_function(item),
        domain=item.domain,
        transaction=f"ordain-{order.order_id}-{item.item_id}",
        created=now,
        updated=now,
        todo_at=now,
        change=_paid_change(item),
    )


def _paid_change(item: OrderItem) -> registry.Change | None:
    """An owner change, a renewal and a restoration are changes of a name that is held: they were only paid for."""
    match item.action:
        case "trade":
            return registry.Update(owner=msgspec.to_builtins(item.owner))
        case "renew":
            return renewed(item)
        case "restore":
            return registry.Restoration(item.fees.restore if item.fees else None)
    return None


def renewed(item: OrderItem) -> registry.Renewal:
    """The years an item adds to what its name was paid until."""
    if item.until is None:
        message = f"item {item.item_id} does not say what {item.domain} was paid until"
        raise ValueError(message)
    a_year = item.fees.renew if item.fees else None
    return registry.Renewal(item.years, item.until, a_year * item.years if a_year else None)


_FUNCTIONS = {
    None: ZONE, "create": CREATE, "transfer": TRANSFER, "trade": TRADE, "renew": RENEW, "restore": RESTORE,
}  # fmt: skip


def _function(item: OrderItem) -> str:
    if item.brings == "anycast":
        return ANYCAST
    return AFTERMARKET if "aftermarket" in item.mode else _FUNCTIONS[item.action]


def renewal_after(task: Task, item: OrderItem, task_id: int, now: datetime) -> Task:
    """The task of the years that were paid with a restoration, due once its name is out of redemption."""
    transaction = f"{task.transaction}-years"
    return structs.replace(_next(task, RENEW, task_id, now), change=renewed(item), transaction=transaction)


def zone_after(task: Task, task_id: int, now: datetime) -> Task:
    """The zone's task, due once its domain is registered."""
    return _next(task, ZONE, task_id, now)


def _next(task: Task, function: str, task_id: int, now: datetime) -> Task:
    return structs.replace(
        task,
        task_id=task_id,
        function=function,
        status="todo",
        attempts=0,
        silences=0,
        comment=None,
        argument=None,
        created=now,
        updated=now,
        todo_at=now,
        done_at=None,
    )


def changing(domain: Domain, change: registry.Change, task_id: int, now: datetime) -> Task:
    """The task of a change that a customer wishes for, without an order."""
    return Task(
        task_id=task_id,
        nic=domain.nic,
        order_id=0,
        item_id=0,
        function=changes.function(change, domain),
        domain=domain.name,
        transaction=f"ordain-change-{task_id}",
        created=now,
        updated=now,
        todo_at=now,
        change=change,
    )


def claimed(task: Task, now: datetime) -> Task:
    """The task as a worker takes it up: each time is an attempt, counted before the registry is asked."""
    comment = None if task.comment == WAITS else task.comment
    return moved(task, "doing", now, attempts=task.attempts + 1, comment=comment)


def pause(silences: int) -> timedelta:
    """How long to wait after so many silences in a row: doubling, up to a limit."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(silences - 1, 16)))


def patience(task: Task) -> int:
    """Seconds until a registry is asked again about what is pending there, more each time.

    Some decide within seconds, and a transfer takes five days.
    """
    return min(_MOST_PATIENCE, max(1, task.attempts**2 // 20))


_MOST_PATIENCE = 900


def after(task: Task, answer: registry.Answer, now: datetime) -> Task:
    """The task once its registry has answered."""
    match answer:
        case registry.Done():
            return moved(task, "done", now, done_at=now, comment=None, silences=0)
        case registry.Pending(seconds, why):
            later = now + timedelta(seconds=seconds)
            return moved(task, "todo", now, todo_at=later, comment=why, silences=0)
        case registry.Refusal(reason, argument):
            return moved(task, "error", now, comment=reason, argument=argument, silences=0)
        case registry.Lost(reason):
            return moved(task, "cancelled", now, comment=reason)


def unanswered(task: Task, why: str, now: datetime) -> Task:
    """The task after silence: tried again later, and handed to people when that has gone on too long."""
    silences = task.silences + 1
    if silences >= MOST_SILENCES:
        return moved(task, "error", now, comment=f"No answer after {silences} attempts: {why}", silences=silences)
    return moved(task, "todo", now, todo_at=now + pause(silences), comment=why, silences=silences)


def can_relaunch(task: Task) -> bool:
    """Only what ended in an error is taken up again."""
    return task.status == "error"


def can_cancel(task: Task) -> bool:
    """What its registry refused, or was never asked."""
    unasked = not task.attempts or task.comment == AWAITED
    return task.status == "error" or (task.status == "todo" and unasked)


def can_accelerate(task: Task, now: datetime) -> bool:
    """What waits for a later moment need not wait, save for people.

    The right of withdrawal is for the order to waive, and an owner change for both owners to agree to.
    """
    return task.status == "todo" and task.todo_at > now and task.comment not in (WAITS, AWAITED)


def accelerated(task: Task, now: datetime) -> Task:
    """A waiting task that is due at once."""
    return structs.replace(task, todo_at=now, updated=now)


def released(task: Task, now: datetime) -> Task:
    """A task that waited for the right of withdrawal, which was waived."""
    return structs.replace(accelerated(task, now), comment=None)


def relaunched(task: Task, now: datetime) -> Task:
    """An `error` taken up again at once. Attempts go on counting: the registry may have heard an earlier one."""
    return moved(task, "todo", now, todo_at=now, silences=0)


class Domain(Struct, frozen=True, kw_only=True):
    """A name an account holds."""

    nic: str
    name: str
    extension: str
    service_id: int
    order_id: int
    created: datetime
    expires: datetime
    updated: datetime
    owner_id: int
    admin: str
    tech: str
    name_servers: tuple[str, ...]
    hosted: bool
    """Its zone is served by our name servers."""
    dnssec: bool
    """Its registry takes DS records."""
    keys: tuple[registry.Key, ...] = ()
    hosts: tuple[registry.Host, ...] = ()
    """Glue: hosts below the name, with addresses."""
    addresses: tuple[registry.Host, ...] = ()
    """Of name servers elsewhere, as the customer noted them."""
    locked: bool = False
    """Against transfers."""
    deleted: datetime | None = None
    """Since when it waits in redemption."""
    on_hold: bool = False
    """Its registry keeps it out of the DNS, because it was not renewed."""
    leaving: datetime | None = None
    """Another registrar asked for it: until when its registry decides."""
    disclosed: tuple[registry.Disclosure, ...] = ()
    custom_fields: dict[str, Any] = {}
    """What some registries ask of nobody else (domain.configurations.CustomFields)."""
