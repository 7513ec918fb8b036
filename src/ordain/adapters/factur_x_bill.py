"""A bill for programs: EN 16931 in the syntax CII, as Factur-X 1.0 (profile EN 16931) embeds it in the PDF.

BT- and BG-numbers in comments are the standard's. What is printed and what is here come from the same value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from ordain.adapters.bill_words import billed, category, tidy
from ordain.core.bill_content import not_electronic
from ordain.core.money import decimal_text

if TYPE_CHECKING:
    from datetime import date

    from ordain.core.bill_content import BillLine, Content
    from ordain.core.money import Money
    from ordain.core.seller import Seller
    from ordain.core.tax import Taxation

RSM = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"
QDT = "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"
PROFILE = "urn:cen.eu:en16931:2017"
KINDS = {"bill": "380", "note": "381"}
"""UNTDID 1001: commercial invoice, credit note."""
MEANS = {"creditCard": "48", "bankAccount": "42"}
"""UNTDID 4461, by the payment's mean; what it has no code for is mutually defined (ZZZ): a balance kept here."""


def xml(content: Content, paid_by: str) -> bytes | None:
    """The document; None where EN 16931 has no place for the figures. `paid_by`: the mean, in words.

    Held against Factur-X's own schema: ValueError would be a mistake of ours.
    """
    from facturx import xml_check_xsd  # noqa: PLC0415 - brings pypdf, a fifth of a second no start has to wait for

    if not_electronic(content):
        return None
    root = etree.Element(f"{{{RSM}}}CrossIndustryInvoice", nsmap={"rsm": RSM, "ram": RAM, "udt": UDT, "qdt": QDT})
    _put(root, "rsm:ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID", PROFILE)  # BT-24
    document = _put(root, "rsm:ExchangedDocument")
    _put(document, "ID", content.number)  # BT-1
    _put(document, "TypeCode", KINDS[content.kind])  # BT-3
    _date(document, "IssueDateTime", content.issued.date())  # BT-2
    for note in content.notes:
        _put(document, "IncludedNote/Content", note)  # BT-22
    deal = _put(root, "rsm:SupplyChainTradeTransaction")
    for place, line in enumerate(content.lines, start=1):
        _line(deal, place, line, content.taxation)
    _agreement(_put(deal, "ApplicableHeaderTradeAgreement"), content)
    _put(deal, "ApplicableHeaderTradeDelivery")
    _settlement(_put(deal, "ApplicableHeaderTradeSettlement"), content, paid_by)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    xml_check_xsd(written, flavor="factur-x", level="en16931")
    return written


def _put(parent: etree._Element, path: str, text: str | None = None, **attributes: str) -> etree._Element:
    """A new element below `parent`, along a path of new ones: "SpecifiedTradeProduct/Name"."""
    for step in path.split("/"):
        prefix, _, name = step.rpartition(":")
        parent = etree.SubElement(parent, f"{{{RSM if prefix == 'rsm' else RAM}}}{name}")
    if text is not None:
        parent.text = tidy(text)
    for name, value in attributes.items():
        parent.set(name, value)
    return parent


def _maybe(parent: etree._Element, path: str, text: str, **attributes: str) -> None:
    """The same, if there is anything to say."""
    if tidy(text):
        _put(parent, path, text, **attributes)


def _date(parent: etree._Element, path: str, day: date, space: str = UDT) -> None:
    text = etree.SubElement(_put(parent, path), f"{{{space}}}DateTimeString", format="102")
    text.text = f"{day:%Y%m%d}"


def _rate(taxation: Taxation) -> str:
    """Per cent, without zeros at the end: 20, 9.975."""
    whole, rest = divmod(taxation.millionths, 10_000)
    return f"{whole}.{rest:04}".rstrip("0").rstrip(".")


def _tax(parent: etree._Element, taxation: Taxation) -> None:
    """What a line is taxed as. What is outside has no rate at all, not one of zero (BR-O-05)."""
    tax = _put(parent, "ApplicableTradeTax")
    _put(tax, "TypeCode", "VAT")
    _put(tax, "CategoryCode", category(taxation))  # BT-151
    if category(taxation) != "O":
        _put(tax, "RateApplicablePercent", _rate(taxation))  # BT-152


