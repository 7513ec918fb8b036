"""What must be true of the database once everything has settled, whatever was killed: every sentence that is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ordain.adapters.epp_contacts import contact_id
from ordain.adapters.sandbox_scenarios import SPONSOR
from ordain.core import billing, delivery, ledger
from ordain.store import domains, mails, orders
from ordain.store import ledger as books

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ordain.core.delivery import Domain, Task
    from ordain.core.ledger import Entry
    from ordain.core.order import Order, OrderItem, Standing
    from ordain.core.zone import Zone
    from ordain.store.database import Tx
    from tests.crash.customer import Acknowledged


class Finding(NamedTuple):
    """A sentence that should not be true, and the order it is about."""

    order: int | None
    sentence: str


class Registered(NamedTuple):
    """What the registry holds of ours."""

    transactions: dict[str, str | None]
    """By which transaction each name came."""
    shown: dict[str, tuple[bool, list[str]]]
    """Whether each is locked, and what serves it."""
    left: list[str]
    """What is left there and nothing hangs on, in sentences."""


class Facts(NamedTuple):
    """Everything about one order."""

    standing: Standing
    entries: list[Entry]
    mails: int
    domains: dict[str, Domain | None]
    zones: dict[str, Zone | None]
    registered: Registered

    @property
    def order(self) -> Order:
        return self.standing.order


async def findings(
    tx: Tx,
    told: Mapping[int, Acknowledged],
    opening: Mapping[tuple[str, str], int],
    registered: Registered,
) -> list[Finding]:
    """All that is wrong. `told` are the orders customers know of, `opening` the balances before the first."""
    placed = [(nic, order_id) for nic, order_id in await tx.fetch("SELECT nic, order_id FROM placed_order")]
    known = {order_id for _, order_id in placed}
    found = [Finding(order_id, "was acknowledged and is gone") for order_id in told if order_id not in known]
    found += [Finding(order_id, "was placed, and nobody knows of it") for order_id in known if order_id not in told]
    facts = [await _facts(tx, nic, order_id, registered) for nic, order_id in placed]
    for one in facts:
        order_id = one.order.order_id
        found += [Finding(order_id, sentence) for sentence in _of_order(one)]
        if order_id in told and told[order_id].paid != (one.standing.payment is not None):
            found.append(Finding(order_id, f"was {'' if told[order_id].paid else 'not '}paid, as the customer knows"))
    found += [Finding(None, sentence) for sentence in await books.imbalance(tx)]
    found += [Finding(None, sentence) for sentence in await _of_all(tx, registered)]
    found += [Finding(None, sentence) for sentence in await _of_balances(tx, facts, opening)]
    found += [Finding(None, sentence) for sentence in await _of_numbers(tx)]
    return found


async def _facts(tx: Tx, nic: str, order_id: int, registered: Registered) -> Facts:
    standing = await orders.standing(tx, nic, order_id)
    assert standing is not None
    names = [item.domain for item in standing.order.items]
    return Facts(
        standing,
        # What names cost us is told by their deliveries alone.
        [entry for entry in await books.of_order(tx, nic, order_id) if entry.kind != "cost"],
        # Those about a task in error come as often as there was one: customers take it up again.
        len([mail for mail in await mails.of_order(tx, nic, order_id) if not mail.subject.endswith(STUCK)]),
        {name: await domains.load(tx, nic, name) for name in names},
        {name: await domains.zone(tx, nic, name) for name in names},
        registered,
    )


def _of_order(facts: Facts) -> Iterator[str]:
    standing, order = facts.standing, facts.order
    paid = standing.payment
    count = len(order.items)
    if paid is None:
        if standing.tasks or standing.refunds or facts.entries:
            yield "is not paid, and has tasks, refunds or ledger entries"
    else:
        if paid.amount != order.price.gross:
            yield f"costs {order.price.gross} and was paid with {paid.amount}"
        yield from _of_money(facts, ledger.balance_of(paid.mean))
        for item in order.items:
            yield from (f"{item.domain}: {sentence}" for sentence in _of_item(facts, item))
    expected = 1 + count + 1 if paid else 1
    if facts.mails != expected:
        yield f"has {facts.mails} mails, not {expected}"


def _of_money(facts: Facts, balance: str) -> Iterator[str]:
    """One payment, one refund for each refunded item, all on the balance that paid."""
    moved = [
        (entry.kind, posting.amount.ucents)
        for entry in facts.entries
        for posting in entry.postings
        if posting.ledger_account == balance
    ]
    prices = {item.item_id: item.price.gross.ucents for item in facts.order.items}
    due = [("payment", -facts.order.price.gross.ucents)]
    due += [("refund", prices[refund.item_id]) for refund in facts.standing.refunds]
    if sorted(moved) != sorted(due):
        yield f"moved {moved} on {balance}, should have moved {due}"
    if len(facts.entries) != len(due):
        yield f"has {len(facts.entries)} ledger entries, should have {len(due)}"


def _of_item(facts: Facts, item: OrderItem) -> Iterator[str]:
    """Delivered once or refunded once."""
    order_id = facts.order.order_id
    mine = [task for task in facts.standing.tasks if task.item_id == item.item_id]
    creates = [task for task in mine if task.function in (delivery.CREATE, delivery.AFTERMARKET)]
    zones = [task for task in mine if task.function == delivery.ZONE]
    refunds = [refund for refund in facts.standing.refunds if refund.item_id == item.item_id]
    if len(creates) != 1:
        yield f"has {len(creates)} tasks that create it"
        return
    domain = facts.domains[item.domain]
    state = Outcome(
        create=creates[0].status,
        zones=[task.status for task in zones],
        refunds=len(refunds),
        held=facts.registered.transactions.get(item.domain) == _transaction(creates[0]),
        listed=domain is not None and domain.order_id == order_id,
    )
    if state == BOUGHT and creates[0].function == delivery.AFTERMARKET:
        return
    if state not in (DELIVERED, REFUNDED):
        yield f"is neither delivered once nor refunded once: {state}"
    if state == DELIVERED:
        yield from _of_zone(facts.zones[item.domain])


class Outcome(NamedTuple):
    """How the delivery of an item ended."""

    create: str
    zones: list[str]
    refunds: int
    held: bool
    """The registry holds the name by this item's transaction."""
    listed: bool
    """The account has the name by this order."""


