"""A new contact as a form gives it: flat texts ("address.city"), read into a contact, or refused member by member."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, structs

from ordain.core import account_rules, phone
from ordain.core.account import Address, Contact
from ordain.core.language import Sentence
from ordain.core.operators import NO_DATE, look_up

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ordain.core.account_rules import AccountRules

MEMBERS = (
    *(field.name for field in structs.fields(Contact) if field.name not in ("address", "id")),
    *(f"address.{field.name}" for field in structs.fields(Address)),
)
PHONES = ("phone", "cellPhone", "fax")
LONGEST = 255

NO_PHONE = 'Field "%(field)s" must be a telephone number such as %(example)s'
NO_EMAIL = 'Field "%(field)s" must be an e-mail address'
MISWRITTEN = 'Field "%(field)s" must be written as in its country, such as %(example)s'
NOT_YET = 'Field "%(field)s" must be a day that has been'
TOO_LONG = 'Field "%(field)s" must have at most 255 characters'
NO_NUMBER = 'Field "%(field)s" must be a whole number'
UNKNOWN = 'Field "%(field)s" is none of a contact'
SENTENCES = (NO_PHONE, NO_EMAIL, MISWRITTEN, NOT_YET, TOO_LONG, NO_NUMBER, UNKNOWN)

_OF_ACCOUNTS = {"zip": "address.zip", "area": "address.province", "email": "email", "spareEmail": "spareEmail"}
"""What an account's rules say of members as people of a country write them."""


class Wrong(Struct, frozen=True):
    """What is wrong with a member."""

    member: str
    sentence: Sentence


def flat(contact: Contact | None) -> dict[str, str]:
    """A contact's members as a form shows them."""
    held = msgspec.to_builtins(contact) if contact else {}
    return {name: str(value) for name in MEMBERS if (value := look_up(held, name)) not in (None, "")}


def read(given: Mapping[str, str], rules: AccountRules, now: datetime) -> tuple[Contact, list[Wrong]]:
    """The contact, without what cannot be read in it; and that, in words."""
    said = {name: text.strip() for name, text in given.items() if text.strip()}
    wrong = [_wrong(name, UNKNOWN) for name in said if name not in MEMBERS]
    wrong += [_wrong(name, TOO_LONG) for name, text in said.items() if name in MEMBERS and len(text) > LONGEST]
    good = {name: said[name] for name in MEMBERS if name in said and len(said[name]) <= LONGEST}
    country = good.get("address.country", "")
    for name in PHONES:
        if name in good:
            number = phone.international(good[name], country)
            if number is None:
                wrong.append(_wrong(name, NO_PHONE, f"+{phone.CODES.get(country, '33')}.123456789"))
            good[name] = number or good[name]
    wrong += _by_country(good, rules, now)
    values: dict[str, Any] = dict(good)
    wrong += _dates_and_numbers(values, now)
    return _contact(values), wrong


def _wrong(member: str, text: str, example: str = "") -> Wrong:
    name = member.removeprefix("address.")
    return Wrong(member, Sentence(text, {"field": name[:LONGEST], **({"example": example} if example else {})}))


def _by_country(good: Mapping[str, str], rules: AccountRules, now: datetime) -> list[Wrong]:
    """What is not written as its country writes it, as sign-up has it; whether it is needed, the registry says."""
    form, country = good.get("legalForm"), good.get("address.country")
    asked = {name: rule for name, rule in rules.of(country, form, None).items() if name in _OF_ACCOUNTS}
    given = {name: good.get(member) for name, member in _OF_ACCOUNTS.items()}
    found = []
    for fault in account_rules.faults(asked, given, now):
        rule = asked[fault.field]
        if fault.kind == "mandatory":
            continue
        if "ail" in fault.field:
            found.append(_wrong(_OF_ACCOUNTS[fault.field], NO_EMAIL))
        else:
            example = (rule.one_of or rule.examples or ("",))[0]
            found.append(_wrong(_OF_ACCOUNTS[fault.field], MISWRITTEN, example))
    return found


def _dates_and_numbers(values: dict[str, Any], now: datetime) -> list[Wrong]:
    """Reads in place what is no text; what cannot be read is taken out."""
    found = []
    if "birthDay" in values:
        try:
            values["birthDay"] = date.fromisoformat(values["birthDay"])
        except ValueError:
            found.append(_wrong("birthDay", NO_DATE))
            del values["birthDay"]
        else:
            found += [_wrong("birthDay", NOT_YET)] if values["birthDay"] > now.date() else []
    year = values.get("accreditationYear")
    if year is not None and not (year.isascii() and year.isdigit() and len(year) <= 4):
        found.append(_wrong("accreditationYear", NO_NUMBER))
        del values["accreditationYear"]
    elif year is not None:
        values["accreditationYear"] = int(year)
    return found


def _contact(values: Mapping[str, Any]) -> Contact:
    """Texts are empty where nothing was said, as for contacts of /domain/contact."""
    empty = dict.fromkeys(("email", "firstName", "lastName", "language", "legalForm"), "")
    address = {name.removeprefix("address."): text for name, text in values.items() if name.startswith("address.")}
    own = {name: value for name, value in values.items() if not name.startswith("address.")}
    return Contact(address=Address(**{"city": "", "country": "", "line1": "", **address}), **{**empty, **own})
