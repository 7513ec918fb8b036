"""What every command line command begins with."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from ordain import logs, settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


def with_settings(command: Callable[Concatenate[Settings, P], T]) -> Callable[P, T]:
    """Hand a command the settings. They are read when it runs: `--help` needs none, and makes nothing."""

    @functools.wraps(command)
    def begin(*arguments: P.args, **options: P.kwargs) -> T:
        of = settings.read()
        logs.begin(of.log, of.log_format)
        return command(of, *arguments, **options)

    return begin


def run(work: Callable[[Any], Awaitable[T]], of: Settings, *, read_only: bool = False) -> T:
    """Run a flow on an engine of these settings."""
    from ordain import app

    async def inside() -> T:
        async with app.opened_to_read(of) if read_only else app.opened(of) as engine:
            return await work(engine)

    return asyncio.run(inside())
