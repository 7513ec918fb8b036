"""/order/{id} for its owner: where it stands, what is done about each name, what there is to do. It updates itself."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, structs
from starlette.responses import Response

from ordain.core import delivery
from ordain.core.account import acting
from ordain.core.bank_transfer import spelled
from ordain.core.billing import url as bill_url
from ordain.core.charge import reason
from ordain.core.delivery import Task
from ordain.core.mail import WITHDRAWAL_PAGE
from ordain.core.order import Order, OrderItem, Refund, Standing, held_until, retraction, status
from ordain.core.progress import follow_up
from ordain.core.retraction import refusal, waiting
from ordain.core.tax import note
from ordain.flows import billing, charges, orders, sessions, transfers
from ordain.web import paging
from ordain.web.page import HEADERS, Page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from ordain.core.charge import Charge
    from ordain.flows.orders import Story
    from ordain.web.page import Visit
    from ordain.web.paging import Cut

T = TypeVar("T")

PAUSE = 1.0
"""Seconds between two looks at an order that is watched; of a thousand names, ten times that."""
LOOKS = 300
"""How often a stream looks; then the page is asked to look again by hand."""
BEAT = 15
"""Looks after which a stream that has nothing new says so."""
NAMES = 100
"""Names that are shown at once."""
LATEST = 20
"""Of what happened in one step, and of mails and refunds, that are shown."""
MOST = 6
"""Orders of one account that one process watches at the same moment."""

STATUSES = {
    "cancelled": "Cancelled",
    "cancelling": "Being cancelled",
    "checking": "Paid, being checked",
    "delivered": "Delivered",
    "delivering": "Being delivered",
    "documentsRequested": "Documents are needed",
    "notPaid": "Not paid yet",
    "unknown": "Unknown",
}
STATES = {
    "VALIDATING": "Ordered",
    "VALIDATED": "Paid",
    "DELIVERING": "Being delivered",
    "AVAILABLE": "Delivered",
}
"""The steps of an order's follow-up (billing.order.FollowUpStepEnum)."""
LOOKS_OF = {"DONE": "done", "DOING": "now", "ERROR": "wrong", "TODO": ""}
OF_TASKS = {
    "todo": ("Waits its turn", ""),
    "doing": ("At the registry", ""),
    "done": ("In your account", "good"),
    "error": ("Needs you", "wrong"),
    "cancelled": ("Given up", "quiet"),
}
"""What is said of a name by its task's status, and how it looks."""
UNPAID, HELD, REFUNDED, PENDING = "Waits for the payment", "Waits", "Paid back", "In progress"
NEXT = {
    "notPaid": "Pay it, and delivery begins.",
    "checking": "You need do nothing: delivery begins in a moment.",
    "delivering": "You need do nothing: this page tells when it is done.",
    "delivered": "All of it is yours.",
    "cancelled": "Nothing of it will be delivered.",
    "error": "Something has to be put right before it goes on.",
    "held": "Delivery begins when your right to withdraw has ended. Until then somebody else may register the names.",
    "asked": "Your card is being asked: this page tells what comes of it.",
    "confirm": "Your bank wants you to confirm the payment.",
    "transfer": "It is delivered when your transfer is here.",
}
"""What happens next, in one sentence."""
SENTENCES = (
    *STATUSES.values(),
    *STATES.values(),
    *(text for text, _ in OF_TASKS.values()),
    *NEXT.values(),
    UNPAID,
    HELD,
    REFUNDED,
    PENDING,
)
BADGES = {"delivered": "good", "cancelled": "quiet", "notPaid": "care"}


_ENDS = re.compile("\r\n|\r|\n")
"""All of what ends a line of a stream: a text within must not end an event."""


class Line(Struct, frozen=True):
    """One name of the order: how it stands in a word, how that looks, why, and where it can be put right."""

    item: OrderItem
    word: str
    look: str
    comment: str
    link: str


