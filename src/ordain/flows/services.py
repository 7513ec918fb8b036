"""Services: listed, read, set up by their customer, and terminated by the link in a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import mail, renewal, service
from ordain.core.names import stored
from ordain.core.refusal import Refused, conflict, invalid, not_found, refusal
from ordain.core.registry import Deletion
from ordain.core.service import Farewell, Kind, Service, Termination
from ordain.flows import changes, domains, mails
from ordain.flows.act import Act, write_mail
from ordain.flows.settlement import account_of
from ordain.store import renewals, services
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

MOST_ENDED = 100
"""Zones that end in one transaction."""
NOT_CONFIRMED = "The token is wrong, was used already, or is too old"

Which = int | tuple[Kind, str]
"""A service by its id, or by what it is and its name."""


async def of_caller(engine: Engine, caller: Caller) -> list[Service]:
    """The caller's services."""
    return await engine.database.read(lambda tx: services.of_account(tx, caller.account.nichandle))


async def read(engine: Engine, caller: Caller, which: Which) -> Service:
    """One of the caller's services."""
    return await engine.database.read(lambda tx: _held(tx, caller.account.nichandle, which))


async def _held(tx: Tx, nic: str, which: Which) -> Service:
    if isinstance(which, int):
        found = await services.load(tx, nic, which)
    else:
        found = await services.named(tx, nic, which[0], stored(which[1]))
    if found is None:
        raise not_found(domains.UNKNOWN)
    return found


def periods(engine: Engine, of: Service, now: datetime) -> list[int]:
    """The months a service can be renewed for at once: of a name no more than its registry allows by now."""
    if of.until is None:
        return [12]
    extension = engine.market.catalogue.extensions[of.plan]
    return [12 * years for years in renewal.periods(of.until, extension, now)]


def all_periods(engine: Engine, of: Service) -> list[int]:
    """The months a service can be set to be renewed for."""
    if of.kind == "zone":
        return [12]
    return [12 * years for years in engine.market.catalogue.extensions[of.plan].renew_periods]


async def change(
    engine: Engine, caller: Caller, which: Which, sent: service.Renewal, display_name: str | None = None
) -> None:
    """Set up how a service is renewed and what it is called. What is None stays as it is."""

    async def work(tx: Tx) -> None:
        held = await _held(tx, caller.account.nichandle, which)
        refusals = service.renewal_refusals(sent, held.kind, all_periods(engine, held))
        if refusals:
            raise Refused(*refusals)
        given = {
            "display_name": display_name,
            "automatic": service.automatic(sent),
            "delete_at_expiration": sent.delete_at_expiration,
            "period": sent.period,
        }
        told = {name: value for name, value in given.items() if value is not None}
        changed = structs.replace(held, settings=structs.replace(held.settings, **told))
        await services.save_settings(tx, changed)
        await _plan(tx, changed, engine.clock())

    await engine.database.write(work)


async def _plan(tx: Tx, changed: Service, now: datetime) -> None:
    """When something is to be done about a service, by what its customer set."""
    if changed.kind == "domain":
        await renewals.look(tx, changed.nic, changed.name, now)
    else:
        ends = changed.expires(now) if changed.settings.delete_at_expiration else None
        await services.end_zone_at(tx, changed.nic, changed.name, ends)


async def end_zones(engine: Engine) -> int:
    """Delete the zones whose holders wished so, when their year is over; how many."""
    now = engine.clock()

    async def work(tx: Tx) -> int:
        over = await services.zones_to_end(tx, now, MOST_ENDED)
        for nic, name in over:
            await services.delete_zone(tx, nic, name)
        return len(over)

    over = await engine.database.read(lambda tx: services.zones_to_end(tx, now, 1))
    return await engine.database.write(work) if over else 0


