"""Carts, their items and configurations."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ordain.core.cart import LONGEST_REMEMBERED, MOST_ITEMS, Cart, Configuration, Item
from ordain.core.offer import Offer
from ordain.core.options import ChosenOption
from ordain.core.promotions import Promotion
from ordain.store.columns import instant, micros, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ordain.store.database import Row, Tx

_CART = "SELECT cart_id, nic, subsidiary, description, created, expires, order_id, coupons FROM cart WHERE cart_id = $1"
_COUNTED = _CART.replace(" FROM", ", (SELECT count(*) FROM cart_item WHERE cart_id = $1) FROM", 1)
NO_COUPONS = "[]"
_WHOLE = (  # in one statement: on PostgreSQL every other is a way there and back
    "SELECT 0 AS part, created AS number, expires, order_id, nic, subsidiary, description, coupons"
    " FROM cart WHERE cart_id = $1"
    " UNION ALL SELECT 1, item_id, years, parent_id, kind, domain, shown, offer FROM cart_item WHERE cart_id = $1"
    " UNION ALL SELECT 2, configuration_id, item_id, NULL, label, value, NULL, NULL"
    " FROM cart_configuration WHERE cart_id = $1 ORDER BY part, number"
)
_ITEM, _CONFIGURATION = 1, 2


async def add(tx: Tx, cart: Cart) -> None:
    """A new, empty cart."""
    await tx.execute(
        "INSERT INTO cart (cart_id, nic, subsidiary, description, created, expires) VALUES ($1, $2, $3, $4, $5, $6)",
        cart.cart_id,
        cart.nic,
        cart.subsidiary,
        cart.description,
        micros(cart.created),
        micros(cart.expires),
    )


async def head(tx: Tx, cart_id: str) -> Cart | None:
    """A cart as if it were empty: for whoever does not ask about its items."""
    row = await tx.fetch_one(_CART, cart_id)
    return _cart(row, ()) if row else None


def _cart(row: Row, items: tuple[Item, ...]) -> Cart:
    return Cart(
        cart_id=row[0],
        nic=row[1],
        subsidiary=row[2],
        description=row[3],
        created=instant(row[4]),
        expires=instant(row[5]),
        order_id=row[6],
        coupons=() if row[7] == NO_COUPONS else unpack(row[7], tuple[Promotion, ...]),
        items=items,
    )


async def load(tx: Tx, cart_id: str) -> Cart | None:
    """A cart with its items and their configurations. One that did not change is the same object as long as it fits."""
    rows = await tx.fetch(_WHOLE, cart_id)
    if not rows or rows[0][0]:
        return None
    return _read_once(cart_id, tuple(rows)) if _is_small(rows) else _read(cart_id, rows)


MOST_REMEMBERED = 24
"""Rows of a cart that is remembered by what they say: it is read for its summary, and twice for its checkout."""


def _is_small(rows: Sequence[Row]) -> bool:
    if len(rows) > MOST_REMEMBERED:
        return False
    return sum([len(row[5]) for row in rows if row[0] == _CONFIGURATION]) <= LONGEST_REMEMBERED


@lru_cache(maxsize=512)
def _read_once(cart_id: str, rows: tuple[Row, ...]) -> Cart:
    return _read(cart_id, rows)


def _read(cart_id: str, rows: Sequence[Row]) -> Cart:
    configurations: dict[int, list[Configuration]] = {}
    options: dict[int, list[ChosenOption]] = {}
    items: list[Row] = []
    for row in rows:
        if row[0] == _CONFIGURATION:
            configurations.setdefault(row[2], []).append(Configuration(row[1], row[2], row[4], row[5]))
        elif row[0] == _ITEM and row[3] is None:
            items.append(row)
        elif row[0] == _ITEM:
            options.setdefault(row[3], []).append(unpack(row[7], ChosenOption))
    _, created, expires, order_id, *texts = rows[0]
    return _cart(
        (cart_id, *texts[:3], created, expires, order_id, texts[3]),
        tuple(
            Item(
                item_id=item_id,
                kind=kind,
                domain=domain,
                shown=shown,
                years=years,
                offer=unpack(offer, Offer) if offer else None,
                configurations=tuple(configurations.get(item_id, ())),
                options=tuple(options.get(item_id, ())),
            )
            for _, item_id, years, _, kind, domain, shown, offer in items
        ),
    )


async def of_account(tx: Tx, nic: str, description: str | None) -> list[str]:
    """The ids of the account's carts, all or those with exactly this description, oldest first."""
    rows = await tx.fetch("SELECT cart_id, description FROM cart WHERE nic = $1 ORDER BY created, cart_id", nic)
    return [cart_id for cart_id, described in rows if description in (None, described)]


async def save(tx: Tx, cart: Cart) -> None:
    """What can change about a cart itself: owner, description, expiry, coupons, and the order it became."""
    await tx.execute(
        "UPDATE cart SET nic = $2, description = $3, expires = $4, order_id = $5, coupons = $6 WHERE cart_id = $1",
        cart.cart_id,
        cart.nic,
        cart.description,
        micros(cart.expires),
        cart.order_id,
        pack(cart.coupons),
    )


