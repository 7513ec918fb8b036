"""Check digits: true and false numbers of every kind, and how a wrong one is told beside the rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.catalogue_build import build
from ordain.core.identity_numbers import INVALID, KINDS, Number, violations
from ordain.core.language import Sentence
from ordain.core.rules import Constraint, Rule, Violation
from tests.core.test_catalogue import extension_with

# By kind: numbers that are right, and right shapes with wrong check digits.
SAMPLES = {
    "ar.cuit": ("20-05536168-2", "20-05536168-3"),
    "au.abn": ("83914571673", "99999999999"),
    "au.acn": ("004085616", "004085617"),
    "br.cnpj": ("16727230000197", "16727230000198"),
    "br.cpf": ("39053344705", "23100299900"),
    "ch.uid": ("CHE-116.281.710", "CHE-116.281.711"),
    "cn.ric": ("360426199101010071", "360426199101010072"),
    "cn.uscc": ("91110000600037341L", "91110000600037342L"),
    "dk.cvr": ("DK13585628", "13585629"),
    "ee.ik": ("36805280109", "36805280108"),
    "ee.registrikood": ("12345678", "12345679"),
    "es.nie": ("X2482300W", "X2482300A"),
    "es.nif": ("12345678Z", "12345678A"),
    "eu.vat": ("FR83404833048", "FR84404833048"),
    "fi.hetu": ("131052-308T", "131052-308U"),
    "fi.ytunnus": ("2077474-0", "2077474-1"),
    "fr.siren": ("552008443", "552008444"),
    "fr.siret": ("73282932000074", "73282932000079"),
    "hr.oib": ("33392005961", "33392005962"),
    "hu.anum": ("HU12892312", "HU12892313"),
    "is.kennitala": ("450401-3150", "450401-3160"),
    "it.codicefiscale": ("RCCMNL83S18D969H", "RCCMNL83S18D969I"),
    "it.iva": ("00743110157", "00743110158"),
    "no.orgnr": ("988077917", "988077918"),
    "pt.nif": ("PT501964843", "501964842"),
    "ro.cnp": ("1630615123457", "1630615123458"),
    "ro.cui": ("18547290", "18547291"),
    "ru.inn": ("1234567894", "1234567895"),
    "se.orgnr": ("556703-7485", "556703-7486"),
    "se.personnummer": ("19811218-9876", "811218-9877"),
    "sg.uen": ("197401143C", "197401143D"),
}
IN_ITALY = Rule(label="OWNER_CONTACT", type="contact", constraints=(Constraint(operator="required"),),
                fields=Rule(label="address.country", constraints=(Constraint(operator="eq", value="IT"),)))  # fmt: skip
MEMBER = "OWNER_CONTACT.nationalIdentificationNumber"
CODICE = Number(kinds=("it.codicefiscale",), conditions=IN_ITALY, label=MEMBER)
WRONG = Violation(
    "OWNER_CONTACT",
    "nationalIdentificationNumber",
    "match",
    ("codice fiscale",),
    Sentence(INVALID, {"field": "nationalIdentificationNumber", "expected": "codice fiscale"}),
)


def owner(number: object, country: str = "IT") -> dict[str, Any]:
    return {"OWNER_CONTACT": {"address": {"country": country}, "nationalIdentificationNumber": number}}


def test_every_kind_is_sampled() -> None:
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_check_digits_tell_right_from_wrong(kind: str) -> None:
    right, wrong = SAMPLES[kind]
    assert KINDS[kind].is_valid(right)
    assert not KINDS[kind].is_valid(wrong)


@pytest.mark.parametrize("right", ["00192200M", "197401143C", "S16FC0121D", "T01FC6132D"])
def test_a_singapore_number_has_one_of_three_forms(right: str) -> None:
    assert KINDS["sg.uen"].is_valid(right)
    assert not any(KINDS["sg.uen"].is_valid(wrong) for wrong in ("", right[:-1], right[:-1] + "I", f"0{right}"))


def test_a_wrong_number_is_a_violation_of_the_usual_form() -> None:
    assert violations(Rule(), (CODICE,), owner("RCCMNL83S18D969I")) == [WRONG]
    assert violations(Rule(), (CODICE,), owner("RCCMNL83S18D969H")) == []


@pytest.mark.parametrize("given", [None, "", "  ", [], {}])
def test_only_a_number_that_is_there_is_looked_at(given: Any) -> None:
    assert violations(Rule(), (CODICE,), owner(given)) == ([WRONG] if given == {} else [])


@pytest.mark.parametrize("facts", [{}, {"OWNER_CONTACT": None}, {"OWNER_CONTACT": "x"}, owner("any", "FR")])
def test_only_while_its_conditions_hold(facts: dict[str, Any]) -> None:
    assert violations(Rule(), (CODICE,), facts) == []


def test_one_kind_of_several_is_enough() -> None:
    either = Number(kinds=("es.nif", "es.nie"), label=MEMBER)
    assert violations(Rule(), (either,), owner("X2482300W")) == []
    assert violations(Rule(), (either,), owner("12345678Z")) == []
    [found] = violations(Rule(), (either,), owner("12345678A"))
    assert found.message == 'Field "nationalIdentificationNumber" must be a valid NIF, NIE'


def test_what_the_rule_refuses_is_not_refused_twice() -> None:
    shape = Rule(label="nationalIdentificationNumber", constraints=(Constraint(operator="match", value="^[A-Z]+$"),))
    rule = Rule(label="OWNER_CONTACT", type="contact", fields=shape)
    [found] = violations(rule, (CODICE,), owner("123"))
    assert found.expected == ("^[A-Z]+$",)
    assert violations(rule, (CODICE,), owner("ABC")) == [WRONG]


@given(st.sampled_from(sorted(KINDS)), st.text() | st.from_regex(r"[A-Z]{0,3}[0-9]{0,20}[A-Z-]?", fullmatch=True))
def test_no_text_makes_a_check_fail(kind: str, text: str) -> None:
    assert len(violations(Rule(), (Number(kinds=(kind,), label=MEMBER),), owner(text))) <= 1


def test_a_kind_nobody_knows_is_named_when_the_catalogue_is_loaded() -> None:
    row = {"label": "OWNER_CONTACT.vat", "type": "string", "numbers": [{"kinds": ["xx.vat"]}]}
    assert build(extension_with(rule=[row])) == [
        "extensions/zz.toml: rule OWNER_CONTACT.vat: there is no kind of number 'xx.vat'"
    ]


def test_rows_pass_their_numbers_on_and_add_to_them() -> None:
    vat = {"label": "OWNER_CONTACT.vat", "type": "string", "numbers": [{"kinds": ["it.iva"], "conditions": "french"}]}
    built = build(extension_with(rule=[vat, {"label": "OWNER_CONTACT.vat", "numbers": [{"kinds": ["eu.vat"]}]}]))
    assert not isinstance(built, list)
    first, second = built.extensions["zz"].numbers
    assert (first.label, first.kinds, second.kinds) == ("OWNER_CONTACT.vat", ("it.iva",), ("eu.vat",))
    assert first.conditions is not None
