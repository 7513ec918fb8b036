"""Below /ordain/v1/sandbox: time is moved, and somebody else takes a name away. Only in a rehearsal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import wire, words
from ordain.api.routing import Route
from ordain.flows import rehearsals

if TYPE_CHECKING:
    from ordain.api.routing import Call
    from ordain.flows.ports import Clock


class Move(Struct, frozen=True, forbid_unknown_fields=True):
    """Where time is moved to: "+30d", "2027-03-01"."""

    to: Annotated[str, Meta(min_length=1, max_length=40)]


class Time(Struct, frozen=True):
    """What time it is in the rehearsal, and by the machine, which signatures go by."""

    now: words.Instant
    machine: words.Instant


class TakeAway(Struct, frozen=True, forbid_unknown_fields=True):
    """A name and its auth code, as a registrar elsewhere would send them."""

    domain: Annotated[str, Meta(min_length=1, max_length=253)]
    authInfo: Annotated[str, Meta(min_length=1, max_length=255)]


class Taken(Struct, frozen=True):
    """A name that is about to leave."""

    domain: str
    statuses: list[str]


async def _time(call: Call) -> Time:
    return _told(rehearsals.clock(call.engine))


async def _move(call: Call) -> Time:
    asked: Move = call.body
    rehearsals.move(call.engine, asked.to)
    return _told(rehearsals.clock(call.engine))


def _told(clock: Clock) -> Time:
    return Time(wire.instant(clock()), wire.instant(clock.machine()))


async def _machine(call: Call) -> int:
    return int(call.engine.machine().timestamp())


async def _take_away(call: Call) -> Taken:
    asked: TakeAway = call.body
    held = await rehearsals.take_away(call.engine, asked.domain, asked.authInfo)
    return Taken(held.name, list(held.statuses))


_SANDBOX = "/ordain/v1/sandbox"

ROUTES = (
    Route(method="GET", path="/ordain/v1/auth/time", do=_machine, authenticated=False, answer=int,
          told="The server's time, as at /auth/time, for clients whose endpoint is this prefix"),
    Route(method="GET", path=f"{_SANDBOX}/clock", do=_time, told="What time it is in the rehearsal", answer=Time,
          refuses=("not-found",)),
    Route(method="POST", path=f"{_SANDBOX}/clock", do=_move, told="Move time forward in the rehearsal, for everybody",
          body=Move, answer=Time, refuses=("not-found",)),
    Route(method="POST", path=f"{_SANDBOX}/transferOut", do=_take_away, body=TakeAway, answer=Taken,
          told="Have somebody else ask for a name with its code: it leaves in five days",
          refuses=("not-found", "conflict")),
)  # fmt: skip
