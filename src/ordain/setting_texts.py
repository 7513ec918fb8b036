"""How a setting's text becomes its value. What it should be instead is the end of a sentence, as a ValueError."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from ordain.payment_settings import is_local


class Setting(Struct, frozen=True):
    """A row of the table. `read` makes the value of a text, or raises ValueError in words."""

    name: str
    default: str
    told: str
    read: Callable[[str], Any]


def listen(text: str) -> tuple[str, int]:
    """HOST:PORT."""
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 65535):
        message = "is HOST:PORT, such as 127.0.0.1:8080"
        raise ValueError(message)
    return host.strip("[]"), int(port)


def listen_or_not(text: str) -> tuple[str, int] | None:
    """HOST:PORT, or nothing."""
    return listen(text) if text else None


def database(text: str) -> str:
    """Where the database is."""
    if text and not text.startswith(("sqlite:", "postgresql://", "postgres://")):
        message = "is sqlite:PATH or postgresql://USER@HOST/NAME"
        raise ValueError(message)
    return text


_LOGIN = re.compile(r"(//[^:/?@]*):[^?]+@")
_PASSWORD = re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)


def shown(text: str) -> str:
    """A URL as logs and terminals may have it: without the password that may stand in it."""
    return _PASSWORD.sub(r"\1…", _LOGIN.sub(r"\1:…@", text))


def url(text: str) -> str:
    """The root of a server, or nothing."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    root = parts.netloc and parts.path in ("", "/") and not (parts.query or parts.fragment)
    if text and not (parts.scheme in ("http", "https") and root):
        message = "is http://HOST[:PORT] or https://HOST[:PORT], without a path"
        raise ValueError(message)
    return text.rstrip("/")


_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII | re.IGNORECASE)


def hosts(text: str) -> tuple[str, ...]:
    """Name servers, separated by commas. Registries tell them in lower case, and what differs is not delivered."""
    hosts = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if not 2 <= len(hosts) <= 13 or not all(_HOST.fullmatch(host) for host in hosts):
        message = "is 2 to 13 name servers, separated by commas"
        raise ValueError(message)
    return hosts


def names(text: str) -> tuple[str, ...]:
    """Names, separated by commas."""
    return tuple(part.strip().strip(".").lower() for part in text.split(",") if part.strip())


def addresses(text: str) -> tuple[str, ...]:
    """IP addresses, separated by commas."""
    try:
        return tuple(str(ipaddress.ip_address(part.strip())) for part in text.split(",") if part.strip())
    except ValueError:
        message = "is IP addresses, separated by commas, or nothing"
        raise ValueError(message) from None


def https(text: str) -> str:
    """A login goes there: in clear text only to this machine."""
    try:
        parts = urlsplit(text)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_local(parts.hostname or ""))
        sound = safe and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        sound = False
    if text and not sound:
        message = "is https://HOST[:PORT][/PATH]"
        raise ValueError(message)
    return text.rstrip("/")


def certificate(text: str) -> Path | None:
    """A certificate's file; what is none is refused at start, not when the first customer needs it."""
    if not text:
        return None
    from cryptography import x509  # noqa: PLC0415 - only who sets it waits for it: `ordain --help` does not

    try:
        x509.load_pem_x509_certificate(Path(text).read_bytes())
    except (OSError, ValueError):
        message = "is a PEM file with a certificate that can be read"
        raise ValueError(message) from None
    return Path(text)


def suffix(text: str) -> str:
    """The end of accounts' names."""
    if not (text.isascii() and text.isalnum() and text == text.lower() and 2 <= len(text) <= 16):
        message = "is 2 to 16 lower-case letters and digits"
        raise ValueError(message)
    return text


def seconds(text: str) -> float:
    """Seconds, up to a minute."""
    message = "is a number of seconds from 0 to 60"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(message) from None
    if not 0 <= value <= 60:
        raise ValueError(message)
    return value


def lease(text: str) -> float:
    """Seconds, one at least."""
    value = seconds(text)
    if value < 1:
        message = "is a number of seconds from 1 to 60"
        raise ValueError(message)
    return value


def number(most: int, told: str) -> Callable[[str], int]:
    """A reader of whole numbers from 1 to so many; `told` is the refusal."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and 0 < int(text) <= most):
            raise ValueError(told)
        return int(text)

    return read


def count_or_not(text: str) -> int | None:
    """A number, or nothing."""
    return count(text) if text else None


def sender(text: str) -> str:
    """A mail's sender, or nothing."""
    address = parseaddr(text)[1]
    sound = text.isprintable() and re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", address) and _can_be_written_to(address)
    if text and not sound:
        message = "is an address, or a name and an address such as Ordain <no-reply@shop.example>"
        raise ValueError(message)
    return text


def recipient(text: str) -> str:
    """Whom a mail is to, or nothing: the address alone, whatever name stands before it."""
    return parseaddr(sender(text))[1]


def _can_be_written_to(address: str) -> bool:
    """Whether mails can have it in their head, its domain as the DNS has it."""
    from email.errors import MessageError  # noqa: PLC0415 - as above
    from email.headerregistry import Address  # noqa: PLC0415 - as above

    import idna  # noqa: PLC0415 - as above

    local, _, domain = address.rpartition("@")
    try:
        Address(addr_spec=f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode()}")
    except (MessageError, ValueError, LookupError, AttributeError):  # the parser raises all four
        return False
    return True


def choice(*allowed: str) -> Callable[[str], str]:
    """A reader of one of these words."""

    def read(text: str) -> str:
        if text not in allowed:
            message = f"is one of {', '.join(filter(None, allowed))}"
            raise ValueError(message)
        return text

    return read


count, port = (
    number(10**9, "is a number from 1 to 1000000000"),
    number(65535, "is a port, a number from 1 to 65535"),
)


TOKEN = re.compile(r"[!-~]{16,}")
"""A secret that programs send in a header as it stands."""
