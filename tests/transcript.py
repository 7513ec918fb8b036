"""The dialogue in docs/delivery.md: what the client and the sandbox registry say over TLS, written by rule.

`python -m tests.transcript` writes it anew; a test compares.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from lxml import etree

from ordain.adapters import epp_session
from ordain.adapters.epp_session import Session
from ordain.adapters.epp_xml import NAMESPACES, find, received, violations
from ordain.core.change import is_so
from ordain.core.money import UNIT, Money
from ordain.core.registry import Deletion, Done, Fees, NoAnswer, Pending, Refusal, Renewal, Restoration, Update
from tests.engines import migrated, open_in, run
from tests.epp_wire import Wire, command

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordain.adapters.epp_registry import EppRegistry
    from ordain.core.registry import Change

PAGE = Path(__file__).parents[1] / "docs" / "delivery.md"
BEGINS, ENDS = "<!-- made by tests/transcript.py -->\n", "<!-- to here -->\n"
PREFIXES = {uri: "" if prefix == "epp" else f"{prefix}:" for prefix, uri in NAMESPACES.items()}
AROUND = {"command", "response", "trID", "options", "extValue", "value"}
"""What stands around others alone: those are told."""
LEFT_OUT = {"svTRID", "svDate", "dcp", "lang", "version", "undef"}
"""What is another one each time, or the same, is not told, nor what is within."""


class Dialogue:
    """What was said, as lines: a frame in full the first time its kind is said, later in one line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.frames = 0
        self._known: set[str] = set()
        self._sessions: list[str] = []
        self._asked = ""

    def note(self, sentence: str) -> None:
        """Something that is no frame."""
        self.lines += ["", f"    # {sentence}"]

    def say(self, side: str, frame: bytes) -> None:
        """A frame of the client (C) or the server (S); AssertionError for one the schemas forbid."""
        root = received(frame)
        assert violations(root) == []
        self.frames += 1
        kind = self._kind(root)
        if side == "C":
            self._asked = kind
        shown = f"{side} {self._asked}" if side == "S" and kind != "greeting" else f"{side} {kind}"
        code = root.find(".//{*}result")
        key = f"{shown} {'' if code is None else code.get('code')}"
        if key not in self._known:
            self._known.add(key)
            self.lines += ["", f"    {shown}", *(f"       {line}" for each in root for line in self._outline(each, 0))]
            return
        if side == "S":
            apart = [""] if code is None else []
            self.lines += [*apart, f"    {shown}" + ("" if code is None else f" {code.get('code')}")]
            return
        subjects = (f".//{{{NAMESPACES['domain']}}}name", f".//{{{NAMESPACES['contact']}}}id")
        told = next((found for path in subjects if (found := root.findtext(path))), "")
        self.lines += ["", f"    {shown} {told}  [{self._plain(root.findtext('.//{*}clTRID'))}]"]

    def _kind(self, root: Any) -> str:
        verb = find(root, "command")
        if verb is None:
            return str(etree.QName(root[0]).localname)
        about = verb[0]
        inner = next(iter(about), None)
        prefix = "" if inner is None else PREFIXES[etree.QName(inner).namespace]
        asked = about.get("op")
        more = [each for extension in verb.findall("{*}extension") for each in extension]
        told = [f"{prefix}{etree.QName(about).localname}", asked, *(f"+ {self._named(each)}" for each in more)]
        return " ".join(filter(None, told))

    def _named(self, element: Any) -> str:
        """An extension's name, with what it asks for."""
        name, asked = etree.QName(element), element.find("./*[@op]")
        return f"{PREFIXES[name.namespace]}{name.localname}" + ("" if asked is None else f" {asked.get('op')}")

    def _outline(self, element: Any, depth: int) -> list[str]:
        """A line for each element: its name, attributes and text, those within it further in."""
        name = etree.QName(element)
        of_epp = name.namespace == NAMESPACES["epp"]
        if of_epp and name.localname in LEFT_OUT:
            return []
        if of_epp and name.localname in AROUND:
            inner, own = depth, []
        else:
            text = self._plain((element.text or "").strip())
            attributes = "".join(f" {key}={value}" for key, value in element.attrib.items())
            own = [f"{'  ' * depth}{PREFIXES[name.namespace]}{name.localname}{attributes}{': ' if text else ''}{text}"]
            inner = depth + 1
        return own + [line for each in element for line in self._outline(each, inner)]

    def _plain(self, text: str | None) -> str:
        """The text, in which sessions are numbered."""
        found = re.match(r"o-([0-9a-f]{10})-(\d+)$", text or "")
        if found is None:
            return text or ""
        if found[1] not in self._sessions:
            self._sessions.append(found[1])
        return f"session {self._sessions.index(found[1]) + 1}, command {found[2]}"


