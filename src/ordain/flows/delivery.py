"""Delivery: one step of one task at a time. The registry is asked with no transaction open (DESIGN §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import configuration, delivery, mail, renewal
from ordain.core.delivery import Domain, Task
from ordain.core.marketplace import Sale
from ordain.core.offer import KEEPS
from ordain.core.order import Order, OrderItem
from ordain.core.registry import (
    Answer,
    Command,
    Deletion,
    Departure,
    Done,
    Lost,
    NoAnswer,
    Pending,
    Refusal,
    Registration,
)
from ordain.core.task_argument import AUTH_INFO, LEGITIMACY, PROTECTED_CODE, owner_of
from ordain.core.zone import Record, Zone, first_records, first_serial
from ordain.flows import anycast, arrivals, changes, claims, consents, costs, marketplaces, operator, renewals
from ordain.flows.act import Act, write_mail
from ordain.flows.departures import void_wishes
from ordain.flows.orders import placed
from ordain.flows.refunds import refund
from ordain.flows.zone_removals import publish_again
from ordain.flows.zone_text import as_served
from ordain.flows.zones import obstacle, published
from ordain.store import accounts, domains, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ordain.flows.ports import Engine, Registry
    from ordain.store.database import Tx

MOST_RECORDS = 20
"""Of a new zone: its name servers, of which there are 13 at most, and what its template brings."""
IDS_USED = MOST_RECORDS + 12
"""By one step, at most."""

ELSEWHERE = "The name was registered by somebody else"
ALREADY_HERE = "The name is already registered here, by another order"


async def claim(engine: Engine, most: int) -> list[Task]:
    """Take up due tasks, each by compare-and-set, so that no two workers have the same."""
    now = engine.clock()
    waiting = await engine.database.read(lambda tx: tasks.due(tx, now, most))
    if not waiting:
        return []

    async def work(tx: Tx) -> list[Task]:
        taken = [(task, delivery.claimed(task, now)) for task in waiting]
        return [claimed for task, claimed in taken if await tasks.claim(tx, task, claimed, engine.lease)]

    return await engine.database.write(work)


class Step(Struct, frozen=True):
    """What one step of a task came to: the registry's answer, or why there was none."""

    task: Task
    ordered: tuple[Order, OrderItem] | None
    """None: it is a change nobody paid for."""
    answer: Answer | None
    silence: str = ""


async def step(engine: Engine, task: Task) -> Task | None:
    """Carry out one claimed task and save what came of it; what follows at once is claimed with that, and returned."""
    ordered = await ordered_by(engine, task)
    try:
        came = Step(task, ordered, await _carry_out(engine, task, ordered))
    except NoAnswer as silence:
        came = Step(task, ordered, None, str(silence))
    following = await _end(engine, came)
    engine.wake()
    return following


async def failed(engine: Engine, task: Task, why: str) -> None:
    """A step of this task ended in an error nobody foresaw: try again later, and tell people when it goes on."""
    await _end(engine, Step(task, await ordered_by(engine, task), None, why))


async def _carry_out(engine: Engine, task: Task, ordered: tuple[Order, OrderItem] | None) -> Answer:
    if task.change is not None:
        trade = ordered[1] if ordered and task.function == delivery.TRADE else None
        waits = await consents.standing(engine, task, trade) if trade else None
        return waits or await changes.carry_out(engine, task, task.change)
    _, item = paid_for(task, ordered)
    if task.function == delivery.ANYCAST:
        return await anycast.activate(engine, task)
    return await (_publish(engine, task, item) if task.function == delivery.ZONE else _ask(engine, task, item))


def paid_for(task: Task, ordered: tuple[Order, OrderItem] | None) -> tuple[Order, OrderItem]:
    """What a task delivers. LookupError for one that delivers nothing."""
    if ordered is None:
        message = f"task {task.task_id} has neither a change nor an order"
        raise LookupError(message)
    return ordered


async def ordered_by(engine: Engine, task: Task) -> tuple[Order, OrderItem] | None:
    """The order of a task with the item it delivers, None for a change nobody paid for."""
    if not task.order_id:
        return None
    order = await placed(engine, task.nic, task.order_id)
    if order is None:
        message = f"task {task.task_id} has no order"
        raise LookupError(message)
    return order, next(item for item in order.items if item.item_id == task.item_id)


