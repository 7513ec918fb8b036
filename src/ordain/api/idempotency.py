"""Idempotency-Key: a POST that is repeated with its key is carried out once, and answered as before (decision 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from ordain.api import replies
from ordain.api.tags import IF_MATCH
from ordain.core import idempotency as core
from ordain.core.refusal import Refusal, Refused
from ordain.flows import idempotency

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.api.replies import Reply
    from ordain.api.routing import Call
    from ordain.api.server import Request

HEADER = b"idempotency-key"
REPLAYED = "Idempotent-Replayed"

FINAL = frozenset({200, 400, 404, 409, 460})
"""What stays the answer: what was done, and what the business refused. All else is about the moment or the caller (who
they are, what they may, how often, what they saw, whether somebody answers), and the key can be used again."""


class _Kept(Struct, frozen=True):
    """An answer as it is kept."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Kept).decode


async def once(request: Request, call: Call, do: Callable[[Call], Awaitable[Reply]]) -> Reply:
    """The answer of `do`, or the one it gave when this request came first."""
    claim = await idempotency.claim(call.engine, _asked(request, call))
    if isinstance(claim, bytes):
        kept = _decode(claim)
        return kept.status, [*kept.headers, (REPLAYED.lower().encode(), b"true")], kept.body
    try:
        reply = await do(structs.replace(call, engine=idempotency.marking(call.engine, claim)))
    except Refused as why:
        reply = replies.refused(why)
    except Exception:
        await idempotency.give_up(call.engine, claim)
        raise
    status, headers, body = reply
    if status in FINAL and isinstance(body, bytes):
        await idempotency.keep(call.engine, claim, _encode(_Kept(status, headers, body)))
    else:
        await idempotency.forget(call.engine, claim)
    return reply


def _asked(request: Request, call: Call) -> idempotency.Asked:
    """A request, by its key. Raises Refused where there cannot be such a key."""
    key = core.read_key(request.header(HEADER))
    if isinstance(key, Refusal):
        raise Refused(key)
    cart_id, caller = call.path.get("cartId"), call.maybe_caller
    if caller is None and cart_id is None and (refusal := core.guessable(key)):
        raise Refused(refusal)
    nic = caller.account.nichandle if caller else None
    # No header holds the character NUL, nor does a URL.
    said = (request.method, request.path or "", request.target.partition("?")[2], request.header(IF_MATCH))
    whole = b"\0".join([*(each.encode("latin-1") for each in said), request.body])
    return idempotency.Asked(idempotency.scope(nic, cart_id, key), key, whole)
