"""Several processes that share an address: a parent that starts them, starts them again, and ends them.

The parent serves nothing. It holds a pipe whose end tells its children that it is gone, however it went.
"""

from __future__ import annotations

import asyncio
import logging
import os
import select
import signal
import socket
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from ordain.core.measure import Family

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

    from ordain.flows.running import Running

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
"""Seconds before a process that ended by itself is started again: twice as long each time, up to the second."""
SHARED_EVERY = 2.0
"""Seconds between the times at which each process writes down what it has counted."""
SETTLED = 60.0
"""Seconds after which a process that ends has been well."""


class _Place:
    """One of the processes there should be."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.pid = 0
        self.since = 0.0
        self.pause = 0.0
        self.due = 0.0
        """When it is to be started, while it does not run."""

    def ended(self, now: float) -> None:
        self.pid = 0
        settled = now - self.since >= SETTLED
        self.pause = FIRST_PAUSE if settled or not self.pause else min(2 * self.pause, LONGEST_PAUSE)
        self.due = now + self.pause


class Parent:
    """Runs `child` in so many processes. It is given its number and the end of a pipe that closes with the parent."""

    def __init__(self, count: int, child: Callable[[int, int], None]) -> None:
        self._child = child
        self._places = [_Place(number) for number in range(1, count + 1)]
        self._leash, self._held = os.pipe()
        self._woken, self._waker = socket.socketpair()
        self._ending = False

    def run(self) -> None:
        """Until SIGTERM or SIGINT, and then until all children have ended."""
        for each in (self._woken, self._waker):
            each.setblocking(False)  # noqa: FBT003 - it takes no keyword
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
            signal.signal(number, self._heard)
        signal.set_wakeup_fd(self._waker.fileno())
        while not self._ending or any(place.pid for place in self._places):
            now = time.monotonic()
            for place in self._places:
                if not (place.pid or self._ending) and now >= place.due:
                    self._start(place)
            self._wait()
            self._reap()

    def _heard(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGCHLD:
            return
        self._ending = True
        for place in self._places:
            if place.pid:
                # A terminal sends SIGINT to all of them, and twice that would cut requests off.
                os.kill(place.pid, signal.SIGTERM)

    def _start(self, place: _Place) -> None:
        # No signal may come between the fork and the number being known: it would miss the child.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        place.since = time.monotonic()
        place.pid = os.fork()
        if place.pid == 0:
            self._be_child(place.number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
        log.info("process %s of %s is %s", place.number, len(self._places), place.pid)

    def _be_child(self, number: int) -> None:
        """Never returns: what the parent was about to do is not the child's."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for each in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
                signal.signal(each, signal.SIG_DFL)
            os.close(self._held)
            self._woken.close()
            self._waker.close()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
            self._child(number, self._leash)
            code = 0
        except BaseException:
            log.exception("a process ended")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _wait(self) -> None:
        """Until a signal came, or somebody is to be started."""
        due = [place.due for place in self._places if not (place.pid or self._ending)]
        seconds = max(0.0, min(due) - time.monotonic()) if due else None
        select.select([self._woken], [], [], seconds)
        try:
            while self._woken.recv(512):
                pass
        except BlockingIOError:
            return

    def _reap(self) -> None:
        for place in self._places:
            if not place.pid:
                continue
            pid, status = os.waitpid(place.pid, os.WNOHANG)
            if pid:
                place.ended(time.monotonic())
                if not self._ending:
                    code = os.waitstatus_to_exitcode(status)
                    log.error("process %s (%s) ended with %s; again in %s s", place.number, pid, code, place.pause)


class Share:
    """What each of the processes has counted, in a file of its own: whoever is asked for metrics tells all of it."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self._number = number

    def first(self) -> bool:
        """Whether nobody asked this before."""
        try:
            (self._folder / "first").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    async def keep(self, running: Running) -> None:
        """Write our own down every so often."""
        file = self._folder / str(self._number)
        new = file.with_suffix(".new")
        while True:
            try:
                new.write_bytes(msgspec.json.encode(running.families))
                new.replace(file)
            except OSError as trouble:  # the disk is full: what is told is old until there is room again
                log.warning("what was counted could not be written down: %s", trouble)
            await asyncio.sleep(SHARED_EVERY)

    def others(self) -> dict[str, list[Family]]:
        """What the others wrote last, by their numbers; and under our own number, nothing yet."""
        told: dict[str, list[Family]] = {str(self._number): []}
        for file in self._folder.iterdir():
            if file.name.isdigit() and file.name != str(self._number):
                told[file.name] = msgspec.json.decode(file.read_bytes(), type=list[Family])
        return told
