"""A house that does not sell in France: strangers, who say no subsidiary, get the first there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain import app, demo, settings
from ordain.flows import accounts
from ordain.flows.shelf import Shelf
from ordain.store import accounts as kept
from tests.web.visitor import Visitor
from tests.world import NOON, market

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from ordain.core.offer import Market
    from ordain.store.database import Database
    from tests.world import World


def without_fr(goods: Market) -> Market:
    """The same goods, sold by all subsidiaries but FR."""
    left = {code: one for code, one in goods.catalogue.subsidiaries.items() if code != "FR"}
    return structs.replace(goods, catalogue=structs.replace(goods.catalogue, subsidiaries=left))


@pytest.fixture
def elsewhere(world: World) -> World:
    """The world without FR."""
    world.use(structs.replace(world.engine, shelf=Shelf(without_fr(world.engine.market))))
    return world


def test_the_first_subsidiary_is_usual_where_fr_is_not_sold(elsewhere: World) -> None:
    assert elsewhere.engine.market.catalogue.usual == "GB"


def test_a_stranger_searches_without_saying_where_they_buy(elsewhere: World) -> None:
    found: Any = elsewhere.get("/ordain/v1/search", None, name="foo", extensions="com").ok()
    assert found["results"][0]["offers"][0]["total"]["currencyCode"] == "GBP"
    listed: Any = elsewhere.post("/ordain/v1/search/names", {"names": ["foo.com"]}, None).ok()
    assert listed["results"][0]["offers"][0]["total"]["currencyCode"] == "GBP"
    assert "com" in elsewhere.get("/domain/data/extension", None).ok()


def test_a_stranger_signs_up(elsewhere: World) -> None:
    page = Visitor(elsewhere).open("/sign-up")
    assert page.status_code == 200
    assert '<option value="GB" selected>United Kingdom</option>' in page.text


def test_the_demo_account_is_made(database: Database, runner: asyncio.Runner, tmp_path: Path) -> None:
    given = settings.read({"ORDAIN_STATE": str(tmp_path), "ORDAIN_SECRET": "any"})
    goods = market(given.catalogue)
    whole = app.engine(given, goods, database, lambda: None, lambda: NOON)
    engine = structs.replace(whole, shelf=Shelf(without_fr(goods)))
    conf = runner.run(demo.client_config(engine, given))
    [nic] = runner.run(accounts.names(engine))
    assert "consumer_key=" in (conf or "")
    made = runner.run(database.read(lambda tx: kept.load(tx, nic)))
    assert (made.ovhSubsidiary if made else "") == "GB"
