"""The decisions of docs/tax.md, run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.adapters import tax_files
from ordain.core.customer import Customer
from ordain.core.tax import SellerFacts, accountable, seller_of, treatment, unregistered
from ordain.core.vat_check import Verdict
from tests.world import NOON
from tests.world import market as goods

if TYPE_CHECKING:
    from ordain.core.tax import TaxRules

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "catalogue"
PAGE = ROOT / "docs" / "tax.md"
HEAD = "| seller | customer | country | zip | VAT number | checked | treatment | tax of | rate % |"
OTHERWISE = {"FR": SellerFacts(oss=False), "GB": SellerFacts(oss=False)}
"""What the page's second table says of these sellers."""


def tables() -> list[list[tuple[str, ...]]]:
    """The rows of the page's tables of decisions."""
    found: list[list[tuple[str, ...]]] = []
    lines = PAGE.read_text().splitlines()
    for start in [at for at, line in enumerate(lines) if line == HEAD]:
        end = next(at for at in range(start, len(lines)) if not lines[at].startswith("|"))
        found.append([tuple(c.strip() for c in line.strip("|").split("|")) for line in lines[start + 2 : end]])
    return found


def shipped() -> TaxRules:
    """The rules of the catalogue that is shipped."""
    return tax_files.load(CATALOGUE, goods(CATALOGUE).catalogue)


def customer(legalform: str, country: str, code: str = "", vat: str = "") -> Customer:
    """Somebody who is billed."""
    return Customer(nichandle="ab1-ordain", legalform=legalform, firstname="Ada", name="Byron", organisation="",
                    address=(), zip=code, city="", area="", country=country, email="", language="en_GB", vat=vat,
                    company_number="")  # fmt: skip


def decided(row: tuple[str, ...], rules: TaxRules) -> tuple[str, str, str]:
    """What comes out for a row: treatment, whose tax, and the rate in percent."""
    code, who, country, zip_code, vat, answer = row[:6]
    seller = seller_of(rules, goods(CATALOGUE).catalogue.subsidiaries[code])
    buyer = None if who == "nobody yet" else customer(who, country, zip_code, vat)
    number = accountable(seller, buyer, rules)
    checked = Verdict(number=number, counts=answer == "valid", evidence=7) if number else None
    found = treatment(seller, buyer, rules, NOON, checked)
    assert (found.vat, found.evidence) == ((vat, 7) if found.treatment == "reverse-charge" else (None, None))
    refused = ": refused" if unregistered(seller, found) else ""
    return f"{found.treatment}{refused}", found.country, found.percent


@pytest.mark.parametrize("row", tables()[0], ids=" ".join)
def test_the_decision_is_the_page_s(row: tuple[str, ...]) -> None:
    assert decided(row, shipped()) == row[6:]


@pytest.mark.parametrize("row", tables()[1], ids=" ".join)
def test_the_decision_is_the_page_s_for_sellers_of_other_registrations(row: tuple[str, ...]) -> None:
    assert decided(row, structs.replace(shipped(), sellers={**shipped().sellers, **OTHERWISE})) == row[6:]


def test_the_page_has_every_treatment_and_every_kind_of_territory() -> None:
    first, _ = tables()
    assert {row[6] for row in first} == {"domestic", "destination", "reverse-charge", "outside"}
    assert {row[2] for row in first} >= {"FR", "DE", "CH", "ES", "RE", "MC", "GF", "IC", "IM", "GB", "AX"}
