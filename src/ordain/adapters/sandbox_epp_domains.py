"""Commands about names at the sandbox's EPP server (RFC 5731, 3915, 5910, 8334, 8748)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import structs

from ordain.adapters import epp_answers
from ordain.adapters import sandbox_epp_answers as answers
from ordain.adapters.epp_xml import NAMESPACES, Element, find_all, instant, text, when
from ordain.adapters.sandbox_epp_answers import STANDARD, Said
from ordain.adapters.sandbox_epp_desk import EXISTS, GONE, NOT_OURS, listed, refused
from ordain.core.money import Money, decimal_text, parse_amount
from ordain.core.registry import (
    AcceptedNotice,
    Command,
    Deletion,
    Done,
    NoAnswer,
    Pending,
    Registration,
    Renewal,
    Restoration,
    Update,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ordain.adapters.sandbox_epp_desk import Place, Spoken
    from ordain.core.registry import Answer, Change, Fees

LOCK, HOLD = "clientTransferProhibited", "clientHold"


async def check(place: Place, spoken: Spoken) -> Said:
    """Which names can be had; at which fees, or under which claims."""
    found = await place.registry.check(listed(spoken.about, "domain:name"))
    launch, fees = spoken.extended("launch:check"), spoken.extended("fee:check")
    if launch is not None and launch.get("type", "claims") == "claims":
        return Said(extensions=(answers.claims(found),))
    if fees is None:
        return Said(result=answers.checked(found))
    if text(fees, "fee:currency") not in (None, STANDARD.currency):
        return Said(code=2004, reason=f"Fees are in {STANDARD.currency}")
    verbs = [each.get("name") for each in find_all(fees, "fee:command")]
    return Said(result=answers.checked(found), extensions=(answers.priced(found, verbs),))


async def info(place: Place, spoken: Spoken) -> Said:
    """All there is of a name; of somebody else's, little."""
    held = await place.registry.find(spoken.subject)
    if held is None:
        return GONE
    if (text(spoken.about, "domain:authInfo", "domain:pw") or "").startswith("wrong"):
        return Said(code=2202, reason="The auth code is wrong")
    restoring = await place.objects.get("restoring", held.name) is not None
    more = (answers.grace(held, restoring=restoring), answers.signed(held)) if held.ours else ()
    return Said(result=answers.told(held, place.login), extensions=tuple(each for each in more if each is not None))


async def create(place: Place, spoken: Spoken) -> Said:
    """Register a name, by the scenario of its first word."""
    name, about = spoken.subject, spoken.about
    if await place.registry.find(name) is not None:
        return EXISTS
    registrant = text(about, "domain:registrant")
    contacts = [(each.get("type"), (each.text or "").strip()) for each in find_all(about, "domain:contact")]
    servers = listed(about, "domain:ns", "domain:hostObj")
    missing = [one for one in {registrant, *(one for _, one in contacts)} if one and not await _contact(place, one)]
    missing += [host for host in servers if await place.addresses(host) is None]
    if missing:
        return Said(code=2303, reason=f"There is no {missing[0]}")
    years = int(text(about, "domain:period") or 1)
    [offer] = await place.registry.check([name])
    fee, agreed = _total(offer.fees, years), spoken.extended("fee:create")
    trouble = _too_little(agreed, fee, premium=offer.fees is not None)
    if trouble:
        return trouble
    command = Command(
        transaction=f"create {name}",
        name=name,
        years=years,
        owner={"registrant": registrant, "contacts": contacts},
        name_servers=servers,
        auth_info=text(about, "domain:authInfo", "domain:pw"),
        protected_code=_token(spoken),
        **_launch(spoken.extended("launch:create")),
    )
    answer = await place.registry.create(command)
    if not isinstance(answer, Done | Pending):
        return refused(answer)
    if isinstance(answer, Pending):
        await place.promise("create", name, spoken.client_id, answer.seconds)
    return Said(
        code=1001 if isinstance(answer, Pending) else 1000,
        result=answers.created(await _held(place, name)),
        extensions=(answers.charged("creData", fee),) if agreed is not None else (),
    )


