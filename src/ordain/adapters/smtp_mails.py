"""Mails carried by a mail server, spoken to over SMTP (RFC 5321, RFC 6409); a connection for each mail."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE_FORM
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, Literal

import aiosmtplib
import idna
from msgspec import Struct

from ordain.core.mail import NotTaken

if TYPE_CHECKING:
    from ordain.core.mail import Mail

ANSWER_WITHIN, DONE_WITHIN = 30, 120
"""Seconds for one answer of the server, and for the whole of one mail: well below `core.mail.LEASE`."""


class MailServer(Struct, frozen=True, kw_only=True):
    """Where mails are handed in, and as whom. `starttls` insists: a server without it is not spoken to."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"]
    user: str
    password: str
    sender: str
    """An address, or a name and an address: Ordain <no-reply@shop.example>."""


class SmtpPost:
    """The mails of one sender."""

    def __init__(self, server: MailServer, trusted: ssl.SSLContext | None = None) -> None:
        self._server = server
        name, address = parseaddr(server.sender)
        self._sender = Address(name, addr_spec=_in_ascii(address))  # or servers without SMTPUTF8 take no mail
        if server.tls != "none":
            trusted = trusted or ssl.create_default_context()
        self._trusted = trusted

    async def send(self, mail: Mail) -> None:
        """Hand one mail over. NotTaken is final where the server refuses this mail or its recipient for good (5xx)."""
        message = composed(mail, self._sender)
        try:
            async with asyncio.timeout(DONE_WITHIN):
                await self._hand_over(message)
        except (OSError, aiosmtplib.SMTPException) as trouble:  # TimeoutError is an OSError
            raise NotTaken(_said(trouble), final=_is_final(trouble)) from trouble

    async def _hand_over(self, message: EmailMessage) -> None:
        of = self._server
        client = aiosmtplib.SMTP(
            hostname=of.host,
            port=of.port,
            username=of.user or None,
            password=of.password or None,
            use_tls=of.tls == "tls",
            start_tls=of.tls == "starttls",
            tls_context=self._trusted,
            timeout=ANSWER_WITHIN,
        )
        try:
            try:
                await client.connect()
            except aiosmtplib.SMTPException as trouble:  # whatever it was, it was not about this mail
                raise NotTaken(_said(trouble)) from trouble
            await client.send_message(message)
            with suppress(OSError, aiosmtplib.SMTPException):  # it is the server's by now
                await client.quit()
        finally:
            client.close()


def composed(mail: Mail, sender: Address) -> EmailMessage:
    """The message as it goes over the wire (RFC 5322). NotTaken, finally, for an address nothing can be sent to."""
    message = EmailMessage(policy=WIRE_FORM)
    try:
        message["From"] = sender
        message["To"] = Address(addr_spec=_in_ascii(mail.recipient))
        message["Subject"] = mail.subject
    except (MessageError, ValueError, LookupError, AttributeError) as wrong:  # the parser raises all four
        reason = f"it cannot be addressed: {wrong}"
        raise NotTaken(reason, final=True) from wrong
    message["Date"] = format_datetime(mail.at)
    # The same at every attempt: a mail sent twice is known by it.
    message["Message-ID"] = f"<{mail.nic}.{mail.mail_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office note is wanted back
    message.set_content(mail.body)
    return message


def _in_ascii(address: str) -> str:
    """The address with its domain as DNS has it. Raises idna.IDNAError, a ValueError."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain}" if domain.isascii() else f"{local}@{idna.encode(domain, uts46=True).decode()}"


def _is_final(trouble: Exception) -> bool:
    """Whether the server will never take this mail: about its sender it may change its mind (that is a setting)."""
    match trouble:
        case aiosmtplib.SMTPRecipientsRefused():
            return all(one.code >= 500 for one in trouble.recipients)
        case aiosmtplib.SMTPDataError():
            return trouble.code >= 500
        case _:
            return isinstance(trouble, aiosmtplib.SMTPNotSupported)


def _said(trouble: Exception) -> str:
    if isinstance(trouble, aiosmtplib.SMTPRecipientsRefused):
        return "; ".join(_said(one) for one in trouble.recipients)
    if isinstance(trouble, aiosmtplib.SMTPResponseException):
        return f"{trouble.code} {trouble.message}"
    return str(trouble) or type(trouble).__name__
