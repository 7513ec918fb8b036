"""What a flow writes with inside one transaction: the transaction, fresh ids, the account and the instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.account import Account
from ordain.core.progress import Happening
from ordain.flows.ports import Engine
from ordain.store import orders
from ordain.store.database import Tx

if TYPE_CHECKING:
    from ordain.core.language import Language
    from ordain.core.mail import Text
    from ordain.core.order import Order


class Act(Struct, frozen=True):
    """One transaction of one account. A transaction may be run again: every run starts with `ids` anew."""

    engine: Engine
    tx: Tx
    account: Account
    ids: Iterator[int]
    now: datetime

    @property
    def language(self) -> Language:
        """The account's language."""
        return self.engine.languages.of(self.account.language)


async def note(act: Act, order: Order, label: str, text: str, **values: object) -> None:
    """Remember what happened to an order: the label is the contract's, the text is said in the customer's language."""
    happening = Happening(next(act.ids), act.now, label, act.language.say(text, **values))
    await orders.add_happening(act.tx, order.nic, order.order_id, happening)


async def write_mail(act: Act, order_id: int | None, text: Text) -> None:
    """Write a mail to the account."""
    written = orders.Mail(
        mail_id=next(act.ids),
        order_id=order_id,
        at=act.now,
        recipient=act.account.email,
        subject=text.subject,
        body=text.body,
    )
    await orders.add_mail(act.tx, act.account.nichandle, written)
