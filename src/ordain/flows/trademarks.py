"""Trademarks: the claims a name is under, and accounts' signed mark data files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import signed_mark
from ordain.core.refusal import Refusal, Refused, conflict, invalid, not_found
from ordain.core.registry import NoAnswer
from ordain.flows.carts import parsed, registry_of
from ordain.store import signed_marks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.claims import Notice
    from ordain.core.signed_mark import SignedMark
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def notice(engine: Engine, domain: str) -> Notice:
    """The claims notice of a name."""
    name = parsed(engine, domain)
    if name is None:
        message = f"{domain!r} is under no extension that is sold here"
        raise invalid(message, "domain")
    try:
        found = await registry_of(engine, name).claims(name.ascii)
    except NoAnswer as silence:
        message = f"The claims of {name.unicode} cannot be asked for now, try again later: {silence}"
        raise Refused(Refusal("unavailable", message, "domain")) from silence
    if found is None:
        message = f"{name.unicode} is under no trademark claim"
        raise not_found(message, "domain")
    return found


async def files(engine: Engine, caller: Caller) -> list[tuple[str, SignedMark]]:
    """The caller's signed mark data files with their ids."""
    return await engine.database.read(lambda tx: signed_marks.of_account(tx, caller.account.nichandle))


async def file(engine: Engine, caller: Caller, smd_id: str) -> SignedMark:
    """One of them."""
    return await engine.database.read(lambda tx: _load(tx, caller, smd_id))


async def _load(tx: Tx, caller: Caller, smd_id: str) -> SignedMark:
    found = await signed_marks.load(tx, caller.account.nichandle, smd_id)
    if found is None:
        raise _unknown(smd_id)
    return found


def _unknown(smd_id: str) -> Refused:
    return not_found(f"Signed mark data {smd_id} does not exist", "smdId")


def _read(data: str, now: datetime) -> SignedMark:
    mark = signed_mark.read(data, now)
    if isinstance(mark, Refusal):
        raise Refused(mark)
    return mark


async def _refuse_twice(tx: Tx, nic: str, mark: SignedMark, smd_id: str) -> None:
    held = await signed_marks.id_of(tx, nic, mark.mark_id)
    if held not in (None, smd_id):
        message = f"You have given this signed mark data already, as {held}"
        raise conflict(message, "data")


async def add(engine: Engine, caller: Caller, data: str, now: datetime) -> tuple[str, SignedMark]:
    """A new file, with an id of its own."""
    nic, smd_id, mark = caller.account.nichandle, engine.unique_id(), _read(data, now)

    async def work(tx: Tx) -> None:
        await _refuse_twice(tx, nic, mark, smd_id)
        if len(await signed_marks.of_account(tx, nic)) >= signed_mark.MOST_FILES:
            message = f"An account holds at most {signed_mark.MOST_FILES} signed mark data files"
            raise conflict(message)
        await signed_marks.save(tx, nic, smd_id, mark)

    await engine.database.write(work)
    return smd_id, mark


async def replace(engine: Engine, caller: Caller, smd_id: str, data: str, now: datetime) -> SignedMark:
    """Another file in the place of one."""
    nic, mark = caller.account.nichandle, _read(data, now)

    async def work(tx: Tx) -> None:
        await _load(tx, caller, smd_id)
        await _refuse_twice(tx, nic, mark, smd_id)
        await signed_marks.save(tx, nic, smd_id, mark)

    await engine.database.write(work)
    return mark


async def delete(engine: Engine, caller: Caller, smd_id: str) -> None:
    """Forget a file."""

    async def work(tx: Tx) -> None:
        if not await signed_marks.delete(tx, caller.account.nichandle, smd_id):
            raise _unknown(smd_id)

    await engine.database.write(work)