async def _contact(place: Place, contact: str) -> dict[str, Any] | None:
    return await place.objects.get("contact", contact)


async def _held(place: Place, name: str) -> Registration:
    held = await place.registry.find(name)
    if held is None:
        message = f"{name} was gone a moment after it was there"
        raise NoAnswer(message)
    return held


def _total(fees: Fees | None, years: int) -> Money:
    """What so many years cost from the first on."""
    if fees is None:
        return STANDARD * years
    return fees.create + (fees.renew or STANDARD) * (years - 1)


def _too_little(agreed: Element | None, fee: Money, *, premium: bool) -> Said | None:
    """Why a command is not carried out for what its registrar agreed to pay (RFC 8748 §3.2, §4)."""
    if agreed is None:
        return Said(code=2003, reason="The name is premium: its fee has to be agreed to") if premium else None
    amounts = [parse_amount((each.text or "").strip()) for each in find_all(agreed, "fee:fee")]
    if (text(agreed, "fee:currency") or fee.currency) != fee.currency or sum(amounts) < fee.ucents:
        return Said(code=2004, reason=f"The fee is {decimal_text(fee)} {fee.currency} by now")
    return None


def _token(spoken: Spoken) -> str | None:
    token = spoken.extended("allocationToken:allocationToken")
    return None if token is None else (token.text or "").strip()


def _launch(launch: Element | None) -> dict[str, Any]:
    """What a create in a launch carries (RFC 8334 §3.3)."""
    if launch is None:
        return {}
    number = text(launch, "launch:notice", "launch:noticeID") or ""
    ends, accepted = (when(text(launch, "launch:notice", f"launch:{each}")) for each in ("notAfter", "acceptedDate"))
    mark = text(launch, "smd:encodedSignedMark")
    return {
        "phase": text(launch, "launch:phase") or "ga",
        "notice": AcceptedNotice(number, ends, accepted) if ends and accepted else None,
        "signed_mark": f"<smd:encodedSignedMark xmlns:smd='{NAMESPACES['smd']}'>{mark}</smd:encodedSignedMark>"
        if mark
        else None,
    }


async def renew(place: Place, spoken: Spoken) -> Said:
    """Years more for a name that expires on the day told."""
    held = await place.registry.find(spoken.subject)
    if held is None or not held.ours:
        return GONE if held is None else NOT_OURS
    day = text(spoken.about, "domain:curExpDate")
    if day != f"{held.expires:%Y-%m-%d}":
        return Said(code=2306, reason=f"The name expires on {held.expires:%Y-%m-%d}, not on {day}")
    change = Renewal(int(text(spoken.about, "domain:period") or 1), held.expires)
    return await _changed(place, spoken, change, answers.renewed)


async def delete(place: Place, spoken: Spoken) -> Said:
    """Give a name up: it rests in redemption."""
    held = await place.registry.find(spoken.subject)
    if held is None or not held.ours:
        return GONE if held is None else NOT_OURS
    if held.redemption:
        return Said(code=2304, reason="The name was deleted")
    return await _changed(place, spoken, Deletion())


async def _changed(
    place: Place, spoken: Spoken, change: Change, result: Callable[[Registration], Element] | None = None
) -> Said:
    answer: Answer = await place.registry.change(f"{spoken.verb} {spoken.subject}", spoken.subject, change)
    if isinstance(answer, Done):
        return Said(result=result(answer.registration) if result else None)
    return refused(answer)


