"""What is done to a name at the sandbox registry, and what is seen of it: pure, in process and over EPP alike."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core.change import is_so, with_hosts
from ordain.core.money import UNIT, Money
from ordain.core.registry import (
    HOLD,
    Deletion,
    Done,
    Lost,
    Pending,
    Refusal,
    Registration,
    Renewal,
    Restoration,
    Update,
)
from ordain.core.registry_life import SECOND_THOUGHTS, Grace, Kept, Life, deleted, restored, years_on

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.registry import Answer, Command, Fees, Upkeep

STANDARD = Money(8 * UNIT, "EUR")
"""What a year of an ordinary name costs at the sandbox."""

REDEEMED = "The name is in redemption"
TOO_LATE = "The name is about to be deleted and cannot be restored any more"
UNDER_WAY = "A transfer of the name is under way"
UNDECIDED = "The name is not registered yet: the registry decides"
PROHIBITED = "The name's status prohibits it"
TOO_FAR = "The name would expire further ahead than the registry allows"
NOT_SO_LONG = "The registry does not register names for so many years"
OTHER_DAY = "The name expires on another day"
LOCKED = "The name is locked against transfers by its present registrar"
TOO_YOUNG = "The name was registered or transferred less than 60 days ago"
REJECTED = "The present registrar rejected the transfer"
HERE = "The name is already registered here"
ELSEWHERE = "The name was registered by somebody else"
NOBODYS = "Nobody has the name"
NO_TRANSFER = "No transfer of the name is under way"
WRONG_CODE = "The auth code is wrong"
NOT_HERE = "The name is not registered here"
BEING_BROUGHT = "The name is being brought here already"

CODES = {
    REDEEMED: 2304,
    TOO_LATE: 2304,
    UNDER_WAY: 2304,
    UNDECIDED: 2304,
    PROHIBITED: 2304,
    TOO_FAR: 2105,
    NOT_SO_LONG: 2306,
    LOCKED: 2304,
    TOO_YOUNG: 2201,
    NO_TRANSFER: 2301,
    WRONG_CODE: 2202,
}
"""The codes these refusals have in EPP (RFC 5730 §3)."""

_LONGEST_WAIT = 900
"""Seconds after which a transfer that is under way is asked for again, at most."""
_SEEN = ("name_servers", "keys", "hosts", "locked", "auth_info", "owner", "admin", "tech", "disclosed")
_SET = ("name_servers", "keys", "locked", "auth_info", "owner", "admin", "tech", "disclosed")


def seen(kept: Kept, life: Life, sponsor: str, now: datetime) -> Registration:
    """What a registrar sees of a name: all of its own; of one that is coming, and of others', little."""
    moving = kept.moving
    coming = moving is not None and moving.to == sponsor
    known = Registration(
        kept.name,
        ours=coming or kept.sponsor == sponsor,
        transaction=moving.transaction if moving and coming else None,
        created=kept.created,
        expires=kept.expires,
        pending=coming,
        statuses=statuses(kept, life, now),
    )
    if coming or not known.ours:
        return known
    return structs.replace(
        known,
        transaction=kept.transaction,
        pending=now < kept.ready,
        redemption=kept.ending is not None,
        grace=graces(kept, now),
        **{name: getattr(kept, name) for name in _SEEN},
    )


def statuses(kept: Kept, life: Life, now: datetime) -> tuple[str, ...]:
    """A name's statuses, `ok` if there is none (RFC 5731 §2.3)."""
    furthest = life.furthest(now)
    told = (
        (now < kept.ready, "pendingCreate"),
        (kept.ending is not None, "pendingDelete"),
        (kept.moving is not None, "pendingTransfer"),
        (kept.locked, "clientTransferProhibited"),
        (life.transfer_lock and kept.settling(now), "serverTransferProhibited"),
        (furthest is not None and years_on(kept.expires, 1) > furthest, "serverRenewProhibited"),
    )
    return (*(word for so, word in told if so), *kept.statuses) or ("ok",)


def graces(kept: Kept, now: datetime) -> tuple[str, ...]:
    """The periods a name is in (RFC 3915 §3.1)."""
    ending = kept.ending
    if ending is None:
        return tuple(dict.fromkeys(each.word for each in kept.graces if now < each.until))
    if ending.restoring is not None:
        return ("pendingRestore",)
    return ("redemptionPeriod" if now < ending.redeemable else "pendingDelete",)


def new_code(name: str, transaction: str) -> str:
    """The auth code of a name that a transaction brought."""
    return sha256(f"{name} {transaction}".encode()).hexdigest()[:16]


def created(command: Command, life: Life, by: str, now: datetime, fees: Fees | None) -> Kept | Refusal:
    """A name that is registered now."""
    expires, furthest = years_on(now, command.years), life.furthest(now)
    if furthest is not None and expires > furthest:
        return Refusal(NOT_SO_LONG)
    first, year = (fees.create, fees.renew or STANDARD) if fees else (STANDARD, STANDARD)
    ends = now + timedelta(days=life.add_grace)
    grace = Grace("addPeriod", ends, command.years, first + year * (command.years - 1))
    return Kept(
        name=command.name,
        sponsor=by,
        transaction=command.transaction,
        created=now,
        expires=expires,
        ready=now,
        name_servers=command.name_servers,
        auth_info=command.auth_info or new_code(command.name, command.transaction),
        owner=command.owner,
        graces=(grace,) if life.add_grace else (),
        year=year,
    )


