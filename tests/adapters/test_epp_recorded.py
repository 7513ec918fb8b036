"""A real registry's dialogue, replayed: what two registrars said to it is what we would say, and its answers are read.

The recorded frames were sent by another client. Ours has to say the same, but for the number of the command; where it
says something else on purpose, the table tells why.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ordain.adapters import epp_answers, epp_frames, epp_news, epp_object_frames
from ordain.adapters.epp_contacts import Card, Form
from ordain.adapters.epp_dialects import DIALECTS
from ordain.adapters.epp_frames import Ds, Edit, NewName, Report
from ordain.adapters.epp_registry import REJECTED, EppRegistry
from ordain.adapters.epp_session import Account, Session, framed, read_frame
from ordain.adapters.epp_xml import find_all, received, text
from ordain.core.money import UNIT, Money
from ordain.core.registry import AcceptedNotice, Done, Host, Lost, Pending, Refusal
from ordain.core.registry_message import Transfer
from ordain.store.registry_commands import RegistryCommands
from tests.engines import open_in
from tests.epp_wire import HOST, command, tls

if TYPE_CHECKING:
    from ordain.adapters.epp_answers import Reply
    from ordain.adapters.epp_frames import Asked

RECORDED = Path(__file__).parents[2].parent / "shared" / "vectors" / "epp-recorded"
LEO, NORD = "leonet", "nordregistrar"
PASSWORD = "Sandbox-pw-1234"

FULL, HOSTNAME, BRAND, FREE = (
    "full1795437810.test",
    "ns1.full1795437810.test",
    "roubaixbrand.shop",
    "free1795437810.shop",
)
FORM = Form(name="Jean Dupont", organisation="", streets=("2 rue Kellermann",), city="Roubaix", province="",
            postcode="59100", country="FR")  # fmt: skip
JEAN = Card((("int", FORM),), "+33.320000000", "", "jean@example.test")
CODE = "Abc-12345xyz"
DS = Ds(12345, 13, 2, "A" * 64)
THEN = datetime(2026, 11, 23, 12, 43, 30, tzinfo=UTC)
LOCK = "clientTransferProhibited"


def full(registrant: str, fee: int) -> Asked:
    new = NewName(name=FULL, years=2, name_servers=(), registrant=registrant, roles=("admin", "tech", "billing"),
                  auth_info=CODE)  # fmt: skip
    return epp_frames.create(new, epp_frames.most("create", Money(fee * UNIT, "EUR")))


def brand(notice: str | None) -> Asked:
    new = NewName(name=BRAND, years=1, name_servers=(), registrant="CB1795437810", roles=("admin", "billing", "tech"),
                  auth_info=CODE)  # fmt: skip
    accepted = AcceptedNotice(notice, datetime(2026, 11, 25, 12, 43, 30, tzinfo=UTC), THEN) if notice else None
    return epp_frames.create(new, epp_frames.launch("claims", accepted))


SAID: dict[int, Asked | None] = {
    6: None,  # hello
    8: epp_object_frames.contact_create("CA1795437810", JEAN, CODE),
    10: epp_object_frames.contact_create("CB1795437810", JEAN, CODE),
    12: full("CA1795437810", 1),
    14: full("CA1795437810", 10),
    16: epp_object_frames.host_create(Host(HOSTNAME, ("54.38.220.85", "2001:41d0:1:1b00::1"))),
    18: epp_frames.update(FULL, Edit(add_servers=(HOSTNAME,)), epp_frames.secure([DS], [])),
    20: epp_object_frames.host_info(HOSTNAME),
    22: epp_frames.info(FULL),
    24: epp_frames.transfer(FULL, 1, "nope-nope"),
    26: epp_frames.transfer(FULL, 1, CODE),
    28: epp_frames.poll(),
    30: epp_frames.acknowledge("1"),
    32: epp_frames.transfer_query(FULL),
    36: epp_frames.poll(),
    38: epp_frames.transfer(FULL, 1, CODE),
    42: epp_frames.info(FULL),
    44: epp_frames.update(FULL, Edit(add_status=(LOCK,))),
    46: epp_frames.info(FULL),
    48: epp_frames.delete(FULL),
    50: epp_frames.update(FULL, Edit(remove_servers=(HOSTNAME,))),
    52: epp_object_frames.host_delete(HOSTNAME),
    54: epp_frames.delete(FULL),
    56: epp_frames.info(FULL),
    58: epp_frames.restore(FULL),
    60: epp_frames.info(FULL),
    62: epp_frames.restore_report(FULL, Report("pre", "post", THEN, THEN)),
    64: epp_frames.info(FULL),
    66: epp_frames.check_claims((BRAND, FREE)),
    68: brand("deadbeef9223372036854775807"),
    70: brand(None),
    72: brand("0dceafd69223372036854775807"),
    74: epp_frames.info(BRAND),
    76: epp_frames.poll(),
    78: epp_frames.logout(),
    80: epp_frames.logout(),
}
NEVER_SAID = {34: "we reject no transfer away", 40: "we approve none: the registry does, after five days"}
SAID_OTHERWISE = {
    62: "the two statements are ICANN's whole ones, and nothing stands under `other`",
    **dict.fromkeys((68, 70, 72), "a registration is called one, where the registry may take it for an application"),
}


def frame(number: int, side: str) -> bytes:
    return (RECORDED / f"{number:03d}-{side}.xml").read_bytes()


def shape(element: Any) -> Any:
    """An element without what may differ: the command's number, prefixes, blanks."""
    inside = [shape(each) for each in element if isinstance(each.tag, str) and not each.tag.endswith("}clTRID")]
    return (element.tag, dict(element.attrib), (element.text or "").strip(), inside)


