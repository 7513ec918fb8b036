"""What searching remembers in this process: registries' answers for a few seconds, and how much callers asked for."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import OrderedDict
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from ordain.core.registry import Availability
    from ordain.core.search import Lexicon
    from ordain.flows.ports import Registry

AT_ONCE = 4
"""Checks under way at one registry, whoever asked for them."""
MINUTE = timedelta(minutes=1)


class Answers:
    """Registries' answers by name, each for a moment; of more than `most`, those not asked for longest are forgotten.

    For searches alone: whoever puts a name in a cart or orders it has its registry asked anew.
    """

    def __init__(self, moment: timedelta, most: int = 20_000) -> None:
        self._moment = moment
        self._most = most
        self._kept: OrderedDict[str, tuple[datetime, Availability]] = OrderedDict()

    def get(self, name: str, now: datetime) -> tuple[datetime, Availability] | None:
        """The answer and when it was given; None if there is none, or it is too old."""
        found = self._kept.get(name)
        if found is None:
            return None
        if not found[0] <= now < found[0] + self._moment:
            del self._kept[name]
            return None
        self._kept.move_to_end(name)
        return found

    def put(self, answer: Availability, now: datetime) -> None:
        """Remember an answer."""
        if not self._moment:
            return
        self._kept[answer.name] = now, answer
        self._kept.move_to_end(answer.name)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


class Budgets:
    """How many names each caller may still ask about: so many a minute, coming back little by little."""

    def __init__(self, a_minute: int, most_callers: int = 10_000) -> None:
        self.a_minute = a_minute
        self._most = most_callers
        self._left: OrderedDict[str, tuple[datetime, float]] = OrderedDict()

    def take(self, who: str, count: int, now: datetime) -> int:
        """Spend so many names; 0, or the seconds after which there will be enough. A full budget pays for any count."""
        since, left = self._left.get(who, (now, float(self.a_minute)))
        left = min(self.a_minute, left + max(now - since, timedelta()) / MINUTE * self.a_minute)
        wanted = min(count, self.a_minute)
        enough = left >= wanted
        self._left[who] = now, left - wanted if enough else left
        self._left.move_to_end(who)
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return 0 if enough else max(1, ceil((wanted - left) * MINUTE.total_seconds() / self.a_minute))


def place(address: str) -> str:
    """Where somebody unknown calls from: an IPv6 customer has a whole /64, and ::ffff:192.0.2.1 is 192.0.2.1."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    ip = getattr(ip, "ipv4_mapped", None) or ip  # as a socket for both kinds tells an IPv4 address
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


class Searching:
    """All that searches of one process share."""

    def __init__(
        self, lexicon: Lexicon, words: Callable[[], Mapping[str, int]], answers: Answers, budgets: Budgets
    ) -> None:
        self.lexicon = lexicon
        self.words = words
        """How often words are used, by word."""
        self.answers = answers
        self.budgets = budgets
        self.turn = asyncio.Lock()
        """Held while a batch is worked out: so that between two of them, whoever's they are, the loop does the rest."""
        self.demands: dict[tuple[str, str, str, tuple[str, ...]], tuple[str, ...]] = {}
        """The labels an offer needs, by extension, pricing mode, phase and contexts."""
        self._gates: dict[int, asyncio.Semaphore] = {}

    def gate(self, registry: Registry) -> asyncio.Semaphore:
        """What lets so many checks at once through to a registry."""
        return self._gates.setdefault(id(registry), asyncio.Semaphore(AT_ONCE))
