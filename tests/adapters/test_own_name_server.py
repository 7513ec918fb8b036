"""The embedded name server on the wire: UDP and TCP, its limits, what is no question, and zones of other processes."""

from __future__ import annotations

import asyncio
import itertools
import socket
import struct
import threading
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dns.asyncquery
import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.tsigkeyring
import pytest
from dns.edns import GenericOption, OptionType
from dns.opcode import Opcode
from dns.rcode import Rcode
from dns.rdataclass import RdataClass
from dns.rdatatype import RdataType
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters import own_dns_server, own_name_server
from ordain.adapters.dns_questions import Place
from ordain.adapters.own_dns_messages import PAYLOAD, Question, heard
from ordain.adapters.own_dns_server import DnsServer, bound
from ordain.adapters.own_dns_zone import Served, new_key
from ordain.adapters.own_name_server import OwnNameServer
from ordain.core.zone import Record, Zone
from ordain.store.database import DatabaseError, open_database
from ordain.store.sealing import Sealer
from ordain.store.served_zones import ServedZones
from tests import conformance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from ordain.store.database import Database

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOSTS = ("ns1.ordain.example", "ns2.ordain.example")
MANY = 60
"""Texts of one name: more than fits into a datagram."""


def zone(name: str = "foo.fr", *, dnssec: str = "disabled", address: str = "192.0.2.1") -> Zone:
    texts = [Record(100 + at, "TXT", "many", f'"{at:040}"', 300) for at in range(MANY)]
    records = [*(Record(at, "NS", "", f"{host}.", 300) for at, host in enumerate(HOSTS)), *texts]
    return Zone(name, HOSTS, NOW, (*records, Record(9, "A", "www", address, 300)), 2026112800, dnssec=dnssec)


def serving(database: Database) -> OwnNameServer:
    return OwnNameServer(HOSTS, ServedZones(database, Sealer("a secret")), lambda: NOW, signs=True)


async def asked(name_server: OwnNameServer, name: str, kind: str = "A", **how: Any) -> dns.message.Message:
    octets = await name_server.answer(dns.message.make_query(name, kind, **how).to_wire(), by_tcp=False)
    assert octets is not None
    return dns.message.from_wire(octets)


@asynccontextmanager
async def listening(name_server: OwnNameServer) -> AsyncIterator[int]:
    """The name server on a port of this machine."""
    server, sockets = DnsServer(), bound(("127.0.0.1", 0))
    port = sockets[0].getsockname()[1]
    await server.listen(*sockets, name_server.answer)
    try:
        yield port
    finally:
        await server.close()


@contextmanager
def answering(url: str) -> Iterator[int]:
    """Another process's name server over the same database, in a thread with a loop of its own; its port."""
    ready, over, told = threading.Event(), threading.Event(), list[int]()

    async def serve() -> None:
        there = await open_database(url, read_only=True)
        async with listening(serving(there)) as port:
            told.append(port)
            ready.set()
            await asyncio.to_thread(over.wait)
        await there.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert ready.wait(20)
        yield told[0]
    finally:
        over.set()
        thread.join()


def test_it_is_a_name_server(
    database: Database, database_url: str, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_name_server, "LOOK_EVERY", 0.0)
    numbers = itertools.count()
    with answering(database_url) as port:
        runner.run(
            conformance.check_dns(
                lambda: conformance.NameServerOnTrial(
                    name_server=serving(database),
                    prefix=f"t{next(numbers)}-",
                    place=Place("127.0.0.1", port, 5),
                    beside=serving(database),
                )
            )
        )


def test_what_is_published_is_answered_and_what_is_removed_is_not(database: Database, runner: asyncio.Runner) -> None:
    async def check() -> None:
        name_server = serving(database)
        assert (await asked(name_server, "www.foo.fr")).rcode() == Rcode.REFUSED
        await name_server.publish(zone())
        said = await asked(name_server, "WwW.foo.fr")
        assert (said.rcode(), bool(said.flags & dns.flags.AA), len(said.answer)) == (Rcode.NOERROR, True, 1)
        assert said.question[0].name.labels[0] == b"WwW", "the question comes back letter by letter"
        await name_server.publish(zone(address="192.0.2.2"))
        assert (await asked(name_server, "www.foo.fr")).answer[0][0].to_text() == "192.0.2.2"
        for name in ("www.foo.fr.com", "fr", ".", "www\\.foo.fr", "w\\.foo.fr"):
            assert (await asked(name_server, name)).rcode() == Rcode.REFUSED, name
        await name_server.remove("foo.fr")
        await name_server.remove("foo.fr")
        assert (await asked(name_server, "www.foo.fr")).rcode() == Rcode.REFUSED

    runner.run(check())


