"""What the forms of a zone do: records added, changed and deleted, the zone published, signed and begun anew."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ordain.core import zone_diff, zone_rules
from ordain.core.account import acting
from ordain.core.refusal import Refused, invalid
from ordain.flows import zone_files, zone_records, zone_soa, zones
from ordain.flows.zone_records import Wish
from ordain.flows.zone_soa import SoaChange
from ordain.flows.zone_text import EXAMPLES
from ordain.web import refused as told
from ordain.web.page import Page
from ordain.web.zones import PATH, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.core.account import Caller
    from ordain.web.page import Visit

RECORD = f"{PATH}/records/{{id:number}}"
FIELDS = {"subDomain": "sub", "ttl": "ttl", "target": "target", "fieldType": "kind"}
"""The form's fields by what flows call them."""
BAD_TTL = "A TTL is a whole number of seconds"
BAD_KIND = "Choose one of the types"
BAD_NUMBER = "This is a whole number of seconds"
SENTENCES = (BAD_TTL, BAD_KIND, BAD_NUMBER)
SECONDS = {"refresh": "refresh", "expire": "expire", "nxDomainTtl": "nx_domain_ttl", "ttl": "ttl"}
"""Of a SOA record, the numbers that can be changed: the form's name and the flow's."""


def _caller(visit: Visit) -> Caller:
    return acting(visit.session.account, visit.now)


def _wish(form: Mapping[str, str]) -> Wish:
    """What a record is to be. Raises Refused for a TTL that is no number."""
    ttl = form.get("ttl", "").strip()
    if not re.fullmatch(r"[0-9]{0,10}", ttl):
        raise invalid(BAD_TTL, "ttl")
    target = form.get("target", "").strip()[: zone_rules.LONGEST_TARGET + 1]
    return Wish(form.get("sub", "").strip()[:300], target, int(ttl or 0), form.get("seen"))


async def _add(visit: Visit) -> Response:
    name, kind = visit.path["name"], visit.form.get("kind", "")
    try:
        if kind not in EXAMPLES:
            raise invalid(BAD_KIND, "fieldType")
        await zone_records.add(visit.engine, _caller(visit), name, kind, _wish(visit.form))
    except Refused as refused:
        return await shown(visit, told.problems(visit, refused, FIELDS, "target"), visit.form, told.status(refused))
    return visit.go(f"/zones/{name}?done=added")


async def _record(visit: Visit) -> Response:
    return await _record_form(visit, {}, None)


async def _record_form(
    visit: Visit, problems: Mapping[str, str], given: Mapping[str, str] | None, status: int = 200
) -> Response:
    """The record as it is now: the mark in the form is that of what is shown."""
    zone = await zones.read(visit.engine, _caller(visit), visit.path["name"])
    record = await zone_records.read(visit.engine, _caller(visit), zone.name, visit.path["id"])
    now = {"sub": record.sub_domain, "target": record.target, "ttl": str(record.ttl or "")}
    return visit.show(
        "zone_record.html",
        status=status,
        zone=zone,
        record=record,
        seen=zone_diff.mark(record),
        example=EXAMPLES.get(record.kind, ""),
        given={**now, **(given or {})},
        now=now,
        problems=problems,
    )


async def _change(visit: Visit) -> Response:
    name, number = visit.path["name"], visit.path["id"]
    try:
        if visit.form.get("do") == "delete":
            seen = visit.form.get("seen", "")
            await zone_records.delete_seen(visit.engine, _caller(visit), name, number, seen)
            return visit.go(f"/zones/{name}?done=deleted")
        await zone_records.change(visit.engine, _caller(visit), name, number, _wish(visit.form))
    except Refused as refused:
        problems = told.problems(visit, refused, FIELDS, "target")
        return await _record_form(visit, problems, visit.form, told.status(refused))
    return visit.go(f"/zones/{name}?done=changed")


async def _publish(visit: Visit) -> Response:
    await zones.refresh(visit.engine, _caller(visit), visit.path["name"])
    return visit.go(f"/zones/{visit.path['name']}?done=published")


async def _dnssec(visit: Visit) -> Response:
    wanted = visit.form.get("wanted") == "yes"
    try:
        await zones.set_dnssec(visit.engine, _caller(visit), visit.path["name"], wanted=wanted)
    except Refused as refused:
        return await shown(visit, told.problems(visit, refused, {}, "dnssec"), {}, told.status(refused))
    return visit.go(f"/zones/{visit.path['name']}?done=dnssec")


# The SOA


async def _soa(visit: Visit) -> Response:
    return await _soa_form(visit, {}, None)


async def _soa_form(
    visit: Visit, problems: Mapping[str, str], given: Mapping[str, str] | None, status: int = 200
) -> Response:
    zone = await zones.read(visit.engine, _caller(visit), visit.path["name"])
    now = {name: str(getattr(zone.soa, ours)) for name, ours in SECONDS.items()}
    now |= {"server": zone.server, "email": zone.email}
    return visit.show(
        "zone_soa.html",
        status=status,
        zone=zone,
        given={**now, **(given or {})},
        seen=zone_diff.soa_mark(zone),
        problems=problems,
    )


async def _change_soa(visit: Visit) -> Response:
    name, form = visit.path["name"], visit.form
    try:
        wrong = [field for field in SECONDS if not re.fullmatch(r"[0-9]{1,10}", form.get(field, "").strip())]
        if wrong:
            raise invalid(BAD_NUMBER, wrong[0])
        numbers = {ours: int(form[field].strip()) for field, ours in SECONDS.items()}
        server, email = (form.get(field, "").strip()[:255] for field in ("server", "email"))
        wish = SoaChange(server=server, email=email, seen=form.get("seen"), **numbers)
        await zone_soa.change(visit.engine, _caller(visit), name, wish)
    except Refused as refused:
        fields = {**{field: field for field in (*SECONDS, "server", "email")}, "nx_domain_ttl": "nxDomainTtl"}
        return await _soa_form(visit, told.problems(visit, refused, fields, ""), form, told.status(refused))
    return visit.go(f"/zones/{name}?done=changed")


# Begun anew


async def _ask_reset(visit: Visit) -> Response:
    zone = await zones.read(visit.engine, _caller(visit), visit.path["name"])
    return visit.show("zone_reset.html", zone=zone)


async def _reset(visit: Visit) -> Response:
    minimized = visit.form.get("kind") == "minimized"
    await zone_files.reset(visit.engine, _caller(visit), visit.path["name"], [], minimized=minimized)
    return visit.go(f"/zones/{visit.path['name']}?done=reset")


PAGES = (
    Page(method="POST", path=f"{PATH}/records", do=_add, signed_in=True),
    Page(method="GET", path=RECORD, do=_record, signed_in=True),
    Page(method="POST", path=RECORD, do=_change, signed_in=True),
    Page(method="POST", path=f"{PATH}/publish", do=_publish, signed_in=True),
    Page(method="POST", path=f"{PATH}/dnssec", do=_dnssec, signed_in=True),
    Page(method="GET", path=f"{PATH}/soa", do=_soa, signed_in=True),
    Page(method="POST", path=f"{PATH}/soa", do=_change_soa, signed_in=True),
    Page(method="GET", path=f"{PATH}/reset", do=_ask_reset, signed_in=True),
    Page(method="POST", path=f"{PATH}/reset", do=_reset, signed_in=True),
)
