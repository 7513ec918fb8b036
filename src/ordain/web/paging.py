"""A list in pages: what of it is shown, and what a query may say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import urlencode

from msgspec import Struct

if TYPE_CHECKING:
    from ordain.web.page import Visit

T = TypeVar("T")
AT_ONCE = 50
LONGEST_SEARCH = 100


class Cut(Struct, Generic[T], frozen=True):
    """One page of a list, of how many, and how long the list is."""

    rows: Sequence[T]
    number: int
    pages: int
    total: int
    path: str
    query: Mapping[str, str]

    def at(self, number: int) -> str:
        """Where another of its pages is."""
        return f"{self.path}?{urlencode({**self.query, 'page': number})}"


def cut(visit: Visit, rows: Sequence[T], query: Mapping[str, str], at_once: int = AT_ONCE) -> Cut[T]:
    """The page that the visit asks for. `query`: what else of the query the links to the others keep."""
    pages = max(1, -(-len(rows) // at_once))
    asked = visit.query.get("page", "1")
    number = min(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1, pages) or 1
    kept = {name: value for name, value in query.items() if value}
    path = visit.target.partition("?")[0]
    return Cut(rows[(number - 1) * at_once : number * at_once], number, pages, len(rows), path, kept)


def search(visit: Visit, name: str = "q") -> str:
    """What somebody typed into a search field: in lower case, and no longer than makes sense."""
    return visit.query.get(name, "").strip().lower()[:LONGEST_SEARCH]
