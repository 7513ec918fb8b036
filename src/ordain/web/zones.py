"""/zones and /zones/{name}: the account's DNS zones, their records, and whether they are published."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse

from ordain.core import zone_diff, zone_rules
from ordain.core.account import acting
from ordain.core.names import both
from ordain.core.zone import OWN
from ordain.flows import zone_files, zone_records, zones
from ordain.flows.zone_text import EXAMPLES
from ordain.web import paging
from ordain.web.domain import STATUSES
from ordain.web.page import HEADERS, Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.web.page import Visit

PATH = "/zones/{name}"
AT_ONCE = 100
"""Records on a page."""
USUAL = ("A", "AAAA", "CNAME", "MX", "TXT")
"""Types that are asked for most, offered first."""
SIGNED = {
    "enabled": "Signed",
    "disabled": "Not signed",
    "enableInProgress": "Being signed",
    "disableInProgress": "The signatures are being taken off",
}
TASKS = {
    "ZonePublish": "Publication",
    "ZoneImport": "Import of a file",
    "ZoneRestore": "Restoration",
    "DnssecEnable": "DNSSEC is turned on",
    "DnssecDisable": "DNSSEC is turned off",
    "DnsAnycastActivate": "Anycast is turned on",
    "DnsAnycastDeactivate": "Anycast is turned off",
    "ZoneCreate": "Creation",
}
DONE = {
    "added": "The record is kept. It is not published yet.",
    "changed": "The change is kept. It is not published yet.",
    "deleted": "The record is taken away. That is not published yet.",
    "published": "The zone is being published.",
    "imported": "The file's records are being published.",
    "restored": "The zone is being restored and published.",
    "reset": "The zone began anew and is being published.",
    "dnssec": "The name server is being told.",
}
SENTENCES = (*SIGNED.values(), *TASKS.values(), *DONE.values())


async def _list(visit: Visit) -> Response:
    caller, typed = acting(visit.session.account, visit.now), paging.search(visit)
    names = await zones.names(visit.engine, caller)
    cut = paging.cut(visit, [name for name in names if typed in both(name).lower()], {"q": typed})
    rows = [await zones.read(visit.engine, caller, name) for name in cut.rows]
    return visit.show("zones.html", cut=cut, rows=rows, held=len(names), typed=typed, signed=SIGNED)


async def _view(visit: Visit) -> Response:
    return await shown(visit, {}, {})


async def shown(visit: Visit, problems: Mapping[str, str], given: Mapping[str, str], status: int = 200) -> Response:
    """The page; with what was refused of a new record, and what was typed."""
    caller = acting(visit.session.account, visit.now)
    zone = await zone_records.whole(visit.engine, caller, visit.path["name"])
    typed, kind = paging.search(visit), visit.query.get("type", "")
    own = [record for record in zone.records if record.origin == OWN]
    kinds = sorted({record.kind for record in own})
    kind = kind if kind in kinds else ""
    found = [
        record
        for record in sorted(own, key=lambda one: (one.sub_domain, one.kind, one.target))
        if kind in ("", record.kind) and typed in f"{record.sub_domain or '@'} {record.target}".lower()
    ]
    standing = await zones.standing(visit.engine, caller, zone.name)
    return visit.show(
        "zone_records.html" if visit.fragment else "zone.html",
        status=status,
        zone=zone,
        cut=paging.cut(visit, found, {"q": typed, "type": kind}, AT_ONCE),
        held=len(own),
        others=len(zone.records) - len(own),
        typed=typed,
        kind=kind,
        kinds=kinds,
        types=[*USUAL, *sorted(EXAMPLES.keys() - set(USUAL))],
        examples=EXAMPLES,
        serves=lambda record: zone_rules.serves(zone, record),
        mark=zone_diff.mark,
        signed=SIGNED[zone.dnssec],
        can_sign=visit.engine.name_server.signs,
        tasks=standing.under_way,
        task_names=TASKS,
        statuses=STATUSES,
        warnings=standing.warnings[1:] if zone.staged else standing.warnings,
        errors=standing.errors,
        problems=problems,
        given=given,
        done=DONE.get(visit.query.get("done", "")),
    )


async def _example(visit: Visit) -> Response:
    """What a record of a type is such as, fetched as the type is chosen."""
    kind = visit.query.get("kind", "")
    text = visit.language.say("For example %(example)s", example=EXAMPLES.get(kind, EXAMPLES["A"]))
    return PlainTextResponse(text, headers=HEADERS)


async def _export(visit: Visit) -> Response:
    """The zone with what waits to be published, as a file."""
    caller = acting(visit.session.account, visit.now)
    zone = await zones.read(visit.engine, caller, visit.path["name"])
    text = await zone_files.export(visit.engine, caller, zone.name)
    as_file = {"content-disposition": f'attachment; filename="{zone.name}.zone"'}
    return PlainTextResponse(text, headers={**HEADERS, **as_file})


PAGES = (
    Page(method="GET", path="/zones", do=_list, signed_in=True),
    Page(method="GET", path=PATH, do=_view, signed_in=True),
    Page(method="GET", path=f"{PATH}/example", do=_example, signed_in=True),
    Page(method="GET", path=f"{PATH}/export", do=_export, signed_in=True),
)
