"""Whether this process can serve: asked by whoever decides where requests are sent."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ordain.core.refusal import Refusal, Refused
from ordain.store.database import DatabaseError
from ordain.store.migrate import not_applied

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ordain.flows.ports import Engine

ANSWERING = 2.0
"""Seconds the database may take: who asks seldom waits much longer."""


async def check(engine: Engine) -> None:
    """Raise Refused (unavailable) with everything that keeps this process from serving."""
    problems = [problem async for problem in _problems(engine)]
    if problems:
        raise Refused(*(Refusal("unavailable", problem) for problem in problems))


async def _problems(engine: Engine) -> AsyncIterator[str]:
    if engine.running.draining:
        yield "This process was told to end"
    if engine.running.stuck:
        yield "The worker of this process is stuck"
    try:
        async with asyncio.timeout(ANSWERING):
            missing = await not_applied(engine.database)
    except TimeoutError:
        yield f"The database did not answer within {ANSWERING:g} seconds"
    except DatabaseError:
        yield "The database cannot be read"
    else:
        if missing:
            yield f"The database lacks migrations: {', '.join(missing)}"
