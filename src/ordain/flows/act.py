"""What a flow writes with inside one transaction: the transaction, fresh ids, the account and the instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.account import Account
from ordain.core.mail import Mail
from ordain.flows.ports import Engine
from ordain.store import mails
from ordain.store.database import Tx

if TYPE_CHECKING:
    from ordain.core.language import Language
    from ordain.core.mail import Text


class Act(Struct, frozen=True):
    """One transaction of one account. A transaction may be run again: every run starts with `ids` anew."""

    engine: Engine
    tx: Tx
    account: Account
    ids: Iterator[int]
    now: datetime
    spender: int = 0
    """The credential whose spending limit counts what is paid; 0: nobody's."""

    @property
    def language(self) -> Language:
        """The account's language."""
        return self.engine.languages.of(self.account.language)


async def write_mail(act: Act, order_id: int | None, text: Text, to: str = "") -> None:
    """Write a mail to the account, or `to` somebody else: to be sent where there is a mail server, kept in any case."""
    written = Mail(
        nic=act.account.nichandle,
        mail_id=next(act.ids),
        order_id=order_id,
        at=act.now,
        recipient=to or act.account.email,
        elsewhere=bool(to),
        subject=text.subject,
        body=text.body,
        status="unsent" if act.engine.post else "kept",
        try_at=act.now if act.engine.post else None,
    )
    await mails.add(act.tx, written)
