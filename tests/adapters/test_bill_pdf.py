"""Bills on paper: what is read off the PDF, what is inside it, and that no name breaks or bends it."""

from __future__ import annotations

import io
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from facturx import get_xml_from_pdf
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec import structs
from pypdf import PdfReader

from ordain.adapters import bill_words
from ordain.adapters.bill_pdf import MISSING, Printer
from ordain.core.money import UNIT, Money
from tests.bills import CAMILLE, CONTENTS, LANGUAGES, SELLER, bill, note, order

if TYPE_CHECKING:
    from ordain.core.bill_content import Content

PRINTER = Printer(LANGUAGES)


def read(content: Content) -> PdfReader:
    return PdfReader(io.BytesIO(PRINTER.printed(content)), strict=True)


def told(content: Content) -> str:
    """All pages' text, on one line, with plain spaces."""
    return " ".join(" ".join(page.extract_text() for page in read(content).pages).replace("\u200b", "").split())


def test_a_french_consumers_bill_says_it_all() -> None:
    text = told(CONTENTS["french-consumer"])
    for part in (
        "Noms & Cie SAS", "SAS au capital de 10 000 €", "RCS Lille 732 829 320", "N° de TVA : FR44732829320",
        "IBAN FR1420041010050500013M02606", "Facture n° 2026-000001", "23 novembre 2026", "Camille Martin",
        "2 rue Kellermann", "59100 Roubaix", "France", "cm12345-ordain", "carte bancaire",
        "foo1.fr - .fr demande d'enregistrement - 12 mois 9,99 €", "Black Friday - foo1.fr \u22122,50 €",
        "Total hors taxes 19,83 €", "TVA 20 % sur 19,83 € 3,97 €", "Total TTC 23,80 €", "Reste à payer 0,00 €",
        "Droit de rétractation", "7 décembre 2026", "Pas d'escompte", "Page 1 sur 1",
    ):  # fmt: skip
        assert part in text, (part, text)
    assert "Spécimen" not in text


def test_a_german_business_reads_whose_tax_it_is() -> None:
    text = told(CONTENTS["german-business"])
    for part in ("Rechnung", "Weber GmbH Dieter Weber Unter den Linden 1 Hinterhaus 10117 Berlin Deutschland",
                 "USt-IdNr.: DE136695976", "Handelsregisternummer: HRB 12345", "23. November 2026",
                 "USt.: Reverse Charge 0,00 €", CONTENTS["german-business"].tax_note):  # fmt: skip
        assert part in text, (part, text)
    assert "Widerrufsrecht" not in text


def test_a_swiss_consumer_is_charged_no_tax_and_told_why() -> None:
    text = told(CONTENTS["swiss-consumer"])
    for part in ("Invoice number 2026-000001", "Switzerland", "Tax: none €0.00", "Total with tax €19.83",
                 "fidelity points", CONTENTS["swiss-consumer"].tax_note):  # fmt: skip
        assert part in text, (part, text)


def test_a_credit_note_names_the_bill_it_corrects() -> None:
    text = told(CONTENTS["credit-note"])
    for part in ("Avoir n° R2026-000001", "Rectifie la facture 2026-000001", "Date de la facture 23 novembre 2026",
                 "Remboursé le 24 novembre 2026", "compte prépayé", "Total TTC 8,99 €"):  # fmt: skip
        assert part in text, (part, text)
    assert "foo2.fr" not in text


@pytest.mark.parametrize("name", CONTENTS)
def test_the_document_for_programs_is_inside_and_the_file_says_so(name: str) -> None:
    content = CONTENTS[name]
    printed = PRINTER.printed(content)
    assert get_xml_from_pdf(printed) == ("factur-x.xml", PRINTER.xml(content))
    root: Any = PdfReader(io.BytesIO(printed), strict=True).root_object
    [attached] = root["/AF"]
    assert attached.get_object()["/AFRelationship"] == "/Alternative"
    said = root["/Metadata"].get_data().decode()
    for part in ("<pdfaid:part>3<", "<pdfaid:conformance>B<", "<fx:ConformanceLevel>EN 16931<",
                 "<fx:DocumentFileName>factur-x.xml<", content.number):  # fmt: skip
        assert part in said


def test_the_same_bill_is_the_same_bytes() -> None:
    content = CONTENTS["french-consumer"]
    assert PRINTER.printed(content) == PRINTER.printed(content) == Printer(LANGUAGES).printed(content)
    assert PRINTER.printed(structs.replace(content, number="2026-000002")) != PRINTER.printed(content)


def test_where_there_is_no_factur_x_the_paper_is_there_all_the_same() -> None:
    content = bill(order(((9990, 0),), locale="fr_TN", currency="TND"))
    printed = PRINTER.printed(content)
    assert "9,990" in told(content)
    assert b"factur-x" not in printed
    assert b"pdfaid" in printed


def test_sixty_names_are_carried_over_from_page_to_page() -> None:
    content = bill(order(((999, 250),) * 60))
    pages = [page.extract_text().replace("\u202f", " ").replace("\xa0", " ") for page in read(content).pages]
    assert len(pages) >= 4
    for number, (page, following) in enumerate(pairwise(pages), start=1):
        assert f"Page {number} sur {len(pages)}" in page
        carried = page.partition("À reporter ")[2].split("€")[0]
        assert carried
        assert f"Report {carried}€" in following
    assert "Report " not in pages[0]
    assert "À reporter" not in pages[-1]
    assert "449,40 €" in pages[-1]


