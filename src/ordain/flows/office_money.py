"""Money given by hand: asked for, above a limit allowed by somebody else, given in the transaction that allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, structs

from ordain.core import grant as core
from ordain.core import mail
from ordain.core.audit import Deed
from ordain.core.grant import COUNTED, LONGEST_REASON, Grant, Kind
from ordain.core.money import Money, decimal_text, payable
from ordain.core.refusal import Refusal, Refused, conflict, invalid, not_found
from ordain.flows import accounts
from ordain.flows.act import write_mail
from ordain.flows.delivery import acting
from ordain.flows.office_audit import audited
from ordain.flows.orders import Story, story, unknown
from ordain.flows.refunds import give_back
from ordain.flows.watched import Watched
from ordain.store import ledger as books
from ordain.store import office_grants as kept
from ordain.store import orders

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ordain.core.order import OrderItem
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

T = TypeVar("T")

MOST_LISTED = 100
LARGEST = 1_000_000
"""Units that can be asked for at once."""
_ABOVE = "above the limit"


class Wish(Struct, frozen=True, kw_only=True):
    """What a member of the staff wants to give. `ucents` counts for credit; a refund is of an item's whole price."""

    nic: str
    kind: Kind
    reason: str
    balance: str = ""
    ucents: int = 0
    order_id: int = 0
    item_id: int = 0


class _Beside(Watched):
    """A database whose transactions that write begin by deciding about a grant, or by writing it down."""

    def __init__(self, engine: Engine, decide: Callable[[Tx], Awaitable[None]]) -> None:
        super().__init__(engine.database)
        self._decide = decide

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """Run `work` in the transaction of the decision. Raises Refused where it was decided otherwise."""

        async def decided(tx: Tx) -> T:
            await self._decide(tx)
            return await work(tx)

        return await self._database.write(decided, in_turn=in_turn)


async def ask(engine: Engine, by: str, wish: Wish, now: datetime) -> Grant:
    """Give money; or have it wait for somebody else's word where it is much. Raises Refused for what cannot be."""
    [number] = await engine.database.new_ids()
    grant = await engine.database.read(lambda tx: _judged(tx, by, wish, now, number))
    done = structs.replace(grant, status="done", decided_by=by, decided=now)

    async def write_down(tx: Tx) -> None:
        given = await kept.given(tx, grant.nic, grant.amount.currency, now - COUNTED)
        if core.needs_another(grant.amount, given, engine.approval_limit, own=by == grant.nic):
            raise Refused(Refusal("conflict", _ABOVE, code=_ABOVE))
        await kept.add(tx, done)

    try:
        await _give(_noting(engine, done, by, f"money.{grant.kind}"), done, write_down)
    except Refused as refused:
        if refused.refusals[0].code != _ABOVE:
            raise
        await _noting(engine, grant, by, f"money.ask_{grant.kind}").database.write(lambda tx: kept.add(tx, grant))
        return grant
    return done


async def approve(engine: Engine, by: str, grant_id: int, now: datetime) -> Grant:
    """Allow what somebody else asked for: it is given in this transaction, once."""
    grant = await _to_decide(engine, by, grant_id)
    done = structs.replace(grant, status="done", decided_by=by, decided=now)
    await _give(_noting(engine, done, by, f"money.approve_{grant.kind}"), done, lambda tx: _decide(tx, done))
    return done


async def refuse(engine: Engine, by: str, grant_id: int, now: datetime) -> Grant:
    """Do not allow it."""
    grant = await _to_decide(engine, by, grant_id)
    done = structs.replace(grant, status="refused", decided_by=by, decided=now)
    await _noting(engine, done, by, f"money.refuse_{grant.kind}").database.write(lambda tx: _decide(tx, done))
    return done


async def listed(engine: Engine, status: str) -> list[Grant]:
    """What was asked for, by what became of it."""
    if status not in core.STATUSES:
        message = f"There is no status {status[:20]}: there are {', '.join(core.STATUSES)}"
        raise invalid(message, "status")
    return await engine.database.read(lambda tx: kept.listed(tx, status, MOST_LISTED))


async def _to_decide(engine: Engine, by: str, grant_id: int) -> Grant:
    grant = await engine.database.read(lambda tx: kept.find(tx, grant_id))
    if grant is None:
        message = f"Request {grant_id} does not exist"
        raise not_found(message, "id")
    refusal = core.decision_refusal(grant, by)
    if refusal:
        raise Refused(refusal)
    return grant


