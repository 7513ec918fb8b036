"""Cards that accounts registered, their defaults, and whom the processor knows them as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.payment_method import Method
from ordain.store.columns import pack, unpack

if TYPE_CHECKING:
    from ordain.store.database import Tx


async def customer(tx: Tx, nic: str) -> str | None:
    """Whom the processor knows the account as."""
    row = await tx.fetch_one("SELECT customer FROM payer WHERE nic = $1", nic)
    return row[0] if row else None


async def set_customer(tx: Tx, nic: str, customer: str) -> None:
    """The processor made a customer of it."""
    await tx.execute(
        "INSERT INTO payer (nic, customer) VALUES ($1, $2) ON CONFLICT (nic) DO UPDATE SET customer = $2", nic, customer
    )


async def default(tx: Tx, nic: str) -> int | None:
    """The method its owner made the default, None if they made none so."""
    row = await tx.fetch_one("SELECT default_method FROM payer WHERE nic = $1", nic)
    return row[0] if row else None


async def set_default(tx: Tx, nic: str, method_id: int | None) -> None:
    """Another default."""
    await tx.execute(
        "INSERT INTO payer (nic, default_method) VALUES ($1, $2) ON CONFLICT (nic) DO UPDATE SET default_method = $2",
        nic,
        method_id,
    )


async def add(tx: Tx, method: Method) -> None:
    """A card that is being registered."""
    await tx.execute(
        "INSERT INTO payment_method (nic, method_id, session, status, content) VALUES ($1, $2, $3, $4, $5)",
        method.nic,
        method.method_id,
        method.session,
        method.status,
        pack(method),
    )


async def save(tx: Tx, method: Method) -> None:
    """The card as it is now."""
    await tx.execute(
        "UPDATE payment_method SET status = $3, content = $4 WHERE nic = $1 AND method_id = $2",
        method.nic,
        method.method_id,
        method.status,
        pack(method),
    )


async def load(tx: Tx, nic: str, method_id: int) -> Method | None:
    """One of the account's cards."""
    row = await tx.fetch_one("SELECT content FROM payment_method WHERE nic = $1 AND method_id = $2", nic, method_id)
    return unpack(row[0], Method) if row else None


async def by_session(tx: Tx, session: str) -> Method | None:
    """Whose card is registered on this page."""
    row = await tx.fetch_one("SELECT content FROM payment_method WHERE session = $1", session)
    return unpack(row[0], Method) if row else None


async def of_account(tx: Tx, nic: str) -> list[Method]:
    """The account's cards, in the order they were registered in."""
    rows = await tx.fetch("SELECT content FROM payment_method WHERE nic = $1 ORDER BY method_id", nic)
    return [unpack(row[0], Method) for row in rows]
