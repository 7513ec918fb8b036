"""/orders/{id}/tasks/{task}: what a registry refused is corrected and tried again, or given up with its money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import delivery
from ordain.core.account import Caller, acting
from ordain.core.change import OWNER
from ordain.core.delivery import Task
from ordain.core.order import Standing
from ordain.core.payment_method import GOES_BACK
from ordain.core.refusal import Refused, not_found
from ordain.core.task_argument import ARGUMENTS
from ordain.flows import contacts, orders, tasks
from ordain.flows.corrections import Correction
from ordain.web.order_live import OF_TASKS
from ordain.web.page import Page
from ordain.web.refused import reason
from ordain.web.session import refused_status
from ordain.web.shop_item_fields import MOST_CONTACTS

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.core.money import Money
    from ordain.web.page import Visit

PATH = "/orders/{id:number}/tasks/{task:number}"
LONGEST = 4000
LONG = ("legitimacyAfnic",)
"""What is told in sentences."""
TO_CARD, TO_BALANCE = "It goes back to your card.", "It goes back to your prepaid account."
SENTENCES = (TO_CARD, TO_BALANCE)


class Found(Struct, frozen=True):
    """A task of one of the visitor's orders."""

    caller: Caller
    task: Task
    standing: Standing

    @property
    def path(self) -> str:
        """Where it is shown."""
        return f"/orders/{self.task.order_id}/tasks/{self.task.task_id}"


async def _found(visit: Visit) -> Found:
    caller = acting(visit.session.account, visit.now)
    task = await tasks.one(visit.engine, caller, visit.path["task"])
    if task.order_id != visit.path["id"]:
        message = f"Task {task.task_id} does not exist"
        raise not_found(message)
    return Found(caller, task, await orders.standing(visit.engine, caller, task.order_id))


async def _show(visit: Visit) -> Response:
    return await _shown(visit, await _found(visit), None)


async def _shown(visit: Visit, found: Found, refused: Refused | None) -> Response:
    task, say = found.task, visit.language.say
    key = next(iter(tasks.arguments(task)), None)
    messages = [reason(visit, one) for one in refused.refusals] if refused else []
    word, look = OF_TASKS[task.status]
    back = _goes_back(found)
    return visit.show(
        "order_task.html",
        status=refused_status(refused.refusals[0]) if refused else 200,
        task=task,
        name=next(i.shown for i in found.standing.order.items if i.item_id == task.item_id),
        path=found.path,
        word=say(word),
        look=look,
        comment=say(task.comment) if task.comment else "",
        key=key,
        told=say(ARGUMENTS[key].told) if key in ARGUMENTS else key,
        long=key in LONG,
        longest=LONGEST,
        value=visit.form.get("value") or (tasks.argument_value(task, key) if key else "") or "",
        owners=await _owners(visit, found) if key == OWNER else [],
        can_relaunch=delivery.can_relaunch(task),
        can_cancel=delivery.can_cancel(task),
        back=back,
        back_to=say(back[1]) if back else "",
        problems={"value" if key and "cancel" not in visit.target else "": " ".join(messages)} if messages else {},
    )


async def _owners(visit: Visit, found: Found) -> list[tuple[str, str]]:
    """The contacts that can be the owner, by what the argument says of each."""
    known = await contacts.every(visit.engine, found.caller)
    given = visit.form.get("value") or tasks.argument_value(found.task, OWNER)
    shown = [
        (f"/me/contact/{one.id}", f"{one.firstName or ''} {one.lastName or ''} ({one.email})")
        for place, one in enumerate(known, start=1)
        if place > len(known) - MOST_CONTACTS or f"/me/contact/{one.id}" == given
    ]
    return [("", visit.language.say("Choose a contact")), *((code, text.strip()) for code, text in shown)]


def _goes_back(found: Found) -> tuple[Money, str] | None:
    """What comes back if the task is given up, and where to; None where nothing was paid for it."""
    payment, item_id = found.standing.payment, found.task.item_id
    price = next(item.price.gross for item in found.standing.order.items if item.item_id == item_id)
    if payment is None or not price.ucents:
        return None
    to_card = GOES_BACK.get(payment.mean, "").startswith("clearing")
    return price, TO_CARD if to_card else TO_BALANCE


async def _correct(visit: Visit) -> Response:
    """Another value, where one is asked for, and the registry is asked again."""
    found = await _found(visit)
    try:
        for key in tasks.arguments(found.task):
            value = visit.form.get("value", "").strip()[: LONGEST + 1]
            await tasks.correct(visit.engine, found.caller, found.task.task_id, Correction(key, value, visit.address))
        await tasks.relaunch(visit.engine, found.caller, found.task.task_id, None, visit.now)
    except Refused as refused:
        return await _shown(visit, await _found(visit), refused)
    return visit.go(f"/order/{found.task.order_id}")


async def _cancel(visit: Visit) -> Response:
    found = await _found(visit)
    try:
        await tasks.cancel(visit.engine, found.caller, found.task.task_id)
    except Refused as refused:
        return await _shown(visit, await _found(visit), refused)
    return visit.go(f"/order/{found.task.order_id}")


PAGES = (
    Page(method="GET", path=PATH, do=_show, signed_in=True),
    Page(method="POST", path=PATH, do=_correct, signed_in=True),
    Page(method="POST", path=f"{PATH}/cancel", do=_cancel, signed_in=True),
)
