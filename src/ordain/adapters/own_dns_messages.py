"""Messages of the DNS: what is asked, and the answer in bytes, with its limits (RFC 1035 §4, RFC 6891)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.exception
import dns.flags
import dns.message
from dns.opcode import Opcode
from dns.rcode import Rcode
from dns.rdataclass import RdataClass
from dns.rdatatype import RdataType

from ordain.adapters.own_dns_answers import answer

if TYPE_CHECKING:
    from datetime import datetime

    from dns.message import Message
    from dns.name import Name

    from ordain.adapters.own_dns_zone import Served

PLAIN, PAYLOAD, MOST = 512, 1232, 65535
"""Octets of a message by UDP without and with EDNS (DNS flag day 2020: none is sent in fragments), and by TCP."""
LONGEST_QUESTION = 1232
"""Octets of a message that is read: a name, an OPT record and a signature fit in several times over."""
_HEADER, _REFERENCE = 12, 0xC0
_BESIDE = (RdataType.OPT, RdataType.TSIG)
"""The additional records of a question, in their order (RFC 8945 §5.1)."""
_TRANSFERS = frozenset({RdataType.AXFR, RdataType.IXFR})
_META = range(128, 255)
"""Types that are no records (RFC 6895 §3.1), but for ANY."""


class Question:
    """A message as it was heard: what is asked, or else the refusal, and how large the answer may be."""

    def __init__(self, message: Message, *, by_tcp: bool) -> None:
        self._message = message
        self.most = MOST if by_tcp else PLAIN if message.edns < 0 else max(PLAIN, min(message.payload, PAYLOAD))
        self.refusal = _refusal(message)
        self._signed = bool(message.ednsflags & dns.flags.DO)

    @property
    def name(self) -> Name:
        """The name asked about, where there is no refusal."""
        return self._message.question[0].name

    @property
    def kind(self) -> RdataType:
        """The type asked for, where there is no refusal."""
        return self._message.question[0].rdtype

    def answered(self, zone: Served | None, now: datetime) -> bytes:
        """The answer from this zone; without one, that it is not ours."""
        if zone is None:
            return self.refused(Rcode.REFUSED)
        made = answer(zone, self.name, self.kind, now, signed=self._signed)
        reply = self._reply(made.rcode)
        reply.flags |= dns.flags.AA if made.authoritative else 0
        reply.answer, reply.authority, reply.additional = made.answer, made.authority, made.additional
        return self._written(reply)

    def refused(self, rcode: Rcode) -> bytes:
        """No answer, and why."""
        return self._written(self._reply(rcode))

    def _reply(self, rcode: Rcode) -> Message:
        reply = dns.message.make_response(self._message, our_payload=PAYLOAD)
        if self._message.edns >= 0:
            reply.ednsflags |= self._message.ednsflags & dns.flags.DO
        reply.set_rcode(rcode)
        return reply

    def _written(self, reply: Message) -> bytes:
        """The message; without its records, and marked as such, where it is too long: then it is asked for by TCP."""
        try:
            return reply.to_wire(max_size=self.most)
        except dns.exception.TooBig:
            reply.answer, reply.authority, reply.additional = [], [], []
        if self.most == MOST:
            reply.set_rcode(Rcode.SERVFAIL)
        else:
            reply.flags |= dns.flags.TC
        return reply.to_wire(max_size=self.most)


def _refusal(message: Message) -> Rcode | None:
    if message.edns > 0:
        return Rcode.BADVERS
    if len(message.question) != 1:
        return Rcode.FORMERR
    [asked] = message.question
    if asked.rdclass != RdataClass.IN or asked.rdtype in _TRANSFERS:
        return Rcode.REFUSED
    return Rcode.NOTIMP if asked.rdtype in _META or asked.rdtype == RdataType.OPT else None


def heard(octets: bytes, *, by_tcp: bool) -> Question | bytes | None:
    """A question; or what is answered at once; or None: it is no question, and answering might never end."""
    if len(octets) < _HEADER or octets[2] & 0x80:
        return None
    if (octets[2] >> 3) & 0xF != Opcode.QUERY:
        return _plainly(octets, Rcode.NOTIMP)
    wrong = _shape(octets)
    if wrong is not None:
        return _plainly(octets, wrong)
    try:
        return Question(dns.message.from_wire(octets), by_tcp=by_tcp)
    except (dns.exception.DNSException, ValueError):
        return _plainly(octets, Rcode.FORMERR)


def _shape(octets: bytes) -> Rcode | None:
    """What is wrong with a message that is more than one question and an OPT record: nothing else is read.

    Reading is done in the loop everybody waits for, and takes the square of how many records, and labels, there are.
    """
    questions, *records, beside = (int.from_bytes(octets[at : at + 2]) for at in range(4, _HEADER, 2))
    if len(octets) > LONGEST_QUESTION or questions != 1 or beside > len(_BESIDE):
        return Rcode.FORMERR
    at = _behind_name(octets, _HEADER) + 4
    if any(records):  # an incremental transfer says what it has (RFC 1995 §3)
        transfer = int.from_bytes(octets[at - 4 : at - 2]) == RdataType.IXFR
        return Rcode.REFUSED if transfer and records == [0, 1] else Rcode.FORMERR
    kinds = []
    for _ in range(beside):
        kind_at = _behind_name(octets, at)
        kinds.append(int.from_bytes(octets[kind_at : kind_at + 2]))
        if kinds[-1] == RdataType.OPT and octets[at : at + 1] != b"\0":  # RFC 6891 §6.1.2
            return Rcode.FORMERR
        at = kind_at + 10 + int.from_bytes(octets[kind_at + 8 : kind_at + 10])
    if kinds != [kind for kind in _BESIDE if kind in kinds] or at != len(octets):
        return Rcode.FORMERR
    return Rcode.NOTAUTH if RdataType.TSIG in kinds else None  # we share keys with nobody (RFC 8945 §5.2.1)


def _behind_name(octets: bytes, at: int) -> int:
    """Where a name ends; behind the message, if it has no end. What it refers back to is not looked at."""
    while at < len(octets) and octets[at]:
        if octets[at] >= _REFERENCE:
            return at + 2
        at += 1 + octets[at]
    return at + 1


def _plainly(octets: bytes, rcode: Rcode) -> bytes:
    """A header alone: what was asked could not be read."""
    return octets[:2] + bytes((0x80 | octets[2] & 0x79, rcode)) + bytes(8)
