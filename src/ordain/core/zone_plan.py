"""What has to change at a name server for it to serve a zone: a plan, made of what it serves and what it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core.zone import SERIALS, newer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SIGNING = frozenset({"RRSIG", "DNSKEY", "NSEC", "NSEC3", "NSEC3PARAM", "CDS", "CDNSKEY", "TYPE65534"})
"""Types that a server which signs makes itself; the last is BIND's note of how far it is."""
_SERIAL = 2
"""Of the seven parts of a SOA record's target, which one the serial is (RFC 1035 §3.3.13)."""
_OVERHEAD = 40
"""Octets a record takes up beside its name and target, at most, in what it is sent in."""


class RecordSet(Struct, frozen=True):
    """All records of a name and type, which belong together in the DNS (RFC 2181 §5). Targets are canonical."""

    sub_domain: str
    kind: str
    ttl: int
    targets: frozenset[str]

    @property
    def key(self) -> Key:
        """What it is one of a kind by."""
        return (self.sub_domain, self.kind)

    @property
    def octets(self) -> int:
        """How much room its records take up in a message, at most."""
        return sum(len(self.sub_domain) + len(target) + _OVERHEAD for target in self.targets)


Key = tuple[str, str]
SOA: Key = ("", "SOA")


class Change(Struct, frozen=True):
    """One set of records: None before it is there, None after it is gone."""

    before: RecordSet | None
    after: RecordSet | None

    @property
    def key(self) -> Key:
        """Which set it is."""
        return (self.after or self.before or _NOTHING).key

    @property
    def octets(self) -> int:
        """How much room it takes up in a message, at most."""
        return sum(one.octets for one in (self.before, self.after) if one)


_NOTHING = RecordSet("", "", 0, frozenset())


def gathered(records: Iterable[tuple[str, str, int, str]]) -> dict[Key, RecordSet]:
    """Sets made of (sub-domain, type, TTL, target). Of different TTLs in one set the shortest is everybody's."""
    sets: dict[Key, RecordSet] = {}
    for sub_domain, kind, ttl, target in records:
        so_far = sets.get((sub_domain, kind))
        known = so_far.targets if so_far else frozenset()
        shortest = min(ttl, so_far.ttl) if so_far else ttl
        sets[sub_domain, kind] = RecordSet(sub_domain, kind, shortest, known | {target})
    return sets


def plan(served: Mapping[Key, RecordSet], wanted: Mapping[Key, RecordSet]) -> tuple[Change, ...]:
    """The changes that make what is wanted of what is served: what goes before what comes, at each name; the SOA last.

    Whatever changes, the serial rises. A served one that is newer already, for the server counts by itself as it signs,
    is no reason for a change.
    """
    changes = [Change(served.get(key), wanted.get(key)) for key in {*served, *wanted} - {SOA}]
    changes = [change for change in changes if change.before != change.after]
    changes.sort(key=lambda change: (change.key[0], change.after is not None, change.key[1]))
    before, after = served.get(SOA), wanted.get(SOA)
    if before is None or after is None:
        return (*changes, Change(before, after)) if before != after else tuple(changes)
    rises = newer(serial(after), serial(before))
    same = with_serial(after, serial(before)) == before
    if same and not rises and not changes:
        return ()
    return (*changes, Change(before, after if rises else with_serial(after, (serial(before) + 1) % SERIALS)))


def stages(
    served: Mapping[Key, RecordSet], wanted: Mapping[Key, RecordSet], octets: int
) -> Iterator[tuple[Change, ...]]:
    """The plan in parts that go into messages of so many octets, each on top of the one before."""
    while changes := plan(served, wanted):
        sent = portion(changes, octets)
        yield sent
        served = applied(served, sent)


def portion(changes: tuple[Change, ...], octets: int) -> tuple[Change, ...]:
    """As many changes of a plan, from the first, as go into a message of so many octets; one at least.

    With each of them the serial rises. More than the SOA's own octets should be left.
    """
    *others, last = changes
    room = octets - last.octets
    for number, change in enumerate(others):
        room -= change.octets
        if room < 0:
            return (*others[: max(number, 1)], _on_the_way(last))
    return changes


def _on_the_way(last: Change) -> Change:
    """The SOA's change where others are still to come."""
    if last.before is None or last.after is None:
        return last
    return Change(last.before, with_serial(last.before, (serial(last.before) + 1) % SERIALS))


def applied(served: Mapping[Key, RecordSet], changes: Iterable[Change]) -> dict[Key, RecordSet]:
    """What is served once these changes were made."""
    sets = dict(served)
    for change in changes:
        sets.pop(change.key, None)
        if change.after:
            sets[change.key] = change.after
    return sets


def serial(soa: RecordSet) -> int:
    """The serial a SOA record says."""
    [target] = soa.targets
    return int(target.split()[_SERIAL])


def with_serial(soa: RecordSet, number: int) -> RecordSet:
    """The same SOA record with another serial."""
    [target] = soa.targets
    parts = target.split()
    parts[_SERIAL] = str(number)
    return structs.replace(soa, targets=frozenset({" ".join(parts)}))


def told(changes: tuple[Change, ...]) -> str:
    """The sets that change, in a few words for people: `www A, mail MX and 3 more`."""
    shown = [f"{name or '@'} {kind}" for name, kind in (change.key for change in changes[:3])]
    more = len(changes) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
