"""Everything around money in /me, put together: balances, payment methods, paying, bills, and what there is none of."""

from __future__ import annotations

from ordain.api import (
    balance,
    bill,
    credit,
    no_money,
    order_detail,
    order_payment,
    payment_mean,
    payment_method,
    transaction,
)

ROUTES = (
    *balance.ROUTES,
    *credit.ROUTES,
    *payment_mean.ROUTES,
    *payment_method.ROUTES,
    *transaction.ROUTES,
    *order_payment.ROUTES,
    *order_detail.ROUTES,
    *bill.ROUTES,
    *no_money.ROUTES,
)
