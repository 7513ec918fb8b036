"""What a name costs us: its own fees, its owner's price, or the operator's word; else it is not known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.costs import Wholesale, price
from ordain.core.money import CENT, Money, TaxedPrice
from ordain.core.registry import Fees
from tests.sold import sold
from tests.world import NOON

if TYPE_CHECKING:
    from ordain.core.order import OrderItem

FREE = Money(0, "EUR")
ITEM = structs.replace(sold(TaxedPrice(FREE, FREE, FREE)).items[0], action="create", years=3)
FR = Wholesale(extensions=("fr",), currency="EUR", create="4.60", renew="5.00", transfer="4.00")
ALL = Wholesale(extensions=("*",), currency="USD", create="9.00")
NEXT_YEAR = Wholesale(extensions=("fr",), currency="EUR", create="6.00", begins=datetime(2027, 1, 1, tzinfo=UTC))


def euros(cents: int) -> Money:
    return Money(cents * CENT, "EUR")


def of(**changes: object) -> OrderItem:
    return structs.replace(ITEM, **changes)


PREMIUM = Fees(create=euros(12000), renew=euros(10000), transfer=euros(8000))


@pytest.mark.parametrize(
    ("item", "cost"),
    [
        (of(), euros(460 + 2 * 500)),
        (of(years=1), euros(460)),
        (of(action="transfer", years=1), euros(400)),
        (of(plan="com"), Money(2700 * CENT, "USD")),  # further years cost what the first does
        (of(plan="com", action="transfer"), None),
        (of(action="restore", years=1), euros(500)),  # what the restoration itself costs is not told
        (of(action="trade"), None),
        (of(action=None, kind="dns", plan="zone"), None),
        (of(fees=PREMIUM), euros(32000)),
        (of(fees=PREMIUM, action="transfer"), euros(8000)),
        (of(fees=structs.replace(PREMIUM, renew=None)), None),
        (of(fees=structs.replace(PREMIUM, renew=None), years=1), euros(12000)),
        (of(fees=PREMIUM, asking=euros(75000)), euros(75000)),
    ],
)
def test_what_a_name_costs(item: OrderItem, cost: Money | None) -> None:
    assert price(item, (ALL, FR, NEXT_YEAR), NOON) == cost


def test_without_anybody_s_word_it_is_not_known() -> None:
    assert price(ITEM, (), NOON) is None


def test_costs_change_with_time() -> None:
    assert price(of(years=1), (FR, NEXT_YEAR), datetime(2027, 1, 1, tzinfo=UTC)) == euros(600)


@pytest.mark.parametrize("wrong", [{"create": "-1"}, {"create": "much"}, {"begins": datetime(2027, 1, 1)}])  # noqa: DTZ001 - it is refused for that
def test_what_is_no_cost_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"below zero|is not an amount|time zone"):
        structs.replace(FR, **wrong)
