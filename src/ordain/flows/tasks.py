"""What customers do about their own tasks at registries: look, correct, take up again, hurry, give up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import delivery
from ordain.core.change import NAME_SERVERS, OWNER
from ordain.core.language import Sentence
from ordain.core.refusal import conflict, not_found
from ordain.core.registry import Update
from ordain.core.retraction import waiting
from ordain.core.task_argument import shown
from ordain.flows import consents, corrections
from ordain.flows.domains import held
from ordain.flows.mending import give_up, refuse_if_kept
from ordain.store import orders, tasks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.delivery import Task
    from ordain.flows.corrections import Correction
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

GIVEN_UP = "Cancelled at your request"


async def of_account(engine: Engine, caller: Caller) -> list[Task]:
    """The caller's tasks at registries."""
    return await engine.database.read(lambda tx: tasks.of_account(tx, caller.account.nichandle))


async def of_domain(engine: Engine, caller: Caller, name: str) -> list[Task]:
    """Those of one of the caller's names."""

    async def work(tx: Tx) -> list[Task]:
        domain = await held(tx, caller.account.nichandle, name)
        found = await tasks.of_domain(tx, domain.nic, domain.name)
        return [task for task in found if task.function not in delivery.OF_ZONES]

    return await engine.database.read(work)


async def one(engine: Engine, caller: Caller, task_id: int, name: str | None = None) -> Task:
    """One of the caller's tasks, or one of this name of theirs."""
    return await engine.database.read(lambda tx: _load(tx, caller, task_id, name))


async def _load(tx: Tx, caller: Caller, task_id: int, name: str | None = None) -> Task:
    if name is not None:
        await held(tx, caller.account.nichandle, name)
    found = await tasks.load(tx, caller.account.nichandle, task_id)
    if found is None or found.function in delivery.OF_ZONES or name not in (None, found.domain):
        message = "Task %(task)s does not exist"
        raise not_found(message, "id", task=task_id)
    return found


async def relaunch(engine: Engine, caller: Caller, task_id: int, name: str | None, now: datetime) -> None:
    """Take a task in error up again, with what was corrected."""

    async def work(tx: Tx) -> None:
        task = await _load(tx, caller, task_id, name)
        if not delivery.can_relaunch(task):
            message = "Task %(task)s is %(status)s, not in error"
            raise conflict(message, task=task_id, status=Sentence(task.status))
        await refuse_if_kept(tx, task)
        await _save(tx, task, delivery.relaunched(task, now))

    await engine.database.write(work)
    engine.wake()


async def accelerate(engine: Engine, caller: Caller, task_id: int, name: str | None, now: datetime) -> None:
    """Have a task that waits carried out at once."""

    async def work(tx: Tx) -> None:
        task = await _load(tx, caller, task_id, name)
        await _refuse_while_held(tx, task)
        if not delivery.can_accelerate(task, now):
            message = f"Task {task_id} is {task.status} and not waiting for a later moment"
            raise conflict(message)
        await _save(tx, task, delivery.accelerated(task, now))

    await engine.database.write(work)
    engine.wake()


async def _refuse_while_held(tx: Tx, task: Task) -> None:
    """What waits for the right of withdrawal waits until that is waived, in so many words and for the whole order."""
    standing = await orders.standing(tx, task.nic, task.order_id) if task.order_id else None
    if standing and task in waiting(standing):
        message = (
            f"Task {task.task_id} waits until {task.todo_at.date()}, when your right to withdraw from order"
            f" {task.order_id} ends: waive it (POST /me/order/{task.order_id}/waiveRetraction) to have it carried out"
            " at once"
        )
        raise conflict(message)


async def correct(engine: Engine, caller: Caller, task_id: int, correction: Correction) -> None:
    """Another value for what a registry did not like. `relaunch` tries it."""

    async def work(tx: Tx) -> None:
        task = await _load(tx, caller, task_id)
        _argument(task, correction.key)
        value = await corrections.kept(engine, tx, task, correction)
        corrected = structs.replace(task, corrections={**task.corrections, correction.key: value})
        await consents.corrected_owner(tx, task, corrected)
        await _save(tx, task, corrected)

    await engine.database.write(work)


def argument_value(task: Task, key: str) -> str | None:
    """What an argument of a task says now, as far as it is its customer's own wish. 404 for one it does not have."""
    _argument(task, key)
    if key in task.corrections:
        return shown(task.corrections, key)
    if key == NAME_SERVERS and isinstance(task.change, Update):
        return ",".join(task.change.name_servers or ())
    return None


def arguments(task: Task) -> list[str]:
    """The keys of what can be corrected, now. Who owns a name that is held is no correction, but an order (trade)."""
    wrong = task.argument if delivery.can_relaunch(task) else None
    return [wrong] if wrong and (wrong != OWNER or task.order_id) else []


async def argument_fields(engine: Engine, task: Task, key: str) -> tuple[str, ...]:
    """The members that an argument's contact has to have."""
    return await corrections.fields(engine, task) if key == OWNER else ()


def _argument(task: Task, key: str) -> None:
    if key not in arguments(task):
        message = "Task %(task)s has no argument %(key)s to correct"
        raise not_found(message, "key", task=task.task_id, key=key[:100])


async def _save(tx: Tx, task: Task, after: Task) -> None:
    if not await tasks.save(tx, after, task.status):
        message = "Task %(task)s was taken up at the same moment"
        raise conflict(message, task=task.task_id)


async def cancel(engine: Engine, caller: Caller, task_id: int, name: str | None = None) -> None:
    """Give up a task its registry refused or was never asked; the money of an order's item comes back."""
    task = await one(engine, caller, task_id, name)
    if not delivery.can_cancel(task):
        message = "Task %(task)s is %(status)s and cannot be cancelled any more"
        raise conflict(message, task=task_id, status=Sentence(task.status))
    await give_up(engine, task, GIVEN_UP)
