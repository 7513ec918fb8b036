"""Paying by bank transfer: the reference an order is paid under, and what a sum that arrived is for."""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs
from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

from ordain.core.ledger import Entry, Posting
from ordain.core.money import Money, decimal_text

if TYPE_CHECKING:
    from ordain.core.order import Order

ACCOUNT = "clearing:transfer"
"""The ledger account of what is on the bank account."""

_DIGITS = 16
"""Ids stay below 2⁵³: sixteen digits hold any of them, and the reference has one length."""
_REFERENCE = re.compile(rf"RF\d{{2}}\d{{{_DIGITS}}}", re.ASCII)


class BankAccount(Struct, frozen=True):
    """Where transfers go: the operator's account and its holder, whom the payer's bank compares by name."""

    iban: str
    holder: str


def reference(order_id: int) -> str:
    """The creditor reference (ISO 11649) of an order."""
    body = f"{order_id:0{_DIGITS}d}"
    return f"RF{mod_97_10.calc_check_digits(f'{body}RF')}{body}"


def spelled(code: str) -> str:
    """A reference or IBAN in groups of four, as people type it."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def order_of(text: str) -> int | None:
    """The order a payer's words name: the one whose reference they hold, in whatever groups it was typed."""
    found = {code for code in _REFERENCE.findall("".join(text.split()).upper()) if iso11649.is_valid(code)}
    return int(found.pop()[4:]) if len(found) == 1 else None


class Receipt(Struct, frozen=True, kw_only=True):
    """A sum that arrived on the bank account. `entry` is the bank's own name of it: the same sum has the same."""

    entry: str
    amount: Money
    on: date
    text: str
    """Reference and remittance, as the payer wrote them."""
    payer: str = ""


def told_apart(receipt: Receipt, known: Receipt) -> Receipt:
    """The same receipt, under a name of its own if the known one of its name is another sum."""
    if (receipt.amount, receipt.on, receipt.text) == (known.amount, known.on, known.text):
        return receipt
    told = f"{receipt.on.isoformat()} {receipt.amount.ucents}{receipt.amount.currency} {receipt.text}"
    return structs.replace(receipt, entry=f"{receipt.entry}~{hashlib.sha256(told.encode()).hexdigest()[:16]}")


Came = Literal["paid", "credited", "unmatched", "returned", "dismissed"]
"""A receipt paid its order; went to the prepaid account of who paid; waits for the operator; was sent back by them;
or is none of ours, as they say. What waits is in no account of the ledger, so the last two change none."""


class Matched(Struct, frozen=True):
    """What a receipt came to, and why if it is not `paid`."""

    receipt: Receipt
    came: Came
    why: str = ""
    order_id: int | None = None
    again: bool = False
    """It was taken in before: nothing was done."""
    ended: datetime | None = None
    """When it was sent back or dismissed."""


def mismatch(receipt: Receipt, order: Order | None) -> str | None:
    """Why a sum cannot be taken for an order's payment."""
    if order is None:
        return "it names no order's reference"
    due, came = order.price.gross, receipt.amount
    if came.currency != due.currency:
        return f"order {order.order_id} is due in {due.currency}"
    if came != due:
        much = "less" if came < due else "more"
        return f"it is {much} than the {decimal_text(due)} {due.currency} of order {order.order_id}"
    return None


def credited(entry_id: int, at: datetime, balance: str, amount: Money) -> Entry:
    """A sum that arrived and goes to a customer's balance."""
    return Entry(entry_id, at, "credit", (Posting(balance, amount), Posting(ACCOUNT, -amount)))
