"""The worker: takes up due tasks and carries them out, a few at a time, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, Any

from ordain.flows import (
    anycast,
    autorenewal,
    billing,
    card_returns,
    carts,
    charges,
    claims,
    deals,
    delivery,
    idempotency,
    log_lines,
    mails,
    registry_contacts,
    registry_messages,
    services,
    sessions,
    webhooks,
    zone_removals,
    zone_tasks,
)
from ordain.store.database import DatabaseBusy, DatabaseError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractContextManager
    from types import ModuleType

    from ordain.core.mail import Mail
    from ordain.flows.ports import Engine, Span

log = logging.getLogger(__name__)

AT_ONCE, MAILS_AT_ONCE = 16, 4
"""Tasks of a kind, and mails, under way: a registry that says nothing holds up no zone, a mail server no delivery."""
LOOK_EVERY = 0.5
"""Seconds between looks at the database, for what other processes made due and for pauses that ended."""

GATHERS = 0.02
"""Seconds between being woken and looking: what else becomes due meanwhile is found, and taken up, by the same look."""

A_JUMP = 60
"""Seconds by which the engine's clock gains on the loop's when a rehearsal moved it: then all is looked at anew."""

WORK: tuple[ModuleType, ...] = (delivery, zone_tasks)
"""Where tasks come from: each has `claim`, `step` and `failed`."""

CHORES: tuple[tuple[float, Callable[[Engine], Awaitable[object]]], ...] = (
    (2, billing.issue),  # nobody waits for a bill
    (60, services.end_zones),
    (60, anycast.end),
    (3600, carts.sweep),
    (3600, sessions.sweep),
    (3600, claims.sweep),
    (3600, deals.sweep),
    (3600, idempotency.sweep),
    (3600, webhooks.sweep),
)
"""What is done every so many seconds. Two workers at once do no harm."""

ERRANDS: tuple[tuple[float, Callable[[Engine], Awaitable[object]]], ...] = (
    (2, charges.look_after),
    (2, card_returns.carry_out),
    (2, zone_removals.carry_out),
    (2, autorenewal.look_after),
    (15, registry_messages.drain),
    (60, registry_contacts.sweep),
)
"""Chores that ask somebody outside: each goes on beside everything else, one of a kind at a time."""


async def _patiently(work: ModuleType, engine: Engine, task: Any) -> Any:  # noqa: ANN401 - what `claim` gave
    """A step, again when the database was busy: it asks the other side first, so it may be repeated at any point.

    What it returns is the task that follows at once, if there is one.
    """
    for pause in (0.1, 0.5, 2):
        try:
            return await work.step(engine, task)
        except DatabaseBusy:
            await asyncio.sleep(pause)
    return await work.step(engine, task)


def _traced(engine: Engine, task: Any) -> AbstractContextManager[Span | None]:  # noqa: ANN401 - as above
    """A step in a trace, where traces are collected."""
    return engine.running.traces.span(f"task {task.function}", "task") if engine.running.traces else nullcontext()


class Worker:
    """One process's worker. `wake` makes it look at once."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._over = asyncio.Event()
        self._due = dict.fromkeys(range(len(CHORES)), 0.0)
        self._errands: dict[int, asyncio.Task[None]] = {}
        self._next = dict.fromkeys(range(len(ERRANDS)), 0.0)
        """When each errand is gone on again, by the loop's clock; as for chores, in `_due`."""
        self._gained: float | None = None
        """What the engine's clock was ahead of the loop's at the last look."""
        self._running: dict[ModuleType, set[asyncio.Task[None]]] = {work: set() for work in WORK}
        self._sending: set[asyncio.Task[None]] = set()

    def wake(self) -> None:
        """A task may have become due."""
        self._woken.set()

    def stop(self) -> None:
        """Take up nothing more; `run` returns once what is under way is done."""
        self._over.set()
        self._woken.set()

    async def run(self, engine: Engine) -> None:
        """Work until stopped. A step that fails unexpectedly is logged, and taken up again when its lease ends."""
        while not self._over.is_set():
            self._woken.clear()
            engine.running.looked()
            self._notice_a_jump(engine)
            await self._chores(engine)
            self._go_on_errands(engine)
            for work in WORK:
                await self._take_up(work, engine)
            await self._send_mails(engine)
            await self._rest()
        running = [step for steps in self._running.values() for step in steps]
        await asyncio.gather(*running, *self._sending, *list(self._errands.values()))

    async def _send_mails(self, engine: Engine) -> None:
        """Begin to send what is due. What fails unexpectedly is logged, and sent again when its lease ends."""
        try:
            taken = await mails.claim(engine, MAILS_AT_ONCE - len(self._sending))
        except Exception:
            log.exception("mails could not be claimed")
            return
        for mail in taken:
            sending = asyncio.create_task(self._send(engine, mail))
            self._sending.add(sending)
            sending.add_done_callback(self._sending.discard)

    async def _send(self, engine: Engine, mail: Mail) -> None:
        log_lines.task.set(f"mail {mail.mail_id}")
        try:
            await mails.send(engine, mail)
        except Exception:
            log.exception("mail %s of %s failed", mail.mail_id, mail.nic)

    async def _take_up(self, work: ModuleType, engine: Engine) -> None:
        free = AT_ONCE - len(self._running[work])
        if not free:  # whoever ends has it looked again
            return
        try:
            taken = await work.claim(engine, free)
        except Exception:
            log.exception("tasks could not be claimed")
            return
        for task in taken:
            running = asyncio.create_task(self._step(work, engine, task))
            self._running[work].add(running)
            running.add_done_callback(lambda ended: self._ended(work, ended))

    async def _chores(self, engine: Engine) -> None:
        now = asyncio.get_running_loop().time()
        for number, (every, chore) in enumerate(CHORES):
            if now >= self._due[number]:
                self._due[number] = now + every
                await self._do(engine, every, chore)

    async def _do(self, engine: Engine, every: float, chore: Callable[[Engine], Awaitable[object]]) -> None:
        try:
            await chore(engine)
        except Exception:
            log.exception("%s failed; it is tried again in %s seconds", chore.__qualname__, every)

    def _notice_a_jump(self, engine: Engine) -> None:
        """Time that was moved makes everything due: what is looked at every hour would wait for an hour otherwise."""
        gained = engine.clock().timestamp() - asyncio.get_running_loop().time()
        if self._gained is not None and gained - self._gained > A_JUMP:
            self._due = dict.fromkeys(self._due, 0.0)
            self._next = dict.fromkeys(self._next, 0.0)
        self._gained = gained

    def _go_on_errands(self, engine: Engine) -> None:
        now = asyncio.get_running_loop().time()
        for number, (every, chore) in enumerate(ERRANDS):
            if number not in self._errands and now >= self._next[number]:
                self._next[number] = now + every
                self._errands[number] = asyncio.create_task(self._errand(engine, number, (every, chore)))

    async def _errand(
        self, engine: Engine, number: int, of: tuple[float, Callable[[Engine], Awaitable[object]]]
    ) -> None:
        await self._do(engine, *of)
        del self._errands[number]

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), LOOK_EVERY)
        except TimeoutError:
            return
        await asyncio.sleep(GATHERS)
        while all(len(running) >= AT_ONCE for running in self._running.values()):
            await asyncio.wait(set().union(*self._running.values()), return_when=asyncio.FIRST_COMPLETED)

    def _ended(self, work: ModuleType, running: asyncio.Task[None]) -> None:
        self._running[work].discard(running)
        self._woken.set()

    async def _step(self, work: ModuleType, engine: Engine, task: Any) -> None:  # noqa: ANN401 - as above
        try:
            while task is not None:
                log_lines.task.set(f"task {task.task_id}")
                with _traced(engine, task) as span:
                    following = await _patiently(work, engine, task)
                    if span:
                        span.note(f"task {task.function}", ordain_task=task.task_id, ordain_function=task.function)
                task = following
        except Exception:
            log.exception("task %s (%s) failed", task.task_id, task.function)
            with suppress(DatabaseError):  # then the task is taken up again when its lease ends
                await work.failed(engine, task, "An unexpected error; its details are in the log")
