"""/me/task/dns: the tasks of all of the account's zones (wire-contract §2.6, me.dns.Task)."""

from __future__ import annotations

from msgspec import Struct, structs

from ordain.api import zone_history
from ordain.api.routing import Call, Route
from ordain.flows import zone_tasks

TASK = "/me/task/dns/{id}"


class ByTask(Struct, frozen=True):
    """Filters of GET /me/task/dns."""

    function: zone_history.TaskFunction | None = None
    status: zone_history.TaskStatus | None = None
    zone: str | None = None


class Task(zone_history.Task, frozen=True, kw_only=True):
    """me.dns.Task."""

    zone: str


async def _list(call: Call) -> list[int]:
    wanted: ByTask = call.query
    found = await zone_tasks.listed(call.engine, call.caller, None)
    names = ("function", "status", "zone")
    return [one.task_id for one in found if all(getattr(wanted, n) in (None, getattr(one, n)) for n in names)]


async def _read(call: Call) -> Task:
    held = await zone_tasks.read(call.engine, call.caller, None, call.path["id"])
    return Task(**structs.asdict(zone_history.task(held, call.now)), zone=held.zone)


async def _accelerate(call: Call) -> None:
    await zone_tasks.accelerate(call.engine, call.caller, None, call.path["id"])


async def _cancel(call: Call) -> None:
    await zone_tasks.cancel(call.engine, call.caller, None, call.path["id"])


async def _relaunch(call: Call) -> None:
    await zone_tasks.relaunch(call.engine, call.caller, None, call.path["id"])


ROUTES = (
    Route(method="GET", path="/me/task/dns", do=_list, told="List the tasks of your zones", query=ByTask,
          answer=list[int]),
    Route(method="GET", path=TASK, do=_read, told="Read a task of a zone", answer=Task),
    Route(method="POST", path=f"{TASK}/accelerate", do=_accelerate, told="Have a waiting task carried out now"),
    Route(method="POST", path=f"{TASK}/cancel", do=_cancel, told="Give a task up"),
    Route(method="POST", path=f"{TASK}/relaunch", do=_relaunch, told="Take a task in error up again"),
)  # fmt: skip
