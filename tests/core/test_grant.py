"""Money given by hand, and the figures of charts: what is little, what adds up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ordain.core.audit import LONGEST, cut
from ordain.core.grant import needs_another
from ordain.core.money import UNIT, Money, total
from ordain.core.office_charts import BOUNDS, MOST_EXTENSIONS, Sale, by_day, by_duration, by_extension

if TYPE_CHECKING:
    from collections.abc import Sequence

amounts = st.integers(1, 300 * UNIT)
sales = st.builds(
    Sale,
    st.sampled_from(["com", "fr", "org"]),
    st.builds(Money, st.integers(0, 10**12), st.sampled_from(["EUR", "GBP"])),
    st.none() | st.builds(Money, st.integers(0, 10**12), st.sampled_from(["EUR", "USD"])),
    st.booleans(),
)


@given(st.lists(amounts, max_size=30), st.integers(0, 500))
def test_whatever_the_pieces_no_more_than_the_limit_is_given_alone(pieces: Sequence[int], limit: int) -> None:
    alone = 0
    for piece in pieces:
        if not needs_another(Money(piece, "EUR"), alone, limit):
            alone += piece
    assert alone <= limit * UNIT


@given(amounts, st.integers(0, 500))
def test_nobody_gives_themselves_anything_alone(amount: int, limit: int) -> None:
    assert needs_another(Money(amount, "EUR"), 0, limit, own=True)


@given(st.lists(sales, max_size=50))
def test_sales_by_extension_add_up(sold: Sequence[Sale]) -> None:
    found = by_extension(sold)
    kept = [sale for sale in sold if not sale.returned]
    assert len(found) <= MOST_EXTENSIONS
    assert sum(one.items for one in found) == len(kept)
    for currency in ("EUR", "GBP"):
        revenue = total((one.revenue for one in found if one.revenue.currency == currency), currency)
        assert revenue == total((sale.net for sale in kept if sale.net.currency == currency), currency)
    assert all(one.margin + one.cost == one.revenue and one.unknown <= one.items for one in found)
    assert all(one.items or one.cost.ucents for one in found)
    for one in found:  # what we paid stays paid
        costs = [sale.cost for sale in sold if (sale.plan, sale.net.currency) == (one.plan, one.cost.currency)]
        assert one.cost.ucents == sum(cost.ucents for cost in costs if cost and cost.currency == one.cost.currency)


@given(st.lists(st.integers(0, 10**12), max_size=50))
def test_each_delivery_is_in_one_column(took: Sequence[int]) -> None:
    found = by_duration(took)
    assert (len(found), sum(found)) == (len(BOUNDS) + 1, len(took))
    assert by_duration(BOUNDS) == [1] * len(BOUNDS) + [0]


def test_a_day_without_orders_is_a_day() -> None:
    days = by_day(date(2026, 2, 27), 4, {1: (3, 2)})
    assert [(one.day.day, one.orders, one.paid) for one in days] == [(27, 0, 0), (28, 3, 2), (1, 0, 0), (2, 0, 0)]


@given(st.text(max_size=3 * LONGEST))
def test_what_is_kept_has_its_limit(text: str) -> None:
    assert len(cut(text)) == min(len(text), LONGEST)
