"""Real name servers for tests: processes of their own on free ports of this machine, in folders that go with them."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.query
import dns.rcode
from msgspec import Struct

from tests.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = {"PowerDNS": "pdns_server", "Knot": "knotd", "BIND": "named"}
"""What each is started as. CONTRIBUTING.md names Debian's packages."""
FOLDERS = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"])
START_SECONDS = 20
KEY = "c2VjcmV0cyBvZiBhIG1hZGUtdXAgd29ybGQsIDMyIGI="
"""The TSIG key's secret, and rndc's."""
API_KEY = "the key of a made-up world"
CATALOG = "catalog.ordain.example"
SCHEMA = "/usr/share/doc/pdns-backend-sqlite3/schema.sqlite3.sql"


def program(name: str) -> str | None:
    """Where a server's program is, None if it is not installed, or not with all that it takes."""
    if name == "PowerDNS" and not Path(SCHEMA).exists():
        return None
    return shutil.which(PROGRAMS[name], path=FOLDERS)


class Running(Struct, frozen=True, kw_only=True):
    """A name server that runs."""

    folder: Path
    port: int
    """Where it answers, at 127.0.0.1."""
    url: str = ""
    """Of PowerDNS: where its API is."""
    command: tuple[str, ...] = ()
    """Of BIND: the zone command."""


@contextmanager
def powerdns(folder: Path) -> Iterator[Running]:
    """Start PowerDNS on SQLite, as docs/operating.md has it."""
    port, api = free_port(), free_port()
    with sqlite3.connect(folder / "pdns.sqlite3") as made:
        made.executescript(Path(SCHEMA).read_text())
    made.close()
    settings = {
        "launch": "gsqlite3", "gsqlite3-database": f"{folder}/pdns.sqlite3", "gsqlite3-dnssec": "yes",
        "gsqlite3-pragma-synchronous": "0", "local-address": "127.0.0.1", "local-port": port,
        "api": "yes", "api-key": API_KEY, "webserver": "yes", "webserver-address": "127.0.0.1",
        "webserver-port": api, "webserver-allow-from": "127.0.0.1", "socket-dir": folder,
        "guardian": "no", "daemon": "no", "security-poll-suffix": "",
    }  # fmt: skip
    (folder / "pdns.conf").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    with _process(folder, "PowerDNS", f"--config-dir={folder}") as started:
        _wait(started, folder, port)
        _wait_for_port(started, folder, api)
        yield Running(folder=folder, port=port, url=f"http://127.0.0.1:{api}")


KNOT = """
server:
    listen: 127.0.0.1@{port}
    rundir: {folder}
log:
  - target: stderr
    any: info
key:
  - id: ordain
    algorithm: hmac-sha256
    secret: {key}
acl:
  - id: ordain
    key: ordain
    action: [update, transfer]
database:
    storage: {folder}/db
policy:
  - id: ordain
    algorithm: ecdsap256sha256
    single-type-signing: on
template:
  - id: default
    storage: {folder}
    acl: ordain
    zonefile-sync: -1
    zonefile-load: difference
    journal-content: all
  - id: unsigned
    storage: {folder}
    file: {folder}/seed.zone
    acl: ordain
    zonefile-sync: -1
    zonefile-load: difference
    journal-content: all
  - id: signed
    storage: {folder}
    file: {folder}/seed.zone
    acl: ordain
    zonefile-sync: -1
    zonefile-load: difference
    journal-content: all
    dnssec-signing: on
    dnssec-policy: ordain
zone:
  - domain: {catalog}
    file: {folder}/catalog.zone
    catalog-role: interpret
    catalog-template: [unsigned, signed]
  - domain: somebody-else.example
    file: {folder}/somebody-else.zone
"""
SEED = "@ 3600 IN SOA invalid. invalid. 1 3600 600 604800 0\n@ 3600 IN NS invalid.\n"
CATALOG_SEED = SEED + 'version 0 IN TXT "2"\n'


@contextmanager
def knot(folder: Path) -> Iterator[Running]:
    """Start Knot, again too, with a catalog zone as docs/operating.md has it, and a zone that is not in it."""
    port = free_port()
    (folder / "knot.conf").write_text(KNOT.format(folder=folder, port=port, key=KEY, catalog=CATALOG))
    (folder / "db").mkdir(exist_ok=True)
    (folder / "seed.zone").write_text(SEED)
    (folder / "catalog.zone").write_text(CATALOG_SEED)
    (folder / "somebody-else.zone").write_text(SEED + "www 3600 IN A 192.0.2.99\n")
    with _process(folder, "Knot", "-c", f"{folder}/knot.conf") as started:
        _wait(started, folder, port)
        yield Running(folder=folder, port=port)


BIND = """
key "ordain" {{ algorithm hmac-sha256; secret "{key}"; }};
key "rndc" {{ algorithm hmac-sha256; secret "{key}"; }};
controls {{ inet 127.0.0.1 port {control} allow {{ 127.0.0.1; }} keys {{ "rndc"; }}; }};
options {{
    directory "{folder}";
    pid-file "{folder}/named.pid";
    session-keyfile "{folder}/session.key";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    recursion no;
    notify no;
    allow-new-zones yes;
    allow-transfer {{ key "ordain"; }};
}};
dnssec-policy "ordain" {{ keys {{ csk lifetime unlimited algorithm ecdsap256sha256; }}; }};
"""
RNDC = """
key "rndc" {{ algorithm hmac-sha256; secret "{key}"; }};
options {{ default-key "rndc"; default-server 127.0.0.1; default-port {control}; }};
"""
SHIPPED = Path(__file__).parent.parent / "docs" / "bind-zone"


@contextmanager
def bind(folder: Path) -> Iterator[Running]:
    """Start BIND with a control channel, as docs/operating.md has it, and the zone command that is shipped there."""
    port, control = free_port(), free_port()
    (folder / "named.conf").write_text(BIND.format(folder=folder, port=port, control=control, key=KEY))
    (folder / "rndc.conf").write_text(RNDC.format(control=control, key=KEY))
    command = folder / "zone"
    command.write_text(
        f"#!/bin/sh\nPATH='{FOLDERS}' ZONES='{folder}' RNDC='rndc -c {folder}/rndc.conf' exec sh '{SHIPPED}' \"$@\"\n"
    )
    command.chmod(stat.S_IRWXU)
    with _process(folder, "BIND", "-g", "-c", f"{folder}/named.conf") as started:
        _wait(started, folder, port)
        _wait_for_port(started, folder, control)
        yield Running(folder=folder, port=port, command=(str(command),))


@contextmanager
def _process(folder: Path, name: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server's process, which ends with this, by its id."""
    path = program(name)
    assert path, f"{name} is not installed"
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen([path, *words], stdout=log, stderr=log, cwd=folder)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(10)


def _wait(started: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    """Wait until it answers over the DNS."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and started.poll() is None:
        with suppress(dns.exception.DNSException, OSError):
            dns.query.tcp(dns.message.make_query("nowhere.example", "SOA"), "127.0.0.1", port=port, timeout=1)
            return
        time.sleep(0.02)
    raise AssertionError("no answer:\n" + (folder / "log").read_text(errors="replace"))


def _wait_for_port(started: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    """Wait until it listens at a port."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and started.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise AssertionError("nobody listens:\n" + (folder / "log").read_text(errors="replace"))
