"""What goes back over the wire: a status, headers and a body, made of an answer or of what was refused."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import msgspec

from ordain.api import errors

if TYPE_CHECKING:
    from ordain.core.refusal import Refused

Headers = list[tuple[bytes, bytes]]
Reply = tuple[int, Headers, bytes | AsyncGenerator[bytes, None]]

JSON: Headers = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
encode = msgspec.json.Encoder().encode


def refused(why: Refused) -> Reply:
    """The contract's error answer."""
    status, said = errors.answer(why)
    return status, [*JSON, *errors.headers(why)], encode(said)
