"""An account (nichandle) and the contacts that stand for people: what the registries' rules ask about."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from ordain.core import access


class Account(Struct, frozen=True, kw_only=True):
    """An account's own data. The members are the contract's nichandle.Nichandle (wire-contract §2.10)."""

    nichandle: str
    email: str
    language: str
    ovhSubsidiary: str
    country: str
    legalform: str
    firstname: str | None = None
    name: str | None = None
    organisation: str | None = None
    address: str | None = None
    complementaryAddress: str | None = None
    area: str | None = None
    city: str | None = None
    zip: str | None = None
    phone: str | None = None
    phoneCountry: str | None = None
    phoneType: str | None = None
    fax: str | None = None
    spareEmail: str | None = None
    sex: str | None = None
    birthDay: str | None = None
    birthCity: str | None = None
    birthCountry: str | None = None
    """This and `birthZip` the contract's nichandle has no member for, yet .fr asks them of an owner copied from it."""
    birthZip: str | None = None
    vat: str | None = None
    corporationType: str | None = None
    companyNationalIdentificationNumber: str | None = None
    nationalIdentificationNumber: str | None = None
    italianSDI: str | None = None
    purposeOfPurchase: str | None = None


class Address(Struct, frozen=True, kw_only=True):
    """A postal address (me.contact.Address)."""

    city: str
    country: str
    line1: str
    line2: str | None = None
    line3: str | None = None
    otherDetails: str | None = None
    province: str | None = None
    zip: str | None = None


class Contact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person or body a name can belong to (me.contact.Contact, domain.Contact). `id` is 0 for one never stored.

    Texts are empty where nothing was said: a registry's rule then says what is missing.
    """

    address: Address
    email: str
    firstName: str
    lastName: str
    language: str
    legalForm: str
    birthCity: str | None = None
    birthCountry: str | None = None
    birthDay: date | None = None
    birthZip: str | None = None
    cellPhone: str | None = None
    companyNationalIdentificationNumber: str | None = None
    fax: str | None = None
    gender: str | None = None
    nationalIdentificationNumber: str | None = None
    nationality: str | None = None
    organisationName: str | None = None
    organisationType: str | None = None
    phone: str | None = None
    spareEmail: str | None = None
    vat: str | None = None
    # What only some registries ask (domain.Contact).
    accreditationCountry: str | None = None
    accreditationId: str | None = None
    accreditationOrganism: str | None = None
    accreditationYear: int | None = None
    enterpriseId: str | None = None
    insee: str | None = None
    legalFormCategory: str | None = None
    organisationAccountable: str | None = None
    organisationFunding: str | None = None
    organisationFundingOther: str | None = None
    organisationRole: str | None = None
    organisationRoleOther: str | None = None
    organisationStaffStatus: str | None = None
    organisationStaffStatusOther: str | None = None
    organisationTypeOther: str | None = None
    registrantDocumentType: str | None = None
    registrantDocumentTypeOther: str | None = None
    roleInOrganisation: str | None = None
    trademarkId: str | None = None
    website: str | None = None
    id: int = 0


class Caller(Struct, frozen=True):
    """Who is asking: the account, the credential (or token) used and what it may do."""

    account: Account
    credential_id: int
    application_id: int
    rules: tuple[tuple[str, str], ...]
    """(method, path pattern) pairs; `*` stands for anything (wire-contract §1.2)."""
    since: datetime
    until: datetime | None
    description: str | None = None
    allowed_ips: tuple[str, ...] = ()
    """Blocks of addresses it may be used from; none are everywhere."""
    client_id: str | None = None
    """The OAuth2 client whose token this is; None for a consumer key."""
    limited: bool = False
    """The credential has a spending limit."""

    @property
    def method(self) -> str:
        """auth.MethodEnum: how the caller showed who it is."""
        return "oauth2_client_credentials" if self.client_id else "account"

    @property
    def spender(self) -> int:
        """The credential whose spending limit counts what this caller pays; 0: nobody's."""
        return self.credential_id if self.limited else 0

    def may(self, method: str, path: str) -> bool:
        """Whether a rule of the credential grants this call."""
        return any(method == allowed and access.matches(pattern, path) for allowed, pattern in self.rules)


def acting(account: Account, now: datetime) -> Caller:
    """The account itself, where nobody calls: what a person does on a page, or what is done for them by the clock."""
    return Caller(account, credential_id=0, application_id=0, rules=(), since=now, until=None)


class Signer(Struct, frozen=True):
    """Whoever holds two keys: their application's secret checks the signature, then `caller` is who is asking."""

    secret: str
    caller: Caller


def as_contact(account: Account) -> Contact:
    """The account's own data as a contact: the template of an owner who was not named."""
    return Contact(
        address=Address(
            city=account.city or "",
            country=account.country,
            line1=account.address or "",
            line2=account.complementaryAddress,
            province=account.area,
            zip=account.zip,
        ),
        email=account.email,
        firstName=account.firstname or "",
        lastName=account.name or "",
        language=account.language,
        legalForm=account.legalform,
        birthCity=account.birthCity,
        birthCountry=account.birthCountry,
        birthZip=account.birthZip,
        birthDay=birth_day(account),
        companyNationalIdentificationNumber=account.companyNationalIdentificationNumber,
        fax=account.fax,
        gender=account.sex,
        nationalIdentificationNumber=account.nationalIdentificationNumber,
        nationality=None,
        organisationName=account.organisation,
        organisationType=account.corporationType,
        phone=account.phone,
        spareEmail=account.spareEmail,
        vat=account.vat,
    )


def birth_day(account: Account) -> date | None:
    """The account's date of birth, if one was given in a form that can be read."""
    try:
        return date.fromisoformat(account.birthDay or "")
    except ValueError:
        return None


def of_age(account: Account, years: int, now: datetime) -> bool:
    """Whether the account's own record shows that its holder may own a name: a body, or a person of that age."""
    if account.legalform != "individual":
        return True
    born = birth_day(account)
    if born is None:
        return False
    today = now.date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) >= years


def same_person(contact: Contact, account: Account) -> bool:
    """Whether a contact is the account holder by name, form and date of birth."""
    mine = as_contact(account)
    return _identity(contact) == _identity(mine)


def _identity(contact: Contact) -> tuple[Any, ...]:
    return (contact.legalForm, contact.firstName, contact.lastName, contact.organisationName, contact.birthDay)
