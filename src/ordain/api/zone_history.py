"""/domain/zone/…/export, import, history and task: a zone as a whole, and what is being done with it (§2.6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct, field

from ordain.api import wire, words
from ordain.api.reading import utc
from ordain.api.routing import Call, Route
from ordain.api.zone import ZONE
from ordain.core.refusal import invalid
from ordain.flows import zone_files, zone_tasks

if TYPE_CHECKING:
    from ordain.core.zone_task import ZoneTask

TASK = f"{ZONE}/task/{{id}}"

TaskFunction = Annotated[str, words.enum("domain.TaskFunctionEnum")]
TaskStatus = Annotated[str, words.enum("domain.TaskStatusEnum")]


class Import(Struct, frozen=True):
    """domain.zone.Import."""

    zoneFile: Annotated[str, Meta(min_length=1)]


class ByDate(Struct, frozen=True):
    """Filters of GET /domain/zone/{zoneName}/history; their names have a dot in them."""

    since: datetime | None = field(name="creationDate.from", default=None)
    until: datetime | None = field(name="creationDate.to", default=None)


class ByTask(Struct, frozen=True):
    """Filters of GET /domain/zone/{zoneName}/task."""

    function: TaskFunction | None = None
    status: TaskStatus | None = None


class RestorePoint(Struct, frozen=True):
    """domain.zone.ZoneRestorePoint."""

    creationDate: words.Instant
    zoneFileUrl: str


class Task(Struct, frozen=True):
    """domain.zone.Task."""

    canAccelerate: bool
    canCancel: bool
    canRelaunch: bool
    comment: str | None
    creationDate: words.Instant
    doneDate: words.Instant | None
    function: TaskFunction
    id: int
    lastUpdate: words.Instant | None
    status: TaskStatus
    todoDate: words.Instant


def task(held: ZoneTask, now: datetime) -> Task:
    """What is or was done with a zone."""
    return Task(
        canAccelerate=held.accelerable(now),
        canCancel=held.cancellable,
        canRelaunch=held.relaunchable,
        comment=held.comment,
        creationDate=wire.instant(held.created),
        doneDate=wire.maybe_instant(held.done_at),
        function=held.function,
        id=held.task_id,
        lastUpdate=wire.instant(held.updated),
        status=held.status,
        todoDate=wire.instant(held.todo_at),
    )


async def _export(call: Call) -> str:
    return await zone_files.export(call.engine, call.caller, call.path["zoneName"])


async def _import(call: Call) -> Task:
    made = await zone_files.import_file(call.engine, call.caller, call.path["zoneName"], call.body.zoneFile)
    return task(made, call.now)


async def _history(call: Call) -> list[words.Instant]:
    since, until = utc(call.query.since), utc(call.query.until)
    found = await zone_files.history(call.engine, call.caller, call.path["zoneName"], since, until)
    return [wire.instant(at) for at in found]


def point_instant(call: Call) -> datetime:
    """The path's instant. A + that a client did not escape may have become a space on the way."""
    text = call.path["creationDate"].replace(" ", "+")
    try:
        at = utc(msgspec.convert(text, datetime))
    except (msgspec.ValidationError, OverflowError):
        at = None
    if at is None:
        message = "creationDate is an instant such as 2026-11-23T12:00:00+00:00"
        raise invalid(message, "creationDate")
    return at


async def _point(call: Call) -> RestorePoint:
    at = point_instant(call)
    link = await zone_files.point_link(call.engine, call.caller, call.path["zoneName"], at)
    return RestorePoint(wire.instant(at), link)


async def _restore(call: Call) -> Task:
    return task(
        await zone_files.restore(call.engine, call.caller, call.path["zoneName"], point_instant(call)), call.now
    )  # fmt: skip


async def _list_tasks(call: Call) -> list[int]:
    name = call.path["zoneName"]
    found = await zone_tasks.listed(call.engine, call.caller, name)
    names = ("function", "status")
    return [one.task_id for one in found if all(getattr(call.query, n) in (None, getattr(one, n)) for n in names)]


async def _read_task(call: Call) -> Task:
    return task(await zone_tasks.read(call.engine, call.caller, call.path["zoneName"], call.path["id"]), call.now)


async def _accelerate(call: Call) -> None:
    await zone_tasks.accelerate(call.engine, call.caller, call.path["zoneName"], call.path["id"])


async def _cancel(call: Call) -> None:
    await zone_tasks.cancel(call.engine, call.caller, call.path["zoneName"], call.path["id"])


async def _relaunch(call: Call) -> None:
    await zone_tasks.relaunch(call.engine, call.caller, call.path["zoneName"], call.path["id"])


ROUTES = (
    Route(method="GET", path=f"{ZONE}/export", do=_export, told="Export a zone as a file", answer=str),
    Route(method="POST", path=f"{ZONE}/import", do=_import, told="Replace a zone's records by those of a file",
          body=Import, answer=Task),
    Route(method="GET", path=f"{ZONE}/history", do=_history, told="List a zone's restore points", query=ByDate,
          answer=list[words.Instant]),
    Route(method="GET", path=f"{ZONE}/history/{{creationDate}}", do=_point, told="Read a restore point",
          answer=RestorePoint),
    Route(method="POST", path=f"{ZONE}/history/{{creationDate}}/restore", do=_restore,
          told="Restore a zone to a point of its history", answer=Task),
    Route(method="GET", path=f"{ZONE}/task", do=_list_tasks, told="List a zone's tasks", query=ByTask,
          answer=list[int]),
    Route(method="GET", path=TASK, do=_read_task, told="Read a task of a zone", answer=Task),
    Route(method="POST", path=f"{TASK}/accelerate", do=_accelerate, told="Have a waiting task carried out now"),
    Route(method="POST", path=f"{TASK}/cancel", do=_cancel, told="Give a task up"),
    Route(method="POST", path=f"{TASK}/relaunch", do=_relaunch, told="Take a task in error up again"),
)  # fmt: skip
