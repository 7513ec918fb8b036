"""The unmodified go-ovh: the tests written in Go, each against the running server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.clients.specification import TITLES, titles_in
from tests.clients.tools import GO, go_tests

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.driven import Driven

TESTS = [
    name
    for file in sorted(GO.glob("*_test.go"))
    for name in re.findall(r"^func (Test\w+)\(", file.read_text(), re.MULTILINE)
]


@pytest.fixture(scope="module")
def program() -> Path:
    """The Go tests, built."""
    return go_tests()


@pytest.mark.parametrize("name", TESTS)
def test_go(name: str, program: Path, driven: Driven) -> None:
    assert f"--- PASS: {name} " in driven.run([program, "-test.v", f"-test.run=^{name}$"])


def test_every_step_of_the_specification_is_there() -> None:
    assert titles_in(GO / "specification_test.go") == TITLES
