"""What a customer was shown before ordering. Nothing is ordered once it is no longer so (DESIGN promise 4)."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ordain.core.agreement import digest
from ordain.core.money import Money, decimal_text
from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.cart import Cart
    from ordain.core.catalogue import Contract
    from ordain.core.language import Language
    from ordain.core.pricing import Quote

FIELD = "seen"
_TEXT = re.compile(r"(-?\d{1,18})\.([A-Za-z]{3,8})\.([0-9a-f]{32})\.([0-9a-f]{32})", re.ASCII)
_encode = msgspec.json.Encoder(order="deterministic").encode


class Seen(Struct, frozen=True):
    """The total with tax, and what tells whether items and prices, or the contracts' words, are still the same."""

    gross: Money
    content: str
    contracts: str

    def __str__(self) -> str:
        return f"{self.gross.ucents}.{self.gross.currency}.{self.content}.{self.contracts}"


def read(text: str) -> Seen | None:
    """What `str` of one made; None for anything else."""
    found = _TEXT.fullmatch(text)
    return Seen(Money(int(found[1]), found[2]), found[3], found[4]) if found else None


def seen(cart: Cart, quote: Quote, contracts: Sequence[Contract], code: str) -> Seen:
    """What is shown of a cart, its price and its contracts in this language."""
    prices = [(line.item_id, line.kind, line.price) for line in quote.lines]
    words = [(c.id, c.version, c.language(code), digest(c.text[c.language(code)])) for c in contracts]
    return Seen(quote.total.gross, _short((cart.items, prices, quote.total)), _short(words))


def _short(value: object) -> str:
    return hashlib.sha256(_encode(value)).hexdigest()[:32]


def changed(before: str, now: Seen, language: Language) -> list[Refusal]:
    """Why nothing is ordered: what is there now is not what the customer was shown."""
    was, say, found = read(before), language.say, []
    if was is None:
        return [Refusal("invalid", say("What you were shown cannot be read: look at your order again"), FIELD)]
    if was.gross != now.gross:
        text = say(
            "The price changed since you looked: it was %(before)s, it is %(now)s now",
            before=_told(was.gross),
            now=_told(now.gross),
        )
        found.append(Refusal("conflict", text, FIELD))
    elif was.content != now.content:
        found.append(Refusal("conflict", say("What is in your cart changed since you looked at it"), FIELD))
    if was.contracts != now.contracts:
        text = say("The contracts changed since you looked at them: read what is new")
        found.append(Refusal("conflict", text, "contracts"))
    return found


def _told(amount: Money) -> str:
    return f"{decimal_text(amount)} {amount.currency}"
