"""Typed reading of parsed TOML tables that notes every problem as a sentence with file and key, instead of stopping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
V = TypeVar("V")


class Table:
    """One table of one file. A getter notes what is wrong and answers something harmless; `done` finds odd keys."""

    def __init__(self, file: str, entries: Mapping[str, Any], problems: list[str], path: str = "") -> None:
        self.file, self.entries, self.problems, self.path = file, entries, problems, path
        self._read: set[str] = set()

    def note(self, key: str, text: str) -> None:
        """Note a problem with a key of this table."""
        self.problems.append(f"{self.file}: {self.path}{key} {text}")

    def get(self, key: str) -> Any:  # noqa: ANN401 - TOML is untyped until it is read
        """Whatever stands there, None if nothing does."""
        self._read.add(key)
        return self.entries.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text; needed unless there is a default."""
        return self._typed(key, (str, "a text"), default, "")

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number, not negative; needed unless there is a default."""
        found = self._typed(key, (int, "a whole number"), default, 0)
        if found < 0:
            self.note(key, "is not negative")
        return found

    def optional_whole(self, key: str) -> int | None:
        """A whole number, None if it is left out."""
        return None if self.get(key) is None else self.whole(key)

    def optional_text(self, key: str) -> str | None:
        """A text, None if it is left out."""
        return None if self.get(key) is None else self.text(key)

    def optional_flag(self, key: str) -> bool | None:
        """True or false, None if it is left out."""
        return None if self.get(key) is None else self.flag(key)

    def flag(self, key: str, default: bool | None = None) -> bool:  # noqa: FBT001 - a default like the others
        """Read true or false; needed unless there is a default."""
        return self._typed(key, (bool, "true or false"), default, False)  # noqa: FBT003 - the harmless answer

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty if it is left out."""
        return self._list(key, str, "texts")

    def wholes(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers, empty if it is left out."""
        return self._list(key, int, "whole numbers")

    def choice(self, key: str, of: tuple[T, ...]) -> T:
        """One of these; needed."""
        found = self.get(key)
        if found not in of:
            self.note(key, f"is one of {', '.join(map(str, of))}")
            return of[0]
        return of[of.index(found)]

    def table(self, key: str) -> Table:
        """A table within this one, empty if it is left out."""
        found = self.get(key) or {}
        if not isinstance(found, Mapping):
            self.note(key, "is a table")
            found = {}
        return Table(self.file, found, self.problems, f"{self.path}{key}.")

    def parsed(self, key: str, parse: Callable[[str], T], harmless: T) -> T:
        """A needed text turned into something else; what `parse` raises as ValueError becomes the problem."""
        try:
            return parse(self.text(key))
        except ValueError as error:
            if isinstance(self.get(key), str):
                self.note(key, f"is wrong: {error}")
            return harmless

    def done(self) -> None:
        """Note every key that nothing has read: a typing error, most likely."""
        for key in self.entries:
            if key not in self._read:
                self.note(key, "is not a key that means anything here")

    def _typed(self, key: str, kind: tuple[type[V], str], default: V | None, harmless: V) -> V:
        found = self.get(key)
        if found is None:
            if default is None:
                self.note(key, "is missing")
            return harmless if default is None else default
        if not _is_a(found, kind[0]):
            self.note(key, f"is {kind[1]}, not {found!r}")
            return harmless
        result: V = found
        return result

    def _list(self, key: str, kind: type[V], what: str) -> tuple[V, ...]:
        found = self.get(key)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(_is_a(each, kind) for each in found):
            self.note(key, f"is a list of {what}")
            return ()
        return tuple(found)


def _is_a(value: object, kind: type) -> bool:
    """To Python true is a whole number; to TOML it is not."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
