"""Below /ordain/v1/office: registries, and the figures that charts show."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.office import Amount, amount
from ordain.api.office_gate import OFFICE, member
from ordain.api.routing import Call, Route
from ordain.flows import office_charts, office_registries


class Registry(Struct, frozen=True):
    """A registry; what its last message said, and why tasks wait for it."""

    name: str
    extensions: list[str]
    waiting: int
    silence: str
    messages: list[str]


class Tried(Struct, frozen=True):
    """What came of asking it: milliseconds, and why it did not answer, if it did not."""

    milliseconds: int
    silence: str


class Period(Struct, frozen=True):
    """Of how many days: 7, 30, 90 or 365."""

    days: Annotated[int, Meta(ge=1, le=366)] = 30


class OfDay(Struct, frozen=True):
    """A day's orders."""

    day: words.Day
    orders: int
    paid: int


class OfExtension(Struct, frozen=True):
    """What an extension brought."""

    extension: str
    items: int
    revenue: Amount
    cost: Amount
    withoutCost: int


class Figures(Struct, frozen=True):
    """What charts show. `durations`: deliveries up to 10 s, 1 min, 10 min, 1 h, 1 day, and longer."""

    days: list[OfDay]
    carts: int
    withItems: int
    assigned: int
    checkedOut: int
    paid: int
    delivered: int
    extensions: list[OfExtension]
    durations: list[int]
    failures: dict[str, int]


async def _registries(call: Call) -> list[Registry]:
    await member(call, "registries")
    return [
        Registry(one.name, one.extensions, one.waiting, one.silence, [heard.message.words for heard in one.messages])
        for one in await office_registries.seen(call.engine)
    ]


async def _ask(call: Call) -> Tried:
    await member(call, "registries")
    found = await office_registries.ask(call.engine, call.path["registry"])
    return Tried(found.millis, found.silence)


async def _figures(call: Call) -> Figures:
    await member(call, "orders")
    found = await office_charts.figures(call.engine, call.query.days)
    return Figures(
        days=[OfDay(one.day.isoformat(), one.orders, one.paid) for one in found.days],
        carts=found.steps.carts,
        withItems=found.steps.filled,
        assigned=found.steps.assigned,
        checkedOut=found.steps.ordered,
        paid=found.steps.paid,
        delivered=found.steps.delivered,
        extensions=[
            OfExtension(one.plan, one.items, amount(one.revenue), amount(one.cost), one.unknown)
            for one in found.extensions
        ],
        durations=found.durations,
        failures=dict(found.failures),
    )


ROUTES = (
    Route(method="GET", path=f"{OFFICE}/registries", do=_registries, answer=list[Registry],
          told="Registries, with what they said last"),
    Route(method="POST", path=f"{OFFICE}/registries/{{registry}}/ask", do=_ask, answer=Tried, refuses=("not-found",),
          told="Ask a registry whether it is there"),
    Route(method="GET", path=f"{OFFICE}/charts", do=_figures, query=Period, answer=Figures,
          told="The figures that charts show"),
)  # fmt: skip
