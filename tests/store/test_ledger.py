"""The books find their own mistakes, and refuse what would make a balance fall below zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.ledger import balance_of, credit, payment
from ordain.core.money import Money, TaxedPrice
from ordain.store import accounts, ledger
from tests.sold import sold
from tests.world import NOON, PEOPLE

if TYPE_CHECKING:
    import asyncio

    from ordain.core.ledger import Entry
    from ordain.store.database import Database, Tx

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
        return self.runner.run(self.database.write(lambda tx: ledger.book(tx, NIC, entry))) is not None

    def tamper(self, sql: str) -> None:
        self.runner.run(self.database.write(lambda tx: tx.execute(sql)))

    def imbalance(self) -> list[str]:
        return self.runner.run(self.database.read(ledger.imbalance))

    def balance(self) -> Money:
        [held] = self.runner.run(self.database.read(lambda tx: ledger.balances(tx, NIC)))
        return held.amount


@pytest.fixture
def books(database: Database, runner: asyncio.Runner) -> Books:
    return Books(database, runner)


def price(ucents: int, currency: str = "EUR") -> TaxedPrice:
    return TaxedPrice(Money(ucents, currency), Money(0, currency), Money(ucents, currency))


def test_books_in_order_have_nothing_to_say(books: Books) -> None:
    assert books.book(payment(2, NOON, SOURCE, sold(price(1000))))
    assert books.imbalance() == []
    assert books.balance() == Money(0, "EUR")


@pytest.mark.parametrize("amount", [price(1001), price(1, "USD")])
def test_a_balance_does_not_fall_below_zero_nor_change_its_currency(books: Books, amount: TaxedPrice) -> None:
    class Ended(Exception):
        """What a flow ends its transaction with."""

    async def work(tx: Tx) -> None:
        if await ledger.book(tx, NIC, payment(2, NOON, SOURCE, sold(amount))) is None:
            raise Ended

    with pytest.raises(Ended):
        books.runner.run(books.database.write(work))
    assert books.balance() == Money(1000, "EUR")
    assert books.imbalance() == []
    assert books.runner.run(books.database.read(lambda tx: ledger.of_order(tx, NIC, 7))) == []


def test_a_balance_that_was_tampered_with_is_found(books: Books) -> None:
    books.tamper("UPDATE balance SET ucents = ucents + 1")
    assert books.imbalance() == [f"balance ovhAccount of {NIC} is 1001, its lines sum to 1000"]


def test_an_entry_that_was_tampered_with_is_found(books: Books) -> None:
    books.tamper("UPDATE ledger_line SET ucents = ucents + 1 WHERE ledger_account = 'funding'")
    assert books.imbalance() == [f"entry 1 of {NIC} sums to 1"]


def test_a_balance_is_opened_once(books: Books) -> None:
    books.runner.run(books.database.write(lambda tx: ledger.open_balance(tx, NIC, "ovhAccount", "USD", NOON)))
    assert books.balance() == Money(1000, "EUR")
