"""Requests that may be repeated: what an Idempotency-Key looks like, and what a repetition is answered.

After draft-ietf-httpapi-idempotency-key-header; what is decided otherwise is told in decision 9.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from ordain.core.refusal import Refusal

HEADER = "Idempotency-Key"
LONGEST = 255
"""Characters of a key, as other APIs have it."""
KEPT = timedelta(days=1)
"""From the first request on; then the key is as if it had never been used."""
LEASE = timedelta(minutes=2)
"""How long a request may take. Whoever repeats it later carries it out, unless something was written."""
WAIT = 1
"""Seconds after which a repetition may ask again while the first request is under way."""

_KEY = re.compile(r"[!-~]+")
_RANDOM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)


def read_key(sent: str) -> str | Refusal:
    """The key of a header. The draft's form, in double quotes, is the same key as without them."""
    key = sent.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if len(key) > LONGEST or not _KEY.fullmatch(key):
        message = f"{HEADER} has 1 to {LONGEST} characters of visible ASCII, without spaces"
        return Refusal("invalid", message, HEADER)
    return key


def guessable(key: str) -> Refusal | None:
    """Why this key cannot be one of a caller nobody knows: whoever knew it would be given their answer."""
    if _RANDOM.fullmatch(key):
        return None
    message = f"{HEADER} has to be a random UUID (version 4) in a call that is not signed"
    return Refusal("invalid", message, HEADER)


class Held(Struct, frozen=True, kw_only=True):
    """What is known of a request by its key."""

    digest: str
    """Of method, path, query, body and precondition."""
    lease_until: datetime
    expires: datetime
    written: bool = False
    """A transaction of it was committed."""
    answered: bool = False
    answer: bytes | None = None
    """As it was sealed; None, though it was answered, if it was too long to be kept."""


def judge(held: Held, digest: str, now: datetime) -> Literal["free", "answered"] | Refusal:
    """Whether a request with a key that was used is to be carried out, or given its answer; or why neither."""
    if held.expires <= now:
        return "free"
    if held.digest != digest:
        text = f"This {HEADER} was used for another request: path, query, body and If-Match have to be the same"
        return _refusal(text)
    if held.answered:
        return _lost("its answer could not be kept") if held.answer is None else "answered"
    if held.lease_until > now:
        return _refusal(f"The first request with this {HEADER} is still under way", WAIT)
    return _lost("its answer was lost before it was kept") if held.written else "free"


def unreadable() -> Refusal:
    """The answer was sealed with another secret."""
    return _lost("its answer can no longer be read")


def overtaken() -> Refusal:
    """Why an attempt whose lease ended may write nothing."""
    return _refusal("This request took too long: it was sent again meanwhile, and is carried out there")


def _lost(how: str) -> Refusal:
    text = (
        f"The first request with this {HEADER} was carried out, at least in part, and {how}."
        " Look at what it was to change; what is still missing is asked for with another key"
    )
    return _refusal(text)


def _refusal(text: str, seconds: int | None = None) -> Refusal:
    return Refusal("conflict", text, HEADER, seconds=seconds)
