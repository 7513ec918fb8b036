"""The sandbox registry over the wire: EPP on TLS (RFC 5734), with a dial for what goes wrong on wires.

One registrar has an account. What is registered is what the sandbox registry holds in process; `docs/sandbox.md` has
the names that choose what happens, and the faults.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import contextmanager, suppress
from hmac import compare_digest
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.adapters import sandbox_epp_answers as answers
from ordain.adapters import sandbox_epp_domains as domains
from ordain.adapters import sandbox_epp_objects as objects
from ordain.adapters.epp_session import HEADER, framed, read_frame
from ordain.adapters.epp_xml import (
    EXTENSIONS,
    NAMESPACES,
    OBJECTS,
    Malformed,
    Unreadable,
    find,
    find_all,
    received,
    text,
    violations,
)
from ordain.adapters.sandbox_epp_answers import Said, said
from ordain.adapters.sandbox_epp_desk import Place, Spoken, poll
from ordain.adapters.sandbox_epp_objects import badly_written
from ordain.adapters.sandbox_scenarios import SOMEBODY_ELSE
from ordain.core.registry import NoAnswer

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from ordain.adapters.epp_xml import Element

log = logging.getLogger(__name__)

FAULTS = {
    "cut-before": "The connection is cut, and nothing was done",
    "cut-after": "What was asked is done, and the connection cut before the answer",
    "half": "Half of the answer, then the connection is cut",
    "length": "A frame whose announced length is not its own",
    "overlong": "A frame that is announced as two thousand million bytes long",
    "garbage": "Bytes that are no XML in the place of the answer",
    "silence": "What was asked is done, and nothing is ever said",
    "other-number": "An answer that carries another command's client transaction id",
    "other-object": "A success that names another object than the one asked about",
    "failed": "2400, and nothing was done",
    "failed-after": "2400 although it was done",
    "ended": "2500, nothing was done, and the session ends",
    "ended-after": "2500 although it was done, and the session ends",
    "unfunded": "2104, and nothing was done: the registrar's account is empty",
}
"""What the server can be told to do wrong, and what that is."""
MANNERS = {
    "strict-texts": "2005 for names, organisations and streets in ASCII (`int`) of fewer than five letters, and for"
    " glue of 2001:db8::/32",
    "crowded": "2400 to what costs money while something else that does is carried out, and nothing was done",
    "unschemed": "Answers that the schemas forbid: `exists` where RFC 8334 has none, and on every result",
}
"""What is not wrong, but a way some registries have (docs/sandbox.md)."""
BEFORE = {"cut-before": 0, "failed": 2400, "crowded": 2400, "ended": 2500, "unfunded": 2104}
"""Those in which nothing is done, and the code that says so."""
CHARGED = frozenset({"domain:create", "domain:renew", "domain:transfer:request", "domain:update"})
"""What may cost money: an update does if it restores a name."""


class Fault(Struct, frozen=True):
    """Something to do wrong, in so many of a hundred commands of one kind (`domain:create`), or of all (`*`)."""

    kind: str
    verb: str = "*"
    percent: int = 100


class Terms(Struct, frozen=True, kw_only=True):
    """Who may come in, and how patient and how unreliable the server is."""

    login: str
    password: str
    latency: float = 0
    """Seconds before every answer."""
    idle: float = 120
    """Seconds of silence after which a session is cut."""
    faults: tuple[Fault, ...] = ()


Carry = Callable[[Place, Spoken], Awaitable[Said]]
COMMANDS: dict[str, Carry] = {
    "domain:check": domains.check,
    "domain:info": domains.info,
    "domain:create": domains.create,
    "domain:renew": domains.renew,
    "domain:delete": domains.delete,
    "domain:update": domains.update,
    "domain:transfer:request": domains.transfer,
    "domain:transfer:query": domains.query,
    "domain:transfer:approve": domains.ending("clientApproved"),
    "domain:transfer:reject": domains.ending("clientRejected"),
    "domain:transfer:cancel": domains.ending("clientCancelled"),
    "contact:check": objects.check,
    "contact:info": objects.contact,
    "contact:create": objects.create_contact,
    "contact:update": objects.update_contact,
    "contact:delete": objects.delete_contact,
    "host:check": objects.check,
    "host:info": objects.host,
    "host:create": objects.create_host,
    "host:update": objects.update_host,
    "host:delete": objects.delete_host,
}

OTHERS_COMMANDS: dict[str, Carry] = {
    "domain:transfer:request": domains.take_away,
    "domain:transfer:query": domains.query,
    "domain:transfer:cancel": domains.ending("clientCancelled", SOMEBODY_ELSE),
}
"""What the account of everybody else is for: to take names away."""


class Server:
    """Listens; `faults` may be changed at any time, and `heard` counts the commands that came, by verb."""

    def __init__(self, place: Place, terms: Terms, chance: Callable[[], float] = random.random) -> None:
        self.faults = list(terms.faults)
        self.heard: dict[str, int] = {}
        self.greeted = asyncio.Event()
        """Somebody said hello."""
        self.terms = terms
        self.place = place
        self.turn = asyncio.Lock()
        """One command after the other changes what is registered."""
        self.chance = chance
        self.charging = 0
        """Commands being carried out that may cost money."""
        self._listening: asyncio.Server | None = None
        self.lines: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int, tls: ssl.SSLContext) -> int:
        """Begin to listen; the port."""
        self._listening = await asyncio.start_server(self._serve, host, port, ssl=tls)
        bound: int = self._listening.sockets[0].getsockname()[1]
        return bound

    async def close(self) -> None:
        """Stop listening and cut every connection."""
        if self._listening:
            self._listening.close()
        for line in list(self.lines):
            line.cancel()
        await asyncio.gather(*self.lines, return_exceptions=True)

    def fault(self, spoken: Spoken) -> str | None:
        """What goes wrong with this command; None: nothing."""
        for fault in self.faults:
            meant = fault.verb in ("*", spoken.verb) and (fault.kind != "crowded" or self._crowded(spoken))
            if meant and self.chance() * 100 < fault.percent:
                return fault.kind
        return None

    def _crowded(self, spoken: Spoken) -> bool:
        return spoken.verb in CHARGED and self.charging > 0

    @contextmanager
    def under_way(self, spoken: Spoken) -> Iterator[None]:
        """Within, a command is carried out."""
        charged = spoken.verb in CHARGED
        self.charging += charged
        try:
            yield
        finally:
            self.charging -= charged

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        if line is not None:
            self.lines.add(line)
            line.add_done_callback(self.lines.discard)
        try:
            await Line(self, reader, writer).run()
        except (OSError, EOFError, TimeoutError, Unreadable, NoAnswer, asyncio.CancelledError) as ended:
            log.debug("a connection ended: %r", ended)
        finally:
            writer.close()
            with suppress(OSError, TimeoutError):
                writer.transport.abort()


class Line:
    """One connection: a greeting, then answers."""

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._commands: dict[str, Carry] | None = None
        """Those of the registrar that logged in."""
        self._services: frozenset[str] = frozenset()
        self._over = False

    async def run(self) -> None:
        """Greet and answer until one of the two goes."""
        terms = self._server.terms
        await self._write(framed(answers.greeting(self._server.place.clock())))
        while not self._over:
            async with asyncio.timeout(terms.idle):
                frame = await read_frame(self._reader)
            await asyncio.sleep(terms.latency)
            await self._answer(frame)

    async def _write(self, text: bytes) -> None:
        self._writer.write(text)
        await self._writer.drain()

    async def _answer(self, frame: bytes) -> None:
        try:
            root = received(frame)
        except Unreadable as error:
            await self._write(framed(said(Said(code=2001, reason=str(error)), None)))
            return
        if find(root, "hello") is not None:
            self._server.greeted.set()
            await self._write(framed(answers.greeting(self._server.place.clock())))
            return
        spoken = structs.replace(_spoken(root), services=self._services)
        self._server.heard[spoken.verb] = self._server.heard.get(spoken.verb, 0) + 1
        fault = self._server.fault(spoken)
        if fault == "cut-before":
            raise EOFError(fault)
        if fault is not None and fault in BEFORE:
            answer = Said(code=BEFORE[fault])
        elif fault == "strict-texts" and (trouble := badly_written(spoken.about)):
            answer = Said(code=2005, reason=trouble)
        else:
            with self._server.under_way(spoken):
                answer = await self._carry_out(spoken, violations(root))
        await self._say(spoken, answer, fault)

    async def _carry_out(self, spoken: Spoken, problems: list[str]) -> Said:
        """The session's own commands here, all others by the table."""
        place = self._server.place
        if problems:
            return Said(code=2001, reason="; ".join(problems))
        if spoken.verb == "login":
            return self._login(spoken.about)
        if self._commands is None:
            return Said(code=2002, reason="Log in first")
        if spoken.verb == "logout":
            self._over = True
            return Said(code=1500)
        async with self._server.turn:
            if spoken.verb == "poll" and self._commands is COMMANDS:
                return await poll(place, spoken.about.get("msgID") if spoken.about.get("op") == "ack" else None)
            carry = self._commands.get(spoken.verb)
            return await carry(place, spoken) if carry else Said(code=2101, reason=f"{spoken.verb} is not offered")

    def _login(self, about: Element) -> Said:
        terms = self._server.terms
        spoken = {NAMESPACES[name] for name in (*OBJECTS, *EXTENSIONS)}
        asked = [*find_all(about, "svcs", "objURI"), *find_all(about, "svcs", "svcExtension", "extURI")]
        strange = [each.text for each in asked if each.text not in spoken]
        if self._commands is not None:
            return Said(code=2002, reason="Somebody is logged in")
        if strange:
            return Said(code=2307, reason=f"{strange[0]} is not spoken here")
        login, given = text(about, "clID"), text(about, "pw") or ""
        if login not in (terms.login, SOMEBODY_ELSE) or not compare_digest(given.encode(), terms.password.encode()):
            return Said(code=2200)
        self._commands = COMMANDS if login == terms.login else OTHERS_COMMANDS
        self._services = frozenset(each.text or "" for each in asked)
        return Said()

    async def _say(self, spoken: Spoken, answer: Said, fault: str | None) -> None:
        """The answer, as the fault would have it."""
        if fault in ("failed-after", "ended-after"):
            answer = Said(code=2400 if fault == "failed-after" else 2500)
        number = "of-another-command" if fault == "other-number" else spoken.client_id
        try:
            frame = said(answer, number)
        except Malformed:
            log.exception("%s cannot be answered", spoken.verb)
            frame = said(Said(code=2400), number)
        if fault == "other-object":
            frame = frame.replace(spoken.subject.encode(), b"another.example") if spoken.subject else frame
        if fault == "unschemed":
            frame = frame.replace(b"<result ", b'<result exists="1" ').replace(b"claimKey>", b'claimKey exists="1">', 1)
        whole = framed(frame)
        if fault == "silence":
            await asyncio.sleep(self._server.terms.idle)
        broken = {
            "cut-after": b"",
            "silence": b"",
            "half": whole[: len(whole) // 2],
            "length": (len(frame) - HEADER).to_bytes(HEADER) + frame,
            "overlong": (2_000_000_000).to_bytes(HEADER) + frame,
            "garbage": framed(b"\x00\xff\xfe garbage \x80" * 8),
        }
        await self._write(broken.get(fault or "", whole))
        if fault in broken or answer.code in (1500, 2500):
            raise EOFError(fault or "logout")


def _spoken(root: Element) -> Spoken:
    """The command a frame is. What is none has a verb that is not offered."""
    command = find(root, "command")
    verbs = [] if command is None else [each for each in command if isinstance(each.tag, str)]
    client_id = text(root, "command", "clTRID")
    if not verbs:
        return Spoken("nothing", root, None, client_id)
    verb, about = verbs[0].tag.rpartition("}")[2], next(iter(verbs[0]), None)
    prefix = next((name for name in OBJECTS if about is not None and NAMESPACES[name] in str(about.tag)), None)
    if prefix is None:
        return Spoken(verb, verbs[0], None, client_id)
    asked = f":{verbs[0].get('op', 'query')}" if verb == "transfer" else ""
    return Spoken(f"{prefix}:{verb}{asked}", about, find(root, "command", "extension"), client_id)