async def _end(engine: Engine, came: Step) -> Task | None:
    """Save what came of it; the operator is told of what is no fault of the customer's, and of names not given up.

    What follows at once is returned.
    """
    ids = await engine.database.new_ids(IDS_USED)
    after, following = await engine.database.write(lambda tx: _save(engine, tx, came, ids), in_turn=True)
    if after is not None and after.status == "error" and (after.silences or isinstance(after.change, Deletion)):
        told = f"{after.function} of {after.domain} for {after.nic}: {after.comment}"
        again = f"Once its cause is mended: ordain task relaunch {after.task_id}"
        await operator.tell(engine, after.nic, f"Task {after.task_id} needs you", f"{told}\n\n{again}")
    return following


async def _ask(engine: Engine, task: Task, item: OrderItem) -> Answer:
    """What the registry makes of it. "Is it ours already?" comes first: an earlier attempt may have been heard.

    A name is asked for without that the first time it is taken up, which is counted before: nobody was heard yet. What
    a refusal means then depends on who holds the name, as ever.
    """
    registry = changes.registry_of(engine, item.plan)
    first = task.function == delivery.CREATE and task.attempts == 1
    refused = await _command(engine, registry, task, item) if first else None
    if isinstance(refused, Done | Pending):
        return refused
    held = await registry.find(item.domain)
    if held is not None and held.ours:
        answer = _already_here(held, task)
        of_another = isinstance(answer, Lost) and await marketplaces.is_bought(engine, task, item)
        return marketplaces.handed_over(answer) if of_another else answer
    if item.action == "create" and held is not None:
        return Lost(ELSEWHERE)
    return refused or await _sought(engine, task, item)


async def _sought(engine: Engine, task: Task, item: OrderItem) -> Answer:
    """What is to be had of a name that is not ours: what a marketplace sells is bought there first."""
    registry = changes.registry_of(engine, item.plan)
    if task.function != delivery.AFTERMARKET:
        return await _command(engine, registry, task, item)
    sale = await marketplaces.bought(engine, task, item)
    if not isinstance(sale, Sale):
        return sale
    return marketplaces.handed_over(await _command(engine, registry, task, item, sale.code))


def _already_here(held: Registration, task: Task) -> Answer:
    if held.transaction != task.transaction:
        return Lost(ALREADY_HERE)
    return Pending(delivery.patience(task)) if held.pending else Done(held)


async def _command(engine: Engine, registry: Registry, task: Task, item: OrderItem, code: str | None = None) -> Answer:
    """`code` is what a marketplace handed over; without one the customer gave it."""
    now = engine.clock()
    notice = None
    if item.value(claims.LABEL) or claims.LABEL in task.corrections:  # some claims come up after the order
        notice = await engine.database.read(lambda tx: claims.accepted_notice(tx, task))
    if notice is not None and not notice.in_time(now):
        return Refusal(claims.TOO_LATE, claims.LABEL)
    config = item.value("DOMAIN_CONFIG")
    command = Command(
        transaction=task.transaction,
        name=item.domain,
        years=item.years,
        owner=structs.asdict(owner) if (owner := owner_of(task.corrections, item.owner)) else {},
        name_servers=item.name_servers or (engine.name_server.hosts if item.action == "create" else ()),
        auth_info=code or task.corrections.get(AUTH_INFO, item.value("AUTH_INFO")),
        protected_code=task.corrections.get(PROTECTED_CODE, item.value("PROTECTED_CODE")),
        reason=task.corrections.get(LEGITIMACY, item.value("REASON")),
        fees=item.fees,
        phase=engine.market.catalogue.extensions[item.plan].phase(now) or "ga",
        notice=notice,
        signed_mark=item.signed_mark,
        config=configuration.config(config) if config else None,
    )
    return await (registry.create(command) if item.action == "create" else registry.transfer(command))


