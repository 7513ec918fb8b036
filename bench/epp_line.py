"""One bare EPP session, to say what the registry and the wire do at most: frames made beforehand, answers unread."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, NamedTuple

from bench.clocks import processor_time
from ordain.adapters import epp_frames
from ordain.adapters.epp_answers import greeting
from ordain.adapters.epp_session import HEADER, framed
from ordain.adapters.epp_xml import received

if TYPE_CHECKING:
    from pathlib import Path

NAME = "bench-looked-at.fr"
GOOD = b'code="1000"'


class Loop(NamedTuple):
    """What came of asking the same again and again."""

    rate: float
    """Answers a second."""
    cpu: float
    """Microseconds of the registry's processor for one."""


class EppLine:
    """A connection to the sandbox registry, logged in."""

    def __init__(self, port: int, authority: Path, login: tuple[str, str]) -> None:
        context = ssl.create_default_context(cafile=str(authority))
        plain = socket.create_connection(("127.0.0.1", port), 10)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = context.wrap_socket(plain, server_hostname="127.0.0.1")
        greeted = greeting(received(self._read()))
        if greeted is None:
            message = "the registry did not greet"
            raise SystemExit(message)
        self._good(self.ask(framed(epp_frames.login(*login, greeted).frame("bench-login"))))

    def ask(self, frame: bytes) -> bytes:
        """The answer to a frame."""
        self._socket.sendall(frame)
        return self._read()

    def hellos(self, seconds: float, pid: int) -> Loop:
        """So many seconds of hellos; `pid` is the registry's."""
        return self._loop(framed(epp_frames.hello()), seconds, pid)

    def checks(self, seconds: float, pid: int) -> Loop:
        """So many seconds of checks of one name, without its fees."""
        frame = framed(epp_frames.check([NAME]).frame("bench-check"))
        self._good(self.ask(frame))
        return self._loop(frame, seconds, pid)

    def _loop(self, frame: bytes, seconds: float, pid: int) -> Loop:
        count, start, cpu = 0, time.perf_counter(), processor_time(pid)
        while time.perf_counter() - start < seconds:
            self.ask(frame)
            count += 1
        return Loop(count / (time.perf_counter() - start), (processor_time(pid) - cpu) / count * 1e6)

    def _good(self, answer: bytes) -> None:
        if GOOD not in answer:
            message = f"the registry answered {answer[:400]!r}"
            raise SystemExit(message)

    def _read(self) -> bytes:
        length = int.from_bytes(self._exactly(HEADER))
        return self._exactly(length - HEADER)

    def _exactly(self, size: int) -> bytes:
        parts, missing = [], size
        while missing:
            parts.append(self._socket.recv(missing))
            missing -= len(parts[-1])
            if not parts[-1]:
                message = "the registry hung up"
                raise SystemExit(message)
        return b"".join(parts)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
