"""/sign-up: a new account, asked for by the same rules as by the API (catalogue/account-rules.toml)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from babel import Locale
from msgspec import Struct

from ordain.core import phone
from ordain.core.account_rules import SENTENCES
from ordain.core.refusal import Refused
from ordain.flows import agreements, sessions, sign_up
from ordain.web.page import Page
from ordain.web.refused import beside
from ordain.web.session import local, refused_status, renewed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.core.account_rules import Field
    from ordain.core.language import Language
    from ordain.web.page import Visit

LEGAL_FORMS = {
    "individual": "A person",
    "corporation": "A company",
    "personalcorporation": "A person's own company",
    "association": "An association",
    "administration": "An administration",
    "other": "Another body",
}
LOCALES = {"de": "de_DE", "en": "en_GB", "es": "es_ES", "fr": "fr_FR", "it": "it_IT"}
"""An account's language, by that of the page it was made on."""


class Asked(Struct, frozen=True):
    """A field of the form: its label, and what browsers fill it in with. `always`: even if no rule asks for it."""

    label: str
    autocomplete: str
    always: bool = True
    kind: str = "text"
    hint: str = ""


FIELDS = {
    "email": Asked("E-mail address", "email", kind="email"),
    "organisation": Asked("Organisation", "organization", always=False),
    "corporationType": Asked("Kind of company", "off", always=False),
    "companyNationalIdentificationNumber": Asked("Company number", "off", always=False),
    "vat": Asked("VAT number", "off", always=False),
    "firstname": Asked("First name", "given-name"),
    "name": Asked("Last name", "family-name"),
    "birthDay": Asked("Date of birth", "bday", kind="date", hint="Only some names ask for it: you can give it later."),
    "nationalIdentificationNumber": Asked("National identification number", "off", always=False),
    "address": Asked("Street and number", "street-address"),
    "zip": Asked("Post code", "postal-code"),
    "city": Asked("City", "address-level2"),
    "area": Asked("Province or state", "address-level1", always=False),
    "phone": Asked("Telephone", "tel", kind="tel"),
}
OF_BODIES = ("organisation", "corporationType", "companyNationalIdentificationNumber", "vat")
OF_PERSONS = ("birthDay",)
NOT_ACCEPTED = "Accept the contracts to go on"
SHOWN = 6
GENDERS = ("female", "male")
"""Of a list, in a sentence."""


@lru_cache(maxsize=8)
def countries(code: str) -> tuple[tuple[str, str], ...]:
    """Every country with its name in a language, by name."""
    names = Locale.parse(code).territories
    known = {key: name for key, name in names.items() if len(key) == 2 and key.isalpha()}
    return tuple(sorted(((key, name) for key, name in known.items() if key not in NO_COUNTRIES), key=lambda c: c[1]))


NO_COUNTRIES = ("BV", "CP", "CQ", "EU", "EZ", "HM", "QO", "UN", "XA", "XB", "ZZ")
"""Codes that the contract's enumeration does not have, or that stand for no country."""


def strange(visit: Visit, given: Mapping[str, str | None]) -> dict[str, str]:
    """What is said of countries, legal forms and genders that no form offers, by their fields."""
    lists = {
        **dict.fromkeys(
            ("country", "birthCountry", "nationality", "accreditationCountry"), tuple(dict(countries("en")))
        ),
        **dict.fromkeys(("legalform", "legalForm"), tuple(LEGAL_FORMS)),
        "gender": GENDERS,
    }
    return {
        name: visit.language.say(SENTENCES["one_of"], allowed=_listed(allowed))
        for name, allowed in lists.items()
        if given.get(name) and given[name] not in allowed
    }


def _listed(allowed: tuple[str, ...]) -> str:
    """The first of what there is."""
    return ", ".join(allowed[:SHOWN]) + (" …" if len(allowed) > SHOWN else "")


def _kind(visit: Visit, given: Mapping[str, str]) -> dict[str, str] | None:
    """Who the account is for, None until that is known."""
    country, legalform = given.get("country", ""), given.get("legalform", "")
    if legalform not in LEGAL_FORMS or country not in dict(countries("en")):
        return None
    rules, sold_by = visit.engine.account_rules, visit.engine.market.catalogue.subsidiaries
    kind = {"country": country, "legalform": legalform, "ovhCompany": "ovh"}
    return {**kind, "ovhSubsidiary": rules.subsidiary_of(country, sold_by)}


