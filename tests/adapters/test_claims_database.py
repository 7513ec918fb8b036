"""The claims database over a wire: a notice, none, and everything that is no answer."""

from __future__ import annotations

import asyncio
import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from ordain.adapters.claims_database import ClaimsDatabase
from ordain.core.notice_xml import read
from ordain.core.registry import NoAnswer
from tests.core.test_notice_xml import ID, XML

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "2013112500/6/1/d/YduYflFKIFHoOYwDfN"
ANSWERS = {
    f"/tmdb/cnis/{KEY}.xml": (200, XML.encode()),
    "/tmdb/cnis/forged.xml": (200, XML.replace(ID, f"00000000{ID[8:]}").encode()),
    "/tmdb/cnis/garbage.xml": (200, b"\xff\xfe\x00"),
    "/tmdb/cnis/empty.xml": (200, b""),
    "/tmdb/cnis/broken.xml": (500, b""),
    "/tmdb/cnis/moved.xml": (302, b""),
    "/tmdb/cnis/secret.xml": (401, b""),
}
LOGIN = f"Basic {base64.b64encode(b'registrar:secret').decode()}"


class Wire(BaseHTTPRequestHandler):
    """Answers as the table says, whoever knows the login."""

    def do_GET(self) -> None:
        status, body = ANSWERS.get(self.path, (404, b""))
        self.send_response(status if self.headers["Authorization"] == LOGIN else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Wire) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/tmdb"
        server.shutdown()


def test_a_notice_is_fetched_by_its_key_and_read(url: str) -> None:
    database = ClaimsDatabase(url, "registrar", "secret")
    assert asyncio.run(database.notice(KEY)) == read(XML)
    for none in ("unknown", "../../etc/passwd", "a b", "x\r\nHost: y"):
        assert asyncio.run(database.notice(none)) is None


@pytest.mark.parametrize("key", ["forged", "garbage", "empty", "broken", "moved", "secret"])
def test_what_is_no_notice_is_no_answer(url: str, key: str) -> None:
    with pytest.raises(NoAnswer, match="claims database"):
        asyncio.run(ClaimsDatabase(url, "registrar", "secret").notice(key))


def test_a_wrong_login_and_nobody_there_are_no_answers(url: str) -> None:
    for database in (ClaimsDatabase(url, "registrar", "wrong"), ClaimsDatabase("http://127.0.0.1:1", "a", "b")):
        with pytest.raises(NoAnswer, match="claims database"):
            asyncio.run(database.notice(KEY))
