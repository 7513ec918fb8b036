"""Whether promotions fit together, and what is sold: for the file of them and for what staff edit alike."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ordain.core.promotions import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from ordain.core.catalogue import Catalogue
    from ordain.core.promotions import Promotion


def twice(found: Sequence[Promotion]) -> Iterator[str]:
    """Codes and names that more than one promotion has and must not."""
    codes = Counter(promotion.code for promotion in found if promotion.code)
    for code in sorted(code for code, times in codes.items() if times > 1):
        yield f"more than one promotion has the code {code}"
    # Uses are counted by name.
    names, limited = Counter(one.name for one in found), {one.name for one in found if one.limits != UNLIMITED}
    for name in sorted(name for name in limited if names[name] > 1):
        yield f"promotion {name}: its uses are counted by its name, which another one has"


def unknown(promotion: Promotion, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """What a promotion names that is not there, extensions, subsidiaries, currencies, durations: by its keys."""
    currencies = {subsidiary.currency for subsidiary in catalogue.subsidiaries.values()}
    periods = {years for extension in catalogue.extensions.values() for years in extension.periods}
    known: dict[str, tuple[Sequence[object], Container[Any]]] = {
        "extensions": (promotion.extensions, catalogue.extensions),
        "subsidiaries": (promotion.subsidiaries, catalogue.subsidiaries),
        "first_year": (tuple(promotion.first_year), currencies),
        "periods": (promotion.periods, periods),
    }
    for key, (given, there) in known.items():
        yield from ((key, f"{each} is not known here") for each in given if each not in there)
