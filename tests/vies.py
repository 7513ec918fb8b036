"""A stand-in for VIES at the far end of the wire: answers by the number asked for, and misbehaves as it does."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

VALID, INVALID = "DE136695976", "DE811128135"
CONSULTATION = "WAPIAAAAYsample1"


class Vies:
    """What it answers, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.instead: tuple[int, bytes] | None = None
        """An answer in place of the right one: (status, body)."""
        self.slow = 0.0
        """Seconds it takes."""
        self.most = self._now = 0
        """The most questions it was asked at once, and those under way."""
        self._lock = threading.Lock()

    def fault(self, code: str, status: int = 200) -> None:
        """Answer with an error in VIES' envelope from now on."""
        body = {"actionSucceed": False, "errorWrappers": [{"error": code, "message": ""}]}
        self.instead = (status, json.dumps(body).encode())

    def say(self, **answer: Any) -> None:
        """Answer with these members beside, or instead of, the right ones."""
        self.instead = (200, json.dumps({**_right({"countryCode": "DE", "vatNumber": VALID[2:]}), **answer}).encode())

    def answer(self, question: dict[str, Any]) -> tuple[int, bytes]:
        """The answer to a question."""
        with self._lock:
            self.asked.append(question)
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self.slow)
        with self._lock:
            self._now -= 1
        return self.instead or (200, json.dumps(_right(question)).encode())


def _right(question: dict[str, Any]) -> dict[str, Any]:
    known = question["countryCode"] + question["vatNumber"] != INVALID
    return {
        "countryCode": question["countryCode"],
        "vatNumber": question["vatNumber"],
        "requestDate": "2026-11-23T12:00:00.000Z",
        "valid": known,
        "requestIdentifier": CONSULTATION if question.get("requesterNumber") else "",
        "name": "Weber GmbH" if known else "---",
        "address": "Unter den Linden 1\n10117 Berlin" if known else "---",
        "traderName": "---",
    }


@contextmanager
def serving(vies: Vies) -> Iterator[str]:
    """Serve it on this machine; where its interface is."""

    class Wire(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            right = self.path == "/vies/rest-api/check-vat-number"
            status, body = vies.answer(question) if right else (404, b"")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Wire) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/vies/rest-api"
        server.shutdown()
