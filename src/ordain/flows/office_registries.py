"""Registries as the staff sees them: whether they answer, how fast, what they said last; one asked on the spot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import names
from ordain.core.names import Name
from ordain.core.refusal import not_found
from ordain.core.registry import NoAnswer
from ordain.core.registry_message import Heard
from ordain.flows import registry_messages
from ordain.store import office_lists

if TYPE_CHECKING:
    from ordain.core.measure import Family
    from ordain.flows.ports import Engine

MOST_MESSAGES = 20
MOST_SILENT = 200
TRIED = "ordain-asks-whether-anybody-is-there"
"""The label that a registry is asked about: a check changes nothing and costs nothing."""


class Tried(Struct, frozen=True):
    """What came of asking a registry on the spot: it answered in so many milliseconds, or why it did not."""

    millis: int
    silence: str = ""


class Seen(Struct, frozen=True, kw_only=True):
    """A registry. `silence`: what the last task said that was not answered there, "" where none waits for that."""

    name: str
    also: list[str]
    extensions: list[str]
    waiting: int
    silence: str
    messages: list[Heard]


class Spoken(Struct, frozen=True, kw_only=True):
    """What EPP was spoken with a host by this installation's processes since they began."""

    host: str
    commands: int
    refused: int
    silent: int
    millis: int | None
    """From command to answer, on average."""
    sessions: int
    """That are open now, of all processes."""
    queued: int | None
    """Messages that wait in its queue, as it said last; None where it never did."""


def by_extension(engine: Engine) -> dict[str, str]:
    """The registry that each extension's names are at, by the first of its names, as its messages are."""
    known: dict[int, str] = {}
    for name, registry in sorted(engine.registries.items()):
        known.setdefault(id(registry), name)
    return {
        name: known[id(engine.registry_of(name))]
        for name, extension in engine.market.catalogue.extensions.items()
        if f".{name}" in engine.registries or extension.registry in engine.registries
    }


def _also(engine: Engine, name: str) -> list[str]:
    """What else a registry is known by: one connection may be for several."""
    there = engine.registries[name]
    return sorted(other for other, registry in engine.registries.items() if registry is there and other != name)


async def seen(engine: Engine) -> list[Seen]:
    """Each registry that something is sold at."""
    at = by_extension(engine)
    heard = await registry_messages.latest(engine, MOST_MESSAGES)
    unheard = await silences(engine)
    return [
        Seen(
            name=name,
            also=_also(engine, name),
            extensions=sorted(extension for extension, there in at.items() if there == name),
            waiting=len(unheard.get(name, [])),
            silence=next(iter(unheard.get(name, [])), ""),
            messages=[one for one in heard if one.registry == name],
        )
        for name in sorted(set(at.values()))
    ]


async def silences(engine: Engine) -> dict[str, list[str]]:
    """What tasks say that wait because nobody answered, by registry."""
    at, found = by_extension(engine), dict[str, list[str]]()
    for domain, comment in await engine.database.read(lambda tx: office_lists.unanswered(tx, MOST_SILENT)):
        name = names.parse(domain, engine.market.catalogue.extensions)
        if isinstance(name, Name) and name.extension in at:
            found.setdefault(at[name.extension], []).append(comment)
    return found


def spoken(engine: Engine) -> list[Spoken]:
    """What EPP was spoken, by host."""
    families = {family.name: family for family in engine.running.everybody}
    counted = _by_host(families.get("ordain_epp_commands_total"))
    took = _by_host(families.get("ordain_epp_seconds"))
    sessions, waiting = (_by_host(families.get(f"ordain_epp_{name}")) for name in ("sessions", "queue_messages"))
    found = []
    for host, samples in sorted(counted.items()):
        of = {"refused": 0, "silent": 0, "all": 0}
        for value, labels, _ in samples:
            of["all"] += value
            of["silent"] += value if labels["outcome"] == "silence" else 0
            of["refused"] += value if labels["outcome"].startswith("2") else 0
        sums = [value for value, _, ending in took.get(host, []) if ending == "_sum"]
        counts = [value for value, _, ending in took.get(host, []) if ending == "_count"]
        millis = sum(sums) // 1000 // sum(counts) if sum(counts) else None
        found.append(
            Spoken(
                host=host,
                commands=of["all"],
                refused=of["refused"],
                silent=of["silent"],
                millis=millis,
                sessions=sum(value for value, _, _ in sessions.get(host, [])),
                # Each process knows what it heard itself: the most is nobody's to overlook.
                queued=max((value for value, _, _ in waiting.get(host, [])), default=None),
            )
        )
    return found


def _by_host(family: Family | None) -> dict[str, list[tuple[int, dict[str, str], str]]]:
    found: dict[str, list[tuple[int, dict[str, str], str]]] = {}
    for sample in family.samples if family else ():
        labels = dict(sample.labels)
        found.setdefault(labels["registry"], []).append((sample.value, labels, sample.ending))
    return found


async def ask(engine: Engine, name: str) -> Tried:
    """Ask a registry whether it is there: logs in if need be, and checks a name."""
    extension = next((extension for extension, there in by_extension(engine).items() if there == name), None)
    if extension is None:
        message = f"There is no registry {name[:100]}"
        raise not_found(message, "registry")
    began = time.monotonic_ns()
    try:
        await engine.registries[name].check([f"{TRIED}.{extension}"])
    except NoAnswer as silence:
        return Tried(_millis(began), str(silence) or "no answer")
    return Tried(_millis(began))


def _millis(began: int) -> int:
    return (time.monotonic_ns() - began) // 1_000_000