class Registry:
    """The recorded registry: to what it was told then, it says what it said then."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.next = 0
        """The number of the command that comes next."""
        self.greetings = [0, 3]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(framed(frame(self.greetings.pop(0), "S")))
        try:
            while True:
                root = received(await read_frame(reader))
                number = self.next
                said = received(frame(number, "C"))
                assert shape(root) == shape(said) or number in {*SAID_OTHERWISE, 1, 4}, number
                self.heard.append(number)
                told, here = text(said, "command", "clTRID"), text(root, "command", "clTRID")
                answer = frame(number + 1, "S")
                writer.write(framed(answer.replace(told.encode(), here.encode()) if told and here else answer))
        except EOFError:
            writer.close()


async def replayed(folder: Path) -> tuple[Registry, dict[int, Reply]]:
    """Everything that is said, on two sessions, and the answers."""
    registry, answers = Registry(), dict[int, Any]()
    shown, trusted = tls(folder)
    listening = await asyncio.start_server(registry.serve, HOST, 0, ssl=shown)
    port = listening.sockets[0].getsockname()[1]
    sessions = {}
    for number, login in ((1, LEO), (4, NORD)):
        registry.next = number
        account = Account(host=HOST, port=port, login=login, password=PASSWORD, tls=trusted, secret=b"s")
        sessions[login] = await Session.open(account)
    for number, asked in SAID.items():
        registry.next = number
        who = text(received(frame(number, "C")), "command", "clTRID") or "LEONET"
        session = sessions[LEO if who.startswith("LEONET") else NORD]
        answers[number] = await (session.ask(asked) if asked else session.hello())
    assert [session.alive for session in sessions.values()] == [False, False]
    for session in sessions.values():
        await session.end()
    listening.close()
    return registry, answers


@pytest.fixture(scope="module")
def dialogue(tmp_path_factory: pytest.TempPathFactory) -> tuple[Registry, dict[int, Reply]]:
    return asyncio.run(replayed(tmp_path_factory.getbasetemp() / "epp"))


def test_everything_is_said_as_it_was(dialogue: tuple[Registry, dict[int, Reply]]) -> None:
    registry, answers = dialogue
    recorded = {int(file.name[:3]) for file in RECORDED.glob("*-C.xml")}
    assert {*registry.heard, *NEVER_SAID} == recorded
    assert answers.keys() == SAID.keys()


def test_every_answer_is_understood(dialogue: tuple[Registry, dict[int, Reply]]) -> None:
    _, answers = dialogue
    told = {number: answer.code for number, answer in answers.items() if number != 6}
    codes = {number: code for number, code in told.items() if code not in (1000, 1500)}
    assert codes == {12: 2004, 22: 2201, 24: 2202, 26: 1001, 28: 1301, 30: 1300, 36: 1300, 38: 1001, 48: 1001, 54: 2304,
                     68: 2306, 70: 2306, 76: 1300}  # fmt: skip
    assert answers[12].words.endswith("Provided fee is less than the server domain fee")
    pending = epp_answers.transfer(answers[26])
    assert pending is not None
    assert (pending.status, pending.asked_by) == ("pending", NORD)
    message = epp_news.message(answers[28], NORD)
    assert message is not None
    assert isinstance(message.about, Transfer)
    assert message.about.status == "pending"
    assert epp_answers.addresses(answers[20]) == ("2001:41d0:1:1b00::1", "54.38.220.85")


def test_a_names_life_is_read_off_its_infos(dialogue: tuple[Registry, dict[int, Reply]]) -> None:
    _, answers = dialogue
    lives = {number: epp_answers.held(answers[number]) for number in (42, 46, 56, 60, 64, 74)}
    assert {number: sorted(held.grace) for number, held in lives.items()} == {
        42: ["transferPeriod"], 46: ["transferPeriod"], 56: ["redemptionPeriod"], 60: ["pendingRestore"], 64: [],
        74: ["addPeriod"],
    }  # fmt: skip
    assert [LOCK in lives[number].statuses for number in (42, 46)] == [False, True]
    assert lives[42].sponsor == NORD
    assert lives[42].transferred == datetime(2026, 11, 23, 12, 43, 30, 179000, tzinfo=UTC)


class Transferring:
    """The recorded registry while FULL is on its way to NORD.

    `asked` is the frame that answers the request, `last` tells how it stands, `info` about the name.
    """

    def __init__(self) -> None:
        self.asked, self.last, self.info = 27, 33, 23
        self.dated = True
        """Whether it tells when a name came from elsewhere, as it may or may not (RFC 5731 §3.1.2)."""
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(framed(frame(0, "S")))
        try:
            while True:
                root = received(await read_frame(reader))
                verb = find_all(root, "command")[0][0]
                number = {"login": 2, "logout": 79, "info": self.info}.get(verb.tag.rpartition("}")[2])
                requested = verb.get("op") == "request"
                self.requests += requested
                answer = frame(number or (self.asked if requested else self.last), "S")
                answer = answer if self.dated else re.sub(b"<domain:trDate>.*</domain:trDate>", b"", answer)
                told, here = text(received(answer), "response", "trID", "clTRID"), text(root, "command", "clTRID")
                assert told
                assert here
                writer.write(framed(answer.replace(told.encode(), here.encode())))
        except EOFError:
            writer.close()


Client = Callable[[Transferring], AbstractAsyncContextManager[EppRegistry]]


@pytest.fixture
def client_of(sqlite_url: str, runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of NORD's, for as long as the registry listens."""
    database = open_in(runner, sqlite_url)

    @asynccontextmanager
    async def opened(registry: Transferring) -> AsyncIterator[EppRegistry]:
        shown, trusted = tls(tmp_path_factory.getbasetemp() / "epp")
        listening = await asyncio.start_server(registry.serve, HOST, 0, ssl=shown)
        port = listening.sockets[0].getsockname()[1]
        account = Account(host=HOST, port=port, login=NORD, password=PASSWORD, tls=trusted, secret=b"s")
        client = EppRegistry(account, DIALECTS["generic"], RegistryCommands(database), lambda: THEN)
        try:
            yield client
        finally:
            await client.close()
            listening.close()

    yield opened
    runner.run(database.close())


