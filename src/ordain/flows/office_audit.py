"""What the staff does is written down in the transaction that does it, with how things were before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import structs

from ordain.core.audit import cut
from ordain.flows import log_lines
from ordain.flows.watched import Watched
from ordain.store import office_audit as kept

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.core.audit import Deed, Entry, Proof, Wanted
    from ordain.flows.ports import Engine
    from ordain.store.database import Database, Tx

    State = Callable[[Tx], Awaitable[str]]
    Note = Callable[[Tx, Deed, str, str], Awaitable[None]]

T = TypeVar("T")

A_PAGE = 50
MOST_PROVEN = 200_000
"""Entries a proof of a page goes through; the command goes through all."""


async def _nothing(_: Tx) -> str:
    return ""


class _Audited(Watched):
    """A database whose first transaction that writes also writes the entry of the act it is for."""

    def __init__(self, engine: Engine, deed: Deed, state: State) -> None:
        super().__init__(engine.database)
        self._clock, self._deed, self._state = engine.clock, deed, state
        self._noted = False
        self._query = log_lines.query.get()  # here: a transaction may be run by whoever writes for several requests

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """Run `work` and, if none was written yet, write the entry: both are there, or neither."""
        if self._noted:
            return await self._database.write(work, in_turn=in_turn)

        async def noted(tx: Tx) -> T:
            was = await self._state(tx)
            done = await work(tx)
            told = kept.Told(self._clock(), cut(was), cut(await self._state(tx)), self._query)
            await kept.append(tx, structs.replace(self._deed, reason=cut(self._deed.reason)), told)
            return done

        done = await self._database.write(noted, in_turn=in_turn)
        self._noted = True
        return done


def audited(engine: Engine, deed: Deed, state: State = _nothing) -> Engine:
    """The engine to do a deed with, by any flow. `state`: how its subject stands, in words, asked before and after."""
    database: Database = _Audited(engine, deed, state)
    return structs.replace(engine, database=database)


def notes(engine: Engine) -> Note:
    """What writes an entry in the transaction of its act, for a flow that knows how things were and become."""
    query = log_lines.query.get()  # here, as above

    async def note(tx: Tx, deed: Deed, was: str, became: str) -> None:
        told = kept.Told(engine.clock(), cut(was), cut(became), query)
        await kept.append(tx, structs.replace(deed, reason=cut(deed.reason)), told)

    return note


async def entries(engine: Engine, wanted: Wanted) -> list[Entry]:
    """A page of what was done, the latest first."""
    return await engine.database.read(lambda tx: kept.entries(tx, wanted, A_PAGE))


async def prove(engine: Engine, most: int = MOST_PROVEN) -> Proof:
    """Whether what was written down is as it was written."""
    return await engine.database.read_long(lambda tx: kept.prove(tx, most))
