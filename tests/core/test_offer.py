"""What a name can be ordered as, for how much, or why not: the specification's two tables of pricing modes."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters import catalogue_files, promotion_files
from ordain.core.marketplace import Listing
from ordain.core.money import CENT, UNIT, Money, smallest
from ordain.core.names import Name, parse
from ordain.core.offer import Market, Offer, offers, sold_for
from ordain.core.promotions import Promotion
from ordain.core.registry import Availability, Fees

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FOLDER = Path(__file__).parents[2] / "catalogue"


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(catalogue_files.load(FOLDER), promotion_files.load(FOLDER / "promotions.toml"))


def the_offer(market: Market, domain: str, subsidiary: str = "FR", **answer: Any) -> Offer:
    return the_offers(market, domain, subsidiary, **answer)[0]


def the_offers(market: Market, domain: str, subsidiary: str = "FR", **answer: Any) -> list[Offer]:
    name = parse(domain, market.catalogue.extensions)
    assert isinstance(name, Name)
    selling = answer.pop("selling", {})
    listings = tuple(Listing(name.ascii, platform, asking) for platform, asking in selling.items())
    heard = Availability(name.ascii, answer.pop("state", "available"), listings=listings, **answer)
    return offers(market, name, heard, market.catalogue.subsidiaries[subsidiary], NOON)


def euros(amount: int) -> Money:
    return Money(amount * UNIT, "EUR")


FEES = Fees(euros(120), euros(90), euros(60))

# The first table: pricing mode. The second: the deprecated pair. What the registry answered for each.
MODES: list[tuple[str, str, dict[str, Any]]] = [
    ("create-default", "fr-create", {}),
    ("create-premium", "fr-create", {"fees": FEES}),
    ("transfer-default", "fr-transfer", {"state": "taken"}),
    ("transfer-premium", "fr-transfer", {"state": "taken", "fees": FEES}),
    ("transfer-aftermarket1", "fr-transfer", {"state": "taken", "selling": {"aftermarket1": euros(750)}}),
    ("transfer-aftermarket2", "fr-transfer", {"state": "taken", "selling": {"aftermarket2": euros(750)}}),
]


@pytest.mark.parametrize(("mode", "offer_id", "answer"), MODES, ids=[mode for mode, _, _ in MODES])
def test_the_tables_of_pricing_modes(market: Market, mode: str, offer_id: str, answer: dict[str, Any]) -> None:
    found = the_offer(market, "foo.fr", **answer)
    assert (found.pricing_mode, found.offer_id) == (mode, offer_id)
    assert f"{found.action}-{found.flavour}" == mode
    assert found.obstacle is None


def test_the_specifications_offer_for_foo_fr(market: Market) -> None:
    found = the_offer(market, "foo.fr")
    assert found.years == tuple(range(1, 11))
    assert (found.first, found.renew, found.discount_of(1), found.fee) == (699 * CENT, 699 * CENT, 200 * CENT, 0)
    assert found.list_price(1) - found.discount_of(1) == 499 * CENT
    assert found.list_price(3) - found.discount_of(3) == (3 * 699 - 200) * CENT


@pytest.mark.parametrize(
    ("answer", "first", "renew"),
    [
        ({"fees": FEES}, 120, 90),
        ({"state": "taken", "fees": FEES}, 60, 90),
        ({"state": "taken", "selling": {"aftermarket1": euros(750)}}, 750, None),
    ],
)
def test_what_is_not_ordinary_costs_what_was_asked_for_it_and_has_no_promotion(
    market: Market, answer: dict[str, Any], first: int, renew: int | None
) -> None:
    found = the_offer(market, "foo.fr", **answer)
    assert found.first == first * UNIT
    assert found.renew == (699 * CENT if renew is None else renew * UNIT)
    assert found.gift is None


def test_a_transfer_has_no_promotion_for_creations_and_one_duration(market: Market) -> None:
    found = the_offer(market, "foo.fr", state="taken")
    assert (found.gift, found.years, found.first) == (None, (1,), 699 * CENT)


def test_a_premium_name_brings_its_rules_context_into_play(market: Market) -> None:
    assert the_offer(market, "foo.fr", contexts=("claims",)).contexts == ("claims",)
    assert the_offer(market, "foo.fr", contexts=("claims",), fees=FEES).contexts == ("claims", "premium")


def test_a_reserved_name_is_shown_with_the_registrys_reason(market: Market) -> None:
    assert the_offer(market, "foo.fr", state="reserved", reason="A town's name").obstacle == "A town's name"
    assert the_offer(market, "foo.fr", state="reserved").obstacle == "The registry reserves this name"


def test_a_premium_name_renews_at_its_registrys_price_whoever_sold_it(market: Market) -> None:
    selling = {"aftermarket1": euros(750)}
    found = the_offers(market, "foo.fr", state="taken", selling=selling, fees=FEES)
    assert [(o.flavour, o.renew) for o in found] == [("aftermarket1", 90 * UNIT), ("premium", 90 * UNIT)]
    standard = structs.replace(FEES, renew=None)
    found = the_offers(market, "foo.fr", state="taken", selling=selling, fees=standard)
    assert [o.renew for o in found] == [the_offer(market, "bar.fr").renew] * 2
    unknown = structs.replace(FEES, renew=Money(UNIT, "XXX"))
    [found_one] = the_offers(market, "foo.fr", state="taken", selling=selling, fees=unknown)
    assert found_one.obstacle


@pytest.mark.parametrize("asking", [0, -1])
def test_what_costs_nothing_is_not_for_sale(market: Market, asking: int) -> None:
    """No owner gives a name away on a platform: such a price is a mistake there, and nobody's bargain here."""
    found = the_offers(market, "foo.fr", state="taken", selling={"aftermarket1": euros(asking)})
    assert [offer.pricing_mode for offer in found] == ["transfer-default"]


