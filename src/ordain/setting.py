"""A setting: its name, its default, what it is for, and how its text is read."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct


class Setting(Struct, frozen=True):
    """A row of the table. `read` makes the value of a text, or raises ValueError in words."""

    name: str
    default: str
    told: str
    read: Callable[[str], Any]


def listen(text: str) -> tuple[str, int]:
    """An address and a port."""
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and int(port) <= 65535):
        message = "is HOST:PORT, such as 127.0.0.1:8080"
        raise ValueError(message)
    return host.strip("[]"), int(port)


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


def seconds(text: str) -> float:
    """A span of time."""
    message = "is a number of seconds from 0 to 60"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(message) from None
    if not 0 <= value <= 60:
        raise ValueError(message)
    return value


def lease(text: str) -> float:
    """The same, and a second at least."""
    value = seconds(text)
    if value < 1:
        message = "is a number of seconds from 1 to 60"
        raise ValueError(message)
    return value


def count(text: str) -> int:
    """How many."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000_000):
        message = "is a number from 1 to 1000000000"
        raise ValueError(message)
    return int(text)


def port(text: str) -> int:
    """A port."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 65535):
        message = "is a port, a number from 1 to 65535"
        raise ValueError(message)
    return int(text)


def choice(*allowed: str) -> Callable[[str], str]:
    """One of these words."""

    def read(text: str) -> str:
        if text not in allowed:
            message = f"is one of {', '.join(filter(None, allowed))}"
            raise ValueError(message)
        return text

    return read


def is_local(host: str) -> bool:
    """Whether a host is this machine, and nobody else reaches it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
