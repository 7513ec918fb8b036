"""/newAccount: what a new account has to say, and one made (wire-contract §2.8)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Struct, defstruct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.account_rules import LONGEST, Field
from ordain.flows import agreements, sign_up

Company = Annotated[str, words.enum("nichandle.OvhCompanyEnum")]
PhoneType = Annotated[str, words.enum("nichandle.PhoneTypeEnum")]
OURS = "ovh"
"""The one brand there is: the others sell nothing here."""


class CreationRule(Struct, frozen=True, kw_only=True):
    """nichandle.CreationRule."""

    mandatory: bool
    defaultValue: str | None = None
    examples: list[str] | None = None
    fieldName: str | None = None
    allowed: list[str] | None = msgspec.field(name="in", default=None)
    maxLength: int | None = None
    minLength: int | None = None
    prefix: str | None = None
    regularExpression: str | None = None


class NewAccount(Struct, frozen=True, kw_only=True):
    """What POST /newAccount is sent: how long texts are is the rules' business, as is what is required."""

    country: words.Country
    email: str
    legalform: words.LegalForm
    ovhCompany: Company
    ovhSubsidiary: words.Subsidiary
    address: str | None = None
    area: str | None = None
    birthCity: str | None = None
    birthDay: str | None = None
    city: str | None = None
    companyNationalIdentificationNumber: str | None = None
    corporationType: str | None = None
    fax: str | None = None
    firstname: str | None = None
    italianSDI: str | None = None
    language: words.Language | None = None
    name: str | None = None
    nationalIdentificationNumber: str | None = None
    organisation: str | None = None
    phone: str | None = None
    phoneCountry: words.Country | None = None
    phoneType: PhoneType | None = None
    purposeOfPurchase: str | None = None
    sex: words.Gender | None = None
    spareEmail: str | None = None
    vat: str | None = None
    zip: str | None = None


CreationRules = defstruct(
    "CreationRules",
    [(field.name, CreationRule) for field in msgspec.structs.fields(NewAccount)],
    module=__name__,
    frozen=True,
    namespace={"__doc__": "nichandle.CreationRules."},
)

RuleQuestion = defstruct(
    "RuleQuestion",
    [
        ("action", Annotated[str, words.enum("nichandle.CreationRulesActionEnum")] | None, None),
        *((f.name, f.type if f.default is None else f.type | None, None) for f in msgspec.structs.fields(NewAccount)),
    ],
    module=__name__,
    frozen=True,
)
"""What POST /newAccount/rules is sent: as much of an account as is known."""


class NewAccountAndToken(Struct, frozen=True):
    """nichandle.NewAccountAndToken. There is no consumer key: whoever asks has no application we knew of."""

    consumerKey: str | None
    ovhIdentifier: str


class OfCountry(Struct, frozen=True):
    """Which country."""

    country: words.Country


class OfCompany(Struct, frozen=True):
    """Which company and subsidiary."""

    company: Company
    subsidiary: words.Subsidiary


class OfOvhCompany(Struct, frozen=True):
    """The same under other names."""

    ovhCompany: Company
    ovhSubsidiary: words.Subsidiary


class OfAccount(Struct, frozen=True):
    """What kind of account."""

    country: words.Country
    legalform: words.LegalForm
    ovhCompany: Company
    ovhSubsidiary: words.Subsidiary


def creation_rule(name: str, rule: Field) -> CreationRule:
    """A rule as the contract shows it."""
    return CreationRule(
        mandatory=bool(rule.mandatory),
        defaultValue=rule.default,
        examples=None if rule.examples is None else list(rule.examples),
        fieldName=name,
        allowed=None if rule.one_of is None else list(rule.one_of),
        maxLength=LONGEST if rule.max_length is None else rule.max_length,
        minLength=rule.min_length,
        prefix=rule.prefix,
        regularExpression=rule.pattern,
    )


def _sells(call: Call, company: str, subsidiary: str) -> bool:
    return company == OURS and subsidiary in call.engine.market.catalogue.subsidiaries


async def _areas(call: Call) -> list[str]:
    return list(call.engine.account_rules.areas.get(call.query.country, ()))


async def _corporation_types(call: Call) -> list[str]:
    return list(call.engine.account_rules.corporation_types.get(call.query.country, ()))


async def _legal_forms(_: Call) -> list[str]:
    return words.ENUMERATIONS["nichandle.LegalFormEnum"]


async def _countries(call: Call) -> list[str]:
    """Whoever sells, sells to everywhere."""
    if not _sells(call, call.query.ovhCompany, call.query.ovhSubsidiary):
        return []
    return [code for code in words.ENUMERATIONS["nichandle.CountryEnum"] if code != "UNKNOWN"]


async def _contracts(call: Call) -> list[wire.Contract]:
    if not _sells(call, call.query.company, call.query.subsidiary):
        return []
    locale = call.engine.market.catalogue.subsidiaries[call.query.subsidiary].locale
    code = call.engine.languages.of(locale).code
    return [wire.contract(each, code, call.engine.public_url) for each in agreements.asked(call.engine)]


async def _creation_rules(call: Call) -> Any:  # noqa: ANN401 - a type made of another's members
    rules = sign_up.rules(call.engine, msgspec.structs.asdict(call.query))
    return CreationRules(**{name: creation_rule(name, rule) for name, rule in rules.items()})


async def _rules(call: Call) -> list[CreationRule]:
    """For an account that is updated, only what can be."""
    rules = sign_up.rules(call.engine, msgspec.structs.asdict(call.body))
    wanted = sign_up.WRITABLE if call.body.action == "update" else rules.keys()
    return [creation_rule(name, rule) for name, rule in rules.items() if name in wanted]


async def _create(call: Call) -> NewAccountAndToken:
    made = await sign_up.create(call.engine, msgspec.structs.asdict(call.body), None, call.address)
    return NewAccountAndToken(None, made.nichandle)


def _route(method: str, path: str, do: Any, told: str, **more: Any) -> Route:  # noqa: ANN401 - a Route's members
    return Route(method=method, path=path, do=do, told=told, authenticated=False, **more)


ROUTES = (
    _route("POST", "/newAccount", _create, "Create an account", body=NewAccount, answer=NewAccountAndToken,
           refuses=("too-many",)),
    _route("GET", "/newAccount/area", _areas, "List a country's areas", query=OfCountry, answer=list[str]),
    _route("GET", "/newAccount/contracts", _contracts, "List the contracts a new account agrees to",
           query=OfCompany, answer=list[wire.Contract]),
    _route("GET", "/newAccount/corporationType", _corporation_types, "List a country's kinds of bodies",
           query=OfCountry, answer=list[str]),
    _route("GET", "/newAccount/countries", _countries, "List the countries a subsidiary sells to",
           query=OfOvhCompany, answer=list[words.Country]),
    _route("GET", "/newAccount/creationRules", _creation_rules, "What a new account has to say, by member",
           query=OfAccount, answer=CreationRules),
    _route("GET", "/newAccount/legalform", _legal_forms, "List the legal forms", query=OfCountry, answer=list[str]),
    _route("POST", "/newAccount/rules", _rules, "What an account has to say, as far as it is known",
           body=RuleQuestion, answer=list[CreationRule]),
)  # fmt: skip
