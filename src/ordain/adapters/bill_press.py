"""Prints each bill in a process of its own: typst keeps what it worked out, 320 MB for a bill of a thousand names.

Run as a module it is that process: content as JSON in, PDF out; the folder of fonts, if any, is its argument.
"""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ordain.adapters import bill_words, gettext_files
from ordain.core.bill_content import Content
from ordain.core.refusal import Unavailable

if TYPE_CHECKING:
    from datetime import date

    from ordain.core.language import Languages

AT_ONCE = 2
"""Documents under way: a burst of them leaves the processors to orders."""
WAITING = 20
"""Documents under way or waiting: whoever wants another is told to come again."""
PRINTED_WITHIN = 120
"""Seconds for one document; one of a thousand names takes a few."""
KEPT, KEPT_BYTES = 32, 16_000_000
"""How many documents are kept for whoever asks again, and how large all of them may be."""


class Press:
    """A BillPrinter (flows/ports.py). Whoever asks for a document that is under way gets the same one.

    What sets and writes bills (typst, lxml) is loaded by those processes, and by whoever wants the XML: 11 MB.
    """

    def __init__(self, languages: Languages, fonts: Path | None = None) -> None:
        self._languages = languages
        self._folder = [str(fonts)] if fonts else []
        self._turns = asyncio.Semaphore(AT_ONCE)
        # A thread that waits for its process, and nothing of the event loop's, which may end before the process does.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="press")
        self._under_way: dict[bytes, asyncio.Task[bytes]] = {}
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self.started = 0
        """How many processes there were."""

    def day(self, on: date, locale: str) -> str:
        """A day, as it is written by a locale."""
        return bill_words.day(on, locale)

    def xml(self, content: Content) -> bytes | None:
        """The document for programs alone; None where EN 16931 has no place for the figures."""
        from ordain.adapters import factur_x_bill  # noqa: PLC0415 - see above

        return factur_x_bill.xml(content, bill_words.paid_by(content, self._languages.of(content.language)))

    async def pdf(self, content: Content) -> bytes:
        """The document. Raises Unavailable where too many wait, or nothing came of it."""
        told = msgspec.json.encode(content)
        key = hashlib.sha256(told).digest()
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task = self._under_way.get(key)
        if task is None:
            if len(self._under_way) >= WAITING:
                message = f"{WAITING} bills are being printed"
                raise Unavailable(message)
            task = self._under_way[key] = asyncio.create_task(self._in_turn(told))
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)

    def _done(self, key: bytes, task: asyncio.Task[bytes]) -> None:
        del self._under_way[key]
        if task.cancelled() or task.exception():
            return
        self._kept[key] = task.result()
        while len(self._kept) > KEPT or sum(map(len, self._kept.values())) > KEPT_BYTES:
            self._kept.popitem(last=False)

    async def _in_turn(self, told: bytes) -> bytes:
        async with self._turns:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._printed_elsewhere, told)

    def _printed_elsewhere(self, told: bytes) -> bytes:
        # -P: what happens to lie where we were started is no part of us.
        command = (sys.executable, "-P", "-m", __name__, *self._folder)
        self.started += 1
        try:
            done = subprocess.run(  # noqa: S603 - a command of our own, what it prints comes in as data
                command, input=told, capture_output=True, timeout=PRINTED_WITHIN, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            message = f"a bill was not printed: {type(error).__name__}"
            raise Unavailable(message) from error
        if done.returncode:
            message = f"a bill's process ended with {done.returncode}: {done.stderr[-2000:].decode(errors='replace')}"
            raise Unavailable(message)
        return done.stdout


def _main() -> None:
    """Print what comes in."""
    from ordain.adapters.bill_pdf import Printer  # noqa: PLC0415 - by this process alone

    content = msgspec.json.decode(sys.stdin.buffer.read(), type=Content)
    printer = Printer(gettext_files.load(), *map(Path, sys.argv[1:2]))
    sys.stdout.buffer.write(printer.printed(content))


if __name__ == "__main__":
    _main()
