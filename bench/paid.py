"""A state in which orders are paid and none is delivered: placed in this process, where no worker works."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import apsw
import uvloop

from bench.driver import Names, Signer, order
from bench.job import ORDER_STEPS
from bench.servers import customer
from bench.statements import answered
from ordain import app, settings
from ordain.core.delivery import ZONE

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.api.server import Api
    from ordain.flows.ports import Engine

CUSTOMERS = 32
PORT = 1
"""Nobody listens: it stands in what is signed."""


def prepare(state: Path, orders: int) -> None:
    """Make the state, with so many orders of one name each; those of a customer one after the other."""
    uvloop.run(_prepare(state, orders))


async def _prepare(state: Path, orders: int) -> None:
    of = settings.read({"ORDAIN_STATE": str(state), "ORDAIN_LISTEN": f"127.0.0.1:{PORT}"})
    async with app.opened(of) as engine:
        api = app.api(engine)
        shares = [orders // CUSTOMERS + (number < orders % CUSTOMERS) for number in range(CUSTOMERS)]
        await asyncio.gather(*(_ordered(engine, api, number, share) for number, share in enumerate(shares)))


async def _ordered(engine: Engine, api: Api, number: int, orders: int) -> None:
    flow = order(Signer(PORT, await customer(engine)), Names(f"paid-{number}").name, lambda _: None)
    _, request = next(flow)
    for _ in range(orders * len(ORDER_STEPS)):
        _, request = flow.send(await answered(api, request))


class Delivered:
    """Counts, beside the server that delivers, the names that are registered and whose zone is published."""

    def __init__(self, state: Path) -> None:
        self._connection = apsw.Connection(str(state / "ordain.db"), flags=apsw.SQLITE_OPEN_READONLY)
        self._connection.set_busy_timeout(1000)

    def count(self) -> int:
        """How many there are now."""
        asked = "SELECT count(*) FROM task WHERE status = 'done' AND function = ?"
        found = self._connection.execute(asked, (ZONE,)).get
        return int(found)

    def close(self) -> None:
        """Look no more."""
        self._connection.close()
