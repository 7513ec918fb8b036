"""Translations from gettext's .po files, read as they are: there is nothing to compile and nothing to forget."""

from __future__ import annotations

from gettext import c2py
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.pofile import read_po

from ordain.core.language import ENGLISH, IN_ENGLISH, Language, Languages

if TYPE_CHECKING:
    from collections.abc import Callable

LOCALES = Path(__file__).parent.parent / "locales"


def load(folder: Path = LOCALES) -> Languages:
    """Every language that has files, `<code>.po` and `<code>.<area>.po`, and English, which needs none."""
    found = {ENGLISH: IN_ENGLISH}
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as stream:
            catalog = read_po(stream)
        said = [m for m in catalog if m.id and m.string and not m.fuzzy]
        messages = {str(m.id): str(m.string) for m in said if not m.pluralizable}
        counted = {m.id[0]: tuple(str(form) for form in m.string or ()) for m in said if m.pluralizable}
        forms = {one: texts for one, texts in counted.items() if all(texts)}
        form: Callable[[int], int] = c2py(catalog.plural_expr)
        code = file.name.partition(".")[0]
        before = found.get(code, Language(code, {}))
        found[code] = Language(code, before.messages | messages, before.forms | forms, form)
    return Languages(found)
