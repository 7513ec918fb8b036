"""What a visitor asks of a search: the text, and the filters beside it, as the query of its page says them."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from msgspec import Struct, structs

if TYPE_CHECKING:
    from collections.abc import Mapping

SORTS = {"": "Most wanted first", "price": "Cheapest first", "name": "From a to z"}
SENTENCES = tuple(SORTS.values())
WANTED = 30
"""Extensions that are asked first."""
AT_ONCE = 100
"""Extensions asked at once of those who want all of them."""
LAST = 5000

_PRICE = re.compile(r"(\d{1,7})(?:[.,](\d{1,2}))?", re.ASCII)


class Wish(Struct, frozen=True, kw_only=True):
    """One search. `everything`: all extensions, a hundred from `start` on; `most`: as it was typed."""

    text: str = ""
    everything: bool = False
    free: bool = False
    """Only what can be had."""
    most: str = ""
    kind: str = ""
    sort: str = ""
    start: int = 0

    @property
    def limit(self) -> Fraction | None:
        """The highest price of a first year, before tax; None for any, or if what was typed is no price."""
        found = _PRICE.fullmatch(self.most.strip())
        return Fraction(f"{found[1]}.{found[2] or 0}") if found else None

    @property
    def size(self) -> int:
        """How many extensions are asked at once."""
        return AT_ONCE if self.everything else WANTED

    def link(self, **changed: object) -> str:
        """The page of the same search, or of one that is changed so."""
        wish = structs.replace(self, **changed)
        said = {
            "q": wish.text,
            "all": "1" if wish.everything else "",
            "free": "1" if wish.free else "",
            "most": wish.most,
            "kind": wish.kind,
            "sort": wish.sort,
            "start": str(wish.start or ""),
        }
        return f"/search?{urlencode({name: text for name, text in said.items() if text})}"


def read(query: Mapping[str, str]) -> Wish:
    """The wish of a page's query; what cannot be one is left out."""
    start = query.get("start", "")
    return Wish(
        text=query.get("q", ""),
        everything=query.get("all") == "1",
        free=query.get("free") == "1",
        most=query.get("most", "")[:12],
        kind=query.get("kind", "")[:60],
        sort=query.get("sort", "") if query.get("sort", "") in SORTS else "",
        start=min(int(start), LAST) if re.fullmatch("[0-9]{1,6}", start, re.ASCII) else 0,
    )
