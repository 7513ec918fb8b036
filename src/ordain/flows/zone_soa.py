"""A zone's SOA: read with the zone, changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import zone_diff, zone_rules
from ordain.core.refusal import conflict, invalid
from ordain.core.zone import SERIALS, newer
from ordain.flows import zones

if TYPE_CHECKING:
    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

CHANGED = "The SOA was changed meanwhile: look at it again"
_SECONDS = {"refresh": 60, "expire": 60, "nx_domain_ttl": 0, "ttl": 60}
"""The least of each number of a SOA record; the most is that of every TTL (RFC 2181 §8)."""
_MOST_OF_A_MAILBOX = 63
_WIRE = {"nx_domain_ttl": "nxDomainTtl"}


class SoaChange(Struct, frozen=True):
    """What is to change of a zone's SOA; None stays as it is."""

    server: str | None = None
    email: str | None = None
    serial: int | None = None
    refresh: int | None = None
    expire: int | None = None
    nx_domain_ttl: int | None = None
    ttl: int | None = None
    seen: str | None = None
    """The zone's mark (`core/zone_diff.soa_mark`) as whoever wishes this saw it."""


async def change(engine: Engine, caller: Caller, name: str, wish: SoaChange) -> None:
    """Stage another SOA. A serial is accepted if name servers would take it for newer."""
    nic, now = caller.account.nichandle, engine.clock()

    async def work(tx: Tx) -> None:
        zone = await zones.head(tx, nic, name)
        if wish.seen not in (None, zone_diff.soa_mark(zone)):
            raise conflict(CHANGED)
        soa = structs.replace(
            zone.soa,
            server=zone.server if wish.server is None else _host(wish.server),
            email=zone.email if wish.email is None else _email(wish.email),
            **{field: _seconds(field, value) for field in _SECONDS if (value := getattr(wish, field)) is not None},
        )
        serial = zone.serial if wish.serial is None else _serial(wish.serial, zone.serial)
        await zones.stage(tx, nic, structs.replace(zone, soa=soa, serial=serial), now)

    await engine.database.write(work)


def _host(text: str) -> str:
    host = text.lower().rstrip(".")
    if not zone_rules.HOST.fullmatch(host):
        message = "server is a host name, such as ns1.example.com"
        raise invalid(message, "server")
    return host


def _email(text: str) -> str:
    address = text.rstrip(".")
    mailbox, at, host = address.partition("@")
    plain = mailbox.isascii() and mailbox.isprintable() and not any(c in mailbox for c in ' "\\;()')
    if not (at and mailbox and plain and len(address) <= 200 and zone_rules.HOST.fullmatch(host.lower())):
        message = "email is an e-mail address, such as hostmaster@example.com"
        raise invalid(message, "email")
    if len(mailbox) > _MOST_OF_A_MAILBOX:
        message = "email has at most %(most)s characters before its @: in the DNS they are one label (RFC 1035 §8)"
        raise invalid(message, "email", most=_MOST_OF_A_MAILBOX)
    return address


def _seconds(field: str, value: int) -> int:
    if not _SECONDS[field] <= value <= zone_rules.MOST_TTL:
        wire = _WIRE.get(field, field)
        message = "%(field)s is from %(least)s to %(most)s seconds"
        raise invalid(message, wire, field=wire, least=_SECONDS[field], most=zone_rules.MOST_TTL)
    return value


def _serial(wished: int, held: int) -> int:
    if wished != held and not (0 < wished < SERIALS and newer(wished, held)):
        message = "serial has to be newer than %(held)s: name servers would go on with what they have (RFC 1982)"
        raise invalid(message, "serial", held=held)
    return wished
