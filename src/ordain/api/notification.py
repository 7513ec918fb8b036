"""/me/notification/email/history: the mails an account was written (wire-contract §5.3)."""

from __future__ import annotations

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.mail import without_key
from ordain.flows import mails

HISTORY = "/me/notification/email/history"


class EmailNotification(Struct, frozen=True):
    """nichandle.EmailNotification."""

    body: str
    date: words.Instant
    id: int
    subject: str


async def _list(call: Call) -> list[int]:
    return await mails.ids(call.engine, call.caller)


async def _read(call: Call) -> EmailNotification:
    mail = await mails.read(call.engine, call.caller, call.path["id"])
    return EmailNotification(without_key(mail.body), wire.instant(mail.at), mail.mail_id, mail.subject)


ROUTES = (
    Route(method="GET", path=HISTORY, do=_list, told="List the mails you were written", answer=list[int]),
    Route(method="GET", path=f"{HISTORY}/{{id}}", do=_read, told="Read a mail", answer=EmailNotification),
)
