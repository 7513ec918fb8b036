"""What time makes of a name at a registry (RFC 3915, RFC 5731 §2.3): facts with dates in, the same later on out.

Nothing happens by itself: whoever looks works out what became of the name since (`settled`). So it does not matter
when, or how often, anybody looked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, structs

from ordain.core.money import Money
from ordain.core.registry import Disclosure, Host, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ordain.core.catalogue import Extension

AUTO_RENEW = timedelta(days=45)
"""For so long a registry that renewed a name by itself takes that back (RFC 3915 §3.1, autoRenewPeriod)."""
SECOND_THOUGHTS = timedelta(days=5)
"""For so long it gives the fee of a renewal or a transfer back (renewPeriod, transferPeriod)."""
REPORTING = timedelta(days=7)
"""For so long a name whose restoration was asked for waits for the report (RFC 3915 §3.1, pendingRestore)."""
MOVING = timedelta(days=5)
"""For so long a registrar may object to a transfer; after that its registry approves."""
SETTLING = timedelta(days=60)
"""For so long after a creation or a transfer some registries transfer no name."""

GraceWord = Literal["addPeriod", "autoRenewPeriod", "renewPeriod", "transferPeriod"]
Ended = Literal["serverApproved", "clientApproved", "clientRejected", "clientCancelled"]
"""How a transfer ended (RFC 5730 §2.9.3.4)."""
APPROVED: tuple[Ended, ...] = ("serverApproved", "clientApproved")


class Life(Struct, frozen=True, kw_only=True):
    """How the registry of an extension treats its names as time passes. Periods are days."""

    renews_itself: bool = False
    """It renews a name that expires, for a year, and takes that back if the name is deleted soon after."""
    add_grace: int = 0
    """A name deleted so soon after its creation is gone at once, and its fee is given back."""
    late_renew: int = 0
    """An expired name can still be renewed for so long. Of no matter where names are renewed by the registry."""
    redemption: int = 30
    pending_delete: int = 0
    deleted: int | None = None
    """After its expiry a name is gone by then at the latest."""
    transfer_years: int = 1
    transfer_restarts: bool = False
    """The years of a transfer count from then on, not from the expiry."""
    transfer_lock: bool = False
    """No transfers within `SETTLING`."""
    max_years: int | None = None
    """An expiry lies no more years ahead."""

    def furthest(self, now: datetime) -> datetime | None:
        """The last day an expiry may lie on; None: any."""
        return None if self.max_years is None else years_on(now, self.max_years)


def life(extension: Extension) -> Life:
    """What an extension's file tells of this. Where it tells nothing, names rest in redemption for thirty days."""
    days, policy = extension.lifecycle, extension.policy
    redemption = 30 if days.redemption_days is None else days.redemption_days
    return Life(
        renews_itself=extension.kind == "gtld",
        add_grace=days.add_grace_days or 0,
        late_renew=days.late_renew_days or 0,
        redemption=0 if policy.restore is False else redemption,
        pending_delete=days.pending_delete_days or 0,
        deleted=days.deleted_days,
        transfer_years=extension.transfer.years_added,
        transfer_restarts=extension.transfer.restarts,
        transfer_lock=bool(policy.transfer_lock),
        max_years=policy.max_years,
    )


class Grace(Struct, frozen=True):
    """A period within which a deletion gives a fee back, with the years it was for (RFC 3915 §3.1)."""

    word: GraceWord
    until: datetime
    years: int
    fee: Money


class Moving(Struct, frozen=True, kw_only=True):
    """A transfer under way; who it goes to; and what comes of it then, if nobody says otherwise before."""

    to: str
    transaction: str | None
    asked: datetime
    decides: datetime
    approved: bool
    fee: Money
    owner: dict[str, Any] | None = None
    auth_info: str | None = None
    """The new one: the old code is worth nothing after the transfer."""


class Moved(Struct, frozen=True, kw_only=True):
    """How the last transfer ended."""

    to: str
    left: str
    transaction: str | None
    asked: datetime
    at: datetime
    status: Ended
    told: bool = False
    """Whoever asked for it heard that it came to nothing."""

    @property
    def approved(self) -> bool:
        """The name went."""
        return self.status in APPROVED


class Ending(Struct, frozen=True, kw_only=True):
    """A deletion: until when the name can be restored, and when it is gone (RFC 3915 §3.1)."""

    began: datetime
    redeemable: datetime
    purged: datetime
    restoring: datetime | None = None
    """When its restoration was asked for, while the report on it is missing."""


