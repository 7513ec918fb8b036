"""Translations from gettext's .po files, read as they are: there is nothing to compile and nothing to forget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from gettext import c2py
from pathlib import Path
from typing import TYPE_CHECKING

from ordain.core.language import ENGLISH, IN_ENGLISH, Language, Languages

if TYPE_CHECKING:
    from collections.abc import Callable

LOCALES = Path(__file__).parent.parent / "locales"


def load(folder: Path = LOCALES) -> Languages:
    """Every language that has files, `<code>.po` and `<code>.<area>.po`, and English, which needs none."""
    files: dict[str, list[Path]] = {}
    for file in sorted(folder.glob("*.po")):
        files.setdefault(file.name.partition(".")[0], []).append(file)
    return Languages(_Files(files))


class _Files(Mapping[str, Language]):
    """The languages there are files of, each read when it is first spoken: 15 ms; all were a tenth of the start.

    `tests/test_translations.py` reads them all.
    """

    def __init__(self, files: Mapping[str, list[Path]]) -> None:
        self._files = files
        self._read = {ENGLISH: IN_ENGLISH}

    def __getitem__(self, code: str) -> Language:
        if code not in self._read:
            self._read[code] = _language(code, self._files[code])
        return self._read[code]

    def __contains__(self, code: object) -> bool:
        return code in self._read or code in self._files

    def __iter__(self) -> Iterator[str]:
        return iter({**self._read, **self._files})

    def __len__(self) -> int:
        return len({**self._read, **self._files})


def _language(code: str, files: list[Path]) -> Language:
    from babel.messages.pofile import read_po  # noqa: PLC0415 - who serves English alone needs none of it

    messages: dict[str, str] = {}
    forms: dict[str, tuple[str, ...]] = {}
    form: Callable[[int], int] = IN_ENGLISH.form
    for file in files:
        with file.open("rb") as stream:
            catalog = read_po(stream)
        said = [m for m in catalog if m.id and m.string and not m.fuzzy]
        messages |= {str(m.id): str(m.string) for m in said if not m.pluralizable}
        counted = {m.id[0]: tuple(str(form) for form in m.string or ()) for m in said if m.pluralizable}
        forms |= {one: texts for one, texts in counted.items() if all(texts)}
        form = c2py(catalog.plural_expr)
    return Language(code, messages, forms, form)
