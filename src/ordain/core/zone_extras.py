"""What a zone has beside records: redirections, and the logins of dynHosts."""

from __future__ import annotations

import re

from msgspec import Struct

MOST_REDIRECTIONS, MOST_LOGINS = 500, 100
"""Of one zone."""
DYN_HOST_TTL = 60

_URL = re.compile(r"https?://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)
_SUFFIX = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9])?", re.ASCII)


class Redirection(Struct, frozen=True):
    """Where browsers that ask for a name are sent (domain.zone.Redirection); `kind` is its type."""

    redirection_id: int
    sub_domain: str
    kind: str
    target: str
    title: str | None = None
    keywords: str | None = None
    description: str | None = None


class Login(Struct, frozen=True):
    """Who may move a dynHost (domain.zone.dynHost.Login); a sub-domain of * is all of them."""

    login: str
    sub_domain: str


def target_problem(url: str) -> str | None:
    """What is wrong with a redirection's target."""
    return None if _URL.fullmatch(url) else "is an address of the web, such as https://www.example.com/"


def suffix_problem(suffix: str) -> str | None:
    """What is wrong with the end of a login's name."""
    if _SUFFIX.fullmatch(suffix):
        return None
    return "is made of lower-case letters, digits, dots, hyphens and underscores: 64 at most"
