"""/me/payment/transaction: what orders moved on the prepaid account, and what cards were charged for them (§2.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.payment_method import PREPAID_ACCOUNT
from ordain.flows import balances, payment_methods

if TYPE_CHECKING:
    from ordain.core.charge import Charge
    from ordain.core.ledger import Movement


class Transaction(Struct, frozen=True):
    """me.payment.Transaction."""

    amount: wire.Price
    creationDate: words.Instant
    lastUpdate: words.Instant
    paymentMethodId: int
    status: Annotated[str, words.enum("me.payment.transaction.StatusEnum")]
    transactionId: int
    type: Annotated[str, words.enum("me.payment.transaction.TypeEnum")]


class Transactions(Struct, frozen=True):
    """Filters of GET /me/payment/transaction."""

    paymentMethodId: int | None = None
    status: Annotated[str, words.enum("me.payment.transaction.StatusEnum")] | None = None


async def _list_transactions(call: Call) -> list[int]:
    wanted: Transactions = call.query
    names = ("paymentMethodId", "status")
    return [one.transactionId for one in await _transactions(call)
            if all(getattr(wanted, n) in (None, getattr(one, n)) for n in names)]  # fmt: skip


async def _read_transaction(call: Call) -> Transaction:
    wanted = call.path["transactionId"]
    found = await payment_methods.charge_of(call.engine, call.caller, wanted)
    if found:
        return _charged(call, found)
    return _moved(call, await balances.transaction(call.engine, call.caller, wanted))


async def _transactions(call: Call) -> list[Transaction]:
    """What orders moved on the prepaid account, and what cards were charged for them."""
    moved = [_moved(call, one) for one in await balances.transactions(call.engine, call.caller)]
    charged = [_charged(call, one) for one in await payment_methods.charges_of(call.engine, call.caller)]
    return sorted([*moved, *charged], key=lambda one: (one.creationDate, one.transactionId)) if charged else moved


def _moved(call: Call, moved: Movement) -> Transaction:
    taken = moved.amount.ucents < 0
    at = wire.instant(moved.at)
    return Transaction(
        amount=wire.price(-moved.amount if taken else moved.amount, call.engine.price_texts),
        creationDate=at,
        lastUpdate=at,
        paymentMethodId=PREPAID_ACCOUNT,
        status="SUCCESS",
        transactionId=moved.movement_id,
        type="DEBIT" if taken else "CREDIT",
    )


CHARGED = {"succeeded": "SUCCESS", "failed": "FAILED", "action-required": "CONFIRMING"}
"""What a charge's status is on the wire (me.payment.transaction.StatusEnum); all else is under way."""


def _charged(call: Call, charge: Charge) -> Transaction:
    return Transaction(
        amount=wire.price(charge.amount, call.engine.price_texts),
        creationDate=wire.instant(charge.created),
        lastUpdate=wire.instant(charge.updated),
        paymentMethodId=charge.method_id,
        status=CHARGED.get(charge.status, "READY"),
        transactionId=charge.charge_id,
        type="DEBIT",
    )


ROUTES = (
    Route(method="GET", path="/me/payment/transaction", do=_list_transactions, told="List what was paid",
          query=Transactions, answer=list[int]),
    Route(method="GET", path="/me/payment/transaction/{transactionId}", do=_read_transaction,
          told="Read what was paid", answer=Transaction),
)  # fmt: skip
