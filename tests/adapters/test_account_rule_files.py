"""The file of the accounts' rules: the shipped one is right, and what is wrong in another is told with its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ordain.adapters import account_rule_files
from ordain.adapters.catalogue_files import CatalogueError
from ordain.settings import read
from tests.world import market

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = read({"ORDAIN_SECRET": "any"}).catalogue


def test_the_shipped_rules_are_right() -> None:
    rules = account_rule_files.load(FOLDER, market(FOLDER).catalogue)
    assert rules.of("FR", "corporation", "FR")["organisation"].mandatory


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[fields]", "[fields"), "account-rules.toml"),
        (("mandatory = true", 'mandatory = "yes"'), "bool"),
        (("max_length = 20", "longest = 20"), "longest"),
        (('country = ["PL"]', 'land = ["PL"]'), "land"),
        (('"general-terms"', '"no-terms"'), "no-terms"),
        (('AT = "DE"', 'AT = "XX"'), "XX"),
        (("'^[0-9]{4}$'", "'^[0-9'"), "regular expression"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    text = (FOLDER / account_rule_files.NAME).read_text().replace(*change)
    (tmp_path / account_rule_files.NAME).write_text(text)
    with pytest.raises(CatalogueError, match=told):
        account_rule_files.load(tmp_path, market(FOLDER).catalogue)


def test_without_the_file_there_is_no_start(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="account-rules"):
        account_rule_files.load(tmp_path, market(FOLDER).catalogue)
