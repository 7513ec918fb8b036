"""The sandbox's clock: the machine's, and what it was moved forward by, which a file in the state folder holds.

Every process of a rehearsal reads the same file (decision 21). It is asked for several times in each request, so the
file is looked at twice a second and no more.
"""

from __future__ import annotations

import fcntl
import os
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOOK_EVERY = 0.5
"""Seconds."""


machine = partial(datetime.now, UTC)
"""Now, by this machine."""


class SandboxClock:
    """A Clock (flows/ports.py) that can be moved forward, never back."""

    def __init__(self, file: Path, now: Callable[[], datetime] = machine) -> None:
        """Raises ValueError where the file holds something else."""
        self._file = file
        self._machine = now
        self._ahead = read(file)
        self._looked = time.monotonic()

    def __call__(self) -> datetime:
        """Now, in the rehearsal."""
        if time.monotonic() - self._looked >= LOOK_EVERY:
            self._look()
        now = self._machine()
        return now + self._ahead if self._ahead else now

    def machine(self) -> datetime:
        """Now, outside of it."""
        return self._machine()

    def move(self, to: datetime) -> None:
        """Have it be so late; if it is later already, nothing happens."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # Two who move it at the same moment take turns: who comes second finds what the first one made of it.
        with self._file.with_suffix(".lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            self._look()
            ahead = max(self._ahead, to - self._machine())
            new = self._file.with_suffix(".new")
            with new.open("w", encoding="ascii") as written:
                written.write(f"{ahead // timedelta(microseconds=1)}\n")
                written.flush()
                os.fsync(written.fileno())
            new.replace(self._file)
            self._ahead = ahead

    def _look(self) -> None:
        """What the file says by now. It is replaced as a whole; one that is gone or spoilt moves nothing back."""
        self._looked = time.monotonic()
        try:
            self._ahead = max(self._ahead, read(self._file))
        except (ValueError, OSError):
            return


def read(file: Path) -> timedelta:
    """What a file says the clock is ahead by; nothing where there is none. Raises ValueError for another content."""
    try:
        text = file.read_text("ascii").strip()
    except FileNotFoundError:
        return timedelta()
    if not text.isdigit() or len(text) > 16:
        message = f"{file} does not say by how many microseconds the clock was moved"
        raise ValueError(message)
    return timedelta(microseconds=int(text))