STUCK = ("needs your attention", "demande votre attention")
"""How the subjects of mails end that are about a task in error, in the languages of the accounts here."""
DELIVERED = Outcome("done", ["done"], 0, held=True, listed=True)
BOUGHT = Outcome("done", [], 0, held=True, listed=True)
"""From its owner: it comes without a zone."""
REFUNDED = Outcome("cancelled", [], 1, held=False, listed=False)


def _transaction(task: Task) -> str:
    return f"ordain-{task.order_id}-{task.item_id}"


def _of_zone(zone: Zone | None) -> Iterator[str]:
    if zone is None:
        yield "has no zone"
        return
    rows = [(record.kind, record.sub_domain, record.target) for record in zone.records]
    if not rows or len(rows) != len(set(rows)):
        yield f"has a zone of {rows}"


async def _of_all(tx: Tx, registered: Registered) -> list[str]:
    """What holds over all orders together."""
    waiting = await tx.fetch("SELECT task_id, domain, status FROM task WHERE status NOT IN ('done', 'cancelled')")
    twice = await tx.fetch("SELECT cart_id, count(*) FROM placed_order GROUP BY cart_id HAVING count(*) > 1")
    astray = await tx.fetch(
        "SELECT o.order_id, o.cart_id FROM placed_order o LEFT JOIN cart c"
        " ON c.cart_id = o.cart_id AND c.order_id = o.order_id WHERE c.cart_id IS NULL"
    )
    listed = [name for (name,) in await tx.fetch("SELECT name FROM domain")]
    zones = [name for (name,) in await tx.fetch("SELECT name FROM zone")]
    sentences = [f"task {number} ({name}) is still {status}" for number, name, status in waiting]
    sentences += [f"cart {cart} became {number} orders" for cart, number in twice]
    sentences += [f"cart {cart} does not know its order {order}" for order, cart in astray]
    sentences += [
        f"{name} was bought by {transaction} and is not had by it"
        for name, transaction in await tx.fetch("SELECT name, transaction_id FROM sandbox_sale")
        if registered.transactions.get(name) != transaction
    ]
    held = sorted(registered.transactions)
    if held != sorted(listed):
        sentences.append(f"registry and accounts disagree: {sorted({*held} ^ {*listed}) or 'a name twice'}")
    sentences += [f"the zone {name} is nobody's, or there twice" for name in zones if (listed + zones).count(name) != 2]
    return [*sentences, *registered.left, *await _of_changes(tx, registered)]


