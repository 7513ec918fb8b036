"""How registries that speak the same EPP differ, as data; and what their words mean where there are only words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

KeyForm = Literal["both", "ds", "key", "none"]
"""none: as objects of another kind, which is not spoken here."""


class Dialect(Struct, frozen=True, kw_only=True):
    """What one kind of registry wants."""

    told: str
    roles: tuple[str, ...]
    """The parts the owner's contact plays beside that of the registrant (RFC 5731 §3.2.1)."""
    forms: tuple[str, ...] = ("int", "loc")
    """The writings of a postal address it takes (RFC 5733 §2.4), `int` where it is given."""
    extras: str | None = None
    """What it wants to know of contacts beside RFC 5733 (`epp_contact_extras.EXTRAS`)."""
    parted_names: bool = False
    """A person's `name` is the last one alone, and a body's that of the organisation."""
    own_ids: bool = False
    """It chooses the ids of contacts, gives the same person's the same, and sweeps by itself: none is deleted there."""
    most_names: int = 20
    """In one check."""
    hosts: Literal["objects", "attributes"] = "objects"
    """How it takes name servers: as objects of their own, or as attributes of a name (RFC 5731 §1.1)."""
    keys: KeyForm = "both"
    """How it takes DNSSEC keys (RFC 5910 §4): as DS records with their keys, without, or as keys alone."""
    keys_of: Mapping[str, KeyForm] = {}
    """The same, by extension, where that is another."""
    locks_young: frozenset[str] = frozenset()
    """Extensions whose names stay for 60 days after they were registered or transferred."""

    def key_form(self, name: str) -> KeyForm:
        """How a name's keys are told."""
        return self.keys_of.get(name.partition(".")[2], self.keys)

    def locks(self, name: str) -> bool:
        """Whether a young name is not transferred, whatever its statuses say."""
        return name.partition(".")[2] in self.locks_young


DIALECTS: dict[str, Dialect] = {
    "generic": Dialect(told="Every part is played by the owner's contact", roles=("admin", "billing", "tech")),
    "registrant": Dialect(told="No contact but the registrant: ICANN's registration data policy of 2025", roles=()),
    "ascii": Dialect(
        told="As `generic`, and addresses in ASCII only", roles=("admin", "billing", "tech"), forms=("int",)
    ),
    "attributes": Dialect(
        told="As `generic`, for registries without host objects: name servers are attributes of names",
        roles=("admin", "billing", "tech"),
        hosts="attributes",
    ),
    "ds": Dialect(
        told="As `generic`, for registries that take DS records without their keys",
        roles=("admin", "billing", "tech"),
        keys="ds",
    ),
    "afnic": Dialect(
        told="AFNIC's, as far as it is known: see below",
        roles=("admin", "tech"),
        forms=("loc",),
        hosts="attributes",
        keys="ds",
        extras="frnic",
        parted_names=True,
        own_ids=True,
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
