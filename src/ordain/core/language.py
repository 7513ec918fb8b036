"""A language's sentences. English texts are the keys; the files are gettext's (src/ordain/locales)."""

from __future__ import annotations

from msgspec import Struct

ENGLISH = "en"


class Language(Struct, frozen=True):
    """The translations of one language, by English text. A missing translation is said in English."""

    code: str
    messages: dict[str, str]

    def say(self, text: str, **values: object) -> str:
        """The sentence in this language, its `%(name)s` places filled."""
        said = self.messages.get(text, text)
        return said % values if values else said


class Languages(Struct, frozen=True):
    """All languages at hand, found by a locale such as "fr_FR"."""

    by_code: dict[str, Language]

    def of(self, locale: str | None) -> Language:
        """The language of a locale, English if it has none of ours."""
        code = (locale or ENGLISH).split("_")[0]
        return self.by_code.get(code, self.by_code[ENGLISH])
