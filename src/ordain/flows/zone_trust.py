"""The chain of trust: what a registry vouches for of a zone's keys, given to it and withdrawn before they go."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import delivery
from ordain.core.change import alike
from ordain.core.registry import Update
from ordain.core.zone_task import DS_REFUSED, DS_REMEMBERED, DS_STAYS
from ordain.flows import changes
from ordain.store import domains, tasks

if TYPE_CHECKING:
    from ordain.core.delivery import Domain, Task
    from ordain.core.registry import Key
    from ordain.store.database import Tx

SOON = timedelta(seconds=2)
"""After which something that waits for a registry looks again."""
UNSIGNED = "The zone is signed no longer"


class Wait(Struct, frozen=True):
    """Why keys cannot go yet, and until when; None if somebody has to do something first."""

    why: str
    until: datetime | None


async def _vouched_for(tx: Tx, nic: str, name: str) -> tuple[Domain, list[Task]] | None:
    """The account's domain of this name, with the changes of its keys; None if its registry's word is not ours to ask.

    That is so of a name registered elsewhere, of one whose registry takes no DS records, and of one that other name
    servers answer for: its keys are theirs.
    """
    domain = await domains.load(tx, nic, name)
    if domain is None or not (domain.hosted and domain.dnssec) or domain.deleted:
        return None
    return domain, alike(Update(keys=()), await tasks.of_domain(tx, nic, name))


async def is_busy(tx: Tx, nic: str, name: str) -> bool:
    """Whether a change of the name's keys is under way."""
    found = await _vouched_for(tx, nic, name)
    return found is not None and any(task.status in ("todo", "doing") for task in found[1])


async def hand_over(tx: Tx, zone: tuple[str, str], keys: tuple[Key, ...], task_id: int, now: datetime) -> None:
    """Ask the registry to vouch for these keys of a zone (nic, name), by a task of its domain."""
    found = await _vouched_for(tx, *zone)
    if found is not None and keys and set(found[0].keys) != set(keys):
        await changes.write(tx, found[0], Update(keys=keys), task_id, now)


async def mend(tx: Tx, zone: tuple[str, str], keys: tuple[Key, ...], task_id: int, now: datetime) -> bool:
    """Have a registry that vouches for other keys alone than a signed zone (nic, name) has told of these.

    False while it is being told of others: looked at again then. What it refused already is not asked for again.
    """
    found = await _vouched_for(tx, *zone)
    if found is None or not keys:
        return True
    (domain, beside), served = found, set(keys)
    told = [(task.status, served & set(_keys_of(task))) for task in beside]
    if any(status in ("todo", "doing") for status, _ in told):
        return all(shared for status, shared in told if status in ("todo", "doing"))
    refused = any(status == "error" and shared for status, shared in told)
    if domain.keys and not served & set(domain.keys) and not refused:
        await changes.write(tx, domain, Update(keys=keys), task_id, now)
    return True


def _keys_of(task: Task) -> tuple[Key, ...]:
    return (task.change.keys or ()) if isinstance(task.change, Update) else ()


async def withdraw(tx: Tx, zone: tuple[str, str], ds_ttl: timedelta, task_id: int, now: datetime) -> Wait | None:
    """Have the registry vouch for a zone's keys no longer; None once that is so, and nobody remembers otherwise."""
    found = await _vouched_for(tx, *zone)
    if found is None:
        return None
    domain, beside = found
    wanted = Update(keys=())
    if any(task.status in ("todo", "doing") for task in beside):
        return Wait(DS_STAYS, now + SOON)
    failed = [task for task in beside if task.status == "error"]
    if domain.keys:
        if any(task.change == wanted for task in failed):
            return Wait(DS_REFUSED, None)
        await changes.write(tx, domain, wanted, task_id, now)
        return Wait(DS_STAYS, now + SOON)
    for task in failed:  # taken up again, it would vouch for keys that are gone
        await tasks.save(tx, delivery.moved(task, "cancelled", now, comment=UNSIGNED), "error")
    ended = [task.done_at for task in beside if task.status == "done" and task.change == wanted and task.done_at]
    forgotten = max(ended, default=now - ds_ttl) + ds_ttl
    return Wait(DS_REMEMBERED, forgotten) if forgotten > now else None
