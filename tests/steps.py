"""Tasks carried out as the worker does it: one that was claimed, and what follows from it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.flows import delivery

if TYPE_CHECKING:
    from types import ModuleType

    from ordain.flows.ports import Engine


async def carried_out(engine: Engine, task: Any, work: ModuleType = delivery) -> int:
    """How many steps that took."""
    steps = 0
    while task is not None:
        task, steps = await work.step(engine, task), steps + 1
    return steps