def _line(deal: etree._Element, place: int, line: BillLine, taxation: Taxation) -> None:
    """BG-25. A price is not negative (BR-27): what is taken off is sold minus once."""
    sign, price = (-1, -line.price) if line.price.ucents < 0 else (1, line.price)
    item = _put(deal, "IncludedSupplyChainTradeLineItem")
    _put(item, "AssociatedDocumentLineDocument/LineID", str(place))  # BT-126
    product = _put(item, "SpecifiedTradeProduct")
    _put(product, "Name", line.description)  # BT-153
    net = _put(item, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice")
    _put(net, "ChargeAmount", decimal_text(price))  # BT-146
    _put(net, "BasisQuantity", str(line.quantity), unitCode="C62")  # BT-149: the price is that of the whole line
    _put(item, "SpecifiedLineTradeDelivery/BilledQuantity", str(sign * line.quantity), unitCode="C62")  # BT-129
    settlement = _put(item, "SpecifiedLineTradeSettlement")
    _tax(settlement, taxation)
    _put(settlement, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount", decimal_text(line.price))


def _agreement(agreement: etree._Element, content: Content) -> None:
    outside = category(content.taxation) == "O"
    _seller(_put(agreement, "SellerTradeParty"), content.seller, outside=outside)
    _customer(_put(agreement, "BuyerTradeParty"), content, outside=outside)
    _put(agreement, "SellerOrderReferencedDocument/IssuerAssignedID", str(content.order_id))  # BT-14


def _seller(party: etree._Element, seller: Seller, *, outside: bool) -> None:
    """BG-4. Where nothing is taxed no VAT number may be said (BR-O-02): the paper says it."""
    _put(party, "Name", seller.name)  # BT-27
    _maybe(party, "Description", seller.legal_form)  # BT-33
    scheme = {"schemeID": seller.registration_scheme} if seller.registration_scheme else {}
    _put(party, "SpecifiedLegalOrganization/ID", seller.registration_number, **scheme)  # BT-30
    if seller.email or seller.phone:
        contact = _put(party, "DefinedTradeContact")
        _put(contact, "PersonName", seller.name)  # BT-41
        _maybe(contact, "TelephoneUniversalCommunication/CompleteNumber", seller.phone)  # BT-42
        _maybe(contact, "EmailURIUniversalCommunication/URIID", seller.email)  # BT-43
    _address(_put(party, "PostalTradeAddress"), seller.address, (seller.zip, seller.city, seller.country))
    if seller.email:
        _put(party, "URIUniversalCommunication/URIID", seller.email, schemeID="EM")  # BT-34
    if not outside:
        _maybe(party, "SpecifiedTaxRegistration/ID", seller.vat, schemeID="VA")  # BT-31
        _maybe(party, "SpecifiedTaxRegistration/ID", seller.tax_number, schemeID="FC")  # BT-32


def _customer(party: etree._Element, content: Content, *, outside: bool) -> None:
    """BG-7."""
    customer = content.customer
    _put(party, "ID", customer.nichandle)  # BT-46
    _put(party, "Name", billed(customer))  # BT-44
    _maybe(party, "SpecifiedLegalOrganization/ID", customer.company_number)  # BT-47
    person = f"{customer.firstname} {customer.name}"
    if tidy(person) and customer.organisation:
        _put(party, "DefinedTradeContact/PersonName", person)  # BT-56
    address = _put(party, "PostalTradeAddress")
    _address(address, customer.address, (customer.zip, customer.city, customer.country))
    _maybe(address, "CountrySubDivisionName", customer.area)  # BT-54
    _maybe(party, "URIUniversalCommunication/URIID", customer.email, schemeID="EM")  # BT-49
    vat = content.taxation.vat or customer.vat
    if not outside and vat[:2].isalpha():
        _put(party, "SpecifiedTaxRegistration/ID", vat, schemeID="VA")  # BT-48


def _address(address: etree._Element, lines: tuple[str, ...], where: tuple[str, str, str]) -> None:
    code, city, country = where
    _maybe(address, "PostcodeCode", code)
    for name, line in zip(("LineOne", "LineTwo", "LineThree"), lines, strict=False):
        _maybe(address, name, line)
    _maybe(address, "CityName", city)
    _put(address, "CountryID", country)


def _settlement(settlement: etree._Element, content: Content, paid_by: str) -> None:
    price, currency = content.price, content.price.net.currency
    _put(settlement, "InvoiceCurrencyCode", currency)  # BT-5
    means = _put(settlement, "SpecifiedTradeSettlementPaymentMeans")
    _put(means, "TypeCode", MEANS.get(content.mean, "ZZZ"))  # BT-81
    _put(means, "Information", paid_by)  # BT-82
    tax = _put(settlement, "ApplicableTradeTax")  # BG-23
    _put(tax, "CalculatedAmount", decimal_text(price.tax))  # BT-117
    _put(tax, "TypeCode", "VAT")
    untaxed = category(content.taxation) != "S"
    if untaxed:
        _put(tax, "ExemptionReason", content.tax_note)  # BT-120
    _put(tax, "BasisAmount", decimal_text(price.net))  # BT-116
    _put(tax, "CategoryCode", category(content.taxation))  # BT-118
    if untaxed:
        _put(tax, "ExemptionReasonCode", f"VATEX-EU-{category(content.taxation)}")  # BT-121
    if category(content.taxation) != "O":
        _put(tax, "RateApplicablePercent", _rate(content.taxation))  # BT-119
    _totals(_put(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation"), content)
    if content.corrects:
        corrected = _put(settlement, "InvoiceReferencedDocument")  # BG-3
        _put(corrected, "IssuerAssignedID", content.corrects)
        if content.corrected:
            _date(corrected, "FormattedIssueDateTime", content.corrected.date(), QDT)


def _totals(totals: etree._Element, content: Content) -> None:
    """BG-22. A bill is issued when it was paid, and a credit note when the money was given back: nothing is due."""
    price = content.price
    amounts: tuple[tuple[str, Money], ...] = (
        ("LineTotalAmount", price.net),  # BT-106
        ("TaxBasisTotalAmount", price.net),  # BT-109
        ("TaxTotalAmount", price.tax),  # BT-110
        ("GrandTotalAmount", price.gross),  # BT-112
        ("TotalPrepaidAmount", price.gross),  # BT-113
        ("DuePayableAmount", price.gross - price.gross),  # BT-115
    )
    for name, amount in amounts:
        currency = {"currencyID": amount.currency} if name == "TaxTotalAmount" else {}
        _put(totals, name, decimal_text(amount), **currency)
