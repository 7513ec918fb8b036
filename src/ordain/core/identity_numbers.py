"""Numbers that carry their own proof, such as a codice fiscale: the contract's rules have no operator for check digits.

A row of the catalogue names the kinds a member's number may be of; what its check digits do not bear out is a violation
of the same form as one of the published rule, with the operator `match`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from stdnum import luhn
from stdnum.ar import cuit
from stdnum.au import abn, acn
from stdnum.br import cnpj, cpf
from stdnum.ch import uid
from stdnum.cn import ric, uscc
from stdnum.dk import cvr
from stdnum.ee import ik, registrikood
from stdnum.es import nie, nif
from stdnum.eu import vat
from stdnum.fi import hetu, ytunnus
from stdnum.fr import siren, siret
from stdnum.hr import oib
from stdnum.hu import anum
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale, iva
from stdnum.no import orgnr as no_orgnr
from stdnum.pt import nif as pt_nif
from stdnum.ro import cnp, cui
from stdnum.ru import inn
from stdnum.se import orgnr as se_orgnr
from stdnum.sg import uen

from ordain.core import operators, rules
from ordain.core.language import Sentence
from ordain.core.rules import Facts, Rule, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Kind(NamedTuple):
    """What a sentence calls a number of this kind, and whether a text is one. The text is ASCII."""

    name: str
    is_valid: Callable[[str], bool]


class Number(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a member holds a number of one of these kinds, while the conditions hold. `label` is the row's."""

    kinds: tuple[str, ...]
    conditions: Rule | None = None
    label: str = ""


def _personnummer(text: str) -> bool:
    """Luhn over the last ten digits (Skatteverket, SKV 704); stdnum's own asks the clock for the century."""
    digits = text.replace("-", "").replace("+", "")
    return digits.isdigit() and len(digits) in (10, 12) and luhn.is_valid(digits[-10:])


def _uen(text: str) -> bool:
    """Its check letter alone: stdnum's own asks the clock whether the year in it has come."""
    body, letter = text[:-1], text[-1:]
    if body.isdigit() and len(body) in (8, 9):
        check = uen.calc_business_check_digit if len(body) == 8 else uen.calc_local_company_check_digit
        return letter == check(body)
    years, kind = body[1:3] + body[5:], body[3:5]
    is_other = len(body) == 9 and body[0] in "RST" and kind in uen.OTHER_UEN_ENTITY_TYPES and years.isdigit()
    return is_other and letter == uen.calc_other_check_digit(body)


KINDS = {
    "ar.cuit": Kind("CUIT", cuit.is_valid),
    "au.abn": Kind("ABN", abn.is_valid),
    "au.acn": Kind("ACN", acn.is_valid),
    "br.cnpj": Kind("CNPJ", cnpj.is_valid),
    "br.cpf": Kind("CPF", cpf.is_valid),
    "ch.uid": Kind("UID", uid.is_valid),
    "cn.ric": Kind("resident identity card number", ric.is_valid),
    "cn.uscc": Kind("unified social credit code", uscc.is_valid),
    "dk.cvr": Kind("CVR number", cvr.is_valid),
    "ee.ik": Kind("isikukood", ik.is_valid),
    "ee.registrikood": Kind("registrikood", registrikood.is_valid),
    "es.nie": Kind("NIE", nie.is_valid),
    "es.nif": Kind("NIF", nif.is_valid),
    "eu.vat": Kind("VAT number", vat.is_valid),
    "fi.hetu": Kind("henkilötunnus", hetu.is_valid),
    "fi.ytunnus": Kind("Y-tunnus", ytunnus.is_valid),
    "fr.siren": Kind("SIREN", siren.is_valid),
    "fr.siret": Kind("SIRET", siret.is_valid),
    "hr.oib": Kind("OIB", oib.is_valid),
    "hu.anum": Kind("adószám", anum.is_valid),
    "is.kennitala": Kind("kennitala", kennitala.is_valid),
    "it.codicefiscale": Kind("codice fiscale", codicefiscale.is_valid),
    "it.iva": Kind("partita IVA", iva.is_valid),
    "no.orgnr": Kind("organisasjonsnummer", no_orgnr.is_valid),
    "pt.nif": Kind("NIF", pt_nif.is_valid),
    "ro.cnp": Kind("CNP", cnp.is_valid),
    "ro.cui": Kind("CUI", cui.is_valid),
    "ru.inn": Kind("INN", inn.is_valid),
    "se.orgnr": Kind("organisationsnummer", se_orgnr.is_valid),
    "se.personnummer": Kind("personnummer", _personnummer),
    "sg.uen": Kind("UEN", _uen),
}
"""By the name a row writes: the country and what the number is called there."""


INVALID = 'Field "%(field)s" must be a valid %(expected)s'


def violations(
    rule: Rule,
    numbers: Iterable[Number],
    facts: Facts,
    contexts: frozenset[str] = frozenset(),
    before: Facts | None = None,
) -> list[Violation]:
    """Everything that does not respect the rule, then every number that is wrong although the rule lets it pass."""
    found = rules.violations(rule, facts, contexts, before)
    told = {(violation.label, violation.field) for violation in found}
    for number in numbers:
        violation = _wrong(number, facts, contexts)
        if violation and (violation.label, violation.field) not in told:
            found.append(violation)
    return found


def _wrong(number: Number, facts: Facts, contexts: frozenset[str]) -> Violation | None:
    top, _, member = number.label.partition(".")
    value = operators.look_up_path(facts, (top, member))
    if operators.is_absent(value) or (number.conditions and not rules.holds(number.conditions, facts, contexts)):
        return None
    text = operators.text_of(value)
    if text is not None and text.isascii() and any(KINDS[kind].is_valid(text) for kind in number.kinds):
        return None
    names = tuple(KINDS[kind].name for kind in number.kinds)
    sentence = Sentence(INVALID, {"field": member.removeprefix("address."), "expected": ", ".join(names)})
    return Violation(top, member, "match", names, sentence)
