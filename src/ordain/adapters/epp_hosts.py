"""Name servers as objects of a registry (RFC 5732): made known before a name is served by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.adapters import epp_answers, epp_object_frames
from ordain.adapters.epp_codes import EXISTS, GONE
from ordain.adapters.epp_reading import asked_addresses
from ordain.adapters.epp_verdicts import expect, refused
from ordain.core.change import NAME_SERVERS
from ordain.core.registry import Host, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.adapters.epp_session import Session
    from ordain.core.registry import Refusal


async def unknown_hosts(session: Session, names: Sequence[str]) -> Refusal | None:
    """Make name servers known that the registry does not know yet; why it will not, if so."""
    if not names:
        return None
    answer = await session.ask(epp_object_frames.host_check(names))
    if not answer.good:
        return refused(answer, NAME_SERVERS)
    free = {each.name: each.free for each in epp_answers.checked(answer, "host")}
    if free.keys() != set(names):
        message = f"The registry was asked about {', '.join(names)} and answered about {', '.join(free) or 'nothing'}"
        raise NoAnswer(message)
    for name in (name for name in free if free[name]):
        made = await session.ask(epp_object_frames.host_create(Host(name, ())))
        if made.good:
            expect(made, "host:creData", name)
        elif made.code != EXISTS:  # somebody else may have been quicker, and that is as good
            return refused(made, NAME_SERVERS)
    return None


async def have_glue(session: Session, host: Host) -> Refusal | None:
    """Have a host below one of our names at these addresses; why not, if so."""
    known = await asked_addresses(session, host.name)
    if known is None:
        answer = await session.ask(epp_object_frames.host_create(host))
        return None if answer.good else refused(answer)
    add = [ip for ip in host.ips if ip not in known]
    remove = [ip for ip in known if ip not in host.ips]
    if not (add or remove):
        return None
    answer = await session.ask(epp_object_frames.host_update(host.name, add, remove))
    return None if answer.good else refused(answer)


async def forget_glue(session: Session, name: str) -> Refusal | None:
    """Have a host below one of our names forgotten; why not, if so."""
    answer = await session.ask(epp_object_frames.host_delete(name))
    return None if answer.good or answer.code == GONE else refused(answer)
