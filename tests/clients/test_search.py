"""A search over HTTP: the commands of docs/search.md as they stand there, a client of events, and hanging up."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from httpx_sse import connect_sse

from tests.clients.test_page import install_curl

if TYPE_CHECKING:
    from tests.clients.driven import Driven
    from tests.processes import Installation

PAGE = Path(__file__).parents[2] / "docs" / "search.md"
PATH = "/ordain/v1/search"


def test_the_commands_of_the_page_are_answered(driven: Driven) -> None:
    path = install_curl(driven)
    commands = re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    script = "".join(commands).replace("http://127.0.0.1:8080", driven.told.url)
    answers = driven.run(["bash", "-ec", script], None, PATH=path).splitlines()
    told = [json.loads(line) for line in answers if line]
    whole = [each for each in told if "results" in each]
    assert whole[0]["results"][0]["domain"] == "example.fr"
    assert [each["state"] for each in whole[3]["results"]] == ["available", "taken", "premium", "invalid"]
    assert len(whole) == 5
    assert {each["type"] for each in told if "results" not in each} == {"result", "end"}


def test_the_page_names_the_limits_there_are(driven: Driven) -> None:
    assert "| `ORDAIN_SEARCH_NAMES`, 30,000:" in PAGE.read_text()
    assert (driven.installation.settings.search_names, driven.installation.settings.search_cache) == (30_000, 15)


def test_a_client_of_server_sent_events_reads_a_search(ordain: Installation) -> None:
    with httpx.Client() as client, connect_sse(client, "GET", f"{ordain.url}{PATH}?name=example.fr") as source:
        events = list(source.iter_sse())
    first, last = json.loads(events[0].data), json.loads(events[-1].data)
    assert {event.event for event in events} == {"result", "end"}
    assert (first["domain"], events[0].id) == ("example.fr", "0")
    assert last["asked"] == len(events) - 1 == sum(last["counts"].values())


def test_lines_are_read_one_by_one(ordain: Installation) -> None:
    sent = {"Accept": "application/x-ndjson"}
    names = {"names": [f"example-{number}.com" for number in range(500)]}
    with httpx.stream("POST", f"{ordain.url}{PATH}/names", json=names, headers=sent) as answer:
        told = [json.loads(line) for line in answer.iter_lines() if line]
    assert sorted(each["asked"] for each in told[:-1]) == sorted(names["names"])
    assert told[-1]["counts"]["available"] == 500


def test_a_server_goes_on_when_clients_hang_up(ordain: Installation) -> None:
    body = json.dumps({"names": ["example.com"] * 500}).encode()
    head = f"POST {PATH}/names HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n"
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", ordain.port), 5) as connection:
            connection.sendall(head.encode() + body)
            assert connection.recv(12) == b"HTTP/1.1 200"
    assert httpx.get(f"{ordain.url}{PATH}?name=example&extensions=fr").json()["results"][0]["domain"] == "example.fr"
    assert " ERROR " not in ordain.heard()
