"""The examples of docs/pricing.md, run."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from ordain.core.cart import Item
from ordain.core.language import Language
from ordain.core.money import Money, decimal_text, parse_amount
from ordain.core.offer import Offer
from ordain.core.pricing import Terms, quote
from ordain.core.promotions import Gift, Promotion

PAGE = Path(__file__).parents[2] / "docs" / "pricing.md"
HEAD = "| first year | renewal | years | promotion | tax rate % | list | net | tax | gross |"


def examples() -> list[tuple[str, ...]]:
    """The rows of the page's table of examples."""
    lines = PAGE.read_text().splitlines()
    rows = lines[lines.index(HEAD) + 2 :]
    end = next(at for at, line in enumerate(rows) if not line.startswith("|"))
    return [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in rows[:end]]


@pytest.mark.parametrize("row", examples(), ids=" ".join)
def test_the_example_comes_out_as_the_page_says(row: tuple[str, ...]) -> None:
    first, renewal, years, promotion, rate, listed, net, tax, gross = row
    gift = None
    if promotion != "0":
        promoted = Promotion(name="example", title="example", extensions=("fr",), amount={"EUR": promotion})
        gift = Gift("example", promoted.discount(parse_amount(first), "EUR"))
    offer = Offer(
        domain="example.fr",
        shown="example.fr",
        extension="fr",
        action="create",
        flavour="default",
        years=tuple(range(1, 11)),
        currency="EUR",
        first=parse_amount(first),
        renew=parse_amount(renewal),
        gift=gift,
    )
    item = Item(item_id=1, kind="domain", domain="example.fr", shown="example.fr", years=int(years), offer=offer)
    quoted = quote([item], Terms("EUR", Fraction(int(rate), 100), Language("en", {})))
    seen = (offer.list_price(int(years)), quoted.total.net, quoted.total.tax, quoted.total.gross)
    texts = [decimal_text(amount if isinstance(amount, Money) else Money(amount, "EUR")) for amount in seen]
    assert texts == [listed, net, tax, gross]


def test_the_page_has_the_specification_s_two_carts() -> None:
    assert {row[-1] for row in examples()} >= {"8.99", "5.99"}
