"""The files with the edits of staff over them: what holds at each instant, whatever order edits come in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters import catalogue_files, promotion_files
from ordain.core.brand import Brand
from ordain.core.catalogue import Prices
from ordain.core.edit import (
    BrandChange,
    Change,
    Edit,
    MarginChange,
    PriceChange,
    PromotionChange,
    SaleChange,
    Withdrawal,
)
from ordain.core.edited import edited, lost
from ordain.core.margins import Margin
from ordain.core.money import UNIT, Money, decimal_text
from ordain.core.offer import Market
from ordain.core.price_build import laid_over
from ordain.core.promotions import Promotion, coupon
from ordain.core.refusal import Refusal
from ordain.core.schedule import Schedule, Span, always, overlaid

FOLDER = Path(__file__).parents[2] / "catalogue"
GOLDEN = Path(__file__).parents[1] / "golden" / "edited-market.json"
FILES = Market(catalogue_files.load(FOLDER), promotion_files.load(FOLDER / "promotions.toml"))
DAY_0 = datetime(2027, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hour(number: int) -> datetime:
    return DAY_0 + number * HOUR


def edit(change: Change, begins: int, ends: int | None = None, number: int = 1) -> Edit:
    return Edit(
        number=number,
        at=DAY_0 - HOUR,
        by="ab1-ordain",
        change=change,
        before=None,
        begins=hour(begins),
        ends=None if ends is None else hour(ends),
        reason="a test",
    )


def price(ucents: int, action: str = "create", currency: str = "EUR") -> PriceChange:
    return PriceChange("com", currency, action, ucents)  # type: ignore[arg-type]  # one of the actions


def prices(market: Market, at: int, currency: str = "EUR") -> Prices:
    return market.catalogue.prices("com", currency, hour(at))


class TestSpans:
    def test_what_began_last_holds_until_its_end_and_then_what_held_before(self) -> None:
        base = Schedule(((None, "a"), (hour(10), "b")))
        spans = [Span(hour(2), None, "x"), Span(hour(4), hour(6), "y")]
        found = overlaid(base, spans)
        assert [found.at(hour(at)) for at in (0, 2, 4, 6, 10)] == ["a", "x", "y", "x", "b"]

    def test_of_two_that_begin_together_the_span_holds(self) -> None:
        assert overlaid(Schedule(((hour(1), "a"),)), [Span(hour(1), None, "x")]).at(hour(1)) == "x"

    def test_before_the_first_value_there_is_still_nothing(self) -> None:
        with pytest.raises(LookupError):
            overlaid(Schedule(((hour(5), "a"),)), [Span(hour(1), None, "x")]).at(hour(2))

    @given(
        st.dictionaries(st.integers(1, 12), st.integers(0, 3), max_size=4),
        st.dictionaries(st.integers(1, 12), st.tuples(st.integers(1, 6), st.integers(4, 9)), max_size=5),
        st.randoms(),
    )
    def test_it_is_what_a_look_at_each_instant_finds(
        self, listed: dict[int, int], laid: dict[int, tuple[int, int]], chance: object
    ) -> None:
        base = Schedule(((None, 0), *((hour(at), value) for at, value in sorted(listed.items()))))
        spans = [Span(hour(at), hour(at + length), value) for at, (length, value) in laid.items()]
        chance.shuffle(spans)  # type: ignore[attr-defined]  # a Random
        found = overlaid(base, spans)
        said = [(0, 0)]
        for at, value in sorted(listed.items()):
            said += [(at, value)] if value != said[-1][1] or at == 0 else []
        for at in range(20):
            over = [(begins, value) for begins, (length, value) in laid.items() if begins <= at < begins + length]
            begun = max((start for start, _ in said if start <= at), default=0)
            best = max(over, default=None)
            base_value = dict(said)[begun]
            assert found.at(hour(at)) == (best[1] if best and best[0] >= begun else base_value)

    def test_a_list_that_says_the_same_of_an_action_again_does_not_undo_what_somebody_set(self) -> None:
        one = Prices(10, 20, 30, 40)
        listed = Schedule(((None, one), (hour(5), structs.replace(one, renew=25))))
        found = laid_over(listed, {"create": [Span(hour(2), None, 12)]})
        assert [(found.at(hour(at)).create, found.at(hour(at)).renew) for at in (1, 2, 5)] == [
            (10, 20),
            (12, 20),
            (12, 25),
        ]


def test_without_edits_the_market_is_that_of_the_files() -> None:
    assert edited(FILES, ()) is FILES
    withdrawn = [edit(price(UNIT), 1), edit(Withdrawal(1), 0, number=2)]
    assert edited(FILES, withdrawn) is FILES


def test_a_price_changes_at_its_instant_and_others_stay() -> None:
    before = prices(FILES, 0)
    market = edited(FILES, [edit(price(20 * UNIT), 1, 3)])
    told = [prices(market, 1) == structs.replace(before, create=20 * UNIT), prices(market, 3) == before]
    second = timedelta(seconds=1)
    assert market.catalogue.prices("com", "EUR", hour(1) - second) == before
    assert told == [True, True]
    assert market.catalogue.extensions["fr"] is FILES.catalogue.extensions["fr"]
    assert market.catalogue.version != FILES.catalogue.version


def test_currencies_without_a_list_follow_the_euro_unless_something_is_said_of_them() -> None:
    own = FILES.catalogue.extensions["com"].prices
    market = edited(FILES, [edit(price(20 * UNIT), 1), edit(price(17 * UNIT, "create", "PLN"), 2, number=2)])
    assert prices(market, 1, "PLN").create > own["PLN"].at(hour(1)).create
    assert prices(market, 2, "PLN").create == 17 * UNIT
    assert prices(market, 2, "CAD").create == prices(market, 1, "CAD").create
    with pytest.raises(LookupError):
        prices(market, 1, "JPY")


def test_an_extension_is_on_sale_for_a_time() -> None:
    market = edited(FILES, [edit(SaleChange("com", on=False, why="Its registry moves house"), 1, 3)])
    com = market.catalogue.extensions["com"]
    assert [com.closed(hour(at)) for at in (0, 1, 3)] == [None, "Its registry moves house", None]
    silent = edited(FILES, [edit(SaleChange("com", on=False), 1)]).catalogue.extensions["com"]
    assert silent.closed(hour(1)) == ".com names are not on sale at the moment"


def test_a_promotion_is_edited_from_an_instant_on() -> None:
    base = Promotion(name="spring", title="Spring", percent=10, code="SPRING", quantity=5)
    market = structs.replace(FILES, promotions=(base,))
    more = structs.replace(base, percent=30, ends=hour(9))
    found = edited(market, [edit(PromotionChange("spring", more), 2), edit(PromotionChange("spring", None), 4, 6, 2)])

    def percent(at: int) -> int | str:
        one = coupon(found.promotions, "spring", "FR", hour(at))
        return one.message if isinstance(one, Refusal) else one.percent

    assert [percent(at) for at in (1, 2, 6)] == [10, 30, 30]
    assert percent(4) == "coupon SPRING cannot be used yet"
    assert percent(9) == "coupon SPRING has expired"


def test_margins_count_after_those_of_the_file() -> None:
    file, more = Margin(percent="20"), Margin(extensions=("com",), percent="5")
    market = structs.replace(FILES, margins=always((file,)))
    found = edited(market, [edit(MarginChange("cheap", more), 1, 3)]).margins
    assert [found.at(hour(at)) for at in (0, 1, 3)] == [(file,), (file, more), (file,)]


def test_a_brand_holds_from_its_instant_on() -> None:
    found = edited(FILES, [edit(BrandChange(Brand(name="Muster")), 1)]).brand
    assert [found.at(hour(at)).name for at in (0, 1)] == ["Ordain", "Muster"]


def test_what_the_files_do_not_have_is_left_out_and_told() -> None:
    gone = [edit(PriceChange("nowhere", "EUR", "create", UNIT), 1), edit(price(UNIT, "create", "JPY"), 1, number=2),
            edit(SaleChange("nowhere", on=True), 1, number=3)]  # fmt: skip
    market = edited(FILES, gone)
    assert market.catalogue.extensions == FILES.catalogue.extensions
    assert {one.number for one in lost(FILES, gone)} == {1, 2, 3}
    assert lost(FILES, [edit(price(UNIT), 1)]) == []


CHANGES = st.one_of(
    st.builds(price, st.integers(1, 50).map(lambda n: n * UNIT), st.sampled_from(["create", "renew", "transfer"]),
              st.sampled_from(["EUR", "PLN", "GBP"])),
    st.builds(SaleChange, st.sampled_from(["com", "fr"]), st.booleans()),
    st.builds(PromotionChange, st.just("spring"), st.integers(1, 90).map(
        lambda p: Promotion(name="spring", title="Spring", percent=p))),
    st.builds(MarginChange, st.sampled_from(["one", "other"]), st.integers(1, 9).map(lambda p: Margin(percent=str(p)))),
)  # fmt: skip


@settings(max_examples=60)
@given(st.lists(st.tuples(CHANGES, st.integers(0, 8), st.none() | st.integers(1, 5)), max_size=8), st.randoms())
def test_edits_in_any_order_of_arrival_make_the_same_market(
    wished: list[tuple[Change, int, int | None]], chance: object
) -> None:
    made: dict[tuple[str, int], Edit] = {}
    for number, (change, begins, length) in enumerate(wished, start=1):
        wish = edit(change, begins, begins + length if length else None, number)
        made.setdefault((wish.subject, begins), wish)
    order = [*made.values()]
    chance.shuffle(order)  # type: ignore[attr-defined]  # a Random
    arrived = [structs.replace(one, number=number) for number, one in enumerate(order, start=1)]
    one, other = edited(FILES, made.values()), edited(FILES, arrived)
    assert one.catalogue.version == other.catalogue.version
    assert (one.promotions, one.margins, one.brand) == (other.promotions, other.margins, other.brand)
    for name in ("com", "fr"):
        mine, theirs = one.catalogue.extensions[name], other.catalogue.extensions[name]
        assert mine.sale == theirs.sale
        assert [mine.prices[of] for of in ("EUR", "PLN", "GBP")] == [theirs.prices[of] for of in ("EUR", "PLN", "GBP")]


def test_a_day_of_edits_is_as_it_was() -> None:
    """A golden day: what .com costs and whether it is sold, hour by hour, under a handful of edits."""
    edits = [
        edit(price(12 * UNIT), 2, number=1),
        edit(price(8 * UNIT), 4, 6, number=2),
        edit(price(13 * UNIT, "renew"), 5, number=3),
        edit(price(99 * UNIT), 7, number=4),
        edit(Withdrawal(4), 0, number=5),
        edit(price(40 * UNIT, "create", "PLN"), 3, 4, number=6),
        edit(SaleChange("com", on=False, why="Closed for an hour"), 9, 10, number=7),
        edit(PromotionChange("day", Promotion(name="day", title="Day", percent=50)), 1, 2, number=8),
    ]
    market = edited(FILES, edits)
    told = []
    for at in range(12):
        euro, zloty, now = prices(market, at), prices(market, at, "PLN"), hour(at)
        told.append({
            "hour": at,
            "EUR": [decimal_text(Money(each, "EUR")) for each in (euro.create, euro.renew)],
            "PLN": [decimal_text(Money(each, "PLN")) for each in (zloty.create, zloty.renew)],
            "closed": market.catalogue.extensions["com"].closed(now),
            "promotions": [one.title for one in market.on("com", "FR", now) if one.name == "day"],
        })  # fmt: skip
    assert told == json.loads(GOLDEN.read_text("utf-8"))
