"""What databases count of themselves: how large commits are, how often transactions meet."""

from __future__ import annotations

from ordain.core.measure import Family, Sample, one

GROUP_COMMIT = "ordain_group_commit_transactions", "Transactions that reached the disk in one commit"


class Sizes:
    """A summary without quantiles: its average over any span of time is read off two readings."""

    __slots__ = ("count", "sum")

    def __init__(self) -> None:
        self.count = self.sum = 0

    def add(self, size: int) -> None:
        """One more."""
        self.count += 1
        self.sum += size

    def family(self, name: str, told: str) -> Family:
        """As it is told."""
        return Family(name, "summary", told, (Sample(self.sum, ending="_sum"), Sample(self.count, ending="_count")))


class Attempts:
    """Transactions that write, and what became of those that met others."""

    __slots__ = ("again", "given_up", "writes")

    def __init__(self) -> None:
        self.writes = self.again = self.given_up = 0

    def families(self) -> list[Family]:
        """As they are told."""
        told = {
            "transactions": ("Transactions that write", self.writes),
            "transaction_retries": ("Attempts that PostgreSQL had made again (40001, 40P01)", self.again),
            "transactions_given_up": ("Transactions that met others to the end", self.given_up),
        }
        return [one(f"ordain_{name}_total", "counter", words, count) for name, (words, count) in told.items()]
