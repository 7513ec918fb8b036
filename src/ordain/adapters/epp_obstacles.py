"""What stands in the way of a transfer, as far as a registry tells it in EPP: before one is asked for, and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.adapters import epp_answers, epp_frames
from ordain.adapters.epp_codes import WRONG_CODE
from ordain.adapters.epp_verdicts import same
from ordain.core import transfer
from ordain.core.registry import Refusal
from ordain.core.task_argument import AUTH_INFO

if TYPE_CHECKING:
    from ordain.adapters.epp_answers import Held, Reply
    from ordain.adapters.epp_reading import Registrar
    from ordain.adapters.epp_session import Session


async def beforehand(session: Session, us: Registrar, name: str, auth_info: str | None) -> Refusal | None:
    """What an info with the code tells (RFC 5731 §3.1.2). A registry that keeps it to itself tells nothing."""
    answer = await session.ask(epp_frames.info(name, auth_info))
    if answer.code == WRONG_CODE and auth_info:
        return Refusal(transfer.WRONG_CODE, AUTH_INFO)
    held = _held(answer, name)
    if held is None or same(held.sponsor, us.login):
        return None
    return transfer.obstacle(held.statuses | held.grace, held.transferred or held.created, us.clock())


async def explained(session: Session, us: Registrar, name: str, refusal: Refusal) -> Refusal:
    """A refused transfer, with what the registry tells of the name; in its own words where that explains nothing."""
    if refusal.argument == AUTH_INFO:
        return Refusal(transfer.WRONG_CODE, AUTH_INFO)
    held = _held(await session.ask(epp_frames.info(name)), name)
    if held is None:
        return refusal
    since = held.transferred or held.created
    statuses, now = held.statuses | held.grace, us.clock()
    return transfer.refusal(refusal.reason, statuses, since, now, locks_young=us.dialect.locks(name))


def _held(answer: Reply, name: str) -> Held | None:
    if not answer.good or answer.result("domain:infData") is None:
        return None
    held = epp_answers.held(answer)
    return held if held.name == name else None
