"""The sandbox registry's own tables. They stand for another house's database: nothing else reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.registry import Registration
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Database, Tx


_INSERT = (
    "INSERT INTO sandbox_name (name, sponsor, transaction_id, created, expires, ready)"
    " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name)"
)
_TAKE_OVER = (
    "DO UPDATE SET sponsor = excluded.sponsor, transaction_id = excluded.transaction_id, created = excluded.created,"
    " expires = excluded.expires, ready = excluded.ready WHERE sandbox_name.sponsor <> excluded.sponsor"
)


class SandboxNames:
    """Names registered at the sandbox registry, in the database given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, name: str, sponsor: str, now: datetime) -> Registration | None:
        """A registered name, seen by this sponsor."""

        async def work(tx: Tx) -> Registration | None:
            row = await tx.fetch_one(
                "SELECT sponsor, transaction_id, created, expires, ready FROM sandbox_name WHERE name = $1", name
            )
            return _registration(name, sponsor, row, now) if row else None

        return await self._database.read(work)

    async def register(self, registration: Registration, sponsor: str, ready: datetime) -> bool:
        """Register a name, unless it is: then nothing happens and the answer is False."""
        return await self._write(f"{_INSERT} DO NOTHING", registration, sponsor, ready)

    async def take_over(self, registration: Registration, sponsor: str, ready: datetime) -> bool:
        """Register a name, or bring it here from another sponsor; False if this sponsor has it."""
        return await self._write(f"{_INSERT} {_TAKE_OVER}", registration, sponsor, ready)

    async def _write(self, sql: str, registration: Registration, sponsor: str, ready: datetime) -> bool:
        async def work(tx: Tx) -> bool:
            written = await tx.execute(
                sql,
                registration.name,
                sponsor,
                registration.transaction,
                micros(registration.created),
                micros(registration.expires),
                micros(ready),
            )
            return written == 1

        return await self._database.write(work)

    async def calls(self, transaction: str) -> int:
        """Count one more call with this transaction id; how many there were, this one included."""

        async def work(tx: Tx) -> int:
            rows = await tx.fetch(
                "INSERT INTO sandbox_call (transaction_id, calls) VALUES ($1, 1) ON CONFLICT (transaction_id)"
                " DO UPDATE SET calls = sandbox_call.calls + 1 RETURNING calls",
                transaction,
            )
            return int(rows[0][0])

        return await self._database.write(work)


def _registration(name: str, sponsor: str, row: tuple[str, str, int, int, int], now: datetime) -> Registration:
    holder, transaction, created, expires, ready = row
    ours = holder == sponsor
    return Registration(
        name=name,
        ours=ours,
        transaction=transaction if ours else None,
        created=instant(created),
        expires=instant(expires),
        pending=instant(ready) > now,
    )
