"""Promotions and margins as a form says them, by the keys of their files; or what is wrong with them, by key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from ordain.core.margins import Margin
from ordain.core.promotions import Promotion
from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", Promotion, Margin)

_PLACE = re.compile(r" - at `\$(?:\.(\w+))?[^`]*`$")
_SAID_OF = {"a code": "code", "an amount": "amount", "an ending": "ending", "give either": "amount",
            "what is negative": "percent"}  # fmt: skip
"""Which key a sentence is about that does not begin with one."""


def promotion(entries: Mapping[str, object]) -> Promotion | Refusal:
    """A promotion by the keys of promotions.toml; or the first thing that is wrong with it."""
    return _read(entries, Promotion)


def margin(entries: Mapping[str, object]) -> Margin | Refusal:
    """A margin by the keys of margins.toml; or the first thing that is wrong with it."""
    return _read(entries, Margin)


def _read(entries: Mapping[str, object], kind: type[T]) -> T | Refusal:
    try:
        return msgspec.convert(entries, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        place = _PLACE.search(text)
        told = text[: place.start()] if place else text
        told = re.sub(r"^promotion [^:]*: ", "", told)
        return Refusal("invalid", told, (place and place[1]) or _key(told, kind))


def _key(told: str, kind: type[T]) -> str | None:
    first = told.split(" ", maxsplit=1)[0].strip("`:")
    if first in kind.__struct_fields__:
        return first
    return next((key for start, key in _SAID_OF.items() if told.startswith(start)), None)
