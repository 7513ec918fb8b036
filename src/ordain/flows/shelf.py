"""What is sold, as this process knows it: the files it began with, and what staff edited since, taken over whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordain.core.edit import Edit
    from ordain.core.offer import Market


class Shelf:
    """One process's. `market` is one value and never changed: another takes its place."""

    def __init__(self, files: Market) -> None:
        self.files = files
        self.market = files
        self.edits: tuple[Edit, ...] = ()

    @property
    def version(self) -> int:
        """The number of the newest edit that is in the market; 0 before there is one."""
        return self.edits[-1].number if self.edits else 0

    def put(self, market: Market, edits: tuple[Edit, ...]) -> None:
        """Sell this from now on. What another task has put there meanwhile is newer, and stays."""
        if not self.edits or edits[-1].number >= self.version:
            self.market, self.edits = market, edits
