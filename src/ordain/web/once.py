"""A form that is sent twice is heard once: the second time the browser is given the first one's answer.

A form says `once`, a random text made with the page. The same text with the same fields is the same form; whoever goes
back and changes a field sends another one. What is remembered is where the browser was sent on to, and a page that
nobody can show again: a form that was shown again with its problems is heard anew.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs
from starlette.responses import Response

from ordain.core.refusal import Refused
from ordain.flows import idempotency
from ordain.web.page import HEADERS, ONCE, ShownOnce

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.web.page import Visit

TRIES, PAUSE = 60, 0.25
"""How often, and after how many seconds, it is asked what became of a form that is still being heard."""
KEPT = (b"location", b"hx-redirect", b"set-cookie", b"content-type", b"content-security-policy")
TITLE = "This cannot be done now"
UNDER_WAY = "This form is still being heard. Look at what became of it before you send it again."
LOST = "This form was heard, at least in part, and its answer was lost. Look at what became of it before you go on."
SENTENCES = (TITLE, UNDER_WAY, LOST)


class _Answer(Struct, frozen=True):
    """What a browser was answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""
    """Of a page that is shown only once; it is kept sealed, as all of this is."""


async def once(visit: Visit, do: Callable[[Visit], Awaitable[Response]]) -> Response:
    """What `do` answers, or answered when this form came first."""
    text = visit.form.get("once", "")
    if not (len(text) == ONCE and text.isascii() and text.isalnum()):
        return await do(visit)
    try:
        claim = await _claimed(visit, text)
    except Refused as refused:
        return _unheard(visit, refused)
    if isinstance(claim, bytes):
        kept = msgspec.msgpack.decode(claim, type=_Answer)
        answer = Response(kept.body, kept.status, HEADERS)
        answer.raw_headers += kept.headers
        return answer
    try:
        answer = await do(structs.replace(visit, engine=idempotency.marking(visit.engine, claim)))
    except Refused:
        await idempotency.forget(visit.engine, claim)
        raise
    except Exception:
        await idempotency.give_up(visit.engine, claim)
        raise
    if answer.status_code in (303, 204) or isinstance(answer, ShownOnce):
        headers = [(name, value) for name, value in answer.raw_headers if name in KEPT]
        kept = _Answer(answer.status_code, headers, bytes(answer.body))
        await idempotency.keep(visit.engine, claim, msgspec.msgpack.encode(kept))
    else:
        await idempotency.forget(visit.engine, claim)
    return answer


async def _claimed(visit: Visit, text: str) -> idempotency.Claim | bytes:
    """Leave to hear the form, or what was answered to it. Raises Refused if that does not come to be known."""
    said = msgspec.msgpack.encode([visit.target, sorted(visit.form.items())])
    key = f"{text}{visit.engine.sealer.digest(said)}"
    asked = idempotency.Asked(f"page {visit.visitor.csrf}", key, said)
    for _ in range(TRIES):
        try:
            return await idempotency.claim(visit.engine, asked)
        except Refused as refused:
            if refused.refusals[0].seconds is None:
                raise
            await asyncio.sleep(PAUSE)
    return await idempotency.claim(visit.engine, asked)


def _unheard(visit: Visit, refused: Refused) -> Response:
    """That nobody knows yet what became of the form, or will: with the way to where it can be seen."""
    wait = refused.refusals[0].seconds
    said = visit.language.say(LOST if wait is None else UNDER_WAY)
    answer = visit.show("once_unheard.html", status=409, title=TITLE, message=said)
    if visit.fragment:
        answer.headers.update({"hx-retarget": "#failed", "hx-reswap": "innerHTML show:window:top"})
    if wait is not None:
        answer.headers["retry-after"] = str(wait)
    return answer