async def assign(tx: Tx, cart_id: str, nic: str, now: datetime) -> bool:
    """Make a cart the account's; False, and nothing written, if it is another's, or ordered, or has expired."""
    return (
        await tx.execute(
            "UPDATE cart SET nic = $2 WHERE cart_id = $1 AND (nic IS NULL OR nic = $2) AND order_id IS NULL"
            " AND expires > $3",
            cart_id,
            nic,
            micros(now),
        )
        == 1
    )


async def delete(tx: Tx, cart_id: str) -> None:
    """A cart with all in it."""
    await tx.execute("DELETE FROM cart WHERE cart_id = $1", cart_id)


async def delete_expired(tx: Tx, before: int, most: int) -> int:
    """Carts nobody owns and nobody ordered, that expired before this instant (microseconds); how many they were."""
    return await tx.execute(
        # What expired before was made before: so nobody's carts are found by their age, and younger ones not looked at.
        "DELETE FROM cart WHERE cart_id IN (SELECT cart_id FROM cart WHERE nic IS NULL AND created < $1"
        " AND expires < $1 AND order_id IS NULL ORDER BY created LIMIT $2)",
        before,
        most,
    )


async def count_items(tx: Tx, cart_id: str) -> int:
    """How many items the cart has."""
    rows = await tx.fetch("SELECT count(*) FROM cart_item WHERE cart_id = $1", cart_id)
    return int(rows[0][0])


async def head_and_count(tx: Tx, cart_id: str) -> tuple[Cart | None, int]:
    """A cart as if it were empty, and how many items it has."""
    row = await tx.fetch_one(_COUNTED, cart_id)
    return (_cart(row, ()), row[8]) if row else (None, 0)


async def add_item(tx: Tx, cart_id: str, item: Item) -> bool:
    """A new item; False, and nothing written, if the cart has one of this kind for this name."""
    written = await tx.execute(
        "INSERT INTO cart_item (cart_id, item_id, kind, domain, shown, years, offer)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (cart_id, kind, domain) DO NOTHING",
        *_item(cart_id, item),
    )
    return written == 1


async def add_fitting(tx: Tx, cart_id: str, item: Item, nic: str | None, open_at: datetime) -> bool:
    """The same in a cart of the account or nobody's, that is open then and has room; False if anything is not so."""
    whose = "(nic IS NULL OR nic = $9)" if nic else "nic IS NULL"
    written = await tx.execute(
        "INSERT INTO cart_item (cart_id, item_id, kind, domain, shown, years, offer) SELECT $1, $2, $3, $4, $5, $6, $7"
        f" FROM cart WHERE cart_id = $1 AND order_id IS NULL AND expires > $8 AND {whose}"
        f" AND (SELECT count(*) FROM cart_item WHERE cart_id = $1) < {MOST_ITEMS}"
        " ON CONFLICT (cart_id, kind, domain) DO NOTHING",
        *_item(cart_id, item),
        micros(open_at),
        *((nic,) if nic else ()),
    )
    return written == 1


def _item(cart_id: str, item: Item) -> tuple[int | str | None, ...]:
    offer = pack(item.offer) if item.offer else None
    return cart_id, item.item_id, item.kind, item.domain, item.shown, item.years, offer


async def add_option(tx: Tx, cart_id: str, parent_id: int, option: ChosenOption) -> None:
    """A new option of an item. What makes it unique in the cart is its plan and the item it belongs to."""
    await tx.execute(
        "INSERT INTO cart_item (cart_id, item_id, kind, domain, shown, years, offer, parent_id)"
        " VALUES ($1, $2, 'option', $3, $4, 1, $5, $6)",
        cart_id,
        option.item_id,
        f"{option.plan}@{parent_id}",
        option.name,
        pack(option),
        parent_id,
    )


async def change_years(tx: Tx, cart_id: str, item_id: int, years: int) -> None:
    """Another duration for an item."""
    await tx.execute("UPDATE cart_item SET years = $3 WHERE cart_id = $1 AND item_id = $2", cart_id, item_id, years)


async def delete_item(tx: Tx, cart_id: str, item_id: int) -> None:
    """An item with its configurations and options."""
    await tx.execute("DELETE FROM cart_item WHERE cart_id = $1 AND parent_id = $2", cart_id, item_id)
    await tx.execute("DELETE FROM cart_item WHERE cart_id = $1 AND item_id = $2", cart_id, item_id)


async def add_configurations(tx: Tx, cart_id: str, configurations: Iterable[Configuration]) -> None:
    """New configurations of an item."""
    for one in configurations:
        await tx.execute(
            "INSERT INTO cart_configuration (cart_id, item_id, configuration_id, label, value)"
            " VALUES ($1, $2, $3, $4, $5)",
            cart_id,
            one.item_id,
            one.configuration_id,
            one.label,
            one.value,
        )


async def delete_configuration(tx: Tx, cart_id: str, item_id: int, configuration_id: int) -> None:
    """One configuration."""
    await tx.execute(
        "DELETE FROM cart_configuration WHERE cart_id = $1 AND item_id = $2 AND configuration_id = $3",
        cart_id,
        item_id,
        configuration_id,
    )
