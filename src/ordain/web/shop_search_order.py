"""Results come in whatever order registries answer: here they wait a moment for their turn, and no longer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ordain.core.search import Finding

MOMENT = 0.4
"""Seconds that a result waits for those that are wanted more."""


class InOrder:
    """Findings by rank, from 0 on. One that does not come holds up the others for a moment only."""

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        self._now = now or asyncio.get_running_loop().time
        self._waiting: dict[int, Finding] = {}
        self._told: set[int] = set()
        self._next = 0
        self._since = self._now()

    def ready(self, some: Iterable[Finding]) -> list[Finding]:
        """What may be told, now that these have come too."""
        self._waiting.update((one.asked.rank, one) for one in some)
        found: list[Finding] = []
        while self._next in self._waiting or self._next in self._told:
            if self._next in self._waiting:
                found.append(self._waiting.pop(self._next))
            self._next += 1
        if not found and self._waiting and self._now() - self._since >= MOMENT:
            found = self.rest()
        if found:
            self._since = self._now()
        return found

    def rest(self) -> list[Finding]:
        """All that waits, the most wanted first."""
        found = [self._waiting[rank] for rank in sorted(self._waiting)]
        self._told.update(self._waiting)
        self._waiting.clear()
        return found
