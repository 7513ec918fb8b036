"""/domain/contact: contacts with all that registries may ask; the ids are those of /me/contact (wire-contract §4.5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from ordain.api import words
from ordain.api.account import change
from ordain.api.routing import Call, Route
from ordain.core import account as core
from ordain.flows import contacts

CONTACT = "/domain/contact/{contactId}"


class Address(Struct, frozen=True, kw_only=True):
    """domain.ContactAddress."""

    city: words.Text | None = None
    country: words.Country | None = None
    line1: words.Text | None = None
    line2: words.Text | None = None
    line3: words.Text | None = None
    otherDetails: words.Text | None = None
    province: words.Text | None = None
    zip: words.Text | None = None


class Members(Struct, frozen=True, kw_only=True):
    """What a domain.Contact is made of, as it comes in."""

    accreditationCountry: words.Country | None = None
    accreditationId: words.Text | None = None
    accreditationOrganism: words.Text | None = None
    accreditationYear: int | None = None
    address: Address | None = None
    birthCity: words.Text | None = None
    birthCountry: words.Country | None = None
    birthDay: date | None = None
    birthZip: words.Text | None = None
    cellPhone: words.Phone | None = None
    companyNationalIdentificationNumber: words.Text | None = None
    email: words.Email | None = None
    enterpriseId: words.Text | None = None
    fax: words.Text | None = None
    firstName: words.Text | None = None
    gender: words.Gender | None = None
    insee: words.Text | None = None
    language: words.Language | None = None
    lastName: words.Text | None = None
    legalForm: words.LegalForm | None = None
    legalFormCategory: words.Text | None = None
    nationalIdentificationNumber: words.Text | None = None
    nationality: words.Country | None = None
    organisationAccountable: words.Text | None = None
    organisationFunding: words.Text | None = None
    organisationFundingOther: words.Text | None = None
    organisationName: words.Text | None = None
    organisationRole: words.Text | None = None
    organisationRoleOther: words.Text | None = None
    organisationStaffStatus: words.Text | None = None
    organisationStaffStatusOther: words.Text | None = None
    organisationType: words.Text | None = None
    organisationTypeOther: words.Text | None = None
    phone: words.Phone | None = None
    registrantDocumentType: words.Text | None = None
    registrantDocumentTypeOther: words.Text | None = None
    roleInOrganisation: words.Text | None = None
    trademarkId: words.Text | None = None
    vat: words.Text | None = None
    website: words.Text | None = None


class Contact(Members, frozen=True, kw_only=True):
    """domain.Contact."""

    id: int


Change = change("Change", Members, address=change("AddressChange", Address) | None)
"""domain.Contact, where what is not sent stays as it is."""

_TEXTS = ("email", "firstName", "lastName", "language", "legalForm")
_ADDRESS_TEXTS = ("city", "country", "line1")
"""Members that are empty rather than missing inside."""


def _shown(contact: core.Contact) -> Contact:
    """A contact; what was left open is null."""
    members = {field.name: getattr(contact, field.name) for field in msgspec.structs.fields(Contact)}
    told: dict[str, Any] = {name: value if value != "" else None for name, value in members.items()}
    address = {name: value or None for name, value in msgspec.structs.asdict(contact.address).items()}
    told["address"] = Address(**address)
    return Contact(**told)


def _changes(sent: Struct) -> dict[str, Any]:
    """What was sent, as the core has it."""
    told = {name: value for name, value in msgspec.structs.asdict(sent).items() if value is not UNSET}
    address = told.pop("address", None)
    told |= {name: "" for name in _TEXTS if name in told and told[name] is None}
    if address is not None:
        parts = {name: value for name, value in msgspec.structs.asdict(address).items() if value is not UNSET}
        told["address"] = parts | {name: "" for name in _ADDRESS_TEXTS if name in parts and parts[name] is None}
    return told


async def _list(call: Call) -> list[Contact]:
    return [_shown(one) for one in await contacts.every(call.engine, call.caller)]


async def _create(call: Call) -> Contact:
    account = call.caller.account
    sent = {"address": dict.fromkeys(_ADDRESS_TEXTS, ""), **_changes(call.body)}
    # A contact's language and form decide what else is asked for: those of the account, where they are left open.
    sent |= {"language": sent["language"] or account.language, "legalForm": sent["legalForm"] or account.legalform}
    return _shown(await contacts.create(call.engine, call.caller, msgspec.convert(sent, core.Contact)))


async def _read(call: Call) -> Contact:
    return _shown(await contacts.read(call.engine, call.caller, call.path["contactId"]))


async def _update(call: Call) -> Contact:
    sent = _changes(call.body)
    return _shown(await contacts.update(call.engine, call.caller, call.path["contactId"], sent))


ROUTES = (
    Route(method="GET", path="/domain/contact", do=_list, told="Your contacts, whole", answer=list[Contact]),
    Route(method="POST", path="/domain/contact", do=_create, told="Create a contact", body=Members, answer=Contact),
    Route(method="GET", path=CONTACT, do=_read, told="Read a contact", answer=Contact),
    Route(method="PUT", path=CONTACT, do=_update, told="Change a contact", body=Change, answer=Contact),
)  # fmt: skip
