"""/domain/configurationRule: registries' rules, published and checked (wire-contract §4.4)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Struct

from ordain.api import words
from ordain.api.routing import Call, Route
from ordain.core import rules as core
from ordain.flows import rules

Action = Annotated[str, words.enum("domain.ActionEnum")]

# A nichandle's members, by the names a contact has for them: rules speak of contacts.
_AS_CONTACT = {
    "firstname": "firstName",
    "name": "lastName",
    "organisation": "organisationName",
    "legalform": "legalForm",
    "corporationType": "organisationType",
    "sex": "gender",
    "address": "address.line1",
    "complementaryAddress": "address.line2",
    "area": "address.province",
    "city": "address.city",
    "country": "address.country",
    "zip": "address.zip",
}


class ByAction(Struct, frozen=True):
    """Which rule: for doing what, with which name."""

    action: Action
    domain: str


class Extras(Struct, frozen=True):
    """domain.configuration.rules.RuleExtraData."""

    acceptCondition: bool | None = None
    authInfo: words.Secret | None = None


class RuleFacts(Struct, frozen=True):
    """domain.configuration.rules.RuleData: the members of its objects are what the rule asks about."""

    adminAccount: dict[str, Any] | None = None
    domain: dict[str, Any] | None = None
    extras: Extras | None = None
    owner: dict[str, Any] | None = None
    techAccount: dict[str, Any] | None = None


async def _read(call: Call) -> core.Rule:
    return rules.published(call.engine, call.query.domain, call.query.action)


async def _check(call: Call) -> None:
    sent: RuleFacts = call.body
    extras, domain = sent.extras or Extras(), sent.domain or {}
    facts = {
        "OWNER_CONTACT": sent.owner,
        "ADMIN_ACCOUNT": _contact(sent.adminAccount),
        "TECH_ACCOUNT": _contact(sent.techAccount),
        "DOMAIN_CONFIG": sent.domain,
        "ACCEPT_CONDITIONS": extras.acceptCondition,
        "AUTH_INFO": extras.authInfo or domain.get("authInfo"),
        "REASON": domain.get("reason"),
    }
    asked = rules.Asked(call.query.domain, call.query.action, facts)
    await rules.check(call.engine, call.caller, asked, call.now)


def _contact(account: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if account is None else {_AS_CONTACT.get(name, name): value for name, value in account.items()}


ROUTES = (
    Route(method="GET", path="/domain/configurationRule", do=_read, told="A registry's rule", authenticated=False,
          query=ByAction, answer=core.Rule),
    Route(method="POST", path="/domain/configurationRule/check", do=_check, told="Check data against a rule",
          query=ByAction, body=RuleFacts),
)  # fmt: skip
