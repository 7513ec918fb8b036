"""What the embedded name server serves: zones as they were last published, and the sealed keys they are signed with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.zone import Zone
from ordain.store.columns import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.store.database import Database, Tx
    from ordain.store.sealing import Sealer


class ServedZones:
    """The zones, in the database given. A zone's `version` is another one after every publication."""

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._database, self._sealer = database, sealer

    async def put(self, zone: Zone, version: str, key: bytes | None) -> None:
        """Keep a zone as it is published. One that is signed keeps the key it has, or else has this one; else none."""
        sealed = self._sealer.seal_bytes(key) if key else None

        async def work(tx: Tx) -> None:
            await tx.execute(
                "INSERT INTO served_zone (name, version, content, sealed_key) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (name) DO UPDATE SET version = excluded.version, content = excluded.content,"
                " sealed_key = CASE WHEN excluded.sealed_key IS NULL THEN NULL"
                " ELSE coalesce(served_zone.sealed_key, excluded.sealed_key) END",
                zone.name,
                version,
                pack(zone),
                sealed,
            )

        await self._database.write(work)

    async def versions(self, names: Sequence[str]) -> dict[str, str]:
        """Those of these names that are zones served here, each with its version."""
        places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
        sql = f"SELECT name, version FROM served_zone WHERE name IN ({places})"
        rows = await self._database.read(lambda tx: tx.fetch(sql, *names)) if names else []
        return {row[0]: row[1] for row in rows}

    async def load(self, name: str) -> tuple[str, Zone, bytes | None] | None:
        """A zone with its version and its key; None if it is not served."""
        sql = "SELECT version, content, sealed_key FROM served_zone WHERE name = $1"
        row = await self._database.read(lambda tx: tx.fetch_one(sql, name))
        if row is None:
            return None
        return row[0], unpack(row[1], Zone), self._sealer.unseal_bytes(row[2]) if row[2] else None

    async def delete(self, name: str) -> None:
        """Forget a zone, and its key."""
        await self._database.write(lambda tx: tx.execute("DELETE FROM served_zone WHERE name = $1", name))
