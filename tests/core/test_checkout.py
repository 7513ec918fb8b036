"""A checkout tells everything that stands in the way at once, item by item."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.adapters import catalogue_files
from ordain.core.account import as_contact
from ordain.core.cart import LIFE, Cart, Configuration, Item
from ordain.core.checkout import Situation, no_longer, refusals
from ordain.core.configuration import People
from ordain.core.money import CENT, UNIT, Money
from ordain.core.offer import Offer
from ordain.core.registry import Fees
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    from ordain.core.catalogue import Catalogue

CAMILLE = structs.replace(PEOPLE["camille"], nichandle="mc1-ordain")
CART = Cart(cart_id="c", subsidiary="FR", created=NOON, expires=NOON + LIFE, nic="mc1-ordain")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_files.load(Path(__file__).parents[2] / "catalogue")


def domain(item_id: int, *labels: tuple[str, str], name: str = "foo.fr", **offered: Any) -> Item:
    usual: dict[str, Any] = {"action": "create", "flavour": "default", "first": 1, "renew": 1}
    offer = Offer(domain=name, shown=name, extension=name.partition(".")[2], years=(1,), currency="EUR",
                  **{**usual, **offered})  # fmt: skip
    put_on = tuple(Configuration(number, item_id, *label) for number, label in enumerate(labels))
    return Item(item_id=item_id, kind="domain", domain=name, shown=name, years=1, offer=offer, configurations=put_on)


def zone(item_id: int, *labels: tuple[str, str]) -> Item:
    put_on = tuple(Configuration(number, item_id, *label) for number, label in enumerate(labels))
    return Item(item_id=item_id, kind="dns", domain=f"zone-{item_id}", shown="", years=1, configurations=put_on)


def situation(catalogue: Catalogue, *items: Item, people: People | None = None, now: datetime = NOON) -> Situation:
    """What items are judged by while each is on offer as it was."""
    named = {item.item_id: people or People(CAMILLE, admin=CAMILLE, tech=CAMILLE) for item in items}
    return Situation(catalogue, named, {item.item_id: item.offer for item in items if item.offer}, {}, now)


def found(catalogue: Catalogue, *items: Item, people: People | None = None, **changes: Any) -> list[tuple[str, Any]]:
    judged = situation(catalogue, *items, people=people, now=changes.pop("now", NOON))
    cart = structs.replace(CART, items=items, **changes)
    return [(refusal.kind, refusal.field) for refusal in refusals(cart, judged)]


def test_a_complete_cart_is_free_of_refusals(catalogue: Catalogue) -> None:
    assert found(catalogue, domain(1), zone(2, ("zone", "foo.fr"))) == []


def test_a_cart_that_is_not_ready_as_a_whole(catalogue: Catalogue) -> None:
    assert found(catalogue) == [("invalid", None)]
    assert found(catalogue, domain(1), nic=None) == [("forbidden", None)]
    assert found(catalogue, domain(1), order_id=9) == [("conflict", None)]
    assert found(catalogue, domain(1), now=NOON + LIFE) == [("expired", None)]
    assert found(catalogue, nic=None, now=NOON + timedelta(days=9)) == [
        ("expired", None), ("forbidden", None), ("invalid", None),
    ]  # fmt: skip


def test_everything_is_told_at_once_each_with_its_item(catalogue: Catalogue) -> None:
    items = (
        domain(1, ("DNS", "ns1"), ("OWNER_CONTACT", "/me/contact/7")),
        domain(2, ("OWNER_LEGAL_AGE", "true"), ("OWNER_LEGAL_AGE", "true"), name="bar.com"),
        domain(3, name="baz.fr", action="transfer"),
        zone(4),
        domain(5, name="ok.fr"),
    )
    assert found(catalogue, *items) == [
        ("invalid", "1.OWNER_CONTACT"),
        ("invalid", "1.DNS"),
        ("invalid", "2.OWNER_LEGAL_AGE"),
        ("invalid", "3.AUTH_INFO"),
        ("invalid", "4.zone"),
    ]


def test_servers_below_a_name_that_is_yet_to_be_registered_are_refused(catalogue: Catalogue) -> None:
    def told(servers: str, **offered: Any) -> list[tuple[str, Any]]:
        return found(catalogue, domain(1, ("DNS", servers), ("AUTH_INFO", "code"), **offered))

    assert told("ns1.other.fr,NS2.foo.fr.") == told("foo.fr,ns2.other.fr") == [("invalid", "1.DNS")]
    assert told("ns1.other.fr,ns2.notfoo.fr") == told("ns1.other.fr,ns2.foo.fr", action="transfer") == []


def test_the_sentences_name_the_name(catalogue: Catalogue) -> None:
    items = (domain(3, name="baz.fr", action="transfer"), zone(4))
    cart = structs.replace(CART, items=items)
    assert [refusal.message for refusal in refusals(cart, situation(catalogue, *items))] == [
        "baz.fr: Custom field AUTH_INFO is mandatory for product fr",
        "DNS zone: Custom field zone is mandatory for product zone",
    ]


@pytest.mark.parametrize("value", ["false", "False", "FALSE", "0"])
@pytest.mark.parametrize("name", ["foo.fr", "foo.com"])
def test_an_owner_said_not_to_be_of_age_is_refused(catalogue: Catalogue, value: str, name: str) -> None:
    assert found(catalogue, domain(1, ("OWNER_LEGAL_AGE", value), name=name)) == [("invalid", "1.OWNER_LEGAL_AGE")]


@pytest.mark.parametrize("value", ["true", "True", "1"])
def test_an_owner_said_to_be_of_age_is_accepted(catalogue: Catalogue, value: str) -> None:
    young = People(structs.replace(CAMILLE, birthDay="2015-01-01"))
    assert found(catalogue, domain(1), people=young) == [("invalid", "1.OWNER_LEGAL_AGE")]
    assert found(catalogue, domain(1, ("OWNER_LEGAL_AGE", value)), people=young) == []


@pytest.mark.parametrize(
    ("value", "kind"), [("true", None), ("TRUE", None), ("1", None), ("false", "rule"), ("0", "rule")]
)
def test_conditions_must_be_accepted(catalogue: Catalogue, value: str, kind: str | None) -> None:
    conditions = domain(1, ("ACCEPT_CONDITIONS", value), contexts=("accept_conditions",))
    assert found(catalogue, conditions) == ([(kind, "1.ACCEPT_CONDITIONS")] if kind else [])


@pytest.mark.parametrize(
    ("label", "value", "missing"),
    [
        ("OWNER_CONTACT", "/me/contact/7", {"owner": None}),
        ("ADMIN_ACCOUNT", "xx7-ordain", {"admin": None}),
        ("TECH_ACCOUNT", "xx7-ordain", {"tech": None}),
    ],
)
def test_whoever_is_named_must_exist(catalogue: Catalogue, label: str, value: str, missing: dict[str, Any]) -> None:
    everybody: dict[str, Any] = {"owner": as_contact(CAMILLE), "admin": CAMILLE, "tech": CAMILLE}
    item = domain(1, (label, value))
    assert found(catalogue, item, people=People(CAMILLE, **everybody)) == []
    assert found(catalogue, item, people=People(CAMILLE, **{**everybody, **missing})) == [("invalid", f"1.{label}")]


def test_the_extensions_rule_is_asked_of_the_owner(catalogue: Catalogue) -> None:
    american = structs.replace(as_contact(CAMILLE), address=structs.replace(as_contact(CAMILLE).address, country="US"))
    assert found(catalogue, domain(1), people=People(CAMILLE, american)) == [
        ("rule", "1.OWNER_CONTACT.address.country")
    ]
    assert found(catalogue, domain(1, name="foo.com"), people=People(CAMILLE, american)) == []


def test_an_extension_that_is_no_longer_sold_is_said_of_its_item(catalogue: Catalogue) -> None:
    assert found(catalogue, domain(1, name="foo.gone"), domain(2)) == [("conflict", "1.domain")]


# --- what the registry says now, against what it said when the name was put in the cart ---

PREMIUM = domain(1, flavour="premium", first=100, renew=90)


@pytest.mark.parametrize(
    ("held", "changes", "words"),
    [
        (domain(1), {}, None),
        (domain(1), {"first": 999, "renew": 999}, None),  # our own price: the cart holds it
        (domain(1), {"obstacle": "Reserved"}, "can no longer be ordered: Reserved"),
        (domain(1), {"action": "transfer"}, "no longer on offer as create-default but as transfer-default"),
        (domain(1), {"flavour": "premium"}, "no longer on offer as create-default but as create-premium"),
        (PREMIUM, {}, None),
        (PREMIUM, {"first": 99, "renew": 89}, None),  # cheaper: the price seen is the price paid
        (PREMIUM, {"first": 100 + CENT}, "Its price rose from 0.00 to 0.01 EUR since it was added"),
        (PREMIUM, {"renew": 90 + CENT}, "Its renewal rose from 0.00 to 0.01 EUR since it was added"),
    ],
)
def test_an_offer_holds_unless_the_registry_says_otherwise(
    held: Item, changes: dict[str, Any], words: str | None
) -> None:
    assert held.offer
    refusal = no_longer(held, structs.replace(held.offer, **changes))
    assert (refusal is None) is (words is None)
    if refusal:
        assert (refusal.kind, refusal.field) == ("conflict", "domain")
        assert str(words) in refusal.message


EURO = Money(UNIT, "EUR")
FEES = Fees(EURO * 100, EURO * 90, EURO * 80)
DEAR = domain(1, flavour="premium", first=110, renew=99, fees=FEES)
CHEAP_LATER = domain(1, flavour="premium", first=110, renew=9, fees=structs.replace(FEES, renew=None))
BOUGHT_DEAR = domain(1, action="transfer", flavour="aftermarket1", first=750, renew=99, asking=EURO * 750,
                     renewal_fee=EURO * 90)  # fmt: skip
BOUGHT = domain(1, action="transfer", flavour="aftermarket1", first=750, renew=9, asking=EURO * 750)


@pytest.mark.parametrize(
    ("held", "changes", "rose"),
    [
        (DEAR, {"first": 999, "renew": 999}, False),  # our margin grew: that is our own price, which the cart holds
        (DEAR, {"fees": structs.replace(FEES, create=EURO * 99)}, False),
        (DEAR, {"fees": structs.replace(FEES, create=EURO * 101)}, True),
        (DEAR, {"fees": structs.replace(FEES, renew=EURO * 91)}, True),
        (DEAR, {"fees": structs.replace(FEES, renew=None), "renew": 9}, False),  # it renews at the standard price now
        (CHEAP_LATER, {"fees": FEES, "renew": 99}, True),  # it does not any more
        (CHEAP_LATER, {"fees": FEES, "renew": 9}, False),
        (CHEAP_LATER, {"renew": 99}, False),  # our own price
        (BOUGHT_DEAR, {"asking": Money(1, "USD"), "first": 751}, True),
        (BOUGHT_DEAR, {"asking": Money(1, "USD"), "first": 749}, False),
        (DEAR, {"fees": structs.replace(FEES, create=Money(1, "USD")), "renew": 98}, False),
        (BOUGHT, {"first": 999, "renew": 999}, False),
        (BOUGHT, {"renewal_fee": EURO * 90, "renew": 99}, True),  # it renews at a premium price now
        (BOUGHT_DEAR, {"renewal_fee": EURO * 91}, True),
        (BOUGHT_DEAR, {"renewal_fee": EURO * 89, "renew": 100}, False),
        (BOUGHT_DEAR, {"renewal_fee": None, "renew": 9}, False),
        (BOUGHT, {"asking": EURO * 749}, False),
        (BOUGHT, {"asking": EURO * 751}, True),
        (BOUGHT, {"asking": Money(1, "USD"), "first": 751}, True),  # by what we make of it
    ],
)
def test_a_price_rose_if_the_registry_or_the_owner_wants_more(held: Item, changes: dict[str, Any], rose: bool) -> None:  # noqa: FBT001 - a case
    assert held.offer
    assert (no_longer(held, structs.replace(held.offer, **changes)) is not None) is rose


def test_a_name_that_is_not_sold_any_more_at_all_is_told() -> None:
    refusal = no_longer(domain(1), None)
    assert refusal
    assert refusal.kind == "conflict"
    assert no_longer(zone(2), None) is None


def test_what_the_registry_says_now_is_told_beside_everything_else(catalogue: Catalogue) -> None:
    item = domain(1, ("DNS", "ns1"))
    judged = structs.replace(situation(catalogue, item), on_offer={1: None})
    cart = structs.replace(CART, items=(item,))
    assert [refusal.field for refusal in refusals(cart, judged)] == ["1.domain", "1.DNS"]
