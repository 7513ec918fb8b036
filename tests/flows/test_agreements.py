"""Contracts accepted with an order: the version in force at that instant, in the account's language, provable later."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from msgspec import structs

from ordain import app, settings
from ordain.adapters.catalogue_files import CatalogueError
from ordain.cli import main
from ordain.core.agreement import number
from ordain.core.schedule import Schedule
from ordain.flows import accounts, agreements
from ordain.flows.shelf import Shelf
from ordain.store import agreements as kept
from tests.flows.shop import placed, story, use
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.catalogue import Contract
    from tests.world import World

CATALOGUE = Path(__file__).parents[2] / "catalogue"
MOMENT = timedelta(microseconds=1)
TERMS = "general-terms"
NEW = {"en": "# Anew\n\nIn English.", "fr": "# Autre\n\nEn français."}


def sold_under(world: World, *versions: tuple[datetime | None, Contract]) -> None:
    """The general terms have these versions from now on."""
    goods = world.engine.market
    contracts = {**goods.catalogue.contracts, TERMS: Schedule(versions)}
    catalogue = structs.replace(goods.catalogue, contracts=contracts)
    use(world, structs.replace(world.engine, shelf=Shelf(structs.replace(goods, catalogue=catalogue))))


def with_a_second_version(world: World, begins: datetime) -> Contract:
    """A second version of the general terms is announced, in English and French."""
    first = world.engine.market.catalogue.contracts[TERMS].at(world.now)
    second = structs.replace(first, version="2027-1", name={"en": "Anew", "fr": "Autre"}, text=NEW)
    sold_under(world, (None, first), (begins, second))
    return second


def shown(world: World, cart_id: str, who: str = "camille") -> dict[str, Any]:
    """The general terms as the dry run shows them."""
    found: dict[str, Any] = world.get(f"/order/cart/{cart_id}/checkout", who).ok()["contracts"][0]
    return found


def page(world: World, url: str) -> str:
    answer = world.send("GET", url.removeprefix(world.engine.public_url))
    assert answer.status == 200
    return answer.raw.decode()


def test_a_version_counts_from_its_instant_on_though_the_cart_is_older(world: World) -> None:
    begins = world.now + timedelta(hours=1)
    with_a_second_version(world, begins)
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    old = shown(world, cart_id)
    before = placed(world, "baz.fr")
    world.now = begins - MOMENT
    assert shown(world, cart_id) == old
    world.now = begins
    new = shown(world, cart_id)
    assert (new["name"], new["content"]) == ("Autre", NEW["fr"])
    order = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()
    assert order["contracts"][0] == new
    [first, second] = [story(world, each).standing.order.contracts[0] for each in (before, order["orderId"])]
    assert (first.version, second.version) == ("example-1", "2027-1")
    assert (first.digest, second.digest) == tuple(
        hashlib.sha256(text.encode()).hexdigest() for text in (old["content"], new["content"])
    )
    assert "Conditions générales de vente" in page(world, old["url"])
    assert "En français." in page(world, new["url"])


def test_what_was_accepted_stays_readable_when_the_catalogue_has_it_no_more(world: World) -> None:
    order_id = placed(world, "foo.fr")
    accepted = story(world, order_id).standing.order.contracts[0]
    second = with_a_second_version(world, world.now)
    sold_under(world, (None, second))
    state = world.get(f"/me/agreements/{number(TERMS, 'example-1')}").ok()["agreed"]
    said = world.get(f"/me/agreements/{number(TERMS, 'example-1')}/contract").ok()
    assert (state, said["active"]) == ("obsolete", False)
    assert hashlib.sha256(said["text"].encode()).hexdigest() == accepted.digest
    assert "Conditions générales de vente" in page(world, said["pdf"])
    assert [world.get(f"/me/agreements/{each}").ok()["contractId"]
            for each in world.get("/me/agreements", agreed="todo").ok()] == [number(TERMS, "2027-1")]  # fmt: skip


def test_an_announced_version_can_be_read_before_it_is_in_force(world: World) -> None:
    with_a_second_version(world, world.now + timedelta(days=30))
    assert "In English." in page(world, "/contracts/general-terms/2027-1?language=de")
    assert world.get("/me/agreements", agreed="todo").ok() == [number(TERMS, "example-1")]


@pytest.mark.parametrize(("who", "subsidiary", "language"), [("camille", "FR", "fr"), ("dieter", "DE", "en")])
def test_the_accounts_language_else_english(world: World, who: str, subsidiary: str, language: str) -> None:
    with_a_second_version(world, world.now)
    cart_id = world.cart(who, subsidiary)
    world.add(cart_id, "foo.com", who)
    seen = shown(world, cart_id, who)
    assert (seen["content"], seen["url"].rpartition("=")[2]) == (NEW[language], language)
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}, who).ok()["orderId"]
    accepted = story(world, order_id).standing.order
    assert (accepted.contracts[0].language, accepted.contracts[0].digest) == (
        language,
        hashlib.sha256(NEW[language].encode()).hexdigest(),
    )
    assert accepted.accepted_from == "192.0.2.7"


def test_the_words_are_kept_in_each_language_they_were_accepted_in(world: World) -> None:
    placed(world, "foo.fr")
    world.put("/me", {"language": "it_IT"}).ok()
    order_id = placed(world, "baz.fr")
    texts = world.runner.run(world.database.read(kept.texts))
    for accepted in story(world, order_id).standing.order.contracts:
        assert accepted.language == "it"
        text = texts[accepted.contract_id, accepted.version, "it"]
        assert hashlib.sha256(text.encode()).hexdigest() == accepted.digest


def test_a_zone_has_contracts_of_its_own(world: World) -> None:
    body = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}
    cart_id = world.cart()
    zone = world.post(f"/order/cart/{cart_id}/dns", body).ok()["itemId"]
    world.configure(cart_id, zone, "zone", "foo.fr")
    names = ["Conditions générales de vente", "Conditions des zones DNS"]
    assert [each["name"] for each in world.get(f"/order/cart/{cart_id}/checkout").ok()["contracts"]] == names
    old_way = world.get("/order/domain/zone/new", zoneName="foo.fr").ok()
    assert [each["name"] for each in old_way["contracts"]] == names
    order_id = world.post("/order/domain/zone/new", {"zoneName": "foo.fr"}).ok()["orderId"]
    assert [each.contract_id for each in story(world, order_id).standing.order.contracts] == [TERMS, "zone-terms"]
    world.add(cart_id, "baz.fr")
    every = [each["name"] for each in world.get(f"/order/cart/{cart_id}/checkout").ok()["contracts"]]
    assert every[:2] == names
    assert len(every) == len(set(every)) == 4


def test_a_text_is_not_changed_under_a_version_somebody_agreed_to(world: World) -> None:
    assert world.runner.run(agreements.changed(world.engine)) == []
    placed(world, "foo.fr")
    assert world.runner.run(agreements.changed(world.engine)) == []
    first = world.engine.market.catalogue.contracts[TERMS].at(world.now)
    texts = {language: text + "\nAnd more." for language, text in first.text.items()}
    sold_under(world, (None, structs.replace(first, text=texts)))
    wrong = "contracts/general-terms: version 'example-1' was agreed to with another text (fr): give the new one"
    assert world.runner.run(agreements.changed(world.engine)) == [f"{wrong} another version"]
    sold_under(world, (None, structs.replace(first, text=texts, version="example-2")))
    assert world.runner.run(agreements.changed(world.engine)) == []


def test_nothing_starts_with_a_changed_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, folder)
    given = {"ORDAIN_STATE": str(tmp_path / "state"), "ORDAIN_CATALOGUE": str(folder)}
    text = (folder / "contracts" / "general-terms.en.md").read_text()
    words = kept.Words(number(TERMS, "example-1"), "en", TERMS, "example-1", "Terms", text)

    async def agree() -> None:
        async with app.opened(settings.read(given)) as engine:
            account = await accounts.create(engine, PEOPLE["ursula"], NOON)
            nic = account.nichandle
            await engine.database.write(lambda tx: kept.add(tx, nic, [words], "192.0.2.7", NOON))

    async def start() -> None:
        async with app.opened(settings.read(given)):
            pass

    asyncio.run(agree())
    asyncio.run(start())
    (folder / "contracts" / "general-terms.en.md").write_text(f"{text}\nAnd more.\n")
    with pytest.raises(CatalogueError, match=r"general-terms: version 'example-1' was agreed to with another text"):
        asyncio.run(start())
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    told = CliRunner().invoke(main, ["catalogue", "check", "--agreed"])
    assert told.exit_code != 0
    assert "was agreed to with another text (en)" in told.output
