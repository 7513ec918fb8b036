"""What a transaction that shares its commit with others will be told, once that commit is on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from ordain.store.database import Tx

    Work = Callable[[Tx], Awaitable[Any]]


class Answer:
    """A function that was asked for, who waits for it, and what came of it by now."""

    __slots__ = ("error", "future", "result", "work")

    def __init__(self, future: asyncio.Future[Any], work: Work) -> None:
        self.future = future
        self.work = work
        self.result: Any = None
        self.error: BaseException | None = None

    def give(self) -> None:
        """Tell it."""
        if self.future.done():  # the caller was cancelled and no longer listens
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)
