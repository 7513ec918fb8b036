"""How values lie in columns: instants as microseconds since 1970 (UTC), whole values as JSON text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}
_encoder = msgspec.json.Encoder()


def micros(at: datetime) -> int:
    """Microseconds since 1970."""
    return (at - _EPOCH) // _MICROSECOND


def maybe_micros(at: datetime | None) -> int | None:
    """The same for an instant that may be missing."""
    return None if at is None else micros(at)


def instant(column: int) -> datetime:
    """The instant of a column."""
    return _EPOCH + column * _MICROSECOND


def maybe_instant(column: int | None) -> datetime | None:
    """The same for a column that may be NULL."""
    return None if column is None else instant(column)


def within(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """A span of time as two columns' worth; an end that is missing is open."""
    return 0 if since is None else micros(since), 2**62 if until is None else micros(until)


def pack(value: object) -> str:
    """A whole value as JSON text."""
    return _encoder.encode(value).decode()


@lru_cache(maxsize=4096)
def unpack_once(text: str, kind: type[T]) -> T:
    """The same for frozen values that are read again and again: who signs a call, on every call."""
    return unpack(text, kind)


def unpack(text: str, kind: type[T]) -> T:
    """The value of this type back from JSON text."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    value: T = decoder.decode(text)
    return value
