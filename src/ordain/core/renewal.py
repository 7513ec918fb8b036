"""The end of a name's term: when its customer is told, when it is charged, and when it is given up (docs/renewal.md).

Reminders and the end of resolution follow ICANN's Expired Registration Recovery Policy, for every registry alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.catalogue import Extension
from ordain.core.delivery import Domain
from ordain.core.order import Standing, is_refunded, status
from ordain.core.registry import Deletion, Renewal, Restoration
from ordain.core.registry_life import AUTO_RENEW, years_on
from ordain.core.service import ADVANCE, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordain.core.delivery import Task
    from ordain.core.offer import Offer
    from ordain.core.order import Order
    from ordain.core.registry import Registration

DAY = timedelta(days=1)
CHARGES = (-ADVANCE.days, -16, -12, -8, -4, -1, 2, 6, 10, 15, 20, 26, 32, 38, 43)
"""Days from the expiry on which an automatic renewal is charged until it is paid: first with time to spare."""
LAST_CHANCE = 4 * DAY
"""Before the expiry: from then on an order of the customer's own that is not paid holds up no automatic renewal."""
MONTH_BEFORE, WEEK_BEFORE = 30 * DAY, 7 * DAY
"""Reminders (ERRP §2.1.1: about a month, and about a week before the expiry)."""
HOLD_AFTER, INTERRUPTED = 3 * DAY, 8 * DAY
"""The name stops resolving days after its expiry, and 8 days before it is given up at the latest (ERRP §2.2.2)."""
MOST_LATE = AUTO_RENEW.days - 1
"""Days after which a gTLD's registry charges for good the year it added by itself."""
USUAL_REDEMPTION = 30
"""Days, where nobody tells a registry's."""
SOON = timedelta(hours=1)
PAYABLE_FOR = timedelta(days=14)

Deed = Literal["month", "week", "expired", "charge", "hold", "release", "delete", "ask"]
"""What is due: a mail, an attempt to charge, a command to the registry, or the question whether it has the name yet."""


class Ending(Struct, frozen=True):
    """What was done about the end of a term, once: `order_id` renews it, `told` are the mails that were written."""

    nic: str
    service_id: int
    until: datetime
    order_id: int | None = None
    automatic: bool = False
    """The order was placed by us, not by the customer."""
    attempts: int = 0
    """The how manieth of `CHARGES` was the last that was tried."""
    told: frozenset[str] = frozenset()


class Timeline(Struct, frozen=True):
    """When what happens about the end of a term, unless it is renewed."""

    month: datetime
    week: datetime
    expires: datetime
    hold: datetime
    delete: datetime
    """When the name is given up at its registry: the last moment of a late renewal."""
    charges: tuple[datetime, ...]


class Facts(Struct, frozen=True, kw_only=True):
    """What decides about the end of a name's term."""

    domain: Domain
    extension: Extension
    settings: Settings
    active: bool
    """The account has its services renewed automatically."""
    ending: Ending
    order: Standing | None = None
    """The order of `ending`."""
    busy: bool = False
    """The registry is being asked to renew, delete or restore it."""

    @property
    def automatic(self) -> bool:
        """It is to be renewed without its customer doing anything."""
        return self.active and self.settings.automatic and not self.settings.delete_at_expiration

    @property
    def paid(self) -> bool:
        """The renewal was paid, and comes about or has."""
        return self.order is not None and comes_about(self.order, self.domain.service_id)

    def payable(self, now: datetime) -> bool:
        """The order waits for its payment."""
        return self.order is not None and status(self.order, now) == "notPaid"


class Due(Struct, frozen=True):
    """What is to be done now, and when to look again."""

    deeds: tuple[Deed, ...]
    again: datetime


def comes_about(standing: Standing, service_id: int) -> bool:
    """Whether what was paid for this service is under way or had: not given back, and not given up."""
    mine = [item.item_id for item in standing.order.items if item.service_id == service_id]
    kept = [item_id for item_id in mine if not is_refunded(standing.refunds, item_id)]
    return standing.payment is not None and any(
        not task.settled or (task.status == "done" and isinstance(task.change, Renewal))
        for task in standing.tasks
        if task.item_id in kept
    )


def late_days(extension: Extension) -> int:
    """For how many days after its expiry a name is renewed; 0 where its registry's rule is not known."""
    days = extension.lifecycle.late_renew_days or 0
    return min(days, MOST_LATE) if extension.kind == "gtld" else days


def timeline(until: datetime, extension: Extension, settings: Settings) -> Timeline:
    """When what happens to a name that is paid until then."""
    delete = until if settings.delete_at_expiration else until + late_days(extension) * DAY
    return Timeline(
        month=until - MONTH_BEFORE,
        week=until - WEEK_BEFORE,
        expires=until,
        hold=max(until, min(until + HOLD_AFTER, delete - INTERRUPTED)),
        delete=delete,
        charges=tuple(at for days in CHARGES if (at := until + days * DAY) < delete),
    )


def restorable_until(domain: Domain, extension: Extension) -> datetime | None:
    """Until when its registry gives a deleted name back; None for one that is not deleted."""
    days = extension.lifecycle.redemption_days
    return domain.deleted + (USUAL_REDEMPTION if days is None else days) * DAY if domain.deleted else None


