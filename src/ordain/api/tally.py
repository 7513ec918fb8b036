"""Counts of requests by route and status, how long they took, and what was refused: a few additions a request."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Any

from ordain.core.measure import Durations, Family, Sample, histogram

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping

    from ordain.api.routing import Route
    from ordain.core.refusal import Refusal

    Message = MutableMapping[str, Any]
    Send = Callable[[Message], Awaitable[None]]

BOUNDS = (1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000)
"""Microseconds; the longest a request may take to be counted in each of the histogram's buckets."""
_NANOS = tuple(bound * 1000 for bound in BOUNDS)

NOWHERE = "nowhere"
"""Stands for the route of a request that has none: what clients make up is no label."""
PAGES = "pages"


class Asking:
    """One request while it is answered."""

    __slots__ = ("query_id", "route", "since")

    def __init__(self, query_id: str) -> None:
        self.query_id = query_id
        self.route: Route | None = None
        """Once it was found."""
        self.since = time.perf_counter_ns()


class _Answers:
    """What one route has answered."""

    __slots__ = ("counts", "labels", "nanos", "statuses")

    def __init__(self, method: str, path: str) -> None:
        self.labels = (("method", method), ("route", path))
        self.statuses: dict[int, int] = {}
        self.counts = [0] * (len(BOUNDS) + 1)
        self.nanos = 0

    def add(self, status: int, nanos: int) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.counts[bisect_left(_NANOS, nanos)] += 1
        self.nanos += nanos


class Tally:
    """The counts of one process since it began."""

    def __init__(self, routes: Iterable[Route]) -> None:
        # By identity: a route is a value of many members, and a look at all of them would cost more than counting.
        self._of = {id(route): _Answers(route.method, route.path) for route in routes}
        self._nowhere, self._pages = _Answers("any", NOWHERE), _Answers("any", PAGES)
        self._refusals: Counter[str] = Counter()

    def answered(self, asking: Asking, status: int) -> None:
        """A request has its answer, or the beginning of one that is sent in pieces."""
        of = self._of[id(asking.route)] if asking.route else self._nowhere
        of.add(status, time.perf_counter_ns() - asking.since)

    def refused(self, refusals: Iterable[Refusal]) -> None:
        """A request was refused, for these reasons."""
        self._refusals.update({refusal.kind for refusal in refusals})

    def page(self, asking: Asking, send: Send) -> Send:
        """The connection of a page, whose answer is counted when it begins."""

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._pages.add(message["status"], time.perf_counter_ns() - asking.since)
            await send(message)

        return counted

    def families(self) -> list[Family]:
        """The counts of what was asked for at all."""
        asked = [each for each in (*self._of.values(), self._nowhere, self._pages) if each.statuses]
        requests = tuple(
            Sample(count, (*each.labels, ("status", str(status))))
            for each in asked
            for status, count in sorted(each.statuses.items())
        )
        durations = [Durations(each.labels, each.counts, each.nanos // 1000) for each in asked]
        refusals = tuple(Sample(count, (("kind", kind),)) for kind, count in sorted(self._refusals.items()))
        return [
            Family("ordain_requests_total", "counter", "Requests answered, by route as declared", requests),
            histogram("ordain_request_seconds", "From a request to the beginning of its answer", BOUNDS, durations),
            Family("ordain_refusals_total", "counter", "Requests refused, by kind of refusal", refusals),
        ]  # fmt: skip
