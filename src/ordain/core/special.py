"""Names that are not like others: lists of reserved names, and what is added to a registry's fee for a premium one.

A list is looked up, never gone through: what is compared is prepared once, when it is read (special_build).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

from msgspec import Struct

if TYPE_CHECKING:
    from ordain.core.catalogue import Extension
    from ordain.core.names import Name

Effect = Literal["prior-review", "reservation-code", "reserved", "reserved-to-administration", "registry-decides"]
EFFECTS: tuple[Effect, ...] = get_args(Effect)
CONTEXTS: Mapping[Effect, str] = {"prior-review": "reason", "reservation-code": "protected_code"}
"""What a list brings into play of an extension's rule: REASON and PROTECTED_CODE (catalogue/rules/order.toml)."""
BLOCKING = ("reserved", "reserved-to-administration")
_CLEAR = 4


class ReservedList(Struct, frozen=True, kw_only=True, dict=True):
    """Names a registry keeps, under which extensions, and what that means for whoever asks for one."""

    name: str
    extensions: frozenset[str]
    effect: Effect
    reason: str
    """A sentence for the customer."""
    source: str
    lines: str = ""
    """The names, one a line, in lower case."""
    folded: bool = False
    """Compared without accents and hyphens, with and without an article at their beginning."""
    articles: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    """Beginnings that reserve every name, such as "ville-"."""
    lengths: tuple[int, ...] = ()
    """Labels that are reserved because they are so long."""

    @property
    def context(self) -> str | None:
        """Of the extension's rule; None if it brings none into play."""
        return CONTEXTS.get(self.effect)

    @property
    def obstacle(self) -> str | None:
        """Why nobody can have these names, in words; None if somebody can."""
        return self.reason if self.effect in BLOCKING else None

    @cached_property
    def labels(self) -> frozenset[str]:
        """The names as they are compared. Made when the first name is asked about: it takes a blink of an eye."""
        return frozenset((fold(self.lines) if self.folded else self.lines).split())

    @cached_property
    def without_article(self) -> frozenset[str]:
        """Those of the names that begin with an article, without it."""
        begin = "|".join(map(re.escape, self.articles))
        found = re.findall(rf"(?m)^(?:{begin})-(\S+)$", self.lines) if begin else []
        return frozenset(fold("\n".join(found)).split())

    def holds(self, name: Name) -> bool:
        """Whether this name is one of them."""
        label = name.label_unicode
        if len(label) in self.lengths or label.startswith(self.prefixes):
            return True
        if not self.folded:
            return name.label in self.labels or label in self.labels
        article, _, rest = label.partition("-")
        forms = (fold(label), *((fold(rest),) if article in self.articles else ()), *self._after_prefix(label))
        return any(form in self.labels for form in forms) or forms[0] in self.without_article

    def _after_prefix(self, label: str) -> list[str]:
        """What follows a beginning that was written without its hyphen. Short ones would be found in common words."""
        plain = fold(label)
        return [plain[len(start) :] for start in self._clear_prefixes if plain.startswith(start)]

    @cached_property
    def _clear_prefixes(self) -> tuple[str, ...]:
        return tuple(start for start in map(fold, self.prefixes) if len(start) >= _CLEAR)


class Margins(Struct, frozen=True):
    """Percent added to a registry's fee for a premium name: the extension's, else its registry's, else everybody's."""

    of_extension: Mapping[str, Fraction] = {}
    of_registry: Mapping[str, Fraction] = {}
    otherwise: Fraction = Fraction(0)

    def percent(self, extension: Extension) -> Fraction:
        """The margin on an extension's premium names."""
        found = self.of_extension.get(extension.name)
        return self.of_registry.get(extension.registry, self.otherwise) if found is None else found


class SpecialNames(Struct, frozen=True):
    """All that is known of special names before a registry is asked."""

    lists: Mapping[str, tuple[ReservedList, ...]] = {}
    """By extension."""
    margins: Margins = Margins()

    def reserved(self, name: Name) -> tuple[ReservedList, ...]:
        """The lists this name is on."""
        return tuple(each for each in self.lists.get(name.extension, ()) if each.holds(name))


NONE_SPECIAL = SpecialNames()

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "-": ""})


def fold(text: str) -> str:
    """A text in lower case without accents and hyphens: a label, or many in their lines."""
    if text.isascii():
        return text.replace("-", "")
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part)).translate(_LETTERS)
