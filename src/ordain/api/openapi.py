"""The published description as OpenAPI 3.1 (`/openapi.json`), read off the route declarations."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import msgspec
from msgspec import Meta, Struct

from ordain.api import errors, idempotency, streams
from ordain.api.naming import contract_type, is_model, members, model_name, structs_in, told, without_none
from ordain.api.reading import FORM
from ordain.api.routing import Empty
from ordain.api.words import ENUMERATIONS
from ordain.core.idempotency import HEADER, LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordain.api.routing import Route

Schema = dict[str, Any]

SCALARS: dict[str, Schema] = {
    "string": {"type": "string"},
    "text": {"type": "string"},
    "phoneNumber": {"type": "string"},
    "ipBlock": {"type": "string"},
    "long": {"type": "integer", "format": "int64"},
    "double": {"type": "number", "format": "double"},
    "boolean": {"type": "boolean"},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "duration": {"type": "string", "format": "duration"},
    "password": {"type": "string", "format": "password"},
    "uuid": {"type": "string", "format": "uuid"},
    "ip": {"type": "string"},
    "ipv4": {"type": "string", "format": "ipv4"},
    "ipv6": {"type": "string", "format": "ipv6"},
    "void": {"type": "null"},
}
"""The contract's scalars as JSON Schema."""

ERROR: Schema = {
    "type": "object",
    "description": "What was refused, in words (wire-contract §1.6). `details` names fields.",
    "required": ["message"],
    "properties": {
        "message": {"type": "string"},
        "class": {"type": "string", "examples": ["Client::BadRequest"]},
        "errorCode": {"type": "string", "examples": ["NOT_GRANTED_CALL"]},
        "httpCode": {"type": "string", "examples": ["403 Forbidden"]},
        "details": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}

SIGNATURE = ("X-Ovh-Application", "X-Ovh-Consumer", "X-Ovh-Timestamp", "X-Ovh-Signature")
LIMITS = {
    "min_length": "minLength", "max_length": "maxLength", "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum",
    "lt": "exclusiveMaximum", "pattern": "pattern",
}  # fmt: skip
"""msgspec's limits by their names in JSON Schema."""


HEARD: dict[str, Schema] = {
    HEADER: {
        "description": "A request that is sent again with its key within a day is carried out once, and answered as"
        " before. Without a signature, and not about a cart, it is a random UUID.",
        "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    },
    "If-Match": {
        "description": "The cart's ETag: the change is made only if the cart is still as it was then, else 412.",
        "schema": {"type": "string"},
    },
    "If-None-Match": {
        "description": "The ETag of what the client has: 304 if that is still so.",
        "schema": {"type": "string"},
    },
}
"""Headers that some routes listen to."""

ANSWERED: dict[str, Schema] = {
    idempotency.REPLAYED: {
        "description": "The answer is that of an earlier request with the same key.",
        "schema": {"enum": ["true"]},
    },
    "ETag": {
        "description": "Of the cart with all in it, as it is after this. Changes tell it if `If-Match` was sent.",
        "schema": {"type": "string"},
    },
}
"""Headers that some answers have."""


def document(routes: Sequence[Route], public_url: str, version: str) -> Schema:
    """The whole description. v1 paths stand below /1.0, where every client looks for them; our own below /ordain."""
    paths: dict[str, Schema] = {}
    for route in sorted(routes, key=lambda route: (route.path, route.method)):
        paths.setdefault(route.address, {})[route.method.lower()] = _operation(route)
    models = {"Error": ERROR, **_models(routes)}
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', msgspec.json.encode([paths, models]).decode()))
    models |= {name: {"enum": values} for name, values in ENUMERATIONS.items() if name in used}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ordain",
            "version": version,
            "summary": "Domain names: offers, carts, orders, delivery, and living with a name",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {"schemas": dict(sorted(models.items())), "securitySchemes": _security_schemes()},
    }


def _security_schemes() -> Schema:
    keys = {name: {"type": "apiKey", "in": "header", "name": name} for name in SIGNATURE}
    return {**keys, "bearer": {"type": "http", "scheme": "bearer"}}


def _operation(route: Route) -> Schema:
    tag = route.path.strip("/").split("/")[0]
    made: Schema = {
        "operationId": _id(route),
        "summary": route.told,
        "tags": [tag],
        "parameters": [*_in_path(route), *_in_query(route), *_in_headers(route)],
        "responses": {"200": _answered(route), **_not_modified(route), **_refusals(route)},
        "security": [{"bearer": []}, {name: [] for name in SIGNATURE}],
    }
    if route.not_offered:
        made["description"] = f"Not offered here: {route.not_offered}"
    if route.standing == "DEPRECATED":
        made["deprecated"] = True
    if not route.authenticated:
        made["security"].append({})
    if route.body is not Empty:
        needed = any(each.required for each in members(route.body))
        made["requestBody"] = {**_content("What is sent", _schema(route.body, sent=True)), "required": needed}
        if route.form:
            sent = made["requestBody"]["content"]
            sent[FORM] = sent["application/json"]
    return made


def _answered(route: Route) -> Schema:
    made = _content("What was asked for", _schema(route.answer), route.content_type)
    if route.streams is not None:
        line = {"schema": _schema(route.streams)}
        made["description"] = "What was asked for: at once, or piece by piece as it is found, as `Accept` says"
        made["content"] |= {streams.NDJSON: line, streams.EVENTS: line}
    headers = [*([idempotency.REPLAYED] if route.keyed else ()), *(["ETag"] if _has_tag(route) else ())]
    if headers:
        made["headers"] = {name: ANSWERED[name] for name in headers}
    return made


def _has_tag(route: Route) -> bool:
    return route.tagged or route.conditional


def _not_modified(route: Route) -> Schema:
    if route.method != "GET" or not route.tagged:
        return {}
    return {"304": {"description": "It is as `If-None-Match` says", "headers": {"ETag": ANSWERED["ETag"]}}}


def _in_headers(route: Route) -> Iterator[Schema]:
    heard = {
        HEADER: route.keyed,
        "If-Match": route.conditional,
        "If-None-Match": route.tagged and route.method == "GET",
    }
    for name in (name for name, does in heard.items() if does):
        yield {"name": name, "in": "header", "required": False, **HEARD[name]}


def _id(route: Route) -> str:
    words = re.findall(r"[A-Za-z0-9]+", route.path)
    return route.method.lower() + "".join(word[0].upper() + word[1:] for word in words)


def _content(description: str, schema: Schema, content_type: str = "application/json") -> Schema:
    return {"description": description, "content": {content_type: {"schema": schema}}}


def _refusals(route: Route) -> Schema:
    statuses = sorted({errors.STATUSES[kind][0] for kind in route.refusals})
    phrases = {int(each): each.phrase for each in HTTPStatus} | {errors.EXPIRED: "Expired"}
    return {str(s): _content(phrases[s], _reference("Error")) for s in statuses}


def _in_path(route: Route) -> Iterator[Schema]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        kind = route.path_type(name)
        schema = _reference(kind) if kind in ENUMERATIONS else SCALARS[kind]
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(route: Route) -> Iterator[Schema]:
    for each in members(route.query):
        inner, _ = without_none(each.kind)
        yield {"name": each.name, "in": "query", "required": each.required, "schema": _schema(inner, sent=True)}


def _schema(kind: Any, *, sent: bool = False) -> Schema:  # noqa: ANN401 - types are values here
    """A type as JSON Schema; models and enumerations by reference. `sent`: as clients send it."""
    inner, nullable = without_none(kind)
    if isinstance(inner, tuple):
        made: Schema = {"anyOf": [_schema(each, sent=sent) for each in inner]}
    else:
        made = _not_null(inner, sent=sent)
    if inner is None or not nullable or not made:
        return made
    if "type" in made:
        return {**made, "type": [made["type"], "null"]}
    return {"anyOf": [made, {"type": "null"}]}


def _not_null(kind: Any, *, sent: bool) -> Schema:  # noqa: ANN401 - types are values here
    name, origin, inside = contract_type(kind), get_origin(kind), get_args(kind)
    if name in ENUMERATIONS:
        return _reference(name)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return _reference(_key(kind, sent=sent))
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(inside[0], sent=sent)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(inside[1], sent=sent)}
    if origin is Annotated:
        made = dict(SCALARS[name]) if name in SCALARS else _schema(inside[0], sent=sent)
        limits = [mark for mark in inside[1:] if isinstance(mark, Meta)] if sent else []
        return made | {theirs: value for ours, theirs in LIMITS.items() for mark in limits
                       if (value := getattr(mark, ours)) is not None}  # fmt: skip
    return dict(SCALARS.get(name, {}))