async def _decide(tx: Tx, decided: Grant) -> None:
    if not await kept.decide(tx, decided):
        message = f"Request {decided.grant_id} was decided at the same moment"
        raise conflict(message)


def _noting(engine: Engine, grant: Grant, by: str, verb: str) -> Engine:
    amount = f"{decimal_text(grant.amount)} {grant.amount.currency}"
    to = f"onto {grant.balance}" if grant.kind == "credit" else f"of item {grant.item_id}"
    deed = Deed(
        member=by,
        verb=verb,
        subject=f"request {grant.grant_id}",
        customer=grant.nic,
        order_id=grant.order_id,
        reason=f"{amount} {to}: {grant.reason}",
    )

    async def state(tx: Tx) -> str:
        found = await kept.find(tx, grant.grant_id)
        return found.status if found else ""

    return audited(engine, deed, state)


async def _judged(tx: Tx, by: str, wish: Wish, now: datetime, number: int) -> Grant:
    """What is asked for, as it is kept. Raises Refused, with all reasons."""
    found: list[Refusal] = []
    if not wish.reason.strip() or len(wish.reason) > LONGEST_REASON:
        found.append(Refusal("invalid", f"Say why, in at most {LONGEST_REASON} characters", "reason"))
    amount = await (_credited if wish.kind == "credit" else _refunded)(tx, wish, found)
    if found or amount is None:
        raise Refused(*found)
    return Grant(
        nic=wish.nic,
        grant_id=number,
        kind=wish.kind,
        amount=amount,
        reason=wish.reason.strip(),
        asked_by=by,
        asked=now,
        balance=wish.balance,
        order_id=wish.order_id,
        item_id=wish.item_id,
    )


async def _credited(tx: Tx, wish: Wish, found: list[Refusal]) -> Money | None:
    held = {balance.name: balance.amount for balance in await books.balances(tx, wish.nic)}
    if wish.balance not in held:
        found.append(Refusal("invalid", f"Account {wish.nic} has no such balance", "balance"))
        return None
    amount = Money(wish.ucents, held[wish.balance].currency)
    if not 0 < wish.ucents <= LARGEST * 10**8 or payable(amount) != amount:
        message = f"An amount is above zero, at most {LARGEST}, and one that {amount.currency} can pay"
        found.append(Refusal("invalid", message, "amount"))
    return amount


async def _refunded(tx: Tx, wish: Wish, found: list[Refusal]) -> Money | None:
    standing = await orders.standing(tx, wish.nic, wish.order_id)
    if standing is None:
        raise unknown(wish.order_id)
    refusal = core.refund_refusal(standing, wish.item_id)
    if refusal:
        found.append(refusal)
        return None
    return next(item.price.gross for item in standing.order.items if item.item_id == wish.item_id)


async def _give(engine: Engine, grant: Grant, decide: Callable[[Tx], Awaitable[None]]) -> None:
    """Book it in the transaction of the decision, which the flow that books it opens."""
    deciding = structs.replace(engine, database=_Beside(engine, decide))
    if grant.kind == "credit":
        await accounts.credit(deciding, grant.nic, grant.balance, grant.amount.ucents, engine.clock())
        return
    ids = await engine.database.new_ids(4)

    async def work(tx: Tx) -> None:
        standing = await orders.standing(tx, grant.nic, grant.order_id)
        if standing is None:
            raise unknown(grant.order_id)
        refusal = core.refund_refusal(standing, grant.item_id)
        if refusal:
            raise Refused(refusal)
        act = await acting(engine, tx, grant.nic, ids)
        item = next(item for item in standing.order.items if item.item_id == grant.item_id)
        await give_back(act, standing.order, item, grant.reason)
        told = mail.given_back_by_hand(act.language, standing.order, item, grant.reason)
        await write_mail(act, standing.order.order_id, told)

    await deciding.database.write(work, in_turn=True)
    engine.wake()


async def refundable(engine: Engine, order_id: int, item_id: int) -> tuple[Story, OrderItem]:
    """An order with the item that may be refunded. 404 if it has none such."""
    found = await story(engine, None, order_id)
    item = next((item for item in found.standing.order.items if item.item_id == item_id), None)
    if item is None:
        message = f"Item {item_id} does not exist in order {order_id}"
        raise not_found(message, "item")
    return found, item
