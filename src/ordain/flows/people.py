"""The accounts and contacts that a cart's items name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import configuration
from ordain.core.configuration import People
from ordain.core.refusal import Refusal, refusal
from ordain.store import accounts

if TYPE_CHECKING:
    from ordain.core.account import Account, Contact
    from ordain.core.cart import Cart, Configuration
    from ordain.store.database import Tx


async def of_cart(tx: Tx, cart: Cart, own: Account | None) -> dict[int, People]:
    """Who the cart's items name, by the items' ids; `own`, the cart's own account, for whom they do not name.

    Everybody is looked up once, however many items name them.
    """
    named = {item.value(label) for item in cart.items for label in ("ADMIN_ACCOUNT", "TECH_ACCOUNT")}
    known = {nic: await accounts.load(tx, nic) for nic in named if nic is not None} | {None: own}
    contacts = {item.value("OWNER_CONTACT") for item in cart.items}
    owners = {value: await _owner(tx, cart.nic, value) for value in contacts}
    return {
        item.item_id: People(
            own,
            owners[item.value("OWNER_CONTACT")],
            known[item.value("ADMIN_ACCOUNT")],
            known[item.value("TECH_ACCOUNT")],
        )
        for item in cart.items
    }


async def _owner(tx: Tx, nic: str | None, value: str | None) -> Contact | None:
    number = configuration.contact_id(value) if value else None
    return await accounts.contact(tx, nic, number) if nic and number is not None else None


async def missing(tx: Tx, nic: str | None, new: Configuration) -> Refusal | None:
    """Whom a new configuration names although they do not exist; a contact can only be judged in an assigned cart."""
    if new.label == "OWNER_CONTACT" and nic and await _owner(tx, nic, new.value) is None:
        return refusal("not-found", "Contact %(value)s does not exist", "value", value=new.value)
    if new.label in ("ADMIN_ACCOUNT", "TECH_ACCOUNT") and await accounts.load(tx, new.value) is None:
        return refusal("not-found", "Account %(value)s does not exist", "value", value=new.value)
    return None
