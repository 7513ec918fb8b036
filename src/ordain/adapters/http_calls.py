"""One HTTP request and its answer, within a time that holds for all of it, however slowly the other side sends."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from msgspec import Struct

LATE = "no whole answer in time"
TROUBLE = (OSError, HTTPException, ValueError)
"""What a call raises that was not answered; a timeout is an OSError."""


class HttpCall(Struct, frozen=True):
    """A request. `url` is http:// or https://; redirections are not followed, for a login is for its host alone."""

    method: str
    url: str
    body: bytes = b""
    headers: dict[str, str] = {}


def answered(call: HttpCall, within: float, longest: int) -> tuple[int, bytes]:
    """Status and body, of so many octets at most. Raises one of TROUBLE. Blocks: it is for a thread."""
    parts = urlsplit(call.url)
    reach = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = reach(parts.netloc, timeout=within)
    reading: list[socket.socket] = []
    # Timeouts are of each read alone: whoever sends byte by byte, the head too, is cut off by this.
    cut = threading.Timer(within, lambda: _cut(reading[0] if reading else connection.sock))
    cut.daemon = True
    until = time.monotonic() + within
    cut.start()
    try:
        connection.connect()
        # The connection forgets it where the answer is said to be the last.
        reading.append(connection.sock)
        if time.monotonic() >= until:
            raise TimeoutError(LATE)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(call.method, path, call.body or None, call.headers)
        answer = connection.getresponse()
        body = answer.read(longest)
    finally:
        cut.cancel()
        connection.close()
    if time.monotonic() >= until:
        raise TimeoutError(LATE)
    return answer.status, body


def _cut(reading: socket.socket | None) -> None:
    """End what is being read, in another thread."""
    if reading is not None:
        with contextlib.suppress(OSError):
            # Not TLS' own, which is for whoever reads.
            socket.socket.shutdown(reading, socket.SHUT_RDWR)
