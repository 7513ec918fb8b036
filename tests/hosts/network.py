"""Hosts on one machine: network namespaces, each with a cable to a bridge that the tests stand at."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator


IP = shutil.which("ip", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])) or ""


CLONE_NEWNET = 0x40000000
"""From <sched.h>."""


def allowed() -> bool:
    """Whether this machine lets us make namespaces and bridges."""
    if not IP or os.geteuid() != 0:
        return False
    name = f"ord{uuid4().hex[:8]}"
    made = _tried("netns", "add", name) and _tried("link", "add", name, "type", "bridge")
    _tried("link", "del", name)
    _tried("netns", "del", name)
    return made


class Host(NamedTuple):
    """One of the hosts."""

    address: str
    namespace: str
    cable: str
    """The end of its cable that is at the bridge."""

    @property
    def here(self) -> tuple[str, ...]:
        """The words before a command that has it run on this host."""
        return (IP, "netns", "exec", self.namespace)

    def door(self) -> socket.socket:
        """A socket of this host's, in our hands."""
        with ThreadPoolExecutor(1) as thread:  # it is the thread that goes there, and it does not come back
            made: socket.socket = thread.submit(self._socket_there).result()
            return made

    def _socket_there(self) -> socket.socket:
        with Path(f"/run/netns/{self.namespace}").open() as there:
            if ctypes.CDLL(None, use_errno=True).setns(there.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")
        made = socket.socket()
        made.setblocking(False)  # noqa: FBT003 - it takes no keyword
        return made

    def unplug(self) -> None:
        """Pull its cable: nobody hears that it is gone."""
        _ip("link", "set", self.cable, "down")

    def plug(self) -> None:
        """Put the cable back."""
        _ip("link", "set", self.cable, "up")


def _ip(*words: str) -> None:
    subprocess.run([IP, *words], check=True, capture_output=True)


def _tried(*words: str) -> bool:
    return subprocess.run([IP, *words], capture_output=True, check=False).returncode == 0


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """Two hosts that reach each other, and that we reach."""
    tag = uuid4().hex[:6]
    bridge, net = f"ord{tag}br", f"10.{200 + os.getpid() % 50}.{int(tag[:2], 16)}"
    hosts = [Host(f"{net}.{number}", f"ordain-{tag}-{number}", f"ord{tag}v{number}") for number in (2, 3)]
    try:
        _ip("link", "add", bridge, "type", "bridge")
        _ip("addr", "add", f"{net}.1/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for host in hosts:
            _ip("netns", "add", host.namespace)
            _ip("link", "add", host.cable, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
            _ip("link", "set", host.cable, "master", bridge, "up")
            inside = ("-n", host.namespace)
            _ip(*inside, "addr", "add", f"{host.address}/24", "dev", "eth0")
            _ip(*inside, "link", "set", "eth0", "up")
            _ip(*inside, "link", "set", "lo", "up")
        yield hosts[0], hosts[1]
    finally:
        for host in hosts:
            _tried("netns", "del", host.namespace)
        _tried("link", "del", bridge)
