"""Tasks as the staff sees and mends them: corrected, taken up again, given up; each act is audited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import delivery
from ordain.core.account import acting
from ordain.core.audit import Deed
from ordain.core.refusal import Refused, conflict, invalid, not_found
from ordain.flows import mending
from ordain.flows import tasks as flows
from ordain.flows.office_audit import audited
from ordain.store import accounts, office_lists, tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.account import Caller
    from ordain.core.delivery import Task
    from ordain.flows.corrections import Correction
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

STATES = ("error", "todo", "doing", "done", "cancelled")
A_PAGE = 50
MOST_AT_ONCE = 100
LONGEST_REASON = 500


async def listed(engine: Engine, status: str, after: tuple[int, int] | None = None) -> list[Task]:
    """A page of the tasks of a state: those waiting longest first, of what is over the latest first.

    `after`: where the page before ended (`place`).
    """
    if status not in STATES:
        message = f"There is no state {status[:20]}: there are {', '.join(STATES)}"
        raise invalid(message, "status")
    latest = status in ("done", "cancelled")
    return await engine.database.read(lambda tx: office_lists.tasks(tx, status, after, (A_PAGE, latest)))


def place(task: Task) -> tuple[int, int]:
    """Where a task stands in its list."""
    return office_lists.place(task)


async def one(engine: Engine, task_id: int) -> Task:
    """Anybody's task."""
    found = await engine.database.read(lambda tx: tasks.find(tx, task_id))
    if found is None:
        message = f"Task {task_id} does not exist"
        raise not_found(message, "id")
    return found


def _noting(engine: Engine, task: Task, by: str, verb: str, reason: str = "") -> Engine:
    deed = Deed(
        member=by,
        verb=f"task.{verb}",
        subject=f"task {task.task_id}",
        customer=task.nic,
        order_id=task.order_id,
        reason=reason,
    )

    async def state(tx: Tx) -> str:
        found = await tasks.load(tx, task.nic, task.task_id)
        if found is None:
            return ""
        corrected = "".join(f", {key} = {value}" for key, value in sorted(found.corrections.items()))
        return f"{found.status}{corrected}{f': {found.comment}' if found.comment else ''}"

    return audited(engine, deed, state)


async def relaunch(engine: Engine, by: str, task_id: int) -> None:
    """Take a task in error up again, with what was corrected."""
    task = await one(engine, task_id)
    await mending.relaunch(_noting(engine, task, by, "relaunch"), task_id)


async def correct(engine: Engine, by: str, task_id: int, correction: Correction) -> None:
    """Another value for what its registry did not like, held to the rule that the customer's would be held to."""
    task = await one(engine, task_id)
    noted = _noting(engine, task, by, "correct", f"{correction.key} = {correction.value}")
    await flows.correct(noted, await owner(engine, task), task_id, correction)


async def owner(engine: Engine, task: Task) -> Caller:
    """The account whose task it is."""
    account = await engine.database.read(lambda tx: accounts.load(tx, task.nic))
    if account is None:
        message = f"account {task.nic} is gone"
        raise LookupError(message)
    return acting(account, engine.clock())


async def cancel(engine: Engine, by: str, task_id: int, reason: str) -> bool:
    """Give a task up; whether the item's money went back. The customer reads the reason."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        message = f"Say why, in at most {LONGEST_REASON} characters: the customer reads it"
        raise invalid(message, "reason")
    task = await one(engine, task_id)
    if not delivery.can_cancel(task):
        message = f"Task {task_id} is {task.status} and cannot be cancelled any more"
        raise conflict(message)
    return await mending.give_up(_noting(engine, task, by, "cancel", reason), task, reason)


async def several(engine: Engine, by: str, task_ids: Sequence[int], reason: str | None) -> dict[int, str]:
    """Take these tasks up again, or give them up for a reason; why those were not that could not, by their ids."""
    if not 0 < len(task_ids) <= MOST_AT_ONCE:
        message = f"Choose 1 to {MOST_AT_ONCE} tasks"
        raise invalid(message, "task")
    failed: dict[int, str] = {}
    for task_id in task_ids:
        try:
            if reason is None:
                await relaunch(engine, by, task_id)
            else:
                await cancel(engine, by, task_id, reason)
        except Refused as refused:
            failed[task_id] = str(refused)
    return failed
