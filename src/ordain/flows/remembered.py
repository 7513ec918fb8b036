"""Answers remembered for a moment: what nearly every request asks again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime, timedelta

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values by key, each for as long as `moment`; all are forgotten when there are more than `most`."""

    def __init__(self, moment: timedelta, most: int = 10_000) -> None:
        self._moment = moment
        self._most = most
        self._values: dict[Hashable, tuple[datetime, T]] = {}

    def get(self, key: Hashable, now: datetime) -> T | None:
        """The value, None if there is none or it is too old."""
        found = self._values.get(key)
        return found[1] if found and found[0] <= now < found[0] + self._moment else None

    def put(self, key: Hashable, value: T, now: datetime) -> None:
        """Remember a value."""
        if len(self._values) >= self._most:
            self._values.clear()
        self._values[key] = (now, value)

    def forget(self) -> None:
        """Forget everything: something of it was changed here."""
        self._values.clear()
