"""Commands about names at the sandbox's EPP server (RFC 5731, 3915, 5910, 8334, 8748)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import structs

from ordain.adapters import epp_answers
from ordain.adapters import sandbox_epp_answers as answers
from ordain.adapters.epp_xml import NAMESPACES, Element, find_all, text, when
from ordain.adapters.sandbox_epp_answers import Said
from ordain.adapters.sandbox_epp_desk import EXISTS, GONE, NOT_OURS, listed, refused
from ordain.adapters.sandbox_life import STANDARD, UNDER_WAY, changed, restoration
from ordain.adapters.sandbox_scenarios import SPONSOR
from ordain.core.money import Money, decimal_text, parse_amount
from ordain.core.registry import (
    AcceptedNotice,
    Command,
    Deletion,
    Done,
    Host,
    Lost,
    NoAnswer,
    Pending,
    Refusal,
    Renewal,
    Restoration,
    Update,
)
from ordain.core.registry_life import Kept, credit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from datetime import datetime

    from ordain.adapters.sandbox_epp_desk import Place, Spoken
    from ordain.core.registry import Answer, Change, Fees
    from ordain.core.registry_life import Ended, Life

LOCK = "clientTransferProhibited"


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
    kept = await place.registry.kept(spoken.subject)
    if kept is None:
        return GONE
    code = text(spoken.about, "domain:authInfo", "domain:pw")
    trouble = await place.registry.transfer_obstacle(kept.name, code) if code else None
    if trouble and trouble.argument:
        return refused(trouble)
    now, life = place.clock(), place.registry.life(kept.name)
    more = (answers.grace(kept, now), answers.signed(kept)) if kept.sponsor == SPONSOR else ()
    told = answers.told(kept, life, place.login, now)
    return Said(result=told, extensions=tuple(each for each in more if each is not None))


async def create(place: Place, spoken: Spoken) -> Said:
    """Register a name, by the scenario of its first word."""
    name, about = spoken.subject, spoken.about
    if await place.registry.kept(name) is not None:
        return EXISTS
    registrant = text(about, "domain:registrant")
    contacts = [(each.get("type"), (each.text or "").strip()) for each in find_all(about, "domain:contact")]
    servers = listed(about, "domain:ns", "domain:hostObj")
    attributes = listed(about, "domain:ns", "domain:hostAttr", "domain:hostName")
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
        owner={"registrant": registrant, "contacts": contacts, "attributes": bool(attributes)},
        name_servers=servers or attributes,
        auth_info=text(about, "domain:authInfo", "domain:pw"),
        protected_code=_token(spoken),
        **_launch(spoken.extended("launch:create")),
    )
    answer = await place.registry.create(command, spoken.client_id)
    if not isinstance(answer, Done | Pending):
        return refused(answer)
    if registrant:
        await place.objects.put("link", registrant, {"name": name})
    return Said(
        code=1001 if isinstance(answer, Pending) else 1000,
        result=answers.created(await _held(place, name)),
        extensions=(answers.charged("creData", fee),) if agreed is not None else (),
    )


async def _contact(place: Place, contact: str) -> dict[str, Any] | None:
    return await place.objects.get("contact", contact)


async def _held(place: Place, name: str) -> Kept:
    held = await place.registry.kept(name)
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


async def _ours(place: Place, name: str) -> Kept | Said:
    """A name of this registrar's, or why it is none."""
    kept = await place.registry.kept(name)
    if kept is None:
        return GONE
    return kept if kept.sponsor == SPONSOR else NOT_OURS


async def renew(place: Place, spoken: Spoken) -> Said:
    """Years more for a name that expires on the day told."""
    kept = await _ours(place, spoken.subject)
    if isinstance(kept, Said):
        return kept
    day, years = text(spoken.about, "domain:curExpDate"), int(text(spoken.about, "domain:period") or 1)
    if day != f"{kept.expires:%Y-%m-%d}":
        return Said(code=2306, reason=f"The name expires on {kept.expires:%Y-%m-%d}, not on {day}")
    fee, agreed = kept.year * years, spoken.extended("fee:renew")
    trouble = _too_little(agreed, fee, premium=False)
    if trouble:
        return trouble
    answer = await _changed(place, spoken, Renewal(years, kept.expires))
    return answer or Said(
        result=answers.renewed(await _held(place, kept.name)),
        extensions=(answers.charged("renData", fee),) if agreed is not None else (),
    )