class _Facts(Struct, frozen=True):
    """What is known of an order by its items, gathered once: it can have a thousand."""

    tasks: dict[int, list[Task]]
    refunds: dict[int, Refund]
    waiting: frozenset[int]
    """The ids of tasks that wait for the end of the right of withdrawal."""
    until: datetime | None
    ended: bool


def lines(visit: Visit, standing: Standing) -> list[Line]:
    """Each of what was ordered, as it stands."""
    tasks: dict[int, list[Task]] = {}
    for task in standing.tasks:
        tasks.setdefault(task.item_id, []).append(task)
    facts = _Facts(
        tasks,
        {refund.item_id: refund for refund in reversed(standing.refunds)},
        frozenset(task.task_id for task in waiting(standing)),
        held_until(standing.order, standing.right),
        status(standing, visit.now) == "cancelled",
    )
    return [_line(visit, standing.order, facts, item) for item in standing.order.items]


def _line(visit: Visit, order: Order, facts: _Facts, item: OrderItem) -> Line:
    say = visit.language.say
    if item.item_id in facts.refunds:
        return Line(item, say(REFUNDED), "quiet", say(facts.refunds[item.item_id].reason), "")
    own = facts.tasks.get(item.item_id, [])
    if not own:
        word = OF_TASKS["cancelled"][0] if facts.ended else UNPAID
        return Line(item, say(word), "quiet" if facts.ended else "", "", "")
    task = next((each for each in own if not each.settled), own[-1])
    word, look = OF_TASKS[task.status]
    if task.task_id in facts.waiting and facts.until:
        return Line(item, say(HELD), "care", visit.texts.day(facts.until.date()), "")
    if task.status == "todo" and task.attempts:
        word = PENDING
    at_registry = task.function not in delivery.OF_ZONES
    mine = task.status == "error" or (task.status == "todo" and delivery.can_cancel(task))
    link = f"/orders/{order.order_id}/tasks/{task.task_id}" if at_registry and mine else ""
    return Line(item, say(word), look, say(task.comment) if task.comment else "", link)


def _cut(visit: Visit, order: Order, rows: Sequence[T]) -> Cut[T]:
    """The page of an order's names that is asked for, with links to the others."""
    query = {"orderPassword": visit.query.get("orderPassword", "")}
    return structs.replace(paging.cut(visit, rows, query, NAMES), path=f"/order/{order.order_id}")


def _stuck(standing: Standing) -> Task | None:
    """The first task that waits for its customer."""
    return next((task for task in standing.tasks if task.status == "error"), None)


def _next(story: Story, confirm: Charge | None, reference: str | None) -> str:
    """Which of `NEXT` it is; "" for that of the order's status."""
    last = story.charges[-1] if story.charges else None
    if story.standing.payment is None:
        return "confirm" if confirm else "asked" if last and last.open else "transfer" if reference else ""
    return "error" if _stuck(story.standing) else "held" if waiting(story.standing) else ""


class Live(Struct, frozen=True):
    """The part of the page that changes, what is said of it aloud, whether that is all, and how many names it has."""

    text: str
    said: str
    settled: bool
    names: int


