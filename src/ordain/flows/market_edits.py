"""What staff edit of what is sold: made, withdrawn, and taken over by every process within a moment."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ordain.core import edit_check
from ordain.core.audit import Deed
from ordain.core.edit import VERBS, Withdrawal, plain, scheduled
from ordain.core.edited import edited, lost
from ordain.core.refusal import Refused, conflict
from ordain.flows.office_audit import notes
from ordain.store import market_edits
from ordain.store.database import Conflict, DatabaseError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.edit import Edit, Wish
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between looks for what other processes edited: one read of an index, off every request."""
TRIES = 5
"""When somebody else's edit took the number."""


async def make(engine: Engine, wish: Wish, now: datetime) -> Edit:
    """Make an edit. Raises Refused.

    This process sells by it when this returns; the others within a second.
    """
    note = notes(engine)

    async def work(tx: Tx) -> Edit:
        edits = await _all(engine, tx)
        edit = _checked(engine, edits, wish, now)
        await market_edits.add(tx, edit)
        await note(tx, _deed(edit), _was(edits, edit), scheduled(edit))
        return edit

    for _ in range(TRIES):
        try:
            made = await engine.database.write(work)
        except Conflict:
            continue
        await refresh(engine)
        return made
    message = "Others edit what is sold at the very same moment: try again"
    raise conflict(message)


def _checked(engine: Engine, edits: Sequence[Edit], wish: Wish, now: datetime) -> Edit:
    made = edit_check.made(engine.shelf.files, edits, wish, now)
    if isinstance(made, list):
        raise Refused(*made)
    return made


def _deed(edit: Edit) -> Deed:
    subject = f"edit {edit.number}: {edit.subject}"
    return Deed(member=edit.by, verb=VERBS[type(edit.change)], subject=subject, reason=edit.reason)


def _was(edits: Sequence[Edit], edit: Edit) -> str:
    """What holds until the edit begins; of a withdrawal what it was that does not begin."""
    if isinstance(edit.change, Withdrawal):
        return next((scheduled(each) for each in edits if each.number == edit.change.number), "")
    return plain(edit.before)


async def judged(engine: Engine, wish: Wish, now: datetime) -> Edit:
    """What `make` would make, without making it. Raises Refused."""
    return _checked(engine, await engine.database.read(lambda tx: _all(engine, tx)), wish, now)


async def _all(engine: Engine, tx: Tx) -> tuple[Edit, ...]:
    """Every edit there is: what is known here, and what others made since."""
    known = engine.shelf.edits
    return (*known, *await market_edits.after(tx, known[-1].number if known else 0))


async def refresh(engine: Engine) -> bool:
    """Sell by all that was edited; whether there was anything new."""
    shelf = engine.shelf
    edits = await engine.database.read(lambda tx: _all(engine, tx))
    if not edits or edits[-1].number == shelf.version:
        return False
    for edit in lost(shelf.files, edits[len(shelf.edits) :]):
        log.warning("edit %s (%s) is left out: the catalogue's files do not have what it names", edit.number,
                    edit.subject)  # fmt: skip
    shelf.put(edited(shelf.files, edits), edits)
    engine.price_lists.clear()
    return True


async def follow(engine: Engine) -> None:
    """Take over what others edit, as long as this process lives. A database that is away is asked again."""
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            await refresh(engine)
        except DatabaseError:
            log.warning("what is sold could not be looked at", exc_info=True)
        except Exception:
            log.exception("what was edited could not be taken over")
