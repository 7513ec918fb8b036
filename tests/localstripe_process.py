"""localstripe, in a process of its own on a port of this machine, for as long as a test run lasts.

Nothing of it is imported here (GPL-3.0). The program that starts it keeps it from writing its state to a fixed file in
/tmp, and takes off two members of a confirmation that Stripe takes and localstripe does not know.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """
import socket
from aiohttp import web
from localstripe import resources

resources.Store.dump_to_disk = lambda self: None
apis = resources.extra_apis
for number, (method, url, function) in enumerate(apis):
    if url == "/v1/payment_intents/{id}/confirm":
        def confirm(id, off_session=None, return_url=None, payment_method=None, function=function, **others):
            return function(id, **others)
        apis[number] = (method, url, confirm)

from localstripe.server import app

listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
web.run_app(app, sock=listening, print=None)
"""


@contextmanager
def localstripe() -> Iterator[str]:
    """Where it is: http://127.0.0.1:PORT."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.communicate()
