"""What this process is about: whether it is ending, when its worker looked last, what it has counted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ordain.core.measure import merged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ordain.core.measure import Family
    from ordain.flows.ports import Traces

STILL = 300.0
"""Seconds after which a worker that did not come round is stuck: its steps and chores have ends of their own before."""


class Running:
    """One process. Times are by the machine's own clock: the sandbox's may have been moved."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        """Who bears it may read the metrics; without one only who calls from this machine may."""
        self.draining = False
        """It was told to end: what is under way comes to its end, and nobody should send it more."""
        self.measured: list[Callable[[], Iterable[Family]]] = []
        """Who has counted something."""
        self.traces: Traces | None = None
        """None where nobody collects any."""
        self.others: Callable[[], dict[str, list[Family]]] | None = None
        """What the processes beside this one have counted, by their numbers; this one's own number has nothing."""
        self._looked: float | None = None
        self._learnt: dict[str, tuple[float, list[Family]]] = {}

    def looked(self) -> None:
        """The worker of this process came round to looking for work."""
        self._looked = time.monotonic()

    @property
    def stuck(self) -> bool:
        """There is a worker in this process, and it has not come round for too long."""
        return self._looked is not None and time.monotonic() - self._looked > STILL

    @property
    def families(self) -> list[Family]:
        """All that this process has counted."""
        return [family for told in self.measured for family in told()]

    @property
    def everybody(self) -> list[Family]:
        """The same of all processes that share what they listen at, each number with the process it is of."""
        if self.others is None:
            return self.families
        return merged({number: told or self.families for number, told in self.others().items()})

    def known(self, what: str, seconds: float) -> list[Family] | None:
        """What was learnt of something, None if that is longer ago."""
        at, families = self._learnt.get(what, (0.0, None))
        return families if time.monotonic() - at < seconds else None

    def learnt(self, what: str, families: list[Family]) -> list[Family]:
        """Keep in mind what was learnt of something."""
        self._learnt[what] = time.monotonic(), families
        return families