def test_a_zone_that_another_process_published_is_answered_soon(
    database: Database, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        here, there = serving(database), serving(database)
        await there.publish(zone())
        assert (await asked(here, "www.foo.fr")).answer
        await there.publish(zone(address="192.0.2.2", dnssec="enabled"))
        monkeypatch.setattr(own_name_server, "LOOK_EVERY", 0.0)
        said = await asked(here, "www.foo.fr", want_dnssec=True)
        assert [each.rdtype for each in said.answer] == [RdataType.A, RdataType.RRSIG]
        assert said.answer[0][0].to_text() == "192.0.2.2"
        assert await here.keys("foo.fr") == await there.keys("foo.fr") != ()
        await there.remove("foo.fr")
        assert (await asked(here, "www.foo.fr")).rcode() == Rcode.REFUSED

    runner.run(check())


def test_a_key_stays_for_as_long_as_its_zone_is_signed_and_is_sealed(
    database: Database, runner: asyncio.Runner
) -> None:
    async def check() -> None:
        name_server = serving(database)
        await name_server.publish(zone(dnssec="enabled"))
        first = await name_server.keys("foo.fr")
        await name_server.publish(zone(dnssec="disableInProgress", address="192.0.2.2"))
        assert await name_server.keys("foo.fr") == first
        [(sealed,)] = await database.read(lambda tx: tx.fetch("SELECT sealed_key FROM served_zone"))
        assert b"0\x81" not in sealed
        await name_server.publish(zone())
        assert await name_server.keys("foo.fr") == ()
        await name_server.publish(zone(dnssec="enabled"))
        assert await name_server.keys("foo.fr") != first

    runner.run(check())


def test_the_zone_above_answers_for_what_vouches_for_the_zone_below(database: Database, runner: asyncio.Runner) -> None:
    async def check() -> None:
        name_server = serving(database)
        await name_server.publish(zone())
        await name_server.publish(zone("sub.foo.fr"))
        said = await asked(name_server, "sub.foo.fr", "DS")
        assert str(said.authority[0].name) == "foo.fr."
        assert str((await asked(name_server, "sub.foo.fr", "SOA")).answer[0].name) == "sub.foo.fr."

    runner.run(check())


def test_only_so_many_names_are_kept_in_memory(
    database: Database, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_name_server, "MOST_KEPT", 10)

    async def check() -> None:
        name_server = serving(database)
        for number in range(8):
            await name_server.publish(zone(f"z{number}.fr"))
        for number in (*range(8), *range(8)):
            assert (await asked(name_server, f"www.z{number}.fr")).answer
        assert sum(known.names for known in name_server._known.values()) <= 10  # noqa: SLF001 - what it remembers

    runner.run(check())


def test_a_zone_larger_than_what_is_kept_is_answered_and_read_once(
    database: Database, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_name_server, "MOST_KEPT", 5)
    read = list[str]()

    class Counted(ServedZones):
        async def load(self, name: str) -> tuple[str, Zone, bytes | None] | None:
            read.append(name)
            return await super().load(name)

    async def check() -> None:
        name_server = OwnNameServer(HOSTS, Counted(database, Sealer("a secret")), lambda: NOW, signs=True)
        deep = Record(9, "A", "a.b.c.d.e.f.g.h", "192.0.2.1")
        await name_server.publish(structs.replace(zone(), records=(deep,), dnssec="enabled"))
        for name in ("nothing.foo.fr", "a.b.c.d.e.f.g.h.foo.fr", "nothing.a.foo.fr", "foo.fr"):
            assert (await asked(name_server, name, want_dnssec=True)).authority or name[0] == "a"
        assert read == ["foo.fr"]
        await name_server.publish(zone("bar.fr"))
        assert (await asked(name_server, "www.bar.fr")).answer
        assert "foo.fr" not in name_server._known  # noqa: SLF001 - what it remembers

    runner.run(check())


def test_a_label_may_be_any_octets(
    database: Database, runner: asyncio.Runner, caplog: pytest.LogCaptureFixture
) -> None:
    async def check() -> None:
        name_server = serving(database)
        await name_server.publish(zone())
        for label in (bytes((octet,)) for octet in range(256)):
            query = dns.message.make_query(dns.name.Name((b"w" + label, b"foo", b"fr", b"")), "A").to_wire()
            said = await name_server.answer(query, by_tcp=False)
            assert said is not None
            assert said[3] & 0xF == Rcode.NXDOMAIN
            query = dns.message.make_query(dns.name.Name((b"foo" + label, b"com", b"")), "A").to_wire()
            said = await name_server.answer(query, by_tcp=False)
            assert said is not None
            assert said[3] & 0xF == Rcode.REFUSED

    runner.run(check())
    assert caplog.records == []


def test_a_database_that_is_away_is_told_in_one_line_not_once_a_question(
    database: Database, runner: asyncio.Runner, caplog: pytest.LogCaptureFixture
) -> None:
    class Away(ServedZones):
        async def versions(self, names: Sequence[str]) -> dict[str, str]:
            message = f"not there for {len(names)} names"
            raise DatabaseError(message)

    async def check() -> None:
        name_server = OwnNameServer(HOSTS, Away(database, Sealer("a secret")), lambda: NOW, signs=True)
        for _ in range(5):
            assert (await asked(name_server, "www.foo.fr")).rcode() == Rcode.SERVFAIL
        told = [each.getMessage() for each in caplog.records]
        assert told == ["www.foo.fr.: its zone could not be looked up: DatabaseError('not there for 3 names')"]
        assert caplog.records[0].exc_info is None

    runner.run(check())


def test_answers_come_by_udp_and_in_a_row_by_tcp(database: Database, runner: asyncio.Runner) -> None:
    async def check() -> None:
        name_server = serving(database)
        await name_server.publish(zone())
        async with listening(name_server) as port:
            long = dns.message.make_query("many.foo.fr", "TXT")
            said = await dns.asyncquery.udp(long, "127.0.0.1", 5, port)
            assert (bool(said.flags & dns.flags.TC), said.answer) == (True, [])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for query in (long, dns.message.make_query("www.foo.fr", "A")):
                octets = query.to_wire()
                writer.write(len(octets).to_bytes(2) + octets)
            answers = []
            for _ in range(2):
                length = int.from_bytes(await reader.readexactly(2))
                answers.append(dns.message.from_wire(await reader.readexactly(length)))
            assert [len(each.answer[0]) for each in answers] == [MANY, 1]
            writer.close()

    runner.run(check())


def test_a_connection_ends_that_says_nothing_and_there_are_only_so_many(
    database: Database, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_dns_server, "IDLE", 0.3)
    monkeypatch.setattr(own_dns_server, "MOST_CONNECTIONS", 2)

    async def check() -> None:
        async with listening(serving(database)) as port:
            streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            await asyncio.sleep(0)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b"", "one too many"
            writer.close()
            streams[0][1].write(b"\0\x20half a question")
            for reader, writer in streams:
                assert await reader.read() == b""
                writer.close()

    runner.run(check())


def test_one_address_has_only_so_many_connections(
    database: Database, runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_dns_server, "MOST_OF_ONE", 1)

    async def check() -> None:
        async with listening(serving(database)) as port:
            _, first = await asyncio.open_connection("127.0.0.1", port)
            reader, second = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b"", "one too many"
            reader, other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
            question = dns.message.make_query("www.foo.fr", "A").to_wire()
            other.write(len(question).to_bytes(2) + question)
            assert len(await reader.readexactly(2)) == 2
            for writer in (first, second, other):
                writer.close()

    runner.run(check())


def test_all_addresses_of_a_network_are_one() -> None:
    whose = own_dns_server._whose  # noqa: SLF001 - no such addresses here
    assert whose(("2001:db8::1", 1)) == whose(("2001:db8::ffff:2", 2)) != whose(("2001:db8:0:1::1", 1))
    assert whose(("192.0.2.1", 1)) == whose(("192.0.2.1", 2)) != whose(("192.0.2.2", 1))
    assert whose(("fe80::1%lo", 1)) == "fe80::/64"
    assert whose(None)


def test_a_connection_that_reads_nothing_is_cut_off_and_counts_until_it_is_gone(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_dns_server, "IDLE", 0.3)
    asked, answers = asyncio.Event(), list[bytes]()

    async def much(octets: bytes, *, by_tcp: bool) -> bytes:
        assert by_tcp == bool(octets)
        asked.set()
        answers.append(bytes(60000))
        return answers[-1]

    async def check() -> None:
        server, sockets = DnsServer(), bound(("127.0.0.1", 0))
        where = sockets[0].getsockname()
        await server.listen(*sockets, much)
        loop = asyncio.get_running_loop()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            client.settimeout(0)
            await loop.sock_connect(client, where)
            await loop.sock_sendall(client, b"\0\1?" * 1000)
            await asked.wait()
            await asyncio.gather(*server._connections)  # noqa: SLF001 - what it counts
            read = 0
            while octets := await loop.sock_recv(client, 1 << 20):
                read += len(octets)
        assert len(answers) < 1000, "no question is answered before the answer to the one before it was taken"
        assert read < sum(2 + len(each) for each in answers), "what was not taken in time is gone"
        await server.close()

    runner.run(check())


def test_a_port_in_use_is_told(runner: asyncio.Runner) -> None:
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    with taken, pytest.raises(OSError, match="in use"):
        bound(("127.0.0.1", taken.getsockname()[1]))
    by_tcp, by_udp = bound(("127.0.0.1", 0))
    with by_tcp, by_udp, pytest.raises(OSError, match="in use"):
        bound(("127.0.0.1", by_tcp.getsockname()[1]))
    runner.run(DnsServer().close())


# Messages

SERVED = Served("1", zone(dnssec="enabled"), new_key())


def told(message: dns.message.Message, *, by_tcp: bool = False) -> dns.message.Message:
    """The answer to a message."""
    question = heard(message.to_wire(), by_tcp=by_tcp)
    if isinstance(question, Question):
        said = question.refused(question.refusal) if question.refusal else question.answered(SERVED, NOW)
    else:
        assert question is not None
        said = question
    return dns.message.from_wire(said)


def test_messages_that_are_no_questions_are_refused_by_their_reason() -> None:
    query = dns.message.make_query
    notify = query("foo.fr", "SOA")
    notify.set_opcode(Opcode.NOTIFY)
    assert told(notify).rcode() == Rcode.NOTIMP
    assert told(query("foo.fr", "AXFR"), by_tcp=True).rcode() == Rcode.REFUSED
    assert told(query("foo.fr", "A", RdataClass.CH)).rcode() == Rcode.REFUSED
    assert told(query("foo.fr", "MAILB")).rcode() == Rcode.NOTIMP
    assert told(query("foo.fr", "A", use_edns=1)).rcode() == Rcode.BADVERS
    double = query("foo.fr", "A")
    double.question += query("foo.fr", "NS").question
    assert told(double).rcode() == Rcode.FORMERR
    keyed = query("foo.fr", "A")
    keyed.use_tsig(dns.tsigkeyring.from_text({"key.": "c2VjcmV0"}))
    assert told(keyed).rcode() == Rcode.NOTAUTH
    assert heard(query("foo.fr", "A").to_wire()[:20], by_tcp=False) is not None


def octets_of(counts: tuple[int, int, int, int], body: bytes) -> bytes:
    """A message with these numbers of questions and records."""
    return struct.pack("!HHHHHH", 1, 0, *counts) + body


DEEP = b"\1a" * 120 + b"\0" + struct.pack("!HH", RdataType.A, RdataClass.IN)
AGAIN = b"\xc0\x0c"
"""The name of the question, once more."""


def record(kind: int, rdata: bytes, name: bytes = AGAIN) -> bytes:
    return name + struct.pack("!HHIH", kind, RdataClass.IN, 60, len(rdata)) + rdata


MAILS = b"".join(record(RdataType.MX, struct.pack("!H", at) + AGAIN) for at in range(4000))
OPT = record(RdataType.OPT, b"", b"\0")
TSIG = record(RdataType.TSIG, b"\0" * 17, b"\3key\0")
NO_QUESTIONS = {
    "many answers": (octets_of((1, 4000, 0, 0), DEEP + MAILS), Rcode.FORMERR),
    "one answer": (octets_of((1, 1, 0, 0), DEEP + MAILS[:16]), Rcode.FORMERR),
    "many authorities": (octets_of((1, 0, 4000, 0), DEEP + MAILS), Rcode.FORMERR),
    "many beside": (octets_of((1, 0, 0, 4000), DEEP + MAILS), Rcode.FORMERR),
    "another beside": (octets_of((1, 0, 0, 1), DEEP + MAILS[:16]), Rcode.FORMERR),
    "many questions": (octets_of((5400, 0, 0, 0), DEEP + (AGAIN + DEEP[-4:]) * 5399), Rcode.FORMERR),
    "two questions": (octets_of((2, 0, 0, 0), DEEP + AGAIN + DEEP[-4:]), Rcode.FORMERR),
    "none": (octets_of((0, 0, 0, 1), OPT), Rcode.FORMERR),
    "long": (octets_of((1, 0, 0, 1), DEEP + record(RdataType.OPT, b"\xfe\0\0\0" * 16000, b"\0")), Rcode.FORMERR),
    "more behind it": (octets_of((1, 0, 0, 0), DEEP + b"\0"), Rcode.FORMERR),
    "less": (octets_of((1, 0, 0, 1), DEEP + OPT[:-1]), Rcode.FORMERR),
    "OPT of a name": (octets_of((1, 0, 0, 1), DEEP + record(RdataType.OPT, b"")), Rcode.FORMERR),
    "OPT twice": (octets_of((1, 0, 0, 2), DEEP + OPT + OPT), Rcode.FORMERR),
    "OPT behind TSIG": (octets_of((1, 0, 0, 2), DEEP + TSIG + OPT), Rcode.FORMERR),
    "TSIG": (octets_of((1, 0, 0, 1), DEEP + TSIG), Rcode.NOTAUTH),
    "OPT, TSIG": (octets_of((1, 0, 0, 2), DEEP + OPT + TSIG), Rcode.NOTAUTH),
    "IXFR": (octets_of((1, 0, 1, 0), DEEP[:-4] + b"\0\xfb\0\1" + MAILS[:16]), Rcode.REFUSED),
    "NOTIFY": (b"\0\1\x20\0" + octets_of((1, 4000, 0, 0), DEEP + MAILS)[4:], Rcode.NOTIMP),
}


@pytest.mark.parametrize(("octets", "rcode"), NO_QUESTIONS.values(), ids=NO_QUESTIONS)
def test_what_is_more_than_a_question_is_refused_unread(
    octets: bytes, rcode: Rcode, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = list[bytes]()
    monkeypatch.setattr(dns.message, "from_wire", read.append)
    said = heard(octets, by_tcp=True)
    assert isinstance(said, bytes)
    assert (said[:2], said[2] & 0x80, said[3], said[4:]) == (octets[:2], 0x80, rcode, bytes(8))
    assert read == []


def test_a_question_may_say_much_beside() -> None:
    query = dns.message.make_query("www.foo.fr", "A", use_edns=0, pad=1200)
    assert told(query).rcode() == Rcode.NOERROR
    query = dns.message.make_query("www.foo.fr", "A", options=[GenericOption(OptionType.make(65001), b"")] * 250)
    assert told(query).rcode() == Rcode.NOERROR


@pytest.mark.parametrize(
    ("payload", "most"),
    [(None, 512), (0, 512), (700, 700), (4096, PAYLOAD), (65535, PAYLOAD)],
)
def test_an_answer_is_no_longer_than_it_may_be(payload: int | None, most: int) -> None:
    how: dict[str, Any] = {} if payload is None else {"use_edns": 0, "payload": payload, "want_dnssec": True}
    for name, kind in (("nothing.foo.fr", "A"), ("many.foo.fr", "TXT"), ("www.foo.fr", "A")):
        question = heard(dns.message.make_query(name, kind, **how).to_wire(), by_tcp=False)
        assert isinstance(question, Question)
        octets = question.answered(SERVED, NOW)
        said = dns.message.from_wire(octets)
        assert len(octets) <= most
        assert (said.edns, bool(said.ednsflags & dns.flags.DO)) == ((-1, False) if payload is None else (0, True))
        assert bool(said.flags & dns.flags.TC) is not bool(said.answer or said.authority)


def test_any_is_answered_with_one_of_what_there_is() -> None:
    assert [len(told(dns.message.make_query(name, "ANY")).answer) for name in ("foo.fr", "www.foo.fr")] == [1, 1]


@given(st.binary(max_size=80))
def test_whatever_comes_is_answered_or_passed_over(octets: bytes) -> None:
    question = heard(octets, by_tcp=False)
    if isinstance(question, bytes):
        assert question[:2] == octets[:2]
        assert len(question) == 12


@given(st.data())
def test_questions_that_were_garbled_do_no_harm(data: st.DataObject) -> None:
    octets = bytearray(dns.message.make_query("www.foo.fr", "A", want_dnssec=True).to_wire())
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(2, len(octets) - 1))] = data.draw(st.integers(0, 255))
    question = heard(bytes(octets), by_tcp=False)
    if isinstance(question, Question) and question.refusal is None:
        assert question.answered(SERVED, NOW)[:2] == bytes(octets[:2])
