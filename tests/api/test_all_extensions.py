"""Every extension of the shipped catalogue over the wire: its published rule, and what its registry allows."""

import json
from pathlib import Path
from typing import Any

from tests.world import World

FACTS = Path(__file__).parents[3] / "shared" / "catalogue" / "registry-configurations.json"


def flat(value: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {path: value}
    return {inner: each for key, of in value.items() for inner, each in flat(of, f"{path}.{key}").items()}


def test_every_extension_publishes_its_rule(world: World) -> None:
    for name in world.engine.market.catalogue.extensions:
        rule = world.get("/domain/configurationRule", who=None, action="create", domain=f"example.{name}").ok()
        assert "OWNER_CONTACT" in [each["label"] for each in rule["and"]], name


def test_every_registry_s_configuration_is_what_was_collected(world: World) -> None:
    """Null is not known. Where the contract has no null we say false; `active` is whether we sell it."""
    collected = json.loads(FACTS.read_text("utf-8"))["extensions"]
    catalogue = world.engine.market.catalogue
    assert set(collected) == set(catalogue.extensions)
    wrong = {}
    for name, facts in collected.items():
        answer = flat(world.get(f"/domain/extensions/{name}/registryConfigurations").ok())
        wanted = flat(facts)
        assert catalogue.extensions[name].kind == wanted.pop(".domain.extension_type")
        assert answer[".lifecycle.order.active"] is catalogue.extensions[name].enabled
        assert wanted.pop(".lifecycle.order.active") or not catalogue.extensions[name].enabled
        differs = {path: (value, answer[path]) for path, value in wanted.items()
                   if answer[path] != value and not (value is None and answer[path] is False)}  # fmt: skip
        if differs:
            wrong[name] = differs
    assert wrong == {}


def test_what_is_not_sold_is_offered_with_its_reason(world: World) -> None:
    cart = world.post("/order/cart", {"ovhSubsidiary": "FR"}).ok()["cartId"]
    for name, why in (
        ("gov", ".gov names are not sold here"),
        ("lu", ".lu names are not on sale: too little is known"),
    ):
        [offer] = world.get(f"/order/cart/{cart}/domain", domain=f"example.{name}").ok()
        assert not offer["orderable"]
        refused = world.post(f"/order/cart/{cart}/domain", {"domain": f"example.{name}"})
        assert refused.status == 409
        assert why in refused.body["message"]
