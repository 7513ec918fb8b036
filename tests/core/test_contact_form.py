"""A contact out of a form's texts: read as its country writes it, or refused member by member."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ordain.adapters import account_rule_files
from ordain.adapters.catalogue_files import load
from ordain.core import contact_form
from ordain.core.language import IN_ENGLISH

if TYPE_CHECKING:
    from ordain.core.account_rules import AccountRules

SHIPPED = Path(__file__).parents[2] / "catalogue"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CAMILLE = {
    "firstName": "Camille", "lastName": "Martin", "legalForm": "individual", "email": "camille@world.example",
    "phone": "01 23 45 67 89", "address.line1": "1 rue de l'Exemple", "address.zip": "59100", "address.city": "Roubaix",
    "address.country": "FR", "birthDay": "1980-01-31", "language": "fr_FR",
}  # fmt: skip


@cache
def rules() -> AccountRules:
    """Those that are shipped."""
    return account_rule_files.load(SHIPPED, load(SHIPPED))


def wrong(**changed: str) -> dict[str, str]:
    """What is wrong with Camille if this were so, "address__zip" for what is nested."""
    given = {**CAMILLE, **{name.replace("__", "."): text for name, text in changed.items()}}
    return {one.member: IN_ENGLISH.tell(one.sentence) for one in contact_form.read(given, rules(), NOW)[1]}


def test_a_contact_is_read_with_its_number_as_the_api_has_it() -> None:
    contact, found = contact_form.read(CAMILLE, rules(), NOW)
    assert found == []
    assert (contact.phone, contact.address.city, contact.birthDay) == ("+33.123456789", "Roubaix", date(1980, 1, 31))
    assert contact_form.flat(contact) == {**CAMILLE, "phone": "+33.123456789"}


def test_each_member_is_refused_in_words() -> None:
    assert wrong(phone="nope") == {"phone": 'Field "phone" must be a telephone number such as +33.123456789'}
    assert wrong(email="nope") == {"email": 'Field "email" must be an e-mail address'}
    assert wrong(address__zip="5910") == {"address.zip": 'Field "zip" must be written as in its country, such as 59100'}
    assert wrong(birthDay="31/01/1980") == {"birthDay": 'Field "birthDay" must be a date such as 1980-01-31'}
    assert wrong(birthDay="2027-01-01") == {"birthDay": 'Field "birthDay" must be a day that has been'}
    assert wrong(accreditationYear="soon") == {"accreditationYear": 'Field "accreditationYear" must be a whole number'}
    assert wrong(lastName="x" * 256) == {"lastName": 'Field "lastName" must have at most 255 characters'}
    assert wrong(colour="red") == {"colour": 'Field "colour" is none of a contact'}
    assert wrong(address__country="US", address__zip="97201", address__province="Oregon", phone="+1.5030000000") == {
        "address.province": 'Field "province" must be written as in its country, such as AK'
    }


def test_what_is_not_said_is_for_the_registry_to_ask() -> None:
    assert contact_form.read({}, rules(), NOW)[1] == []


MEMBERS = st.sampled_from([*contact_form.MEMBERS, "colour", "id", "address"])


@given(st.dictionaries(MEMBERS, st.text(max_size=300) | st.sampled_from(["FR", "individual", "1980-01-31", "-1"])))
def test_nothing_that_is_typed_breaks_it(given: dict[str, str]) -> None:
    contact, found = contact_form.read(given, rules(), NOW)
    told = {one.member for one in found}
    kept = contact_form.flat(contact)
    assert {name for name, text in given.items() if text.strip() and name not in kept} <= told