def recorded(wire: Wire, story: Callable[[Wire, Dialogue], None]) -> Dialogue:
    """What is said while something happens."""
    dialogue = Dialogue()
    write, read = Session._write, epp_session.read_frame  # noqa: SLF001 - to hear both

    async def writing(session: Session, frame: bytes) -> None:
        dialogue.say("C", frame)
        await write(session, frame)

    async def reading(reader: asyncio.StreamReader) -> bytes:
        frame = await read(reader)
        dialogue.say("S", frame)
        return frame

    with mock.patch.object(Session, "_write", writing), mock.patch.object(epp_session, "read_frame", reading):
        story(wire, dialogue)
    return dialogue


def story(wire: Wire, dialogue: Dialogue) -> None:
    """An order whose answer is lost, one that is dearer by now, a transfer, a pending one, a name's life."""
    registry, run_it = wire.client(sessions=1), wire.run
    dialogue.note("What is the name, and what does it cost?")
    run_it(registry.check(["foo.fr", "premium.fr"]))
    dialogue.note("Item 3 of order 12 is paid, and its name asked for the first time. The answer is cut off.")
    wire.wrong("cut-after", "domain:create")
    lost = _silent(wire, registry.create(command("foo.fr", "ordain-12-3")))
    dialogue.note(f"{lost}. Nothing is known; the task is due again in a second, and asks first:")
    wire.well()
    held = run_it(registry.find("foo.fr"))
    assert held.transaction == "ordain-12-3"
    dialogue.note("The registrant is the contact that ordain-12-3 made: it is delivered.")

    dialogue.note("A premium name was sold at 100 EUR, and costs 120 by now: refused, and its contact goes.")
    hundred = Money(100 * UNIT, "EUR")
    sold = Fees(hundred, hundred, hundred)
    assert isinstance(run_it(registry.create(command("premium.fr", "ordain-13-1", fees=sold))), Refusal)

    dialogue.note("A transfer whose code is wrong; its customer corrects it and has the task taken up again.")
    wrong = run_it(registry.transfer(command("taken.fr", "ordain-14-1", auth_info="wrong")))
    assert isinstance(wrong, Refusal)
    assert isinstance(run_it(registry.transfer(command("taken.fr", "ordain-14-1", auth_info="right"))), Done)

    dialogue.note("A registry that decides later (1001) says in its queue what came of it.")
    assert isinstance(run_it(registry.create(command("slow.fr", "ordain-15-1"))), Pending)
    wire.now = wire.now.replace(minute=5)
    run_it(_messages(registry))

    dialogue.note("Other servers and a lock: one command, with what differs.")
    wanted = Update(name_servers=("ns1.ordain.example", "ns3.ordain.example"), locked=True)
    assert is_so(wanted, run_it(registry.change("ordain-c-70001", "foo.fr", wanted)).registration)
    dialogue.note("Renewed, deleted, restored: each for no more than its customer was told.")
    renewal = Renewal(1, held.expires, Money(8 * UNIT, "EUR"))
    life: tuple[Change, ...] = (renewal, Deletion(), Restoration(Money(8 * UNIT, "EUR")))
    for number, change in enumerate(life, 70002):
        assert isinstance(run_it(registry.change(f"ordain-c-{number}", "foo.fr", change)), Done)

    dialogue.note("Of a create that reached nobody, and whose order was given up, the contact is left: swept later.")
    wire.wrong("cut-before", "domain:create")
    _silent(wire, registry.create(command("never.fr", "ordain-16-1")))
    wire.well()
    wire.now = wire.now.replace(hour=wire.now.hour + 1)
    run_it(registry.tidy("never.fr"))
    run_it(registry.close())


def _silent(wire: Wire, asked: Any) -> str:
    try:
        wire.run(asked)
    except NoAnswer as silence:
        return str(silence).partition(":")[0]
    message = "the registry answered"
    raise AssertionError(message)


async def _messages(registry: EppRegistry) -> None:
    while (message := await registry.message()) is not None:
        await registry.acknowledge(message.message_id)


def page(text: str, dialogue: Dialogue) -> str:
    """The page with this dialogue in its place."""
    before, _, rest = text.partition(BEGINS)
    _, _, after = rest.partition(ENDS)
    lines = "\n".join(dialogue.lines).strip("\n")
    return f"{before}{BEGINS}\n{lines}\n\n{ENDS}{after}"


def main() -> None:
    """Write the page."""
    folder = Path(tempfile.mkdtemp())
    url = f"sqlite:{folder / 'registry.db'}"
    run(migrated(url))
    with asyncio.Runner() as runner:
        database = open_in(runner, url)
        wire = Wire(database, runner, folder)
        dialogue = recorded(wire, story)
        wire.close()
        runner.run(database.close())
    shutil.rmtree(folder)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), dialogue), encoding="utf-8")


if __name__ == "__main__":
    main()
