"""What tests of flows do with a world: buy with configurations, look at the whole story, act at the same moment."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import structs

from ordain import app
from ordain.core.offer import Market
from ordain.core.progress import history
from ordain.core.refusal import Refused
from ordain.flows import orders, signers
from ordain.flows.shelf import Shelf
from ordain.flows.watched import Watched
from ordain.store import tasks

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from ordain.core.account import Caller
    from ordain.core.delivery import Task
    from ordain.core.promotions import Promotion
    from ordain.flows.orders import Story
    from ordain.flows.ports import Engine
    from ordain.store.database import Database, Tx
    from tests.world import World

T = TypeVar("T")
Labels = tuple[tuple[str, object], ...]


def caller(world: World, who: str = "camille") -> Caller:
    """The person as flows know them."""
    keys = world.keys[who]
    signer = signers.signer(world.engine, keys.application_key, keys.consumer_key, world.now)
    return world.runner.run(signer).caller


def placed(world: World, domain: str, *labels: tuple[str, object]) -> int:
    """Camille's order for one name, configured, not paid."""
    cart_id = world.cart()
    item_id = world.add(cart_id, domain)
    for label, value in labels:
        world.configure(cart_id, item_id, label, value)
    order_id: int = world.post(f"/order/cart/{cart_id}/checkout", {}).ok()["orderId"]
    return order_id


def bought(world: World, domain: str, *labels: tuple[str, object]) -> int:
    """The same, paid."""
    order_id = placed(world, domain, *labels)
    world.pay(order_id).ok()
    return order_id


def story(world: World, order_id: int) -> Story:
    """Everything that is known of an order."""
    return world.runner.run(orders.story(world.engine, None, order_id))


def happened(world: World, told: Story) -> list[str]:
    """What happened to Camille's order, in her words."""
    return [h.description for h in history(told.standing, world.engine.languages.of("fr_FR"))]


def first_task(world: World, order_id: int) -> Task:
    """The order's first task."""
    return story(world, order_id).standing.tasks[0]


def follow_up(world: World, order_id: int, who: str = "camille") -> dict[str, str]:
    """The state of each step of an order's follow-up."""
    return {one["step"]: one["status"] for one in world.get(f"/me/order/{order_id}/followUp", who).ok()}


def movements(world: World, order_id: int, account: str) -> list[int]:
    """What the order moved on a ledger account ("tax:FR"), or on all of a kind ("tax"), in micro-cents."""
    postings = [posting for entry in story(world, order_id).entries for posting in entry.postings]
    return [p.amount.ucents for p in postings if account in (p.ledger_account, p.ledger_account.partition(":")[0])]


def links(world: World) -> list[tuple[str, str]]:
    """The links that other people than the account were mailed, with their addresses: (address, token)."""
    sql = "SELECT recipient, body FROM mail WHERE elsewhere = 1 ORDER BY mail_id"
    rows = world.runner.run(world.database.read(lambda tx: tx.fetch(sql)))
    found = [(row[0], re.search(r"/owner-change\?token=(\w+)", row[1])) for row in rows]
    return [(address, match[1]) for address, match in found if match]


def agree(world: World) -> int:
    """Everybody who was asked agrees to another owner; how many did so now."""
    answers = [world.post("/ordain/v1/ownerChange/accept", {"token": token}, None) for _, token in links(world)]
    return sum(answer.status == 200 for answer in answers)


def all_tasks(world: World, who: str = "camille") -> list[Task]:
    """The person's tasks at registries."""
    return world.runner.run(world.database.read(lambda tx: tasks.of_account(tx, world.nics[who])))


def together(world: World, deeds: Iterable[Awaitable[Any]]) -> tuple[list[Any], list[Refused]]:
    """Do all of it at the same moment: what succeeded, and the refusals. Anything else that is raised, is."""

    async def gathered() -> list[Any]:
        return await asyncio.gather(*deeds, return_exceptions=True)

    outcomes = world.runner.run(gathered())
    broken = [
        outcome for outcome in outcomes if isinstance(outcome, BaseException) and not isinstance(outcome, Refused)
    ]
    if broken:
        raise broken[0]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    return [outcome for outcome in outcomes if not isinstance(outcome, Refused)], refused


def with_promotions(world: World, *promotions: Promotion) -> None:
    """Put these on offer, and nothing else."""
    use(world, structs.replace(world.engine, shelf=Shelf(Market(world.engine.market.catalogue, promotions))))


def use(world: World, engine: Engine) -> None:
    """Another engine for this world."""
    world.engine = engine
    world.api = app.api(engine)


class Meanwhile(Watched):
    """A database on which somebody else does something right before the first transaction that writes."""

    def __init__(self, database: Database, deed: Callable[[], Awaitable[object]]) -> None:
        super().__init__(database)
        self._deed: Callable[[], Awaitable[object]] | None = deed

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        deed, self._deed = self._deed, None
        if deed is not None:
            await deed()
        return await self._database.write(work, in_turn=in_turn)


def meanwhile(world: World, deed: Callable[[], Awaitable[object]]) -> Engine:
    """The world's engine, for one flow: what it has read is changed by `deed` before it writes."""
    return structs.replace(world.engine, database=Meanwhile(world.database, deed))
