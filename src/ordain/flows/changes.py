"""Changes of names that are held: asked for in one transaction, carried out by the worker like every other task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import delivery, domain_mail, mail
from ordain.core.change import alike, applied, corrected, fingerprint, is_so, lock_status, target
from ordain.core.refusal import Refusal, Refused, conflict, invalid, refusal
from ordain.core.registry import Deletion, Departure, Done, Lost, NoAnswer, Pending, Registration, Renewal, Update
from ordain.core.registry import Refusal as NotDone
from ordain.core.renewal import paid_until, taken_back
from ordain.core.servers import replaced
from ordain.core.zone_task import SIGN, planned
from ordain.flows.act import Act, write_mail
from ordain.flows.departures import GONE, depart
from ordain.flows.domains import held, stands
from ordain.flows.refunds import refund
from ordain.flows.settlement import account_of
from ordain.store import domains, orders, renewals, tasks, zone_tasks, zones

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.delivery import Domain, Task
    from ordain.core.registry import Answer, Change
    from ordain.core.servers import Server
    from ordain.flows.domains import Standing
    from ordain.flows.ports import Engine, Registry
    from ordain.store.database import Tx

    Wish = Callable[[Domain], Change | list[Refusal]]

REPLACED = "Another change was asked for instead"
MOST_REPLACED = 8
"""Paid tasks in error that one change may take the place of."""
IDS_USED = 1 + 3 * MOST_REPLACED
"""By `replace`: its task, and for each refund an entry, a card's return and a mail."""


async def ask(engine: Engine, nic: str, name: str, change: Change, now: datetime) -> Task:
    """Wish for a change of one of this account's names; the task that will carry it out.

    Refused: 404 for a name it does not hold, 409 while a change that touches the same is under way.
    """
    return await decide(engine, nic, name, lambda _: change, now)


async def decide(engine: Engine, nic: str, name: str, wish: Wish, now: datetime) -> Task:
    """The same, where the change depends on the domain as it is, and may be refused for that."""
    ids = await engine.database.new_ids(IDS_USED)

    async def work(tx: Tx) -> Task:
        domain = await held(tx, nic, name)
        act = Act(engine, tx, await account_of(tx, domain.nic), iter(ids), now)
        return await replace(act, domain, agreed(wish(domain)))

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
    zone = await zones.head(tx, domain.nic, domain.name)
    if wanted.server_type in (None, server_type(engine, domain)):
        return edits
    here = "anycast" if zone and zone.name_servers == engine.anycast else "hosted"
    if wanted.server_type not in (here, "external"):
        message = "nameServerType becomes %(here)s or external"
        raise invalid(message, "nameServerType", here=here)
    if wanted.server_type == here:
        if zone is None:
            message = "%(name)s has no zone here to be served: order one first"
            raise conflict(message, "nameServerType", name=domain.name)
        edits.append(Update(name_servers=zone.name_servers, addresses=()))
    return edits


def server_type(engine: Engine, domain: Domain) -> str:
    """Who answers for a name (domain.nameServer.NameServerTypeEnum)."""
    if not domain.hosted:
        return "external"
    return "anycast" if engine.anycast and set(domain.name_servers) == set(engine.anycast) else "hosted"


async def answer_departure(engine: Engine, nic: str, name: str, now: datetime, *, allowed: bool) -> Task:
    """Let a name go that another registrar asked for, or refuse it. 409 if nobody did."""

    def wish(domain: Domain) -> Change | list[Refusal]:
        if domain.leaving is None:
            return [refusal("conflict", "Nobody asked to take %(name)s over", name=domain.name)]
        return Departure(allowed)

    return await decide(engine, nic, name, wish, now)


async def auth_info(engine: Engine, nic: str, name: str) -> str:
    """The code the name can be taken elsewhere with: its registry keeps it, we do not."""
    domain = await engine.database.read(lambda tx: held(tx, nic, name))
    if domain.locked:
        message = "%(name)s is locked against transfers: unlock it first"
        raise conflict(message, name=domain.name)
    extension = engine.market.catalogue.extensions[domain.extension]
    if not extension.transfer.code:
        message = "Names under .%(name)s are transferred without a code"
        raise conflict(message, name=extension.name)
    try:
        found = await registry_of(engine, domain.extension).find(domain.name)
    except NoAnswer as silence:
        message = "The registry does not answer: try again later"
        raise Refused(Refusal("unavailable", message)) from silence
    if found is None or not found.ours or found.pending or not found.auth_info:
        message = "The registry tells no code for %(name)s"
        raise conflict(message, name=domain.name)
    return found.auth_info