def _reference(key: str) -> Schema:
    return {"$ref": f"#/components/schemas/{key}"}


def _key(struct: type[Struct], *, sent: bool) -> str:
    """Models go by the contract's name, what only we have by where it stands. What is sent is told from answers."""
    plain = model_name(struct) if is_model(struct) else f"{struct.__module__.rpartition('.')[2]}.{struct.__name__}"
    # OpenAPI knows no angle brackets: complexType.SafeKeyValue<string>.
    key = re.sub(r"[^a-zA-Z0-9._-]+", ".", plain).strip(".")
    return f"{key}.Sent" if sent else key


def _models(routes: Sequence[Route]) -> dict[str, Schema]:
    """Every model that the routes lead to, and the enumerations they use."""
    found: dict[str, Schema] = {}
    for route in routes:
        for struct in (*structs_in(route.answer), *structs_in(route.streams)):
            _add(struct, found, sent=False)
        if route.body is not Empty:
            _add(route.body, found, sent=True)
    return found


def _add(struct: type[Struct], found: dict[str, Schema], *, sent: bool) -> None:
    key = _key(struct, sent=sent)
    if key in found:
        return
    fields = members(struct)
    # In an answer everything is there, but for types that leave out what says nothing.
    lacking = sent or struct.__struct_config__.omit_defaults
    found[key] = {
        "type": "object",
        "description": told(struct),
        "properties": {each.name: _schema(each.kind, sent=sent) for each in fields},
        "required": [each.name for each in fields if each.required or not lacking],
    }
    for each in fields:
        for below in structs_in(each.kind):
            _add(below, found, sent=sent)
