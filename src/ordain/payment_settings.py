"""How the settings of the means of payment are read, and what of them does not go together."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_local(host: str) -> bool:
    """Whether a host is this machine, and nobody else reaches it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def loopback(text: str) -> str:
    """The root of something on this machine."""
    message = "is http://127.0.0.1:PORT, a stand-in on this machine: the real one is where Stripe's library finds it"
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and is_local(parts.hostname or "") and parts.path in ("", "/")
    except ValueError:
        sound = False
    if text and not sound:
        raise ValueError(message)
    return text.rstrip("/")


def iban(text: str) -> str:
    """An IBAN without its spaces."""
    if not text:
        return ""
    from stdnum import iban as numbers  # noqa: PLC0415 - only who sets it waits for it: `ordain --help` does not

    if not numbers.is_valid(text):
        message = "is an IBAN"
        raise ValueError(message)
    return str(numbers.compact(text))


def money_problems(values: Mapping[str, Any], *, rehearsal: bool) -> list[str]:
    """What does not go together; `rehearsal`: no name is registered for real."""
    problems = []
    if bool(values["stripe_key"]) is not bool(values["stripe_webhook_secret"]):
        problems.append("ORDAIN_STRIPE_KEY and ORDAIN_STRIPE_WEBHOOK_SECRET are given together, or neither")
    if "_live_" in values["stripe_key"] and (rehearsal or values["stripe_url"]):
        problems.append(
            "ORDAIN_STRIPE_KEY charges real cards, and the registry of names, or ORDAIN_STRIPE_URL, is not real"
        )
    if bool(values["bank_account"]) is not bool(values["bank_account_holder"]):
        problems.append("ORDAIN_BANK_ACCOUNT and ORDAIN_BANK_ACCOUNT_HOLDER are given together, or neither")
    return problems