async def write(tx: Tx, domain: Domain, change: Change, task_id: int, now: datetime) -> Task:
    """The task of a change, within a transaction. It replaces one in error that touches the same.

    Refused: 409 while one is under way, or rests in error and was paid (`replace` gives that back).
    """
    beside = alike(change, await tasks.of_domain(tx, domain.nic, domain.name))
    waited_for = [task for task in beside if task.status in ("todo", "doing")]
    if waited_for:
        message = "A change of %(name)s is under way that touches the same: task %(task)s"
        raise conflict(message, name=domain.name, task=waited_for[0].task_id)
    for task in (task for task in beside if task.status == "error"):
        if task.order_id:
            message = "A paid change of %(name)s that touches the same waits to be mended: task %(task)s"
            raise conflict(message, name=domain.name, task=task.task_id)
        await tasks.save(tx, delivery.moved(task, "cancelled", now, comment=REPLACED), "error")
    new = delivery.changing(domain, change, task_id, now)
    await tasks.add(tx, new)
    return new


async def replace(act: Act, domain: Domain, change: Change) -> Task:
    """The task of a change, as `write` makes it; one that was paid and then refused is given up for it, and paid back.

    Refused: 409 for a paid one of which nobody knows whether its registry heard it: to cancel it asks there first.
    """
    beside = alike(change, await tasks.of_domain(act.tx, domain.nic, domain.name))
    paid = [task for task in beside if task.status == "error" and task.order_id and not task.silences]
    for task in paid[:MOST_REPLACED]:
        order = await orders.load(act.tx, task.nic, task.order_id)
        if order is not None:
            await tasks.save(act.tx, delivery.moved(task, "cancelled", act.now, comment=REPLACED), "error")
            item = next(item for item in order.items if item.item_id == task.item_id)
            await refund(act, order, item, REPLACED)
    return await write(act.tx, domain, change, next(act.ids), act.now)


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
    return Pending(1) if found.pending else await _change(registry, task, wanted, found)


async def _change(registry: Registry, task: Task, wanted: Change, found: Registration) -> Answer:
    answer = await registry.change(task.transaction, task.domain, wanted)
    if isinstance(wanted, Departure) and isinstance(answer, NotDone) and "pendingTransfer" not in found.statuses:
        return Lost(answer.reason)  # nobody asks for the name (any more): there is nothing to be mended
    if isinstance(answer, Pending):
        return structs.replace(answer, seconds=max(answer.seconds, delivery.patience(task)))
    return answer


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
        await _let_resolve(act, domain)
    until = taken_back(domain, answer.registration) if isinstance(wanted, Deletion) else None
    if until is not None:
        changed = structs.replace(changed, expires=until)
        await renewals.reopen(act.tx, domain, until)
    if not isinstance(wanted, Update) or wanted.hold is not None:
        await renewals.look(act.tx, domain.nic, domain.name, act.now)
    if isinstance(wanted, Update) and wanted.name_servers is not None:
        zone = await zones.head(act.tx, domain.nic, domain.name)
        served = (act.engine.name_server.hosts, zone.name_servers if zone else ())
        ours = set(wanted.name_servers) in map(set, served)
        changed = structs.replace(changed, hosted=ours)
        if ours and not domain.hosted:
            await vouch_again(act, task.domain)
    await domains.save(act.tx, changed)


async def _let_resolve(act: Act, domain: Domain) -> None:
    """A name that was renewed is not taken out of the DNS any more: a hold that waits, or rests in error, is void.

    One that its registry may have heard is taken back there; one that is under way is released once it is done.
    """
    for task in await tasks.of_domain(act.tx, domain.nic, domain.name):
        holds = isinstance(task.change, Update) and task.change.hold is True
        if holds and task.status in ("todo", "error"):
            void = delivery.moved(task, "cancelled", act.now, comment=REPLACED)
            if await tasks.save(act.tx, void, task.status) and task.attempts:
                await write(act.tx, domain, Update(hold=False), next(act.ids), act.now)


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
            message = "%(name)s has changed since this checksum was read: read it again"
            raise conflict(message, "checksum", name=standing.domain.name)
        change = agreed(replaced(standing.domain, servers, "targetSpec.dnsConfiguration.nameServers"))
        failed = any(task.status == "error" for task in standing.under_way)
        if failed or fingerprint(applied(standing.domain, change, now)) != checksum:
            await write(tx, standing.domain, change, task_id, now)
        return await stands(tx, caller.account.nichandle, name)

    standing = await engine.database.write(work)
    engine.wake()
    return standing
