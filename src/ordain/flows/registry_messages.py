"""Registries' queues: each message is kept with what it means, in one transaction, and only then acknowledged.

Heard twice it does nothing more. A message wakes the tasks about its name, and they ask the registry themselves; of a
name that is held, the registry is asked what is so before anything is believed.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ordain.core import delivery, domain_mail, renewal_mail
from ordain.core.registry import NoAnswer
from ordain.core.registry_message import DECIDES, Heard, Transfer, turn
from ordain.flows.act import write_mail
from ordain.flows.delivery import acting
from ordain.flows.departures import depart, end
from ordain.store import domains, registry_messages, renewals, tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordain.core.delivery import Domain
    from ordain.core.mail import Text
    from ordain.core.registry import Registration
    from ordain.core.registry_message import Message, News
    from ordain.flows.act import Act
    from ordain.flows.ports import Engine, Registry
    from ordain.store.database import Tx

log = logging.getLogger(__name__)

MOST = 200
"""Messages of one registry at one go: a worker that is told to stop waits for no more."""
NOTHING, UNKNOWN = "nothing here is about it", "nobody here knows what it means: it is kept"


async def drain(engine: Engine) -> int:
    """Hear what all registries have to say; how many messages that was. One that is silent holds up no other."""
    return sum(await asyncio.gather(*(_drain(engine, name, registry) for name, registry in _queues(engine))))


def _queues(engine: Engine) -> Iterator[tuple[str, Registry]]:
    """Each registry once, by the first of the names it is known by."""
    known: set[int] = set()
    for name, registry in sorted(engine.registries.items()):
        if id(registry) not in known:
            known.add(id(registry))
            yield name, registry


async def _drain(engine: Engine, name: str, registry: Registry) -> int:
    heard = 0
    try:
        while heard < MOST and (message := await registry.message()) is not None:
            await _hear(engine, name, registry, message)
            await registry.acknowledge(message.message_id)
            heard += 1
    except NoAnswer as silence:
        log.warning("the queue of %s could not be read to its end: %s", name, silence)
    return heard


async def _hear(engine: Engine, registry_name: str, registry: Registry, message: Message) -> None:
    """Keep one message with what it leads to. Raises NoAnswer where the registry does not tell what is so."""
    about, now = message.about, engine.clock()
    name = about.name if about else ""
    held = await engine.database.read(lambda tx: domains.of_name(tx, name)) if about else []
    found = await registry.find(name) if held else None
    ids = await engine.database.new_ids(max(1, 2 * len(held)))

    async def work(tx: Tx) -> str:
        if await registry_messages.heard(tx, registry_name, message):
            return ""
        numbers, made = iter(ids), [UNKNOWN] if about is None else []
        made += await _woken(engine, tx, name)
        for domain in held:
            act = await acting(engine, tx, domain.nic, numbers)
            made += await _turned(act, domain, message, found)
        became = "; ".join(made) or NOTHING
        await registry_messages.save(tx, Heard(registry=registry_name, message=message, heard=now, became=became))
        return became

    became = await engine.database.write(work)
    if about is None and became:
        log.warning("registry %s, message %s: %s: %s", registry_name, message.message_id, message.words, became)
    engine.wake()


async def _woken(engine: Engine, tx: Tx, name: str) -> list[str]:
    """The tasks that wait for this name's registry wait no longer."""
    woken = []
    for task in await tasks.about(tx, name) if name else []:
        if delivery.can_accelerate(task, engine.clock()):
            await tasks.save(tx, delivery.accelerated(task, engine.clock()), "todo")
            woken.append(f"task {task.task_id} asks again")
    return woken


async def _turned(act: Act, read: Domain, message: Message, found: Registration | None) -> list[str]:
    """What becomes of a name that is held, and its account is told."""
    domain = await domains.load(act.tx, read.nic, read.name)
    if domain is None or message.about is None:
        return []
    after = turn(domain, message.about, found, act.now)
    if after.news == "gone" and domain.deleted:
        await end(act.tx, domain, act.now)
        await write_mail(act, None, renewal_mail.ended(act.language, domain.name))
        return [f"{domain.name} of {domain.nic}: {after.news}"]
    if after.domain is None:
        await depart(act.tx, domain.nic, domain.name, act.now)
    elif after.domain != domain:
        await domains.save(act.tx, after.domain)
        if after.news == "deleted":
            await renewals.look(act.tx, domain.nic, domain.name, act.now)
    if after.news is None:
        return []
    await write_mail(act, None, _told(act, domain, message, after.news))
    return [f"{domain.name} of {domain.nic}: {after.news}"]


def _told(act: Act, domain: Domain, message: Message, news: News) -> Text:
    """What the account reads."""
    language, about = act.language, message.about
    match news:
        case "leaving":
            by, until = (about.by, about.until) if isinstance(about, Transfer) else ("", None)
            return domain_mail.leaving(language, domain.name, by, until or act.now + DECIDES)
        case "stays":
            return domain_mail.stays(language, domain.name)
        case "left":
            return domain_mail.left(language, domain.name)
        case "gone":
            return domain_mail.gone(language, domain.name)
        case "deleted":
            return domain_mail.deleted(language, domain.name)


async def latest(engine: Engine, most: int) -> list[Heard]:
    """The messages heard last, for the operator."""
    return await engine.database.read(lambda tx: registry_messages.latest(tx, most))
