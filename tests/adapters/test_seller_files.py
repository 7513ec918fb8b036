"""sellers.toml: the shipped one, which is made up, and what a wrong one says."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from ordain import app, settings
from ordain.adapters.seller_files import SellerError, load
from ordain.core.seller import made_up
from tests.world import World, market

CATALOGUE = Path(__file__).parents[2] / "catalogue"
ONE = """
[[seller]]
prefix = ""
subsidiaries = ["FR"]
name = "Noms SAS"
address = ["1 rue de l'Exemple"]
city = "Lille"
country = "FR"
registration_number = "732829320"
vat = "FR44732829320"
email = "billing@noms.example"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "sellers.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_sellers_sell_for_every_subsidiary_and_are_all_made_up() -> None:
    known = market(CATALOGUE).catalogue.subsidiaries
    sellers = load(CATALOGUE / "sellers.toml", known)
    assert set(sellers) == set(known)
    assert sellers["FR"].prefix == ""
    assert len(made_up(sellers)) == len({seller.name for seller in sellers.values()})


def test_a_company_of_ones_own_is_read(tmp_path: Path) -> None:
    sellers = load(written(tmp_path, ONE), ["FR"])
    assert (sellers["FR"].name, made_up(sellers)) == ("Noms SAS", [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[seller", "sellers.toml: "),
        (ONE.replace("city", "town"), "`town`"),
        (ONE.replace('"Lille"', "1"), "Expected `str`, got `int`"),
        (
            ONE + ONE,
            "sellers.toml: more than one seller sells for FR\nsellers.toml: more than one seller has the prefix",
        ),
        (ONE.replace("44732829320", "44732829321"), "sellers.toml: Noms SAS: vat 'FR44732829321' is no VAT number"),
        ("", "missing required field `seller`"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SellerError) as refused:
        load(written(tmp_path, text), ["FR"])
    assert told in str(refused.value)
    assert str(refused.value).startswith("sellers.toml: ")


def test_without_a_file_nobody_sells(tmp_path: Path) -> None:
    with pytest.raises(SellerError, match=r"sellers\.toml: .*No such file"):
        load(tmp_path / "sellers.toml", ["FR"])


def test_outside_the_sandbox_nobody_made_up_may_sell(world: World) -> None:
    real = structs.replace(world.settings, registry="epp", epp_host="epp.registry.example")
    goods = market(world.settings.catalogue)
    with pytest.raises(SellerError, match=r"made up, and outside the sandbox: .*Exemple Domaines SAS"):
        app.engine(real, goods, world.database, lambda: None, lambda: world.now)
    assert settings.read({"ORDAIN_SECRET": "x" * 32}).registry == "sandbox"
