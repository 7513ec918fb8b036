"""Bills for programs: the four golden files, and EN 16931's own arithmetic whatever was bought."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from facturx import xml_check_xsd
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from msgspec import structs

from ordain.adapters import bill_words, factur_x_bill
from ordain.core.bill_content import not_electronic
from tests.bills import CAMILLE, CONTENTS, FRENCH, OUTSIDE, SELLER, bill, note, order

if TYPE_CHECKING:
    from ordain.core.bill_content import Content

GOLDEN = Path(__file__).parents[1] / "golden" / "bills"
NAMES = {"ram": factur_x_bill.RAM, "rsm": factur_x_bill.RSM, "udt": factur_x_bill.UDT}
SUMS = "//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:"
HEAD = "//ram:ApplicableHeaderTradeSettlement/ram:"


def made(content: Content) -> etree._Element:
    written = factur_x_bill.xml(content, "prepaid account")
    assert written is not None
    return etree.fromstring(written)


def texts(document: etree._Element, path: str) -> list[str]:
    return [each.text for each in document.xpath(path, namespaces=NAMES)]


def amount(document: etree._Element, path: str) -> Decimal:
    [text] = texts(document, path)
    return Decimal(text)


@pytest.mark.parametrize("name", CONTENTS)
def test_the_golden_bills_are_made_and_valid(name: str) -> None:
    written = factur_x_bill.xml(CONTENTS[name], "prepaid account")
    assert written == (GOLDEN / f"{name}.xml").read_bytes()
    assert xml_check_xsd(written, flavor="factur-x", level="en16931")


def test_a_consumers_bill_is_taxed_at_the_rate() -> None:
    document = made(CONTENTS["french-consumer"])
    assert texts(document, "//rsm:ExchangedDocument/ram:TypeCode") == ["380"]
    assert texts(document, f"{HEAD}ApplicableTradeTax/ram:CategoryCode") == ["S"]
    assert texts(document, f"{HEAD}ApplicableTradeTax/ram:RateApplicablePercent") == ["20"]
    assert texts(document, "//ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID") == ["FR44732829320"]


def test_reverse_charge_names_both_numbers_and_the_reason() -> None:
    document = made(CONTENTS["german-business"])
    assert set(texts(document, "//ram:CategoryCode")) == {"AE"}
    assert texts(document, "//ram:SpecifiedTaxRegistration/ram:ID") == ["FR44732829320", "DE136695976"]
    assert texts(document, f"{HEAD}ApplicableTradeTax/ram:ExemptionReasonCode") == ["VATEX-EU-AE"]
    assert texts(document, f"{HEAD}ApplicableTradeTax/ram:ExemptionReason") == [CONTENTS["german-business"].tax_note]


def test_what_is_outside_has_no_rate_and_no_vat_number() -> None:
    document = made(CONTENTS["swiss-consumer"])
    assert set(texts(document, "//ram:CategoryCode")) == {"O"}
    assert texts(document, "//ram:RateApplicablePercent") == []
    assert texts(document, "//ram:SpecifiedTaxRegistration/ram:ID") == []
    assert texts(document, "//ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID") == ["732829320"]


def test_a_credit_note_is_one_and_names_its_bill() -> None:
    document = made(CONTENTS["credit-note"])
    assert texts(document, "//rsm:ExchangedDocument/ram:TypeCode") == ["381"]
    assert texts(document, "//ram:InvoiceReferencedDocument/ram:IssuerAssignedID") == ["2026-000001"]
    assert amount(document, f"{SUMS}GrandTotalAmount") == Decimal("8.99")


PRICES = st.integers(0, 100_000).flatmap(lambda price: st.tuples(st.just(price), st.integers(0, price)))


@settings(max_examples=40)
@given(
    st.lists(PRICES, min_size=1, max_size=12),
    st.sampled_from([0, 55_000, 99_750, 200_000, 255_000]),
    st.sampled_from(["EUR", "XOF", "GBP"]),
)
def test_the_sums_are_those_of_the_standard(prices: list[tuple[int, int]], millionths: int, currency: str) -> None:
    """BR-CO-10, 13 to 17, BR-27 and the decimals of BR-DEC, as Factur-X's schematron has them."""
    content = bill(order(prices, taxation=structs.replace(FRENCH, millionths=millionths), currency=currency))
    if not_electronic(content):
        assert currency == "XOF"
        return
    document = made(content)
    lines = [Decimal(text) for text in texts(document, "//ram:LineTotalAmount[../../../ram:SpecifiedTradeProduct]")]
    net, tax = amount(document, f"{SUMS}TaxBasisTotalAmount"), amount(document, f"{SUMS}TaxTotalAmount")
    assert sum(lines) == amount(document, f"{SUMS}LineTotalAmount") == net
    assert net + tax == amount(document, f"{SUMS}GrandTotalAmount")
    assert amount(document, f"{SUMS}GrandTotalAmount") - amount(document, f"{SUMS}TotalPrepaidAmount") == 0
    assert amount(document, f"{HEAD}ApplicableTradeTax/ram:BasisAmount") == net
    assert amount(document, f"{HEAD}ApplicableTradeTax/ram:CalculatedAmount") == tax
    assert abs(tax - net * millionths / 1_000_000) <= 1
    for price in texts(document, "//ram:NetPriceProductTradePrice/ram:ChargeAmount"):
        assert Decimal(price) >= 0
    assert int(amount(document, f"{SUMS}GrandTotalAmount") * 10**8) == content.price.gross.ucents


HOSTILE = st.text(st.characters(codec="utf-8"), max_size=300)


@settings(max_examples=40)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_whatever_a_customer_is_called_the_document_is_valid(name: str, street: str, area: str) -> None:
    called = structs.replace(CAMILLE, name=name, firstname="", address=(street, street, street, street), area=area)
    document = made(bill(order(customer=called)))
    shown = bill_words.tidy(name)
    assert texts(document, "//ram:BuyerTradeParty/ram:Name") == [shown or CAMILLE.nichandle]


def test_a_seller_without_vat_gives_its_tax_number_and_less_is_said_where_less_is_known() -> None:
    seller = structs.replace(SELLER, vat="", tax_number="000-1", email="", phone="", registration_scheme="")
    customer = structs.replace(CAMILLE, address=(), zip="", city="", email="")
    document = made(bill(order(customer=customer), seller))
    assert texts(document, "//ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='FC']") == ["000-1"]
    assert texts(document, "//ram:BuyerTradeParty/ram:PostalTradeAddress/*") == ["FR"]


def test_there_is_none_where_the_standard_has_no_place_for_it() -> None:
    assert factur_x_bill.xml(bill(order(currency="TND")), "") is None
    assert factur_x_bill.xml(note(order(currency="TND")), "") is None
    assert factur_x_bill.xml(bill(order(taxation=OUTSIDE, currency="XOF")), "") is not None