def without(market: Market, **changes: Any) -> Market:
    extensions = dict(market.catalogue.extensions)
    extensions["fr"] = structs.replace(extensions["fr"], **changes)
    return structs.replace(market, catalogue=structs.replace(market.catalogue, extensions=extensions))


def test_an_extension_off_sale_says_so(market: Market) -> None:
    little = ".fr names are not on sale: too little is known of what their registry asks"
    assert the_offer(without(market, enabled=False), "foo.fr").obstacle == little
    kept = without(market, enabled=False, not_sold="Kept for ministries", prices={})
    offer = the_offer(kept, "foo.fr")
    assert (offer.obstacle, offer.first, offer.renew) == ("Kept for ministries", 0, 0)


def test_a_taken_name_that_cannot_be_transferred_can_still_be_bought_from_its_owner(market: Market) -> None:
    transfer = structs.replace(market.catalogue.extensions["fr"].transfer, offered=False)
    fixed = without(market, transfer=transfer)
    assert "cannot be transferred" in str(the_offer(fixed, "foo.fr", state="taken").obstacle)
    assert the_offer(fixed, "foo.fr", state="taken", selling={"aftermarket2": euros(9)}).obstacle is None


def test_a_registrys_price_is_sold_at_the_subsidiarys_ratio(market: Market) -> None:
    subsidiaries = market.catalogue.subsidiaries
    fr, pl = subsidiaries["FR"], subsidiaries["PL"]
    usd = next(each for each in subsidiaries.values() if each.currency == "USD")
    assert sold_for(euros(120), fr, subsidiaries) == 120 * UNIT
    assert sold_for(euros(100), pl, subsidiaries) == round(100 * pl.ratio * 100) * CENT
    assert sold_for(Money(7 * CENT, pl.currency), pl, subsidiaries) == 7 * CENT
    assert sold_for(euros(100), fr, subsidiaries, Fraction(11, 10)) == 110 * UNIT
    # A price in dollars goes by way of the euro.
    assert sold_for(Money(100 * UNIT, "USD"), pl, subsidiaries) == round(100 / usd.ratio * pl.ratio * 100) * CENT
    assert sold_for(Money(7, "JPY"), pl, subsidiaries) is None


@pytest.mark.parametrize("code", ["FR", "GB", "SN", "TN", "WE", "CA"])
def test_a_premium_price_can_be_paid_in_every_currency(market: Market, code: str) -> None:
    found = the_offer(market, "foo.com", code, fees=FEES)
    assert found.first % smallest(found.currency) == 0 < found.first
    assert found.currency == market.catalogue.subsidiaries[code].currency


PERCENTS = st.lists(st.integers(1, 100), max_size=5)


@settings(deadline=None)
@given(percents=PERCENTS, chance=st.randoms(use_true_random=False))
def test_the_order_of_the_promotions_does_not_matter(market: Market, percents: list[int], chance: Any) -> None:
    promotions = [Promotion(name=f"p{number}", title=f"-{percent} %", extensions=("fr",), percent=percent)
                  for number, percent in enumerate(percents)]  # fmt: skip
    shuffled = list(promotions)
    chance.shuffle(shuffled)
    one, other = (the_offer(Market(market.catalogue, tuple(p)), "foo.fr") for p in (promotions, shuffled))
    assert one == other
    assert 0 <= one.discount_of(1) <= one.first
    assert (one.gift.title if one.gift else None) == (f"-{max(percents)} %" if percents else None)
