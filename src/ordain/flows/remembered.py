"""Answers remembered: what nearly every request asks again, and what is large and seldom another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime, timedelta

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values by key, each for as long as `moment`; all are forgotten when there are more than `most`."""

    def __init__(self, moment: timedelta, most: int = 10_000) -> None:
        self._moment = moment
        self._most = most
        self._values: dict[Hashable, tuple[datetime, T]] = {}
        self.mark = 0
        """How often something was forgotten: an answer looked up before that is not remembered after."""

    def get(self, key: Hashable, now: datetime) -> T | None:
        """The value, None if there is none or it is too old."""
        found = self._values.get(key)
        return found[1] if found and found[0] <= now < found[0] + self._moment else None

    def put(self, key: Hashable, value: T, now: datetime, mark: int | None = None) -> None:
        """Remember a value; not if anything was forgotten since `mark` was read."""
        if mark is not None and mark != self.mark:
            return
        if len(self._values) >= self._most:
            self._values.clear()
        self._values[key] = (now, value)

    def forget(self, gone: Callable[[T], bool]) -> None:
        """Forget every value that is gone."""
        self.mark += 1
        self._values = {key: kept for key, kept in self._values.items() if not gone(kept[1])}


class Lasting(Generic[T]):
    """Values by key, each for the span of time in which it would be made the same again."""

    def __init__(self) -> None:
        self._values: dict[Hashable, tuple[datetime, datetime | None, T]] = {}

    def get(self, key: Hashable, now: datetime) -> T | None:
        """The value, None if there is none for this instant."""
        since, until, value = self._values.get(key, (None, None, None))
        return value if since and since <= now and (until is None or now < until) else None

    def clear(self) -> None:
        """Forget everything: it would be made otherwise now."""
        self._values.clear()

    def put(self, key: Hashable, value: T, since: datetime, until: datetime | None) -> None:
        """Remember a value from one instant on, up to but not including another."""
        self._values[key] = (since, until, value)