async def _publish(engine: Engine, task: Task, item: OrderItem) -> Answer:
    known = await engine.database.read(lambda tx: published(tx, task.nic, item.domain))
    alone = item.kind != "domain"
    why = await engine.database.read(lambda tx: _obstacle(engine, tx, task, item)) if alone and not known else None
    if why:
        return Lost(why)
    zone = known or _first_zone(engine, item, task.created, range(1, MOST_RECORDS + 1))
    await engine.name_server.publish(as_served(zone))
    held = Registration(
        item.domain, ours=True, transaction=task.transaction, created=task.created, expires=task.created
    )
    return Done(held)


async def _obstacle(engine: Engine, tx: Tx, task: Task, item: OrderItem) -> str | None:
    """Why a zone on its own cannot be had any more. One that comes with its domain always can."""
    if item.kind == "domain":
        return None
    return await obstacle(engine, tx, task.nic, item.domain)


def _first_zone(engine: Engine, item: OrderItem, created: datetime, ids: range | list[int]) -> Zone:
    hosts = engine.name_server.hosts
    rows = first_records(item.domain, hosts, item.value("template"))
    records = tuple(Record(number, *row) for number, row in zip(ids, rows, strict=False))
    return Zone(item.domain, hosts, created, records, first_serial(created))


async def _save(engine: Engine, tx: Tx, came: Step, ids: list[int]) -> tuple[Task | None, Task | None]:
    """The task after its step, None if somebody else's word counts; and the one that follows at once."""
    task, answer, now = came.task, came.answer, engine.clock()
    if isinstance(answer, Done) and task.function == delivery.ZONE:
        why = await _obstacle(
            engine, tx, task, paid_for(task, came.ordered)[1]
        )  # again, for somebody may have been quicker
        answer = Lost(why) if why else answer
    if isinstance(answer, Done) and task.function == delivery.ANYCAST:
        answer = await anycast.obstacle(tx, task) or answer
    after = delivery.after(task, answer, now) if answer else delivery.unanswered(task, came.silence, now)
    ended = await tasks.end(tx, after, counts=not _has_zone_to_come(after, came))
    in_vain = isinstance(came.answer, Done) and isinstance(answer, Lost)
    if task.function == delivery.ZONE and (in_vain or not (ended or isinstance(answer, Lost))):
        # What was published, or comes too late, may stand in place of what is to be served, or of nothing.
        await publish_again(tx, task.domain, ids[-1], now)
    if ended is None:
        return None, None  # a slower worker's word, after its lease ended: the faster one's counts
    account, left = ended
    act, following = Act(engine, tx, account, iter(ids), now), None
    if isinstance(answer, Done) and after.change is not None:
        await changes.carried_out(act, after, after.change, answer)
    if came.ordered:
        following = await _tell(act, after, answer, came.ordered, left)
    elif after.status == "error" or (isinstance(answer, Lost) and isinstance(after.change, Departure)):
        await changes.refused(act, after)
    return after, following


def _has_zone_to_come(after: Task, came: Step) -> bool:
    """Whether a zone's task follows from it, if it is done: the item is not delivered yet."""
    names = (delivery.CREATE, delivery.TRANSFER, delivery.AFTERMARKET)
    return after.change is None and after.function in names and came.ordered is not None and came.ordered[1].zone


async def _tell(
    act: Act, after: Task, answer: Answer | None, ordered: tuple[Order, OrderItem], left: int
) -> Task | None:
    """What an order's item came to, and what follows from it: the task that does so at once is returned.

    `left` is how many other tasks of the item were not done before that.
    """
    following, (order, item) = None, ordered
    if isinstance(answer, Done):
        if item.action == "trade":
            await _owner_changed(act, after, item)
        elif item.action in KEEPS:
            await renewals.kept(act, after, order, item)
            left = 0 if await tasks.all_done(act.tx, order.nic, order.order_id, item.item_id) else 1
        elif after.change is None:
            if after.function == delivery.ZONE:
                await _zone_delivered(act, item)
            elif after.function == delivery.ANYCAST:
                await anycast.delivered(act, after)
            else:
                following = await _domain_delivered(act, after, (order, item), answer)
        if following is None and not left:
            await write_mail(act, order.order_id, mail.delivered(act.language, order, item))
    elif isinstance(answer, Lost):
        await refund(act, order, item, answer.reason)
    elif after.status == "error":
        reason = act.language.say(after.comment or "")
        await write_mail(act, order.order_id, mail.stuck(act.language, order, item, reason))
    return following


