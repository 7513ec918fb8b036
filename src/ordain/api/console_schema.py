"""The published description in the console's own format: `/1.0/`, `/1.0/order.json`, … (wire-contract §0, "schema").

node-ovh loads these pages (its option `apis`), and so do generators of clients. Everything is read off the route
declarations.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from ordain.api.naming import contract_type, is_model, members, model_name, structs_in, told
from ordain.api.routing import Call, Empty, Route
from ordain.api.words import ENUMERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

STANDINGS = {
    "PRODUCTION": "Stable production version",
    "BETA": "Beta version",
    "DEPRECATED": "Deprecated, will be removed",
    "INTERNAL": "Internal, not for public use",
}

SECTIONS = {
    "auth": "Keys and who is calling",
    "domain": "Names and their zones",
    "me": "Your account",
    "newAccount": "Signing up",
    "order": "Ordering",
    "service": "Your services",
    "services": "Your services",
    "v2": "Names, second version",
}


def routes(described: Sequence[Route]) -> tuple[Route, ...]:
    """The routes that describe the others. A page is made when it is first asked for."""
    sections = {name: SECTIONS[name] for name in sorted({_section(route) for route in described})}
    pages = [_page(f"/{name}.json", told, partial(_document, name, described)) for name, told in sections.items()]
    return (_page("/", "The sections of the API", partial(_root, sections)), *pages)


def _root(sections: Mapping[str, str]) -> dict[str, Any]:
    return {
        "apis": [
            {"path": f"/{name}", "schema": "{path}.{format}", "format": ["json"], "description": told}
            for name, told in sections.items()
        ]
    }


def _section(route: Route) -> str:
    return route.path.strip("/").partition("/")[0]


def _page(path: str, told: str, make: Callable[[], dict[str, Any]]) -> Route:
    """A page of the description; only the address in it depends on where it is asked for."""
    made = cache(make)

    async def do(call: Call) -> msgspec.Raw:
        base = "" if path == "/v2.json" else "/1.0"  # the second version's paths begin with it
        return msgspec.Raw(msgspec.json.encode({"basePath": f"{call.engine.public_url}{base}", **made()}))

    return Route(method="GET", path=path, do=do, told=told, authenticated=False, answer=dict[str, Any])


def _document(section: str, described: Sequence[Route]) -> dict[str, Any]:
    mine = [route for route in described if _section(route) == section]
    paths = sorted({route.path for route in mine})
    return {
        "apiVersion": "1.0",
        "resourcePath": f"/{section}",
        "apis": [_api(path, [route for route in mine if route.path == path]) for path in paths],
        "models": _models(mine),
    }


def _api(path: str, of_path: Sequence[Route]) -> dict[str, Any]:
    return {
        "path": path,
        "description": of_path[0].told,
        "operations": [_operation(route) for route in sorted(of_path, key=lambda route: route.method)],
    }


def _operation(route: Route) -> dict[str, Any]:
    return {
        "httpMethod": route.method,
        "description": f"{route.told}: {route.not_offered}" if route.not_offered else route.told,
        "apiStatus": {"value": route.standing, "description": STANDINGS[route.standing]},
        "noAuthentication": not route.authenticated,
        "parameters": [*_in_path(route), *_in_query(route), *_in_body(route)],
        "responseType": contract_type(route.answer),
    }


def _parameter(name: str | None, kind: str, place: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "dataType": kind, "fullType": kind, "paramType": place, "required": required}


def _in_path(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"\{(\w+)\}", route.path)
    return [_parameter(n, route.path_type(n), "path", required=True) for n in names]


def _in_query(route: Route) -> list[dict[str, Any]]:
    return [_parameter(each.name, each.type, "query", required=each.required) for each in members(route.query)]


def _in_body(route: Route) -> list[dict[str, Any]]:
    """A body with a name of its own is one parameter without a name; others are their members."""
    if route.body is Empty:
        return []
    if is_model(route.body):
        return [_parameter(None, model_name(route.body), "body", required=True)]
    place = "form" if route.form else "body"
    return [_parameter(each.name, each.type, place, required=each.required) for each in members(route.body)]


def _models(mine: Sequence[Route]) -> dict[str, Any]:
    """Every model and enumeration that the routes lead to. What an answer has and nobody can send is read-only."""
    found: dict[str, Any] = {}
    for kind in [*(route.answer for route in mine), *(route.query for route in mine), *(route.body for route in mine)]:
        _enumerate(kind, found)
        for struct in structs_in(kind):
            _add(struct, found)
    for route in mine:
        if is_model(route.body):
            writable = {each.name for each in members(route.body)}
            for name, property_ in found[model_name(route.body)]["properties"].items():
                property_["readOnly"] = name not in writable
    return dict(sorted(found.items()))


def _add(struct: type[Struct], found: dict[str, Any]) -> None:
    name = model_name(struct)
    if name in found:
        return
    if is_model(struct):
        namespace, _, short = name.rpartition(".")
        found[name] = {"id": short, "namespace": namespace, "description": told(struct), "properties": {}}
    for each in members(struct):
        if is_model(struct):
            found[name]["properties"][each.name] = {
                "type": each.type, "fullType": each.type, "canBeNull": each.nullable, "required": not each.nullable,
                "readOnly": False,
            }  # fmt: skip
        _enumerate(each.kind, found)
        for below in structs_in(each.kind):
            _add(below, found)


def _enumerate(kind: object, found: dict[str, Any]) -> None:
    name = contract_type(kind).removesuffix("[]")
    if name in ENUMERATIONS:
        namespace, _, short = name.rpartition(".")
        values = ENUMERATIONS[name]
        found[name] = {"id": short, "namespace": namespace, "description": "", "enum": values,
                       "enumType": "long" if isinstance(values[0], int) else "string"}  # fmt: skip
