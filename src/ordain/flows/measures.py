"""What is measured in the database, looked up again when it is old: reading the metrics often costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.measure import Family, Sample, one
from ordain.store import measures

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

IMBALANCE = "ordain_ledger_imbalance_ucents"
WORK_EVERY, LEDGER_EVERY = 5.0, 60.0
"""Seconds for which what waits, and the ledger's state, are told again."""


async def families(engine: Engine) -> list[Family]:
    """What this process, and those beside it, have counted, and what is so in the database. Raises DatabaseError."""
    now = engine.clock()

    async def work(tx: Tx) -> list[Family]:
        return _work(await measures.tasks(tx, now), await measures.waiting(tx), now)

    async def ledger(tx: Tx) -> list[Family]:
        told = "Micro-cents by which balances differ from the ledger; anything but 0 is for `ordain ledger`"
        return [one(IMBALANCE, "gauge", told, await measures.imbalance(tx))]

    found = engine.running.everybody
    for name, every, asked in (("work", WORK_EVERY, work), ("ledger", LEDGER_EVERY, ledger)):
        known = engine.running.known(name, every)
        if known is None:
            known = engine.running.learnt(name, await engine.database.read_long(asked))
        found += known
    return found


def _work(tasks: list[measures.Tasks], waiting: dict[str, int], now: datetime) -> list[Family]:
    counts = tuple(Sample(each.count, (("kind", each.kind), ("status", each.status))) for each in tasks)
    due = [(now - each.first).total_seconds() for each in tasks if each.status == "due"]
    oldest = int(max(due, default=0))
    return [
        Family("ordain_tasks", "gauge", "Tasks that are not settled; due ones are told from those planned", counts),
        one("ordain_task_oldest_due_seconds", "gauge", "How long the task that is due longest has been so", oldest),
        Family("ordain_waiting", "gauge", "What waits for the worker, or for somebody it asked",
               tuple(Sample(count, (("what", what),)) for what, count in waiting.items())),
    ]  # fmt: skip
