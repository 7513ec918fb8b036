"""/me/order/{orderId}: what its lines stand for, what was done for them, its bill, and withdrawing from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.me import ORDER
from ordain.api.routing import Call, Route
from ordain.core import retraction as core
from ordain.core.cart import duration_of
from ordain.core.offer import KEEPS
from ordain.core.refusal import not_found
from ordain.flows import billing, orders, retractions

if TYPE_CHECKING:
    from ordain.core.delivery import Task

OPERATIONS = f"{ORDER}/details/{{detailId}}/operations"


class Configuration(Struct, frozen=True):
    """billing.ItemDetail.OrderConfiguration."""

    label: str
    value: str


class Product(Struct, frozen=True):
    """billing.ItemDetail.OrderPlanProduct."""

    name: str | None


class Plan(Struct, frozen=True):
    """billing.ItemDetail.OrderPlan."""

    code: str | None
    duration: str | None
    pricingMode: str | None
    product: Product
    quantity: int | None


class Ordered(Struct, frozen=True):
    """billing.ItemDetail.Order."""

    action: Annotated[str, words.enum("billing.ItemDetail.OrderActionEnum")] | None
    configurations: list[Configuration]
    plan: Plan
    type: Annotated[str, words.enum("billing.ItemDetail.OrderDetailTypeEnum")] | None


class ItemDetail(Struct, frozen=True):
    """billing.ItemDetail."""

    order: Ordered


class Resource(Struct, frozen=True):
    """service.Resource."""

    displayName: str
    name: str | None
    state: Annotated[str, words.enum("service.ResourceStateEnum")] | None


class Operation(Struct, frozen=True):
    """service.Operation."""

    id: int
    quantity: int
    resource: Resource
    status: Annotated[str, words.enum("service.OperationStatusEnum")]
    type: Annotated[str, words.enum("service.OperationTypeEnum")]


class AssociatedObject(Struct, frozen=True):
    """billing.order.AssociatedObject."""

    id: str | None
    type: Annotated[str, words.enum("billing.order.associatedObject.TypeEnum")] | None


class Retraction(Struct, frozen=True):
    """What POST …/retraction is sent."""

    reason: Annotated[str, words.enum("billing.order.RetractionReasonEnum")]
    comment: Annotated[str, Meta(max_length=4000), words.named("text")] | None = None


async def _extension(call: Call) -> ItemDetail:
    placed = await orders.read(call.engine, call.caller, call.path["orderId"])
    line = orders.line(placed, call.path["orderDetailId"])
    item = next(item for item in placed.items if item.item_id == line.item_id)
    plan = Plan(item.plan, duration_of(item.years), item.mode, Product(item.kind), 1)
    configurations = [Configuration(label, value) for label, value in item.configurations]
    return ItemDetail(Ordered("renew" if item.action in KEEPS else "installation", configurations, plan, "plan"))


async def _tasks(call: Call) -> list[Task]:
    standing = await orders.standing(call.engine, call.caller, call.path["orderId"])
    line = orders.line(standing.order, call.path["detailId"], "detailId")
    return [task for task in standing.tasks if task.item_id == line.item_id]


async def _list_operations(call: Call) -> list[int]:
    return [task.task_id for task in await _tasks(call)]


async def _read_operation(call: Call) -> Operation:
    number = call.path["operationId"]
    task = next((task for task in await _tasks(call) if task.task_id == number), None)
    if task is None:
        message = f"Operation {number} does not exist"
        raise not_found(message, "operationId")
    resource = Resource(task.domain, task.domain, STATES.get(task.status))
    return Operation(task.task_id, 1, resource, task.status, "installation")


STATES = {"todo": "toOpen", "doing": "opening", "done": "ok"}
"""What a task makes of its name or zone (service.ResourceStateEnum)."""


async def _associated_object(call: Call) -> AssociatedObject:
    bill_id = await billing.bill_of_order(call.engine, call.caller, call.path["orderId"])
    return AssociatedObject(bill_id, "Bill" if bill_id else None)


async def _retract(call: Call) -> None:
    wish = core.Retraction(call.now, call.body.reason, call.body.comment)
    await retractions.retract(call.engine, call.caller, call.path["orderId"], wish)


async def _waive(call: Call) -> None:
    await retractions.waive(call.engine, call.caller, call.path["orderId"], call.now)


ROUTES = (
    Route(method="GET", path=f"{ORDER}/details/{{orderDetailId}}/extension", do=_extension,
          told="What an order's line stands for", answer=ItemDetail, standing="BETA"),
    Route(method="GET", path=OPERATIONS, do=_list_operations, told="What is done for an order's line",
          answer=list[int]),
    Route(method="GET", path=f"{OPERATIONS}/{{operationId}}", do=_read_operation,
          told="Read what is done for an order's line", answer=Operation),
    Route(method="GET", path=f"{ORDER}/associatedObject", do=_associated_object, told="The order's bill",
          answer=AssociatedObject),
    Route(method="POST", path=f"{ORDER}/retraction", do=_retract, told="Withdraw from the order", body=Retraction),
    Route(method="POST", path=f"{ORDER}/waiveRetraction", do=_waive, told="Waive the right to withdraw"),
)  # fmt: skip
