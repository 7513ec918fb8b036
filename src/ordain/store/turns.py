"""Who waits for whom inside one process: transactions that move an account's money run one after another.

They, and others that ask, would change the same row, or rows side by side: all but one would have to be run again.
"""

from __future__ import annotations

import asyncio
from collections import deque

from ordain.store.database import DatabaseBusy


class NotYet(BaseException):
    """Somebody else has the turn: this run is over, and the next begins with it. No Exception: none swallows it."""


class Turns:
    """The accounts whose turn somebody has, each with those who wait for it, in the order they came."""

    def __init__(self) -> None:
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    def take(self, nic: str) -> bool:
        """Have the account's turn, if nobody has it."""
        if nic in self._lines:
            return False
        self._lines[nic] = deque()
        return True

    async def wait(self, nic: str, seconds: float) -> None:
        """Have the account's turn after everybody who came before. Raises DatabaseBusy when that takes too long."""
        if self.take(nic):
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines[nic].append(waiter)
        try:
            async with asyncio.timeout(seconds):
                await waiter
        except BaseException as error:
            if waiter.done() and not waiter.cancelled():  # it came, and nobody is here any more to use it
                self.give(nic)
            if isinstance(error, TimeoutError):
                message = f"Others were moving money of {nic} for {seconds:g} seconds"
                raise DatabaseBusy(message) from error
            raise

    def give(self, nic: str) -> None:
        """Pass the account's turn on to whoever has waited longest."""
        line = self._lines[nic]
        while line:
            waiter = line.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        del self._lines[nic]


class Turn:
    """The turn that one transaction has or waits for, of one account: it keeps it however often it is run again."""

    __slots__ = ("_had", "_nic", "_turns")

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._nic = ""
        self._had = False

    def ask(self, nic: str) -> None:
        """Have it, or raise NotYet. Who has one already gets no other: two could wait for each other for ever."""
        if self._nic:
            return
        self._nic = nic
        if not self._turns.take(nic):
            raise NotYet
        self._had = True

    async def wait(self, seconds: float) -> None:
        """Before a run: wait for what the last one asked for in vain. Raises DatabaseBusy."""
        if self._nic and not self._had:
            await self._turns.wait(self._nic, seconds)
            self._had = True

    def end(self) -> None:
        """The transaction is over: it is somebody else's turn."""
        if self._had:
            self._turns.give(self._nic)
            self._had = False
