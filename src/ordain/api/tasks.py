"""/me/task/domain and /domain/{serviceName}/task: tasks at registries, and what customers do about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core import delivery
from ordain.core.task_argument import ARGUMENTS
from ordain.flows import tasks
from ordain.flows.corrections import Correction

if TYPE_CHECKING:
    from ordain.core.delivery import Task

MINE, OF_NAME = "/me/task/domain/{id}", "/domain/{serviceName}/task/{id}"
Status = Annotated[str, words.enum("domain.OperationStatusEnum")]
Type = Annotated[str, words.enum("domain.OperationTypeEnum")]
Answer = Annotated[str, Meta(max_length=4000)]
"""As long as a reason may be."""


class ByTask(Struct, frozen=True):
    """Filters of GET /me/task/domain."""

    domain: str | None = None
    function: Annotated[str, words.enum("domain.OperationFunctionEnum")] | None = None
    status: Status | None = None
    type: Type | None = None


class ByTaskOfName(Struct, frozen=True):
    """Filters of GET /domain/{serviceName}/task."""

    function: str | None = None
    status: Status | None = None
    type: Type | None = None


class DomainTask(Struct, frozen=True):
    """domain.Task."""

    canAccelerate: bool
    canCancel: bool
    canRelaunch: bool
    comment: str | None
    creationDate: words.Instant
    domain: str | None
    doneDate: words.Instant | None
    function: str
    id: int
    lastUpdate: words.Instant
    status: Status
    todoDate: words.Instant
    type: Type


class Argument(Struct, frozen=True):
    """nichandle.DomainTaskArgument."""

    acceptedFormats: list[Annotated[str, words.enum("domain.DocumentFormatsEnum")]] | None
    acceptedValues: list[str] | None
    description: str | None
    fields: list[Annotated[str, words.enum("xander.ContactFieldEnum")]] | None
    key: str
    maximumSize: int | None
    minimumSize: int | None
    readOnly: bool
    template: str | None
    type: str
    value: str | None


class ArgumentToHave(Struct, frozen=True):
    """nichandle.DomainTaskArgument, what of it can be written."""

    value: Answer | None = None


class Step(Struct, frozen=True):
    """domain.OperationStep."""

    description: str
    executionDuration: int
    step: str


class ProgressBar(Struct, frozen=True):
    """nichandle.DomainTaskProgressBar."""

    currentStep: Step
    expectedDoneDate: words.Instant | None
    followUpSteps: list[Step] | None
    lastUpdateDate: words.Instant | None
    progress: int
    taskActions: list[Annotated[str, words.enum("domain.OperationActionEnum")]]
    taskStatus: Status


_STEPS: dict[delivery.Status, tuple[str, int]] = {
    "todo": ("Waiting for its turn", 0),
    "doing": ("The registry is being asked", 50),
    "error": ("The registry refused, or does not answer", 50),
    "done": ("Done", 100),
    "cancelled": ("Cancelled", 100),
}
"""What a task's status means in words, and how far it has come."""
_MEMBERS = frozenset(words.ENUMERATIONS["xander.ContactFieldEnum"])
"""Those of a contact that the contract has a word for here."""


def task(value: Task, call: Call) -> DomainTask:
    """A task as its customer sees it, its comment in their language where it is one of ours."""
    language = call.engine.languages.of(call.caller.account.language)
    return DomainTask(
        canAccelerate=delivery.can_accelerate(value, call.now),
        canCancel=delivery.can_cancel(value),
        canRelaunch=delivery.can_relaunch(value),
        comment=value.comment and language.say(value.comment),
        creationDate=wire.instant(value.created),
        domain=value.domain,
        doneDate=wire.maybe_instant(value.done_at),
        function=value.function,
        id=value.task_id,
        lastUpdate=wire.instant(value.updated),
        status=value.status,
        todoDate=wire.instant(value.todo_at),
        type="domain",
    )


async def _list(call: Call) -> list[int]:
    wanted: ByTask = call.query
    found = [task(one, call) for one in await tasks.of_account(call.engine, call.caller)]
    names = ("domain", "function", "status", "type")
    return [one.id for one in found if all(getattr(wanted, n) in (None, getattr(one, n)) for n in names)]


