"""What leads from every page to others, as tables: only what there is, and what the visitor may see, is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.staff import Right, may

if TYPE_CHECKING:
    from collections.abc import Collection

    from ordain.core.session import Session


class Entry(Struct, frozen=True):
    """A link of a menu. `who`: who sees it; `right`: the right it takes in the back office."""

    path: str
    label: str
    who: str = "all"
    right: Right | None = None


SHOP = (
    Entry("/", "Find a name"),
    Entry("/cart", "Cart"),
    Entry("/domains", "Domain names", "known"),
    Entry("/orders", "Orders", "known"),
    Entry("/account", "Account", "known"),
    Entry("/office", "Back office", "staff"),
    Entry("/sign-in", "Sign in", "strangers"),
)
ACCOUNT = (
    Entry("/account", "Overview"),
    Entry("/domains", "Domain names"),
    Entry("/zones", "DNS zones"),
    Entry("/orders", "Orders"),
    Entry("/bills", "Bills"),
    Entry("/contacts", "Contacts"),
    Entry("/account/payment", "Payment"),
    Entry("/account/details", "Your details"),
    Entry("/keys", "API keys"),
    Entry("/account/sessions", "Sign-ins"),
    Entry("/account/second-factor", "Second factor"),
    Entry("/account/password", "Password"),
)
OFFICE = (
    Entry("/office", "Overview"),
    Entry("/office/orders", "Orders", right="orders"),
    Entry("/office/tasks", "Tasks", right="orders"),
    Entry("/office/customers", "Customers", right="customers"),
    Entry("/office/refunds", "Refunds", right="money"),
    Entry("/office/catalogue", "Catalogue", right="catalogue"),
    Entry("/office/promotions", "Promotions", right="catalogue"),
    Entry("/office/margins", "Margins", right="catalogue"),
    Entry("/office/registries", "Registries", right="registries"),
    Entry("/office/charts", "Charts", right="orders"),
    Entry("/office/audit", "Audit", right="audit"),
    Entry("/office/brand", "Brand", right="brand"),
    Entry("/office/staff", "Staff", right="staff"),
)
MENUS = {"shop": SHOP, "account": ACCOUNT, "office": OFFICE}
SENTENCES = tuple(entry.label for entries in MENUS.values() for entry in entries)


def shown(entries: Collection[Entry], paths: Collection[str], session: Session | None) -> list[Entry]:
    """The entries that lead to one of these paths and that this visitor may see."""
    role = session.role if session else ""
    seen = {"all", "known" if session else "strangers", *(["staff"] if role else [])}
    return [
        entry
        for entry in entries
        if entry.path in paths and entry.who in seen and (entry.right is None or may(role, entry.right))
    ]
