"""The accounts and contacts that a cart's items name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import configuration
from ordain.core.configuration import People
from ordain.core.refusal import Refusal
from ordain.store import accounts

if TYPE_CHECKING:
    from ordain.core.account import Account, Contact
    from ordain.core.cart import Cart, Configuration, Item
    from ordain.store.database import Tx


async def of_cart(tx: Tx, cart: Cart) -> dict[int, People]:
    """Who the cart's items name, by the items' ids."""
    account = await accounts.load(tx, cart.nic) if cart.nic else None
    return {item.item_id: await of_item(tx, account, item) for item in cart.items}


async def of_item(tx: Tx, account: Account | None, item: Item) -> People:
    """Who this item names, as far as they exist; the cart's account for whom it does not name."""
    return People(
        account,
        await _owner(tx, account.nichandle if account else None, item.value("OWNER_CONTACT")),
        await _account(tx, item.value("ADMIN_ACCOUNT"), account),
        await _account(tx, item.value("TECH_ACCOUNT"), account),
    )


async def _owner(tx: Tx, nic: str | None, value: str | None) -> Contact | None:
    number = configuration.contact_id(value) if value else None
    return await accounts.contact(tx, nic, number) if nic and number is not None else None


async def _account(tx: Tx, value: str | None, otherwise: Account | None) -> Account | None:
    if value is None or (otherwise and value == otherwise.nichandle):
        return otherwise
    return await accounts.load(tx, value)


async def missing(tx: Tx, nic: str | None, new: Configuration) -> Refusal | None:
    """Whom a new configuration names although they do not exist; a contact can only be judged in an assigned cart."""
    if new.label == "OWNER_CONTACT" and nic and await _owner(tx, nic, new.value) is None:
        return Refusal("not-found", f"Contact {new.value} does not exist", "value")
    if new.label in ("ADMIN_ACCOUNT", "TECH_ACCOUNT") and await accounts.load(tx, new.value) is None:
        return Refusal("not-found", f"Account {new.value} does not exist", "value")
    return None
