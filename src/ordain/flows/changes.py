"""Changes of names that are held: asked for in one transaction, carried out by the worker like every other task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import delivery, mail
from ordain.core.change import alike, applied, corrected, is_so
from ordain.core.refusal import conflict
from ordain.core.registry import Done, Lost, Pending, Registration
from ordain.flows.act import write_mail
from ordain.flows.domains import held
from ordain.store import domains, tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ordain.core.delivery import Domain, Task
    from ordain.core.registry import Answer, Change
    from ordain.flows.act import Act
    from ordain.flows.ports import Engine, Registry
    from ordain.store.database import Tx

GONE = "The name is no longer held here"
REPLACED = "Another change was asked for instead"


async def ask(engine: Engine, nic: str, name: str, change: Change, now: datetime) -> Task:
    """Wish for a change of one of this account's names; the task that will carry it out.

    Refused: 404 for a name it does not hold, 409 while a change that touches the same is under way.
    """
    return await decide(engine, nic, name, lambda _: change, now)


async def decide(engine: Engine, nic: str, name: str, wish: Callable[[Domain], Change], now: datetime) -> Task:
    """The same, where the change depends on the domain as it is. `wish` raises Refused for what cannot be."""
    [task_id] = await engine.database.new_ids()

    async def work(tx: Tx) -> Task:
        domain = await held(tx, nic, name)
        return await write(tx, domain, wish(domain), task_id, now)

    task = await engine.database.write(work)
    engine.wake()
    return task


async def write(tx: Tx, domain: Domain, change: Change, task_id: int, now: datetime) -> Task:
    """The task of a change, within a transaction. It replaces one in error that touches the same."""
    beside = alike(change, await tasks.of_domain(tx, domain.nic, domain.name))
    under_way = [task for task in beside if task.status in ("todo", "doing")]
    if under_way:
        message = f"A change of {domain.name} is under way that touches the same: task {under_way[0].task_id}"
        raise conflict(message)
    for task in (task for task in beside if task.status == "error"):
        await tasks.save(tx, delivery.moved(task, "cancelled", now, comment=REPLACED), "error")
    new = delivery.changing(domain, change, task_id, now)
    await tasks.add(tx, new)
    return new


def registry_of(engine: Engine, plan: str) -> Registry:
    """The registry of an extension."""
    return engine.registries[engine.market.catalogue.extensions[plan].registry]


async def carry_out(engine: Engine, task: Task, change: Change) -> Answer:
    """What the registry makes of it. "Is it so already?" comes first: an earlier attempt may have been heard."""
    domain = await engine.database.read(lambda tx: domains.load(tx, task.nic, task.domain))
    if domain is None:
        return Lost(GONE)
    wanted, registry = corrected(change, task.corrections), registry_of(engine, domain.extension)
    found = await registry.find(task.domain)
    if is_so(wanted, found):
        nobodys = Registration(
            domain.name, ours=False, transaction=None, created=domain.created, expires=domain.expires
        )
        return Done(found or nobodys)
    if found is None or not found.ours:
        return Lost(GONE)
    return Pending(1) if found.pending else await registry.change(task.transaction, task.domain, wanted)


async def is_carried_out(engine: Engine, task: Task, change: Change) -> bool:
    """Whether the registry holds the name as this task wanted it. Raises registry.NoAnswer."""
    domain = await engine.database.read(lambda tx: domains.load(tx, task.nic, task.domain))
    if domain is None:
        return False
    found = await registry_of(engine, domain.extension).find(task.domain)
    return is_so(corrected(change, task.corrections), found)


async def carried_out(act: Act, task: Task, change: Change, answer: Done) -> None:
    """The registry did it: the domain says so."""
    domain = await domains.load(act.tx, task.nic, task.domain)
    if domain is not None:
        wanted = corrected(change, task.corrections)
        changed = applied(domain, wanted, answer.registration, act.now)
        if changed.name_servers != domain.name_servers:
            ours = set(changed.name_servers) == set(act.engine.name_server.hosts)
            changed = structs.replace(changed, hosted=ours)
        await domains.save(act.tx, changed)


async def refused(act: Act, task: Task) -> None:
    """The registry will not, or nobody was heard: the account is told."""
    reason = act.language.say(task.comment or "")
    await write_mail(act, None, mail.change_refused(act.language, task.domain, reason))
