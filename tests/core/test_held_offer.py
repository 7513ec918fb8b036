"""What is told of a name in a cart whose price or terms are others now."""

from __future__ import annotations

import pytest
from msgspec import structs

from ordain.core.cart import Item
from ordain.core.held_offer import news
from ordain.core.money import UNIT, Money
from ordain.core.offer import Offer
from ordain.core.offer_prices import a_further_year, prices_of
from ordain.core.promotions import Gift
from ordain.core.registry import Fees

HELD = Offer(
    domain="example.com", shown="example.com", extension="com", action="create", flavour="default", years=(1, 2, 3),
    currency="EUR", first=10 * UNIT, renew=12 * UNIT, gift=Gift("less", 3 * UNIT),
)  # fmt: skip
ITEM = Item(item_id=1, kind="domain", domain="example.com", shown="example.com", years=2, offer=HELD)
FEES = Fees(Money(100 * UNIT, "EUR"), Money(100 * UNIT, "EUR"), Money(100 * UNIT, "EUR"))


@pytest.mark.parametrize(
    ("fresh", "kind", "new"),
    [
        (HELD, None, 0),
        (None, "gone", 19),
        (structs.replace(HELD, obstacle="taken"), "gone", 19),
        (structs.replace(HELD, gift=None), "dearer", 22),
        (structs.replace(HELD, first=8 * UNIT), "cheaper", 17),
        (structs.replace(HELD, flavour="premium", fees=FEES), "terms", 19),
        (structs.replace(HELD, contexts=("claims",)), "terms", 19),
        (structs.replace(HELD, phase="landrush"), "terms", 19),
    ],
)
def test_what_is_new_is_told_with_both_prices(fresh: Offer | None, kind: str | None, new: int) -> None:
    found = news(ITEM, fresh)
    assert (found.kind if found else None) == kind
    if found:
        assert (found.old, found.new) == (Money(19 * UNIT, "EUR"), Money(new * UNIT, "EUR"))


def test_a_registry_that_asks_more_is_told_as_what_checkout_will_refuse() -> None:
    held = structs.replace(HELD, flavour="premium", fees=FEES, first=120 * UNIT, renew=120 * UNIT, gift=None)
    dearer = Fees(Money(101 * UNIT, "EUR"), Money(101 * UNIT, "EUR"), Money(100 * UNIT, "EUR"))
    fresh = structs.replace(held, fees=dearer, first=121 * UNIT, renew=121 * UNIT)
    found = news(structs.replace(ITEM, offer=held), fresh)
    assert found
    assert (found.kind, found.old.ucents, found.new.ucents) == ("rose", 240 * UNIT, 242 * UNIT)


def test_an_item_without_a_price_of_its_own_has_no_news() -> None:
    zone = Item(item_id=1, kind="dns", domain="zone-1", shown="", years=1)
    assert news(zone, None) is None
    assert a_further_year(zone) == 0


def test_prices_of_an_offer_add_up() -> None:
    found = prices_of(HELD)
    assert (found.listed - found.discount, found.years) == (found.first_year, 1)
    assert found.total == found.first_year
    assert prices_of(HELD, 3).total == found.first_year + 2 * found.renewal
    assert a_further_year(ITEM) == found.renewal
