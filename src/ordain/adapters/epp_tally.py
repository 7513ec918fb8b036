"""How EPP commands ended and how long they took, by registry and command: counts of this process."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ordain.core.measure import Durations, Family, Sample, histogram

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BOUNDS = (10_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 30_000_000)
"""Microseconds."""


class Tally:
    """The counts. An outcome is a result code of EPP's (RFC 5730 §3), or "silence"."""

    def __init__(self) -> None:
        self._outcomes: Counter[tuple[str, str, str]] = Counter()
        self._took: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
        self._sessions: Counter[str] = Counter()
        self._queued: dict[str, int] = {}
        self.told: Callable[[str, int, Mapping[str, str]], None] | None = None
        """Who is told of each command as it ends: its name, its microseconds, what else is known."""

    def add(self, registry: str, command: str, outcome: str, micros: int) -> None:
        """A command was answered, or was not."""
        self._outcomes[registry, command, outcome] += 1
        counts, total = self._took.setdefault((registry, command), ([0] * (len(BOUNDS) + 1), [0]))
        counts[sum(micros > bound for bound in BOUNDS)] += 1
        total[0] += micros
        if self.told:
            self.told(f"EPP {command}", micros, {"ordain.registry": registry, "ordain.outcome": outcome})

    def session(self, registry: str, more: int) -> None:
        """A session was opened (1), or has ended (-1)."""
        self._sessions[registry] += more

    def queued(self, registry: str, messages: int) -> None:
        """What the registry said last of how many messages wait in its queue (RFC 5730 §2.9.2.3)."""
        self._queued[registry] = messages

    def families(self) -> list[Family]:
        """As they are told; nothing where no EPP was spoken."""
        if not self._outcomes:
            return []
        names = "registry", "command", "outcome"
        outcomes = tuple(
            Sample(count, tuple(zip(names, of, strict=True))) for of, count in sorted(self._outcomes.items())
        )
        took = [
            Durations(tuple(zip(names[:2], of, strict=True)), counts, total[0])
            for of, (counts, total) in sorted(self._took.items())
        ]
        return [
            Family("ordain_epp_commands_total", "counter", "EPP commands by the code of their answer", outcomes),
            histogram("ordain_epp_seconds", "From an EPP command to its answer, or to giving up", BOUNDS, took),
            _gauge("ordain_epp_sessions", "Sessions that are open at a registry", self._sessions),
            _gauge("ordain_epp_queue_messages", "Messages in a registry's queue, as it said last", self._queued),
        ]


def _gauge(name: str, told: str, of: Mapping[str, int]) -> Family:
    samples = tuple(Sample(value, (("registry", registry),)) for registry, value in sorted(of.items()))
    return Family(name, "gauge", told, samples)


TALLY = Tally()
"""Of all sessions of this process: they are opened and closed, and counted on."""


def command(verb: Any) -> str:  # noqa: ANN401 - lxml has no types
    """What a command is, off its element: "create domain", "login"."""
    about = next((child.tag for child in verb if isinstance(child.tag, str)), "")
    space = about.rpartition("}")[0].rpartition(":")[2].partition("-")[0]
    name = verb.tag.rpartition("}")[2]
    return f"{name} {space}" if space in ("domain", "contact", "host") else name
