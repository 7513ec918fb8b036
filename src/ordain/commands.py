"""What every command line command begins with."""

from __future__ import annotations

import functools
import logging
import sys
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from ordain import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordain.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


def with_settings(command: Callable[Concatenate[Settings, P], T]) -> Callable[P, T]:
    """Hand a command the settings. They are read when it runs: `--help` needs none, and makes nothing."""

    @functools.wraps(command)
    def begin(*arguments: P.args, **options: P.kwargs) -> T:
        of = settings.read()
        logging.basicConfig(
            level=of.log.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
        return command(of, *arguments, **options)

    return begin
