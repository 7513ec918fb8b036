"""What staff change of what is sold: one book of edits for everybody, numbered without a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.edit import Change, Edit
from ordain.store.columns import instant, maybe_instant, maybe_micros, micros, pack, unpack

if TYPE_CHECKING:
    from ordain.store.database import Tx

_BOOK = "market"


async def after(tx: Tx, number: int) -> list[Edit]:
    """The edits that were made after this one, in their order."""
    rows = await tx.fetch(
        "SELECT number, at, nic, change, before, begins, ends, reason FROM market_edit"
        " WHERE book = $1 AND number > $2 ORDER BY number",
        _BOOK,
        number,
    )
    return [
        Edit(
            number=number,
            at=instant(at),
            by=nic,
            change=unpack(change, Change),  # type: ignore[arg-type]  # a union is no class to mypy
            before=None if before is None else unpack(before, Change),  # type: ignore[arg-type]  # as above
            begins=instant(begins),
            ends=maybe_instant(ends),
            reason=reason,
        )
        for number, at, nic, change, before, begins, ends, reason in rows
    ]


async def add(tx: Tx, edit: Edit) -> None:
    """Keep an edit. Raises Conflict where another took its number at the same moment."""
    await tx.execute(
        "INSERT INTO market_edit (book, number, at, nic, change, before, begins, ends, reason)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        _BOOK,
        edit.number,
        micros(edit.at),
        edit.by,
        pack(edit.change),
        None if edit.before is None else pack(edit.before),
        micros(edit.begins),
        maybe_micros(edit.ends),
        edit.reason,
    )
