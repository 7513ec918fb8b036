"""The published contract, read as data, and what in our routes and answers differs from it.

Each file of `tests/api/visits` has the reasoned `DIFFERENCES` of its area, and `visits`: a call of every route.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import NODEFAULT, Struct

from ordain.api.naming import contract_type, model_name, without_none
from ordain.api.routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from ordain.api.routing import Route
    from tests.world import World

CONTRACT = Path(__file__).parents[2].parent / "shared" / "contract" / "wire-contract.json"
AREAS = sorted(path.stem for path in Path(__file__).parent.joinpath("visits").glob("[a-z]*.py"))


class Visit(Struct, frozen=True):
    """One call that its route answers with success. `route` is "GET /me/order/{orderId}", `path` what is called."""

    route: str
    path: str
    body: dict[str, Any] | None = None
    who: str | None = "camille"


def area(name: str) -> ModuleType:
    """A file of `tests/api/visits`."""
    return import_module(f"tests.api.visits.{name}")


@cache
def differences() -> Mapping[str, str]:
    """Every difference there is, with its reason."""
    return {key: reason for name in AREAS for key, reason in area(name).DIFFERENCES.items()}


def visited(name: str, world: World) -> Iterator[Visit]:
    """The calls of one area, made one after the other while the iterator goes on."""
    yield from area(name).visits(world)


@cache
def contract() -> dict[str, Any]:
    if not CONTRACT.is_file():
        pytest.fail(f"{CONTRACT.name}: this test reads the shared contract, which is to lie beside the project")
    found: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))
    return found


@cache
def published(method: str, path: str) -> dict[str, Any] | None:
    found = [r for r in contract()["routes"] if (r["method"], r["path"]) == (method, path) and r["status"] != "REMOVED"]
    return found[0] if found else None


def enum_of(name: str) -> list[str] | None:
    """The values of an enumeration by its name, None if it is none."""
    found = contract()["enums"].get(name)
    return found["enum"] if found else None


def type_faults(kind: Any, theirs: str, where: str) -> Iterator[str]:
    """Whether our type is the one the contract calls `theirs`."""
    ours = contract_type(kind)
    if ours != theirs:
        yield f"{where}: ours is {ours}, the contract's is {theirs}"


def parameter_faults(route: Route, place: str, struct: type[Struct]) -> Iterator[str]:
    """Names, requiredness and types of what is taken in the query or the body."""
    known = published(route.method, route.path) or {"params": []}
    theirs = {each["name"]: each for each in known["params"] if each["in"] == place}
    hints = get_type_hints(struct, include_extras=True)
    ours = {each.encode_name: each for each in msgspec.structs.fields(struct)}
    here = f"{route.method} {route.path} {place}"
    for name in theirs.keys() | ours.keys():
        where = f"{here} {name}"
        if name not in ours or name not in theirs:
            yield f"{where}: only {'the contract' if name in theirs else 'ours'} has it"
            continue
        field, param = ours[name], theirs[name]
        required = field.default is NODEFAULT and field.default_factory is NODEFAULT
        if required is not param["required"]:
            yield f"{where}: {'required' if required else 'optional'} here"
        if param.get("nullable") and not without_none(hints[field.name])[1]:
            yield f"{where}: null is refused"
        yield from type_faults(hints[field.name], param["type"], where)


def model_faults(struct: type[Struct], seen: set[str]) -> Iterator[str]:
    """Names, nullability and types of an answer's members, and of the models below it."""
    name = model_name(struct)
    if name in seen:
        return
    seen.add(name)
    theirs = contract()["models"].get(name)
    if theirs is None:
        yield f"{name}: the contract has no such model"
        return
    hints = get_type_hints(struct, include_extras=True)
    ours = {each.encode_name: each.name for each in msgspec.structs.fields(struct)}
    for member in theirs.keys() | ours.keys():
        where = f"{name}.{member}"
        if member not in ours or member not in theirs:
            yield f"{where}: only {'the contract' if member in theirs else 'ours'} has it"
            continue
        kind = hints[ours[member]]
        inner, nullable = without_none(kind)
        if nullable is not theirs[member]["nullable"]:
            yield f"{where}: {'null' if nullable else 'never null'} here"
        if inner is not None:
            yield from type_faults(kind, theirs[member]["type"], where)
        yield from below(kind, seen)


