"""Changes of names that are held: asked for in one transaction, carried out by the worker like every other task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import delivery, domain_mail, mail
from ordain.core.change import alike, applied, corrected, fingerprint, is_so, lock_status, target
from ordain.core.refusal import Refusal, Refused, conflict, invalid
from ordain.core.registry import Departure, Done, Lost, NoAnswer, Pending, Registration, Renewal, Update
from ordain.core.renewal import paid_until
from ordain.core.servers import replaced
from ordain.core.zone_task import SIGN, planned
from ordain.flows.act import write_mail
from ordain.flows.departures import GONE, depart
from ordain.flows.domains import held, stands
from ordain.store import domains, renewals, tasks, zone_tasks, zones

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.delivery import Domain, Task
    from ordain.core.registry import Answer, Change
    from ordain.core.servers import Server
    from ordain.flows.act import Act
    from ordain.flows.domains import Standing
    from ordain.flows.ports import Engine, Registry
    from ordain.store.database import Tx

    Wish = Callable[[Domain], Change | list[Refusal]]

REPLACED = "Another change was asked for instead"


async def ask(engine: Engine, nic: str, name: str, change: Change, now: datetime) -> Task:
    """Wish for a change of one of this account's names; the task that will carry it out.

    Refused: 404 for a name it does not hold, 409 while a change that touches the same is under way.
    """
    return await decide(engine, nic, name, lambda _: change, now)


async def decide(engine: Engine, nic: str, name: str, wish: Wish, now: datetime) -> Task:
    """The same, where the change depends on the domain as it is, and may be refused for that."""
    [task_id] = await engine.database.new_ids()

    async def work(tx: Tx) -> Task:
        domain = await held(tx, nic, name)
        return await write(tx, domain, agreed(wish(domain)), task_id, now)

    task = await engine.database.write(work)
    engine.wake()
    return task


def agreed(wished: Change | list[Refusal]) -> Change:
    """The change. Raises Refused if it cannot be."""
    if isinstance(wished, list):
        raise Refused(*wished)
    return wished


class Settings(Struct, frozen=True):
    """What PUT /domain/{serviceName} can set; None, and what is so already, change nothing."""

    server_type: str | None
    lock: str | None


_BECOMING = {"locking": "locked", "unlocking": "unlocked"}


async def edit(engine: Engine, nic: str, name: str, wanted: Settings, now: datetime) -> None:
    """Lock or unlock the name; serve it here, or leave its servers to its customer."""
    ids = await engine.database.new_ids(2)

    async def work(tx: Tx) -> None:
        standing = await stands(tx, nic, name)
        domain, known = standing.domain, lock_status(standing.domain, standing.under_way)
        for task_id, change in zip(ids, await _edits(engine, tx, domain, wanted, known), strict=False):
            await write(tx, domain, change, task_id, now)
        if wanted.server_type == "external" and domain.hosted:
            await domains.save(tx, structs.replace(domain, hosted=False, updated=now))

    await engine.database.write(work)
    engine.wake()


async def _edits(engine: Engine, tx: Tx, domain: Domain, wanted: Settings, known: str) -> list[Update]:
    edits = []
    if wanted.lock not in (None, known, _BECOMING.get(known)):
        if wanted.lock not in ("locked", "unlocked"):
            message = "transferLockStatus becomes locked or unlocked, by and by"
            raise invalid(message, "transferLockStatus")
        edits.append(Update(locked=wanted.lock == "locked"))
    if wanted.server_type not in (None, "hosted" if domain.hosted else "external"):
        if wanted.server_type not in ("hosted", "external"):
            message = "nameServerType becomes hosted or external"
            raise invalid(message, "nameServerType")
        if wanted.server_type == "hosted":
            if await domains.zone(tx, domain.nic, domain.name) is None:
                message = f"{domain.name} has no zone here to be served: order one first"
                raise conflict(message, "nameServerType")
            edits.append(Update(name_servers=engine.name_server.hosts, addresses=()))
    return edits


async def answer_departure(engine: Engine, nic: str, name: str, now: datetime, *, allowed: bool) -> Task:
    """Let a name go that another registrar asked for, or refuse it. 409 if nobody did."""

    def wish(domain: Domain) -> Change | list[Refusal]:
        if domain.leaving is None:
            return [Refusal("conflict", f"Nobody asked to take {domain.name} over")]
        return Departure(allowed)

    return await decide(engine, nic, name, wish, now)


async def auth_info(engine: Engine, nic: str, name: str) -> str:
    """The code the name can be taken elsewhere with: its registry keeps it, we do not."""
    domain = await engine.database.read(lambda tx: held(tx, nic, name))
    if domain.locked:
        message = f"{domain.name} is locked against transfers: unlock it first"
        raise conflict(message)
    extension = engine.market.catalogue.extensions[domain.extension]
    if not extension.transfer.code:
        message = f"Names under .{extension.name} are transferred without a code"
        raise conflict(message)
    try:
        found = await registry_of(engine, domain.extension).find(domain.name)
    except NoAnswer as silence:
        message = "The registry does not answer: try again later"
        raise Refused(Refusal("unavailable", message)) from silence
    if found is None or not found.ours or found.pending or not found.auth_info:
        message = f"The registry tells no code for {domain.name}"
        raise conflict(message)
    return found.auth_info


async def write(tx: Tx, domain: Domain, change: Change, task_id: int, now: datetime) -> Task:
    """The task of a change, within a transaction. It replaces one in error that touches the same."""
    beside = alike(change, await tasks.of_domain(tx, domain.nic, domain.name))
    waited_for = [task for task in beside if task.status in ("todo", "doing")]
    if waited_for:
        message = f"A change of {domain.name} is under way that touches the same: task {waited_for[0].task_id}"
        raise conflict(message)
    for task in (task for task in beside if task.status == "error"):
        await tasks.save(tx, delivery.moved(task, "cancelled", now, comment=REPLACED), "error")
    new = delivery.changing(domain, change, task_id, now)
    await tasks.add(tx, new)
    return new


def registry_of(engine: Engine, plan: str) -> Registry:
    """The registry of an extension."""
    return engine.registry_of(plan)


async def carry_out(engine: Engine, task: Task, change: Change) -> Answer:
    """What the registry makes of it. "Is it so already?" comes first: an earlier attempt may have been heard."""

    async def work(tx: Tx) -> tuple[Domain | None, list[Task]]:
        beside = await tasks.of_domain(tx, task.nic, task.domain)
        return await domains.load(tx, task.nic, task.domain), alike(change, beside)

    domain, beside = await engine.database.read(work)
    if domain is None:
        return Lost(GONE)
    if any(other.task_id < task.task_id and other.status in ("todo", "doing") for other in beside):
        return Pending(
            delivery.patience(task)
        )  # two owner changes were ordered before either was paid: they come about in their order
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
    untold = found is not None and found.ours and found.owner is None
    if untold and task.silences and isinstance(change, Update) and change.owner is not None:
        message = f"The registry does not tell who owns {task.domain}"  # and did not answer when it was told
        raise NoAnswer(message)
    return is_so(corrected(change, task.corrections), found)


async def carried_out(act: Act, task: Task, change: Change, answer: Done) -> None:
    """The registry did it: the domain says so."""
    domain = await domains.load(act.tx, task.nic, task.domain)
    if domain is None:
        return
    if isinstance(change, Departure) and change.allowed:
        await depart(act.tx, domain.nic, domain.name, act.now)
        await write_mail(act, None, domain_mail.left(act.language, domain.name))
        return
    wanted = corrected(change, task.corrections)
    changed = applied(domain, wanted, act.now)
    if isinstance(wanted, Renewal):  # of nothing else the date: a registry's own renewal is nothing that was paid
        changed = structs.replace(changed, expires=paid_until(wanted, answer.registration.expires))
    if not isinstance(wanted, Update):
        await renewals.look(act.tx, domain.nic, domain.name, act.now)
    if isinstance(wanted, Update) and wanted.name_servers is not None:
        ours = set(wanted.name_servers) == set(act.engine.name_server.hosts)
        changed = structs.replace(changed, hosted=ours)
        if ours and not domain.hosted:
            await vouch_again(act, task.domain)
    await domains.save(act.tx, changed)


async def vouch_again(act: Act, name: str) -> None:
    """The name is served here from now on: if its zone is signed, the registry is told of its keys."""
    nic = act.account.nichandle
    zone = await zones.head(act.tx, nic, name)
    if zone is not None and zone.dnssec == "enabled":
        await zone_tasks.add(act.tx, planned(nic, zone, SIGN, next(act.ids), act.now))


async def refused(act: Act, task: Task) -> None:
    """The registry will not, or nobody was heard: the account is told."""
    reason = act.language.say(task.comment or "")
    await write_mail(act, None, mail.change_refused(act.language, task.domain, reason))


async def aim(engine: Engine, caller: Caller, name: str, checksum: str, servers: Sequence[Server]) -> Standing:
    """Have these name servers, if the caller has seen what was wanted last (its `checksum`); 409 otherwise."""
    [task_id] = await engine.database.new_ids()
    now = engine.clock()

    async def work(tx: Tx) -> Standing:
        standing = await stands(tx, caller.account.nichandle, name)
        wanted = target(standing.domain, standing.under_way)
        if checksum != fingerprint(wanted):
            message = f"{standing.domain.name} has changed since this checksum was read: read it again"
            raise conflict(message, "checksum")
        change = agreed(replaced(standing.domain, servers, "targetSpec.dnsConfiguration.nameServers"))
        failed = any(task.status == "error" for task in standing.under_way)
        if failed or fingerprint(applied(standing.domain, change, now)) != checksum:
            await write(tx, standing.domain, change, task_id, now)
        return await stands(tx, caller.account.nichandle, name)

    standing = await engine.database.write(work)
    engine.wake()
    return standing
