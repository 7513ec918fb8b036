"""/domains/{name}: one of the account's names: its life, its servers, keys and contacts, and what is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.core import delivery, ds_record, name_timeline, service
from ordain.core.account import acting
from ordain.core.change import fingerprint, lock_status, target
from ordain.core.refusal import Refused
from ordain.core.servers import addresses
from ordain.flows import changes, contacts, domains, renewals, tasks
from ordain.web.domains import RENEWALS, tone
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.core.delivery import Domain
    from ordain.flows.domains import Standing
    from ordain.web.page import Visit

PATH = "/domains/{name}"
MOST_TASKS, MOST_CONTACTS = 10, 500
MOMENTS = {
    "registered": "Registered",
    "renewed": "Renewed",
    "month": "First reminder by mail",
    "week": "Second reminder by mail",
    "charge": "Charged and renewed",
    "expires": "Expires",
    "hold": "Stops working, if it is not renewed",
    "delete": "Deleted, if it is not renewed",
    "deleted": "Deleted",
    "gone": "Free for others: it cannot be restored any more",
}
TASKS = {
    "DomainCreate": "Registration",
    "DomainIncomingTransfer": "Transfer to us",
    "DomainAfterMarket": "Purchase",
    "DomainTrade": "Change of the owner",
    "DomainRenew": "Renewal",
    "DomainRestore": "Restoration",
    "DomainDelete": "Deletion",
    "DomainOutgoingTransfer": "Transfer away",
    "DomainDnsUpdate": "Change of the name servers",
    "DomainDsUpdate": "Change of the DNSSEC keys",
    "DomainHostUpdate": "Change of a glue record",
    "DomainHostCreate": "New glue record",
    "DomainHostDelete": "End of a glue record",
    "DomainControl": "New transfer code",
    "DomainContactUpdate": "Change of the contacts",
    "DomainLock": "Lock against transfers",
    "DomainUnlock": "End of the lock",
    "DomainHold": "Taken out of the DNS",
    "DomainUnhold": "Back in the DNS",
}
STATUSES = {
    "todo": ("Waiting", ""),
    "doing": ("Under way", ""),
    "done": ("Done", "good"),
    "error": ("In error", "wrong"),
    "cancelled": ("Cancelled", "quiet"),
}
LOCKS = {
    "locked": "Locked: nobody can transfer it away.",
    "locking": "The lock is being set.",
    "unlocked": "Not locked: whoever has its code can transfer it away.",
    "unlocking": "The lock is being taken off.",
}
MODES = {
    "automatic": "Automatically, before it expires",
    "manual": "By me, when I am reminded",
    "end": "Not at all: let it end",
}
DONE = {
    "renewal": "Saved: it is renewed as you wish.",
    "lock": "The registry is being told.",
    "servers": "The registry is being told of the name servers.",
    "keys": "The registry is being told of the keys.",
    "contacts": "Those concerned were mailed: it is changed once both agree.",
    "departure": "The registry is being told.",
    "task": "Done.",
    "deletion": "We have sent you a mail: nothing happens until you use its link.",
}
SENTENCES = (
    *MOMENTS.values(),
    *TASKS.values(),
    *(label for label, _ in STATUSES.values()),
    *LOCKS.values(),
    *MODES.values(),
    *DONE.values(),
)


async def _view(visit: Visit) -> Response:
    return await shown(visit, {}, {})


async def shown(visit: Visit, problems: Mapping[str, str], given: Mapping[str, str], status: int = 200) -> Response:
    """The page; with what was refused of one of its forms, and what was typed there."""
    caller = acting(visit.session.account, visit.now)
    standing = await domains.standing(visit.engine, caller, visit.path["name"])
    domain = standing.domain
    done = [one for one in await tasks.of_domain(visit.engine, caller, domain.name) if one.settled]
    every = await contacts.every(visit.engine, caller)
    return visit.show(
        "domain.html",
        status=status,
        domain=domain,
        standing=standing,
        service=standing.service,
        tone=tone(standing, visit.now),
        renewal=RENEWALS[service.renewal_state(standing.service)],
        mode=mode(standing),
        modes=[(key, visit.language.say(label)) for key, label in MODES.items()],
        moments=_moments(visit, standing, done),
        locked=LOCKS[lock_status(domain, standing.under_way)],
        tasks=[*standing.under_way, *reversed(done)][:MOST_TASKS],
        task_names=TASKS,
        statuses=STATUSES,
        can=delivery,
        server_type=changes.server_type(visit.engine, domain),
        wanted=_servers(target(domain, standing.under_way)),
        checksum=fingerprint(target(domain, standing.under_way)),
        key_number=ds_record.number,
        owner=next((one for one in every if one.id == domain.owner_id), None),
        contacts=every[:MOST_CONTACTS],
        has_zone=await domains.has_zone(visit.engine, caller, domain.name),
        transfer=visit.engine.market.catalogue.extensions[domain.extension].transfer,
        problems=problems,
        given=given,
        done=DONE.get(visit.query.get("done", "")),
    )


def mode(standing: Standing) -> str:
    """How the name is renewed: a key of MODES."""
    if standing.service.settings.delete_at_expiration:
        return "end"
    return "automatic" if standing.service.automatic else "manual"


def _moments(visit: Visit, standing: Standing, done: list[delivery.Task]) -> list[tuple[str, Any, str]]:
    """What is said of each moment, when it is, and how it looks: the next one stands out."""
    extension = visit.engine.market.catalogue.extensions[standing.domain.extension]
    found = name_timeline.moments(standing.domain, extension, standing.service, done, visit.now)
    following = next((one for one in found if not one.past), None)
    return [
        (MOMENTS[one.what], one.at, "done" if one.past else "now" if one is following else "") for one in found
    ]  # fmt: skip


def _servers(domain: Domain) -> list[tuple[str, tuple[str, ...]]]:
    """Each name server with the addresses that are known of it."""
    return [(host, addresses(domain, host)) for host in domain.name_servers]


async def _price(visit: Visit) -> Response:
    """What a year more costs, fetched once the page is there: its registry may have to be asked."""
    caller = acting(visit.session.account, visit.now)
    standing = await domains.standing(visit.engine, caller, visit.path["name"])
    if not visit.fragment:
        return visit.go(f"/renewal/{standing.service.service_id}")
    try:
        found = await renewals.choices(visit.engine, caller, standing.service.service_id, visit.now)
    except Refused:
        found = []
    period = (standing.service.settings.period or 12) // 12
    choice = next((one for one in found if one.years == period), found[0] if found else None)
    return visit.show("domain_price.html", choice=choice)


PAGES = (
    Page(method="GET", path=PATH, do=_view, signed_in=True),
    Page(method="GET", path=f"{PATH}/price", do=_price, signed_in=True),
)
