"""The queue of the sandbox registry in process: the same messages that its EPP server has for those who poll."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from ordain.core.registry_message import Decided, Message, Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordain.core.registry_message import About

KIND = "message"


class Kept(Protocol):
    """Where messages are kept (store/sandbox.py)."""

    async def put(self, kind: str, object_id: str, held: dict[str, Any]) -> None:
        """Keep an object."""

    async def remove(self, kind: str, object_id: str) -> bool:
        """Forget an object; False if there was none."""

    async def all(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """All objects of a kind, by their ids."""


class SandboxQueue:
    """Messages to the one registrar there is, each due at its own instant."""

    def __init__(self, kept: Kept, clock: Callable[[], datetime]) -> None:
        self._kept = kept
        self._clock = clock

    async def tell(self, verb: str, name: str, transaction: str | None, seconds: int, **more: str) -> None:
        """Say after so many seconds what became of something: `more` of a transfer is its `status` and `by` whom."""
        now = self._clock()
        due = (now + timedelta(seconds=seconds)).isoformat()
        told = {"verb": verb, "name": name, "transaction": transaction, "at": due, **more}
        number = f"{int(now.timestamp() * 1_000_000):020d}-{name}-{more.get('status', '')}"
        await self._kept.put(
            KIND, number, {**told, "words": f"The {verb} of {name} {more.get('status', 'came about')}"}
        )

    async def first(self) -> Message | None:
        """The first message that is due."""
        now = self._clock()
        kept = [(datetime.fromisoformat(held["at"]), number, held) for number, held in await self._kept.all(KIND)]
        due = [each for each in kept if each[0] <= now]
        if not due:
            return None
        at, number, held = min(due, key=lambda each: each[:2])
        return Message(message_id=number, at=at, words=held["words"], about=_about(held))

    async def acknowledge(self, message_id: str) -> None:
        """Take a message off the queue."""
        await self._kept.remove(KIND, message_id)


def _about(held: dict[str, Any]) -> About:
    if held["verb"] != "transfer":
        return Decided(held["name"], granted=True, transaction=held["transaction"])
    until, by = held.get("until"), held.get("by", "")
    return Transfer(
        held["name"],
        held.get("status", "serverApproved"),
        here=not by,
        by=by,
        until=datetime.fromisoformat(until) if until else None,
    )
