"""A DNS zone and the records it starts with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

TTL = 3600


class Record(Struct, frozen=True):
    """One record (domain.zone.Record); `sub_domain` is empty at the zone's apex."""

    record_id: int
    kind: str
    sub_domain: str
    target: str
    ttl: int = TTL


class Zone(Struct, frozen=True):
    """A zone as published."""

    name: str
    name_servers: tuple[str, ...]
    created: datetime
    records: tuple[Record, ...] = ()


def obstacle(nic: str, domains: AbstractSet[str], zones: AbstractSet[str]) -> str | None:
    """Why this account cannot have a zone for a name whose domain and zone these accounts hold.

    A zone comes with the domain or, for a name registered elsewhere, to whoever is first here.
    """
    if nic in zones:
        return "This zone is hosted in your account already"
    if zones or (domains and nic not in domains):
        return "This name belongs to another account here"
    return None


def first_records(name: str, name_servers: Sequence[str], template: str | None) -> list[tuple[str, str, str]]:
    """(type, sub-domain, target) a new zone starts with: its name servers, and `www` unless minimized."""
    records = [("NS", "", f"{host}.") for host in name_servers]
    if template != "minimized":
        records.append(("CNAME", "www", f"{name}."))
    return records
