"""What the forms of /domains/{name} do: each asks the flow that the API asks, and leads back to the page."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from ordain.core import ds_record
from ordain.core.account import acting
from ordain.core.names import stored
from ordain.core.refusal import Refused, invalid
from ordain.core.servers import Server
from ordain.core.service import Renewal
from ordain.flows import carts, changes, contact_changes, owner_changes, services, tasks, zones
from ordain.flows.changes import Settings
from ordain.flows.contact_changes import Wanted
from ordain.flows.owner_changes import WantedChange
from ordain.web import place
from ordain.web import refused as told
from ordain.web.domain import MODES, PATH, shown
from ordain.web.page import Page
from ordain.web.place import Held

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from ordain.core.account import Caller
    from ordain.core.delivery import Domain
    from ordain.core.refusal import Refusal
    from ordain.core.registry import Change, Key
    from ordain.web.page import Visit

MOST_SERVERS = 26
ALGORITHMS = (13, 15, 14, 8, 10, 7, 5)
CHOOSE_MODE = "Choose how it is renewed"
BAD_KEY = "Write a key as its zone has it: flags, 3, algorithm and the key itself, such as 257 3 13 mdsswUyr3DPW…"
BAD_SERVERS = "Write a name server on each line, and its addresses after it if it needs them"
SENTENCES = (CHOOSE_MODE, BAD_KEY, BAD_SERVERS)


def _post(part: str, do: Callable[[Visit, Caller, str], Awaitable[None]]) -> Page:
    """A form of the page: done, back to its part of the page; refused, the page again with why."""

    async def answer(visit: Visit) -> Response:
        name = stored(visit.path["name"])
        try:
            await do(visit, acting(visit.session.account, visit.now), name)
        except Refused as refused:
            problems = told.problems(visit, refused, _FIELDS, part)
            return await shown(visit, problems, visit.form, told.status(refused))
        return visit.go(f"/domains/{name}?done={part}#{part}")

    return Page(method="POST", path=f"{PATH}/{part}", do=answer, signed_in=True)


_FIELDS = {
    "contactAdmin": "admin",
    "contactTech": "tech",
    "checksum": "servers",
    "targetSpec.dnsConfiguration.nameServers": "servers",
}
"""The page's fields by what the flows call them; all else is said of the form as a whole."""


async def _renewal(visit: Visit, caller: Caller, name: str) -> None:
    wanted = visit.form.get("mode", "")
    if wanted not in MODES:
        raise invalid(CHOOSE_MODE)
    sent = Renewal(automatic=wanted == "automatic", delete_at_expiration=wanted == "end")
    await services.change(visit.engine, caller, ("domain", name), sent)


async def _lock(visit: Visit, caller: Caller, name: str) -> None:
    lock = visit.form.get("lock", "")[:20]
    await changes.edit(visit.engine, caller.account.nichandle, name, Settings(None, lock), visit.now)


async def _servers(visit: Visit, caller: Caller, name: str) -> None:
    """Those of the text; or, by the other button, those that serve the name's zone here."""
    if visit.form.get("use") == "ours":
        zone = await zones.read(visit.engine, caller, name)
        kind = "anycast" if zone.name_servers == visit.engine.anycast else "hosted"
        await changes.edit(visit.engine, caller.account.nichandle, name, Settings(kind, None), visit.now)
        return
    lines = [line.split() for line in visit.form.get("servers", "")[:8000].splitlines() if line.strip()]
    if not lines or len(lines) > MOST_SERVERS:
        raise invalid(BAD_SERVERS)
    wanted = [Server(host, tuple(ips[:MOST_SERVERS])) for host, *ips in lines]
    await changes.aim(visit.engine, caller, name, visit.form.get("checksum", "")[:64], wanted)


async def _keys(visit: Visit, caller: Caller, name: str) -> None:
    """One key more, or one less."""
    gone = visit.form.get("remove", "")
    new = None if gone else _key(visit.form.get("keys", "")[:4000])

    def wish(domain: Domain) -> Change | list[Refusal]:
        stays = [key for key in domain.keys if str(ds_record.number(key)) != gone]
        return ds_record.replaced(domain, [*stays, new] if new else stays)

    await changes.decide(visit.engine, caller.account.nichandle, name, wish, visit.now)


