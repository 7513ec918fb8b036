"""The published description says what the contract says, and what our routes do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from ordain import __version__
from ordain.api import openapi
from ordain.api.routes import OWN_ROUTES, ROUTES
from tests.api.contract import contract, differences, published

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World


def sections(world: World) -> dict[str, Any]:
    listed = world.get("/", who=None).ok()["apis"]
    return {each["path"]: world.get(each["path"] + ".json", who=None).ok() for each in listed}


def operations(world: World) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Every operation as (route, operation, its section's models)."""
    for section in sections(world).values():
        for api in section["apis"]:
            for operation in api["operations"]:
                yield f"{operation['httpMethod']} {api['path']}", operation, section["models"]


def described(operation: dict[str, Any], models: dict[str, Any]) -> Iterator[tuple[str, str, str, bool | None]]:
    """Parameters as (place, name, type, required): a body's model is its members that can be written."""
    for each in operation["parameters"]:
        if each["name"] is None:
            for name, member in models[each["dataType"]]["properties"].items():
                if not member["readOnly"]:
                    yield "body", name, member["type"], None
        else:
            yield each["paramType"], each["name"], each["dataType"], each["required"]


def test_the_description_lists_every_route(world: World) -> None:
    assert sorted(route for route, _, _ in operations(world)) == sorted(f"{r.method} {r.path}" for r in ROUTES)


def test_operations_are_described_as_in_the_contract(world: World) -> None:
    faults = {
        fault for route, operation, models in operations(world) for fault in operation_faults(route, operation, models)
    }
    assert sorted(faults - differences().keys()) == []


def operation_faults(route: str, operation: dict[str, Any], models: dict[str, Any]) -> Iterator[str]:
    theirs = published(*route.split(" "))
    assert theirs is not None, route
    if operation["noAuthentication"] is theirs["auth"]:
        yield f"{route}: authentication"
    if operation["apiStatus"]["value"] != theirs["status"]:
        yield f"{route}: {operation['apiStatus']['value']}"
    if "Not offered here" in operation["description"]:
        return
    if operation["responseType"] != theirs["response"]:
        yield f"{route} answer: ours is {operation['responseType']}, the contract's is {theirs['response']}"
    known = {(p["in"], p["name"]): p for p in theirs["params"]}
    for place, name, kind, required in described(operation, models):
        param = known.get((place, name))
        where = f"{route} {place} {name}"
        if param is None:
            yield f"{where}: only ours has it"
        elif kind != param["type"]:
            yield f"{where}: ours is {kind}, the contract's is {param['type']}"
        elif required not in (None, param["required"]):
            yield f"{where}: {'required' if required else 'optional'} here"


def test_models_are_described_as_in_the_contract(world: World) -> None:
    """Models that are only sent are compared where they are: in the operations."""
    faults = []
    answered: set[str] = set()
    for _, operation, models in operations(world):
        lead_to(operation["responseType"], models, answered)
    for section in sections(world).values():
        for name, model in section["models"].items():
            theirs = contract()["models"].get(name)
            assert theirs is not None, name
            if "enum" in model:
                assert model["enum"] == contract()["enums"][name]["enum"], name
            elif name in answered:
                faults += list(member_faults(name, model["properties"], theirs))
    assert sorted(set(faults) - differences().keys()) == []


def lead_to(name: str, models: dict[str, Any], found: set[str]) -> None:
    """Add a model, and those its members lead to."""
    name = name.removesuffix("[]")
    if name in models and name not in found:
        found.add(name)
        for member in models[name].get("properties", {}).values():
            lead_to(member["type"], models, found)


def member_faults(model: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[str]:
    for name, each in ours.items():
        where = f"{model}.{name}"
        if name not in theirs:
            yield f"{where}: only ours has it"
        elif each["type"] != theirs[name]["type"]:
            yield f"{where}: ours is {each['type']}, the contract's is {theirs[name]['type']}"
        elif each["canBeNull"] is not theirs[name]["nullable"]:
            yield f"{where}: {'null' if each['canBeNull'] else 'never null'} here"


def test_the_openapi_document_is_valid() -> None:
    document = openapi.document((*ROUTES, *OWN_ROUTES), "http://127.0.0.1:8080", __version__)
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def headers_of(method: str, path: str) -> tuple[set[str], set[str], set[str]]:
    """Headers that are listened to, headers of the answer, statuses."""
    document = openapi.document((*ROUTES, *OWN_ROUTES), "http://127.0.0.1:8080", __version__)
    operation = document["paths"][path][method]
    heard = {each["name"] for each in operation["parameters"] if each["in"] == "header"}
    return heard, set(operation["responses"]["200"].get("headers", ())), set(operation["responses"])


def test_the_openapi_document_tells_of_keys_and_tags() -> None:
    key, replayed = "Idempotency-Key", "Idempotent-Replayed"
    cart = "/1.0/order/cart/{cartId}"
    assert headers_of("post", "/1.0/order/cart")[:2] == ({key}, {replayed, "ETag"})
    assert headers_of("post", "/1.0/me/contact")[:2] == ({key}, {replayed})
    heard, answered, statuses = headers_of("post", f"{cart}/checkout")
    assert (heard, answered) == ({key, "If-Match"}, {replayed, "ETag"})
    assert {"409", "412"} <= statuses
    heard, answered, statuses = headers_of("get", cart)
    assert (heard, answered) == ({"If-None-Match"}, {"ETag"})
    assert "304" in statuses
    assert "412" not in statuses
    assert headers_of("delete", cart)[0] == {"If-Match"}
    for path in ("/1.0/auth/oauth2/token", "/1.0/auth/credential", "/ordain/v1/search/names"):
        assert headers_of("post", path)[:2] == (set(), set())
    assert headers_of("get", "/1.0/me")[:2] == (set(), set())