async def live(visit: Visit, story: Story) -> Live:
    """An order as it stands."""
    standing, language = story.standing, visit.language
    order, stands = standing.order, status(standing, visit.now)
    confirm = await charges.waiting(visit.engine, order)
    reference = await transfers.awaited(visit.engine, order)
    caller = acting(visit.session.account, visit.now)
    bill = await billing.number_of(visit.engine, order)
    notes = await billing.note_ids(visit.engine, caller, (None, None), order.order_id)
    right = retraction(order, standing.right)
    then = _next(story, confirm, reference) or stands
    failed = next((one for one in story.charges[-1:] if one.status == "failed"), None)
    told = lines(visit, standing)
    word, after = language.say(STATUSES[stands]), language.say(NEXT[then])
    text = visit.render(
        "order_live.html",
        order=order,
        stands=stands,
        word=word,
        after=after,
        badge="wrong" if then == "error" else BADGES.get(stands, ""),
        then=then,
        steps=[
            (language.say(STATES[step.step]), LOOKS_OF[step.state], step.history)
            for step in follow_up(standing, language, visit.now)
        ],
        cut=_cut(visit, order, told),
        latest=LATEST,
        stuck=next((one.link for one in told if one.look == "wrong" and one.link), ""),
        failed=language.say(reason(failed)) if failed and then == "notPaid" else "",
        confirm=confirm.url if confirm else None,
        bank=visit.engine.bank_account if reference else None,
        reference=spelled(reference or ""),
        spelled=spelled,
        withdrawal=WITHDRAWAL_PAGE.format(order.order_id) if right and not refusal(standing, visit.now) else None,
        documents=[(number, bill_url("", order, number)) for number in [*([bill] if bill else []), *notes]],
        bill=bill,
        refunds=standing.refunds,
        mails=[mail for mail in story.mails if not mail.elsewhere][-LATEST:],
        over=stands in ("delivered", "cancelled"),
    )
    settled = stands in ("delivered", "cancelled") and (standing.payment is None or bill is not None)
    return Live(text, f"{word}. {after}", settled, len(told))


async def own(visit: Visit) -> Response:
    """The whole page, for the owner. Another's order is as unknown as one that is none."""
    story = await orders.story(visit.engine, acting(visit.session.account, visit.now), visit.path["id"])
    shown = await live(visit, story)
    order = story.standing.order
    of_tax = note(order.taxation) if order.taxation else None
    cut = _cut(visit, order, order.items)
    named = {item.item_id for item in cut.rows}
    return visit.show(
        "order_own.html",
        order=order,
        cut=cut,
        lines=[
            line
            for line in order.lines
            if (cut.pages == 1 or line.item_id in named) and (line.kind != "INSTALLATION" or line.price.ucents)
        ],
        live=shown,
        tax_note=visit.language.tell(of_tax) if of_tax else "",
    )


async def _events(visit: Visit) -> Response:
    """The part that changes, whenever it did. Where too much is watched already the browser is told to leave it."""
    nic = visit.session.account.nichandle
    await orders.read(visit.engine, visit.session, visit.path["id"])
    if visit.engine.watchers.get(nic, 0) >= MOST:
        return Response(status_code=204, headers=HEADERS)
    return visit.stream(watched(visit), "text/event-stream")


async def watched(visit: Visit) -> AsyncIterator[str]:
    """Events of an order until nothing more will change, or it was watched long enough."""
    engine, nic = visit.engine, visit.session.account.nichandle
    engine.watchers[nic] = engine.watchers.get(nic, 0) + 1
    try:
        last = ""
        if engine.watchers[nic] > MOST:  # many were asked for at the same moment
            yield event("end", "")
            return
        for look in range(LOOKS):
            seen = await _look(visit)
            if seen.text != last:
                yield event("order", f'{seen.text}<div hx-swap-oob="innerHTML:#said">{escape(seen.said)}</div>')
                last = seen.text
            elif look % BEAT == 0:
                yield ": nothing new\n\n"
            if seen.settled:
                break
            if engine.running.draining:
                return  # the browser comes back by itself, to a process that stays
            if look % BEAT == BEAT - 1 and await sessions.find(engine, visit.visitor.token, engine.clock()) is None:
                break  # whoever signed out watches no more
            await asyncio.sleep(PAUSE * max(1, seen.names / NAMES))
        yield event("end", "")
    finally:
        engine.watchers[nic] -= 1
        if not engine.watchers[nic]:
            del engine.watchers[nic]


async def _look(visit: Visit) -> Live:
    now = visit.engine.clock()
    story = await orders.story(visit.engine, acting(visit.session.account, now), visit.path["id"])
    return await live(structs.replace(visit, now=now), story)


def event(name: str, text: str) -> str:
    """An event of a stream."""
    return "".join([f"event: {name}\n", *(f"data: {line}\n" for line in _ENDS.split(text)), "\n"])


PAGES = (Page(method="GET", path="/order/{id:number}/events", do=_events, signed_in=True),)
