"""Every sentence said to a customer is in every language file, with the same places to fill."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ordain.adapters.gettext_files import LOCALES, load
from ordain.core import pricing
from ordain.web.orders import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = Path(__file__).parents[1] / "src" / "ordain"
TABLES = (*pricing.DESCRIBED.values(), *STATUSES.values())
LANGUAGES = sorted(file.stem for file in LOCALES.glob("*.po"))
# A sentence with nothing in it to translate.
ONLY_PLACES = "%(domain)s: %(reason)s"


def said(tree: ast.AST) -> Iterator[str]:
    """The texts given to `say(…)` and `note(act, order, label, …)`."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        place = {"say": 0, "note": 3}.get(name)
        if place is not None and len(call.args) > place:
            text = call.args[place]
            if isinstance(text, ast.Constant):
                yield str(text.value)


def sentences() -> set[str]:
    """Every sentence of the program that customers read."""
    found = {text for file in SOURCES.rglob("*.py") for text in said(ast.parse(file.read_text()))}
    return (found | set(TABLES)) - {ONLY_PLACES}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sentence_is_translated(code: str) -> None:
    assert sentences() - load().by_code[code].messages.keys() == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_fills_the_same_places(code: str) -> None:
    places = re.compile(r"%\(\w+\)[sd]")
    messages = load().by_code[code].messages
    assert [text for text, own in messages.items() if set(places.findall(text)) != set(places.findall(own))] == []


def test_the_sentences_are_found_in_the_program() -> None:
    assert {"Order placed", "Your order %(order)d", "Delivered", "Tax"} <= sentences()
    assert LANGUAGES == ["fr"]
