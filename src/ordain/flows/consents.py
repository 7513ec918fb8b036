"""An owner change waits until the present owner and the new one agreed, each by the link they were mailed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import consent as core
from ordain.core import delivery, domain_mail
from ordain.core.change import corrected
from ordain.core.consent import AWAITED, Consent
from ordain.core.delivery import TRADE, Task
from ordain.core.refusal import Refusal, Refused, conflict, invalid, not_found
from ordain.core.registry import Lost, Pending, Update
from ordain.core.session import Limit
from ordain.core.task_argument import owner_of
from ordain.flows.act import Act, write_mail
from ordain.flows.sessions import attempt
from ordain.store import accounts, consents, domains, tasks
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.order import OrderItem
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

TOKEN_LENGTH = 40
PAGE = "/owner-change"
LOOK_EVERY = timedelta(hours=1)
"""An answer wakes its task; one that came while the task was being looked at is found so much later."""
AGAIN = Limit(10, timedelta(minutes=1), timedelta(hours=1), timedelta(days=1))
"""Mails about one change: they go to people who did not ask for them."""
NOT_ASKED = "This link is not one of ours, or was replaced by a later one"


async def standing(engine: Engine, task: Task, item: OrderItem) -> Pending | Lost | None:
    """What an owner change still waits for; None if nothing. Whoever was not asked yet is mailed a link."""
    now = engine.clock()
    ids = await engine.database.new_ids(2)
    tokens = [engine.secret_text(TOKEN_LENGTH) for _ in ids]
    asked = await engine.database.write(lambda tx: _asked(engine, tx, (task, item), (ids, tokens)))
    verdict = core.verdict(asked, now)
    if verdict == AWAITED:
        left = min(core.ends(asked) - now, LOOK_EVERY)
        return Pending(int(left.total_seconds()) + 1, AWAITED)
    return Lost(verdict) if verdict else None


async def _asked(
    engine: Engine, tx: Tx, ordered: tuple[Task, OrderItem], fresh: tuple[list[int], list[str]]
) -> list[Consent]:
    """Both sides, asked now if they were not: none was for an owner who was corrected since."""
    task, item = ordered
    account, held = await accounts.load(tx, task.nic), await domains.load(tx, task.nic, task.domain)
    if account is None or held is None:
        return []  # the name is gone: the change itself will find that
    act = Act(engine, tx, account, iter(fresh[0]), engine.clock())
    present = await accounts.contact(tx, task.nic, held.owner_id)
    known = {one.email.lower(): one for one in await consents.of_task(tx, task.nic, task.task_id)}
    found = []
    for (role, email), token in zip(
        core.sides(present, owner_of(task.corrections, item.owner), account.email), fresh[1], strict=False
    ):
        one = known.get(email.lower())
        if one is None:
            one = Consent(
                nic=task.nic, task_id=task.task_id, role=role, email=email, token_hash=hashed(token), asked=act.now
            )
            await _mail(act, task, one, token)
        found.append(one)
    return found


async def _mail(act: Act, task: Task, one: Consent, token: str) -> None:
    """Keep a side with its token, and mail it the link."""
    await consents.save(act.tx, one)
    link = f"{act.engine.public_url}{PAGE}?token={token}"
    text = domain_mail.consent(act.language, task.domain, new_owner(task), link, one.asked + core.LIFE)
    await write_mail(act, task.order_id, text, to=one.email)


def new_owner(task: Task) -> str:
    """Whom an owner change makes the owner, as those read it who are asked."""
    wanted = corrected(task.change, task.corrections) if task.change else None
    return core.named(wanted.owner or {}) if isinstance(wanted, Update) else ""


async def corrected_owner(tx: Tx, before: Task, after: Task) -> None:
    """What was agreed to is not what is wanted now, if that is somebody else: both sides are asked anew."""
    if before.function == TRADE and new_owner(before) != new_owner(after):
        await consents.forget(tx, before.nic, before.task_id)


class Asked(Struct, frozen=True):
    """One side of an owner change, with the task that waits for it."""

    consent: Consent
    task: Task
    state: str
    """`open`, or what became of it: `granted`, `refused`, `over`."""


async def read(engine: Engine, token: str) -> Asked:
    """What whoever has this link is asked. Refused for a link that is none."""
    return await engine.database.read(lambda tx: _load(engine, tx, token))


async def _load(engine: Engine, tx: Tx, token: str) -> Asked:
    one = await consents.by_token(tx, hashed(token)) if token else None
    task = await tasks.load(tx, one.nic, one.task_id) if one else None
    if one is None or task is None:
        raise invalid(NOT_ASKED, "token")
    if one.granted is not None:
        return Asked(one, task, "granted" if one.granted else "refused")
    over = task.settled or engine.clock() >= one.asked + core.LIFE
    return Asked(one, task, "over" if over else "open")


async def answer(engine: Engine, token: str, *, granted: bool) -> Asked:
    """One side agrees, or does not. Once nobody is waited for, the task goes on at once."""
    now = engine.clock()

    async def work(tx: Tx) -> Asked:
        asked = await _load(engine, tx, token)
        if asked.state != "open":
            message = "This change of the owner of %(domain)s has your answer, or is over"
            raise conflict(message, domain=asked.task.domain)
        await consents.save(tx, structs.replace(asked.consent, answered=now, granted=granted))
        every = await consents.of_task(tx, asked.task.nic, asked.task.task_id)
        if core.verdict(every, now) != AWAITED and asked.task.status == "todo":
            await tasks.save(tx, delivery.released(asked.task, now), "todo")
        return await _load(engine, tx, token)

    found = await engine.database.write(work)
    engine.wake()
    return found


async def of_task(engine: Engine, caller: Caller, task_id: int) -> list[Consent]:
    """Both sides of one of the caller's owner changes."""
    return await engine.database.read(lambda tx: _of_mine(tx, caller, task_id))


async def _of_mine(tx: Tx, caller: Caller, task_id: int) -> list[Consent]:
    task = await tasks.load(tx, caller.account.nichandle, task_id)
    if task is None or task.function != TRADE:
        message = f"Owner change {task_id} does not exist"
        raise not_found(message, "id")
    return await consents.of_task(tx, task.nic, task_id)


async def resend(engine: Engine, caller: Caller, task_id: int, now: datetime) -> int:
    """Mail fresh links to those who have not answered; how many. Their former links are worth nothing any more."""
    nic = caller.account.nichandle
    await attempt(engine, {f"links of owner change {nic} {task_id}": AGAIN}, now)
    ids = await engine.database.new_ids(2)
    tokens = [engine.secret_text(TOKEN_LENGTH) for _ in ids]

    async def work(tx: Tx) -> int:
        every = await _of_mine(tx, caller, task_id)
        task, waiting = await tasks.load(tx, nic, task_id), [one for one in every if one.granted is None]
        if task is None or not waiting or core.verdict(every, now) != AWAITED:
            message = f"Owner change {task_id} waits for nobody's answer"
            raise Refused(Refusal("conflict", message))
        act = Act(engine, tx, caller.account, iter(ids), now)
        for one, token in zip(waiting, tokens, strict=False):
            await _mail(act, task, structs.replace(one, token_hash=hashed(token)), token)
        return len(waiting)

    return await engine.database.write(work)
