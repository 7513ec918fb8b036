"""Misfortune at every step: a database, registries and marketplaces that fail as real ones do, when it is time.

A boundary is where a process may end, or an answer be lost: before and after each commit, before and after each
question to the outside. The real counterpart is behind each; nothing of our own is replaced.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from ordain.core.registry import NoAnswer
from ordain.store.database import DatabaseUnavailable, OutcomeUnknown

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable

    from ordain.store.database import Database, Tx

T = TypeVar("T")

Boundary = Literal["before a commit", "after a commit", "before a question", "after a question"]
ERRORS: dict[Boundary, type[Exception]] = {
    "before a commit": DatabaseUnavailable,
    "after a commit": OutcomeUnknown,
    "before a question": NoAnswer,
    "after a question": NoAnswer,
}

ODDS = 0.35
"""That a deed is struck, if it has as many boundaries as one thinks."""


class Killed(BaseException):
    """The process ended here: nothing of it goes on. No `except Exception` of ours may catch it."""


class Fate:
    """What is going to go wrong next, if anything, and what went wrong so far."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._left: int | None = None
        self._deed = ""
        self.outage = False
        """The lines are down: what is wished for is still heard, and after that nothing about the name."""
        self.unheard: set[str] = set()
        """Names nothing more is heard of."""
        self.struck: Counter[tuple[str, str]] = Counter()
        """How often each deed was struck at each boundary."""

    def arm(self, deed: str, boundaries: int) -> None:
        """From now on this deed, which has about so many boundaries, may be struck at any of them."""
        self._deed = deed
        self._left = self._chance.randrange(boundaries) if self._chance.random() < ODDS else None

    def rest(self) -> None:
        """Nothing goes wrong any more."""
        self._left = None

    def at(self, boundary: Boundary) -> None:
        """Pass a boundary, or not: killed, or with the error a real counterpart would raise here."""
        if self._left is None:
            return
        self._left -= 1
        if self._left >= 0:
            return
        self._left = None
        self.struck[self._deed, boundary] += 1
        if self._chance.random() < 0.6:
            raise Killed(boundary)
        raise ERRORS[boundary](boundary)


class FragileDatabase:
    """A `Database` whose commits are boundaries."""

    def __init__(self, real: Database, fate: Fate) -> None:
        self._real = real
        self._fate = fate
        self.engine = real.engine

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """Fail before anything is written, or after all of it is."""
        self._fate.at("before a commit")
        result = await self._real.write(work, in_turn=in_turn)
        self._fate.at("after a commit")
        return result

    async def read(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Reads change nothing: they pass."""
        return await self._real.read(work)

    async def read_long(self, work: Callable[[Tx], Awaitable[T]]) -> T:
        """The same."""
        return await self._real.read_long(work)

    async def new_ids(self, count: int = 1) -> list[int]:
        """Ids that are taken and not used are no loss."""
        return await self._real.new_ids(count)

    async def close(self) -> None:
        """Whoever opened the real one closes it."""


class Distant:
    """Whatever is asked over a wire: each question may be lost, or its answer."""

    def __init__(self, real: Any, fate: Fate) -> None:
        self._real = real
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        """A question of the real one's, with its boundaries."""
        question = getattr(self._real, name)

        async def asked(*arguments: Any, **named: Any) -> Any:
            subject = arguments[-1] if name in ("find", "sale") else getattr(arguments[-1], "name", "")
            if subject in self._fate.unheard:
                raise NoAnswer(name)
            self._fate.at("before a question")
            answer = await question(*arguments, **named)
            self._fate.at("after a question")
            if self._fate.outage and name in ("create", "transfer", "buy"):
                self._fate.unheard.add(subject)
                raise NoAnswer(name)
            return answer

        return asked
