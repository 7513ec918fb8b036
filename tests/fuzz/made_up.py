"""Requests made up from the published description: by schemathesis, and bent towards what an account really has."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import schemathesis
from hypothesis import strategies as st
from msgspec import Struct
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from ordain import __version__
from ordain.api import openapi
from ordain.api.routes import OWN_ROUTES, ROUTES
from tests.world import HOST

if TYPE_CHECKING:
    from schemathesis.schemas import APIOperation

URL = f"http://{HOST}"

NASTY: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**53, 2**63, 2**64, 10**30, 1.5, 1e308, "", " ", "0", "null", "x" * 256, "é" * 70_000,
    "a\0b", "\ud800", "\u202etxt", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31",
    "2026-02-30", "::ffff:192.0.2.1", "fe80::1%eth0", "192.0.2.1/33", "::/0", "xn--", "xn--a.fr", "-.fr", "..", "ß.fr",
    "a" * 64 + ".fr", "zoned.fr", "living.fr", "fr", "FR", "A", "RENEW", "P1Y", "P999999999Y", "1e5", "%",
    [], [[]], [None], {}, {"": None}, ["a"] * 1000,
)  # fmt: skip
"""What a program sends by mistake, and a person on purpose."""
NASTY_IN_URLS = (
    "%00", "%FF", "%ED%A0%80", "%2F", "%2E%2E", "%25", "null", "-1", "9007199254740991", "9007199254740992",
    "18446744073709551616", "%D9%A1", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "9999-12-31",
    "xn--a.fr", "a." * 126 + "fr", "x" * 256, "%F0%9F%92%A9",
)  # fmt: skip


class Request(Struct, frozen=True):
    """A request as it goes over the wire, and the case it was made from."""

    case: Case[Any]
    method: str
    target: str
    raw: bytes
    headers: dict[str, str]
    who: str | None


class Known(Struct):
    """What the people of a world have: bodies that were once accepted, and the values of a path's parameters."""

    bodies: Mapping[str, Sequence[Any]]
    """By route."""
    places: Callable[[str, int], Mapping[str, str]]
    """Of a path, those that the number picks."""


@cache
def operations() -> list[APIOperation[Any, Any, Any, Any]]:
    """Every operation of our description; last those that are not offered, which have little to get wrong."""
    described = schemathesis.openapi.from_dict(openapi.document((*ROUTES, *OWN_ROUTES), URL, __version__))
    found = [each.ok() for each in described.get_all_operations() if isinstance(each, Ok)]
    return sorted(found, key=_not_offered)


def _not_offered(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    return "Not offered" in operation.definition.raw.get("description", "")


@cache
def cases(number: int, mode: GenerationMode) -> st.SearchStrategy[Case[Any]]:
    """What schemathesis makes of an operation; wrong on purpose where there is something to get wrong."""
    operation = operations()[number]
    wrong = operation.path_parameters or operation.query or operation.body
    return operation.as_strategy(generation_mode=mode if wrong else GenerationMode.POSITIVE)


@st.composite
def requests(draw: st.DrawFn, known: Known) -> Request:
    """A request of anybody. What `known` has may change: a draw's limits never depend on it."""
    most = len(operations()) - 1
    number = draw(st.integers(0, most - sum(map(_not_offered, operations())) if draw(YES_OR_NO) else most))
    case = draw(cases(number, draw(st.sampled_from(GenerationMode))))
    case.freeze_metadata()  # it is not judged again after it was bent
    route = f"{case.method} {case.operation.path.removeprefix('/1.0')}"
    if draw(st.integers(0, 3)):
        case.path_parameters.update(known.places(case.operation.path, draw(PICK)))
    if draw(SELDOM) and case.path_parameters:
        name = _picked(sorted(case.path_parameters), draw(PICK))
        case.path_parameters[name] = draw(st.sampled_from(NASTY_IN_URLS))
    if draw(SELDOM) and case.operation.query:
        case.query[_picked([each.name for each in case.operation.query], draw(PICK))] = _picked(SENDABLE, draw(PICK))
    if case.operation.body and draw(YES_OR_NO):
        accepted = known.bodies.get(route, ())
        body = copy.deepcopy(_picked(accepted, draw(PICK)) if draw(YES_OR_NO) and accepted else case.body)
        case.body = _bent(body, _picked(NASTY, draw(PICK)), draw(PICK)) if draw(YES_OR_NO) else body
    who = draw(st.sampled_from(["camille", "camille", "camille", "dieter", None]))
    return _sent(case, who)


YES_OR_NO = st.booleans()
PICK = st.integers(0, 2**16)
SELDOM = st.integers(0, 4).map(lambda number: number == 4)
SENDABLE = [each for each in NASTY if not isinstance(each, str) or each != "\ud800"]
"""A lone surrogate cannot even be written into a URL."""


def _picked(among: Sequence[Any], pick: int) -> Any:
    return among[pick % len(among)]


def _bent(body: Any, nasty: Any, pick: int) -> Any:
    """A body with one of its values replaced."""
    if isinstance(body, dict) and body:
        key = _picked(sorted(body), pick)
        return {**body, key: _bent(body[key], nasty, pick // 7)}
    if isinstance(body, list) and body and pick % 3:
        return [_bent(body[0], nasty, pick // 7), *body[1:]]
    return nasty


def _sent(case: Case[Any], who: str | None) -> Request:
    wire = case.as_transport_kwargs(base_url=URL)
    query = urlencode(wire["params"], doseq=True, errors="replace") if wire.get("params") else ""
    target = wire["url"].removeprefix(URL) + (f"?{query}" if query else "")
    # Who signs sends no other credentials; nobody sends those that were made up.
    told = {name: str(value) for name, value in case.headers.items() if str(value).isascii()}
    headers = {name: value for name, value in told.items() if not who or name in openapi.HEARD}
    if case.media_type:
        headers["Content-Type"] = case.media_type
    return Request(case, case.method, target, _raw(wire), headers, who)


def _raw(wire: Mapping[str, Any]) -> bytes:
    if "json" in wire:
        return json.dumps(wire["json"]).encode()
    sent = wire.get("data") or b""
    if isinstance(sent, bytes):
        return sent
    return (
        sent.encode(errors="replace")
        if isinstance(sent, str)
        else urlencode(sent, doseq=True, errors="replace").encode()
    )