def _asked(rules: Mapping[str, Field], legalform: str) -> dict[str, Field]:
    """The fields of the form, with their rules."""
    apart = OF_BODIES if legalform == "individual" else OF_PERSONS
    return {
        name: rules[name]
        for name, asked in FIELDS.items()
        if rules[name].mandatory or (name not in apart and (asked.always or rules[name].one_of or name in OF_BODIES))
    }


async def _page(visit: Visit) -> Response:
    then = local(visit.query.get("then"))
    if visit.maybe_session:
        return visit.go(then)
    kind = _kind(visit, visit.query)
    if kind is None:
        sold = visit.engine.market.catalogue
        country = visit.query.get("country", sold.subsidiaries[sold.usual].country)
        return visit.show(
            "sign_up_kind.html",
            then=then,
            countries=countries(visit.language.code),
            country=country,
            legal_forms=[(code, visit.language.say(label)) for code, label in LEGAL_FORMS.items()],
        )
    return _form(visit, kind, {}, {})


def _form(visit: Visit, kind: Mapping[str, str], problems: Mapping[str, str], given: Mapping[str, str]) -> Response:
    subsidiary = visit.engine.market.catalogue.subsidiaries[kind["ovhSubsidiary"]]
    code = visit.language.code
    contracts = [
        (c.name.get(code, c.name["en"]), f"/contracts/{c.id}/{c.version}?language={code}")
        for c in agreements.asked(visit.engine)
    ]
    then = local(visit.form.get("then") or visit.query.get("then"))
    return visit.show(
        "sign_up.html",
        status=400 if problems else 200,
        kind=kind,
        country=dict(countries(code))[kind["country"]],
        legal_form=LEGAL_FORMS[kind["legalform"]],
        again=f"/sign-up?{urlencode({'then': then})}",
        currency=subsidiary.currency,
        fields=_asked(sign_up.rules(visit.engine, kind), kind["legalform"]),
        asked=FIELDS,
        choices=lambda rule: [("", ""), *((value, value) for value in rule.one_of)],
        given=given,
        problems=problems,
        contracts=contracts,
        then=then,
    )


async def _sign_up(visit: Visit) -> Response:
    kind = _kind(visit, visit.form)
    if kind is None:
        return visit.go("/sign-up")
    rules = _asked(sign_up.rules(visit.engine, kind), kind["legalform"])
    said = {name: visit.form.get(name, "").strip() for name in rules}
    if "phone" in said:
        said["phone"] = phone.as_far_as_it_is_one(said["phone"], kind["country"])
    given = {**kind, **said, "language": LOCALES.get(visit.language.code, "en_GB")}
    password = visit.form.get("password", "")
    problems = _problems(visit, given, password)
    if problems:
        return _form(visit, kind, problems, said)
    try:
        account = await sign_up.create(visit.engine, given, password, visit.address)
    except Refused as refused:
        problem = refused.refusals[0]
        answer = _form(visit, kind, {problem.field or "": beside(visit, problem)}, said)
        answer.status_code = refused_status(problem)
        return answer
    token = await sessions.begin(visit.engine, account, visit.now)
    return await renewed(visit, token, local(visit.form.get("then")))


def _problems(visit: Visit, given: Mapping[str, str], password: str) -> dict[str, str]:
    """Everything that is wrong with the form, by field, in the page's language."""
    language: Language = visit.language
    found = {
        fault.field: language.say(
            "%(label)s: %(problem)s",
            label=language.say(FIELDS[fault.field].label),
            problem=language.say(fault.sentence, **fault.values),
        )
        for fault in sign_up.faults(visit.engine, given, visit.now)
    }
    try:
        sessions.check_password(password)
    except Refused as refused:
        found["password"] = language.say(refused.refusals[0].message)
    if visit.form.get("accepted") != "yes":
        found["accepted"] = language.say(NOT_ACCEPTED)
    return found


PAGES = (
    Page(method="GET", path="/sign-up", do=_page),
    Page(method="POST", path="/sign-up", do=_sign_up),
)
