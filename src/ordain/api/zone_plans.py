"""/ordain/v1/zones/{zoneName}: what an import or a restoration would do, before it is done just so (docs/zones.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.routing import Call, Route
from ordain.api.zone_history import Import, Task, point_instant, task
from ordain.flows import zone_files

if TYPE_CHECKING:
    from ordain.core.zone_diff import Line
    from ordain.flows.zone_files import Plan

ZONE = "/ordain/v1/zones/{zoneName}"


class RecordLine(Struct, frozen=True):
    """A record as it is compared; a `ttl` of 0 is the zone's own."""

    fieldType: str
    subDomain: str
    target: str
    ttl: int


class ZonePlan(Struct, frozen=True):
    """What would become of the zone as it is now. `seen` asks for just that: the zone changed meanwhile is a 409."""

    comes: list[RecordLine]
    goes: list[RecordLine]
    seen: str
    stays: int


class PlannedImport(Struct, frozen=True):
    """A zone file, and the mark of the plan that was seen."""

    seen: words.Needed
    zoneFile: Annotated[str, Meta(min_length=1)]


class Seen(Struct, frozen=True):
    """The mark of the plan that was seen."""

    seen: words.Needed


def _line(one: Line) -> RecordLine:
    return RecordLine(one.kind, one.sub_domain, one.target, one.ttl)


def _shown(plan: Plan) -> ZonePlan:
    comes, goes = ([_line(one) for one in lines] for lines in (plan.diff.new, plan.diff.gone))
    return ZonePlan(comes, goes, plan.seen, plan.diff.kept)


async def _plan_import(call: Call) -> ZonePlan:
    sent: Import = call.body
    return _shown(await zone_files.import_plan(call.engine, call.caller, call.path["zoneName"], sent.zoneFile))


async def _import(call: Call) -> Task:
    sent: PlannedImport = call.body
    name = call.path["zoneName"]
    return task(await zone_files.import_file(call.engine, call.caller, name, sent.zoneFile, sent.seen), call.now)


async def _plan_restoration(call: Call) -> ZonePlan:
    at = point_instant(call)
    return _shown(await zone_files.restore_plan(call.engine, call.caller, call.path["zoneName"], at))


async def _restore(call: Call) -> Task:
    at, seen = point_instant(call), call.body.seen
    return task(await zone_files.restore(call.engine, call.caller, call.path["zoneName"], at, seen), call.now)


ROUTES = (
    Route(method="POST", path=f"{ZONE}/import/plan", do=_plan_import, told="What an import would do to a zone",
          body=Import, answer=ZonePlan, refuses=("conflict",)),
    Route(method="POST", path=f"{ZONE}/import", do=_import, told="Import a file into the zone that was seen",
          body=PlannedImport, answer=Task, refuses=("conflict",)),
    Route(method="GET", path=f"{ZONE}/history/{{creationDate}}/plan", do=_plan_restoration, answer=ZonePlan,
          told="What a restoration would do to a zone", refuses=("conflict",)),
    Route(method="POST", path=f"{ZONE}/history/{{creationDate}}/restore", do=_restore, body=Seen, answer=Task,
          told="Restore the zone that was seen", refuses=("conflict",)),
)  # fmt: skip
