"""Whose turn a function asks for (`Tx.turn`) before anything else, found by starting it where nothing can be asked."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordain.store.answers import Work
    from ordain.store.database import Row


class Elsewhere(BaseException):
    """What a function asks for is not here: its run is over. No Exception, so that no function swallows it."""

    def __init__(self, nic: str | None = None) -> None:
        """`nic` is whose turn was asked for; None where it was something else."""
        super().__init__()
        self.nic = nic


class _First:
    """A `Tx` that ends a function with the first it does."""

    async def turn(self, nic: str) -> None:
        raise Elsewhere(nic)

    async def fetch(self, _sql: str, *_arguments: object) -> list[Row]:
        raise Elsewhere

    async def fetch_one(self, _sql: str, *_arguments: object) -> Row | None:
        raise Elsewhere

    async def execute(self, _sql: str, *_arguments: object) -> int:
        raise Elsewhere

    async def execute_many(self, _sql: str, _rows: object) -> None:
        raise Elsewhere


_FIRST = _First()


def turn_of(work: Work) -> str | None:
    """The account whose turn a function asks for before anything else, None if it asks for none."""
    started = work(_FIRST)
    if not isinstance(started, Coroutine):
        return None
    try:
        started.send(None)
    except Elsewhere as elsewhere:
        return elsewhere.nic
    except Exception:  # noqa: BLE001 - it will fail again where it is run, and be told there
        return None
    finally:
        started.close()
    return None
