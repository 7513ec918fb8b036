"""A language's sentences. English texts are the keys; the files are gettext's (src/ordain/locales)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

ENGLISH = "en"


class Sentence(Struct, frozen=True):
    """Something to be said in whatever language: an English text, and what fills its `%(name)s` places.

    With `many`, `text` is what is said of one and `many` of several: the value `count` decides.
    """

    text: str
    values: Mapping[str, object] = {}
    """What fills a place may be a sentence too."""
    many: str = ""

    def __hash__(self) -> int:
        """By its texts: what fills them may be a dictionary's business, and is compared."""
        return hash((self.text, self.many))


def listed(parts: Sequence[Sentence], mark: str) -> Sentence:
    """One or several, one after another, with a mark such as ", " between them."""
    *before, last = parts
    return Sentence(f"%(before)s{mark}%(last)s", {"before": listed(before, mark), "last": last}) if before else last


def one_or_many(count: int) -> int:
    """The form of a text that English uses for so many things: 0 for one, 1 for all other numbers."""
    return int(count != 1)


class Language(Struct, frozen=True):
    """The translations of one language, by English text. A missing translation is said in English."""

    code: str
    messages: dict[str, str]
    forms: dict[str, tuple[str, ...]] = {}
    """Of texts that depend on a count, by the English text for one."""
    form: Callable[[int], int] = one_or_many
    """Which of the forms is used for a count."""

    def say(self, text: str, **values: object) -> str:
        """The sentence in this language, its `%(name)s` places filled."""
        said = self.messages.get(text, text)
        return said % values if values else said

    def say_count(self, one: str, many: str, count: int, **values: object) -> str:
        """The same where the text depends on a count, which fills `%(count)d`."""
        forms = self.forms.get(one)
        said = forms[self.form(count)] if forms else (one, many)[one_or_many(count)]
        return said % {"count": count, **values}

    def tell(self, sentence: Sentence) -> str:
        """A sentence in this language."""
        values = {name: self.tell(one) if isinstance(one, Sentence) else one for name, one in sentence.values.items()}
        if not sentence.many:
            return self.say(sentence.text, **values)
        count = values.pop("count")
        return self.say_count(sentence.text, sentence.many, count if isinstance(count, int) else 0, **values)


IN_ENGLISH = Language(ENGLISH, {})


class Languages(Struct, frozen=True):
    """All languages at hand, found by a locale such as "fr_FR"."""

    by_code: Mapping[str, Language]

    def of(self, locale: str | None) -> Language:
        """The language of a locale, English if it has none of ours."""
        code = (locale or ENGLISH).split("_")[0]
        return self.by_code[code if code in self.by_code else ENGLISH]

    def preferred(self, accepted: str) -> Language:
        """The best of ours that a browser accepts: "fr-CA, en;q=0.5" (RFC 9110 §12.5.4)."""
        weighed = [_weighed(part) for part in accepted[:1000].split(",")]
        # Sorting keeps the order of what weighs the same.
        ours = [code for weight, code in sorted(weighed, key=lambda w: -w[0]) if weight and code in self.by_code]
        return self.by_code[ours[0] if ours else ENGLISH]


def _weighed(part: str) -> tuple[Fraction, str]:
    code, _, weight = "".join(part.lower().split()).partition(";q=")  # there may be spaces around the semicolon
    found = re.fullmatch(r"[01](\.\d{0,3})?", weight or "1")
    return Fraction(found[0]) if found else Fraction(0), code.partition("-")[0]
