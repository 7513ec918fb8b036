"""Applications, the consumer keys people grant them, and the requests for such keys."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from msgspec import Struct

METHODS = ("GET", "POST", "PUT", "DELETE")
"""auth.HTTPMethodEnum."""

Rules = tuple[tuple[str, str], ...]
"""Access rules: (method, path pattern) pairs; in a pattern `*` stands for anything (wire-contract §1.2)."""

EVERYTHING: Rules = tuple((method, "/*") for method in METHODS)
"""Access rules that allow every call."""

PENDING_FOR = timedelta(hours=24)
"""How long a person may take to look at a request."""


class Terms(Struct, frozen=True, kw_only=True):
    """How long a credential works, and from which blocks of addresses; none are everywhere."""

    until: datetime | None = None
    allowed_ips: tuple[str, ...] = ()


class Grant(Struct, frozen=True):
    """What a credential allows, and on what terms."""

    rules: Rules
    terms: Terms = Terms()


class Wish(Struct, frozen=True, kw_only=True):
    """What a program asks a person for."""

    rules: Rules
    allowed_ips: tuple[str, ...] = ()
    redirection: str | None = None


class Application(Struct, frozen=True, kw_only=True):
    """A program allowed to sign calls."""

    application_key: str
    application_id: int
    nic: str
    name: str
    description: str
    sealed_secret: bytes
    created: datetime
    status: str = "active"


class Credential(Struct, frozen=True, kw_only=True):
    """A consumer key's rights; the key itself is only known by its hash."""

    consumer_hash: str
    credential_id: int
    nic: str
    application_key: str
    rules: Rules
    created: datetime
    status: str = "validated"
    expires: datetime | None = None
    allowed_ips: tuple[str, ...] = ()
    last_use: datetime | None = None


class Request(Struct, frozen=True, kw_only=True):
    """A consumer key that was asked for, found by the token of the page where a person decides."""

    token_hash: str
    consumer_hash: str
    application_key: str
    rules: Rules
    allowed_ips: tuple[str, ...]
    redirection: str | None
    created: datetime
    expires: datetime
    status: str = "pendingValidation"


def state(status: str, expires: datetime | None, now: datetime) -> str:
    """auth.CredentialStateEnum: what was decided, until its time is over."""
    over = expires is not None and expires <= now and status in ("pendingValidation", "validated")
    return "expired" if over else status


def way_back(redirection: str, decided: str) -> str:
    """Where a person is sent after deciding: what the program gave, told what was decided."""
    start, mark, fragment = redirection.partition("#")
    return f"{start}{'&' if '?' in start else '?'}{urlencode({'credentialState': decided})}{mark}{fragment}"
