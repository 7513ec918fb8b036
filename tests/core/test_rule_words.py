"""Rules in words: each rule of the shipped catalogue can be told in each language, and says what is asked and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from ordain.adapters import catalogue_files, gettext_files
from ordain.core.language import IN_ENGLISH
from ordain.core.rule_words import asked, condition
from ordain.core.rules import Constraint, Rule

CATALOGUE = catalogue_files.load(Path(__file__).parents[2] / "catalogue")
INDIVIDUAL = Rule(
    label="OWNER_CONTACT",
    type="contact",
    constraints=(Constraint(operator="required"),),
    fields=Rule(label="legalForm", constraints=(Constraint(operator="eq", value="individual"),)),
)


def told(extension: str, action: str = "create") -> dict[str, tuple[str, ...]]:
    found = CATALOGUE.extensions[extension]
    return {each.place: each.told for each in asked(found.rules[action], found.numbers, IN_ENGLISH)}


def test_what_is_asked_is_told_with_when_it_is() -> None:
    italian = told("it")
    assert italian["OWNER_CONTACT.firstName"] == (
        "has to be given, when OWNER_CONTACT.legalForm is individual",
        "has at most 255 characters",
    )
    assert italian["OWNER_CONTACT.nationality"][-1] == "has to be given"
    assert any("check digits of a number of this kind: codice fiscale" in text
               for text in italian["OWNER_CONTACT.nationalIdentificationNumber"])  # fmt: skip
    assert italian["CLAIMS_NOTICE"] == ("has to be given, when its name brings claims into play",)


def test_what_is_always_needed_is_marked() -> None:
    found = CATALOGUE.extensions["fr"]
    needed = {each.place for each in asked(found.rules["create"], (), IN_ENGLISH) if each.demanded}
    assert "OWNER_CONTACT.address.country" in needed
    assert not {"OWNER_CONTACT.birthDay", "REASON"} & needed


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (INDIVIDUAL, "OWNER_CONTACT.legalForm is individual"),
        (Rule(or_=(INDIVIDUAL, Rule(label="REASON", constraints=(Constraint(operator="required"),)))),
         "OWNER_CONTACT.legalForm is individual or REASON is given"),
        (Rule(and_=(INDIVIDUAL, Rule(label="A", constraints=(Constraint(operator="empty"),)))),
         "OWNER_CONTACT.legalForm is individual and A is empty"),
        (Rule(label="A", constraints=(Constraint(operator="between", values=("2", "5")),)), "A is between 2 and 5"),
    ],
)  # fmt: skip
def test_a_condition_is_a_sentence(rule: Rule, said: str) -> None:
    assert condition(rule, IN_ENGLISH) == said


def test_of_a_choice_each_way_is_told_with_the_others() -> None:
    ways = tuple(Rule(label=label, constraints=(Constraint(operator="required"),)) for label in ("A", "B"))
    found = asked(Rule(or_=ways), (), IN_ENGLISH)
    assert [each.told for each in found] == [
        ("has to be given, when none of this holds: B is given",),
        ("has to be given, when none of this holds: A is given",),
    ]
    assert not any(each.demanded for each in found)


def test_every_rule_there_is_can_be_told_in_every_language() -> None:
    trees = {id(rule): (rule, each.numbers) for each in CATALOGUE.extensions.values() for rule in each.rules.values()}
    for language in gettext_files.load().by_code.values():
        for rule, numbers in trees.values():
            for each in asked(rule, numbers, language):
                assert all(each.told), each.place