def below(kind: Any, seen: set[str]) -> Iterator[str]:
    """The models that a member's or an answer's type leads to."""
    ours, _ = without_none(kind)
    if get_origin(ours) is Annotated:
        ours = get_args(ours)[0]
    if get_origin(ours) in (list, tuple):
        yield from below(get_args(ours)[0], seen)
    elif isinstance(ours, type) and issubclass(ours, Struct):
        yield from model_faults(ours, seen)


def route_faults(route: Route) -> Iterator[str]:
    where = f"{route.method} {route.path}"
    known = published(route.method, route.path)
    if known is None:
        yield f"{where}: the contract has no such route"
        return
    if route.authenticated is not known["auth"]:
        yield f"{where}: authentication is {'asked' if route.authenticated else 'not asked'} for here"
    for each in known["params"]:
        if each["in"] == "path" and (each["type"] == "long") is not (each["name"] in route.numbers):
            yield f"{where} path {each['name']}: is a {each['type']} in the contract"
    if route.standing != known["status"]:
        yield f"{where}: {route.standing} here, {known['status']} in the contract"
    if route.not_offered:
        return
    yield from parameter_faults(route, "query", route.query)
    yield from parameter_faults(route, "form" if route.form else "body", route.body)
    if route.answer is None or known["response"] == "void":
        if (route.answer is None) is not (known["response"] == "void"):
            yield f"{where} answer: ours is {route.answer}, the contract's is {known['response']}"
    else:
        yield from type_faults(route.answer, known["response"], f"{where} answer")


def all_faults() -> set[str]:
    seen: set[str] = set()
    found = {fault for route in ROUTES for fault in route_faults(route)}
    return found | {fault for route in ROUTES for fault in below(route.answer, seen)}


# Answers as they are sent, value by value.

LEFT_OUT = {
    "domain.configuration.rules.Rule": "the published rules have no member that says nothing (wire-contract §3)",
    "domain.configuration.rules.Constraint": "the same",
}
"""Models whose null members are not sent, against wire-contract §8.8."""

TEXTS = {
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)",
    "date": r"\d{4}-\d\d-\d\d",
    "duration": r"P\d+[YMD]",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "ipv4": r"\d+(\.\d+){3}",
}


def misfits(value: object, theirs: str, where: str) -> Iterator[str]:
    """What in an answer is not of the contract's type of this name."""
    if theirs.endswith("[]"):
        if not isinstance(value, list):
            yield f"{where}: {value!r} is no {theirs}"
            return
        for at, each in enumerate(value):
            yield from misfits(each, theirs.removesuffix("[]"), f"{where}[{at}]")
    elif (values := enum_of(theirs)) is not None:
        if value not in values:
            yield f"{where}: {value!r} is none of {theirs}"
    elif theirs in contract()["models"]:
        yield from member_misfits(value, theirs, where)
    elif not fits(value, theirs):
        yield f"{where}: {value!r} is no {theirs}"


def fits(value: object, theirs: str) -> bool:
    """Whether a value is one of the contract's scalars."""
    if theirs in ("long", "double"):
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole or (theirs == "double" and isinstance(value, float))
    if theirs == "boolean":
        return isinstance(value, bool)
    if theirs == "map[string]string":
        return isinstance(value, dict)
    if theirs == "void":
        return value is None
    return isinstance(value, str) and re.fullmatch(TEXTS.get(theirs, r"(?s).*"), value) is not None


def member_misfits(value: object, model: str, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no {model}"
        return
    members = contract()["models"][model]
    for name in value.keys() | members.keys():
        if name not in value or name not in members:
            left_out = name in members and model in LEFT_OUT
            if not left_out and f"{model}.{name}: only ours has it" not in differences():
                yield f"{where}.{name}: {'not sent' if name in members else 'ours alone'}"
        elif value[name] is None:
            if not members[name]["nullable"]:
                yield f"{where}.{name}: null"
        else:
            yield from misfits(value[name], members[name]["type"], f"{where}.{name}")
