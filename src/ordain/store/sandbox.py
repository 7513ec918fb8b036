"""The sandbox registry's own tables. They stand for another house's database: nothing else reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ordain.core.registry_life import Kept
from ordain.store.columns import instant, micros, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ordain.store.database import Database, Row, Tx

_COLUMNS = "sponsor, transaction_id, created, expires, ready, held"
_IN_COLUMNS = ("name", "sponsor", "transaction", "created", "expires", "ready")
"""Members of a name that have columns of their own; the others are one text, `held`."""


class SandboxNames:
    """Names registered at the sandbox registry, in the database given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, name: str) -> Kept | None:
        """A registered name, as it was written last."""
        return await self._database.read(lambda tx: _find(tx, name))

    async def find_many(self, names: Sequence[str]) -> dict[str, Kept]:
        """Those of the names that are registered, by name."""

        async def work(tx: Tx) -> list[Row]:
            places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
            return await tx.fetch(f"SELECT name, {_COLUMNS} FROM sandbox_name WHERE name IN ({places})", *names)

        rows = await self._database.read(work) if names else []
        return {row[0]: _kept(row[0], row[1:]) for row in rows}

    async def alter(self, name: str, how: Callable[[Kept | None], Kept | None]) -> None:
        """Have a name be what `how` makes of it; None: it is not registered. `how` may be called more than once."""

        async def work(tx: Tx) -> None:
            kept = await _find(tx, name)
            altered = how(kept)
            if altered is None and kept is not None:
                await tx.execute("DELETE FROM sandbox_name WHERE name = $1", name)
            elif altered is not None and altered != kept:
                await _write(tx, altered)

        await self._database.write(work)

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


class SandboxSales:
    """Names sold on the sandbox's marketplaces, in the database given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, name: str) -> tuple[str, str] | None:
        """The (platform, transaction) a name was sold by."""
        sql = "SELECT platform, transaction_id FROM sandbox_sale WHERE name = $1"
        row = await self._database.read(lambda tx: tx.fetch_one(sql, name))
        return (row[0], row[1]) if row else None

    async def sell(self, name: str, platform: str, transaction: str, now: datetime) -> bool:
        """Sell a name, unless it is sold: then nothing happens and the answer is False."""
        sql = (
            "INSERT INTO sandbox_sale (name, platform, transaction_id, sold) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (name) DO NOTHING"
        )

        async def work(tx: Tx) -> bool:
            return await tx.execute(sql, name, platform, transaction, micros(now)) == 1

        return await self._database.write(work)


class SandboxObjects:
    """What else the sandbox registry keeps when it is spoken to in EPP: contacts, hosts, messages of the queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, kind: str, object_id: str) -> dict[str, Any] | None:
        """An object as it was put."""
        sql = "SELECT held FROM sandbox_object WHERE kind = $1 AND object_id = $2"
        row = await self._database.read(lambda tx: tx.fetch_one(sql, kind, object_id))
        return unpack(row[0], dict) if row else None

    async def put(self, kind: str, object_id: str, held: dict[str, Any]) -> None:
        """Keep an object, in place of what was there."""
        sql = (
            "INSERT INTO sandbox_object (kind, object_id, held) VALUES ($1, $2, $3)"
            " ON CONFLICT (kind, object_id) DO UPDATE SET held = excluded.held"
        )
        await self._database.write(lambda tx: tx.execute(sql, kind, object_id, pack(held)))

    async def remove(self, kind: str, object_id: str) -> bool:
        """Forget an object; False if there was none."""
        sql = "DELETE FROM sandbox_object WHERE kind = $1 AND object_id = $2"
        return await self._database.write(lambda tx: tx.execute(sql, kind, object_id)) == 1

    async def all(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """All objects of a kind, by their ids."""
        sql = "SELECT object_id, held FROM sandbox_object WHERE kind = $1 ORDER BY object_id"
        rows = await self._database.read(lambda tx: tx.fetch(sql, kind))
        return [(row[0], unpack(row[1], dict)) for row in rows]


async def _write(tx: Tx, kept: Kept) -> None:
    held = {name: value for name, value in msgspec.to_builtins(kept).items() if name not in _IN_COLUMNS}
    await tx.execute(
        f"INSERT INTO sandbox_name (name, {_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name)"
        " DO UPDATE SET sponsor = excluded.sponsor, transaction_id = excluded.transaction_id,"
        " created = excluded.created, expires = excluded.expires, ready = excluded.ready, held = excluded.held",
        kept.name,
        kept.sponsor,
        kept.transaction or "",
        micros(kept.created),
        micros(kept.expires),
        micros(kept.ready),
        pack(held),
    )


async def _find(tx: Tx, name: str) -> Kept | None:
    row = await tx.fetch_one(f"SELECT {_COLUMNS} FROM sandbox_name WHERE name = $1", name)
    return _kept(name, row) if row else None


def _kept(name: str, row: Row) -> Kept:
    sponsor, transaction, created, expires, ready, written = row
    held = unpack(written, dict)
    if held.pop("redemption", False):
        # Deleted before the day of that was written down: to be restored until it would have expired.
        days = {"began": created, "redeemable": expires, "purged": expires}
        held["ending"] = {name: instant(day).isoformat() for name, day in days.items()}
    plain = {
        "name": name,
        "sponsor": sponsor,
        "transaction": transaction or None,
        "created": instant(created),
        "expires": instant(expires),
        "ready": instant(ready),
    }
    return msgspec.convert({**held, **plain}, Kept)
