"""OAuth2 clients of an account, and the tokens they hold (RFC 6749)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Client(Struct, frozen=True, kw_only=True):
    """A program that acts for the account in its own name (oauth2.client)."""

    client_id: str
    number: int
    nic: str
    secret_hash: str
    name: str
    description: str
    flow: str
    callback_urls: tuple[str, ...]
    created: datetime


class Token(Struct, frozen=True, kw_only=True):
    """A token a client may call with until it expires."""

    token_hash: str
    token_id: int
    nic: str
    client_id: str
    created: datetime
    expires: datetime
    last_use: datetime | None = None
