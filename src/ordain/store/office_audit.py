"""What the staff did: appended to the chain of its member, read by what it is about, never changed."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.audit import Deed, Entry, Proof, Wanted
from ordain.core.ledger import START, chained
from ordain.store.columns import instant, micros

if TYPE_CHECKING:
    from ordain.store.database import Row, Tx

KEPT = "nic, place, entered, verb, subject, customer, order_id, was, became, reason, query"
"""What the digest of an entry covers, in its order."""
AT_ONCE = 1000
MOST_FAULTS = 20


class Told(Struct, frozen=True):
    """What an entry says beside its deed."""

    at: datetime
    was: str
    became: str
    query: str


async def append(tx: Tx, deed: Deed, told: Told) -> None:
    """Add an entry to its member's chain."""
    row = await tx.fetch_one("SELECT place, digest FROM audit_head WHERE nic = $1", deed.member)
    place, digest = (row[0] + 1, row[1]) if row else (1, START)
    kept = (
        deed.member,
        place,
        micros(told.at),
        deed.verb,
        deed.subject,
        deed.customer,
        deed.order_id,
        told.was,
        told.became,
        deed.reason,
        told.query,
    )
    digest = chained(digest, kept)
    # The head comes first: of two at once, one then waits for the other and is run again.
    await tx.execute(
        "INSERT INTO audit_head (nic, place, digest) VALUES ($1, $2, $3)"
        " ON CONFLICT (nic) DO UPDATE SET place = excluded.place, digest = excluded.digest",
        deed.member,
        place,
        digest,
    )
    await tx.execute(
        f"INSERT INTO audit_entry ({KEPT}, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        *kept,
        digest,
    )


async def entries(tx: Tx, wanted: Wanted, most: int) -> list[Entry]:
    """What was done, the latest first: by an index of the member, the customer, the order or the time."""
    which: list[str] = ["entered < $1"]
    given: list[object] = [micros(wanted.before) if wanted.before else 2**62]
    by = (("nic", wanted.member), ("customer", wanted.customer), ("order_id", wanted.order_id))
    for column, value in by:
        if value:
            given.append(value)
            which.append(f"{column} = ${len(given)}")
    if wanted.verb:
        given.append(wanted.verb)
        which.append(f"substr(verb, 1, {len(wanted.verb)}) = ${len(given)}")
    rows = await tx.fetch(
        f"SELECT {KEPT} FROM audit_entry WHERE {' AND '.join(which)}"
        f" ORDER BY entered DESC, nic, place DESC LIMIT ${len(given) + 1}",
        *given,
        most,
    )
    return [_entry(row) for row in rows]


def _entry(row: Row) -> Entry:
    member, place, at, verb, subject, customer, order_id, was, became, reason, query = row
    deed = Deed(member=member, verb=verb, subject=subject, customer=customer, order_id=order_id, reason=reason)
    return Entry(deed=deed, place=place, at=instant(at), was=was, became=became, query=query)


async def prove(tx: Tx, most: int) -> Proof:
    """Go through every chain, some `most` entries, and name what is not as it was written."""
    heads = {nic: (place, digest) for nic, place, digest in await tx.fetch("SELECT nic, place, digest FROM audit_head")}
    faults: list[str] = []
    reached: dict[str, tuple[int, bytes]] = {}
    after, count = ("", 0), 0
    while rows := await _page(tx, after):
        for *kept, digest in rows:
            member, place = kept[0], kept[1]
            before, link = reached.get(member, (0, START))
            if place != before + 1:
                faults.append(f"{member}: entry {before + 1} is missing")
            elif chained(link, tuple(kept)) != digest:
                faults.append(f"{member}: entry {place} is not as it was written")
            reached[member] = (place, digest)
        after, count = (rows[-1][0], rows[-1][1]), count + len(rows)
        if count >= most:
            break
    if not rows:
        ends = sorted({*heads, *reached})
        faults += [f"{one}: the chain does not end where it did" for one in ends if heads.get(one) != reached.get(one)]
    whole = sha256(b"".join(nic.encode() + digest for nic, (_, digest) in sorted(heads.items()))).hexdigest()
    return Proof(count, len(heads), whole, tuple(faults[:MOST_FAULTS]), not rows)


async def _page(tx: Tx, after: tuple[str, int]) -> list[Row]:
    return await tx.fetch(
        f"SELECT {KEPT}, digest FROM audit_entry WHERE (nic, place) > ($1, $2) ORDER BY nic, place LIMIT $3",
        *after,
        AT_ONCE,
    )