async def _list_of_name(call: Call) -> list[int]:
    wanted: ByTaskOfName = call.query
    held = await tasks.of_domain(call.engine, call.caller, call.path["serviceName"])
    found = [task(one, call) for one in held]
    names = ("function", "status", "type")
    return [one.id for one in found if all(getattr(wanted, n) in (None, getattr(one, n)) for n in names)]


async def _found(call: Call) -> Task:
    return await tasks.one(call.engine, call.caller, call.path["id"], call.path.get("serviceName"))


async def _read(call: Call) -> DomainTask:
    return task(await _found(call), call)


async def _relaunch(call: Call) -> None:
    await tasks.relaunch(call.engine, call.caller, call.path["id"], call.path.get("serviceName"), call.now)


async def _accelerate(call: Call) -> None:
    await tasks.accelerate(call.engine, call.caller, call.path["id"], call.path.get("serviceName"), call.now)


async def _cancel(call: Call) -> None:
    await tasks.cancel(call.engine, call.caller, call.path["id"], call.path.get("serviceName"))


async def _list_arguments(call: Call) -> list[str]:
    return tasks.arguments(await _found(call))


async def _read_argument(call: Call) -> Argument:
    key, found = call.path["key"], await _found(call)
    value, kind = tasks.argument_value(found, key), ARGUMENTS.get(key)
    fields = [name for name in await tasks.argument_fields(call.engine, found, key) if name in _MEMBERS]
    return Argument(
        acceptedFormats=None,
        acceptedValues=None,
        description=call.engine.languages.of(call.caller.account.language).say(kind.told) if kind else None,
        fields=fields or None,
        key=key,
        maximumSize=None,
        minimumSize=None,
        readOnly=False,
        template=None,
        type=kind.type if kind else "string",
        value=value,
    )


async def _correct(call: Call) -> None:
    correction = Correction(call.path["key"], call.body.value, call.address)
    await tasks.correct(call.engine, call.caller, call.path["id"], correction)


async def _progress(call: Call) -> ProgressBar:
    found = await _found(call)
    description, progress = _STEPS[found.status]
    seconds = int((call.now - found.updated).total_seconds()) if found.status == "doing" else 0
    actions: list[tuple[str, bool]] = [
        ("canCancel", delivery.can_cancel(found)),
        ("canCorrect", bool(tasks.arguments(found))),
        ("canRelaunch", delivery.can_relaunch(found)),
    ]
    return ProgressBar(
        currentStep=Step(description, seconds, found.function),
        expectedDoneDate=None,
        followUpSteps=None,
        lastUpdateDate=wire.instant(found.updated),
        progress=progress,
        taskActions=[name for name, can in actions if can],
        taskStatus=found.status,
    )


def _routes(path: str) -> tuple[Route, ...]:
    """What there is under both paths of a task."""
    return (
        Route(method="GET", path=path, do=_read, told="Read a task", answer=DomainTask),
        Route(method="POST", path=f"{path}/accelerate", do=_accelerate, told="Have a waiting task done at once"),
        Route(method="POST", path=f"{path}/cancel", do=_cancel, told="Give a task up"),
        Route(method="POST", path=f"{path}/relaunch", do=_relaunch, told="Take a task in error up again"),
    )


ROUTES = (
    Route(method="GET", path="/me/task/domain", do=_list, told="List your tasks at registries", query=ByTask,
          answer=list[int]),
    Route(method="GET", path="/domain/{serviceName}/task", do=_list_of_name, told="List a name's tasks",
          query=ByTaskOfName, answer=list[int]),
    *_routes(MINE),
    *_routes(OF_NAME),
    Route(method="GET", path=f"{MINE}/argument", do=_list_arguments, told="What you can correct of a task",
          answer=list[str]),
    Route(method="GET", path=f"{MINE}/argument/{{key}}", do=_read_argument, told="Read an argument of a task",
          answer=Argument),
    Route(method="PUT", path=f"{MINE}/argument/{{key}}", do=_correct, told="Correct an argument of a task",
          body=ArgumentToHave),
    Route(method="GET", path=f"{MINE}/progressbar", do=_progress, told="How far a task has come", answer=ProgressBar),
)  # fmt: skip
