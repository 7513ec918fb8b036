"""Options: what is sold with an item of a cart, as data (catalogue/options), and as chosen for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

Product = Literal["domain", "dns"]
PRICING_MODE = "default"


class Option(Struct, frozen=True, kw_only=True):
    """An option as it is sold: by the year, at a net price for each currency."""

    plan: str
    name: str
    family: str
    products: tuple[Product, ...]
    """What it can be had with: domain names, or DNS zones on their own."""
    brings: Literal["zone", "dnssec"]
    """What is delivered for it."""
    exclusive: bool
    """Whether an item takes one option of this family only."""
    prices: Mapping[str, int]
    """Net micro-cents a year, by currency."""


class ChosenOption(Struct, frozen=True, kw_only=True):
    """An option of one item, at the price it was added at. It is an item of the cart, too, with an id of its own."""

    item_id: int
    plan: str
    name: str
    family: str
    brings: Literal["zone", "dnssec"]
    price: int
    currency: str


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
