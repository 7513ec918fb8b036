"""Who works here: taken on, let go, and asked for a right before anything of the back office is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.audit import OPERATOR, Deed
from ordain.core.refusal import Refusal, Refused, conflict, invalid, not_found
from ordain.core.staff import ADMIN, ROLES, Member, may
from ordain.flows.office_audit import audited
from ordain.store import accounts, second_factors, sessions
from ordain.store import staff as kept

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.staff import Right
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

FOR_STAFF = "This is for those who work here, and have the right to: %(right)s"
FOR_MEMBERS = "This is for those who work here"
UNPROVEN = "Whoever works here needs a second factor, for names are real: turn one on at /account/second-factor"
NEEDS_FACTOR = "SECOND_FACTOR_NEEDED"
BLOCKED = "This account is blocked: it does nothing here until somebody lets it in again"
COLLEAGUE = "This account works here: only those who say who works here do this to it"
LAST = "Somebody has to be admin: make somebody else one first"


async def take_on(engine: Engine, nic: str, role: str, now: datetime, by: str = OPERATOR) -> None:
    """Let an account work here as something. Raises Refused for an unknown account or role, and for the last admin."""
    if role not in ROLES:
        message = f"There is no role {role}: there are {', '.join(ROLES)}"
        raise invalid(message, "role")

    async def work(tx: Tx) -> None:
        if await accounts.load(tx, nic) is None:
            message = f"Account {nic} does not exist"
            raise not_found(message, "nic")
        if role != ADMIN:
            await _refuse_last(tx, nic, by)
        await kept.put(tx, Member(nic, role, now))

    await _noting(engine, nic, "staff.take_on", by).database.write(work)


async def let_go(engine: Engine, nic: str, by: str = OPERATOR) -> None:
    """An account works here no more. Raises Refused if it did not, and for the last admin."""

    async def work(tx: Tx) -> None:
        await _refuse_last(tx, nic, by)
        if not await kept.remove(tx, nic):
            message = f"Account {nic} does not work here"
            raise not_found(message, "nic")

    await _noting(engine, nic, "staff.let_go", by).database.write(work)


def _noting(engine: Engine, nic: str, verb: str, by: str) -> Engine:
    deed = Deed(member=by, verb=verb, subject=f"account {nic}", customer=nic)
    return audited(engine, deed, lambda tx: kept.role(tx, nic))


async def _refuse_last(tx: Tx, nic: str, by: str) -> None:
    """Nobody of the staff takes the last admin away; the operator may, who can make another."""
    admins = [one.nichandle for one in await kept.members(tx) if one.role == ADMIN]
    if admins == [nic] and by != OPERATOR:
        raise conflict(LAST, "nic")


async def members(engine: Engine) -> list[Member]:
    """Everybody who works here."""
    return await engine.database.read(kept.members)


async def require(engine: Engine, nic: str, right: Right | None = None) -> str:
    """The role of an account, read anew: whoever was let go is kept out at once.

    Raises Refused unless it has the right (None: works here at all), and where names are real a second factor; and
    for one that is blocked, whose keys go on elsewhere.
    """

    async def look(tx: Tx) -> tuple[str, bool, bool]:
        factor = None if engine.movable else await second_factors.load(tx, nic)
        proven = bool(engine.movable or (factor and factor.confirmed))
        return await kept.role(tx, nic), proven, await sessions.is_blocked(tx, nic)

    role, proven, blocked = await engine.database.read(look)
    if not role or (right and not may(role, right)):
        raise refused(right)
    if blocked:
        raise Refused(Refusal("forbidden", BLOCKED))
    if not proven:
        raise Refused(Refusal("forbidden", UNPROVEN, code=NEEDS_FACTOR))
    return role


async def refuse_colleague(engine: Engine, by: str, nic: str) -> None:
    """Raise Refused where somebody keeps out a colleague, or lets one in, and is not who says who works here."""

    async def look(tx: Tx) -> tuple[str, str]:
        return await kept.role(tx, nic), await kept.role(tx, by)

    role, mine = await engine.database.read(look)
    if role and by != nic and not may(mine, "staff"):
        raise Refused(Refusal("forbidden", COLLEAGUE))


def refused(right: Right | None) -> Refused:
    """What somebody without the right is told."""
    return Refused(Refusal("forbidden", FOR_STAFF % {"right": right} if right else FOR_MEMBERS))
