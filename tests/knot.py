"""Knot DNS, answering from zone files on a port of this machine: what the embedded name server is compared with."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.query
import dns.rcode

from tests.name_servers import program
from tests.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_CONFIG = """\
server:
    rundir: "{folder}"
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{folder}/db"
log:
  - target: "{folder}/knot.log"
    any: warning
policy:
  - id: nsec
    algorithm: ecdsap256sha256
    single-type-signing: on
    nsec3: off
    cds-cdnskey-publish: always
template:
  - id: default
    storage: "{folder}"
    zonefile-sync: -1
    journal-content: none
    dnssec-signing: {signing}
    dnssec-policy: nsec
zone:
"""


@contextmanager
def knot(folder: Path, zones: Mapping[str, str], *, signed: bool) -> Iterator[int]:
    """Knot DNS with these zones, by name as files; the port it answers at."""
    port = free_port()
    config = _CONFIG.format(folder=folder, port=port, signing="on" if signed else "off")
    (folder / "db").mkdir()
    for number, (name, text) in enumerate(zones.items()):
        (folder / f"{number}.zone").write_text(text, "utf-8")
        config += f'  - domain: {name}\n    file: "{number}.zone"\n'
    (folder / "knot.conf").write_text(config, "utf-8")
    server = subprocess.Popen([str(program("Knot")), "-c", str(folder / "knot.conf")], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        for name in zones:
            _await(name, port, server)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _await(name: str, port: int, server: subprocess.Popen[bytes]) -> None:
    """Until the zone is loaded, and signed."""
    ends = time.monotonic() + 30
    while time.monotonic() < ends and server.poll() is None:
        with suppress(dns.exception.Timeout, OSError):
            said = dns.query.udp(dns.message.make_query(f"{name}.", "SOA"), "127.0.0.1", 0.5, port)
            if said.rcode() == dns.rcode.NOERROR and said.answer:
                return
        time.sleep(0.05)
    message = f"the server does not answer for {name}"
    raise AssertionError(message)
