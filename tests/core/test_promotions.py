"""Who gets how much off, when, and which promotion counts when several fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.money import CENT, UNIT, round_to, smallest
from ordain.core.promotions import Gift, Limits, Promotion, Purchase, counting, coupon, everybodys, gift, gifts, indexed
from ordain.core.refusal import Refusal
from ordain.store.columns import pack, unpack

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
FR = Purchase("fr", "create", 699 * CENT, "EUR")


def promotion(**changes: Any) -> Promotion:
    given_or_not = {} if "amount" in changes else {"percent": 10}
    return Promotion(**{"name": "spring", "title": "Spring", "extensions": ("fr",), **given_or_not, **changes})


def best(promotions: list[Promotion], purchase: Purchase, now: datetime) -> Gift | None:
    """What the shortest duration is given."""
    return counting(gifts(everybodys(promotions, "FR", now), purchase), purchase.years[0])


AMOUNTS = st.integers(1, 2000).map(lambda cents: f"{cents // 100}.{cents % 100:02}")
WHENS = st.none() | st.integers(-2, 2).map(lambda days: NOON + timedelta(days=days))
PROMOTIONS = st.builds(
    promotion,
    name=st.sampled_from(["a", "b", "c"]),
    title=st.sampled_from(["A", "B"]),
    extensions=st.sampled_from([("fr",), ("com",), ("fr", "com")]),
    actions=st.sampled_from([("create",), ("transfer",), ("create", "transfer")]),
    percent=st.integers(1, 100),
    begins=WHENS,
    ends=WHENS,
) | st.builds(promotion, name=st.sampled_from(["d", "e"]), amount=AMOUNTS.map(lambda text: {"EUR": text}))
PRICES = st.integers(0, 10**12)
CURRENCIES = st.sampled_from(["EUR", "XOF", "TND"])


@given(st.lists(PROMOTIONS, max_size=6), PRICES, st.randoms(use_true_random=False))
def test_the_best_promotion_does_not_depend_on_their_order(
    promotions: list[Promotion], price: int, chance: Any
) -> None:
    purchase = Purchase("fr", "create", price, "EUR")
    shuffled = list(promotions)
    chance.shuffle(shuffled)
    found = best(promotions, purchase, NOON)
    assert best(shuffled, purchase, NOON) == found
    fitting = [p.discount(price, "EUR") for p in promotions
               if "fr" in p.extensions and "create" in p.actions and p.runs(NOON)]  # fmt: skip
    assert (found.discount if found else 0) == max(fitting, default=0)


@given(PROMOTIONS, PRICES, CURRENCIES)
def test_nothing_takes_off_more_than_the_price(one: Promotion, price: int, currency: str) -> None:
    assert 0 <= one.discount(price, currency) <= price


@given(st.integers(1, 100), st.integers(0, 10**7), CURRENCIES)
def test_a_percentage_is_rounded_to_what_the_currency_can_pay(percent: int, coins: int, currency: str) -> None:
    coin = smallest(currency)
    price = coins * coin
    off = promotion(percent=percent).discount(price, currency)
    assert off % coin == 0
    assert 2 * abs(off * 100 - price * percent) <= 100 * coin


@pytest.mark.parametrize(
    ("percent", "price", "currency", "off"),
    [
        (10, 6_990_000_00, "EUR", 70 * CENT),  # 0.699
        (50, 5 * UNIT, "XOF", 3 * UNIT),  # 2.5 francs: halves go up
        (33, 700 * UNIT, "XOF", 231 * UNIT),
        (15, 12_345 * UNIT // 1000, "TND", 1_852 * UNIT // 1000),  # 1.85175
        (100, 699 * CENT, "EUR", 699 * CENT),
        (100, 699 * CENT + 600_000, "EUR", 699 * CENT + 600_000),  # never more than the price, even if that is uneven
    ],
)
def test_percentages_by_example(percent: int, price: int, currency: str, off: int) -> None:
    assert promotion(percent=percent).discount(price, currency) == off


def test_an_amount_holds_in_its_own_currency_only() -> None:
    two_euros = promotion(amount={"EUR": "2.00"})
    assert two_euros.discount(699 * CENT, "EUR") == 200 * CENT
    assert two_euros.discount(150 * CENT, "EUR") == 150 * CENT
    assert two_euros.discount(699 * CENT, "USD") == 0
    assert best([two_euros], Purchase("fr", "create", 699 * CENT, "USD"), NOON) is None


@pytest.mark.parametrize(
    ("begins", "ends", "runs"),
    [
        (None, None, True),
        (NOON, None, True),
        (NOON + MOMENT, None, False),
        (None, NOON, False),
        (None, NOON + MOMENT, True),
        (NOON, NOON + MOMENT, True),
        (NOON - MOMENT, NOON, False),
    ],
)
def test_a_promotion_runs_from_its_beginning_up_to_but_not_including_its_end(
    begins: datetime | None, ends: datetime | None, *, runs: bool
) -> None:
    one = promotion(begins=begins, ends=ends)
    assert one.runs(NOON) is runs
    assert (best([one], FR, NOON) is not None) is runs


def test_of_equals_the_first_by_name_counts() -> None:
    one, other = promotion(name="a", title="A"), promotion(name="b", title="B")
    assert best([other, one], FR, NOON) == best([one, other], FR, NOON) == gift(one, FR)
    assert gift(one, FR) == Gift("A", round_to(FR.price // 10, CENT), name="a", benefit="percent")


@pytest.mark.parametrize(("extension", "action"), [("com", "create"), ("fr", "transfer")])
def test_a_promotion_is_for_its_extensions_and_actions(extension: str, action: str) -> None:
    assert best([promotion()], Purchase(extension, action, 699 * CENT, "EUR"), NOON) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"percent": 10, "amount": {"EUR": "2.00"}}, "either amount or percent"),
        ({"percent": 0}, "either amount or percent or first_year"),
        ({"percent": 101}, "between 0 and 100"),
        ({"percent": -1}, "between 0 and 100"),
        ({"amount": {"EUR": "0.00"}}, "above zero"),
        ({"amount": {"EUR": "-1"}}, "above zero"),
        ({"amount": {"EUR": "much"}}, "is not an amount"),
        ({"begins": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 - what is refused
        ({"ends": datetime(2026, 1, 1)}, "time zone"),  # noqa: DTZ001 - what is refused
    ],
)
def test_a_promotion_that_makes_no_sense_cannot_exist(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        promotion(**changes)


CODED = promotion(name="coded", code="TENTH-OFF", ends=NOON + MOMENT)


def test_a_promotion_with_a_code_is_for_nobody_unasked() -> None:
    assert best([CODED], FR, NOON) is None
    assert everybodys([CODED, promotion()], "FR", NOON) == [promotion()]


@pytest.mark.parametrize("typed", ["TENTH-OFF", "tenth-off", "  Tenth-Off\n"])
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert coupon([promotion(), CODED], typed, "FR", NOON) == CODED


@pytest.mark.parametrize("typed", ["", "TENTH", "TENTH-OFF2", "None", "none"])
def test_an_unknown_code_is_refused_naming_the_field(typed: str) -> None:
    found = coupon([promotion(), CODED], typed, "FR", NOON)
    assert isinstance(found, Refusal)
    assert (found.kind, found.field, "is unknown" in found.message) == ("invalid", "coupon", True)


def test_an_expired_code_is_told_from_one_that_is_still_to_come() -> None:
    later = promotion(name="later", code="LATER", begins=NOON + MOMENT)
    for typed, at, said in (("TENTH-OFF", NOON + MOMENT, "has expired"), ("LATER", NOON, "cannot be used yet")):
        found = coupon([CODED, later], typed, "FR", at)
        assert isinstance(found, Refusal)
        assert said in found.message


@pytest.mark.parametrize("code", ["", "ABC", "lower", "WITH SPACE", "-ABCD", "ABCD-", "A" * 33, "É123"])
def test_a_code_that_cannot_be_typed_cannot_exist(code: str) -> None:
    with pytest.raises(ValueError, match="a code is 4 to 32"):
        promotion(code=code)


def fixed(text: str, currency: str = "EUR", **changes: Any) -> Promotion:
    return Promotion(**{"name": "fixed", "title": "Fixed", "first_year": {currency: text}, **changes})


@given(st.integers(0, 10**9), st.integers(0, 10**6), CURRENCIES)
def test_a_fixed_first_year_is_what_is_paid_and_never_raises_a_price(price: int, coins: int, currency: str) -> None:
    coin = smallest(currency)
    wanted = coins * coin
    text = f"{wanted // UNIT}.{wanted % UNIT:08}"
    payable = round_to(price, coin)
    off = fixed(text, currency).discount(price, currency)
    assert 0 <= off <= price
    assert round_to(price, coin) - round_to(off, coin) == min(payable, wanted)


def test_a_fixed_first_year_in_another_currency_changes_nothing() -> None:
    assert fixed("1.00", "USD").discount(699 * CENT, "EUR") == 0


DURATIONS = Purchase("fr", "create", 699 * CENT, "EUR", (1, 2, 3, 5))


@pytest.mark.parametrize(
    ("changes", "lasting"),
    [
        ({}, (1, 2, 3, 5)),
        ({"periods": (2,)}, (2,)),
        ({"periods": (1, 5, 10)}, (1, 5)),
        ({"minimum_years": 2}, (2, 3, 5)),
        ({"minimum_years": 3, "periods": (1, 3)}, (3,)),
        ({"minimum_years": 9}, ()),
        ({"periods": (4,)}, ()),
    ],
)
def test_a_promotion_is_for_its_durations(changes: dict[str, Any], lasting: tuple[int, ...]) -> None:
    found = gifts([promotion(**changes)], DURATIONS)
    assert tuple(years for years in DURATIONS.years if counting(found, years)) == lasting


def test_for_each_duration_the_best_counts_and_what_cannot_count_is_left_out() -> None:
    small, long = promotion(name="small", percent=5), promotion(name="long", percent=50, minimum_years=3)
    found = gifts([small, long, promotion(name="smaller", percent=1)], DURATIONS)
    assert [one.name for one in found] == ["long", "small"]
    counted = [counting(found, years) for years in DURATIONS.years]
    assert [one.name if one else None for one in counted] == ["small", "small", "long", "long"]


def test_where_the_best_is_not_to_be_had_the_next_counts() -> None:
    few, all_ = promotion(name="few", percent=50, quantity=5), promotion(name="all", percent=5)
    found = gifts([all_, few], FR)
    assert [one.limits for one in found] == [Limits(quantity=5), Limits()]
    assert [one.name if one else None for one in (counting(found, 1), counting(found, 1, frozenset({"few"})))] == [
        "few",
        "all",
    ]
    assert counting(found, 1, frozenset({"few", "all"})) is None


def test_what_earlier_versions_stored_in_carts_is_read() -> None:
    stored = '{"title":"Spring","discount":200000000,"ends":null}'
    assert unpack(stored, Gift) == Gift("Spring", 200 * CENT)
    assert unpack(pack(Gift("Spring", 5, limits=Limits(quantity=1))), Gift).limits == Limits(quantity=1)


def test_a_promotion_is_for_its_subsidiaries() -> None:
    one = promotion(subsidiaries=("FR", "BE"))
    assert [bool(everybodys([one], code, NOON)) for code in ("FR", "BE", "DE")] == [True, True, False]
    found = coupon([promotion(code="FOR-FR", subsidiaries=("FR",))], "for-fr", "DE", NOON)
    assert isinstance(found, Refusal)
    assert found.message == "coupon FOR-FR is not for the subsidiary DE: it is for FR"


def test_promotions_are_found_by_their_extension_and_those_of_all_with_each() -> None:
    one, other, every = promotion(name="a"), promotion(name="b", extensions=("com", "fr")), promotion(extensions=())
    index = indexed([one, other, every, CODED])
    assert {name: [p.name for p in index.of(name)] for name in ("fr", "com", "eu")} == {
        "fr": ["a", "b", "spring"],
        "com": ["b", "spring"],
        "eu": ["spring"],
    }
    assert gifts([every], Purchase("eu", "create", 699 * CENT, "EUR")) != ()
