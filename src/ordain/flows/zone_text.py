"""Records and zone files as text: the syntax of every type, read and written by dnspython (RFC 1035 §5)."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.tokenizer
import dns.zonefile
from dns.rdtypes.ANY.TXT import TXT
from msgspec import Struct, structs

from ordain.core.language import Sentence
from ordain.core.refusal import invalid
from ordain.core.zone import TTL, Record, Zone, soa_text
from ordain.core.zone_rules import LEAST_TTL, MOST_RECORDS, MOST_TTL, Bad, Entry, dns_type, place_problem, sub_domain

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = {
    "A": "192.0.2.1",
    "AAAA": "2001:db8::1",
    "CAA": '0 issue "letsencrypt.org"',
    "CNAME": "www.example.com.",
    "DKIM": "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB",
    "DMARC": "v=DMARC1; p=none",
    "DNAME": "example.com.",
    "LOC": "50 41 0.000 N 3 10 0.000 E 30m",
    "MX": "10 mail.example.com.",
    "NAPTR": '100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .',
    "NS": "ns1.example.com.",
    "PTR": "host.example.com.",
    "SPF": "v=spf1 mx ~all",
    "SRV": "10 5 5060 sip.example.com.",
    "SSHFP": "4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789",
    "TLSA": "3 1 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
    "TXT": "any text",
}
"""A right target of every type, for the one who sent a wrong one."""

_BEGINS = {"SPF": "v=spf1", "DMARC": "v=DMARC1"}
_NAMING = frozenset({"CNAME", "DNAME", "MX", "NS", "PTR", "SRV"})
_NAMES = frozenset({"CNAME", "DNAME", "NS", "PTR"})
"""Types whose target is a name and nothing else."""
_IN_FULL = re.compile(r"(?=.{1,254}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\.")
"""A name that is written as the DNS has it, as in every new zone: dnspython would give it back as it is."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CHUNK = 255
"""Of a text: the octets one character-string holds (RFC 1035 §3.3)."""
_IN = dns.rdataclass.IN
_IDNA = dns.name.IDNA_2008_UTS_46
_LEFT_OUT = frozenset({"SOA", "RRSIG", "DNSKEY", "NSEC", "NSEC3", "NSEC3PARAM", "CDS", "CDNSKEY"})
"""In a file, what the name server makes itself."""
MOST_FAULTS = 20


def canonical(kind: str, target: str, zone: str) -> str:
    """A record's target as the DNS has it: names in full, texts in quotes. Raises Bad."""
    if kind in _NAMES and _IN_FULL.fullmatch(target):
        return target
    if _CONTROL.search(target):
        message = "contains a control character"
        raise Bad(message)
    if dns_type(kind) == "TXT":
        return _text(kind, target)
    try:
        read = dns.rdata.from_text(
            _IN, kind, target, origin=_origin(zone), relativize=False, idna_codec=_IDNA
        )  # fmt: skip
        written = read.to_text()
    except (dns.exception.DNSException, ValueError) as error:
        raise Bad(_wrong(kind, target, str(error))) from error
    if read.rdcomment is not None:
        raise Bad(_wrong(kind, target, "a semicolon begins a comment: put the text in quotes"))
    if kind in _NAMING and _is_address(target.rsplit(maxsplit=1)[-1]):
        raise Bad(_wrong(kind, target, "an address is given where a name belongs"))
    return written.lower() if kind in _NAMING else written


def checked(kind: str, target: str, zone: str, field: str = "target") -> str:
    """The same for what a client sent in this field. Raises Refused."""
    try:
        return canonical(kind, target, zone)
    except Bad as bad:
        message = "%(field)s %(problem)s"
        raise invalid(message, field, field=field, problem=Sentence(str(bad))) from bad


def _wrong(kind: str, target: str, why: str) -> str:
    shown = target if len(target) <= 100 else f"{target[:100]}…"
    return f"is no {kind} record: {shown!r} ({why.rstrip('.') or 'unreadable'}). Right would be {EXAMPLES[kind]}"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.rstrip("."))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=256)
def _origin(zone: str) -> dns.name.Name:
    return dns.name.from_text(f"{zone}.")


def _text(kind: str, target: str) -> str:
    """A text: character-strings in quotes, or else all of it as it stands."""
    read: dns.rdata.Rdata
    if target.startswith('"'):
        try:
            read = dns.rdata.from_text(_IN, "TXT", target)
        except (dns.exception.DNSException, ValueError) as error:
            raise Bad(_wrong(kind, target, str(error))) from error
        if read.rdcomment is not None:
            raise Bad(_wrong(kind, target, "there is something after the last quote"))
    else:
        octets = target.encode()
        pieces = [octets[at : at + _CHUNK] for at in range(0, len(octets), _CHUNK)]
        read = TXT(_IN, dns.rdatatype.TXT, pieces or [b""])
    said = b"".join(read.strings).decode("latin-1")  # type: ignore[attr-defined]  # a TXT, whose class the reader chose
    begins = _BEGINS.get(kind)
    if begins and not re.match(rf"{begins}(?:[\s;]|$)", said, re.IGNORECASE):
        raise Bad(_wrong(kind, target, f"it begins with {begins}"))
    if kind == "DKIM" and not re.search(r"(?:^|;)\s*p\s*=", said):
        raise Bad(_wrong(kind, target, "its key, p=, is missing"))
    return read.to_text()


def entry(record: Record, zone: str) -> Entry:
    """The record as the DNS knows it. Raises Bad."""
    return Entry(record.sub_domain, dns_type(record.kind), canonical(record.kind, record.target, zone), record.origin)


