"""/order/domain/zone: a DNS zone ordered without a cart, as old clients do (wire-contract §2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.order import contracts_shown
from ordain.api.routing import Call, Route
from ordain.flows import anycast_orders, zone_orders, zones
from ordain.flows.checkout import Wish

if TYPE_CHECKING:
    from ordain.core.order import Order
    from ordain.flows.checkout import Prepared
    from ordain.flows.zone_orders import WantedZone

ZONE = "/order/domain/zone/{zoneName}"


class NewZone(Struct, frozen=True):
    """What a new zone is called, and whether it starts with its name servers alone."""

    zoneName: words.Needed
    minimized: bool | None = False


def _wanted(asked: NewZone) -> WantedZone:
    return zone_orders.WantedZone(asked.zoneName, bool(asked.minimized))


async def _list(call: Call) -> list[str]:
    return await zones.names(call.engine, call.caller)


async def _of_zone(call: Call) -> list[str]:
    """What can be ordered for a zone that is there."""
    return ["dnsAnycast"] if await _durations(call) else []


async def _durations(call: Call) -> list[str]:
    return await anycast_orders.durations(call.engine, call.caller, call.path["zoneName"], call.now)


async def _preview_anycast(call: Call) -> wire.Order:
    name, duration = call.path["zoneName"], call.path["duration"]
    prepared = await anycast_orders.preview(call.engine, call.caller, name, duration, call.now)
    return wire.order(prepared.quote, call.engine.price_texts, contracts_shown(call, prepared.contracts))


async def _order_anycast(call: Call) -> wire.Order:
    wanted, wish = (call.path["zoneName"], call.path["duration"]), Wish(address=call.address)
    return _placed(call, *await anycast_orders.order(call.engine, call.caller, wanted, wish, call.now))


async def _preview(call: Call) -> wire.Order:
    prepared = await zone_orders.preview(call.engine, call.caller, _wanted(call.query), call.now)
    return wire.order(prepared.quote, call.engine.price_texts, contracts_shown(call, prepared.contracts))


async def _order(call: Call) -> wire.Order:
    wish = Wish(address=call.address)
    return _placed(call, *await zone_orders.order(call.engine, call.caller, _wanted(call.body), wish, call.now))


def _placed(call: Call, placed: Order, prepared: Prepared) -> wire.Order:
    contracts = contracts_shown(call, prepared.contracts)
    url = wire.order_url(call.engine.public_url, placed)
    return wire.order(prepared.quote, call.engine.price_texts, contracts, placed.order_id, url)


ROUTES = (
    Route(method="GET", path="/order/domain/zone", do=_list, told="Your zones", answer=list[str],
          standing="DEPRECATED"),
    Route(method="GET", path="/order/domain/zone/new", do=_preview, told="The order of a zone as it would be placed",
          query=NewZone, answer=wire.Order, standing="DEPRECATED", refuses=("conflict",)),
    Route(method="POST", path="/order/domain/zone/new", do=_order, told="Order a zone", body=NewZone,
          answer=wire.Order, standing="DEPRECATED"),
    Route(method="GET", path=ZONE, do=_of_zone, told="What can be ordered for a zone", answer=list[str],
          standing="DEPRECATED"),
    Route(method="GET", path=f"{ZONE}/dnsAnycast", do=_durations, told="For how long DNS Anycast can be ordered",
          answer=list[str], standing="DEPRECATED"),
    Route(method="GET", path=f"{ZONE}/dnsAnycast/{{duration}}", do=_preview_anycast, standing="DEPRECATED",
          told="The order of DNS Anycast for a zone as it would be placed", answer=wire.Order, refuses=("conflict",)),
    Route(method="POST", path=f"{ZONE}/dnsAnycast/{{duration}}", do=_order_anycast, standing="DEPRECATED",
          told="Order DNS Anycast for a zone", answer=wire.Order),
)  # fmt: skip
