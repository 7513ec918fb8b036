"""Translations from gettext's .po files, read as they are: there is nothing to compile and nothing to forget."""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po

from ordain.core.language import ENGLISH, Language, Languages

LOCALES = Path(__file__).parent.parent / "locales"


def load(folder: Path = LOCALES) -> Languages:
    """Every language that has a file `<code>.po`, and English, which needs none."""
    found = {ENGLISH: Language(ENGLISH, {})}
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as stream:
            catalog = read_po(stream)
        messages = {str(m.id): str(m.string) for m in catalog if m.id and m.string and not m.fuzzy}
        found[file.stem] = Language(file.stem, messages)
    return Languages(found)