def due(facts: Facts, now: datetime) -> Due:
    """What the end of this term asks for now. What was paid is never given up, however long its registry takes."""
    domain, ending = facts.domain, facts.ending
    if facts.busy or facts.paid:
        return Due((), now + SOON)
    back = restorable_until(domain, facts.extension)
    if back is not None:
        unasked = "redemption" not in ending.told
        return Due(("ask",), max(back, now + DAY)) if unasked or now >= back else Due((), back)
    at = timeline(domain.expires, facts.extension, facts.settings)
    if now >= at.delete:
        untried = (
            facts.automatic and not ending.attempts
        )  # nobody looked for a long time: what was promised comes first
        return Due(("charge" if untried else "delete",), now + SOON)
    deeds: list[Deed] = [*_mails(at, ending, now)]
    if facts.automatic and slot(at, now) > ending.attempts and not _waits(facts, at, now):
        deeds.append("charge")
    if domain.on_hold is not (now >= at.hold):
        deeds.append("release" if domain.on_hold else "hold")
    times = (at.month, at.week, at.expires, at.hold, at.delete, *at.charges, at.expires - LAST_CHANCE)
    return Due(tuple(deeds), min(time for time in times if time > now))


def first_look(expires: datetime, extension: Extension) -> datetime:
    """Before when the end of a new name's term asks for nothing, as long as its customer sets nothing up."""
    at = timeline(expires, extension, Settings())
    return min(at.month, *at.charges)


def _mails(at: Timeline, ending: Ending, now: datetime) -> Iterator[Deed]:
    """A reminder that was missed is sent late, but no two at once."""
    if at.month <= now < at.week and "month" not in ending.told:
        yield "month"
    if at.week <= now < at.expires and "week" not in ending.told:
        yield "week"
    if at.expires <= now and "expired" not in ending.told:
        yield "expired"


def slot(at: Timeline, now: datetime) -> int:
    """How many of the planned attempts to charge should have been made by now; one at least once all is too late."""
    return max(sum(each <= now for each in at.charges), int(now >= at.delete))


def _waits(facts: Facts, at: Timeline, now: datetime) -> bool:
    """Its customer ordered a renewal and may be about to pay it."""
    return facts.payable(now) and not facts.ending.automatic and now < at.expires - LAST_CHANCE


def next_charge(at: Timeline, now: datetime) -> datetime | None:
    """When it is charged again; None if it is too late for that."""
    return next((each for each in at.charges if each > now), None)


def paid_until(renewal: Renewal, registered: datetime) -> datetime:
    """What a name is paid until once it is renewed: its registry's date, but for years it added by itself."""
    whole = years_on(renewal.expires, renewal.years)
    return registered if registered <= whole + 2 * DAY else whole


def taken_back(domain: Domain, there: Registration) -> datetime | None:
    """Until when a deleted name is had, if its registry took years of it back (RFC 3915 §3.1); None if it did not."""
    return there.expires if there.ours and there.expires < domain.expires - 2 * DAY else None


def periods(until: datetime, extension: Extension, now: datetime) -> tuple[int, ...]:
    """The years that a name, paid until then, can be renewed for: as its registry sells them, and allows by now."""
    most = extension.policy.max_years
    years = extension.renew_periods
    if most is None:
        return years
    return tuple(each for each in years if years_on(until, each) <= years_on(now, most) + DAY)


def obstacle(domain: Domain, offer: Offer, extension: Extension, now: datetime) -> str | None:
    """Why a name cannot be renewed or restored, in words; None if it can."""
    if offer.action == "restore":
        back = restorable_until(domain, extension)
        if back is not None and back <= now:
            return f"{domain.name} could be restored until {back.date()}"
    elif now >= timeline(domain.expires, extension, Settings()).delete and domain.expires <= now:
        return f"{domain.name} could be renewed until {domain.expires.date() + late_days(extension) * DAY}"
    return offer.obstacle


def payable_until(domain: Domain, extension: Extension, now: datetime, *, automatic: bool = False) -> datetime:
    """How long an order of a renewal waits for its payment: no longer than the name can be renewed, or restored."""
    end = restorable_until(domain, extension) or timeline(domain.expires, extension, Settings()).delete
    if end <= now:  # the last attempt of all
        return now + SOON
    return end if automatic else min(end, now + PAYABLE_FOR)


def deletion(beside: Sequence[Task]) -> Task | None:
    """The deletion of a name that waits, is under way or rests in error, among its tasks."""
    return next((task for task in beside if isinstance(task.change, Deletion) and not task.settled), None)


def kept_since(wanted: Task, beside: Sequence[Task]) -> Task | None:
    """What was paid to keep a name, among its tasks, since its deletion was asked for."""
    return next(
        (
            task
            for task in beside
            if isinstance(task.change, Renewal | Restoration)
            and task.created >= wanted.created
            and task.task_id != wanted.task_id
            and task.status != "cancelled"
        ),
        None,
    )


def outdated(order: Order, held: dict[int, Domain | None], orders: dict[int, int | None]) -> str | None:
    """Why an order of renewals can be paid no more, the names and the terms' orders by service: None if it can."""
    for item in order.items:
        domain = held.get(item.service_id)
        if domain is None or bool(domain.deleted) != (item.action == "restore"):
            return f"{item.shown} cannot be renewed by it any more"
        if domain.expires != item.until or orders.get(item.service_id) != order.order_id:
            return f"{item.shown} was renewed, or ordered to be, otherwise meanwhile"
    return None
