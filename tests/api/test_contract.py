"""Our route declarations against the published contract, read as data: whatever differs stands in a table, reasoned."""

from __future__ import annotations

import json
import re
import types
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import NODEFAULT, Struct, UnsetType

from ordain import app
from ordain.api.routing import NUMBERS, Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

CONTRACT = Path(__file__).parents[2].parent / "shared" / "contract" / "wire-contract.json"

SCALARS: dict[object, set[str]] = {
    int: {"long"},
    float: {"double"},
    bool: {"boolean"},
    # Dates go out as texts; `duration` is one of ISO 8601.
    str: {
        "string",
        "text",
        "password",
        "duration",
        "datetime",
        "date",
        "phoneNumber",
        "uuid",
        "ipv4",
        "ipv6",
        "ipBlock",
    },
    dict[str, str]: {"map[string]string"},
    datetime: {"datetime"},
    date: {"date"},
}

NEEDED = "a contact without it can own no name; the contract marks every member of every body of /me as optional"
ID = "the type is that of the answer; what is sent as id is not looked at"
PARTLY = "every member is optional: what is not sent stays as it is"
PARTY = "POST /domain/configurationRule/check body"
FACTS = "any object is taken: what is missing in it is what the rule is asked about"
TAGS = "there are no tags to filter by"
SETTINGS = "seen in live answers and in the sample, always with a value"
EMPTY = "never anything but empty or null: promotions are lines of their own (GIFT)"

DIFFERENCES = {
    "GET /domain query iamTags: only the contract has it": TAGS,
    "GET /domain/zone query iamTags: only the contract has it": TAGS,
    f"{PARTY} adminAccount: ours is dict, the contract's is nichandle.Nichandle": FACTS,
    f"{PARTY} domain: ours is dict, the contract's is domain.Data": FACTS,
    f"{PARTY} owner: ours is dict, the contract's is domain.Contact": FACTS,
    f"{PARTY} techAccount: ours is dict, the contract's is nichandle.Nichandle": FACTS,
    "POST /me/contact body address: required here": NEEDED,
    "POST /me/contact body email: required here": NEEDED,
    "POST /me/contact body firstName: required here": NEEDED,
    "POST /me/contact body language: required here": NEEDED,
    "POST /me/contact body lastName: required here": NEEDED,
    "POST /me/contact body legalForm: required here": NEEDED,
    "POST /me/contact body id: only ours has it": ID,
    "PUT /me/contact/{contactId} body id: only ours has it": ID,
    "PUT /me/contact/{contactId} body address: ours is AddressChange, the contract's is me.contact.Address": PARTLY,
    "POST /order/cart/{cartId}/item/{itemId}/configuration body value: ours is str | bool | int | float, "
    "the contract's is text": "clients in the wild send booleans and numbers (wire-contract §8.4)",
    "domain.configuration.rules.Constraint.operator: never null here": "a constraint without an operator says nothing",
    "domain.configuration.rules.Rule.constraints: never null here": "an empty list, as in the published rules",
    "order.OrderDetail.reductions: ours is Any, the contract's is order.Reduction": EMPTY,
    "order.cart.Price.promotions: ours is Any, the contract's is order.cart.Promotion": EMPTY,
    "order.cart.ItemSettings.catalogName: never null here": SETTINGS,
    "order.cart.ItemSettings.domain: never null here": SETTINGS,
    "order.cart.ProductInformation.reason: only ours has it": "why a name cannot be had (docs/divergences.md)",
}
"""Every difference there is, with its reason."""


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


