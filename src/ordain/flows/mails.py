"""Mails: read by their account, and sent one at a time. The mail server is asked with no transaction open."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ordain.core import mail as core
from ordain.core.refusal import not_found
from ordain.store import mails

if TYPE_CHECKING:
    from ordain.core.account import Caller
    from ordain.core.mail import Mail
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

log = logging.getLogger(__name__)


async def ids(engine: Engine, caller: Caller) -> list[int]:
    """The ids of the caller's mails, the oldest first."""
    return await engine.database.read(lambda tx: mails.ids(tx, caller.account.nichandle))


async def later_id(engine: Engine, nic: str) -> int:
    """An id larger than that of every mail the account has, whichever process wrote it: for mails that clients await.

    Not for every mail: to read the account's last one in each order's transaction makes orders of one account that are
    placed at once conflict on PostgreSQL.
    """
    last = await engine.database.read(lambda tx: mails.last_id(tx, nic))
    found = await engine.database.new_ids()
    while found[-1] <= last:  # the rest of this process's block, at most: the next one is later than all
        found = await engine.database.new_ids(1000)
    return found[-1]


async def read(engine: Engine, caller: Caller, mail_id: int) -> Mail:
    """One of the caller's mails."""
    found = await engine.database.read(lambda tx: mails.load(tx, caller.account.nichandle, mail_id))
    if found is None:
        message = f"Mail {mail_id} does not exist"
        raise not_found(message, "id")
    return found


async def claim(engine: Engine, most: int) -> list[Mail]:
    """Take up mails to send, each by compare-and-set, so that no two workers have the same."""
    now = engine.clock()
    if engine.post is None or most <= 0:
        return []
    waiting = await engine.database.read(lambda tx: mails.due(tx, now, most))
    if not waiting:
        return []

    async def work(tx: Tx) -> list[Mail]:
        taken = [(mail, core.claimed(mail, now)) for mail in waiting]
        return [claimed for mail, claimed in taken if await mails.save(tx, claimed, mail.attempts)]

    return await engine.database.write(work)


async def send(engine: Engine, mail: Mail) -> None:
    """Send one claimed mail and save what came of it. A crash in between sends it again, under the same Message-ID."""
    if engine.post is None:
        return
    try:
        await engine.post.send(mail)
        after = core.sent(mail)
    except core.NotTaken as refusal:
        after = core.not_taken(mail, engine.clock(), final=refusal.final)
        given_up = " and is given up; it stays in the account's history" if after.status == "refused" else ""
        log.warning("mail %s of %s was not taken%s: %s", mail.mail_id, mail.nic, given_up, refusal)
    await engine.database.write(lambda tx: mails.save(tx, after, mail.attempts))
