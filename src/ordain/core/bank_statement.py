"""Bank statements, ISO 20022 camt.053 in any of its versions: the sums that arrived, by the bank's names."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import plain_xml
from ordain.core.bank_transfer import Receipt
from ordain.core.money import Money, parse_amount
from ordain.core.plain_xml import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

LONGEST = 20_000_000
"""Characters."""
FILLERS = frozenset({"NONREF", "NOTPROVIDED"})
"""What banks write where a reference has to be and there is none."""


class Statement(Struct, frozen=True):
    """The sums that arrived on one account."""

    iban: str
    receipts: tuple[Receipt, ...]


def read(xml: str) -> list[Statement]:
    """A file's statements. Raises Unreadable, in words about "the statement"."""
    if len(xml) > LONGEST:
        message = f"is longer than {LONGEST} characters"
        raise Unreadable(message)
    root = plain_xml.tree(xml)
    if not re.fullmatch(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d\}Document", root.tag):
        message = "is no camt.053 document"
        raise Unreadable(message)
    for each in root.iter():  # its versions differ in their namespace, and in little that is read here
        each.tag = each.tag.rpartition("}")[2]
    found = [_statement(each) for each in root.iterfind("BkToCstmrStmt/Stmt")]
    if not found:
        message = "holds no statement"
        raise Unreadable(message)
    return found


def _statement(told: ET.Element) -> Statement:
    account = told.find("Acct/Id")
    iban = None if account is None else plain_xml.optional(account, "IBAN")
    if iban is None:
        message = "names no IBAN"
        raise Unreadable(message)
    name = plain_xml.text(told, "Id")
    entries = enumerate(told.iterfind("Ntry"), start=1)
    return Statement(iban, tuple(one for place, entry in entries for one in _receipts(entry, name, place)))


def _receipts(entry: ET.Element, statement: str, place: int) -> Iterator[Receipt]:
    """An entry's sums: one, or those of a batch. What is not booked, went out or was called back is none."""
    status = entry.findtext("Sts/Cd") or entry.findtext("Sts") or ""
    if entry.findtext("CdtDbtInd") != "CRDT" or status.strip() != "BOOK" or _called_back(entry):
        return
    name = (entry.findtext("AcctSvcrRef") or "").strip()
    if not name or name.upper() in FILLERS:
        own = (entry.findtext("NtryRef") or "").strip()  # unique within its statement only
        name = f"{statement}/{own or place}"
    parts = entry.findall("NtryDtls/TxDtls")
    if len(parts) < 2:
        yield _receipt(entry, parts[0] if parts else entry, entry.find("Amt"), name)
        return
    for number, part in enumerate(parts, start=1):
        # A fee or a return among what arrived: the entry is the sum of all.
        if (part.findtext("CdtDbtInd") or "").strip() == "DBIT" or _called_back(part):
            continue
        amount = part.find("AmtDtls/TxAmt/Amt")
        yield _receipt(entry, part, part.find("Amt") if amount is None else amount, f"{name}/{number}")


def _called_back(told: ET.Element) -> bool:
    return (told.findtext("RvslInd") or "").strip() in ("true", "1")


def _receipt(entry: ET.Element, part: ET.Element, amount: ET.Element | None, name: str) -> Receipt:
    if amount is None:
        message = f"has an entry without an amount: {name}"
        raise Unreadable(message)
    payer = part.findtext("RltdPties/Dbtr/Nm") or part.findtext("RltdPties/Dbtr/Pty/Nm") or ""
    return Receipt(entry=name, amount=_money(amount, name), on=_day(entry, name), text=_text(part), payer=payer.strip())


def _money(amount: ET.Element, name: str) -> Money:
    try:
        return Money(parse_amount((amount.text or "").strip()), amount.get("Ccy", ""))
    except ValueError as error:
        message = f"has an amount that is none in entry {name}: {(amount.text or '')[:40]!r}"
        raise Unreadable(message) from error


def _day(entry: ET.Element, name: str) -> date:
    told = entry.findtext("BookgDt/Dt") or (entry.findtext("BookgDt/DtTm") or "")[:10]
    try:
        return date.fromisoformat(told.strip())
    except ValueError as error:
        message = f"has a booking date that is none in entry {name}: {told[:40]!r}"
        raise Unreadable(message) from error


def _text(part: ET.Element) -> str:
    """What the payer wrote: the structured reference, the free words, and the end-to-end reference."""
    paths = ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Ustrd", "Refs/EndToEndId")
    said = [each.text.strip() for path in paths for each in part.iterfind(path) if each.text]
    return " | ".join(dict.fromkeys(said))
