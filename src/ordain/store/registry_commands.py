"""What registries were asked to do with a name: noted before they are asked, for their answers may be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core.registry_command import FIRST_LOOK, RegistryCommand
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.registry_command import Outcome, Verb
    from ordain.store.database import Database, Row, Tx

_COLUMNS = "transaction_id, verb, outcome, attempts, asked, contact_due"


class RegistryCommands:
    """The notes, in the database given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, name: str) -> tuple[RegistryCommand, ...]:
        """What was asked for a name, the latest last."""
        return await self._database.read(lambda tx: _of(tx, name))

    async def known(self, names: Sequence[str]) -> set[str]:
        """Those of these names that something was ever asked for."""
        places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
        sql = f"SELECT DISTINCT name FROM registry_command WHERE name IN ({places})"
        return {row[0] for row in await self._database.read(lambda tx: tx.fetch(sql, *names))} if names else set()

    async def note(self, name: str, transaction: str, verb: Verb, now: datetime) -> tuple[RegistryCommand, ...]:
        """Note that a transaction is about to ask; the name's commands, this one last, with its attempts.

        A transfer is not noted while another one's outcome is unknown, or it was taken a moment ago: then it is not
        among them.
        """

        async def work(tx: Tx) -> tuple[RegistryCommand, ...]:
            known = await _of(tx, name)
            mine = next((each for each in known if each.transaction == transaction), None)
            others = tuple(each for each in known if each is not mine)
            if verb == "transfer" and any(each.holds_up(now) for each in others):
                return others
            first = RegistryCommand(transaction=transaction, verb=verb, outcome="asked", attempts=0, asked=now)
            before = mine if mine and mine.outcome != "refused" else structs.replace(mine or first, outcome="asked")
            due = now + FIRST_LOOK if verb == "create" else before.contact_due
            noted = structs.replace(before, attempts=before.attempts + 1, asked=now, contact_due=due)
            await tx.execute(
                f"INSERT INTO registry_command (name, {_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                " ON CONFLICT (name, transaction_id) DO UPDATE SET outcome = excluded.outcome,"
                " attempts = excluded.attempts, asked = excluded.asked, contact_due = excluded.contact_due",
                name,
                noted.transaction,
                noted.verb,
                noted.outcome,
                noted.attempts,
                micros(noted.asked),
                micros(noted.contact_due) if noted.contact_due else None,
            )
            return (*others, noted)

        return await self._database.write(work)

    async def settle(self, name: str, noted: RegistryCommand, outcome: Outcome) -> None:
        """Note what came of an attempt, as it was noted before.

        What was done is done, whoever says it. That it was refused is a slow attempt's word if another was made since,
        or something else is known by now: it does not count.
        """
        sql = "UPDATE registry_command SET outcome = $3 WHERE name = $1 AND transaction_id = $2"
        known = (name, noted.transaction, outcome)
        if outcome != "refused":
            await self._database.write(lambda tx: tx.execute(sql, *known))
            return
        only = f"{sql} AND attempts = $4 AND outcome = $5"
        await self._database.write(lambda tx: tx.execute(only, *known, noted.attempts, noted.outcome))

    async def look_at_contact(self, name: str, noted: RegistryCommand, due: datetime | None) -> None:
        """Note when the contact of a command is looked at again; nothing, if another attempt was made since."""
        sql = "UPDATE registry_command SET contact_due = $3 WHERE name = $1 AND transaction_id = $2 AND attempts = $4"
        known = (name, noted.transaction, micros(due) if due else None, noted.attempts)
        await self._database.write(lambda tx: tx.execute(sql, *known))

    async def with_contacts_due(self, now: datetime, most: int) -> list[str]:
        """Names whose commands' contacts are due to be looked at, the longest due first."""
        sql = "SELECT name FROM registry_command WHERE contact_due <= $1 ORDER BY contact_due LIMIT $2"
        rows = await self._database.read(lambda tx: tx.fetch(sql, micros(now), most))
        return list(dict.fromkeys(row[0] for row in rows))

    async def put_contacts_off(self, name: str, due: datetime, until: datetime) -> None:
        """Look at contacts of this name that are due by then when it is `until`."""
        sql = "UPDATE registry_command SET contact_due = $3 WHERE name = $1 AND contact_due <= $2"
        await self._database.write(lambda tx: tx.execute(sql, name, micros(due), micros(until)))


async def _of(tx: Tx, name: str) -> tuple[RegistryCommand, ...]:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM registry_command WHERE name = $1 ORDER BY asked, transaction_id", name
    )
    return tuple(map(_command, rows))


def _command(row: Row) -> RegistryCommand:
    transaction, verb, outcome, attempts, asked, due = row
    return RegistryCommand(
        transaction=transaction,
        verb=verb,
        outcome=outcome,
        attempts=attempts,
        asked=instant(asked),
        contact_due=None if due is None else instant(due),
    )
