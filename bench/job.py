"""What the bench asks of a load driver, and what the driver answers: one line of JSON each."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ORDER_STEPS = (
    "POST cart",
    "GET domain",
    "POST domain",
    "POST assign",
    "POST configuration",
    "GET summary",
    "POST checkout",
    "POST pay",
    "GET status",
)
"""One order, step by step."""

Kind = Literal["get", "post", "order", "time", "signed time"]
"""A GET or POST of hello's; the order flow; the time, asked for by nobody and by somebody who signs."""

AT_ONCE = 8
"""Orders each client carries through the steps side by side when a step is measured by itself."""


class Keys(Struct, frozen=True):
    """What calls are signed with."""

    application_key: str
    application_secret: str
    consumer_key: str


class Job(Struct, frozen=True, kw_only=True):
    """One load: so many clients against one port of this machine. Counting begins after `warmup` seconds."""

    kind: Kind
    port: int
    pid: int
    """The server's process."""
    postmaster: int = 0
    """The process that has started all others of its PostgreSQL, 0 where there is none."""
    clients: int
    seconds: float
    warmup: float
    tag: str
    """Goes into every name ordered, so that no two loads order the same."""
    keys: tuple[Keys, ...]
    """Of the accounts that order: clients have them in turns."""


class Load(Struct, frozen=True, kw_only=True):
    """What came of a job. Only answers within the seconds counted are in it."""

    seconds: float
    cpu: float
    """Processor seconds the driver itself used meanwhile."""
    server_cpu: float
    """Processor seconds of the server process, all threads together."""
    postgresql_cpu: float
    """The same of PostgreSQL's processes."""
    steps: dict[str, list[int]]
    """Every answer's time in microseconds, by step."""
    sizes: dict[str, int]
    """Bytes of the last answer to each step, head and body."""
    failures: list[str]
    """The first few answers that were not 200."""
    last_orders: list[int]
    """The last order each client paid, 0 if none, for a look at whether it was delivered."""

    @property
    def requests(self) -> int:
        """How many answers were counted."""
        return sum(len(times) for times in self.steps.values())

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Costs(Struct, frozen=True, kw_only=True):
    """What each step cost the server, measured by `bench.steps`."""

    requests: int
    """Of each step."""
    steps: dict[str, float]
    """Processor seconds of the server process for all requests of a step …"""
    postgresql: dict[str, float]
    """… and of PostgreSQL's processes."""
    sizes: dict[str, int]
    """Bytes of the last answer to each step, head and body."""
    failures: list[str]
    """The first few answers that were not 200."""

    def each(self, step: str) -> float:
        """Microseconds of the server for one request of a step."""
        return self.steps[step] / self.requests * 1e6

    def postgresql_each(self, step: str) -> float:
        """The same of PostgreSQL."""
        return self.postgresql[step] / self.requests * 1e6

    @property
    def mean(self) -> float:
        """Microseconds of the server for a request of the whole flow."""
        return sum(self.each(step) for step in self.steps) / len(self.steps)
