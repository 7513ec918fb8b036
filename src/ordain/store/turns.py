"""Which lane an account's transactions run in: those that move its money run one after another, in one lane.

They, and others that ask, would change the same row, or rows side by side: in two lanes at once all but one would have
to be run again.
"""

from __future__ import annotations

from typing import Generic, TypeVar

Lane = TypeVar("Lane")


class NotYet(BaseException):
    """Another lane has the account's turn: this run is over, the next is there. No Exception: none swallows it."""


class Turns(Generic[Lane]):
    """The accounts that a lane has the turn of, each with the lane and how many transactions it has it for."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Lane, int]] = {}

    def take(self, nic: str, lane: Lane) -> Lane:
        """One transaction more of the account; where it is to be run: in this lane, unless another has the turn."""
        held, count = self._held.get(nic, (lane, 0))
        self._held[nic] = held, count + 1
        return held

    def give(self, nic: str) -> None:
        """One is over; with the last of them any lane may have the turn."""
        held, count = self._held[nic]
        if count > 1:
            self._held[nic] = held, count - 1
        else:
            del self._held[nic]