def test_names_of_europe_are_printed_as_they_are() -> None:
    name = "Ærøskøbing Łódź Αθήνα Москва Þórður Ħal İzmir ß"
    text = told(bill(order(customer=structs.replace(CAMILLE, name=name))))
    assert f"Camille {name}" in text
    assert MISSING not in text


def test_what_no_font_has_is_shown_as_missing_and_stays_in_the_document_for_programs() -> None:
    content = bill(order(customer=structs.replace(CAMILLE, name="東京 🦊")))
    assert f"Camille {MISSING * 2} {MISSING} 2 rue" in told(content)
    assert f"remplacés par {MISSING}" in told(content)
    assert "Camille 東京 🦊".encode() in (PRINTER.xml(content) or b"")


@pytest.mark.parametrize("label", ["\u0646\u0627\u0645\u0647\u200c\u0627\u06cc", "\u0915\u094d\u200d\u0937"])
def test_a_name_with_joiners_is_that_name(label: str) -> None:
    made = bill(order(customer=structs.replace(CAMILLE, name=f"\u200d{label}\u200c \u200c")))
    content = structs.replace(
        made, lines=tuple(structs.replace(line, description=f"{label}.com - 12 mois") for line in made.lines)
    )
    xml = (PRINTER.xml(content) or b"").decode()
    assert (f">Camille {label}<" in xml, f">{label}.com - 12 mois<" in xml) == (True, True)
    assert MISSING not in told(content)
    rows = bill_words.sheet(content, LANGUAGES.of("fr_FR"))["rows"]
    assert {row["text"] for row in rows} == {f"{label}.com - 12 mois"}


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300), st.text(st.characters(codec="utf-8"), max_size=60))
@example('#eval("1") $x$ *bold* _em_ `raw` @ref <label> // /* \\ \\u{41} = - + ~', '#read("bill.typ")\n\n#pagebreak()')
@example("x" * 300, "\0\x1b\ufeff\u202e\u200b\ud7ff\U0010ffff")
@example("\u200c \u200d a\u200cb \u200dc", "\u200c")
@example('"}); panic() //', "{page} %(pages)s %s {}")
def test_no_name_is_markup_and_none_breaks_the_bill(name: str, street: str) -> None:
    content = bill(order(customer=structs.replace(CAMILLE, name=name, address=(street,))))
    document = read(content)
    assert len(document.pages) == 1
    assert "8,99 €" in document.pages[0].extract_text().replace("\xa0", " ")


def test_markup_in_a_name_is_shown_letter_by_letter() -> None:
    name = '#eval("1") $x$ *bold* \\ `raw` <l> @r // c'
    assert f"Camille {name}" in told(bill(order(customer=structs.replace(CAMILLE, name=name))))


def test_a_made_up_sellers_bill_is_a_specimen() -> None:
    assert told(bill(order(), structs.replace(SELLER, placeholder=True))).startswith("Spécimen")


@pytest.mark.parametrize(
    ("amount", "locale", "written"),
    [
        (Money(699 * UNIT // 100, "EUR"), "fr_FR", "6,99\xa0€"),
        (Money(-123_456 * UNIT // 100, "EUR"), "de_DE", "\u22121.234,56\xa0€"),
        (Money(153 * UNIT, "USD"), "en_US", "$153.00"),
        (Money(700 * UNIT, "XOF"), "fr_SN", "700\xa0F\u202fCFA"),
        (Money(9_990 * UNIT // 1000, "TND"), "fr_TN", "9,990\xa0DT"),
        (Money(5 * UNIT, "CAD"), "fr_CA", "5,00\xa0$"),
    ],
)
def test_amounts_are_written_as_the_customers_country_writes_them(amount: Money, locale: str, written: str) -> None:
    assert bill_words.money(amount, locale) == written


def test_a_locale_nobody_knows_is_no_reason_for_no_bill() -> None:
    assert bill_words.day(date(2026, 12, 7), "xx_YY") == "7 December 2026"
    assert bill_words.money(Money(UNIT, "EUR"), "a locale") == "€1.00"


def test_days_are_written_out() -> None:
    assert [bill_words.day(date(2026, 12, 7), one) for one in ("fr_FR", "de_DE", "en_US", "es_ES", "it_IT")] == [
        "7 décembre 2026", "7. Dezember 2026", "December 7, 2026", "7 de diciembre de 2026", "7 dicembre 2026",
    ]  # fmt: skip


@pytest.mark.parametrize("locale", ["de_DE", "es_ES", "fr_FR", "it_IT", "en_GB", "pl_PL", "en_CA", "en_AU"])
def test_every_language_has_its_bill_and_credit_note(locale: str) -> None:
    of = order(locale=locale)
    billed, credited = told(bill(of)), told(note(of))
    title = LANGUAGES.of(locale).say(bill_words.TITLES["note"])
    assert title in credited
    assert "2026-000001" in billed
    assert MISSING not in billed + credited
