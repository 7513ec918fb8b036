"""What only a rehearsal has: a clock that is moved, and somebody else who takes names away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.moment import moved
from ordain.core.refusal import Refusal, Refused, conflict, not_found
from ordain.core.registry import Done, Lost

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.registry import Registration
    from ordain.flows.ports import Clock, Engine

FOR_REAL = "Names are real here: only a sandbox does this"
ELSEWHERE = "Names are at the sandbox registry over EPP: log in there as somebody-else to take one away"


def clock(engine: Engine) -> Clock:
    """The clock that can be moved. Raises Refused where there is none."""
    if engine.movable is None:
        raise not_found(FOR_REAL)
    return engine.movable


def move(engine: Engine, text: str) -> datetime:
    """Move time forward, for everybody; the instant it is then. Raises Refused."""
    movable = clock(engine)
    to = moved(text, movable())
    if isinstance(to, Refusal):
        raise Refused(to)
    movable.move(to)
    engine.wake()
    return movable()


async def take_away(engine: Engine, name: str, auth_info: str) -> Registration:
    """Somebody else asks for a name with its code: it goes in five days. Raises Refused."""
    clock(engine)
    if engine.rival is None:
        raise conflict(ELSEWHERE)
    answer = await engine.rival.take_away(name.strip().lower(), auth_info)
    if isinstance(answer, Done):
        return answer.registration
    reason = getattr(answer, "reason", "The registry decides later")
    raise (
        not_found(reason, "domain") if isinstance(answer, Lost) else conflict(reason, getattr(answer, "argument", None))
    )
