"""The examples of docs/rules.md are rules, and its tables are complete."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import msgspec

from ordain.core import rule_rows, rules
from ordain.core.rule_rows import Words
from ordain.core.rules import Operator, Rule

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The page's examples in a language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)


def test_the_tree_means_what_the_page_says() -> None:
    rule = msgspec.json.decode(blocks("json")[0], type=Rule)
    assert rules.problems(rule) == []
    assert msgspec.json.decode(msgspec.json.encode(rule)) == json.loads(blocks("json")[0])
    person = {"OWNER_CONTACT": {"legalForm": "individual", "firstName": ""}}
    assert [v.message for v in rules.violations(rule, person)] == ['Field "firstName" is required']
    assert rules.violations(rule, {"OWNER_CONTACT": {"legalForm": "corporation"}}) == []
    assert rules.violations(rule, {"OWNER_CONTACT": {}}) == []


def test_the_rows_can_be_read() -> None:
    file = tomllib.loads(blocks("toml")[0])
    words = Words({"EEA": ("FR", "IT")}, {}).with_conditions(file["condition"])
    rows, problems = rule_rows.read(file["rule"], words)
    assert (len(rows), problems) == (2, [])
    assert tomllib.loads("\n".join(line.strip() for line in blocks("toml")[1].splitlines()))["examples"]["refused"]


def test_every_operator_is_explained() -> None:
    table = PAGE.partition("### The operators")[2].partition("###")[0]
    assert set(re.findall(r"`(\w+)`", table)) >= set(get_args(Operator))


def test_the_answer_is_in_the_contract_s_form() -> None:
    answer = json.loads(blocks("json")[1])
    assert all(isinstance(text, str) for text in answer["details"].values())
    assert json.loads(answer["details"]["_violations"])[0]["operator"] == "eq"
