"""Answers of pure functions that are asked the same again and again, remembered as long as there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


class Known(Generic[T]):
    """What a function makes of frozen things that are too large to be compared, and of a key.

    Things are told apart by which object they are, and kept with the answer, so that no other can take their place in
    memory. When there are `most` answers all are forgotten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[Hashable, tuple[tuple[object, ...], T]] = {}

    def of(self, things: tuple[object, ...], key: Hashable, make: Callable[[], T]) -> T:
        """The answer, made now if it is not known."""
        place = (*map(id, things), key)
        found = self._known.get(place)
        if found is None:
            if len(self._known) >= self._most:
                self._known.clear()
            found = self._known[place] = (things, make())
        return found[1]
