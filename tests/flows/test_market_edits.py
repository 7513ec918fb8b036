"""Edits are kept, seen by every process, and change what is sold at their instants: on both engines."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain import app
from ordain.core.audit import Wanted
from ordain.core.brand import Brand, Logo
from ordain.core.edit import BrandChange, Change, Edit, PriceChange, PromotionChange, SaleChange, Wish, Withdrawal
from ordain.core.money import UNIT
from ordain.core.promotions import Promotion
from ordain.core.refusal import Refused
from ordain.flows import market_edits, office_audit
from ordain.flows.shelf import Shelf
from ordain.store import market_edits as kept
from ordain.store.database import open_database
from tests.world import World, WorldClock

if TYPE_CHECKING:
    from ordain.flows.ports import Engine

HOUR = timedelta(hours=1)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>' + b" " * 9000


def wish(change: Change, **other: Any) -> Wish:
    return Wish(**{"by": "ab1-ordain", "change": change, "reason": "a test", **other})


def price(euros: int, extension: str = "com") -> PriceChange:
    return PriceChange(extension, "EUR", "create", euros * UNIT)


def make(world: World, change: Change, **other: Any) -> Edit:
    return world.runner.run(market_edits.make(world.engine, wish(change, **other), world.now))


def offered(world: World, domain: str) -> Any:
    """What a fresh cart is offered a name at."""
    [offer] = world.get(f"/order/cart/{world.cart()}/domain", domain=domain).ok()
    return offer


def asked(world: World, domain: str) -> str:
    """The list price of that offer."""
    text: str = next(p["price"]["text"] for p in offered(world, domain)["prices"] if p["label"] == "PRICE")
    return text


def test_a_scheduled_price_holds_from_its_instant_to_its_end(world: World) -> None:
    make(world, price(20), begins=world.now + HOUR, ends=world.now + 3 * HOUR)
    told = [asked(world, "one-name.com")]
    world.pass_time(minutes=59, seconds=59)
    told.append(asked(world, "one-name.com"))
    world.pass_time(seconds=1)
    told.append(asked(world, "one-name.com"))
    world.pass_time(hours=2)
    told.append(asked(world, "one-name.com"))
    assert told == ["9.99 €", "9.99 €", "20.00 €", "9.99 €"]


def test_a_cart_filled_before_keeps_its_price_and_is_ordered_at_it(world: World) -> None:
    make(world, price(20), begins=world.now + HOUR)
    cart_id = world.cart()
    world.add(cart_id, "held-name.com")
    world.pass_time(hours=2)
    world.add(cart_id, "later-name.com")
    dry = world.get(f"/order/cart/{cart_id}/checkout").ok()
    lines = {line["domain"]: line["unitPrice"]["text"] for line in dry["details"] if line["detailType"] == "DURATION"}
    assert (lines["*001"], lines["*002"]) == ("9.99 €", "20.00 €")
    order = world.post(f"/order/cart/{cart_id}/checkout").ok()
    assert order["prices"]["withTax"]["value"] == dry["prices"]["withTax"]["value"]


def test_the_public_catalogue_changes_at_the_instant(world: World) -> None:
    def published() -> tuple[int, bool, int]:
        body = world.get("/order/catalog/public/domain", None, ovhSubsidiary="FR").ok()
        plans = {plan["planCode"]: plan for plan in body["plans"]}
        return plans["com"]["pricings"][0]["price"] // UNIT, "fr" in plans, body["catalogId"]

    before = published()
    make(world, price(20), begins=world.now + HOUR)
    make(world, SaleChange("fr", on=False), begins=world.now + HOUR)
    scheduled = published()
    assert (before[:2], scheduled[:2]) == ((9, True), (9, True))
    assert before[2] != scheduled[2]
    world.pass_time(hours=1)
    assert published()[:2] == (20, False)


def test_what_is_off_sale_says_why_and_is_not_added(world: World) -> None:
    make(world, SaleChange("com", on=False, why="The registry of .com is being moved"), ends=world.now + HOUR)
    assert offered(world, "some-name.com")["orderable"] is False
    cart_id = world.cart()
    refused = world.post(f"/order/cart/{cart_id}/domain", {"domain": "some-name.com"})
    assert (refused.status, "The registry of .com is being moved" in refused.body["message"]) == (409, True)
    assert "com" not in world.get("/domain/extensions").ok()
    world.pass_time(hours=1)
    assert offered(world, "some-name.com")["orderable"] is True
    assert "com" in world.get("/domain/extensions").ok()


def test_a_promotion_that_was_edited_counts_its_uses_on(world: World) -> None:
    one = Promotion(name="first", title="First", percent=50, extensions=("com",), quantity=2)
    make(world, PromotionChange("first", one))
    make(world, PromotionChange("first", structs.replace(one, percent=90)), begins=world.now + HOUR)

    def off() -> str:
        prices = {p["label"]: p["price"]["text"] for p in offered(world, "any-name.com")["prices"]}
        return str(prices["DISCOUNT"])

    found = [off()]
    world.order("first-name.com")
    world.pass_time(hours=1)
    found.append(off())
    world.order("second-name.com")
    found.append(off())
    assert found == ["5.00 €", "8.99 €", "2.50 €"]


def test_an_edit_that_has_not_begun_is_withdrawn_by_another(world: World) -> None:
    coming = make(world, price(20), begins=world.now + HOUR)
    away = make(world, Withdrawal(coming.number))
    world.pass_time(hours=2)
    assert asked(world, "one-name.com") == "9.99 €"
    rows = world.runner.run(world.database.read(lambda tx: kept.after(tx, 0)))
    assert rows == [coming, away]
    with pytest.raises(Refused, match="there is no edit 1 that counts"):
        make(world, Withdrawal(coming.number))


def test_several_at_the_same_moment_are_all_kept_and_numbered_without_a_gap(world: World) -> None:
    names = ("com", "fr", "net", "org", "eu")

    async def together() -> list[Edit]:
        return await asyncio.gather(
            *(market_edits.make(world.engine, wish(price(20, name)), world.now) for name in names)
        )

    made = world.runner.run(together())
    assert sorted(edit.number for edit in made) == [1, 2, 3, 4, 5]
    assert [world.engine.market.catalogue.prices(name, "EUR", world.now).create for name in names] == [20 * UNIT] * 5


def test_of_two_who_saw_the_same_the_second_is_told(world: World) -> None:
    seen = world.engine.shelf.version
    make(world, price(20), seen=seen, reason="the registry asks more")
    with pytest.raises(Refused, match="meanwhile ab1-ordain edited this"):
        make(world, price(21), seen=seen, begins=world.now + HOUR)


def test_an_engine_that_begins_sells_by_all_that_was_edited(world: World) -> None:
    make(world, price(20))
    fresh = structs.replace(world.engine, shelf=Shelf(world.engine.shelf.files))
    assert world.runner.run(market_edits.refresh(fresh)) is True
    assert fresh.market.catalogue.prices("com", "EUR", world.now).create == 20 * UNIT
    assert world.runner.run(market_edits.refresh(fresh)) is False


def test_an_edit_of_what_the_files_have_no_more_is_left_out_and_told(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    make(world, price(20))
    files = world.engine.shelf.files
    few = {name: each for name, each in files.catalogue.extensions.items() if name != "com"}
    without = structs.replace(files, catalogue=structs.replace(files.catalogue, extensions=few))
    fresh = structs.replace(world.engine, shelf=Shelf(without))
    world.runner.run(market_edits.refresh(fresh))
    assert "com" not in fresh.market.catalogue.extensions
    assert "edit 1 (price com EUR create) is left out" in caplog.text


def test_two_processes_see_each_others_edits_within_a_second(world: World, postgresql_url: str) -> None:
    """Two engines over connections of their own; each looks for itself, as `app.opened` has it do."""

    async def other_of(url: str) -> Engine:
        database = await open_database(url)
        return app.engine(world.settings, world.engine.shelf.files, database, lambda: None, WorldClock(world))

    async def seen(one: Engine, other: Engine) -> bool:
        following = asyncio.create_task(market_edits.follow(other))
        await market_edits.make(one, wish(price(20)), world.now)
        for _ in range(100):
            if other.market.catalogue.prices("com", "EUR", world.now).create == 20 * UNIT:
                break
            await asyncio.sleep(0.05)
        following.cancel()
        return other.market == one.market

    one, other = (world.runner.run(other_of(postgresql_url)) for _ in range(2))
    try:
        assert world.runner.run(seen(one, other))
    finally:
        for engine in (one, other):
            world.runner.run(engine.database.close())


def test_each_edit_is_written_down_with_what_was_before(world: World) -> None:
    """In the transaction that makes it, in the chain of whoever made it; what was refused is not."""
    first = make(world, price(20), begins=world.now + HOUR)
    make(world, SaleChange("com", on=False, why="Its registry moves"))
    make(world, BrandChange(Brand(logo=Logo("image/svg+xml", base64.b64encode(SVG).decode()))))
    make(world, Withdrawal(first.number))
    with pytest.raises(Refused):
        make(world, price(0))
    found = world.runner.run(office_audit.entries(world.engine, Wanted(member="ab1-ordain")))
    assert [entry.deed.verb for entry in found] == ["edit.withdraw", "edit.brand", "edit.sale", "edit.price"]
    withdrawn, brand, sale, of_price = found
    then = (world.now + HOUR).isoformat()
    assert (of_price.was, of_price.became) == ("9.99 EUR", f"from {then}: 20.00 EUR")
    assert (of_price.deed.subject, of_price.deed.reason) == ("edit 1: price com EUR create", "a test")
    assert (sale.was, sale.became.endswith("not on sale: Its registry moves")) == ("on sale", True)
    assert len(brand.became) < 300  # the logo's digest
    assert (withdrawn.was, withdrawn.became.endswith("withdrawn")) == (of_price.became, True)
    proven = world.runner.run(office_audit.prove(world.engine))
    assert (proven.entries, proven.faults) == (4, ())