async def acting(engine: Engine, tx: Tx, nic: str, ids: Iterable[int]) -> Act:
    """What is written for an account within a transaction."""
    account = await accounts.load(tx, nic)
    if account is None:
        message = f"account {nic} is gone"
        raise LookupError(message)
    return Act(engine, tx, account, iter(ids), engine.clock())


async def _domain_delivered(act: Act, task: Task, ordered: tuple[Order, OrderItem], answer: Done) -> Task | None:
    """The name is ours: what it cost is owed, it gets its own copy of the owner, and its zone, returned, comes next."""
    order, item = ordered
    await costs.book(act, order, item)
    engine, held = act.engine, answer.registration
    extension = engine.market.catalogue.extensions[item.plan]
    owner_id = next(act.ids)
    if owner := owner_of(task.corrections, item.owner):
        await accounts.save_contact(act.tx, task.nic, structs.replace(owner, id=owner_id))
    # Whoever had the name before its registry forgot it has it no longer. What other accounts wished for is lost by
    # itself, and what was paid is given back: their name is gone.
    # One that was nobody's takes zones along that stood for it.
    if await domains.delete_held(act.tx, task.nic, task.domain, zones=task.function == delivery.CREATE):
        await void_wishes(act.tx, task.nic, task.domain, act.now)
    await domains.add(
        act.tx,
        Domain(
            nic=task.nic,
            name=item.domain,
            extension=item.plan,
            service_id=next(act.ids),
            order_id=task.order_id,
            created=held.created,
            expires=held.expires,
            updated=act.now,
            owner_id=owner_id,
            admin=item.admin,
            tech=item.tech,
            name_servers=_served_by(act, item, held),
            hosted=item.zone and not item.name_servers and item.action == "create",
            dnssec=extension.dnssec,
            keys=tuple(dict.fromkeys(held.keys)),  # a key can have several DS records, with different digests
            hosts=held.hosts,
            locked=held.locked,
            custom_fields=configuration.config(config) if (config := item.value("DOMAIN_CONFIG")) else {},
        ),
        renewal.first_look(held.expires, extension),
    )
    zone = delivery.claimed(delivery.zone_after(task, next(act.ids), act.now), act.now) if item.zone else None
    if zone is not None:
        await tasks.add(act.tx, zone, engine.lease)
    if item.action == "transfer":
        await arrivals.make_itself_at_home(act, task, item, held)
    return zone


def _served_by(act: Act, item: OrderItem, held: Registration) -> tuple[str, ...]:
    """A name that comes from elsewhere keeps its servers until they are changed at the registry."""
    if item.action == "transfer":
        return held.name_servers
    return item.name_servers or (act.engine.name_server.hosts if item.zone else held.name_servers)


async def _owner_changed(act: Act, task: Task, item: OrderItem) -> None:
    """The registry has another owner: so has the name here, as a copy of its own."""
    held, owner = await domains.load(act.tx, task.nic, item.domain), owner_of(task.corrections, item.owner)
    if held is not None and owner is not None:
        owner_id = next(act.ids)
        await accounts.save_contact(act.tx, task.nic, structs.replace(owner, id=owner_id))
        await domains.save(act.tx, structs.replace(held, owner_id=owner_id))


async def _zone_delivered(act: Act, item: OrderItem) -> None:
    nic = act.account.nichandle
    if item.kind == "domain":
        await domains.delete_others_zones(act.tx, nic, item.domain)
    ids = [next(act.ids) for _ in range(MOST_RECORDS)]
    new = await domains.add_zone(act.tx, nic, _first_zone(act.engine, item, act.now, ids))
    if not new:
        await changes.vouch_again(act, item.domain)  # the account had the zone before it had the name
    if item.name_servers or (new and item.action != "transfer"):
        return
    domain, zone = await domains.load(act.tx, nic, item.domain), await published(act.tx, nic, item.domain)
    if domain is None or zone is None:
        return
    if item.action == "transfer" or zone.name_servers != act.engine.name_server.hosts:  # it had others before its name
        await arrivals.to_own_servers(act, domain, zone.name_servers)
