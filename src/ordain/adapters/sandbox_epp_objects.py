"""Commands about contacts and hosts at the sandbox's EPP server (RFC 5732, 5733): as little as names need."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from lxml import etree

from ordain.adapters import sandbox_epp_answers as answers
from ordain.adapters.epp_xml import Element, find, find_all, instant, make, qualified
from ordain.adapters.sandbox_epp_answers import Said
from ordain.adapters.sandbox_epp_desk import EXISTS, GONE, listed, refused
from ordain.core.registry import Done, Host, Update

if TYPE_CHECKING:
    from ordain.adapters.sandbox_epp_desk import Place, Spoken


async def check(place: Place, spoken: Spoken) -> Said:
    """Which contacts or hosts are not known."""
    tag = f"{spoken.kind}:{'id' if spoken.kind == 'contact' else 'name'}"
    rows = []
    for each in find_all(spoken.about, tag):
        asked = (each.text or "").strip()
        if spoken.kind == "contact":
            free = await place.objects.get("contact", asked) is None
        else:
            free = await place.addresses(asked.lower()) is None
        reason = None if free else make(f"{spoken.kind}:reason", "In use")
        rows.append(make(f"{spoken.kind}:cd", make(tag, asked, avail=str(int(free))), reason))
    return Said(result=make(f"{spoken.kind}:chkData", *rows))


async def create_contact(place: Place, spoken: Spoken) -> Said:
    """Keep a contact as it was sent."""
    if await place.objects.get("contact", spoken.subject):
        return EXISTS
    now = instant(place.clock())
    parts = [etree.tostring(each, encoding="unicode") for each in spoken.about if each.tag != qualified("contact:id")]
    await place.objects.put("contact", spoken.subject, {"parts": parts, "created": now})
    return Said(
        result=make("contact:creData", make("contact:id", spoken.subject), make("contact:crDate", now)),
    )


async def contact(place: Place, spoken: Spoken) -> Said:
    """A contact as it was sent."""
    held = await place.objects.get("contact", spoken.subject)
    if held is None:
        return GONE
    parts = _parts(held)
    by_name = {
        name: [part for (tag, _), part in parts.items() if tag == qualified(f"contact:{name}")] for name in _TOLD
    }
    before = [part for name in _TOLD[:4] for part in by_name[name]]
    after = [part for name in _TOLD[4:] for part in by_name[name]]
    return Said(
        result=make(
            "contact:infData",
            make("contact:id", spoken.subject),
            make("contact:roid", answers.roid(spoken.subject)),
            make("contact:status", s="ok"),
            *before,
            make("contact:clID", place.login),
            make("contact:crID", place.login),
            make("contact:crDate", held["created"]),
            *after,
        )
    )


_TOLD = ("postalInfo", "voice", "fax", "email", "authInfo", "disclose")


def _parts(held: dict[str, Any]) -> dict[tuple[str, str | None], Element]:
    """What a contact was sent as, by element and writing."""
    return {(part.tag, part.get("type")): part for part in map(etree.fromstring, held["parts"])}


def _named(held: dict[str, Any], name: str) -> list[Element]:
    return [part for (tag, _), part in _parts(held).items() if tag == qualified(f"contact:{name}")]


async def update_contact(place: Place, spoken: Spoken) -> Said:
    """Have a contact say something else: what is sent stands in the place of what was there."""
    held = await place.objects.get("contact", spoken.subject)
    if held is None:
        return GONE
    changed = find(spoken.about, "contact:chg")
    parts = _parts(held)
    parts |= {(part.tag, part.get("type")): part for part in (changed if changed is not None else ())}
    kept = [etree.tostring(part, encoding="unicode") for part in parts.values()]
    await place.objects.put("contact", spoken.subject, {**held, "parts": kept})
    return Said()


async def delete_contact(place: Place, spoken: Spoken) -> Said:
    """Forget a contact that no name has."""
    link = await place.objects.get("link", spoken.subject)
    kept = await place.registry.kept(link["name"]) if link else None
    if kept is not None and (kept.owner or {}).get("registrant") == spoken.subject:
        return Said(code=2305, reason=f"{kept.name} has it")
    return Said() if await place.objects.remove("contact", spoken.subject) else GONE


async def host(place: Place, spoken: Spoken) -> Said:
    """A host with its addresses."""
    ips = await place.addresses(spoken.subject)
    return GONE if ips is None else Said(result=answers.host(spoken.subject, ips, place.login, place.clock()))


async def create_host(place: Place, spoken: Spoken) -> Said:
    """Make a host known; one below a name of ours has addresses."""
    name, ips = spoken.subject, listed(spoken.about, "host:addr")
    if await place.addresses(name) is not None:
        return EXISTS
    parent = await place.parent(name)
    if parent is not None and not ips:
        return Said(code=2003, reason=f"{name} is below {parent} and has no address")
    trouble = await _have(place, name, ips, parent)
    created = make("host:creData", make("host:name", name), make("host:crDate", instant(place.clock())))
    return trouble or Said(result=created)


async def _have(place: Place, name: str, ips: tuple[str, ...], parent: str | None) -> Said | None:
    if parent is None:
        await place.objects.put("host", name, {"ips": ips})
        return None
    answer = await place.registry.change(f"host {name}", parent, Update(hosts=(Host(name, ips),)))
    return None if isinstance(answer, Done) else refused(answer)


async def update_host(place: Place, spoken: Spoken) -> Said:
    """Add addresses to a host, and take some away."""
    known = await place.addresses(spoken.subject)
    if known is None:
        return GONE
    removed = listed(spoken.about, "host:rem", "host:addr")
    added = listed(spoken.about, "host:add", "host:addr")
    ips = (*(ip for ip in known if ip not in removed), *added)
    return await _have(place, spoken.subject, ips, await place.parent(spoken.subject)) or Said()


async def delete_host(place: Place, spoken: Spoken) -> Said:
    """Forget a host that no name is served by."""
    name = spoken.subject
    if await place.addresses(name) is None:
        return GONE
    parent = await place.parent(name)
    if parent is None:
        await place.objects.remove("host", name)
        return Said()
    held = await place.registry.find(parent)
    if held is not None and name in held.name_servers:
        return Said(code=2305, reason=f"{parent} is served by it")
    return await _have(place, name, (), parent) or Said()


FEWEST = 5
_PLAIN = re.compile(r"[A-Za-z0-9 \-&,./']+")
_DOCUMENTATION = ip_network("2001:db8::/32")


def badly_written(about: Element | None) -> str | None:
    """What one registry takes for badly written: short or accented texts in `int`, glue nobody routes."""
    if about is None:
        return None
    for block in about.iter(qualified("contact:postalInfo")):
        if block.get("type") == "int":
            for part in block.iter(*map(qualified, ("contact:name", "contact:org", "contact:street"))):
                if len(part.text or "") < FEWEST or not _PLAIN.fullmatch(part.text):
                    return f"{etree.QName(part).localname} wants {FEWEST} plain letters or more"
    for address in about.iter(qualified("host:addr")):
        told = ip_address((address.text or "").strip())
        if told.version == _DOCUMENTATION.version and told in _DOCUMENTATION:
            return f"{told} is nobody's address"
    return None
