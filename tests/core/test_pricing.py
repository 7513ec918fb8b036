"""What a cart costs: net, tax and gross that always add up, whatever is in it and in whatever order."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters import gettext_files
from ordain.core.cart import Configuration, Item
from ordain.core.language import ENGLISH, Language
from ordain.core.money import CENT, UNIT, Money, decimal_text, round_to, smallest
from ordain.core.offer import Offer
from ordain.core.options import ChosenOption
from ordain.core.pricing import Quote, Terms, quote, taxed
from ordain.core.promotions import Action, Gift, Promotion

CURRENCIES = ("EUR", "XOF", "TND")
ACTIONS: st.SearchStrategy[Action] = st.sampled_from(["create", "transfer"])
FRENCH = Terms("EUR", Fraction(1, 5), gettext_files.load().of("fr_FR"))


def offer(**changes: Any) -> Offer:
    usual: dict[str, Any] = {
        "domain": "foo.com", "shown": "foo.com", "extension": "com", "action": "create", "flavour": "default",
        "years": tuple(range(1, 11)), "currency": "EUR", "first": 999 * CENT, "renew": 1299 * CENT,
    }  # fmt: skip
    return Offer(**{**usual, **changes})


def domain(item_id: int, years: int = 1, **changes: Any) -> Item:
    name = changes.setdefault("domain", f"foo{item_id}.com")
    changes.setdefault("shown", name)
    return Item(item_id=item_id, kind="domain", domain=name, shown=name, years=years, offer=offer(**changes))


def zone(item_id: int, name: str) -> Item:
    label = Configuration(1, item_id, "zone", name)
    return Item(item_id=item_id, kind="dns", domain=f"zone-{item_id}", shown="", years=1, configurations=(label,))


def anycast(item_id: int, price: int, currency: str = "EUR") -> ChosenOption:
    return ChosenOption(
        item_id=item_id,
        plan="dnsAnycast",
        name="DNS Anycast",
        family="dnsAnycast",
        brings="anycast",
        price=price,
        currency=currency,
    )


@st.composite
def carts(draw: st.DrawFn) -> tuple[list[Item], Terms]:
    currency = draw(st.sampled_from(CURRENCIES))
    amounts = st.integers(0, 10**13) | st.integers(0, 10**5).map(lambda coins: coins * smallest(currency))
    items = []
    for number in range(draw(st.integers(0, 5))):
        first = draw(amounts)
        years, renew, fee = draw(st.integers(1, 10)), draw(amounts), draw(st.just(0) | amounts)
        given = draw(st.lists(gifts(first), max_size=3))
        action = draw(st.sampled_from(["create", "transfer"]))
        prices = {"currency": currency, "first": first, "renew": renew, "fee": fee}
        of_promotions = {"gift": given[0] if given else None, "others": tuple(given[1:])}
        options = (anycast(200 + number, draw(amounts), currency),) if draw(st.booleans()) else ()
        made = domain(number, years, action=action, **prices, **of_promotions)
        items.append(structs.replace(made, options=options))
        if draw(st.booleans()):
            items.append(zone(100 + number, draw(st.sampled_from([f"foo{number}.com", "elsewhere.com"]))))
    rate = Fraction(draw(st.integers(0, 3000)), 10_000)
    return items, Terms(currency, rate, Language(ENGLISH, {}), tuple(draw(st.lists(coupons(currency), max_size=3))))


@st.composite
def gifts(draw: st.DrawFn, first: int) -> Gift:
    """A promotion as it was put in with an item: for some durations or all."""
    years = tuple(sorted(draw(st.sets(st.integers(1, 10)))))
    return Gift("Spring", draw(st.integers(0, first)), name=draw(st.sampled_from(["a", "b", "c"])), years=years)


@st.composite
def coupons(draw: st.DrawFn, currency: str) -> Promotion:
    """A coupon of any kind: up to far more than anything costs."""
    name = draw(st.sampled_from(["A", "B", "C"]))
    actions: tuple[Action, ...] = tuple(draw(st.sets(ACTIONS, min_size=1)))
    coins = draw(st.integers(0, 10**6)) * smallest(currency)
    values: list[dict[str, Any]] = [
        {"percent": draw(st.integers(1, 100))},
        {"amount": {currency: f"{draw(st.integers(1, 10**6))}.{draw(st.integers(0, 99999)):05}"}},
        {"first_year": {currency: f"{coins // UNIT}.{coins % UNIT:08}"}},
    ]
    return Promotion(
        name=name,
        title=name,
        code=f"CODE-{name}",
        extensions=draw(st.sampled_from([("com",), (), ("fr",)])),
        actions=actions,
        minimum_years=draw(st.integers(0, 3)),
        periods=tuple(draw(st.sets(st.integers(1, 10), max_size=3))),
        **draw(st.sampled_from(values)),
    )


@given(carts())
def test_net_and_tax_are_the_gross_of_every_item_and_of_the_whole(cart: tuple[list[Item], Terms]) -> None:
    quoted = quote(*cart)
    for price in (*(one.price for one in quoted.items), quoted.total):
        assert price.net + price.tax == price.gross
        assert price.net.ucents >= 0
        assert price.tax.ucents >= 0
    for part in ("net", "tax", "gross"):
        whole = sum(getattr(one.price, part).ucents for one in quoted.items)
        assert getattr(quoted.total, part) == Money(whole, cart[1].currency)


@given(carts())
def test_the_lines_add_up_to_the_net(cart: tuple[list[Item], Terms]) -> None:
    quoted = quote(*cart)
    for one in quoted.items:
        lines = [line.price.ucents for line in quoted.lines if line.item_id == one.item_id]
        assert sum(lines) == one.price.net.ucents
    assert sum(line.price.ucents for line in quoted.lines) == quoted.total.net.ucents


@given(carts())
def test_tax_is_computed_once_per_item_on_its_net(cart: tuple[list[Item], Terms]) -> None:
    items, terms = cart
    for one in quote(items, terms).items:
        exact = one.price.net.ucents * terms.tax_rate
        assert one.price.tax.ucents == round_to(exact, smallest(terms.currency))
        assert 2 * abs(one.price.tax.ucents - exact) <= smallest(terms.currency)


@given(carts())
def test_every_amount_can_be_paid(cart: tuple[list[Item], Terms]) -> None:
    quoted, coin = quote(*cart), smallest(cart[1].currency)
    assert all(line.price.ucents % coin == 0 for line in quoted.lines)
    assert quoted.total.gross.ucents % coin == 0


@given(carts(), st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(cart: tuple[list[Item], Terms], chance: Any) -> None:
    items, terms = cart
    shuffled = list(items)
    chance.shuffle(shuffled)
    one, other = quote(items, terms), quote(shuffled, terms)
    assert one.total == other.total
    assert {p.item_id: p.price for p in one.items} == {p.item_id: p.price for p in other.items}


@given(carts())
def test_a_discount_is_between_nothing_and_the_list_price(cart: tuple[list[Item], Terms]) -> None:
    quoted = quote(*cart)
    listed = {line.item_id: line.price.ucents for line in quoted.lines
              if line.kind == "DURATION" and "." not in line.number}  # fmt: skip
    for line in quoted.lines:
        if line.kind == "GIFT":
            assert 0 <= -line.price.ucents <= listed[line.item_id]


@given(carts())
def test_coupons_take_off_no_more_than_promotions_left_of_the_first_price(cart: tuple[list[Item], Terms]) -> None:
    items, terms = cart
    by_item: dict[int, list[int]] = {}
    for line in quote(items, terms).lines:
        if line.kind in ("GIFT", "VOUCHER"):
            by_item.setdefault(line.item_id, []).append(-line.price.ucents)
    coin = smallest(terms.currency)
    for item in items:
        off = by_item.get(item.item_id, [])
        if item.offer is None:
            assert off == []
            continue
        assert 0 <= sum(off) <= round_to(item.offer.first, coin)
        assert len(off) <= 2, "one promotion and one coupon at most"


@settings(max_examples=50)
@given(carts())
def test_a_zone_on_its_own_is_free_and_discounts_are_never_above_what_they_take_off_from(
    cart: tuple[list[Item], Terms],
) -> None:
    quoted = quote(*cart)
    for item in cart[0]:
        listed = item.offer.list_price(item.years) if item.offer else 0
        price = next(one.price for one in quoted.items if one.item_id == item.item_id)
        assert 0 <= price.net.ucents <= round_to(listed, smallest(cart[1].currency))


@settings(max_examples=50)
@given(carts(), st.randoms(use_true_random=False))
def test_the_order_of_promotions_and_coupons_does_not_matter(cart: tuple[list[Item], Terms], chance: Any) -> None:
    items, terms = cart
    coupons = list(terms.coupons)
    chance.shuffle(coupons)
    turned = []
    for item in items:
        if item.offer is None or item.offer.gift is None:
            turned.append(item)
            continue
        given = [item.offer.gift, *item.offer.others]
        chance.shuffle(given)
        turned.append(structs.replace(item, offer=structs.replace(item.offer, gift=given[0], others=tuple(given[1:]))))
    assert quote(turned, structs.replace(terms, coupons=tuple(coupons))).total == quote(items, terms).total


@settings(max_examples=50)
@given(carts())
def test_adding_an_item_changes_no_other_price(cart: tuple[list[Item], Terms]) -> None:
    items, terms = cart
    whole = {one.item_id: one.price for one in quote(items, terms).items}
    for item in items:
        alone = {one.item_id: one.price for one in quote([item], terms).items}
        assert set(alone) == {item.item_id, *(option.item_id for option in item.options)}
        assert all(whole[item_id] == price for item_id, price in alone.items())


@settings(max_examples=50)
@given(carts(), st.integers(0, 10**6))
def test_a_fixed_first_year_never_raises_a_price_and_is_what_the_first_year_costs(
    cart: tuple[list[Item], Terms], coins: int
) -> None:
    items, terms = cart
    coin = smallest(terms.currency)
    wanted = coins * coin
    fixed = {terms.currency: f"{wanted // UNIT}.{wanted % UNIT:08}"}
    coupon = Promotion(name="fixed", title="Fixed", code="FIXED", actions=("create", "transfer"), first_year=fixed)
    without, with_it = structs.replace(terms, coupons=()), structs.replace(terms, coupons=(coupon,))
    offers = {item.item_id: item for item in items}
    for plain, priced in zip(quote(items, without).items, quote(items, with_it).items, strict=True):
        assert priced.price.net <= plain.price.net
        item = offers.get(priced.item_id)
        if item is None:
            assert plain == priced, "an option"
        elif item.offer:
            left = round_to(item.offer.first, coin) - round_to(item.offer.discount_of(item.years), coin)
            assert plain.price.net.ucents - priced.price.net.ucents == max(0, left - wanted)


@given(carts())
def test_a_coupon_never_makes_anything_dearer(cart: tuple[list[Item], Terms]) -> None:
    items, terms = cart
    without = structs.replace(terms, coupons=())
    for one, plain in zip(quote(items, terms).items, quote(items, without).items, strict=True):
        assert one.price.net <= plain.price.net
        assert one.price.gross <= plain.price.gross


@given(st.integers(1, 10), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_years_cost_the_first_and_then_renewals_and_a_gift_is_given_once(
    years: int, first: int, renew: int, off: int
) -> None:
    off = min(first, off)
    gift = Gift("Spring", off * CENT) if off else None
    quoted = quote([domain(1, years, first=first * CENT, renew=renew * CENT, gift=gift)], FRENCH)
    assert quoted.total.net.ucents == (first + (years - 1) * renew - off) * CENT


def rows(quoted: Quote) -> list[tuple[str, str, str, str]]:
    return [(line.number, line.kind, line.description, decimal_text(line.price)) for line in quoted.lines]


def test_the_specifications_summary_line_by_line() -> None:
    quoted = quote([domain(1, domain="testdomainorder.com", gift=Gift(".COM Create Prix barre", 250 * CENT))], FRENCH)
    assert rows(quoted) == [
        ("*001.001", "DURATION", "testdomainorder.com - Zone DNS", "0.00"),
        ("*001.001", "INSTALLATION", "DNS zone", "0.00"),
        ("*001", "DURATION", "testdomainorder.com - .com demande d'enregistrement - 12 mois", "9.99"),
        ("*001", "INSTALLATION", "Domain .com", "0.00"),
        ("*001", "GIFT", ".COM Create Prix barre", "-2.50"),
    ]
    total = quoted.total
    assert [decimal_text(part) for part in (total.net, total.tax, total.gross)] == ["7.49", "1.50", "8.99"]
    assert {line.quantity for line in quoted.lines} == {1}


@pytest.mark.parametrize(
    ("net", "currency", "percent", "tax"),
    [
        ("7.49", "EUR", 20, "1.50"),  # 1.498
        ("4.99", "EUR", 20, "1.00"),  # 0.998
        ("0.12", "EUR", 20, "0.02"),  # 0.024
        ("0.125", "EUR", 20, "0.03"),  # 0.025: halves go up
        ("4570", "XOF", 18, "823"),  # 822.6
        ("12.345", "TND", 19, "2.346"),  # 2.34555
        ("4.99", "EUR", 0, "0.00"),
    ],
)
def test_tax_by_example(net: str, currency: str, percent: int, tax: str) -> None:
    terms = Terms(currency, Fraction(percent, 100), Language(ENGLISH, {}))
    price = taxed(Money(int(Fraction(net) * UNIT), currency), terms)
    assert decimal_text(price.tax) == tax


def test_tax_is_rounded_for_each_item_not_for_the_sum() -> None:
    items = [domain(number, first=12 * CENT) for number in (1, 2, 3)]  # 0.024 each, 0.072 together
    assert decimal_text(quote(items, FRENCH).total.tax) == "0.06"


def test_items_are_numbered_in_their_order() -> None:
    quoted = quote([domain(7), domain(5, action="transfer"), zone(6, "elsewhere.fr")], FRENCH)
    assert [(line.item_id, line.number) for line in quoted.lines] == [
        (7, "*001.001"), (7, "*001.001"), (7, "*001"), (7, "*001"),
        (5, "*002"), (5, "*002"),
        (6, "*003"), (6, "*003"),
    ]  # fmt: skip


def test_a_domain_brings_no_zone_where_the_cart_has_one_for_its_name() -> None:
    alone = quote([domain(1, domain="foo.com")], FRENCH)
    beside = quote([zone(2, "Foo.com"), domain(1, domain="foo.com")], FRENCH)
    other = quote([zone(2, "bar.com"), domain(1, domain="foo.com")], FRENCH)
    zones = [[line.item_id for line in q.lines if "Zone" in line.description] for q in (alone, beside, other)]
    assert zones == [[1], [2], [2, 1]]


def coupon(code: str, **value: Any) -> Promotion:
    return Promotion(name=code, title=f"Coupon {code}", code=code, extensions=("com",), **value)


def test_a_coupon_counts_after_the_promotion_and_only_the_best_of_them() -> None:
    gift = Gift(".COM Create Prix barre", 250 * CENT)
    given = (coupon("TENTH", percent=10), coupon("HALF-OFF", percent=50), coupon("EURO", amount={"EUR": "1.00"}))
    quoted = quote([domain(1, domain="foo.com", gift=gift)], Terms("EUR", Fraction(1, 5), FRENCH.language, given))
    assert rows(quoted)[-2:] == [
        ("*001", "GIFT", ".COM Create Prix barre", "-2.50"),
        ("*001", "VOUCHER", "Coupon HALF-OFF", "-3.75"),  # half of 7.49
    ]
    assert decimal_text(quoted.total.net) == "3.74"


def test_premium_names_and_other_extensions_have_no_coupon() -> None:
    terms = Terms("EUR", Fraction(1, 5), FRENCH.language, (coupon("HALF-OFF", percent=50),))
    for item in (domain(1, flavour="premium"), domain(2, extension="fr"), domain(3, action="transfer")):
        assert "VOUCHER" not in {line.kind for line in quote([item], terms).lines}


def test_options_are_lines_of_their_item() -> None:
    priced = ChosenOption(
        item_id=9, plan="zone", name="DNS zone", family="dns", brings="zone", price=CENT, currency="EUR"
    )
    moved = structs.replace(domain(1, domain="foo.com", action="transfer"), options=(priced,))
    made = structs.replace(domain(2, domain="bar.com"), options=(priced,))
    quoted = quote([moved, made], FRENCH)
    zones = [row for row in rows(quoted) if row[2].endswith("DNS")]
    assert zones == [
        ("*001.001", "DURATION", "foo.com - Zone DNS", "0.01"),
        ("*002.001", "DURATION", "bar.com - Zone DNS", "0.01"),
    ]
    assert [decimal_text(one.price.net) for one in quoted.items] == ["10.00", "10.00"]
    assert {line.item_id for line in quoted.lines} == {1, 2}


def test_an_option_that_is_delivered_by_itself_is_priced_and_taxed_by_itself() -> None:
    named = structs.replace(domain(1, domain="foo.com"), options=(anycast(9, 120 * CENT),))
    quoted = quote([named], FRENCH)
    prices = {one.item_id: (decimal_text(one.price.net), decimal_text(one.price.gross)) for one in quoted.items}
    assert prices == {1: ("9.99", "11.99"), 9: ("1.20", "1.44")}
    assert [(line.number, line.description) for line in quoted.lines if line.item_id == 9] == [
        ("*001.002", "foo.com - DNS Anycast - 12 mois"),
        ("*001.002", "DNS Anycast"),
    ]
    alone = structs.replace(zone(1, "foo.com"), alone=True, options=(anycast(9, 120 * CENT),))
    assert [(line.item_id, line.number) for line in quote([alone], FRENCH).lines] == [(9, "*001"), (9, "*001")]


def test_an_owner_change_is_paid_once() -> None:
    change = structs.replace(domain(1, domain="foo.com", action="trade", first=300 * CENT, renew=0), years=0)
    assert rows(quote([change], FRENCH)) == [
        ("*001", "DURATION", "foo.com - .com demande de changement de titulaire", "3.00"),
        ("*001", "INSTALLATION", "Domain .com", "0.00"),
    ]


def test_an_empty_cart_costs_nothing() -> None:
    assert quote([], FRENCH) == Quote((), (), taxed(Money(0, "EUR"), FRENCH))