async def delete(place: Place, spoken: Spoken) -> Said:
    """Give a name up: it rests in redemption, or is gone at once. The code does not tell which."""
    kept = await _ours(place, spoken.subject)
    if isinstance(kept, Said):
        return kept
    if kept.ending is not None:
        return Said(code=2304, reason="The name was deleted")
    back = credit(kept, place.clock())
    answer = await _changed(place, spoken, Deletion())
    told = back.ucents and NAMESPACES["fee"] in spoken.services
    return answer or Said(code=1001, extensions=(answers.charged("delData", -back),) if told else ())


async def _changed(place: Place, spoken: Spoken, change: Change) -> Said | None:
    """What there is to say of a change that was refused."""
    answer: Answer = await place.registry.change(f"{spoken.verb} {spoken.subject}", spoken.subject, change)
    return None if isinstance(answer, Done) else refused(answer)


async def transfer(place: Place, spoken: Spoken) -> Said:
    """Bring a name here from somebody else."""
    name = spoken.subject
    kept = await place.registry.kept(name)
    if kept is None:
        return GONE
    if kept.sponsor == SPONSOR or kept.moving:
        return Said(code=2300 if kept.moving else 2106, reason=UNDER_WAY if kept.moving else "The name is here already")
    fees, agreed = place.registry.fees(name), spoken.extended("fee:transfer")
    trouble = _too_little(agreed, fees.transfer if fees else STANDARD, premium=fees is not None)
    if trouble:
        return trouble
    command = Command(
        transaction=f"transfer {name} {spoken.client_id}",
        name=name,
        years=int(text(spoken.about, "domain:period") or 1),
        owner={},
        name_servers=(),
        auth_info=text(spoken.about, "domain:authInfo", "domain:pw"),
    )
    answer = await place.registry.transfer(command)
    if not isinstance(answer, Done | Pending):
        return refused(answer)
    return Said(
        code=1001 if isinstance(answer, Pending) else 1000,
        result=answers.transfer(await _held(place, name), place.login),
        extensions=(answers.charged("trnData", fees.transfer if fees else STANDARD),) if agreed is not None else (),
    )


async def query(place: Place, spoken: Spoken) -> Said:
    """How a transfer stands."""
    kept = await place.registry.kept(spoken.subject)
    if kept is None:
        return GONE
    standing = answers.transfer(kept, place.login)
    return Said(code=2301) if standing is None else Said(result=standing)


def ending(status: Ended, by: str = SPONSOR) -> Callable[[Place, Spoken], Awaitable[Said]]:
    """The command that approves of a transfer, rejects or cancels it (RFC 5731 §3.2.4)."""

    async def end(place: Place, spoken: Spoken) -> Said:
        answer = await place.registry.end_transfer(spoken.subject, status, by)
        if not isinstance(answer, Done):
            return refused(answer)
        return Said(result=answers.transfer(await _held(place, spoken.subject), place.login))

    return end


async def take_away(place: Place, spoken: Spoken) -> Said:
    """Somebody else asks for a name that is here."""
    code = text(spoken.about, "domain:authInfo", "domain:pw") or ""
    answer = await place.registry.take_away(spoken.subject, code)
    if not isinstance(answer, Done):
        return GONE if isinstance(answer, Lost) else refused(answer)
    return Said(code=1001, result=answers.transfer(await _held(place, spoken.subject), place.login))


