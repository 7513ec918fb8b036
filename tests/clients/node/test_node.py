"""The unmodified node-ovh, over TLS: the tests written in JavaScript, each file against the running server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.specification import TITLES, titles_in
from tests.clients.tools import NODE, node_modules, tool

if TYPE_CHECKING:
    from tests.clients.driven import Driven

FILES = sorted(file.name for file in NODE.glob("*.test.js"))


@pytest.mark.parametrize("name", FILES)
def test_node(name: str, driven: Driven) -> None:
    node_modules()
    said = driven.run([tool("node"), "--test-reporter=tap", NODE / name])
    assert "# fail 0" in said
    assert "# pass 0" not in said


def test_every_step_of_the_specification_is_there() -> None:
    assert titles_in(NODE / "specification.test.js") == TITLES
