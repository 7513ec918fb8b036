"""/zones/{name}/import and /history: what would become of a zone is shown before it is done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ordain.core.account import acting
from ordain.core.refusal import Refused, not_found
from ordain.flows import zone_files, zones
from ordain.web import paging
from ordain.web import refused as told
from ordain.web.page import Page
from ordain.web.zones import PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.core.account import Caller
    from ordain.flows.zone_files import Plan
    from ordain.web.page import Visit

POINT = f"{PATH}/history/{{at}}"
MOST_LINES = 500
"""Of a difference, shown."""


def _caller(visit: Visit) -> Caller:
    return acting(visit.session.account, visit.now)


# A file


async def _ask_file(visit: Visit) -> Response:
    return await _file_form(visit, None, {})


async def _file_form(visit: Visit, plan: Plan | None, problems: Mapping[str, str], status: int = 200) -> Response:
    zone = await zones.read(visit.engine, _caller(visit), visit.path["name"])
    return visit.show(
        "zone_import.html",
        status=status,
        zone=zone,
        text=visit.form.get("file", ""),
        plan=plan,
        most=MOST_LINES,
        problems=problems,
    )


async def _import(visit: Visit) -> Response:
    """Show what it would do, then do just that: whatever was changed meanwhile is told, and shown anew."""
    name, text = visit.path["name"], visit.form.get("file", "")
    problems, status = {}, 200
    try:
        if visit.form.get("do") == "import":
            seen = visit.form.get("seen", "")
            await zone_files.import_file(visit.engine, _caller(visit), name, text, seen)
            return visit.go(f"/zones/{name}?done=imported")
    except Refused as refused:
        problems, status = _lines(visit, refused), told.status(refused)
    try:
        plan = await zone_files.import_plan(visit.engine, _caller(visit), name, text)
    except Refused as refused:
        return await _file_form(visit, None, _lines(visit, refused), told.status(refused))
    return await _file_form(visit, plan, problems, status)


def _lines(visit: Visit, refused: Refused) -> dict[str, str]:
    return told.problems(visit, refused, {"zoneFile": "file"}, "file")


# The history


async def _history(visit: Visit) -> Response:
    zone = await zones.read(visit.engine, _caller(visit), visit.path["name"])
    points = await zone_files.history(visit.engine, _caller(visit), zone.name, None, None)
    return visit.show("zone_history.html", zone=zone, cut=paging.cut(visit, points, {}))


def _at(visit: Visit) -> datetime:
    """The instant of the path, as this page's links have it."""
    try:
        return datetime.strptime(visit.path["at"][:40], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise not_found(zone_files.NEVER) from error


async def _point(visit: Visit) -> Response:
    return await _point_page(visit, {})


async def _point_page(visit: Visit, problems: Mapping[str, str], status: int = 200) -> Response:
    """What changed then, and what would change now."""
    caller, at = _caller(visit), _at(visit)
    zone = await zones.read(visit.engine, caller, visit.path["name"])
    points = await zone_files.history(visit.engine, caller, zone.name, None, None)
    before = next((one for one in points if one < at), None)
    plan: Plan | None = None
    try:
        plan = await zone_files.restore_plan(visit.engine, caller, zone.name, at)
    except Refused as refused:
        problems = problems or told.problems(visit, refused, {}, "restore")
    return visit.show(
        "zone_point.html",
        status=status,
        zone=zone,
        at=at,
        before=before,
        changed=await zone_files.compare(visit.engine, caller, zone.name, before, at) if before else None,
        plan=plan,
        link=await zone_files.point_link(visit.engine, caller, zone.name, at),
        most=MOST_LINES,
        problems=problems,
    )


async def _restore(visit: Visit) -> Response:
    try:
        seen = visit.form.get("seen", "")
        await zone_files.restore(visit.engine, _caller(visit), visit.path["name"], _at(visit), seen)
    except Refused as refused:
        problems = told.problems(visit, refused, {}, "restore")
        return await _point_page(visit, problems, told.status(refused))
    return visit.go(f"/zones/{visit.path['name']}?done=restored")


PAGES = (
    Page(method="GET", path=f"{PATH}/import", do=_ask_file, signed_in=True),
    Page(method="POST", path=f"{PATH}/import", do=_import, signed_in=True),
    Page(method="GET", path=f"{PATH}/history", do=_history, signed_in=True),
    Page(method="GET", path=POINT, do=_point, signed_in=True),
    Page(method="POST", path=POINT, do=_restore, signed_in=True),
)