async def transfer(place: Place, spoken: Spoken) -> Said:
    """Bring a name here from somebody else."""
    name = spoken.subject
    held = await place.registry.find(name)
    if held is None:
        return GONE
    if held.ours:
        pending = held.pending and "transferred" in (held.owner or {})
        return Said(code=2300 if pending else 2106, reason=None if pending else "The name is here already")
    [offer] = await place.registry.check([name])
    trouble = offer.fees and _too_little(spoken.extended("fee:transfer"), offer.fees.transfer, premium=True)
    if trouble:
        return trouble
    command = Command(
        transaction=f"transfer {name}",
        name=name,
        years=int(text(spoken.about, "domain:period") or 1),
        owner={"transferred": instant(place.clock())},
        name_servers=(),
        auth_info=text(spoken.about, "domain:authInfo", "domain:pw"),
    )
    answer = await place.registry.transfer(command)
    if not isinstance(answer, Done | Pending):
        return refused(answer)
    if isinstance(answer, Pending):
        await place.promise("transfer", name, spoken.client_id, answer.seconds)
    result = answers.transfer(await _held(place, name), place.login)
    return Said(code=1001 if isinstance(answer, Pending) else 1000, result=result)


async def query(place: Place, spoken: Spoken) -> Said:
    """How a transfer stands."""
    held = await place.registry.find(spoken.subject)
    if held is None:
        return GONE
    if not held.ours or "transferred" not in (held.owner or {}):
        return Said(code=2301)
    return Said(result=answers.transfer(held, place.login))


async def update(place: Place, spoken: Spoken) -> Said:
    """Servers, lock, keys, owner, auth code; and out of redemption (RFC 3915 §4.2.5)."""
    held = await place.registry.find(spoken.subject)
    if held is None or not held.ours:
        return GONE if held is None else NOT_OURS
    restore = spoken.extended("rgp:update")
    if restore is not None:
        asked = find_all(restore, "rgp:restore")[0].get("op")
        return await _restore(place, spoken, held, asked)
    about = spoken.about
    added = listed(about, "domain:add", "domain:ns", "domain:hostObj")
    removed = listed(about, "domain:rem", "domain:ns", "domain:hostObj")
    missing = [host for host in added if await place.addresses(host) is None]
    registrant = text(about, "domain:chg", "domain:registrant")
    missing += [registrant] if registrant and not await _contact(place, registrant) else []
    if missing:
        return Said(code=2303, reason=f"There is no {missing[0]}")
    kept = dict(held.owner or {})
    kept |= {"registrant": registrant} if registrant else {}
    kept |= {"ds": _ds(kept.get("ds", ()), spoken.extended("secDNS:update"))}
    servers = (*(host for host in held.name_servers if host not in removed), *added)
    change = Update(
        name_servers=servers if added or removed else None,
        locked=_status(about, LOCK),
        hold=_status(about, HOLD),
        auth_info=text(about, "domain:chg", "domain:authInfo", "domain:pw"),
        owner=kept if kept != held.owner else None,
    )
    return await _changed(place, spoken, change)


def _status(about: Element, status: str) -> bool | None:
    """Whether a status is set or taken away; None for neither."""
    for path, becomes in (("domain:add", True), ("domain:rem", False)):
        if any(each.get("s") == status for each in find_all(about, path, "domain:status")):
            return becomes
    return None


def _ds(known: Iterable[dict[str, Any]], changed: Element | None) -> list[dict[str, Any]]:
    """A name's DS records after a change of them (RFC 5910 §5.2.5)."""
    kept = {(each["tag"], each["digest"]): each for each in known}
    if changed is None:
        return list(kept.values())
    if text(changed, "secDNS:rem", "secDNS:all") in ("1", "true"):
        kept = {}
    for each in map(epp_answers.ds, find_all(changed, "secDNS:rem", "secDNS:dsData")):
        kept.pop((each.tag, each.digest), None)
    for each in map(epp_answers.ds, find_all(changed, "secDNS:add", "secDNS:dsData")):
        kept[each.tag, each.digest] = structs.asdict(each)
    return list(kept.values())


async def _restore(place: Place, spoken: Spoken, held: Registration, asked: str) -> Said:
    """A restored name waits for the report on why, which brings it back."""
    name = spoken.subject
    if not held.redemption:
        return Said(code=2304, reason="The name was not deleted")
    if asked == "request":
        await place.objects.put("restoring", name, {})
        return Said()
    if not await place.objects.remove("restoring", name):
        return Said(code=2304, reason="No restoration was asked for")
    return await _changed(place, spoken, Restoration())
