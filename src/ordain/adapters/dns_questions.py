"""What a name server answers to anybody who asks: whether it serves a zone, how new, signed, and with which keys."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
from msgspec import Struct

from ordain.adapters import dns_records
from ordain.core.registry import NoAnswer
from ordain.core.zone import newer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dns.rdatatype import RdataType

    from ordain.core.registry import Key

PAUSE = 0.05
"""Seconds between two looks at what is about to come."""
_NOT_THERE = frozenset({dns.rcode.REFUSED, dns.rcode.NOTAUTH, dns.rcode.NXDOMAIN})
"""What servers say of zones they do not serve."""
_SOA, _RRSIG = dns.rdatatype.SOA, dns.rdatatype.RRSIG


class Place(Struct, frozen=True):
    """Where a name server answers: an IP address and a port. `within` is for one answer, in seconds."""

    address: str
    port: int
    within: float


class Seen(Struct, frozen=True):
    """A zone as it is served."""

    serial: int
    signed: bool


@contextmanager
def heard() -> Iterator[None]:
    """What goes wrong on the way to a name server, or in its answer, is raised as NoAnswer."""
    try:
        yield
    except dns.exception.Timeout as late:
        message = "the name server did not answer in time"
        raise NoAnswer(message) from late
    except (dns.exception.DNSException, OSError, EOFError, ValueError) as trouble:
        message = f"the name server cannot be asked: {str(trouble) or type(trouble).__name__}"
        raise NoAnswer(message) from trouble


def seen(place: Place, name: str) -> Seen | None:
    """The zone as it is served with authority, or None. Raises NoAnswer."""
    answer = _asked(place, name, _SOA)
    origin = dns.name.from_text(name)
    if answer is None or not answer.flags & dns.flags.AA:
        return None
    soa = answer.get_rrset(answer.answer, origin, dns.rdataclass.IN, _SOA)
    if not soa:
        return None  # it answers for a zone above
    signatures = answer.get_rrset(answer.answer, origin, dns.rdataclass.IN, _RRSIG, _SOA)
    return Seen(_parts(soa)[0].serial, bool(signatures))


def keys(place: Place, name: str) -> tuple[Key, ...]:
    """The keys a registry should vouch for: those the zone itself names for that (RFC 8078), else its entry points."""
    for kind in (dns.rdatatype.CDNSKEY, dns.rdatatype.DNSKEY):
        answer = _asked(place, name, kind)
        found = answer and answer.get_rrset(answer.answer, dns.name.from_text(name), dns.rdataclass.IN, kind)
        if found:
            return dns_records.vouched_for(_parts(found))
    return ()


def confirm(place: Place, name: str, expected: Seen, patience: float) -> None:
    """Wait until the zone is served so new, or newer, and signed or not. Raises NoAnswer after so many seconds."""
    until, serves = time.monotonic() + patience, None
    while time.monotonic() < until:
        serves = seen(place, name)
        if serves and serves.signed == expected.signed and not newer(expected.serial, serves.serial):
            return
        time.sleep(PAUSE)
    raise NoAnswer(_unlike(name, expected, serves))


def _unlike(name: str, expected: Seen, serves: Seen | None) -> str:
    if serves is None:
        return f"the name server does not answer for {name}"
    if newer(expected.serial, serves.serial):
        return f"the name server serves {name} with serial {serves.serial}, and not {expected.serial} yet"
    return f"the name server serves {name} {'not signed' if expected.signed else 'still signed'}"


def gone(place: Place, name: str, patience: float) -> None:
    """Wait until the zone is served no more. Raises NoAnswer after so many seconds."""
    until = time.monotonic() + patience
    while seen(place, name):
        if time.monotonic() >= until:
            message = f"the name server still answers for {name}"
            raise NoAnswer(message)
        time.sleep(PAUSE)


def _asked(place: Place, name: str, kind: RdataType) -> dns.message.Message | None:
    """The answer over TCP, for keys are large; None of a zone that is not served. Raises NoAnswer."""
    question = dns.message.make_query(name, kind, want_dnssec=True, flags=0)
    with heard():
        answer = dns.query.tcp(question, place.address, timeout=place.within, port=place.port)
    if answer.rcode() in _NOT_THERE:
        return None
    if answer.rcode() != dns.rcode.NOERROR:
        message = f"the name server answers {dns.rcode.to_text(answer.rcode())} for {name}"
        raise NoAnswer(message)
    return answer


def _parts(rrset: Any) -> list[Any]:  # noqa: ANN401 - dnspython does not tell a set's type of record
    return list(rrset)
