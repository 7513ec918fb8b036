"""Parts of /me that have nothing to show: nobody is in debt, and there are no deposits and withdrawals.

An order is paid before it is delivered, and from what the account has.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from ordain.api import wire
from ordain.api.me import ByDate
from ordain.api.routing import Call, Route, not_offered
from ordain.core.money import zero
from ordain.flows import billing, orders

DEBT = "there are no debts: an order is paid before it is delivered"
DEPOSIT = "there are no deposits: a balance's movements tell what was put on it"
WITHDRAWAL = "no money leaves a balance but for orders"
MANUAL = "each name says itself whether it is renewed automatically"


class Movements(ByDate, frozen=True):
    """Filters of deposits and withdrawals."""

    order_id: int | None = field(name="orderId", default=None)


class Operations(Struct, frozen=True):
    """Filter of a debt's operations."""

    depositOrderId: int | None = None


class DebtBalance(Struct, frozen=True):
    """debt.Balance."""

    active: bool
    dueAmount: wire.Price
    pendingAmount: wire.Price
    todoAmount: wire.Price
    unmaturedAmount: wire.Price


async def _none(_: Call) -> list[Any]:
    return []


async def _none_of_bill(call: Call) -> list[int]:
    await billing.bill(call.engine, call.caller, call.path["billId"])
    return []


async def _none_of_order(call: Call) -> list[int]:
    await orders.read(call.engine, call.caller, call.path["orderId"])
    return []


async def _debt_account(call: Call) -> DebtBalance:
    subsidiary = call.engine.market.catalogue.subsidiaries[call.caller.account.ovhSubsidiary]
    nothing = wire.price(zero(subsidiary.currency), call.engine.price_texts)
    return DebtBalance(active=False, dueAmount=nothing, pendingAmount=nothing, todoAmount=nothing,
                       unmaturedAmount=nothing)  # fmt: skip


def _debt(path: str) -> tuple[Route, ...]:
    """The routes of one debt, below what would be owed."""
    return (
        not_offered("GET", path, DEBT),
        not_offered("GET", f"{path}/operation/{{operationId}}", DEBT),
        not_offered("GET", f"{path}/operation/{{operationId}}/associatedObject", DEBT),
        not_offered("POST", f"{path}/pay", DEBT),
    )


PAID_BILL = "/me/deposit/{depositId}/paidBills/{billId}"

ROUTES = (
    Route(method="GET", path="/me/bill/{billId}/debt/operation", do=_none_of_bill, told="There is no debt",
          query=Operations, answer=list[int]),
    Route(method="GET", path="/me/order/{orderId}/debt/operation", do=_none_of_order, told="There is no debt",
          query=Operations, answer=list[int]),
    Route(method="GET", path="/me/debtAccount", do=_debt_account, told="What you owe: nothing", answer=DebtBalance),
    Route(method="GET", path="/me/debtAccount/debt", do=_none, told="List your debts: none", answer=list[int]),
    Route(method="GET", path="/me/deposit", do=_none, told="List your deposits: none", query=Movements,
          answer=list[str]),
    Route(method="GET", path="/me/withdrawal", do=_none, told="List your withdrawals: none", query=Movements,
          answer=list[str]),
    *_debt("/me/bill/{billId}/debt"),
    *_debt("/me/order/{orderId}/debt"),
    *_debt("/me/debtAccount/debt/{debtId}"),
    not_offered("GET", "/me/debtAccount/debt/{debtId}/operation", DEBT),
    not_offered("POST", "/me/debtAccount/pay", DEBT),
    *(not_offered("GET", f"/me/deposit/{{depositId}}{rest}", DEPOSIT)
      for rest in ("", "/details", "/details/{depositDetailId}", "/paidBills", "/payment")),
    *(not_offered("GET", f"{PAID_BILL}{rest}", DEPOSIT)
      for rest in ("", "/debt/operation", "/details", "/details/{billDetailId}", "/payment")),
    *_debt(f"{PAID_BILL}/debt"),
    *(not_offered("GET", f"/me/withdrawal/{{withdrawalId}}{rest}", WITHDRAWAL)
      for rest in ("", "/details", "/details/{withdrawalDetailId}", "/payment")),
    not_offered("GET", "/me/manualDomainPayment", MANUAL, standing="INTERNAL"),
    not_offered("POST", "/me/manualDomainPayment", MANUAL, standing="INTERNAL"),
)  # fmt: skip
