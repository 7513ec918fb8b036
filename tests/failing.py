"""A database that cannot be written to, as one that is away, or is lost while it saves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from ordain.flows.watched import Watched

if TYPE_CHECKING:
    from ordain.store.database import Database


class Failing(Watched):
    """A database that fails whoever writes."""

    def __init__(self, database: Database, how: Exception) -> None:
        super().__init__(database)
        self._how = how

    async def write(self, work: object, *, in_turn: bool = False) -> NoReturn:  # noqa: ARG002 - nobody runs it
        raise self._how


class Away(Failing):
    """A database that fails whoever reads, too."""

    async def read(self, work: object) -> NoReturn:  # noqa: ARG002 - nobody runs it
        raise self._how
