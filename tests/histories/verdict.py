"""What must be true of an account once its history has come to rest: every sentence that is not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.adapters.sandbox_scenarios import SPONSOR
from ordain.core import delivery, ledger
from ordain.core.order import status
from ordain.store import domains, orders, proofs
from ordain.store import ledger as books

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ordain.core.ledger import Entry
    from ordain.core.order import OrderItem, Standing
    from ordain.store.database import Tx

Holders = dict[str, tuple[str, str]]
"""Who has which name at the registry: the sponsor and the transaction."""


class Acknowledged(Struct):
    """What a customer was told is so, and what they asked for and were told nothing about."""

    opening: Counter[str]
    """Balances when it all began, by name."""
    placed: set[int]
    paid: set[int]
    topped_up: Counter[tuple[str, int]]
    tried: Counter[tuple[str, int]]
    """Top-ups that were asked for, acknowledged or not."""


async def findings(tx: Tx, nic: str, known: Acknowledged, now: datetime) -> list[str]:
    """All that is wrong with one account."""
    found = await proofs.faults(tx, nic)
    rows = await tx.fetch(
        "SELECT s.name, s.sponsor, s.transaction_id FROM sandbox_name s JOIN task t ON t.domain = s.name"
        " WHERE t.nic = $1 AND t.order_id > 0",
        nic,
    )
    holders: Holders = {name: (sponsor, transaction) for name, sponsor, transaction in rows}
    placed = await orders.of_account(tx, nic, None, None)
    found += [f"order {order} was acknowledged and is gone" for order in known.placed - set(placed)]
    moved: Counter[str] = Counter(known.opening)
    for order_id in placed:
        standing = await orders.standing(tx, nic, order_id)
        assert standing is not None
        entries = await books.of_order(tx, nic, order_id)
        found += [f"order {order_id} {said}" for said in _of_money(standing, entries, order_id in known.paid)]
        for item in standing.order.items:
            listed = await domains.load(tx, nic, item.domain)
            here = listed is not None and listed.order_id == order_id
            found += [f"order {order_id}, {item.domain} {said}" for said in _of_item(standing, item, holders, here)]
        if standing.payment and status(standing, now) == "notPaid":
            found.append(f"order {order_id} is paid and says it is not")
        for entry in entries:
            _count(moved, entry)
    return found + await _of_balances(tx, nic, known, moved)


def _count(moved: Counter[str], entry: Entry) -> None:
    for posting in entry.postings:
        moved[posting.ledger_account] += posting.amount.ucents


def _of_money(standing: Standing, entries: list[Entry], acknowledged: bool) -> Iterator[str]:  # noqa: FBT001 - a fact
    paid, due = standing.payment, standing.order.price.gross
    if paid is None:
        if entries or standing.tasks or standing.refunds:
            yield f"is not paid, and has {len(entries)} entries, {len(standing.tasks)} tasks, refunds"
        if acknowledged:
            yield "was acknowledged as paid and is not"
        return
    kinds = Counter(entry.kind for entry in entries)
    if paid.amount != due or kinds["payment"] != (due.ucents > 0):
        yield f"costs {due.ucents}, was paid with {paid.amount.ucents} in {kinds['payment']} entries"
    if sum(refund.amount.ucents for refund in standing.refunds) > paid.amount.ucents:
        yield "gave back more than was paid"
    if standing.right.retracted and paid.at > standing.right.retracted:
        yield "was paid after it had been withdrawn from"
    if paid.at >= standing.order.expires:
        yield "was paid after its time"
    worth = [item for item in standing.order.items if item.price.gross.ucents]
    refunded = {refund.item_id for refund in standing.refunds} & {item.item_id for item in worth}
    if sorted(entry.part for entry in entries if entry.kind == "refund") != sorted(refunded):
        yield f"has refunds of {refunded} and other entries for them"


def _of_item(standing: Standing, item: OrderItem, holders: Holders, listed: bool) -> Iterator[str]:  # noqa: FBT001 - so
    """A paid item is delivered once, or refunded once, or visibly waits; one that is not paid is none of it."""
    mine = [task for task in standing.tasks if task.item_id == item.item_id]
    refunds = [refund for refund in standing.refunds if refund.item_id == item.item_id]
    bought = holders.get(item.domain) == (SPONSOR, f"ordain-{standing.order.order_id}-{item.item_id}")
    if standing.payment is None:
        if bought or listed:
            yield "was had without being paid"
        return
    first = [task for task in mine if task.function != delivery.ZONE or item.kind == "dns"]
    if len(first) != 1:
        yield f"has {len(first)} tasks that deliver it"
        return
    state = (first[0].status, len(refunds), bought, listed)
    if item.kind == "domain" and state not in (DELIVERED, REFUNDED, WAITING, HEARD):
        yield f"is neither delivered once, refunded once nor waiting: {state}"


DELIVERED = ("done", 0, True, True)
REFUNDED = ("cancelled", 1, False, False)
WAITING = ("error", 0, False, False)
HEARD = ("error", 0, True, False)
"""In error after too much silence: the registry has it, which whoever mends it sees."""


async def _of_balances(tx: Tx, nic: str, known: Acknowledged, moved: Counter[str]) -> list[str]:
    """What a balance holds is what it held at first, what was put on it, and what orders moved."""
    rows = await tx.fetch(
        "SELECT credited, ucents FROM ledger_transfer WHERE nic = $1 AND kind = 'credit'"
        " AND credited LIKE 'balance:%' ORDER BY place",
        nic,
    )
    topped = Counter((credited.partition(":")[2], ucents) for credited, ucents in rows)
    opening = Counter({(name.partition(":")[2], ucents): 1 for name, ucents in known.opening.items()})
    lost, strange = known.topped_up - topped, topped - known.tried - opening
    found = [f"a top-up of {each} was acknowledged and is gone" for each in lost]
    found += [f"a top-up of {each} was asked for by nobody" for each in strange]
    for name, ucents in (topped - opening).elements():
        moved[ledger.balance_of(name)] += ucents
    for balance in await books.balances(tx, nic):
        due = moved[ledger.balance_of(balance.name)]
        if balance.amount.ucents != due:
            found.append(f"balance {balance.name} holds {balance.amount.ucents}, not {due}")
    return found
