"""Who is billed: the account as it was when the order was placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from ordain.core.account import Account


class Customer(Struct, frozen=True, kw_only=True):
    """A bill's addressee. Texts are empty where the account says nothing."""

    nichandle: str
    legalform: str
    """nichandle.LegalFormEnum: "individual" is a consumer, anything else a body."""
    firstname: str
    name: str
    organisation: str
    address: tuple[str, ...]
    zip: str
    city: str
    area: str
    country: str
    email: str
    language: str
    vat: str
    company_number: str


def customer_of(account: Account) -> Customer:
    """The account's data, as a bill needs them."""
    return Customer(
        nichandle=account.nichandle,
        legalform=account.legalform,
        firstname=account.firstname or "",
        name=account.name or "",
        organisation=account.organisation or "",
        address=tuple(line for line in (account.address, account.complementaryAddress) if line),
        zip=account.zip or "",
        city=account.city or "",
        area=account.area or "",
        country=account.country,
        email=account.email,
        language=account.language,
        vat=account.vat or "",
        company_number=account.companyNationalIdentificationNumber or "",
    )
