"""Families of rules outside Europe: what follows from a holder's form, document or country, beyond the examples."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ordain.adapters.catalogue_files import load
from ordain.core import identity_numbers

if TYPE_CHECKING:
    from ordain.core.catalogue import Catalogue

CATALOGUE = Path(__file__).parents[2] / "catalogue"
BODY = {"legalForm": "corporation", "organisationName": "Example Ltd"}
NUMBER, COMPANY, DOCUMENT = (
    "nationalIdentificationNumber",
    "companyNationalIdentificationNumber",
    "registrantDocumentType",
)

# Of an extension: changes to the owner its file's example accepts (or to another label), and what is then refused.
CASES: tuple[tuple[str, dict[str, Any], set[str]], ...] = (
    ("net.au", {DOCUMENT: "ABN", COMPANY: "83914571673"}, set()),
    ("net.au", {DOCUMENT: "ABN", COMPANY: "83914571674"}, {COMPANY}),
    ("net.au", {DOCUMENT: "ACN", COMPANY: "004085617"}, {COMPANY}),
    ("net.au", {DOCUMENT: "RBN", COMPANY: "any"}, set()),
    ("net.au", {DOCUMENT: "TM", COMPANY: "2345678", "trademarkId": "Example Ltd"}, set()),
    ("id.au", {"address.country": "NZ"}, {"address.country"}),
    ("com.cn", {**BODY, DOCUMENT: "TYDM", NUMBER: "91110000600037341L"}, set()),
    ("com.cn", {**BODY, DOCUMENT: "TYDM", NUMBER: "91110000600037341M"}, {NUMBER}),
    ("com.cn", {**BODY, DOCUMENT: "SFZ"}, {DOCUMENT}),
    ("com.cn", {DOCUMENT: "HZ", NUMBER: "G12345678", "address.country": "US"}, set()),
    ("xn--fiqs8s", {NUMBER: ""}, {NUMBER}),
    ("org.hk", {**BODY, DOCUMENT: "BR", NUMBER: "12345678", "birthDay": "", "ACCEPT_CONDITIONS": ""}, set()),
    ("org.hk", {**BODY, DOCUMENT: "HKID"}, {DOCUMENT}),
    ("org.hk", {NUMBER: "A123456(3)"}, {NUMBER}),
    ("org.hk", {"birthDay": "", "ACCEPT_CONDITIONS": False}, {"birthDay", "ACCEPT_CONDITIONS"}),
    ("xn--j6w193g", {DOCUMENT: "OTHIDV", "registrantDocumentTypeOther": "Seaman's book"}, set()),
    ("br", {**BODY, NUMBER: "", COMPANY: "16727230000197"}, set()),
    ("br", {**BODY, COMPANY: "16727230000198"}, {COMPANY}),
    ("br", {**BODY, COMPANY: "16.727.230/0001-97"}, {COMPANY}),
    ("ar", {**BODY, NUMBER: "", COMPANY: "30500010912", "address.country": "UY"}, set()),
    ("ar", {**BODY, NUMBER: "", COMPANY: "30500010913"}, {COMPANY}),
    ("ve", {"address.country": "CO"}, {"address.country"}),
    ("sg", {"legalForm": "individual", "address.country": "FR", COMPANY: ""}, set()),
    ("sg", {"address.country": "FR", COMPANY: ""}, set()),
    ("sg", {COMPANY: "S16FC0121D"}, set()),
    ("sg", {"ADMIN_ACCOUNT": ""}, {"ADMIN_ACCOUNT"}),
    ("org.sg", {"legalForm": "individual"}, {"legalForm"}),
    ("per.sg", {"address.country": "MY"}, {"address.country"}),
    ("co.jp", {"legalForm": "association"}, {"legalForm"}),
    ("co.jp", {"lastName": ""}, {"lastName"}),
    ("or.jp", {"legalForm": "association"}, set()),
    ("my", {**BODY, NUMBER: "", COMPANY: "201901000005"}, set()),
    ("my", {"legalFormCategory": "company"}, {"legalFormCategory"}),
    ("dz", {"trademarkId": "", "address.country": "DZ"}, set()),
    ("tn", {"address.country": "FR", "trademarkId": "TN/T/1"}, set()),
    ("ca", {"legalFormCategory": "CCT", "address.country": "FR"}, set()),
    ("ca", {"legalFormCategory": "TDM", "address.country": "US"}, {"trademarkId"}),
    ("us", {"legalFormCategory": "C11", "address.country": "FR"}, set()),
    ("us", {"legalFormCategory": "C12", "address.country": "PR"}, set()),
    ("us", {"legalFormCategory": "C21", "address.country": "GU"}, set()),
    ("us", {"legalFormCategory": "C32", "address.country": "FR", "nationality": ""}, {"nationality"}),
    ("law", {"accreditationYear": 1066}, {"accreditationYear"}),
    ("law", {"accreditationYear": 1999}, set()),
    ("bank", {"legalForm": "individual"}, {"legalForm"}),
    ("ngo", {"legalForm": "other"}, set()),
    ("coop", {"legalForm": "individual"}, {"legalForm"}),
    ("nyc", {"address.zip": "11201-1234"}, set()),
    ("nyc", {"address.zip": "11001"}, set()),
    ("nyc", {"address.zip": "11501"}, {"address.zip"}),
    ("jobs", {"roleInOrganisation": ""}, {"roleInOrganisation"}),
    ("srl", {"legalForm": "individual"}, {"legalForm"}),
)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return load(CATALOGUE)


def refused(extension: str, changes: dict[str, Any]) -> set[str]:
    """The owner's members, and other labels, that are refused of the file's accepted example so changed."""
    sold = catalogue().extensions[extension]
    facts = {
        label: dict(value) if isinstance(value, dict) else value for label, value in sold.examples.accepted.items()
    }
    for name, value in changes.items():
        scope = facts if name.isupper() else facts["OWNER_CONTACT"]
        scope[name] = value
    found = identity_numbers.violations(sold.rules["create"], sold.numbers, facts)
    return {each.field if each.label == "OWNER_CONTACT" and each.field else each.label for each in found}


@pytest.mark.parametrize(("extension", "changes", "expected"), CASES)
def test_the_rule_follows_the_holder(extension: str, changes: dict[str, Any], expected: set[str]) -> None:
    assert refused(extension, changes) == expected
