"""/ordain/v1/health, /ready, /metrics: what this process says of itself. The contract knows nothing of it."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.api.routing import Call, Route
from ordain.api.streams import Stream
from ordain.core import measure
from ordain.core.refusal import Refusal, Refused
from ordain.flows import measures, readiness

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

METRICS = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus' text format."""

FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"})
"""One of these is sent by a proxy: then whoever calls is not known to be on this machine."""


class State(Struct, frozen=True):
    """What a process says of itself."""

    status: str


async def _health(_: Call) -> State:
    return State("alive")


async def _ready(call: Call) -> State:
    await readiness.check(call.engine)
    return State("ready")


async def _metrics(call: Call) -> Stream:
    if not (_bears_token(call) or _is_here(call)):
        message = "Metrics are for this machine, or for who bears the token in the setting ORDAIN_METRICS_TOKEN"
        raise Refused(Refusal("forbidden", message))
    return Stream(METRICS, _piece(measure.text(await measures.families(call.engine))))


def _bears_token(call: Call) -> bool:
    token, (scheme, _, said) = call.engine.running.token, call.header(b"authorization").partition(" ")
    same = hmac.compare_digest(said.strip().encode(), token.encode())
    return bool(token) and scheme.lower() == "bearer" and same


def _is_here(call: Call) -> bool:
    try:
        return ip_address(call.address).is_loopback and not FORWARDED & call.headers.keys()
    except ValueError:  # a socket of the file system has no address
        return False


async def _piece(text: str) -> AsyncGenerator[bytes, None]:
    yield text.encode()


ROUTES = (
    Route(method="GET", path="/ordain/v1/health", do=_health, authenticated=False, impersonal=True, answer=State,
          told="The process is alive"),
    Route(method="GET", path="/ordain/v1/ready", do=_ready, authenticated=False, impersonal=True, answer=State,
          told="The process can serve: its database answers and is up to date, its worker works, it is not ending"),
    Route(method="GET", path="/ordain/v1/metrics", do=_metrics, authenticated=False, impersonal=True, answer=str,
          content_type="text/plain", told="What this process has counted, and what waits, as Prometheus reads it",
          refuses=("forbidden",)),
)  # fmt: skip