async def terminate(engine: Engine, caller: Caller, which: Which, now: datetime) -> str:
    """Wish to end a service: nothing happens until the mail's link is used. What was done, in words."""
    token = engine.secret_text(service.TOKEN_LENGTH)
    account = caller.account
    mail_id = await mails.later_id(engine, account.nichandle)
    language = engine.languages.of(account.language)

    async def work(tx: Tx) -> str:
        held = await _held(tx, account.nichandle, which)
        _refuse_if_over(held)
        asked = Termination(
            nic=held.nic,
            service_id=held.service_id,
            token_hash=hashed(token),
            requested=now,
            expires=now + service.TOKEN_LIFE,
        )
        await services.save_termination(tx, asked)
        text = mail.termination(language, held.name, link(engine, held.service_id, token), asked.expires)
        await write_mail(Act(engine, tx, account, iter([mail_id]), now), None, text)
        return language.say("A mail with a link to confirm the termination of %(name)s was sent to you", name=held.name)

    return await engine.database.write(work)


def _refuse_if_over(held: Service) -> None:
    if held.state == "deleted":
        message = "%(name)s is deleted already"
        raise Refused(refusal("expired", message, name=held.name))
    if held.state == "ending":
        message = "%(name)s is being deleted already"
        raise conflict(message, name=held.name)


def link(engine: Engine, service_id: int, token: str) -> str:
    """Where a termination is confirmed; clients take the token out of it (wire-contract §5.3)."""
    return f"{engine.public_url}/billing/confirmTerminate?id={service_id}&token={token}"


async def asked_by(tx: Tx, service_id: int, token: str, now: datetime) -> tuple[Termination, Service]:
    """What the token of a mail would end. Raises Refused for one that is wrong, used, or too old."""
    asked = await services.by_token(tx, hashed(token))
    held = await services.load(tx, asked.nic, asked.service_id) if asked else None
    if asked is None or held is None or asked.service_id != service_id:
        raise invalid(NOT_CONFIRMED, "token")
    if asked.confirmed or asked.expires <= now:
        raise invalid(NOT_CONFIRMED, "token")
    return asked, held


async def to_be_ended(engine: Engine, service_id: int, token: str) -> Service:
    """What the link of a mail would end, for whoever follows it."""
    _, held = await engine.database.read(lambda tx: asked_by(tx, service_id, token, engine.clock()))
    return held


async def confirm(engine: Engine, caller: Caller, which: Which, token: str, farewell: Farewell) -> Service:
    """End one of the caller's services with the token of its mail."""

    async def service_id(tx: Tx) -> int:
        return (await _held(tx, caller.account.nichandle, which)).service_id

    return await _confirm(engine, service_id, token, farewell)


def confirmed_in_words(engine: Engine, caller: Caller, ended: Service) -> str:
    """That a service's termination is confirmed, in the caller's language."""
    say = engine.languages.of(caller.account.language).say
    return say("The termination of %(name)s is confirmed", name=ended.name)


async def confirm_by_link(engine: Engine, service_id: int, token: str) -> Service:
    """The same for whoever follows the mail's link: the token is all they need."""

    async def told(_: Tx) -> int:
        return service_id

    return await _confirm(engine, told, token, Farewell())


async def _confirm(engine: Engine, of: Callable[[Tx], Awaitable[int]], token: str, farewell: Farewell) -> Service:
    now = engine.clock()
    ids = await engine.database.new_ids(changes.IDS_USED)

    async def work(tx: Tx) -> Service:
        asked, held = await asked_by(tx, await of(tx), token, now)
        _refuse_if_over(held)
        await services.confirm(tx, asked, farewell, now)
        await _end(Act(engine, tx, await account_of(tx, held.nic), iter(ids), now), held)
        return held

    ended = await engine.database.write(work)
    engine.wake()
    return ended


async def _end(act: Act, ended: Service) -> None:
    """A zone is gone at once; a name is given up by a task at its registry."""
    if ended.kind == "zone":
        await services.delete_zone(act.tx, ended.nic, ended.name)
    else:
        await changes.replace(act, await domains.held(act.tx, ended.nic, ended.name), Deletion())
