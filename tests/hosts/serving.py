"""An Ordain on a host of its own. As any sandbox it listens to its own host only, where its clients are, too."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from tests.processes import ORDAIN, Installation

if TYPE_CHECKING:
    from pathlib import Path

    from tests.hosts.network import Host


class Elsewhere(Installation):
    """An installation on another host."""

    def __init__(self, host: Host, folder: Path, database: str, **changed: str) -> None:
        super().__init__(folder, database, **changed)
        self.host = host
        self.command = (*host.here, *ORDAIN)

    def answers(self) -> bool:
        """Whether somebody tells the time at the port there."""
        with closing(self.host.door()) as line:
            line.settimeout(1)
            try:
                line.connect(("127.0.0.1", self.port))
                line.sendall(b"GET /1.0/auth/time HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                return b" 200 " in line.recv(64)
            except OSError:
                return False
