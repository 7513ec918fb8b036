"""/ordain/v1/sessions: where an account is signed in to its pages. The contract knows nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.flows import sessions

if TYPE_CHECKING:
    from ordain.core import session as core

PATH = "/ordain/v1/sessions"


class SignIn(Struct, frozen=True):
    """A browser that is signed in. `network`: its address, of IPv6 the block; both are empty until its first page."""

    awaitsCode: bool
    browser: str
    creation: words.Instant
    expiration: words.Instant
    key: str
    lastSeen: words.Instant | None
    network: str


def _shown(one: core.Session) -> SignIn:
    return SignIn(
        awaitsCode=one.awaits_code,
        browser=one.browser,
        creation=wire.instant(one.created),
        expiration=wire.instant(one.expires),
        key=one.key,
        lastSeen=wire.maybe_instant(one.seen),
        network=one.network,
    )


async def _list(call: Call) -> list[SignIn]:
    return [_shown(one) for one in await sessions.of_account(call.engine, call.caller.account, call.now)]


async def _end(call: Call) -> None:
    await sessions.end(call.engine, call.caller.account.nichandle, call.path["key"])


async def _end_all(call: Call) -> None:
    await sessions.end_others(call.engine, call.caller.account.nichandle)


ROUTES = (
    Route(method="GET", path=PATH, do=_list, told="Where you are signed in, the latest seen first",
          answer=list[SignIn]),
    Route(method="DELETE", path=PATH, do=_end_all, told="Sign all browsers out"),
    Route(method="DELETE", path=f"{PATH}/{{key}}", do=_end, told="Sign one browser out", refuses=("not-found",)),
)  # fmt: skip
