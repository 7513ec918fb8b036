"""The chart of accounts: every account an entry may name, what it is by nature, and what it means."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Nature = Literal["asset", "liability", "income", "expense"]


class Kept(Struct, frozen=True):
    """One row of the chart. A name that ends in a colon stands for every account that goes on from there."""

    name: str
    nature: Nature
    told: str


CHART = (
    Kept("balance:", "liability", "What we owe customers: their prepaid balances (`balance:ovhAccount`)"),
    Kept("funding", "asset", "The bank: what operators put on balances"),
    Kept("clearing:", "asset", "What a payment processor holds for us (`clearing:card`, `clearing:transfer`)"),
    Kept("receivable:", "asset", "What customers owe us again, by reason (`receivable:dispute`)"),
    Kept("vouchers", "expense", "Credit given to customers against vouchers"),
    Kept("sales:", "income", "What was sold, net, by planCode (`sales:fr`)"),
    Kept("tax:", "liability", "What is owed to a country's treasury (`tax:FR`)"),
    Kept("cost:", "expense", "What names cost at a registry or marketplace (`cost:sandbox`)"),
    Kept("payable:", "liability", "What we owe a registry or marketplace (`payable:sandbox`)"),
    Kept("fees:", "expense", "What a payment processor keeps (`fees:card`)"),
)
"""Every account of the ledger, in the order it is printed."""

NATURES: tuple[Nature, ...] = ("asset", "liability", "income", "expense")


def kept(account: str) -> Kept | None:
    """The row of the chart an account belongs to."""
    return next((row for row in CHART if _belongs(account, row.name)), None)


def _belongs(account: str, name: str) -> bool:
    return account.startswith(name) and len(account) > len(name) if name.endswith(":") else account == name


def natural(nature: Nature, ucents: int) -> int:
    """An amount as accountants print it: assets and expenses grow by debits, the others by credits.

    Amounts are credit-positive everywhere else in this program.
    """
    return -ucents if nature in ("asset", "expense") else ucents
