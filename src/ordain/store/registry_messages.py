"""Messages of registries' queues, as they were heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ordain.core.registry_message import About, Heard, Message
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros, pack

if TYPE_CHECKING:
    from ordain.store.database import Row, Tx

_about: msgspec.json.Decoder[About] = msgspec.json.Decoder(About)
_COLUMNS = "registry, message_id, told, heard, words, about, became"


async def heard(tx: Tx, registry: str, message: Message) -> bool:
    """Whether this very message was heard before. Its number alone does not tell: some registries count anew."""
    row = await tx.fetch_one(
        "SELECT told, words FROM registry_message WHERE registry = $1 AND message_id = $2", registry, message.message_id
    )
    return row is not None and (row[0], row[1]) == (maybe_micros(message.at), message.words)


async def save(tx: Tx, one: Heard) -> None:
    """A message that was heard, in place of another one of the same number."""
    message = one.message
    await tx.execute(
        f"INSERT INTO registry_message ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (registry, message_id) DO UPDATE SET told = excluded.told, heard = excluded.heard,"
        " words = excluded.words, about = excluded.about, became = excluded.became",
        one.registry,
        message.message_id,
        maybe_micros(message.at),
        micros(one.heard),
        message.words,
        None if message.about is None else pack(message.about),
        one.became,
    )


async def latest(tx: Tx, most: int) -> list[Heard]:
    """The messages heard last, the latest first."""
    sql = f"SELECT {_COLUMNS} FROM registry_message ORDER BY heard DESC, registry, message_id LIMIT $1"
    return [_heard(row) for row in await tx.fetch(sql, most)]


def _heard(row: Row) -> Heard:
    registry, message_id, told, heard_at, words, about, became = row
    return Heard(
        registry=registry,
        message=Message(
            message_id=message_id,
            at=maybe_instant(told),
            words=words,
            about=None if about is None else _about.decode(about),
        ),
        heard=instant(heard_at),
        became=became,
    )
