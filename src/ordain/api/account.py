"""/me and /me/contact: the account's own data and its contacts (wire-contract §2.10)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, defstruct

from ordain.api import words
from ordain.api.routing import Call, Route
from ordain.core import account as core
from ordain.flows import contacts, sign_up

if TYPE_CHECKING:
    from collections.abc import Iterator


class Currency(Struct, frozen=True):
    """nichandle.Currency."""

    code: str
    symbol: str


class Nichandle(Struct, frozen=True):
    """nichandle.Nichandle."""

    address: str | None
    area: str | None
    birthCity: str | None
    birthDay: str | None
    city: str | None
    companyNationalIdentificationNumber: str | None
    complementaryAddress: str | None
    corporationType: str | None
    country: words.Country
    currency: Currency
    customerCode: str | None
    email: str
    fax: str | None
    firstname: str | None
    italianSDI: str | None
    kycValidated: bool | None
    language: words.Language | None
    legalform: words.LegalForm
    name: str | None
    nationalIdentificationNumber: str | None
    nichandle: str
    organisation: str | None
    ovhCompany: Annotated[str, words.enum("nichandle.OvhCompanyEnum")]
    ovhSubsidiary: words.Subsidiary
    phone: str | None
    phoneCountry: words.Country | None
    phoneType: Annotated[str, words.enum("nichandle.PhoneTypeEnum")] | None
    purposeOfPurchase: str | None
    sex: words.Gender | None
    spareEmail: str | None
    state: Annotated[str, words.enum("nichandle.StateEnum")]
    vat: str | None
    zip: str | None


def nichandle(account: core.Account, currency: str, pattern: str) -> Nichandle:
    """An account. Its state is complete: an account that is not cannot be made."""
    symbol = pattern.replace("{amount}", "").strip() or currency
    known: dict[str, Any] = {field.name: None for field in msgspec.structs.fields(Nichandle)}
    known |= {name: value for name, value in msgspec.structs.asdict(account).items() if name in known}
    known |= {"currency": Currency(currency, symbol), "ovhCompany": "ovh", "state": "complete"}
    return Nichandle(**known)


class Address(Struct, frozen=True, kw_only=True):
    """me.contact.Address."""

    city: words.Needed
    country: words.Country
    line1: words.Needed
    line2: words.Text | None = None
    line3: words.Text | None = None
    otherDetails: words.Text | None = None
    province: words.Text | None = None
    zip: words.Text | None = None


class Contact(Struct, frozen=True, kw_only=True):
    """me.contact.Contact, as it comes in; `id` is ours to give."""

    address: Address
    email: words.Email
    firstName: words.Needed
    language: words.Language
    lastName: words.Needed
    legalForm: words.LegalForm
    birthCity: words.Text | None = None
    birthCountry: words.Country | None = None
    birthDay: date | None = None
    birthZip: words.Text | None = None
    cellPhone: words.Phone | None = None
    companyNationalIdentificationNumber: words.Text | None = None
    fax: words.Phone | None = None
    gender: words.Gender | None = None
    nationalIdentificationNumber: words.Text | None = None
    nationality: words.Country | None = None
    organisationName: words.Text | None = None
    organisationType: words.Text | None = None
    phone: words.Phone | None = None
    spareEmail: words.Email | None = None
    vat: words.Text | None = None
    id: int = 0


def change(name: str, of: type[Struct], **instead: Any) -> type[Struct]:  # noqa: ANN401 - types are values here
    """The same members, every one optional."""
    fields = [(f.name, instead.get(f.name, f.type) | UnsetType, UNSET) for f in msgspec.structs.fields(of)]
    return defstruct(name, fields, module=__name__)


class NewAccount(Struct, frozen=True, kw_only=True):
    """A person's new account, as an operator gives it: members of nichandle.Nichandle, and two of .fr's own."""

    email: words.Email
    firstname: words.Needed
    name: words.Needed
    country: words.Country
    ovhSubsidiary: words.Subsidiary
    language: words.Language
    birthDay: date | None = None
    birthCity: words.Text | None = None
    birthCountry: words.Country | None = None
    birthZip: words.Text | None = None
    address: words.Text | None = None
    zip: words.Text | None = None
    city: words.Text | None = None
    phone: words.Phone | None = None


ContactChange = change("ContactChange", Contact, address=change("AddressChange", Address))
"""me.contact.Contact with every member optional: what is not sent stays as it is."""


ME = [each for each in msgspec.structs.fields(Nichandle) if each.name in sign_up.WRITABLE]
NichandleChange = defstruct(
    "NichandleChange", [(each.name, each.type | UnsetType, UNSET) for each in ME], module=__name__
)
"""What of nichandle.Nichandle can be written: what is not sent stays as it is, null takes it away."""


class FieldInformation(Struct, frozen=True):
    """me.contact.FieldInformation."""

    fieldName: str
    mandatory: bool
    readOnly: bool


async def _update_me(call: Call) -> None:
    changes = {name: value for name, value in msgspec.to_builtins(call.body).items() if name in sign_up.WRITABLE}
    await sign_up.update(call.engine, call.caller.account.nichandle, changes, call.now)


def _fields(kind: type[Struct], prefix: str = "") -> Iterator[FieldInformation]:
    for each in msgspec.structs.fields(kind):
        if each.name == "address":
            yield from _fields(Address, "address.")
        else:
            ours = each.name == "id"
            yield FieldInformation(prefix + each.name, mandatory=each.required and not ours, readOnly=ours)


async def _contact_fields(call: Call) -> list[FieldInformation]:
    await contacts.read(call.engine, call.caller, call.path["contactId"])
    return list(_fields(Contact))


async def _me(call: Call) -> Nichandle:
    account = call.caller.account
    subsidiary = call.engine.market.catalogue.subsidiaries[account.ovhSubsidiary]
    return nichandle(account, subsidiary.currency, subsidiary.price_text)


async def _list_contacts(call: Call) -> list[int]:
    return await contacts.ids(call.engine, call.caller)


async def _create_contact(call: Call) -> Contact:
    return _shown(await contacts.create(call.engine, call.caller, _core(call.body)))


def _core(contact: Struct) -> core.Contact:
    return msgspec.convert(msgspec.to_builtins(contact), core.Contact)


def _shown(contact: core.Contact) -> Contact:
    """A contact with the members it has here; one made as /domain/contact may say less than is asked for here."""
    members = {field.name: getattr(contact, field.name) for field in msgspec.structs.fields(Contact)}
    address = {**msgspec.structs.asdict(contact.address), "country": contact.address.country or "UNKNOWN"}
    return Contact(**{**members, "address": Address(**address)})


async def _read_contact(call: Call) -> Contact:
    return _shown(await contacts.read(call.engine, call.caller, call.path["contactId"]))


async def _update_contact(call: Call) -> Contact:
    changes = msgspec.to_builtins(call.body)
    return _shown(await contacts.update(call.engine, call.caller, call.path["contactId"], changes))


ROUTES = (
    Route(method="GET", path="/me", do=_me, told="Your account", answer=Nichandle),
    Route(method="PUT", path="/me", do=_update_me, told="Change your account", body=NichandleChange),
    Route(method="GET", path="/me/contact", do=_list_contacts, told="List your contacts", answer=list[int]),
    Route(method="POST", path="/me/contact", do=_create_contact, told="Create a contact",
          body=Contact, answer=Contact),
    Route(method="GET", path="/me/contact/{contactId}", do=_read_contact, told="Read a contact", answer=Contact),
    Route(method="PUT", path="/me/contact/{contactId}", do=_update_contact, told="Change a contact",
          body=ContactChange, answer=Contact),
    Route(method="GET", path="/me/contact/{contactId}/fields", do=_contact_fields,
          told="What of a contact has to be said, and what cannot be changed", answer=list[FieldInformation]),
)  # fmt: skip
