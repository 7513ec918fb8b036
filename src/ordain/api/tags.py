"""ETag, If-None-Match and If-Match of carts (RFC 9110 §8.8.3, §13.1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from ordain.api import replies
from ordain.core import entity_tag
from ordain.core.refusal import Refusal, Refused
from ordain.flows.preconditions import AsSeen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.api.replies import Reply
    from ordain.api.routing import Call

ETAG, IF_MATCH, IF_NONE_MATCH = b"etag", b"if-match", b"if-none-match"


class Tagged(Struct, frozen=True):
    """What a route answers that declares `tagged`: the contract's answer, and its ETag."""

    answer: Any
    tag: str


def plain(answer: object) -> Any:  # noqa: ANN401 - a route's answer
    """An answer without its tag, if it has one."""
    return answer.answer if isinstance(answer, Tagged) else answer


def reply(call: Call, tagged: Tagged, *, read: bool) -> Reply:
    """An answer with its ETag; without a body if the client has it already. `read`: it was asked for by a GET."""
    headers = [*replies.JSON, (ETAG, tagged.tag.encode())]
    if read and IF_NONE_MATCH in call.headers:
        known = _named(entity_tag.weak("If-None-Match", call.header(IF_NONE_MATCH)))
        if tagged.tag in known or entity_tag.ANY in known:
            return HTTPStatus.NOT_MODIFIED, headers[1:], b""
    return HTTPStatus.OK, headers, replies.encode(tagged.answer)


async def if_matched(call: Call, do: Callable[[Call], Awaitable[Reply]]) -> Reply:
    """What a cart's change is answered, if the cart is one of those that If-Match names: with the ETag it has then."""
    caller = call.maybe_caller
    tags = _named(entity_tag.strong("If-Match", call.header(IF_MATCH)))
    database = AsSeen(call.engine.database, call.path["cartId"], caller.account.nichandle if caller else None, tags)
    await database.check()
    status, headers, body = await do(structs.replace(call, engine=structs.replace(call.engine, database=database)))
    if database.tag and not any(name == ETAG for name, _ in headers):
        headers = [*headers, (ETAG, database.tag.encode())]
    return status, headers, body


def _named(tags: tuple[str, ...] | Refusal) -> tuple[str, ...]:
    if isinstance(tags, Refusal):
        raise Refused(tags)
    return tags