def test_a_transfer_is_followed_to_its_end(runner: asyncio.Runner, client_of: Client) -> None:
    registry = Transferring()

    async def tried(client: EppRegistry) -> None:
        elsewhere = await client.find(FULL)
        assert elsewhere is not None
        assert not elsewhere.ours
        assert isinstance(await client.transfer(command(FULL, auth_info=CODE)), Pending)
        coming = await client.find(FULL)
        assert coming is not None
        assert (coming.ours, coming.pending, coming.transaction) == (True, True, "t-1")
        assert isinstance(await client.transfer(command(FULL, auth_info=CODE)), Pending)
        assert isinstance(await client.transfer(command(FULL, "t-2", auth_info=CODE)), Lost)
        registry.last = 35  # the present registrar rejected it
        back = await client.find(FULL)
        assert back is not None
        assert not back.ours
        rejected = await client.transfer(command(FULL, auth_info=CODE))
        assert isinstance(rejected, Refusal)
        assert rejected.reason == REJECTED["clientRejected"]

    runner.run(within(client_of(registry), tried))


async def within(opened: AbstractAsyncContextManager[EppRegistry], tried: Callable[[EppRegistry], Any]) -> None:
    async with opened as client:
        await tried(client)


def test_a_name_that_came_at_once_is_ours_though_its_registry_does_not_say_since_when(
    runner: asyncio.Runner, client_of: Client
) -> None:
    registry = Transferring()
    registry.asked, registry.last, registry.dated = 41, 41, False

    async def tried(client: EppRegistry) -> None:
        elsewhere = await client.find(FULL)
        assert elsewhere is not None
        assert not elsewhere.ours
        # The registry says that it is done (1000), and its info is a moment behind: nothing is asked twice.
        assert isinstance(await client.transfer(command(FULL, auth_info=CODE)), Pending)
        assert isinstance(await client.transfer(command(FULL, auth_info=CODE)), Pending)
        assert registry.requests == 1
        registry.info = 43
        done = await client.transfer(command(FULL, auth_info=CODE))
        assert isinstance(done, Done)
        assert done.registration.transaction == "t-1"
        assert await client.find(FULL) == done.registration
        assert isinstance(await client.transfer(command(FULL, "t-2", auth_info=CODE)), Lost)

    runner.run(within(client_of(registry), tried))
