"""Tasks of a zone (domain.zone.Task): each ends in the zone being published as it was last refreshed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core.delivery import MOST_SILENCES, TRANSITIONS, NotAllowed, Status, pause

if TYPE_CHECKING:
    from ordain.core.zone import Zone

PUBLISH = "ZonePublish"
"""What `refresh` causes. The contract's domain.TaskFunctionEnum has no name for it, so it is not listed."""
IMPORT, RESTORE = "ZoneImport", "ZoneRestore"
SIGN, UNSIGN = "DnssecEnable", "DnssecDisable"
ANYCAST_END = "DnsAnycastDeactivate"
SETTLES = {SIGN: "enabled", UNSIGN: "disabled"}
"""The zone's DNSSEC status once such a task is done."""


DS_STAYS = "The registry is asked to vouch for the zone's keys no longer"
DS_REMEMBERED = "It may still be remembered that the registry vouched for the zone's keys"
DS_REFUSED = "The registry still vouches for the zone's keys: its task DomainDsUpdate is in error"
BUSY = "Another change of the zone is under way"
SERVERS_STAY = "The registry is asked to name the usual name servers again"
SERVERS_REFUSED = "The registry still names the anycast servers: its task DomainDnsUpdate is in error"


class ZoneTask(Struct, frozen=True, kw_only=True):
    """One publication of a zone, and why."""

    task_id: int
    nic: str
    zone: str
    function: str
    created: datetime
    updated: datetime
    todo_at: datetime
    status: Status = "todo"
    attempts: int = 0
    """How often it was taken up."""
    silences: int = 0
    """How often in a row the name server did not answer."""
    comment: str | None = None
    done_at: datetime | None = None

    def accelerable(self, now: datetime) -> bool:
        """It waits for its time, and need not."""
        return self.status == "todo" and self.todo_at > now

    @property
    def cancellable(self) -> bool:
        """It is not being carried out, and not over; the end of what was paid for is not the customer's to put off."""
        return self.status in ("todo", "error") and self.function != ANYCAST_END

    @property
    def relaunchable(self) -> bool:
        """It ended in an error."""
        return self.status == "error"


def planned(nic: str, zone: Zone, function: str, task_id: int, now: datetime) -> ZoneTask:
    """A task due at once."""
    return ZoneTask(
        task_id=task_id, nic=nic, zone=zone.name, function=function, created=now, updated=now, todo_at=now
    )  # fmt: skip


def moved(task: ZoneTask, status: Status, now: datetime, **changes: object) -> ZoneTask:
    """The task in its next status. NotAllowed for a move that is not among those of every task."""
    if status not in TRANSITIONS[task.status]:
        message = f"zone task {task.task_id} cannot go from {task.status} to {status}"
        raise NotAllowed(message)
    return structs.replace(task, status=status, updated=now, **changes)


def claimed(task: ZoneTask, now: datetime) -> ZoneTask:
    """The task as a worker takes it up."""
    return moved(task, "doing", now, attempts=task.attempts + 1)


def published(task: ZoneTask, now: datetime) -> ZoneTask:
    """The name server has the zone."""
    return moved(task, "done", now, done_at=now, comment=None, silences=0)


def overtaken(task: ZoneTask, now: datetime) -> ZoneTask:
    """The zone was changed while it was published: once more, so that the newest is what stays."""
    return moved(task, "todo", now, todo_at=now, silences=0)


def waiting(task: ZoneTask, until: datetime, why: str, now: datetime) -> ZoneTask:
    """Something else comes first: taken up again then."""
    return moved(task, "todo", now, todo_at=until, comment=why, silences=0)


def refused(task: ZoneTask, why: str, now: datetime) -> ZoneTask:
    """It cannot be done until somebody mended something else."""
    return moved(task, "error", now, comment=why)


def unanswered(task: ZoneTask, why: str, now: datetime) -> ZoneTask:
    """After silence: tried again later, and an error when that has gone on too long."""
    silences = task.silences + 1
    if silences >= MOST_SILENCES:
        return moved(task, "error", now, comment=f"No answer after {silences} attempts: {why}", silences=silences)
    return moved(task, "todo", now, todo_at=now + pause(silences), comment=why, silences=silences)


class Removal(Struct, frozen=True, kw_only=True):
    """A zone that nobody has any more, and that is to leave the name server."""

    name: str
    todo_at: datetime
    sent: bool = False
    """The name server was told, at least once: whether it heard is not known."""
    silences: int = 0


def removing(removal: Removal, now: datetime, lease: timedelta) -> Removal:
    """As it is when the name server is about to be told: nobody else tells it for so long."""
    return structs.replace(removal, sent=True, todo_at=now + lease)


def unheard(removal: Removal, now: datetime) -> Removal:
    """After silence: told again later, however often that takes."""
    silences = removal.silences + 1
    return structs.replace(removal, silences=silences, todo_at=now + pause(silences))
