"""Whatever changes with time: values that each hold from an instant on, asked with `.at(now)`."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")
U = TypeVar("U")


class Schedule(Struct, Generic[T], frozen=True):
    """Pairs of (from, value) in the order of time; only the first may be None, meaning since ever.

    ValueError if there are none, if they are not strictly in order, or if an instant has no time zone.
    """

    entries: tuple[tuple[datetime | None, T], ...]

    def __post_init__(self) -> None:
        if not self.entries:
            message = "a schedule needs at least one value"
            raise ValueError(message)
        instants = [start for start, _ in self.entries]
        dated = [start for start in instants if start is not None]
        if None in instants[1:]:
            message = "only the first value of a schedule may hold since ever"
            raise ValueError(message)
        if any(start.utcoffset() is None for start in dated):
            message = "an instant of a schedule needs a time zone"
            raise ValueError(message)
        if any(later <= earlier for earlier, later in pairwise(dated)):
            message = "the values of a schedule must follow each other in time"
            raise ValueError(message)

    def at(self, now: datetime) -> T:
        """The value that holds at this instant. LookupError before the first one."""
        for start, value in reversed(self.entries):
            if start is None or start <= now:
                return value
        message = f"nothing holds yet at {now.isoformat()}"
        raise LookupError(message)

    def next_change(self, now: datetime) -> datetime | None:
        """The next instant after this one at which another value begins; None if there is none."""
        return next((start for start, _ in self.entries if start is not None and start > now), None)

    def map(self, change: Callable[[T], U]) -> Schedule[U]:
        """The same instants with every value changed."""
        return Schedule(tuple((start, change(value)) for start, value in self.entries))


def always(value: T) -> Schedule[T]:
    """One value that has held since ever."""
    return Schedule(((None, value),))


class Span(Struct, Generic[T], frozen=True):
    """A value from an instant on, up to but not including another; None: until something else begins."""

    begins: datetime
    ends: datetime | None
    value: T


def overlaid(base: Schedule[T], spans: Iterable[Span[T]]) -> Schedule[T]:
    """The schedule with these spans put over it, in whatever order they come.

    At each instant holds what began last of all that has not ended; of a span and a value of the schedule that begin
    together, the span. No two spans begin together. Before the schedule's first value there is still nothing.
    """
    layers = sorted(spans, key=lambda span: span.begins)
    changes = [base.entries[0], *(later for earlier, later in pairwise(base.entries) if later[1] != earlier[1])]
    first = base.entries[0][0]
    starts = {at for at, _ in changes} | {span.begins for span in layers} | {span.ends for span in layers if span.ends}
    dated = sorted(at for at in starts if at is not None and (first is None or at >= first))
    found: list[tuple[datetime | None, T]] = [] if first is not None else [base.entries[0]]
    for at in dated:
        value = _uppermost(changes, layers, at)
        if not found or value != found[-1][1]:
            found.append((at, value))
    return Schedule(tuple(found))


def _uppermost(changes: list[tuple[datetime | None, T]], layers: list[Span[T]], at: datetime) -> T:
    start, value = next((start, value) for start, value in reversed(changes) if start is None or start <= at)
    over = next((one for one in reversed(layers) if one.begins <= at and (one.ends is None or at < one.ends)), None)
    return over.value if over and (start is None or over.begins >= start) else value