async def update(place: Place, spoken: Spoken) -> Said:
    """Servers, lock, keys, owner, auth code; and out of redemption (RFC 3915 §4.2.5)."""
    held = await _ours(place, spoken.subject)
    if isinstance(held, Said):
        return held
    restore = spoken.extended("rgp:update")
    if restore is not None:
        return await _restore(place, spoken, held, find_all(restore, "rgp:restore")[0].get("op"))
    about = spoken.about
    added = listed(about, "domain:add", "domain:ns", "domain:hostObj")
    removed = listed(about, "domain:rem", "domain:ns", "domain:hostObj")
    missing = [host for host in added if await place.addresses(host) is None]
    come, gone = (_attributes(about, f"domain:{verb}") for verb in ("add", "rem"))
    added, removed = (*added, *(host.name for host in come)), (*removed, *(host.name for host in gone))
    registrant = text(about, "domain:chg", "domain:registrant")
    missing += [registrant] if registrant and not await _contact(place, registrant) else []
    if missing:
        return Said(code=2303, reason=f"There is no {missing[0]}")
    if registrant:
        await place.objects.put("link", registrant, {"name": held.name})
    kept = dict(held.owner or {})
    kept |= {"registrant": registrant} if registrant else {}
    kept |= {"ds": _ds(kept.get("ds", ()), spoken.extended("secDNS:update"))}
    setting, dropping = _statuses(about, "domain:add"), _statuses(about, "domain:rem")
    strange = next((each for each in (*setting, *dropping) if not each.startswith("client")), None)
    if strange:
        return Said(code=2306, reason=f"{strange} is the registry's own")
    servers = (*(host for host in held.name_servers if host not in removed), *added)
    change = Update(
        name_servers=servers if added or removed else None,
        locked=LOCK in setting if LOCK in (*setting, *dropping) else None,
        auth_info=text(about, "domain:chg", "domain:authInfo", "domain:pw"),
        owner=kept if kept != held.owner else None,
        hosts=_glue(held, come, gone),
    )
    answer = await place.registry.alter(held.name, partial(_updated, (change, setting, dropping)))
    return Said() if isinstance(answer, Done) else refused(answer)


def _statuses(about: Element, where: str) -> list[str]:
    return [each.get("s") for each in find_all(about, where, "domain:status")]


def _updated(
    wanted: tuple[Update, list[str], list[str]], kept: Kept, life: Life, now: datetime
) -> Kept | Refusal | None:
    """The name with its registrar's statuses; one that forbids updates has to go first, or with this one."""
    change, setting, dropping = wanted
    left = tuple(each for each in kept.statuses if each not in dropping)
    after = changed(structs.replace(kept, statuses=left), life, change, now)
    if not isinstance(after, Kept):
        return after
    added = (each for each in setting if each not in (LOCK, *left))
    return structs.replace(after, statuses=(*left, *added))


def _attributes(about: Element, verb: str) -> list[Host]:
    return [epp_answers.attribute(each) for each in find_all(about, verb, "domain:ns", "domain:hostAttr")]


def _glue(held: Kept, added: list[Host], removed: list[Host]) -> tuple[Host, ...] | None:
    """The hosts below a name that come and go with its name servers, where these are told as attributes."""
    gone = [Host(host.name, ()) for host in removed if host in held.hosts]
    come = [host for host in added if host.name.endswith(f".{held.name}")]
    return (*gone, *come) or None


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


async def _restore(place: Place, spoken: Spoken, kept: Kept, asked: str) -> Said:
    """A restored name waits for the report on why, which brings it back."""
    if kept.ending is None:
        return Said(code=2304, reason="The name was not deleted")
    if asked == "report":
        if kept.ending.restoring is None:
            return Said(code=2304, reason="No restoration was asked for")
        return await _changed(place, spoken, Restoration()) or Said()
    fees, agreed = place.registry.fees(kept.name), spoken.extended("fee:update")
    fee = (fees.restore if fees else None) or STANDARD
    trouble = _too_little(agreed, fee, premium=False)
    if trouble:
        return trouble
    answer = await place.registry.alter(kept.name, restoration)
    if not isinstance(answer, Done):
        return refused(answer)
    told = (answers.charged("updData", fee),) if agreed is not None else ()
    return Said(extensions=(answers.restoring(), *told))
