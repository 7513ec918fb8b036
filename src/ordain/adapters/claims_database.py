"""The trademark clearing house's claims database, asked over HTTPS for one notice at a time (RFC 9361 §6.4, CNIS)."""

from __future__ import annotations

import asyncio
import base64
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from msgspec import Struct

from ordain.core import notice_xml
from ordain.core.plain_xml import Unreadable
from ordain.core.registry import NoAnswer

if TYPE_CHECKING:
    from ordain.core.claims import Notice

ANSWER_WITHIN = 20
"""Seconds."""


class ClaimsDatabase(Struct, frozen=True):
    """A ClaimsDatabase (flows/ports.py). `url` is what stands before `/cnis/`."""

    url: str
    user: str
    password: str

    async def notice(self, key: str) -> Notice | None:
        """The notice of a key, None if there is none. Raises NoAnswer, for a notice that cannot be read as well."""
        if not self.url:
            message = "no claims database is set"
            raise NoAnswer(message)
        status, body = await asyncio.to_thread(self._asked, key)
        if status == HTTPStatus.NOT_FOUND:
            return None
        if status != HTTPStatus.OK:  # a redirection too: our login is for this host alone
            message = f"the claims database answered {status}"
            raise NoAnswer(message)
        try:
            return notice_xml.read(body.decode())
        except (Unreadable, UnicodeDecodeError) as why:
            message = f"the claims database's notice {why}"
            raise NoAnswer(message) from why

    def _asked(self, key: str) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        reach = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        connection = reach(parts.netloc, timeout=ANSWER_WITHIN)
        try:
            path = f"{parts.path.rstrip('/')}/cnis/{quote(key)}.xml"
            connection.request("GET", path, headers={"Authorization": f"Basic {login}"})
            answer = connection.getresponse()
            return answer.status, answer.read(notice_xml.LONGEST + 1)
        except (OSError, HTTPException, ValueError) as trouble:
            message = f"the claims database cannot be reached: {trouble}"
            raise NoAnswer(message) from trouble
        finally:
            connection.close()
