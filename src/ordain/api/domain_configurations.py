"""/domain/{serviceName}/configurations and /rules: what a name's public record shows, and its registry's own questions.

E-mail addresses are not obfuscated here: that takes a mail server that forwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

from ordain.api import words
from ordain.api.domain_servers import held
from ordain.api.routing import Call, Route
from ordain.core.refusal import conflict, invalid
from ordain.core.registry import Disclosure, Update
from ordain.flows import changes, domains

if TYPE_CHECKING:
    from ordain.core.delivery import Domain

PATH = "/domain/{serviceName}/configurations"
ContactType = Annotated[str, words.enum("domain.configurations.ContactTypeEnum")]
Members = Annotated[str, words.enum("domain.OptinFieldsEnum")]
OPTIONAL = {
    "owner": words.ENUMERATIONS["domain.OptinFieldsEnum"],
    "admin": [],
    "tech": [],
}
"""What of each contact a name's public record may show if its holder wants it to."""
NO_ALIAS = "Addresses are not obfuscated here: they are shown to nobody as long as nobody opts in"


class Optin(Struct, frozen=True):
    """domain.configurations.Optin."""

    fields: Annotated[list[Members], Meta(max_length=50)]
    type: ContactType


class RuleOfOptin(Struct, frozen=True):
    """domain.rules.Optin."""

    fields: list[Members]
    type: ContactType


class OptinToHave(Struct, frozen=True):
    """domain.configurations.OptinUpdatePayload."""

    optin: Annotated[list[Optin], Meta(max_length=20)] = []


class ObfuscatedEmail(Struct, frozen=True):
    """domain.configurations.ObfuscatedEmail."""

    status: Annotated[str, words.enum("domain.configurations.ObfuscationStatusEnum")] | None
    type: ContactType
    value: str


class EmailsToHave(Struct, frozen=True):
    """domain.configurations.ObfuscatedEmailUpdatePayload."""

    contacts: Annotated[list[ContactType], Meta(max_length=20)]


class CustomFields(Struct, frozen=True):
    """domain.configurations.CustomFields."""

    audience: words.Text | None = None
    authInfo: words.Secret | None = None
    isFor: Annotated[list[Annotated[str, words.enum("domain.IsForEnum")]], Meta(max_length=20)] | None = None
    otherPurpose: words.Text | None = None
    reason: words.Text | None = None
    represent: words.Text | None = None


class CustomFieldsToHave(Struct, frozen=True):
    """domain.configurations.CustomFieldsUpdatePayload."""

    customFields: CustomFields = field(default_factory=CustomFields)


def _optin(domain: Domain) -> list[Optin]:
    shown = {each.contact: list(each.members) for each in domain.disclosed}
    return [Optin(shown.get(contact, []), contact) for contact in OPTIONAL]


async def _read_optin(call: Call) -> list[Optin]:
    return _optin(await held(call))


async def _write_optin(call: Call) -> list[Optin]:
    sent: OptinToHave = call.body
    for each in sent.optin:
        hidden = set(each.fields) - set(OPTIONAL.get(each.type, []))
        if hidden:
            message = f"The public record cannot show {', '.join(sorted(hidden))} of the {each.type} contact"
            raise invalid(message, "optin")
    wanted = {each.type: tuple(sorted(set(each.fields))) for each in sent.optin}
    disclosed = tuple(Disclosure(contact, wanted[contact]) for contact in OPTIONAL if wanted.get(contact))
    nic = call.caller.account.nichandle
    await changes.ask(call.engine, nic, call.path["serviceName"], Update(disclosed=disclosed), call.now)
    return [Optin(list(wanted.get(contact, ())), contact) for contact in OPTIONAL]


async def _rule_of_optin(call: Call) -> list[RuleOfOptin]:
    await held(call)
    return [RuleOfOptin(fields, contact) for contact, fields in OPTIONAL.items()]


async def _no_addresses(call: Call) -> list[ObfuscatedEmail]:
    await held(call)
    return []


async def _no_contacts(call: Call) -> list[ContactType]:
    await held(call)
    return []


async def _want_addresses(call: Call) -> list[ObfuscatedEmail]:
    await _refresh_addresses(call)
    return []


async def _refresh_addresses(call: Call) -> None:
    await held(call)
    if call.body.contacts:
        raise conflict(NO_ALIAS, "contacts")


def _custom_fields(domain: Domain) -> CustomFields:
    return msgspec.convert(domain.custom_fields, CustomFields)


async def _read_custom(call: Call) -> CustomFields:
    return _custom_fields(await held(call))


async def _write_custom(call: Call) -> CustomFields:
    sent: dict[str, Any] = msgspec.to_builtins(call.body.customFields)
    kept = {name: value for name, value in sent.items() if value is not None and name != "authInfo"}
    name = call.path["serviceName"]
    return _custom_fields(await domains.keep_custom_fields(call.engine, call.caller, name, kept))


ROUTES = (
    Route(method="GET", path=f"{PATH}/optin", do=_read_optin, told="What the public record shows", answer=list[Optin]),
    Route(method="PUT", path=f"{PATH}/optin", do=_write_optin, told="Have the public record show this and no more",
          body=OptinToHave, answer=list[Optin]),
    Route(method="GET", path="/domain/{serviceName}/rules/optin", do=_rule_of_optin,
          told="What the public record may show", answer=list[RuleOfOptin]),
    Route(method="GET", path=f"{PATH}/obfuscatedEmails", do=_no_addresses, told="Obfuscated e-mail addresses: none",
          answer=list[ObfuscatedEmail]),
    Route(method="PUT", path=f"{PATH}/obfuscatedEmails", do=_want_addresses, told="Obfuscate e-mail addresses",
          body=EmailsToHave, answer=list[ObfuscatedEmail]),
    Route(method="POST", path=f"{PATH}/obfuscatedEmails/refresh", do=_refresh_addresses,
          told="Have other obfuscated addresses", body=EmailsToHave),
    Route(method="GET", path="/domain/{serviceName}/rules/emailsObfuscation", do=_no_contacts,
          told="Contacts whose address can be obfuscated: none", answer=list[ContactType]),
    Route(method="GET", path=f"{PATH}/data", do=_read_custom, told="Your answers to the registry's own questions",
          answer=CustomFields, standing="INTERNAL"),
    Route(method="PUT", path=f"{PATH}/data", do=_write_custom, told="Answer the registry's own questions",
          body=CustomFieldsToHave, answer=CustomFields, standing="INTERNAL"),
)  # fmt: skip
