"""One account pays hundreds of orders at the same moment, at two processes on one PostgreSQL."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

from ordain.core.money import UNIT
from ordain.store import ledger as books
from ordain.store.database import open_database
from tests.crash.customer import Customer, Line, Plan
from tests.crash.storm import shoppers
from tests.engines import run
from tests.processes import installed

if TYPE_CHECKING:
    from pathlib import Path

    from ordain.flows.applications import Keys

ORDERS = 200
UNITS = 10_000


def test_payments_of_one_account_at_two_processes_wait_for_each_other(postgresql_url: str, tmp_path: Path) -> None:
    with installed(tmp_path, postgresql_url, log="warning") as here, installed(tmp_path, postgresql_url) as there:
        first = run(shoppers(here))[0]
        here.wait_for_answer(here.start("serve"))
        there.serve()
        ports = (here.port, there.port)
        orders = run(placed(first.keys, ports))
        answers = run(paid(first.keys, ports, [order_id for order_id, _ in orders]))
        assert here.down() == there.down() == [0]
    # At each of the two, and once in all: nobody is told that the database is busy.
    assert [sorted(pair) for pair in answers] == [[200, 409]] * ORDERS
    balance, wrong = run(judged(postgresql_url, first.nic))
    assert wrong == []
    assert balance == UNITS * UNIT - sum(round(price * UNIT) for _, price in orders)


def customer(keys: Keys, port: int) -> Customer:
    """The account, at one of the processes."""
    plan = Plan([], owner=False, preferred=False, twice=False, changes=False, means=[], chance=random.Random(0))
    return Customer(keys, port, plan)


async def placed(keys: Keys, ports: tuple[int, int]) -> list[tuple[int, float]]:
    """Orders to pay, with what each costs."""
    at_once = asyncio.Semaphore(16)

    async def one(number: int) -> tuple[int, float]:
        port = ports[number % 2]
        buyer, line = customer(keys, port), Line(port)

        async def post(path: str, body: object = None) -> Any:
            answer = await buyer.once("POST", f"/order/cart{path}", body, line)
            assert answer.status == 200, answer
            return answer.body

        async with at_once:
            cart = (await post("", {"ovhSubsidiary": "FR"}))["cartId"]
            await post(f"/{cart}/assign")
            wish = {"domain": f"paid-{number}.fr", "pricingMode": "create-default"}
            item = (await post(f"/{cart}/domain", wish))["itemId"]
            await post(f"/{cart}/item/{item}/configuration", {"label": "OWNER_LEGAL_AGE", "value": "true"})
            order = await post(f"/{cart}/checkout", {"waiveRetractationPeriod": True})
            line.close()
            return order["orderId"], order["prices"]["withTax"]["value"]

    return await asyncio.gather(*(one(number) for number in range(ORDERS)))


async def paid(keys: Keys, ports: tuple[int, int], orders: list[int]) -> list[list[int]]:
    """Every order paid at both processes at once: how each was answered."""
    start = asyncio.Event()

    async def one(port: int, order_id: int) -> int:
        await start.wait()
        line, path = Line(port), f"/me/order/{order_id}/payWithRegisteredPaymentMean"
        answer = await customer(keys, port).once("POST", path, {"paymentMean": "ovhAccount"}, line)
        line.close()
        return answer.status

    both = [asyncio.gather(*(one(port, order_id) for port in ports)) for order_id in orders]
    start.set()
    return [await pair for pair in both]


async def judged(url: str, nic: str) -> tuple[int, list[str]]:
    """What the balance holds, and what is wrong with the books."""
    database = await open_database(url, read_only=True)
    try:
        held = await database.read(lambda tx: books.balances(tx, nic))
        wrong = await database.read(books.imbalance)
        return next(each.amount.ucents for each in held if each.name == "ovhAccount"), wrong
    finally:
        await database.close()
