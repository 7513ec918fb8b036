"""How registries that speak the same EPP differ, as data; and what their words mean where there are only words."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct


class Dialect(Struct, frozen=True, kw_only=True):
    """What one kind of registry wants."""

    told: str
    roles: tuple[str, ...]
    """The parts the owner's contact plays beside that of the registrant (RFC 5731 §3.2.1)."""
    forms: tuple[str, ...] = ("int", "loc")
    """The writings of a postal address it takes (RFC 5733 §2.4), `int` where it is given."""
    most_names: int = 20
    """In one check."""


DIALECTS: dict[str, Dialect] = {
    "generic": Dialect(told="Every part is played by the owner's contact", roles=("admin", "billing", "tech")),
    "registrant": Dialect(told="No contact but the registrant: ICANN's registration data policy of 2025", roles=()),
    "ascii": Dialect(
        told="As `generic`, and addresses in ASCII only", roles=("admin", "billing", "tech"), forms=("int",)
    ),
}

STANDARD = frozenset({"", "standard", "normal", "default"})
"""Classes of fees that say a name costs what others do (RFC 8748 §3.7)."""

IN_USE = re.compile(r"\b(in use|exists?|registered|taken|not available|unavailable)\b", re.IGNORECASE)
RESERVED = re.compile(r"\b(reserved|restricted|blocked|prohibited|delegated|collision|invalid|policy)\b", re.IGNORECASE)

State = Literal["taken", "reserved"]


def state(reason: str | None) -> State | None:
    """Why a name is not available, by the words of a check (RFC 5731 §3.1.1); None if they do not tell."""
    if reason and RESERVED.search(reason):
        return "reserved"
    return "taken" if reason and IN_USE.search(reason) else None


ARGUMENTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(claims?|notice|noticeid|tcn)\b", re.IGNORECASE), "CLAIMS_NOTICE"),
    (re.compile(r"\b(legitimacy|legitimate|justif\w+)\b", re.IGNORECASE), "legitimacyAfnic"),
    (re.compile(r"\b(allocation ?token|token|protected)\b", re.IGNORECASE), "PROTECTED_CODE"),
)
"""What a customer can correct of a refused create, by the words of the refusal: the codes do not tell."""


def argument(words: str) -> str | None:
    """The argument a refusal's words point at, None if at none."""
    return next((name for pattern, name in ARGUMENTS if pattern.search(words)), None)
