"""/office/tasks: what waits, what went wrong, and mending it, one task or several at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ordain.core import delivery
from ordain.core.refusal import Refused
from ordain.core.task_argument import ARGUMENTS
from ordain.flows import office_tasks, tasks
from ordain.flows.corrections import Correction
from ordain.web.office import STATES, VERBS, number, said, typed
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.web.page import Visit

LONGEST_VALUE = 4000


async def _list(visit: Visit) -> Response:
    return await _show_list(visit, {}, {})


async def _show_list(visit: Visit, problems: Mapping[str, str], failed: Mapping[int, str]) -> Response:
    state = visit.query.get("status", "") or visit.form.get("status", "")
    state = state if state in office_tasks.STATES else "error"
    at = re.fullmatch(r"(-?[0-9]{1,18})\.([0-9]{1,15})", visit.query.get("after", ""))
    found = await office_tasks.listed(visit.engine, state, (int(at[1]), int(at[2])) if at else None)
    last = office_tasks.place(found[-1]) if len(found) == office_tasks.A_PAGE else None
    return visit.show(
        "office_tasks.html",
        status=400 if problems else 200,
        tasks=[(task, visit.texts.lasting(visit.now - task.updated)) for task in found],
        state=state,
        states=[(one, STATES[one]) for one in office_tasks.STATES],
        more=f"{last[0]}.{last[1]}" if last else "",
        problems=problems,
        failed=failed,
        reason=typed(visit, "reason", office_tasks.LONGEST_REASON),
        mendable=state in ("error", "todo"),
    )


async def _several(visit: Visit) -> Response:
    chosen = [number(name.removeprefix("task-")) for name in visit.form if name.startswith("task-")]
    reason = visit.form.get("reason", "") if visit.form.get("do") == "cancel" else None
    by = visit.session.account.nichandle
    if reason is not None and not reason.strip():
        return await _show_list(visit, {"reason": visit.language.say("Say why: the customer reads it")}, {})
    try:
        failed = await office_tasks.several(visit.engine, by, chosen, reason)
    except Refused as refused:
        return await _show_list(visit, said(visit, refused), {})
    if failed:
        return await _show_list(visit, {"": visit.language.say("Some tasks stay as they are")}, failed)
    return visit.go("/office/tasks")


async def _one(visit: Visit) -> Response:
    return await _show(visit, {})


async def _show(visit: Visit, problems: Mapping[str, str]) -> Response:
    task = await office_tasks.one(visit.engine, visit.path["id"])
    keys = tasks.arguments(task)
    return visit.show(
        "office_task.html",
        status=400 if problems else 200,
        task=task,
        state=STATES[task.status],
        key=keys[0] if keys else "",
        asks=ARGUMENTS[keys[0]].told if keys and keys[0] in ARGUMENTS else "",
        value=typed(visit, "value", LONGEST_VALUE) or (keys and tasks.argument_value(task, keys[0])) or "",
        owner=(await office_tasks.owner(visit.engine, task)).account,
        can_relaunch=delivery.can_relaunch(task),
        can_cancel=delivery.can_cancel(task),
        problems=problems,
        reason=typed(visit, "reason", office_tasks.LONGEST_REASON),
        verbs=VERBS,
    )


async def _mend(visit: Visit) -> Response:
    """Correct the argument, if one was filled in, and take the task up again: one button."""
    by, task_id = visit.session.account.nichandle, visit.path["id"]
    key, value = typed(visit, "key"), typed(visit, "value", LONGEST_VALUE)
    try:
        if key:
            await office_tasks.correct(visit.engine, by, task_id, Correction(key, value, visit.address))
        await office_tasks.relaunch(visit.engine, by, task_id)
    except Refused as refused:
        return await _show(visit, said(visit, refused, ("value",)))
    return visit.go(f"/office/tasks/{task_id}")


async def _cancel(visit: Visit) -> Response:
    by, task_id = visit.session.account.nichandle, visit.path["id"]
    try:
        await office_tasks.cancel(visit.engine, by, task_id, visit.form.get("reason", ""))
    except Refused as refused:
        return await _show(visit, said(visit, refused, ("reason",)))
    return visit.go(f"/office/tasks/{task_id}")


PAGES = (
    Page(method="GET", path="/office/tasks", do=_list, right="orders"),
    Page(method="POST", path="/office/tasks", do=_several, right="orders"),
    Page(method="GET", path="/office/tasks/{id:number}", do=_one, right="orders"),
    Page(method="POST", path="/office/tasks/{id:number}/mend", do=_mend, right="orders"),
    Page(method="POST", path="/office/tasks/{id:number}/cancel", do=_cancel, right="orders"),
)