def changed(kept: Kept, life: Life, change: Upkeep, now: datetime) -> Kept | Refusal | None:
    """The name as its registrar wants it; itself if it is so; None once it is gone."""
    if is_so(change, seen(kept, life, kept.sponsor, now)):
        return kept
    obstacle = _obstacle(kept, change, now)
    if obstacle:
        return Refusal(obstacle)
    match change:
        case Deletion():
            return deleted(kept, life, now)
        case Restoration():
            return restored(kept, now)
        case Renewal():
            return _renewed(kept, life, change, now)
        case Update():
            told = {name: getattr(change, name) for name in _SET if getattr(change, name) is not None}
            hosts = with_hosts(kept.hosts, change.hosts or ())
            return structs.replace(kept, **told, hosts=hosts, statuses=_held(kept, change), changed=now)


def _held(kept: Kept, change: Update) -> tuple[str, ...]:
    """What its registrar set, with or without its hold."""
    if change.hold is None:
        return kept.statuses
    others = tuple(each for each in kept.statuses if each != HOLD)
    return (*others, HOLD) if change.hold else others


_CLIENT = {Update: "clientUpdateProhibited", Renewal: "clientRenewProhibited", Deletion: "clientDeleteProhibited"}


def _obstacle(kept: Kept, change: Upkeep, now: datetime) -> str | None:
    """What stands in the way in the state the name is in (RFC 5731 §3.2, RFC 5732 §3.2.2, RFC 3915)."""
    if isinstance(change, Restoration):
        return TOO_LATE if kept.ending and now >= kept.ending.redeemable and kept.ending.restoring is None else None
    if now < kept.ready or kept.ending or kept.moving:
        return UNDECIDED if now < kept.ready else REDEEMED if kept.ending else UNDER_WAY
    if _CLIENT[type(change)] in kept.statuses:
        return PROHIBITED
    return unserved(kept, change) if isinstance(change, Update) else None


def restoration(kept: Kept, _: Life, now: datetime) -> Kept | Refusal:
    """The name once its restoration was asked for: the report brings it back (RFC 3915 §2)."""
    obstacle = _obstacle(kept, Restoration(), now)
    if obstacle or kept.ending is None:
        return Refusal(obstacle or TOO_LATE)
    return structs.replace(kept, ending=structs.replace(kept.ending, restoring=kept.ending.restoring or now))


def unserved(kept: Kept, change: Update) -> str | None:
    """The name server below the name that would have no address."""
    served = change.name_servers if change.name_servers is not None else kept.name_servers
    glue = {host.name for host in with_hosts(kept.hosts, change.hosts or ())}
    below = [host for host in served if host.endswith(f".{kept.name}") and host not in glue]
    return f"The name server {below[0]} is below the name and has no address" if below else None


def _renewed(kept: Kept, life: Life, change: Renewal, now: datetime) -> Kept | Refusal:
    """What is still missing of the years is added: a registry that renews names by itself may have added one."""
    furthest = life.furthest(now)
    for years in range(1, change.years + 1):
        grace = Grace("renewPeriod", now + SECOND_THOUGHTS, years, kept.year * years)
        longer = structs.replace(
            kept,
            expires=years_on(kept.expires, years),
            graces=(*kept.graces, grace) if life.renews_itself else kept.graces,
        )
        if furthest is not None and longer.expires > furthest:
            return Refusal(TOO_FAR)
        if is_so(change, seen(longer, life, kept.sponsor, now)):
            return longer
    return Refusal(OTHER_DAY)


def brought(kept: Kept, life: Life, transaction: str, now: datetime) -> Answer | None:
    """What there is to say to who wants to have a name here; None: the transfer can begin.

    Of a transfer that is under way, or over, only its own transaction may ask.
    """
    if kept.ending is not None:
        return Refusal(REDEEMED)
    if kept.moving is not None:
        return Refusal(UNDER_WAY)
    if kept.moved and kept.moved.transaction == transaction and not (kept.moved.told or kept.moved.approved):
        return Refusal(REJECTED)
    if kept.locked or "clientTransferProhibited" in kept.statuses:
        return Refusal(LOCKED)
    return Refusal(TOO_YOUNG) if life.transfer_lock and kept.settling(now) else None


def leaving(kept: Kept, life: Life, auth_info: str, now: datetime) -> Refusal | None:
    """Why a name of ours cannot go to somebody else."""
    if now < kept.ready:
        return Refusal(UNDECIDED)
    if kept.moving is not None or kept.ending is not None:
        return Refusal(UNDER_WAY if kept.moving else REDEEMED)
    if kept.locked or "clientTransferProhibited" in kept.statuses:
        return Refusal(LOCKED)
    if life.transfer_lock and kept.settling(now):
        return Refusal(TOO_YOUNG)
    return None if auth_info and auth_info == kept.auth_info else Refusal(WRONG_CODE, "authInfo")


def here_already(kept: Kept, life: Life, sponsor: str, transaction: str, now: datetime) -> Answer | None:
    """What it means for a transaction that a name is here, or on its way; None: it is neither."""
    found = seen(kept, life, sponsor, now)
    if not found.ours:
        return None
    if found.transaction != transaction:
        return Lost(BEING_BROUGHT if kept.moving else HERE)
    decides = kept.moving.decides if kept.moving and kept.moving.to == sponsor else kept.ready
    return Pending(wait(decides - now)) if found.pending else Done(found)


def wait(left: timedelta) -> int:
    """Seconds until something that is under way is asked for again."""
    return max(1, min(_LONGEST_WAIT, int(left.total_seconds())))
