"""A platform of the sandbox where names are for sale: those whose first word says so (sandbox_scenarios.SCENARIOS)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from ordain.adapters.sandbox_scenarios import SOMEBODY_ELSE, scenario_of
from ordain.core.marketplace import Listing, Platform, Purchase, Sale
from ordain.core.money import UNIT, Money, decimal_text
from ordain.core.registry import Lost, NoAnswer, Pending, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

SOLD = "The name was sold to somebody else"
WITHDRAWN_FROM_SALE = "The owner withdrew from the sale"


class Sales(Protocol):
    """Where the sandbox keeps what was sold (store/sandbox.py), whatever the platform: a name is only sold once."""

    async def find(self, name: str) -> tuple[str, str] | None:
        """The (platform, transaction) a name was sold by."""

    async def sell(self, name: str, platform: str, transaction: str, now: datetime) -> bool:
        """Sell a name, unless it is sold."""


class SandboxMarketplace:
    """A Marketplace (flows/ports.py) that costs nothing."""

    def __init__(self, platform: Platform, sales: Sales, clock: Callable[[], datetime]) -> None:
        self._platform = platform
        self._sales = sales
        self._clock = clock

    async def listings(self, names: Sequence[str]) -> list[Listing]:
        """Those that are for sale here by their scenario, unless they were sold since."""
        found = []
        for name in names:
            asking = self._asking(name)
            if asking is None:
                continue
            if scenario_of(name).sale == "silent":
                message = "The marketplace cannot be reached"
                raise NoAnswer(message)
            if await self._sales.find(name) is None:
                found.append(Listing(name, self._platform, asking))
        return found

    async def sale(self, transaction: str, name: str) -> Sale | None:
        """The name as this transaction bought it here."""
        if await self._sales.find(name) != (self._platform, transaction):
            return None
        return Sale(name, transaction, sha256(f"{name} {transaction} sold".encode()).hexdigest()[:16])

    async def buy(self, purchase: Purchase) -> Sale | Pending | Refusal | Lost:
        """Buy a name, after what its scenario has in store."""
        name, asking, scenario = purchase.name, self._asking(purchase.name), scenario_of(purchase.name)
        if asking is None:
            return Lost("The name is not for sale any more")
        if scenario.sale == "refused":
            return Refusal(WITHDRAWN_FROM_SALE)
        if purchase.most and purchase.most.currency == asking.currency and purchase.most < asking:
            return Refusal(f"The owner asks {decimal_text(asking)} {asking.currency} by now")
        buyer = SOMEBODY_ELSE if scenario.sale == "sold-meanwhile" else purchase.transaction
        new = await self._sales.sell(name, self._platform, buyer, self._clock())
        if new and scenario.sale == "lost-answer":
            message = "The connection was cut before the answer came"
            raise NoAnswer(message)
        return await self.sale(purchase.transaction, name) or Lost(SOLD)

    def _asking(self, name: str) -> Money | None:
        euros = dict(scenario_of(name).sells).get(self._platform)
        return Money(euros * UNIT, "EUR") if euros else None