class Kept(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A name as its registry keeps it. `transaction` is the one that created or transferred it."""

    name: str
    sponsor: str
    transaction: str | None
    created: datetime
    expires: datetime
    ready: datetime
    """When its creation is decided."""
    name_servers: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    hosts: tuple[Host, ...] = ()
    locked: bool = False
    auth_info: str | None = None
    owner: dict[str, Any] | None = None
    admin: str | None = None
    tech: str | None = None
    disclosed: tuple[Disclosure, ...] = ()
    statuses: tuple[str, ...] = ()
    """What else its registrar set: clientHold, clientRenewProhibited … (RFC 5731 §2.3)."""
    graces: tuple[Grace, ...] = ()
    year: Money = Money(0, "EUR")
    """What a year costs its registrar when its registry renews it."""
    transferred: datetime | None = None
    changed: datetime | None = None
    moving: Moving | None = None
    moved: Moved | None = None
    ending: Ending | None = None

    def settling(self, now: datetime) -> bool:
        """Whether it is too young, or here for too short, for registries that lock such names."""
        return now < (self.transferred or self.created) + SETTLING


def years_on(day: datetime, years: int) -> datetime:
    """The same day so many years on; the 28th for a 29th of February that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def anniversary(created: datetime, now: datetime) -> datetime:
    """The next anniversary of a name: when it expires at the soonest, where its registry does not tell."""
    this_year = years_on(created, max(now.year - created.year, 1))
    return this_year if this_year > now else years_on(created, max(now.year - created.year, 1) + 1)


def settled(kept: Kept, life: Life, now: datetime) -> Kept | None:
    """The name as it is by now; None once it is gone."""
    later: Kept | None = kept
    while later is not None:
        due = [(at, happen) for at, happen in _events(later, life) if at <= now]
        if not due:
            break
        at, happen = min(due, key=lambda each: each[0])
        later = happen(later, life, at)
    return later


def _events(kept: Kept, life: Life) -> Iterator[tuple[datetime, Callable[[Kept, Life, datetime], Kept | None]]]:
    """What will happen to it, and when, if nobody does anything before."""
    if kept.ending is not None:
        # A name whose report is missing is not purged before that is late.
        restoring = kept.ending.restoring
        yield (kept.ending.purged, _purged) if restoring is None else (restoring + REPORTING, _unreported)
        return
    if kept.moving is not None:
        yield kept.moving.decides, _decided
    if life.renews_itself:
        yield kept.expires, _renewed_by_itself
    else:
        yield kept.expires + timedelta(days=life.late_renew), _expired


def _purged(_: Kept, __: Life, ___: datetime) -> None:
    return None


def _unreported(kept: Kept, _: Life, __: datetime) -> Kept:
    """Back to redemption, which went on meanwhile (RFC 3915 §2)."""
    return structs.replace(kept, ending=structs.replace(kept.ending, restoring=None))  # type: ignore[type-var]  # there is one


def _decided(kept: Kept, life: Life, at: datetime) -> Kept:
    approved = kept.moving is not None and kept.moving.approved
    return ended(kept, life, at, "serverApproved" if approved else "clientRejected")


def ended(kept: Kept, life: Life, at: datetime, status: Ended) -> Kept:
    """The name after its transfer came to this."""
    moving = kept.moving
    if moving is None:
        return kept
    moved = Moved(
        to=moving.to,
        left=kept.sponsor,
        transaction=moving.transaction,
        asked=moving.asked,
        at=at,
        status=status,
    )
    if not moved.approved:
        return structs.replace(kept, moving=None, moved=moved)
    expires = _after_transfer(kept.expires, life, at)
    whole = expires == years_on(kept.expires, life.transfer_years)
    grace = Grace("transferPeriod", at + SECOND_THOUGHTS, life.transfer_years if whole else 0, moving.fee)
    return structs.replace(
        kept,
        sponsor=moving.to,
        transaction=moving.transaction,
        transferred=at,
        expires=expires,
        locked=False,
        statuses=(),
        owner=moving.owner,
        admin=None,
        tech=None,
        disclosed=(),
        auth_info=moving.auth_info,
        graces=(grace,) if life.renews_itself else (),
        moving=None,
        moved=moved,
    )


def _after_transfer(expires: datetime, life: Life, at: datetime) -> datetime:
    if life.transfer_restarts:
        return years_on(at, life.transfer_years)
    furthest = life.furthest(at)
    added = years_on(expires, life.transfer_years)
    # Years beyond the furthest are not added, but none is taken away either.
    return added if furthest is None else max(expires, min(added, furthest))


def _renewed_by_itself(kept: Kept, _: Life, at: datetime) -> Kept:
    grace = Grace("autoRenewPeriod", at + AUTO_RENEW, 1, kept.year)
    running = (each for each in kept.graces if each.until > at)
    return structs.replace(kept, expires=years_on(kept.expires, 1), graces=(*running, grace))


def _expired(kept: Kept, life: Life, at: datetime) -> Kept:
    """Nobody renewed it. A transfer that is under way comes to nothing."""
    if kept.moving is not None:
        kept = ended(kept, life, at, "clientRejected")
    latest = None if life.deleted is None else kept.expires + timedelta(days=life.deleted)
    return structs.replace(kept, ending=_ending(life, at, latest), graces=())


def deleted(kept: Kept, life: Life, now: datetime) -> Kept | None:
    """The name once its registrar gave it up; None: it is gone at once. The years of running graces are taken back."""
    running = [each for each in kept.graces if each.until > now]
    if any(each.word == "addPeriod" for each in running):
        return None
    expires = years_on(kept.expires, -sum(each.years for each in running))
    latest = None
    if life.deleted is not None and expires <= now:
        latest = expires + timedelta(days=life.deleted)
    gone = structs.replace(kept, expires=expires, ending=_ending(life, now, latest), graces=(), moving=None)
    return settled(gone, life, now)


def credit(kept: Kept, now: datetime) -> Money:
    """What a deletion gives back now (RFC 8748 §5.2.3)."""
    total = Money(0, kept.year.currency)
    for each in kept.graces:
        total = total + each.fee if each.until > now else total
    return total


def _ending(life: Life, began: datetime, latest: datetime | None) -> Ending:
    redeemable = began + timedelta(days=life.redemption)
    purged = redeemable + timedelta(days=life.pending_delete)
    if latest is not None:
        purged = max(began, min(purged, latest))
    return Ending(began=began, redeemable=min(redeemable, purged), purged=purged)


def restored(kept: Kept, now: datetime) -> Kept:
    """The name out of redemption: as long as it had been paid for, and a year more for each that went by since."""
    expires, years = kept.expires, 0
    while expires <= now:
        years += 1
        expires = years_on(kept.expires, years)
    return structs.replace(kept, expires=expires, ending=None)