def as_served(zone: Zone) -> Zone:
    """The zone as a name server is given it: types of the DNS, targets in full, every TTL said."""
    served = [
        structs.replace(
            record,
            kind=dns_type(record.kind),
            target=canonical(record.kind, record.target, zone.name),
            ttl=record.ttl or zone.soa.ttl,
        )
        for record in zone.records
    ]
    return structs.replace(zone, records=tuple(served))


def zone_file(zone: Zone) -> str:
    """The zone as a file that any name server reads (RFC 1035 §5)."""
    lines = [f"$ORIGIN {zone.name}.", f"$TTL {zone.soa.ttl}", f"{'@':<24} IN SOA    {soa_text(zone)}"]
    order = sorted(
        as_served(zone).records, key=lambda r: (r.sub_domain.split(".")[::-1], r.kind != "NS", r.kind, r.target)
    )
    for record in order:
        said = "" if record.ttl == zone.soa.ttl else f"{record.ttl} "
        lines.append(f"{record.sub_domain or '@':<24} {said}IN {record.kind:<6} {record.target}")
    return "\n".join(lines) + "\n"


class Fault(Struct, frozen=True):
    """What is wrong with a zone file, and in which line."""

    line: int
    why: str


class Read(Struct, frozen=True):
    """A zone file as read: its records with the line of each, or its faults."""

    records: list[tuple[int, Record]]
    faults: list[Fault]


class _Heard:
    """Stands where dnspython puts a transaction: takes the records its reader finds."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.line = 0
        self.read = Read([], [])
        self.manager = self

    def origin_information(self) -> tuple[dns.name.Name, bool, dns.name.Name]:
        """All names are let in and judged in `add`: below the zone alone, others would be left out without a word."""
        return dns.name.root, False, dns.name.root

    def check_put_rdataset(self, check: object) -> None:
        """Which records may stand together is the zone's business, not the reader's."""

    def _set_origin(self, origin: dns.name.Name) -> None:
        """$ORIGIN is for the lines after it, not for the zone."""

    def add(self, name: dns.name.Name, seconds: int, rdata: dns.rdata.Rdata) -> None:
        """One record of the file."""
        kind = dns.rdatatype.to_text(rdata.rdtype)
        if kind in _LEFT_OUT:
            return
        relative = name.relativize(_origin(self.zone)).to_text()
        try:
            where = self._placed(name, kind, seconds)
            record = Record(0, kind, where, canonical(kind, rdata.to_text(), self.zone), seconds)
        except Bad as bad:
            self.fault(f"{relative} {kind}: {bad}")
        else:
            self.read.records.append((self.line, record))

    def _placed(self, name: dns.name.Name, kind: str, seconds: int) -> str:
        """The record's sub-domain, if it may be there. Raises Bad."""
        if not name.is_subdomain(_origin(self.zone)):
            message = f"is not in {self.zone}"
            raise Bad(message)
        if kind not in EXAMPLES:
            message = "records of this type are not offered"
            raise Bad(message)
        if not LEAST_TTL <= seconds <= MOST_TTL:
            message = f"the TTL {seconds} is not from {LEAST_TTL} to {MOST_TTL} seconds"
            raise Bad(message)
        found = sub_domain(name.relativize(_origin(self.zone)).to_text(), self.zone)
        problem = place_problem(kind, found)
        if problem:
            raise Bad(problem)
        return found

    def fault(self, why: str) -> None:
        """Something is wrong with the line being read."""
        self.read.faults.append(Fault(self.line, why))


def read_zone_file(text: str, zone: str, ttl: int = TTL) -> Read:
    """The records of a zone file, but for what a name server makes itself; every faulty line is named.

    $ORIGIN and $TTL are understood; $INCLUDE and $GENERATE are not. `ttl` is that of a record which says none.
    """
    heard = _Heard(zone)
    transaction: Any = heard
    reader = dns.zonefile.Reader(
        dns.tokenizer.Tokenizer(""), _IN, transaction, allow_directives={"$ORIGIN", "$TTL"}, default_ttl=ttl
    )
    reader.current_origin = reader.last_name = _origin(zone)
    for heard.line, logical in _entries(text):
        reader.tok = dns.tokenizer.Tokenizer(logical, idna_codec=_IDNA)
        try:
            reader.read()
        except (dns.exception.DNSException, ValueError) as error:
            heard.fault(_plainly(str(error)))
        if len(heard.read.faults) >= MOST_FAULTS:
            break
        if len(heard.read.records) > MOST_RECORDS:
            heard.fault(f"the zone has more than {MOST_RECORDS} records")
            break
    return heard.read


def _plainly(said: str) -> str:
    """The sentence of dnspython without its own file, line and classes."""
    plain = re.sub(r"^[^:]*:\d+: ", "", said)
    return re.sub(r"^caught exception <class '[^']*'>: ", "", plain).rstrip(".") or "it cannot be read"


def _entries(text: str) -> Iterator[tuple[int, str]]:
    """The entries of a zone file with the line each begins in: a parenthesis goes on over lines."""
    begun, depth = 1, 0
    parts: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not parts:
            begun = number
        parts.append(line)
        depth += _opened(line)
        if depth <= 0:
            yield begun, "\n".join(parts) + "\n"
            depth, parts = 0, []
    if parts:
        yield begun, "\n".join(parts) + "\n"


_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"?|\\.|;.*|[()]|[^"\\;()]+')


def _opened(line: str) -> int:
    """How many parentheses a line opens more than it closes, outside quotes and comments."""
    pieces = _PIECE.findall(line)
    return pieces.count("(") - pieces.count(")")