_KEY = re.compile(r"(?:.*\bDNSKEY\s+)?(256|257)\s+3\s+(\d{1,3})\s+([A-Za-z0-9+/=\s]+)", re.DOTALL)


def _key(text: str) -> Key:
    """A DNSKEY record's text; its tag follows from it."""
    found = _KEY.fullmatch(text.strip())
    if found is None or int(found[2]) not in ALGORITHMS:
        raise invalid(BAD_KEY)
    flags, algorithm, public_key = int(found[1]), int(found[2]), "".join(found[3].split())
    made = ds_record.tagged(flags, algorithm, public_key)
    if made is None:
        raise invalid(BAD_KEY)
    return made


async def _contacts(visit: Visit, caller: Caller, name: str) -> None:
    admin, tech = (visit.form.get(label, "").strip()[:50] or None for label in ("admin", "tech"))
    await contact_changes.ask(visit.engine, caller, name, Wanted(admin, tech, None), visit.now)


async def _departure(visit: Visit, caller: Caller, name: str) -> None:
    allowed = visit.form.get("allowed") == "yes"
    await changes.answer_departure(visit.engine, caller.account.nichandle, name, visit.now, allowed=allowed)


async def _deletion(visit: Visit, caller: Caller, name: str) -> None:
    await services.terminate(visit.engine, caller, ("domain", name), visit.now)


async def _task(visit: Visit, caller: Caller, name: str) -> None:
    text = visit.form.get("task", "")
    number = int(text) if re.fullmatch(r"[0-9]{1,16}", text) else 0
    if visit.form.get("do") == "relaunch":
        await tasks.relaunch(visit.engine, caller, number, name, visit.now)
    else:
        await tasks.cancel(visit.engine, caller, number, name)


async def _code(visit: Visit) -> Response:
    """The code, on a page of its own that says it once."""
    name = stored(visit.path["name"])
    try:
        code = await changes.auth_info(visit.engine, visit.session.account.nichandle, name)
    except Refused as refused:
        return await shown(visit, told.problems(visit, refused, {}, "code"), {}, told.status(refused))
    return visit.show("domain_code.html", name=name, code=code)


async def _owner(visit: Visit) -> Response:
    """Another owner is ordered: the change is put in the cart, where it is said who it is."""
    caller, name = acting(visit.session.account, visit.now), stored(visit.path["name"])
    try:
        item_id, held = await _put(visit, caller, name)
    except Refused as refused:
        return await shown(visit, told.problems(visit, refused, {}, "owner"), visit.form, told.status(refused))
    answer = visit.go(f"/cart/items/{item_id}")
    place.keep_cart(visit, answer, held)
    return answer


async def _put(visit: Visit, caller: Caller, name: str) -> tuple[int, Held]:
    offer = await owner_changes.offer_for(visit.engine, caller, name, visit.now)
    wanted = WantedChange(name, offer.plan_code, offer.pricing_mode, f"P{offer.years[0]}Y", 1)
    held = place.cart(visit)
    if held is not None:
        with suppress(Refused):  # it was ordered, or is over: another one is begun
            item = await owner_changes.add(visit.engine, held.cart_id, caller, wanted, visit.now)
            return item.item_id, Held(held.cart_id, held.count + 1)
    made = await carts.create(visit.engine, caller.account.ovhSubsidiary, "", None, visit.now)
    await carts.assign(visit.engine, made.cart_id, caller, visit.now)
    item = await owner_changes.add(visit.engine, made.cart_id, caller, wanted, visit.now)
    return item.item_id, Held(made.cart_id, 1)


PAGES = (
    _post("renewal", _renewal),
    _post("lock", _lock),
    _post("servers", _servers),
    _post("keys", _keys),
    _post("contacts", _contacts),
    _post("departure", _departure),
    _post("deletion", _deletion),
    _post("task", _task),
    Page(method="POST", path=f"{PATH}/code", do=_code, signed_in=True),
    Page(method="POST", path=f"{PATH}/owner", do=_owner, signed_in=True),
)
