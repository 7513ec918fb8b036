"""Bank statements and references: what arrived is read off them, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from ordain.core.bank_statement import read
from ordain.core.bank_transfer import Receipt, mismatch, order_of, reference, spelled
from ordain.core.money import CENT, Money
from ordain.core.plain_xml import Unreadable
from tests.statements import IBAN, entry, statement, structured, words

DAY = date(2026, 11, 24)


def receipts(*entries: str, version: str = "02") -> tuple[Receipt, ...]:
    [found] = read(statement(*entries, version=version))
    assert found.iban == IBAN
    return found.receipts


@given(st.integers(0, 2**53 - 1))
def test_an_order_is_found_by_its_reference_however_it_is_typed(order_id: int) -> None:
    code = reference(order_id)
    assert iso11649.is_valid(code)
    for text in (code, spelled(code), code.lower(), f"invoice {spelled(code)}, thanks", f"{code} | NOTPROVIDED"):
        assert order_of(text) == order_id


@given(st.integers(0, 2**53 - 1), st.integers(2, 19), st.integers(1, 9))
def test_one_wrong_digit_is_no_reference(order_id: int, place: int, more: int) -> None:
    code = reference(order_id)
    wrong = code[:place] + str((int(code[place]) + more) % 10) + code[place + 1 :]
    assert order_of(wrong) is None


def test_words_that_name_no_order_or_two_are_no_reference() -> None:
    for text in ("", "order 7", "RF", "RF00" + "0" * 16, f"{reference(1)} {reference(2)}"):
        assert order_of(text) is None
    assert order_of(f"{reference(1)} {reference(1)}") == 1


@pytest.mark.parametrize("version", ["02", "04", "08", "13"])
def test_sums_are_read_off_every_version(version: str) -> None:
    status = "BOOK" if version < "05" else "<Cd>BOOK</Cd>"
    found = receipts(entry("A1", "5.99", structured(reference(7)), status=status), version=version)
    assert found == (
        Receipt(
            entry="A1",
            amount=Money(599 * CENT, "EUR"),
            on=DAY,
            text=f"{reference(7)} | NOTPROVIDED",
            payer="Camille Martin",
        ),
    )


def test_what_did_not_arrive_is_no_receipt() -> None:
    assert receipts(
        entry("A1", "5.99", sign="DBIT"),
        entry("A2", "5.99", status="PDNG"),
        entry("A3", "5.99", status="<Cd>INFO</Cd>"),
        entry("A4", "5.99", reversed="<RvslInd>true</RvslInd>"),
    ) == ()  # fmt: skip
    assert receipts() == ()


def test_a_batch_is_its_parts() -> None:
    parts = [words(f"order {number}", amount=amount) for number, amount in enumerate(("1.00", "2.00"))]
    found = receipts(entry("B", "3.00", *parts))
    assert [(one.entry, one.amount.ucents // CENT) for one in found] == [("B/1", 100), ("B/2", 200)]
    assert [one.entry for one in receipts(entry("C", "3.00", words("alone")))] == ["C"]
    assert [one.text for one in receipts(entry("D", "3.00"))] == [""]


def test_what_went_out_or_was_called_back_within_a_batch_is_no_receipt() -> None:
    fee = words("fee", amount="0.20", more="<CdtDbtInd>DBIT</CdtDbtInd>")
    back = words("returned", amount="1.00", more="<RvslInd>true</RvslInd>")
    told = words("order", amount="3.00", more="<CdtDbtInd>CRDT</CdtDbtInd><RvslInd>false</RvslInd>")
    assert [(one.entry, one.text.partition(" |")[0]) for one in receipts(entry("B", "3.80", fee, back, told))] == [
        ("B/3", "order")
    ]


def test_an_entry_the_bank_has_no_name_for_has_its_place_in_the_statement() -> None:
    nameless = entry("", "5.99")
    assert [one.entry for one in receipts(nameless, nameless)] == ["STMT-2026-228/1", "STMT-2026-228/2"]
    for filler in (" ", "NONREF", "NOTPROVIDED", "notprovided"):
        assert [one.entry for one in receipts(entry(filler, "5.99"))] == ["STMT-2026-228/1"]
    numbered = entry("NONREF", "5.99", number="<NtryRef>0007</NtryRef>")
    assert [one.entry for one in receipts(numbered)] == ["STMT-2026-228/0007"]
    assert [one.entry for one in receipts(entry("A", "5.99", number="<NtryRef>0007</NtryRef>"))] == ["A"]


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        ("", "is not well-formed XML"),
        ("<Document/>", "is no camt.053 document"),
        (statement().replace("camt.053", "camt.054"), "is no camt.053 document"),
        (statement().replace("BkToCstmrStmt", "Other"), "holds no statement"),
        (statement().replace("IBAN", "Othr"), "names no IBAN"),
        (statement().replace("<Id>STMT-2026-228</Id>", ""), "has no Id"),
        (statement(entry("A", "5,99")), "has an amount that is none in entry A: '5,99'"),
        (statement(entry("A", "5.99")).replace("2026-11-24<", "24.11.2026<"), "has a booking date that is none"),
        (statement(entry("A", "1.00")).replace("Amt", "Amount"), "has an entry without an amount: A"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + statement(), "document type"),
        (" " * 20_000_001, "is longer than"),
    ],
)
def test_what_is_no_statement_is_refused_in_words(xml: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(xml)


def test_a_sum_that_fits_no_order_says_why() -> None:
    told = Receipt(entry="A", amount=Money(599 * CENT, "EUR"), on=DAY, text="")
    assert mismatch(told, None) == "it names no order's reference"
