"""One client on one connection: a time is what the server takes, and nobody's queue."""

from __future__ import annotations

import socket
import statistics
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.driver import Signer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.servers import Server

HELLOS = 300


class Line:
    """One keep-alive connection that sends a request and reads its answer."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> tuple[bytes, float]:
        """The answer's body, and the seconds it took. Ends the bench if it is no 200."""
        start = time.perf_counter()
        self._socket.sendall(request)
        data = self._socket.recv(65536)
        end = data.find(b"\r\n\r\n") + 4
        at = data.index(b"content-length: ") + 16
        whole = end + int(data[at : data.index(b"\r", at)])
        parts, size = [data], len(data)
        while size < whole:
            parts.append(self._socket.recv(1 << 20))
            size += len(parts[-1])
        took = time.perf_counter() - start
        body = b"".join(parts)[end:]
        if data[9:12] != b"200":
            message = f"{request[:120]!r} was answered {data[:400]!r}"
            raise SystemExit(message)
        return body, took

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


@contextmanager
def line(server: Server) -> Iterator[tuple[Line, Signer]]:
    """A connection to a server, and what signs its requests."""
    one = Line(server.port)
    try:
        yield one, Signer(server.port, server.keys[0])
    finally:
        one.close()


def cart_of(one: Line, signer: Signer, items: int, tag: str) -> bytes:
    """The path of a cart with so many names, that could be ordered."""
    made, _ = one.ask(signer.post(b"/1.0/order/cart", b'{"ovhSubsidiary":"FR"}'))
    path = b"/1.0/order/cart/" + made.split(b'"cartId":"')[1].split(b'"')[0]
    for number in range(items):
        wanted = b'{"domain":"%b-%d.fr","duration":"P1Y"}' % (tag.encode(), number)
        item, _ = one.ask(signer.post(b"%b/domain" % path, wanted))
        label = b'{"label":"OWNER_LEGAL_AGE","value":"true"}'
        item_id = item.split(b'"itemId":')[1].split(b",")[0].rstrip(b"}")
        one.ask(signer.post(b"%b/item/%b/configuration" % (path, item_id), label))
    one.ask(signer.post(b"%b/assign" % path))
    return path


def hello(server: Server) -> float:
    """The milliseconds of a bare hello."""
    one = Line(server.port)
    try:
        get = b"GET /hello HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
        return statistics.median(one.ask(get)[1] * 1000 for _ in range(HELLOS))
    finally:
        one.close()
