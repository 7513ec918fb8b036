"""The published figures are those that carts are filled at, for every extension in every currency."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.categories import NEWS, is_cheaper, is_new
from ordain.core.names import Name
from ordain.core.offer import Market, offers
from ordain.core.price_list import DEPENDS_ON_THE_NAME, figures, next_change
from ordain.core.promotions import Promotion
from ordain.core.registry import Availability
from ordain.core.schedule import Schedule
from tests.world import market

if TYPE_CHECKING:
    from ordain.core.registry import State

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SHIPPED = market(Path(__file__).parents[2] / "catalogue")
SUBSIDIARIES = sorted(SHIPPED.catalogue.subsidiaries)


@pytest.mark.parametrize("code", SUBSIDIARIES)
@pytest.mark.parametrize("state", ["available", "taken"])
def test_a_name_costs_in_a_cart_what_was_published(code: str, state: State) -> None:
    subsidiary = SHIPPED.catalogue.subsidiaries[code]
    for name, extension in SHIPPED.catalogue.extensions.items():
        asked = Name(f"foo.{name}", f"foo.{name}", "foo", "foo", name)
        [offer] = offers(SHIPPED, asked, Availability(f"foo.{name}", state), subsidiary, NOW)
        if offer.obstacle:
            continue
        first, again = (f for f in figures(SHIPPED, extension, subsidiary, NOW) if f.mode == offer.pricing_mode)
        assert (first.phase, first.price, first.discount) == (0, offer.first, offer.discount_of(offer.years[0])), name
        assert (again.phase, again.price) == (1, offer.renew), name
        assert (first.promotion.title if first.promotion else None) == (offer.gift.title if offer.gift else None)


def test_restorations_and_premium_names_are_published_where_they_are_sold() -> None:
    subsidiary = SHIPPED.catalogue.subsidiaries["FR"]
    for extension in (each for each in SHIPPED.catalogue.extensions.values() if each.prices):
        found = {(f.mode, f.phase): f for f in figures(SHIPPED, extension, subsidiary, NOW)}
        restore = extension.prices["EUR"].at(NOW).restore
        assert (("restore-default", 1) in found) is (restore is not None)
        assert (("create-premium", 0) in found) is extension.premium
        assert all(f.price == DEPENDS_ON_THE_NAME for (mode, _), f in found.items() if "premium" in mode)


def test_an_extension_whose_sale_has_not_begun_has_no_figures() -> None:
    later = NOW + timedelta(days=1)
    fr = SHIPPED.catalogue.extensions["fr"]
    coming = structs.replace(fr, prices={"EUR": Schedule(((later, fr.prices["EUR"].at(NOW)),))})
    subsidiary = SHIPPED.catalogue.subsidiaries["FR"]
    assert figures(SHIPPED, coming, subsidiary, NOW) == []
    assert figures(SHIPPED, coming, subsidiary, later) != []
    assert not is_cheaper(SHIPPED, coming, subsidiary, NOW)
    assert [is_new(coming, "EUR", at) for at in (NOW, later, later + NEWS)] == [False, True, False]


def changed(*promotions: Promotion) -> Market:
    """The shipped market whose .fr became cheaper in two days, with these promotions."""
    fr = SHIPPED.catalogue.extensions["fr"]
    before = fr.prices["EUR"].at(NOW)
    cheaper = Schedule(((None, before), (NOW + timedelta(days=2), structs.replace(before, create=before.create // 2))))
    extensions = {**SHIPPED.catalogue.extensions, "fr": structs.replace(fr, prices={**fr.prices, "EUR": cheaper})}
    return Market(structs.replace(SHIPPED.catalogue, extensions=extensions), promotions)


def test_the_next_change_is_that_of_whatever_changes_first() -> None:
    subsidiary = SHIPPED.catalogue.subsidiaries["FR"]
    assert next_change(SHIPPED, subsidiary, NOW) is None
    soon, later = NOW + timedelta(days=1), NOW + timedelta(days=3)
    week = Promotion(name="a", title="a", extensions=("fr",), percent=5, begins=soon, ends=later)
    here = changed(week)
    seen, at = [], next_change(here, subsidiary, NOW)
    while at:
        seen.append(at)
        at = next_change(here, subsidiary, at)
    assert seen == [soon, NOW + timedelta(days=2), later]


def test_a_price_that_held_since_ever_is_published_when_the_sale_begins() -> None:
    """Of an extension whose launch has begun to be prepared the price may be known long before anybody can order."""
    subsidiary, begins = SHIPPED.catalogue.subsidiaries["FR"], NOW + timedelta(days=9)
    fr = SHIPPED.catalogue.extensions["fr"]
    coming = structs.replace(fr, phases=Schedule(((begins, "sunrise"),)))
    here = Market(structs.replace(SHIPPED.catalogue, extensions={"fr": coming}), ())
    asked, free = Name("foo.fr", "foo.fr", "foo", "foo", "fr"), Availability("foo.fr", "available")
    for at in (NOW, begins):
        told = [each.mode for each in figures(here, coming, subsidiary, at) if each.mode == "create-default"]
        assert bool(told) == bool(offers(here, asked, free, subsidiary, at)) == (at == begins)
    assert next_change(here, subsidiary, NOW) == begins


def test_a_price_dropped_when_it_fell_a_short_while_ago_or_a_promotion_runs() -> None:
    subsidiary = SHIPPED.catalogue.subsidiaries["FR"]
    here = changed()
    fr = here.catalogue.extensions["fr"]
    times = (NOW, NOW + timedelta(days=2), NOW + timedelta(days=1) + NEWS, NOW + timedelta(days=3) + NEWS)
    assert [is_cheaper(here, fr, subsidiary, at) for at in times] == [False, True, True, False]
    promoted = changed(Promotion(name="a", title="a", extensions=("fr",), percent=5))
    assert is_cheaper(promoted, fr, subsidiary, NOW)
    coupon = changed(Promotion(name="a", title="a", extensions=("fr",), percent=5, code="CODE"))
    assert not is_cheaper(coupon, fr, subsidiary, NOW)
