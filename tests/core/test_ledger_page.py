"""The tables of docs/ledger.md, run."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

from ordain.core.chart import CHART
from ordain.core.ledger import Entry, Purchase, cost, credit, dispute, payment, recovery, refund, transfers
from ordain.core.money import CENT, Money, TaxedPrice, decimal_text
from tests.sold import sold
from tests.world import NOON

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"


def rows(head: str) -> list[tuple[str, ...]]:
    """The rows of the page's table with this head."""
    lines = PAGE.read_text("utf-8").splitlines()
    below = lines[lines.index(head) + 2 :]
    end = next(at for at, line in enumerate(below) if not line.startswith("|"))
    return [tuple(cell.strip() for cell in row.strip().removeprefix("|").removesuffix("|").split("|"))
            for row in below[:end]]  # fmt: skip


def euros(cents: int) -> Money:
    return Money(cents * CENT, "EUR")


def price(net: int, tax: int) -> TaxedPrice:
    return TaxedPrice(euros(net), euros(tax), euros(net + tax))


def entries() -> list[Entry]:
    order = sold(price(499, 100), price(749, 150))
    balance = "balance:ovhAccount"
    return [
        credit(1, NOON, "ovhAccount", euros(2000)),
        payment(2, NOON, balance, order),
        payment(3, NOON, "clearing:card", order),
        cost(4, NOON, Purchase(7, 0, "Afnic", euros(460))),
        refund(5, NOON, balance, order, order.items[1]),
        dispute(6, NOON, "clearing:card", 7, order.price.gross),
        recovery(7, NOON, "clearing:card", 7, order.price.gross),
    ]


def test_entries_are_kept_as_the_page_says() -> None:
    kept = [
        (entry.kind if not place else "", each.debited, each.credited, decimal_text(each.amount))
        for entry in entries()
        for place, each in enumerate(transfers(entry))
    ]
    told = [row[1:] for row in rows("| what happens | kind | debited | credited | amount |")]
    assert [pair for pair in zip_longest(kept, told) if pair[0] != pair[1]] == []


def test_the_chart_is_the_page_s() -> None:
    told = rows("| account | nature | what it is |")
    assert [(f"`{row.name}`", row.nature, row.told) for row in CHART] == told
