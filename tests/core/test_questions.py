"""A rule as a form's questions: what it lacks is what is asked, of every rule that is shipped."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordain.adapters.catalogue_files import load
from ordain.core import questions, rules

if TYPE_CHECKING:
    from ordain.core.catalogue import Extension

SHIPPED = Path(__file__).parents[2] / "catalogue"
OWNER = "OWNER_CONTACT"


@cache
def extensions() -> list[Extension]:
    """All that have a rule, in the order of their names."""
    return [one for _, one in sorted(load(SHIPPED).extensions.items())]


def asked(name: str, **members: str) -> dict[str, questions.Question]:
    """What an extension asks of an owner of whom this is known, "address__country" for what is nested."""
    extension = next(one for one in extensions() if one.name == name)
    facts = {OWNER: {key.replace("__", "."): value for key, value in members.items()}}
    return {one.place: one for one in questions.questions(extension.rules["create"], facts)}


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_what_a_rule_finds_missing_is_what_its_form_demands(seed: int) -> None:
    chance = random.Random(seed)
    extension = chance.choice(extensions())
    facts: dict[str, Any] = dict(extension.examples.accepted)
    owner = dict(facts.get(OWNER, {}))
    for member in chance.sample(sorted(owner), min(len(owner), chance.randint(0, 4))):
        del owner[member]
    facts = {**facts, OWNER: owner}
    rule = extension.rules["create"]
    missing = {one.place for one in rules.violations(rule, facts) if one.operator == "required"}
    found = {one.place: one for one in questions.questions(rule, facts)}
    assert missing <= {place for place, one in found.items() if one.required}
    assert set(found) <= set(questions.places(rule))


@pytest.mark.parametrize(
    ("member", "known", "said"),
    [("firstName", {"legalForm": "individual"}, "required"), ("firstName", {"legalForm": "corporation"}, "asked"),
     ("organisationName", {"legalForm": "individual"}, ""), ("organisationName", {"legalForm": "other"}, "required"),
     ("birthCity", {"legalForm": "individual", "birthCountry": "FR"}, "required"),
     ("birthCity", {"legalForm": "individual", "birthCountry": "DE"}, ""),
     ("companyNationalIdentificationNumber", {"legalForm": "corporation"}, "required"),
     ("companyNationalIdentificationNumber", {"legalForm": "corporation", "vat": "FR40303265045"}, "")],
)  # fmt: skip
def test_what_is_asked_follows_from_what_is_known(member: str, known: dict[str, str], said: str) -> None:
    question = asked("fr", **known)[f"{OWNER}.{member}"]
    assert ("required" if question.required else "asked" if question.asked else "") == said


def test_what_was_answered_stays_though_it_is_no_longer_asked() -> None:
    question = asked("fr", legalForm="individual")[f"{OWNER}.organisationName"]
    assert [questions.shown(question, value) for value in ("", "Martin SARL")] == [False, True]


def test_choices_patterns_and_examples_are_the_rules_own() -> None:
    italian = asked("it", legalForm="individual", address__country="IT", nationality="IT")
    number = italian[f"{OWNER}.nationalIdentificationNumber"]
    assert number.pattern.startswith("^[A-Z]{6}")
    assert number.example == "MRTCLL80A71H501J"
    assert "RM" in italian[f"{OWNER}.address.province"].allowed
    assert asked("us")[f"{OWNER}.legalFormCategory"].allowed == ("C11", "C12", "C21", "C31", "C32")
    assert asked("com")[f"{OWNER}.email"].example == ""
