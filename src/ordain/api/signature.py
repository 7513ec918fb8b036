"""The application-key signature (wire-contract §1.1), over the raw body and the URL as the client believes it."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.refusal import Refusal, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WINDOW = 300
"""Seconds a timestamp may be off; what the real API tolerates is not known (wire-contract §7.5)."""


class Signed(Struct, frozen=True):
    """The parts of a call a signature covers, and the signature."""

    application_key: str
    consumer_key: str
    timestamp: str
    signature: str
    method: str
    body: bytes


def addresses(scheme: str, host: str, target: str, public_url: str) -> Iterator[str]:
    """Every URL a client may have signed for this request.

    As addressed; as the public address, when a proxy changed it; and `https://<host>` without the port, which is what
    node-ovh signs whatever the port.
    """
    yield f"{scheme}://{host}{target}"
    yield f"https://{host}{target}"
    yield f"{public_url}{target}"
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    yield f"https://{name}{target}"


def check_time(timestamp: str, now: float) -> None:
    """Raises Refused unless the timestamp is a number near enough to now."""
    if not (timestamp.isascii() and timestamp.isdigit() and abs(int(timestamp[:15]) - now) <= WINDOW):
        raise Refused(Refusal("invalid", "Query out of time", code="QUERY_TIME_OUT"))


def check(signed: Signed, secret: str, urls: Iterable[str]) -> None:
    """Raises Refused unless the signature is the secret's for one of these URLs. Compared in constant time."""
    start = f"{secret}+{signed.consumer_key}+{signed.method}+".encode()
    end = b"+%b+%b" % (signed.body, signed.timestamp.encode())
    sent = signed.signature.encode()
    for url in urls:
        digest = hashlib.sha1(start + url.encode() + end, usedforsecurity=False).hexdigest()
        if hmac.compare_digest(f"$1${digest}".encode(), sent):
            return
    raise Refused(Refusal("invalid", "Invalid signature", code="INVALID_SIGNATURE"))
