"""Writing systems a label can be in: the scripts of UAX #31's recommended table, combined as UTS #39 §5.1 says."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import regex

_ALONE = frozenset({
    "Arabic", "Armenian", "Bengali", "Cyrillic", "Devanagari", "Ethiopic", "Georgian", "Greek", "Gujarati", "Gurmukhi",
    "Hebrew", "Kannada", "Khmer", "Lao", "Latin", "Malayalam", "Myanmar", "Oriya", "Sinhala", "Tamil", "Telugu",
    "Thaana", "Thai", "Tibetan",
})  # fmt: skip
# Chinese, Japanese and Korean mix scripts, and have the letters a to z among their own. Bopomofo goes with Chinese.
_TOGETHER = {
    "Han": r"\p{scx=Han}\p{scx=Bopomofo}a-z",
    "Japanese": r"\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}a-z",
    "Korean": r"\p{scx=Hangul}\p{scx=Han}a-z",
}
SYSTEMS = _ALONE | frozenset(_TOGETHER)

_LATIN = (
    "Bosnian", "Breton", "Catalan", "Croatian", "Danish", "Finnish", "French", "German", "Hungarian", "Icelandic",
    "Italian", "Latvian", "Lithuanian", "Maori", "Norwegian", "Polish", "Portuguese", "Sami", "Spanish", "Swedish",
)  # fmt: skip
_CYRILLIC = ("Belarusian", "Bulgarian", "Macedonian", "Mongolian", "Russian")
WORDS: Mapping[str, frozenset[str]] = {
    **{system: frozenset({system}) for system in SYSTEMS},
    **dict.fromkeys(_LATIN, frozenset({"Latin"})),
    **dict.fromkeys(_CYRILLIC, frozenset({"Cyrillic"})),
    **dict.fromkeys(("Montenegrin", "Serbian"), frozenset({"Cyrillic", "Latin"})),
    **dict.fromkeys(("Chinese", "Simplified Chinese", "Traditional Chinese"), frozenset({"Han"})),
    "Hindi": frozenset({"Devanagari"}),
    "Verisign tables": SYSTEMS,
}
"""What registries call the scripts and languages of their names, and the writing systems these are in."""


def _word(word: str) -> str:
    """Without what sources say in brackets."""
    return word.partition("(")[0].strip()


def unknown_words(words: Iterable[str]) -> list[str]:
    """Those that are neither scripts nor languages of the table."""
    return [word for word in words if _word(word) not in WORDS]


@cache
def systems_of(words: tuple[str, ...]) -> frozenset[str]:
    """The systems an extension's names can be in; all of them if nobody tells."""
    return frozenset().union(*(WORDS[_word(word)] for word in words)) if words else SYSTEMS


@cache
def _outside(system: str) -> regex.Pattern[str]:
    """Finds the first character that is not of this system. Digits, hyphens and accents are of every one."""
    import regex  # noqa: PLC0415 - its tables are read for the first name beyond ASCII only

    own = _TOGETHER.get(system, rf"\p{{scx={system}}}")
    return regex.compile(rf"[^{own}\p{{scx=Common}}\p{{scx=Inherited}}]")


@cache
def _emoji() -> regex.Pattern[str]:
    import regex  # noqa: PLC0415 - see above

    return regex.compile(r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]+")


@lru_cache(maxsize=4096)
def first_emoji(text: str) -> int | None:
    """Where the first emoji or symbol such as ❤ or © stands."""
    found = None if text.isascii() else _emoji().search(text)
    return found.start() if found else None


def without_emoji(text: str) -> list[str]:
    """What stands before, between and behind the emoji."""
    return _emoji().split(text)


@lru_cache(maxsize=4096)
def systems(text: str) -> frozenset[str]:
    """The systems this text, its emoji aside, can be of: none if it mixes scripts, or is in a rare one."""
    letters = "".join(without_emoji(text))
    return frozenset(system for system in SYSTEMS if not _outside(system).search(letters))


def stranger(text: str) -> tuple[int, str]:
    """Where a text of no system leaves the one it begins in, and that system's name: "" for a rare script."""
    reached = {system: found.start() for system in SYSTEMS if (found := _outside(system).search(text))}
    at = max(reached.values())
    first = min((system for system in reached if reached[system] == at), key=lambda each: (each in _TOGETHER, each))
    return at, first if any(char.isalpha() for char in text[:at]) else ""
