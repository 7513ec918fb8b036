"""What a year makes of names, worked out from a table and nothing of the program's: dates, money and mails of each."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from msgspec import Struct

FATES = (
    "automatic", "late money", "no money", "to be deleted", "forgotten", "restored", "by hand early", "by hand late",
)  # fmt: skip
"""What its holder does about a name."""


class Registry(Struct, frozen=True):
    """What the registry of an extension does, in days, and what a year and a restoration cost in cents before tax."""

    late: int
    """For so long a name is renewed after its expiry. Then it is given up."""
    redemption: int
    year: int
    restore: int | None
    longest: int
    """Years that are ordered at once, where it sells as many as two."""
    attempts: tuple[int, int]
    """How often an automatic renewal is tried at most: before the expiry, and until the name is given up."""


REGISTRIES = {
    "com": Registry(44, 30, 999, 8589, 2, (6, 15)),
    "fr": Registry(27, 30, 699, 2029, 2, (6, 12)),
    "de": Registry(0, 30, 359, 3499, 1, (6, 6)),
    "ch": Registry(9, 40, 749, 1239, 1, (6, 8)),
    "cz": Registry(58, 0, 799, None, 2, (6, 15)),
}


def gross(net: int) -> int:
    """With the tax of France, in cents: half a cent counts as a whole one."""
    return net + (net * 20 + 50) // 100


class Wanted(Struct, frozen=True):
    """How a name is meant to be at the end. `until` is None for one that nobody has any more."""

    until: datetime | None
    spent: int
    """For all that came after its order, in cents with tax."""
    mails: Counter[str]


def later(day: datetime, years: int) -> datetime:
    """The same day so many years later. No name of these begins on a 29th of February."""
    return day.replace(year=day.year + years)


def fits(fate: str, extension: str) -> bool:
    """Whether somebody can do so about a name there."""
    registry = REGISTRIES[extension]
    if fate == "restored":
        return registry.restore is not None
    return registry.late > 6 or fate not in ("late money", "by hand late")


def wanted(fate: str, extension: str, until: datetime) -> Wanted:
    """What a name paid until then is to come to."""
    registry = REGISTRIES[extension]
    year = gross(registry.year)
    expired = {"expired": 1} if registry.late else {}
    # Where there is no redemption the name is gone at once, and that is all there is to tell.
    given_up = {**expired, **({"deleted": 1} if registry.redemption else {})}
    gone = {**given_up, "ended": 1}
    both = {"reminder": 2}
    once = {"reminder": 1, "renewed": 1}
    # Late money: charged in vain before the expiry and two days after, it comes on the fifth and pays on the sixth.
    in_vain = {**both, **expired, "unpaid": registry.attempts[0] + 1, "renewed": 1}
    at_end = {**both, "ended": 1, **({"deleted": 1} if registry.redemption else {})}
    restored = gross(registry.year + (registry.restore or 0))
    ways: dict[str, tuple[datetime | None, int, dict[str, int]]] = {
        "automatic": (later(until, 1), year, once),
        "late money": (later(until, 1), year, in_vain),
        "no money": (None, 0, {**both, **gone, "unpaid": registry.attempts[1]}),
        "to be deleted": (None, 0, at_end),
        "forgotten": (None, 0, {**both, **gone}),
        "restored": (later(until, 1), restored, {**both, **given_up, "renewed": 1}),
        "by hand early": (later(until, registry.longest), gross(registry.longest * registry.year), once),
        "by hand late": (later(until, 1), year, {**both, **expired, "renewed": 1}),
    }
    becomes, spent, mails = ways[fate]
    return Wanted(becomes, spent, Counter(mails))


LONGEST = timedelta(days=365 + 58 + 45)
"""After its order nothing more happens to a name of these."""
