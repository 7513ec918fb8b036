"""The embedded name server of a running server: it answers where the greeting says, and is no condition of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.message
import dns.query
import dns.rcode

from tests.processes import free_port, installed

if TYPE_CHECKING:
    from pathlib import Path


def test_it_answers_where_the_greeting_says(tmp_path: Path) -> None:
    port = free_port()
    with installed(tmp_path, "", dns_listen=f"127.0.0.1:{port}") as installation:
        installation.serve()
        assert f"dig @127.0.0.1 -p {port} +dnssec NAME" in installation.heard("out")
        query = dns.message.make_query("nobodys.example", "SOA")
        for said in (dns.query.udp(query, "127.0.0.1", 5, port), dns.query.tcp(query, "127.0.0.1", 5, port)):
            assert said.rcode() == dns.rcode.REFUSED
        assert installation.down() == [0]


def test_a_port_in_use_is_told_and_the_api_is_served_all_the_same(tmp_path: Path) -> None:
    port = free_port()
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    with (
        installed(folders[0], "", dns_listen=f"127.0.0.1:{port}") as first,
        installed(folders[1], "", dns_listen=f"127.0.0.1:{port}") as second,
    ):
        first.serve()
        second.serve()
        told = f"Nobody answers for zones: ORDAIN_DNS_LISTEN 127.0.0.1:{port}: Address already in use."
        assert told in second.heard("out")
        assert second.down() == [0]
