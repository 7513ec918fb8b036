"""Other labels for what somebody looked for: always the same ones for the same words, the likeliest first."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, TypeVar

from ordain.core.label import LONGEST_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ordain.core.search import Lexicon

T = TypeVar("T")

MOST = 40
"""Labels suggested for one."""
LONGEST_WORD = 24
OF_ALL_WORDS = 2**39
"""How many words the list was counted in, about."""
USED_BY_PEOPLE = 2**26
"""How often each of our own words counts as used."""


def suggestions(label: str, lexicon: Lexicon, counts: Mapping[str, int], language: str) -> list[str]:
    """Labels like this one (lower case, Unicode), best first; none for what is not decent. `counts`: words' uses."""
    words = split(label, lexicon, counts)
    unwanted = frozenset(lexicon.indecent)
    if unwanted.intersection(words):
        return []
    kinds = [
        _spelled(label, words),
        _numbered(words),
        _replaced(words, lexicon, language),
        _with(words, lexicon.suffixes, language, last=True),
        _with(words, lexicon.prefixes, language, last=False),
    ]
    # One of each kind in turn, so that the first few are of many kinds.
    found = (other for turn in zip_longest(*kinds) for other in turn if other)
    seen = dict.fromkeys(other for other in found if other != label and _fits(other))
    decent = (other for other in seen if not _indecent(other, unwanted, lexicon, counts))
    return [other for other, _ in zip(decent, range(MOST), strict=False)]


def _indecent(label: str, unwanted: frozenset[str], lexicon: Lexicon, counts: Mapping[str, int]) -> bool:
    """Whether there is such a word in it: as people read it, for Scunthorpe is a town."""
    whole = label.replace("-", "")
    return any(word in whole for word in unwanted) and not unwanted.isdisjoint(split(label, lexicon, counts))


def split(label: str, lexicon: Lexicon, counts: Mapping[str, int]) -> list[str]:
    """The words a label is made of: "bestcoffeeshop" is best, coffee, shop."""
    own = _own(lexicon)
    return [word for part in label.split("-") if part for word in _words(part, counts, own)]


@lru_cache(maxsize=4)
def _own_words(lists: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    return frozenset(word for words in lists for word in words)


def _own(lexicon: Lexicon) -> frozenset[str]:
    """The words of our own lists, of all languages."""
    groups = tuple(group for groups in lexicon.synonyms.values() for group in groups)
    affixes = (*lexicon.prefixes.values(), *lexicon.suffixes.values())
    return _own_words((lexicon.words, lexicon.indecent, *groups, *affixes))


def _words(text: str, counts: Mapping[str, int], own: frozenset[str]) -> list[str]:
    """The likeliest way to read joined words, by how often each is used (Norvig 2009, in whole numbers)."""
    best: list[tuple[int, int]] = [(0, 0)]
    for end in range(1, len(text) + 1):
        starts = range(max(0, end - LONGEST_WORD), end)
        best.append(min((best[start][0] + _cost(text[start:end], counts, own), start) for start in starts))
    found, end = list[str](), len(text)
    while end:
        start = best[end][1]
        found.insert(0, text[start:end])
        end = start
    return found


def _cost(word: str, counts: Mapping[str, int], own: frozenset[str]) -> int:
    """How unlikely a word is: sixteen times the logarithm to base 2, without fractions."""
    used = max(counts.get(word, 0), USED_BY_PEOPLE if word in own else 0)
    if used and (len(word) > 1 or word in "ai0123456789"):
        return int(((OF_ALL_WORDS // used + 1) ** 16).bit_length())
    return 16 * (24 + 4 * len(word))


def _fits(label: str) -> bool:
    return 2 <= len(label) <= LONGEST_LABEL and not label.startswith("-") and label[2:4] != "--"


def _spelled(label: str, words: list[str]) -> Iterator[str]:
    """The same words with hyphens, without them, without accents."""
    if len(words) > 1:
        yield "-".join(words) if "-" not in label else "".join(words)
    plain = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    if plain.isascii() and plain != label:
        yield plain


def _numbered(words: list[str]) -> Iterator[str]:
    """One of it instead of many, many instead of one."""
    *before, last = words
    other = _other_number(last)
    if other:
        yield "".join([*before, other])
        if before:
            yield "-".join([*before, other])


def _other_number(word: str) -> str | None:
    if len(word) < 3 or not word.isascii() or not word.isalpha():
        return None
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if word.endswith("s"):
        return None if word.endswith(("ss", "us", "is")) else word[:-1]
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("ch", "sh", "x", "z")) else f"{word}s"


def _replaced(words: list[str], lexicon: Lexicon, language: str) -> Iterator[str]:
    """Another word of the same meaning for one of them."""
    for at, word in enumerate(words):
        for group in _of(lexicon.synonyms, language):
            for other in group if word in group else ():
                if other != word:
                    yield "".join([*words[:at], other, *words[at + 1 :]])


def _with(words: list[str], affixes: Mapping[str, tuple[str, ...]], language: str, *, last: bool) -> Iterator[str]:
    """One more word before or behind."""
    whole = "".join(words)
    for word in _of(affixes, language):
        if word not in words:
            yield f"{whole}{word}" if last else f"{word}{whole}"
    for word in _of(affixes, language)[:3]:
        if word not in words:
            yield f"{whole}-{word}" if last else f"{word}-{whole}"


def _of(lists: Mapping[str, tuple[T, ...]], language: str) -> tuple[T, ...]:
    """The lists of a language, then the English ones, which are understood everywhere."""
    return tuple(dict.fromkeys((*lists.get(language, ()), *lists.get("en", ()))))
