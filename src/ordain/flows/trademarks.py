"""Trademarks: the claims a name is under, accounts' signed mark data files, and the clearing house's lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import signed_mark as core
from ordain.core import trademark_lists as lists_core
from ordain.core.configuration import SMD, is_sunrise
from ordain.core.refusal import Refusal, Refused, conflict, invalid, not_found, refusal
from ordain.core.registry import NoAnswer
from ordain.core.signed_mark import CannotTell, NotGenuine
from ordain.flows import claims
from ordain.flows.carts import availability, parsed
from ordain.store import signed_marks, trademark_lists

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.cart import Cart, Item
    from ordain.core.claims import Notice
    from ordain.core.signed_mark import SignedMark
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


async def notice(engine: Engine, domain: str) -> Notice:
    """The claims notice of a name."""
    name = parsed(engine, domain)
    if name is None:
        message = "%(domain)r is under no extension that is sold here"
        raise invalid(message, "domain", domain=domain)
    try:
        key = (await availability(engine, name)).claim_key
        if key is not None:
            return await claims.notice(engine, name.ascii, key)
    except NoAnswer as silence:
        message = "The claims of %(name)s cannot be asked for now, try again later: %(silence)s"
        raise Refused(refusal("unavailable", message, "domain", name=name.unicode, silence=silence)) from silence
    message = "%(name)s is under no trademark claim"
    raise not_found(message, "domain", name=name.unicode)


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


async def _read(engine: Engine, data: str, now: datetime) -> SignedMark:
    """The mark of a file, if it is genuine and good for something. Raises Refused."""
    xml = core.xml_of(data)
    if isinstance(xml, Refusal):
        raise Refused(xml)
    lists = await engine.database.read(trademark_lists.certificates)
    try:
        mark = core.read(data, engine.marks.signed(xml, lists, now), now)
    except NotGenuine as why:
        message = f"data {why}"
        raise invalid(message, "data") from why
    except CannotTell as why:
        message = f"Signed mark data cannot be checked now: {why}"
        raise Refused(Refusal("unavailable", message, "data")) from why
    if isinstance(mark, Refusal):
        raise Refused(mark)
    since = await engine.database.read(lambda tx: trademark_lists.since(tx, "smdrl", mark.mark_id))
    why_not = core.revoked(since)
    if why_not:
        message = f"data {why_not}"
        raise invalid(message, "data")
    return mark


async def of_cart(tx: Tx, engine: Engine, cart: Cart, now: datetime) -> dict[int, SignedMark | str]:
    """The signed marks that a cart's items are ordered with in a sunrise, or why they are of no use, by items' ids."""
    named = {item: item.value(SMD) for item in cart.items if is_sunrise(item)}
    return {item.item_id: await _good_for(tx, engine, cart, item, now) for item, value in named.items() if value}


async def _good_for(tx: Tx, engine: Engine, cart: Cart, item: Item, now: datetime) -> SignedMark | str:
    value = item.value(SMD) or ""
    mark = await signed_marks.load(tx, cart.nic or "", core.smd_id_of(value) or "")
    if mark is None:
        return f"{value[:100]} does not exist"
    label = claims.label_of(item.domain)
    if not mark.covers(label):
        return f"this mark does not cover {label!r}, but {', '.join(one.label for one in mark.labels[:5])}"
    since = await trademark_lists.since(tx, "smdrl", mark.mark_id)
    xml = core.xml_of(mark.data)
    try:
        if isinstance(xml, str):
            # Once more: its signer's certificate may have been revoked since it was given.
            engine.marks.signed(xml, await trademark_lists.certificates(tx), now)
    except NotGenuine as why:
        return f"this mark {why}"
    except CannotTell as why:
        return f"this mark cannot be checked now: {why}"
    why_not = core.revoked(since) or core.stale(mark, now)
    return f"this mark {why_not}" if why_not else mark


async def take(engine: Engine, text: str) -> str:
    """Take in a list the clearing house published: of revoked marks, of claims, or of revoked certificates (PEM).

    A sentence about what was taken. Raises Refused for what is none, not the clearing house's, or older than ours.
    """
    now = engine.clock()
    if "-----BEGIN X509 CRL-----" in text:
        return await _take_certificates(engine, text, now)
    try:
        new = lists_core.read(text)
    except lists_core.NoList as why:
        raise invalid(str(why)) from why

    async def work(tx: Tx) -> tuple[int, int]:
        await _refuse_older(tx, new.kind, new.made)
        return await trademark_lists.replace(tx, new)

    come, gone = await engine.database.write(work)
    return f"{new.kind} of {new.made.isoformat(timespec='seconds')}: {len(new.rows)} rows, {come} new, {gone} gone"


async def _take_certificates(engine: Engine, text: str, now: datetime) -> str:
    try:
        stale = engine.marks.revocations_problem(text, now)
    except ValueError as why:
        message = f"This list of revoked certificates cannot be used: {why}"
        raise invalid(message) from why
    if stale and engine.marks.needs_revocations:
        message = f"This list of revoked certificates cannot be used: {stale}"
        raise invalid(message)
    await engine.database.write(lambda tx: trademark_lists.save_certificates(tx, text, now))
    return f"crl: taken{f', although {stale}' if stale else ''}"


async def _refuse_older(tx: Tx, kind: str, made: datetime) -> None:
    held = await trademark_lists.made(tx, kind)
    if held is not None and made < held:
        message = f"This list is of {made.isoformat()}, older than the one that was taken, of {held.isoformat()}"
        raise conflict(message)


async def _refuse_twice(tx: Tx, nic: str, mark: SignedMark, smd_id: str) -> None:
    held = await signed_marks.id_of(tx, nic, mark.mark_id)
    if held not in (None, smd_id):
        message = f"You have given this signed mark data already, as {held}"
        raise conflict(message, "data")


async def add(engine: Engine, caller: Caller, data: str, now: datetime) -> tuple[str, SignedMark]:
    """A new file, with an id of its own."""
    nic, smd_id, mark = caller.account.nichandle, engine.unique_id(), await _read(engine, data, now)

    async def work(tx: Tx) -> None:
        await _refuse_twice(tx, nic, mark, smd_id)
        if len(await signed_marks.of_account(tx, nic)) >= core.MOST_FILES:
            message = f"An account holds at most {core.MOST_FILES} signed mark data files"
            raise conflict(message)
        await signed_marks.save(tx, nic, smd_id, mark)

    await engine.database.write(work)
    return smd_id, mark


async def replace(engine: Engine, caller: Caller, smd_id: str, data: str, now: datetime) -> SignedMark:
    """Another file in the place of one."""
    nic, mark = caller.account.nichandle, await _read(engine, data, now)

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
