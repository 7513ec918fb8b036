"""Options: what is sold with a name, as data (catalogue/options), and as chosen for one in a cart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Brings = Literal["zone", "anycast"]
"""What is delivered for an option."""
APART: frozenset[Brings] = frozenset({"anycast"})
"""What is delivered, and given back, by itself: an item of its own in the order."""
PRICING_MODE = "default"


class Option(Struct, frozen=True, kw_only=True):
    """An option as it is sold: by the year, at a net price for each currency."""

    plan: str
    name: str
    family: str
    brings: Brings
    exclusive: bool
    """Whether a name takes one option of this family only."""
    prices: Mapping[str, int]
    """Net micro-cents a year, by currency."""
    contracts: tuple[str, ...] = ()
    """The ids of what is agreed to with it."""


class ChosenOption(Struct, frozen=True, kw_only=True):
    """An option of one item, at the price it was added at. It is an item of the cart, too, with an id of its own."""

    item_id: int
    plan: str
    name: str
    family: str
    brings: Brings
    price: int
    currency: str

    @property
    def apart(self) -> bool:
        """Whether it is an item of its own in the order."""
        return self.brings in APART


def without(options: Mapping[str, Option], brings: Brings) -> dict[str, Option]:
    """The options but for those that bring this."""
    return {plan: option for plan, option in options.items() if option.brings != brings}


def chosen(option: Option, item_id: int, currency: str) -> ChosenOption:
    """The option at today's price."""
    return ChosenOption(
        item_id=item_id,
        plan=option.plan,
        name=option.name,
        family=option.family,
        brings=option.brings,
        price=option.prices[currency],
        currency=currency,
    )
