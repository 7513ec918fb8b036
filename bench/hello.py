"""The bare ASGI "hello" the order flow is measured against: what this machine, uvloop and uvicorn can do at most.

Run as `python -m bench.hello PORT`. Its answer holds the ids the order flow looks for, so that the load driver can
drive its whole flow against it: what comes out is the driver's own ceiling.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import uvicorn
import uvloop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

BODY = b'{"cartId":"00000000-0000-0000-0000-000000000000","itemId":1,"orderId":1}'
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())],
}
END = {"type": "http.response.body", "body": BODY}


async def hello(scope: Message, receive: Receive, send: Send) -> None:
    """Read the body of a POST, and answer the same to everything."""
    if scope["method"] == "POST":
        while (await receive()).get("more_body", False):
            pass
    await send(START)
    await send(END)


def config(port: int) -> uvicorn.Config:
    """What `ordain.serving` runs uvicorn with, save for the application."""
    return uvicorn.Config(
        hello,
        host="127.0.0.1",
        port=port,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    uvloop.run(uvicorn.Server(config(int(sys.argv[1]))).serve())
