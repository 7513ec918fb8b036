"""One box that finds anything: by whatever number, name, address or reference somebody has at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.bank_transfer import order_of
from ordain.core.names import stored
from ordain.store import accounts, bills, office_grants, office_lists, orders, tasks

if TYPE_CHECKING:
    from ordain.core.account import Account
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

LONGEST = 255
MOST = 20
_LARGEST = 2**53

Kind = Literal["order", "task", "customer", "request"]


class Hit(Struct, frozen=True):
    """Something that was found: what it is, its number or nichandle, whose it is, and why it was found."""

    kind: Kind
    key: str
    nic: str
    told: str


async def search(engine: Engine, text: str) -> list[Hit]:
    """What this may mean: orders, tasks, customers and requests, each once, at most 20 of a way to look.

    Names are found in either IDN form once they were paid for; a name in an order that was never paid is found by its
    customer.
    """
    text = text.strip()[:LONGEST]
    if not text or "\0" in text:
        return []

    async def work(tx: Tx) -> list[Hit]:
        if text.isascii() and text.isdigit():
            return await _by_number(tx, int(text)) if int(text) < _LARGEST else []
        return [*await _by_reference(tx, text), *await _by_account(tx, text), *await _by_name(tx, text)]

    found = await engine.database.read(work)
    return list({(hit.kind, hit.key): hit for hit in reversed(found)}.values())[::-1]


async def customers(engine: Engine, text: str) -> list[Account]:
    """Accounts by nichandle, e-mail address, or words of their details; the latest first."""
    text = text.strip()[:LONGEST]
    if not text or "\0" in text:
        return []

    async def exactly(tx: Tx) -> list[Account]:
        if "@" in text:
            return await office_lists.by_email(tx, text, MOST)
        known = await accounts.load(tx, text.lower())
        held = [await accounts.load(tx, nic) for nic in await office_lists.holders(tx, stored(text))]
        return [one for one in (known, *held) if one]

    found = await engine.database.read(exactly)
    return found or await engine.database.read_long(lambda tx: office_lists.by_words(tx, text, MOST))


async def _by_number(tx: Tx, number: int) -> list[Hit]:
    found: list[Hit] = []
    order = await orders.find(tx, number)
    if order:
        found.append(Hit("order", str(number), order.nic, "order"))
    task = await tasks.find(tx, number)
    if task:
        found.append(Hit("task", str(number), task.nic, task.domain))
    paid = await office_lists.order_of_payment(tx, number)
    if paid:
        found += await _order(tx, paid, "payment")
    grant = await office_grants.find(tx, number)
    if grant:
        found.append(Hit("request", str(number), grant.nic, grant.kind))
    return found


async def _order(tx: Tx, order_id: int, told: str) -> list[Hit]:
    nic = await office_lists.owner_of_order(tx, order_id)
    return [Hit("order", str(order_id), nic, told)] if nic else []


async def _by_reference(tx: Tx, text: str) -> list[Hit]:
    """Bills, credit notes, and bank transfers by our reference or the bank's own."""
    billed = await bills.order_of(tx, text.upper())
    found = [Hit("order", str(billed.order_id), billed.nic, "bill")] if billed else []
    for number in (order_of(text), await office_lists.order_of_transfer(tx, text)):
        if number:
            found += await _order(tx, number, "transfer")
    return found


async def _by_account(tx: Tx, text: str) -> list[Hit]:
    if "@" in text:
        mailed = await office_lists.by_email(tx, text, MOST)
    else:
        known = await accounts.load(tx, text.lower())
        mailed = [known] if known else []
    found = [Hit("customer", one.nichandle, one.nichandle, one.email) for one in mailed]
    for one in mailed[:1]:
        latest = await orders.latest(tx, one.nichandle, MOST)
        found += [Hit("order", str(number), one.nichandle, "customer") for number in latest]
    return found


async def _by_name(tx: Tx, text: str) -> list[Hit]:
    name = stored(text)
    if "." not in name:
        return []
    found = [Hit("customer", nic, nic, name) for nic in await office_lists.holders(tx, name)]
    for task in await office_lists.tasks_of_name(tx, name, MOST):
        if task.order_id:
            found.append(Hit("order", str(task.order_id), task.nic, name))
        if task.status == "error":
            found.append(Hit("task", str(task.task_id), task.nic, name))
    return found
