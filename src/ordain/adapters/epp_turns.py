"""Whether commands that cost money are sent to a registry at once, or one by one."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.adapters.epp_codes import FAILED

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ordain.adapters.epp_answers import Reply
    from ordain.adapters.epp_frames import Asked
    from ordain.adapters.epp_session import Session

ONE_BY_ONE = timedelta(hours=1)
"""How long they are sent one by one after one of them failed."""


class Turns:
    """A registrar's at one registry: at once, on as many sessions as there are, until one fails (2400).

    Several at once fail at each other where a registry has them all change the balance of one account; from then on
    they take turns for a while. Who waits has a session, so that there are few, and each is answered in time.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._one = asyncio.Lock()
        self._failed: datetime | None = None

    async def ask(self, session: Session, asked: Asked, transaction: str) -> Reply:
        """Send a command that costs money, when its turn comes. Raises as Session.ask."""
        in_turn = self._failed is not None and self._clock() - self._failed < ONE_BY_ONE
        async with self._one if in_turn else nullcontext():
            answer = await session.ask(asked, transaction)
        if answer.code == FAILED:
            self._failed = self._clock()
        return answer