def unwrapped(kind: Any) -> tuple[Any, bool]:
    """A type without its limits and without None; whether None was among it."""
    if get_origin(kind) is Annotated:
        return unwrapped(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        parts = [part for part in get_args(kind) if part not in (types.NoneType, UnsetType)]
        inner = unwrapped(parts[0])[0] if len(parts) == 1 else tuple(parts)
        return inner, types.NoneType in get_args(kind)
    if kind is None or kind is types.NoneType:
        return None, True
    return kind, False


def model_of(struct: type[Struct]) -> str:
    """The contract's name of one of our types: what its docstring begins with."""
    return (struct.__doc__ or struct.__name__).split()[0].rstrip(".,;:")


def shown(kind: Any) -> str:
    return " | ".join(map(shown, kind)) if isinstance(kind, tuple) else getattr(kind, "__name__", str(kind))


def type_faults(kind: Any, theirs: str, where: str) -> Iterator[str]:
    """Whether our type is the one the contract calls `theirs`."""
    ours, _ = unwrapped(kind)
    if theirs.endswith("[]"):
        if get_origin(ours) not in (list, tuple):
            yield f"{where}: ours is {ours}, the contract's is {theirs}"
        else:
            yield from type_faults(get_args(ours)[0], theirs.removesuffix("[]"), where)
    elif get_origin(ours) is Literal:
        values = enum_of(theirs)
        if values is None or sorted(get_args(ours)) != sorted(values):
            yield f"{where}: the values are not those of {theirs}"
    elif isinstance(ours, type) and issubclass(ours, Struct):
        if model_of(ours) != theirs:
            yield f"{where}: ours is {model_of(ours)}, the contract's is {theirs}"
    elif theirs not in SCALARS.get(ours, set()) and not (ours is str and enum_of(theirs) is not None):
        yield f"{where}: ours is {shown(ours)}, the contract's is {theirs}"


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
        if param.get("nullable") and not unwrapped(hints[field.name])[1]:
            yield f"{where}: null is refused"
        yield from type_faults(hints[field.name], param["type"], where)


def model_faults(struct: type[Struct], seen: set[str]) -> Iterator[str]:
    """Names, nullability and types of an answer's members, and of the models below it."""
    name = model_of(struct)
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
        nullable = unwrapped(kind)[1]
        if nullable is not theirs[member]["nullable"]:
            yield f"{where}: {'null' if nullable else 'never null'} here"
        if unwrapped(kind)[0] is not None:
            yield from type_faults(kind, theirs[member]["type"], where)
        yield from below(kind, seen)


def below(kind: Any, seen: set[str]) -> Iterator[str]:
    """The models that a member's or an answer's type leads to."""
    ours, _ = unwrapped(kind)
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
        if each["in"] == "path" and (each["type"] == "long") is not (each["name"] in NUMBERS):
            yield f"{where} path {each['name']}: is a {each['type']} in the contract"
    yield from parameter_faults(route, "query", route.query)
    yield from parameter_faults(route, "body", route.body)
    if route.answer is None or known["response"] == "void":
        if (route.answer is None) is not (known["response"] == "void"):
            yield f"{where} answer: ours is {route.answer}, the contract's is {known['response']}"
    else:
        yield from type_faults(route.answer, known["response"], f"{where} answer")


def all_faults() -> set[str]:
    seen: set[str] = set()
    found = {fault for route in app.ROUTES for fault in route_faults(route)}
    return found | {fault for route in app.ROUTES for fault in below(route.answer, seen)}


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
            if not left_out and f"{model}.{name}: only ours has it" not in DIFFERENCES:
                yield f"{where}.{name}: {'not sent' if name in members else 'ours alone'}"
        elif value[name] is None:
            if not members[name]["nullable"]:
                yield f"{where}.{name}: null"
        else:
            yield from misfits(value[name], members[name]["type"], f"{where}.{name}")


def visits(world: World) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    """One call of every route, as (method, path, body), in an order in which each has something to answer."""
    contact = {
        "address": {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann", "zip": "59100"},
        "email": "camille@world.example",
        "firstName": "Camille",
        "language": "fr_FR",
        "lastName": "Martin",
        "legalForm": "individual",
        "birthDay": "1990-05-17",
        "birthCity": "Roubaix",
        "birthCountry": "FR",
        "birthZip": "59100",
        "phone": "+33.320000000",
    }
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    contact_id = world.post("/me/contact", contact).ok()["id"]
    configuration_id = world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
    order_id = world.order("delivered.fr", "slow.com")
    world.pay(order_id).ok()
    world.deliver()
    detail_id = world.get(f"/me/order/{order_id}/details").ok()[0]
    record_id = world.get("/domain/zone/delivered.fr/record").ok()[0]
    task_id = world.get("/me/task/domain").ok()[0]
    numbers = {"record": record_id, "email": world.get("/me/notification/email/history").ok()[0]}
    zone = {"duration": "P1Y", "planCode": "zone", "pricingMode": "default", "quantity": 1}
    bodies: dict[str, dict[str, Any]] = {
        "POST /order/cart": {"ovhSubsidiary": "FR"},
        "PUT /order/cart/{cartId}": {"description": "another"},
        "POST /order/cart/{cartId}/domain": {"domain": "bar.fr"},
        "POST /order/cart/{cartId}/dns": zone,
        "PUT /order/cart/{cartId}/item/{itemId}": {"duration": "P2Y"},
        "POST /order/cart/{cartId}/item/{itemId}/configuration": {"label": "OWNER_LEGAL_AGE", "value": True},
        "POST /domain/configurationRule/check": {"owner": contact},
        "POST /me/contact": contact,
        "PUT /me/contact/{contactId}": {"phone": "+33.320000001"},
        "POST /me/order/{orderId}/payWithRegisteredPaymentMean": {"paymentMean": "ovhAccount"},
    }
    places = {
        "cartId": cart_id, "itemId": item_id, "configurationId": configuration_id, "contactId": contact_id,
        "orderId": order_id, "orderDetailId": detail_id, "serviceName": "delivered.fr", "zoneName": "delivered.fr",
    }  # fmt: skip
    # What takes something away comes last, and what takes the whole away at the very end.
    for route in sorted(
        app.ROUTES, key=lambda r: (r.method == "DELETE", r.path == "/order/cart/{cartId}", -len(r.path))
    ):
        here = {**places, "id": next((number for part, number in numbers.items() if part in route.path), task_id)}
        if route.path.endswith("/payWithRegisteredPaymentMean"):
            here["orderId"] = world.order("paid.fr")
        if route.path.endswith("/checkout"):
            here["cartId"] = world.cart()
            world.add(here["cartId"], f"{route.method.lower()}.fr")
        if route.method == "DELETE" and route.path.endswith("/{itemId}"):
            here["itemId"] = world.add(cart_id, "leaving.fr")
        name = f"{route.method} {route.path}"
        asks = name == "GET /order/cart/{cartId}/domain" or "configurationRule" in route.path
        query = "?action=create&domain=baz.fr" if asks else ""
        yield name, route.path.format(**here) + query, bodies.get(name)


def test_our_routes_are_the_contracts_but_for_the_differences_of_the_table() -> None:
    found = all_faults()
    assert sorted(found - DIFFERENCES.keys()) == []
    assert sorted(DIFFERENCES.keys() - found) == [], "not different any more"


def test_every_answer_is_of_the_contracts_type(world: World) -> None:
    faults = []
    for name, path, body in visits(world):
        method = name.partition(" ")[0]
        answer = world.call(method, path, "camille", body=body)
        assert answer.status == 200, f"{name}: {answer.raw.decode()}"
        known = published(method, name.partition(" ")[2])
        assert known is not None, name
        faults += list(misfits(answer.body, known["response"], name))
    assert faults == []
