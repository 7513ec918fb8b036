"""What a member of the staff did: told in one entry, each linked to the member's one before by its digest."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

OPERATOR = "operator"
"""Who acts by the `ordain` command: no account."""
LONGEST = 2000
"""Characters of each text of an entry; what is longer is cut."""


class Deed(Struct, frozen=True, kw_only=True):
    """An act before it is done: by whom, and what to what."""

    member: str
    verb: str
    """"task.relaunch", "account.block"."""
    subject: str
    """What it is done to: "task 4711", "account ab1-ordain"."""
    customer: str = ""
    """Whose account it concerns, "" for nobody's."""
    order_id: int = 0
    """Which order it concerns, 0 for none."""
    reason: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """An act that was done, as it is kept."""

    deed: Deed
    place: int
    at: datetime
    was: str
    became: str
    query: str
    """The query id of the request that did it."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which entries are looked for; "" and 0 are any."""

    member: str = ""
    customer: str = ""
    order_id: int = 0
    verb: str = ""
    """The beginning of a verb: "task" or "task.relaunch"."""
    before: datetime | None = None
    """Only what was done before then: the next page."""


class Proof(Struct, frozen=True):
    """What going through all chains found."""

    entries: int
    members: int
    digest: str
    """Over the last digest of every chain, in hexadecimal: whoever keeps it can tell later that nothing was cut off."""
    faults: tuple[str, ...]
    complete: bool
    """All entries were gone through: False where there are more than were asked for."""


def cut(text: str) -> str:
    """A text as it is kept."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
