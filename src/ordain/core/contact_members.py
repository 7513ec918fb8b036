"""A contact as a person fills it in: which members are asked for, by the rules of accounts of that country and form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.core import account_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ordain.core.account import Contact
    from ordain.core.account_rules import Fault, Field

AS_ACCOUNT = {
    "legalForm": "legalform",
    "organisationName": "organisation",
    "organisationType": "corporationType",
    "companyNationalIdentificationNumber": "companyNationalIdentificationNumber",
    "vat": "vat",
    "firstName": "firstname",
    "lastName": "name",
    "birthDay": "birthDay",
    "nationalIdentificationNumber": "nationalIdentificationNumber",
    "line1": "address",
    "zip": "zip",
    "city": "city",
    "province": "area",
    "country": "country",
    "email": "email",
    "phone": "phone",
}
"""A contact's members by those of an account that the rules are written for."""
APART = ("birthCity", "birthZip", "birthCountry", "line2")
"""Members without such a rule."""
_ADDRESS = ("line1", "line2", "zip", "city", "province", "country")
_TEXTS = ("email", "firstName", "lastName", "language", "legalForm", "line1", "city", "country")
"""Members that are empty rather than missing."""


def rules(found: Mapping[str, Field]) -> dict[str, Field]:
    """The rules of a contact's members."""
    return {mine: found[theirs] for mine, theirs in AS_ACCOUNT.items()}


def faults(asked: Mapping[str, Field], given: Mapping[str, str], now: datetime) -> list[Fault]:
    """Everything that is wrong with a contact, by its own members."""
    mine = {theirs: name for name, theirs in AS_ACCOUNT.items()}
    found = {AS_ACCOUNT[name]: rule for name, rule in asked.items()}
    as_account = {theirs: given.get(name) or None for theirs, name in mine.items()}
    return [
        account_rules.Fault(mine.get(one.field, one.field), one.kind, one.values)
        for one in account_rules.faults(found, as_account, now)
    ]


def as_typed(contact: Contact) -> dict[str, str]:
    """What a form shows of a contact."""
    told = {name: getattr(contact, name, None) for name in (*AS_ACCOUNT, *APART) if name not in _ADDRESS}
    address = {name: getattr(contact.address, name) for name in _ADDRESS}
    return {name: "" if value is None else str(value) for name, value in {**told, **address}.items()}


def changes(before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, Any]:
    """What a form changes of a contact, in the form that `flows/contacts.update` takes: members left alone stay."""
    names = [name for name in (*AS_ACCOUNT, *APART) if name in given and given[name] != before.get(name, "")]
    told: dict[str, Any] = {name: given[name] or ("" if name in _TEXTS else None) for name in names}
    address = {name: told.pop(name) for name in _ADDRESS if name in told}
    return {**told, "address": address} if address else told
