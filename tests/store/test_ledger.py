"""The books find their own mistakes, and the database refuses what would make them wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.ledger import Purchase, balance_of, cost, credit, payment, refund
from ordain.core.money import Money, TaxedPrice
from ordain.core.order import Payment, Refund
from ordain.store import accounts, ledger, orders, proofs
from ordain.store.database import Conflict, Violation
from tests.flows.shop import together
from tests.older_lines import as_older_lines
from tests.sold import sold
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from ordain.core.ledger import Entry
    from ordain.core.order import Order
    from ordain.store.database import Database, Tx
    from tests.world import World

NIC, SOURCE = "mc1-ordain", balance_of("ovhAccount")


class Books:
    """One account with a balance of 10.00 EUR."""

    def __init__(self, database: Database, runner: asyncio.Runner) -> None:
        self.database, self.runner = database, runner

        async def opened(tx: Tx) -> None:
            await accounts.add(tx, structs.replace(PEOPLE["camille"], nichandle=NIC), NOON)
            await ledger.open_balance(tx, NIC, "ovhAccount", "EUR", NOON)

        runner.run(database.write(opened))
        assert self.book(credit(1, NOON, "ovhAccount", Money(1000, "EUR")))

    def book(self, entry: Entry) -> bool:
        return self.write(lambda tx: ledger.book(tx, NIC, entry)) is not None

    def write(self, work: Callable[[Tx], Awaitable[object]]) -> object:
        return self.runner.run(self.database.write(work))

    def tamper(self, sql: str) -> None:
        self.write(lambda tx: tx.execute(sql))

    def imbalance(self) -> list[str]:
        return self.runner.run(self.database.read(ledger.imbalance))

    def balance(self) -> Money:
        [held] = self.runner.run(self.database.read(lambda tx: ledger.balances(tx, NIC)))
        return held.amount

    def pay(self, order: Order) -> None:
        """The order placed and paid as a flow does it."""

        async def work(tx: Tx) -> None:
            await orders.add(tx, order)
            await orders.add_payment(tx, NIC, order.order_id, Payment(2, NOON, "ovhAccount", order.price.gross))
            await ledger.book(tx, NIC, payment(2, NOON, SOURCE, order))

        self.write(work)

    def give_back(self, order: Order, entry_id: int = 3) -> None:
        """Its first item refunded."""

        async def work(tx: Tx) -> None:
            item = order.items[0]
            await orders.add_refund(tx, NIC, order.order_id, Refund(item.item_id, NOON, item.price.gross, "why"))
            await ledger.book(tx, NIC, refund(entry_id, NOON, SOURCE, order, item))

        self.write(work)


@pytest.fixture
def books(database: Database, runner: asyncio.Runner) -> Books:
    return Books(database, runner)


def price(ucents: int, currency: str = "EUR") -> TaxedPrice:
    return TaxedPrice(Money(ucents, currency), Money(0, currency), Money(ucents, currency))


def test_books_in_order_have_nothing_to_say(books: Books) -> None:
    order = sold(price(600), price(400))
    books.pay(order)
    assert books.balance() == Money(0, "EUR")
    books.give_back(order)
    assert books.imbalance() == []
    assert books.balance() == Money(600, "EUR")


def test_an_entry_is_read_as_it_was_booked(books: Books) -> None:
    order = sold(price(600), price(400))
    books.pay(order)
    books.give_back(order)
    found = books.runner.run(books.database.read(lambda tx: ledger.of_order(tx, NIC, 7)))
    paid, back = found
    assert {p.ledger_account: p.amount.ucents for p in paid.postings} == {
        SOURCE: -1000,
        "sales:fr": 600,
        "sales:com": 400,
    }
    assert {p.ledger_account: p.amount.ucents for p in back.postings} == {SOURCE: 600, "sales:fr": -600}
    assert [(e.entry_id, e.at, e.kind, e.order_id, e.part) for e in found] == [
        (2, NOON, "payment", 7, 0),
        (3, NOON, "refund", 7, 0),
    ]


@pytest.mark.parametrize("amount", [price(1001), price(1, "USD")])
def test_a_balance_does_not_fall_below_zero_nor_change_its_currency(books: Books, amount: TaxedPrice) -> None:
    class Ended(Exception):
        """What a flow ends its transaction with."""

    async def work(tx: Tx) -> None:
        if await ledger.book(tx, NIC, payment(2, NOON, SOURCE, sold(amount))) is None:
            raise Ended

    with pytest.raises(Ended):
        books.write(work)
    assert books.balance() == Money(1000, "EUR")
    assert books.imbalance() == []
    assert books.runner.run(books.database.read(lambda tx: ledger.of_order(tx, NIC, 7))) == []


def test_a_balance_is_opened_once(books: Books) -> None:
    books.write(lambda tx: ledger.open_balance(tx, NIC, "ovhAccount", "USD", NOON))
    assert books.balance() == Money(1000, "EUR")


# --- what the database refuses ---


@pytest.mark.parametrize(
    "change",
    [
        "ucents = 0",
        "ucents = -5",
        "debited = credited",
        "credited_held = -1",
        "kind = 'payment'",  # of no order
        "place = 0",
        "digest = NULL",
    ],
)
def test_no_row_is_out_of_balance(books: Books, change: str) -> None:
    with pytest.raises(Violation):
        books.tamper(f"UPDATE ledger_transfer SET {change}")  # noqa: S608 - the cases above
    assert books.imbalance() == []


def test_an_order_has_one_payment_and_each_item_one_refund_and_one_cost(books: Books) -> None:
    order = sold(price(100), price(200))
    books.pay(order)
    books.give_back(order)
    for again in (
        payment(4, NOON, "clearing:card", order),
        refund(5, NOON, "clearing:card", order, order.items[0]),
    ):
        with pytest.raises(Conflict):
            books.book(again)
    for item in (0, 1):
        assert books.book(cost(6 + item, NOON, Purchase(7, item, "Afnic", Money(50, "EUR"))))
    with pytest.raises(Conflict):
        books.book(cost(8, NOON, Purchase(7, 1, "Afnic", Money(50, "EUR"))))
    assert books.imbalance() == []


# --- what the proofs find ---


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE balance SET ucents = ucents + 1", f"balance ovhAccount of {NIC} is 301, its lines sum to 300"),
        ("DELETE FROM refund", f"order 7 of {NIC} has 0 refunds of 0, and 1 entries of 100 for them"),
        ("UPDATE refund SET ucents = 99", f"order 7 of {NIC} has 1 refunds of 99, and 1 entries of 100 for them"),
        ("UPDATE refund SET ucents = 801", f"order 7 of {NIC} was paid with 800, and 801 was given back"),
        ("UPDATE payment SET ucents = 799", f"order 7 of {NIC} was paid with 799, and has 1 entries of 800 for that"),
        (
            "UPDATE ledger_transfer SET ucents = 101 WHERE kind = 'refund'",
            f"transfer 4 of {NIC} (entry 3) is not as it",
        ),
        (
            "UPDATE ledger_transfer SET debited = 'bank' WHERE kind = 'credit'",
            "there are lines of bank, which the chart",
        ),
        (
            "UPDATE ledger_transfer SET order_id = 8 WHERE kind = 'refund'",
            f"there is a refund for order 8 of {NIC}, which",
        ),
        (
            "UPDATE ledger_transfer SET credited = 'balance:x' WHERE kind = 'credit'",
            f"{NIC} has lines of balance:x, and",
        ),
        ("DELETE FROM ledger_transfer WHERE place = 2", f"the chain of {NIC} goes from transfer 1 to 3"),
        (
            "DELETE FROM ledger_transfer WHERE place = 4",
            f"the chain of {NIC} does not end with its transfer 4, as it did",
        ),
        ("DELETE FROM ledger_head", f"transfer 1 of {NIC} comes after the end of its chain"),
        ("INSERT INTO number_series (name, last) VALUES ('2026', 1)", "the series 2026 is at 1, and 0 of its numbers"),
    ],
)
def test_what_was_tampered_with_is_found(books: Books, change: str, said: str) -> None:
    order = sold(price(100), price(700))
    books.pay(order)
    books.give_back(order)
    assert books.imbalance() == []
    books.tamper(change)
    assert [each for each in books.imbalance() if each.startswith(said)] != []


def test_a_seal_tells_a_ledger_that_was_written_anew(books: Books) -> None:
    before = books.runner.run(books.database.read(proofs.chain))
    assert before == books.runner.run(books.database.read(lambda tx: proofs.chain(tx, NIC)))
    books.tamper("DELETE FROM ledger_transfer")
    books.tamper("DELETE FROM ledger_head")
    books.tamper("UPDATE balance SET ucents = 0")
    assert books.book(credit(1, NOON, "ovhAccount", Money(999, "EUR")))
    assert books.imbalance() == []
    assert books.runner.run(books.database.read(proofs.chain)).seal != before.seal


# --- entries of before there were transfers ---


def test_older_entries_are_read_and_proven_beside_newer_ones(books: Books) -> None:
    order = sold(price(600), price(400))
    books.pay(order)
    books.write(lambda tx: as_older_lines(tx, NIC))
    books.give_back(order)
    assert books.imbalance() == []
    found = books.runner.run(books.database.read(lambda tx: ledger.of_order(tx, NIC, 7)))
    assert [(entry.kind, len(entry.postings)) for entry in found] == [("payment", 3), ("refund", 2)]
    moved = books.runner.run(books.database.read(lambda tx: ledger.movements_of_orders(tx, NIC, "ovhAccount")))
    assert [(each.kind, each.amount.ucents, each.held.ucents) for each in moved] == [
        ("payment", -1000, 0),
        ("refund", 600, 600),
    ]
    books.tamper("UPDATE ledger_line SET ucents = ucents + 1 WHERE ledger_account = 'funding'")
    assert books.imbalance() == [f"entry 1 of {NIC} sums to 1"]


# --- many at once ---


def test_one_account_s_chain_holds_though_no_balance_orders_its_entries(world: World) -> None:
    nic = world.nics["dieter"]
    numbers = world.runner.run(world.database.new_ids(12))
    made = [structs.replace(sold(price(600), order_id=number), nic=nic) for number in numbers]

    async def pay(order: Order) -> None:
        async def work(tx: Tx) -> None:
            await orders.add(tx, order)
            paid = Payment(order.order_id, NOON, "creditCard", order.price.gross)
            await orders.add_payment(tx, nic, order.order_id, paid)
            await ledger.book(tx, nic, payment(order.order_id, NOON, "clearing:card", order))

        await world.database.write(work)

    done, refused = together(world, map(pay, made))
    assert (len(done), refused) == (12, [])
    assert world.imbalance() == []