async def _of_changes(tx: Tx, registered: Registered) -> list[str]:
    """What the registry holds of a name is what its account is told."""
    rows = await tx.fetch("SELECT name, locked, name_servers FROM domain")
    told = {name: (bool(locked), sorted(json.loads(servers))) for name, locked, servers in rows}
    return [
        f"{name}: {told[name]} here, and {held} at the registry"
        for name, held in registered.shown.items()
        if name in told and told[name] != held
    ]


async def _of_numbers(tx: Tx) -> list[str]:
    """Bills and credit notes have the numbers of their series, each once, and no other."""
    rows = await tx.fetch(
        "SELECT bill_id FROM payment WHERE bill_id IS NOT NULL UNION ALL"
        " SELECT note_id FROM refund WHERE note_id IS NOT NULL"
    )
    given = sorted(number for (number,) in rows)
    series = await tx.fetch("SELECT name, last FROM number_series")
    due = sorted(billing.number(name, place) for name, last in series for place in range(1, last + 1))
    return [] if given == due else [f"the numbers {given} were given, not {due}"]


async def _of_balances(tx: Tx, facts: list[Facts], opening: Mapping[tuple[str, str], int]) -> list[str]:
    """What was spent and given back is what the balances lack."""
    due = dict(opening)
    for one in facts:
        paid = one.standing.payment
        if paid:
            due[one.order.nic, paid.mean] -= paid.amount.ucents
            due[one.order.nic, paid.mean] += sum(refund.amount.ucents for refund in one.standing.refunds)
    rows: list[Any] = await tx.fetch("SELECT nic, name, ucents FROM balance")
    held = {(nic, name): ucents for nic, name, ucents in rows}
    sentences = [f"{key[1]} of {key[0]} holds {held[key]}, not {due[key]}" for key in due if held[key] != due[key]]
    return sentences + [f"{name} of {nic} is overdrawn" for (nic, name), ucents in held.items() if ucents < 0]


async def in_process(tx: Tx) -> Registered:
    """What the sandbox registry holds whose tables are in this database."""
    rows = await _held(tx)
    return Registered({name: by for name, by, _ in rows}, {name: _shown(held) for name, _, held in rows}, [])


async def noted(tx: Tx) -> list[Any]:
    """What the registry was asked for, the latest last: (name, transaction, verb, outcome)."""
    return await tx.fetch("SELECT name, transaction_id, verb, outcome FROM registry_command ORDER BY asked")


async def over_epp(of_registry: Tx, noted: list[Any], secret: bytes) -> Registered:
    """What the sandbox registry holds that was spoken to in EPP: names tell by their contacts who ordered them."""
    rows = await _held(of_registry)
    registrants = {name: (held.get("owner") or {}).get("registrant") for name, _, held in rows}
    made = {contact_id(secret, transaction): transaction for _, transaction, verb, _ in noted if verb == "create"}
    brought = {name: by for name, by, verb, outcome in noted if verb == "transfer" and outcome != "refused"}
    # Of a name that was brought here the registrant is whoever the change after its transfer made.
    by = {name: made.get(registrant or "", brought.get(name)) for name, registrant in registrants.items()}
    objects = await of_registry.fetch("SELECT kind, object_id FROM sandbox_object")
    contacts = {number for kind, number in objects if kind == "contact"}
    served = {server for _, _, held in rows for server in held.get("name_servers", ())} | OURS
    left = [f"the contact {number} is left at the registry" for number in contacts - {*registrants.values()}]
    left += [
        f"the contact {number} is gone from the registry" for number in {*registrants.values()} - {None} - contacts
    ]
    left += [f"the host {host} is left" for kind, host in objects if kind == "host" and host not in served]
    return Registered(by, {name: _shown(held) for name, _, held in rows}, left)


OURS = {"ns1.ordain.example", "ns2.ordain.example"}


async def _held(tx: Tx) -> list[tuple[str, str, dict[str, Any]]]:
    rows = await tx.fetch("SELECT name, transaction_id, held FROM sandbox_name WHERE sponsor = $1", SPONSOR)
    return [(name, transaction, json.loads(held)) for name, transaction, held in rows]


def _shown(held: dict[str, Any]) -> tuple[bool, list[str]]:
    return held.get("locked", False), sorted(held.get("name_servers", ()))  # what is usual is not written down
