"""An extension of which names are held or on order stays in the catalogue: without its file nothing starts."""

from __future__ import annotations

import asyncio
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from msgspec import structs

from ordain import app, settings
from ordain.adapters.catalogue_files import CatalogueError
from ordain.cli import main
from ordain.core.delivery import Domain
from ordain.flows import accounts, catalogue_extensions
from ordain.flows.shelf import Shelf
from ordain.store import domains
from tests.flows.shop import bought, placed, use
from tests.flows.test_renewals import delivered, wish
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    from ordain.flows.ports import Engine
    from tests.world import World

CATALOGUE = Path(__file__).parents[2] / "catalogue"
WRONG = (
    "extensions/com.toml: is missing, but names under .com are held or on order: put it back; what is to be sold no"
    " more is kept with `not_sold` and without prices"
)


def without(world: World, name: str) -> None:
    """The catalogue has this extension no more, in a process that was started before anybody knew."""
    goods = world.engine.market
    left = {each: extension for each, extension in goods.catalogue.extensions.items() if each != name}
    catalogue = structs.replace(goods.catalogue, extensions=left)
    use(world, structs.replace(world.engine, shelf=Shelf(structs.replace(goods, catalogue=catalogue))))


def missed(world: World) -> list[str]:
    return world.runner.run(catalogue_extensions.missed(world.engine))


def remembered(world: World) -> None:
    world.runner.run(catalogue_extensions.remember(world.engine))


def test_an_extension_nobody_holds_a_name_of_may_go(world: World) -> None:
    remembered(world)
    delivered(world, "foo.fr")
    without(world, "com")
    assert missed(world) == []


def test_one_of_which_a_name_is_held_may_not(world: World) -> None:
    remembered(world)
    name = delivered(world)
    without(world, "com")
    remembered(world)  # as another process does that was started without it before the name was there
    assert missed(world) == [WRONG]
    world.runner.run(world.database.write(lambda tx: domains.release(tx, name.nic, name.name)))
    assert missed(world) == []


def test_nor_one_of_which_an_order_may_be_paid(world: World) -> None:
    remembered(world)
    placed(world, "foo.com")
    without(world, "com")
    assert missed(world) == [WRONG]
    world.pass_time(days=14)
    assert missed(world) == []


def test_nor_one_of_which_a_paid_order_is_under_way(world: World) -> None:
    remembered(world)
    bought(world, "foo.com")
    world.pass_time(days=30)
    without(world, "com")
    assert missed(world) == [WRONG]


def test_a_second_level_beside_it_is_another_extension(world: World) -> None:
    remembered(world)
    bought(world, "foo.uk.com")
    without(world, "com")
    assert missed(world) == []


def test_a_renewal_is_refused_in_words_where_the_extension_went_all_the_same(world: World) -> None:
    delivered(world)
    without(world, "com")
    answer = wish(world, "foo.com")
    assert (answer.status, answer.body["message"]) == (409, ".com names are no longer sold here")


def test_nothing_starts_without_an_extension_of_which_names_are_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE, folder)
    (folder / "categories.toml").unlink()  # which names it, too
    given = {"ORDAIN_STATE": str(tmp_path / "state"), "ORDAIN_CATALOGUE": str(folder)}

    async def hold(engine: Engine) -> None:
        nic = (await accounts.create(engine, PEOPLE["camille"], NOON)).nichandle
        name = Domain(nic=nic, name="foo.vegas", extension="vegas", service_id=1, order_id=0, created=NOON,
                      expires=NOON, updated=NOON, owner_id=1, admin=nic, tech=nic, name_servers=("ns1.world.example",),
                      hosted=False, dnssec=True)  # fmt: skip
        await engine.database.write(lambda tx: domains.add(tx, name, NOON))

    async def start(*, holding: bool = False) -> None:
        async with app.opened(settings.read(given)) as engine:
            if holding:
                await hold(engine)

    asyncio.run(start(holding=True))
    file = folder / "extensions" / "vegas.toml"
    text = file.read_text()
    file.unlink()
    with pytest.raises(CatalogueError, match=r"extensions/vegas.toml: is missing, but names under .vegas are held"):
        asyncio.run(start())
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    told = CliRunner().invoke(main, ["catalogue", "check", "--agreed"])
    assert told.exit_code != 0
    assert "extensions/vegas.toml: is missing" in told.output
    file.write_text(re.sub(r"(?m)^\[prices\].*\nEUR.*\n", "", f'not_sold = "no longer"\n{text}'))
    asyncio.run(start())
