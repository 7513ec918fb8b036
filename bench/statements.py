"""How many statements each step of the order flow sends to the database: an order in this process, without a server.

The sandbox registry's own are not among them: a real registry is asked over EPP.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from bench.driver import Names, Signer, order
from bench.job import ORDER_STEPS
from bench.servers import free_port, prepared
from ordain import app, settings
from ordain.flows.watched import Watched
from ordain.store.database import open_database
from ordain.store.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence
    from pathlib import Path

    from ordain.api.server import Api
    from ordain.store.database import Database, Row, Tx

    Work = Callable[[Tx], Awaitable[Any]]


class _Tx:
    """A transaction whose statements are written down."""

    def __init__(self, tx: Tx, seen: list[str]) -> None:
        self._tx = tx
        self._seen = seen

    async def fetch(self, sql: str, *arguments: object) -> list[Row]:
        self._seen.append(sql)
        return await self._tx.fetch(sql, *arguments)

    async def fetch_one(self, sql: str, *arguments: object) -> Row | None:
        self._seen.append(sql)
        return await self._tx.fetch_one(sql, *arguments)

    async def execute(self, sql: str, *arguments: object) -> int:
        self._seen.append(sql)
        return await self._tx.execute(sql, *arguments)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        self._seen.append(sql)
        await self._tx.execute_many(sql, rows)


class Counted(Watched):
    """A `Database` whose statements are written down."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.seen: list[str] = []

    async def write(self, work: Work, *, in_turn: bool = False) -> Any:  # noqa: ANN401 - whatever `work` gives
        """As the database does."""
        return await super().write(lambda tx: work(_Tx(tx, self.seen)), in_turn=in_turn)

    async def read(self, work: Work) -> Any:  # noqa: ANN401 - whatever `work` gives
        """As the database does."""
        return await super().read(lambda tx: work(_Tx(tx, self.seen)))

    async def read_long(self, work: Work) -> Any:  # noqa: ANN401 - whatever `work` gives
        """As the database does."""
        return await super().read_long(lambda tx: work(_Tx(tx, self.seen)))


async def count(folder: Path) -> dict[str, int]:
    """The statements of each step, by its name, on a SQLite database of its own.

    Of the second order: the first one also writes down what was never agreed to before. The clock stands still, so that
    who is asking, and that they asked, is not looked up and written down again.
    """
    port = free_port()
    of = settings.read({"ORDAIN_STATE": str(folder / "statements"), "ORDAIN_LISTEN": f"127.0.0.1:{port}"})
    signer = Signer(port, (await prepared(of, 1))[0])
    database = Counted(await open_database(of.database))
    try:
        await migrate(database, time.time_ns() // 1000)
        now = app.clock(of)()
        api = app.api(app.engine(of, app.market(of), database, lambda: None, lambda: now))
        flow, found = order(signer, Names("statements").name, lambda _: None), {}
        _, request = next(flow)
        for step in 2 * ORDER_STEPS:
            database.seen.clear()
            body = await answered(api, request)
            found[step] = sum("sandbox_" not in sql for sql in database.seen)
            _, request = flow.send(body)
    finally:
        await database.close()
    return found


async def answered(api: Api, request: bytes) -> bytes:
    """What the application answers to the bytes of a request."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    method, target, _ = line.split(b" ")
    path, _, query = target.partition(b"?")
    scope = {
        "type": "http",
        "method": method.decode(),
        "path": path.decode(),
        "raw_path": path,
        "query_string": query,
        "headers": [tuple(field.split(b": ", 1)) for field in fields],
        "scheme": "http",
        "client": ("127.0.0.1", 1),
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's messages are anything
        sent.append(message)

    await api(scope, receive, send)
    start, *pieces = sent
    if start["status"] != 200:
        message = f"{method.decode()} {target.decode()}: {start['status']} {pieces}"
        raise SystemExit(message)
    return b"".join(piece["body"] for piece in pieces)
