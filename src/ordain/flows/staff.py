"""Who works here: taken on, let go, and asked for a right before anything of the back office is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.refusal import Refusal, Refused, invalid, not_found
from ordain.core.staff import ROLES, Member, may
from ordain.store import accounts
from ordain.store import staff as kept

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.staff import Right
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

FOR_STAFF = "This is for those who work here, and have the right to: %(right)s"


async def take_on(engine: Engine, nic: str, role: str, now: datetime) -> None:
    """Let an account work here as something. Raises Refused for an unknown account or role."""
    if role not in ROLES:
        message = f"There is no role {role}: there are {', '.join(ROLES)}"
        raise invalid(message, "role")

    async def work(tx: Tx) -> None:
        if await accounts.load(tx, nic) is None:
            message = f"Account {nic} does not exist"
            raise not_found(message)
        await kept.put(tx, Member(nic, role, now))

    await engine.database.write(work)


async def let_go(engine: Engine, nic: str) -> None:
    """An account works here no more. Raises Refused if it did not."""
    if not await engine.database.write(lambda tx: kept.remove(tx, nic)):
        message = f"Account {nic} does not work here"
        raise not_found(message)


async def members(engine: Engine) -> list[Member]:
    """Everybody who works here."""
    return await engine.database.read(kept.members)


async def require(engine: Engine, nic: str, right: Right) -> None:
    """Raises Refused unless the account has the right, read anew: whoever was let go is kept out at once."""
    if not may(await engine.database.read(lambda tx: kept.role(tx, nic)), right):
        raise refused(right)


def refused(right: Right) -> Refused:
    """What somebody without the right is told."""
    return Refused(Refusal("forbidden", FOR_STAFF % {"right": right}))
