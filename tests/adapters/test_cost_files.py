"""catalogue/costs.toml: read whole, refused with the place, and not missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.adapters import cost_files
from ordain.adapters.catalogue_files import CatalogueError

if TYPE_CHECKING:
    from pathlib import Path

ONE = '[[cost]]\nextensions = ["fr"]\ncurrency = "EUR"\ncreate = "4.60"\nbegins = 2026-01-01T00:00:00Z\n'


def test_costs_are_read(tmp_path: Path) -> None:
    file = tmp_path / "costs.toml"
    file.write_text(ONE)
    [found] = cost_files.load(file)
    assert (found.extensions, found.create, found.transfer) == (("fr",), "4.60", None)


def test_an_operator_who_says_nothing_has_none(tmp_path: Path) -> None:
    assert cost_files.load(tmp_path / "costs.toml") == ()


@pytest.mark.parametrize("wrong", [ONE.replace("4.60", "-1"), ONE.replace("create", "creat"), "[[cost]", ONE[:20]])
def test_what_is_wrong_is_named(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "costs.toml"
    file.write_text(wrong)
    with pytest.raises(CatalogueError, match=r"costs\.toml: "):
        cost_files.load(file)
