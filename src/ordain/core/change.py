"""A change of a name somebody holds: what it touches, whether it is so already, and what it makes of the domain."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from ordain.core.configuration import name_servers
from ordain.core.registry import Change, Deletion, Departure, Registration, Renewal, Restoration, Update

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ordain.core.delivery import Domain, Task
    from ordain.core.registry import Host

NAME_SERVERS = "nameServers"
"""An argument of a change that a registry asks to be corrected: host names separated by commas."""
OWNER = "OWNER_CONTACT"
"""Another one: who owns the name, a contact as JSON."""

_OF_ITS_LIFE: dict[type[Change], str] = {
    Renewal: "DomainRenew",
    Deletion: "DomainDelete",
    Restoration: "DomainRestore",
    Departure: "DomainOutgoingTransfer",
}
_FUNCTIONS = {
    "name_servers": "DomainDnsUpdate",
    "keys": "DomainDsUpdate",
    "hosts": "DomainHostUpdate",
    "auth_info": "DomainControl",
    "owner": "DomainContactUpdate",
    "admin": "DomainContactUpdate",
    "tech": "DomainContactUpdate",
    "disclosed": "DomainContactUpdate",
}
"""An update's function by the first member it sets (domain.OperationFunctionEnum)."""


def function(change: Change, domain: Domain) -> str:
    """What the contract calls this change of this domain (domain.OperationFunctionEnum)."""
    if not isinstance(change, Update):
        return _OF_ITS_LIFE[type(change)]
    if change.hold is not None:
        return "DomainHold" if change.hold else "DomainUnhold"
    if change.locked is not None:
        return "DomainLock" if change.locked else "DomainUnlock"
    first = next((_FUNCTIONS[name] for name in _FUNCTIONS if getattr(change, name) is not None), "DomainDnsUpdate")
    if first != "DomainHostUpdate" or not change.hosts:
        return first
    [host, *_] = change.hosts
    known = any(each.name == host.name for each in domain.hosts)
    return "DomainHostDelete" if not host.ips else first if known else "DomainHostCreate"


def touches(change: Change) -> frozenset[str]:
    """What the change is about: two that touch the same cannot be under way at the same time."""
    if not isinstance(change, Update):
        return frozenset({"life"})
    members = {
        name
        for name in ("name_servers", "keys", "locked", "hold", "auth_info", "disclosed")
        if getattr(change, name) is not None
    }
    hosts = {f"host {host.name}" for host in change.hosts or ()}
    contacts = {name for name in ("owner", "admin", "tech") if getattr(change, name) is not None}
    return frozenset(members | hosts | contacts)


def is_so(change: Change, held: Registration | None) -> bool:
    """Whether the registry holds the name as the change wants it: then it is done, by whichever attempt."""
    if isinstance(change, Deletion):
        return held is None or not held.ours or held.redemption
    if held is None or not held.ours or held.pending:
        gone = held is None or not held.ours
        return gone and isinstance(change, Departure) and change.allowed
    match change:
        case Renewal(years, expires, _):
            # All the years: a registry that renews names by itself added one. Hours may differ.
            # Of a name in redemption its registry may still show the year that it added and takes back.
            return not held.redemption and held.expires >= expires + timedelta(days=365 * years - 2)
        case Restoration():
            return not held.redemption
        case Departure():
            return not change.allowed and "pendingTransfer" not in held.statuses
        case Update():
            return _matches(change, held)


def _matches(wanted: Update, held: Registration) -> bool:
    by_name = {host.name: set(host.ips) for host in held.hosts}
    return all(
        (
            wanted.name_servers is None or set(wanted.name_servers) == set(held.name_servers),
            wanted.keys is None or (set(wanted.keys) == set(held.keys) and not held.untold_keys),
            wanted.disclosed is None or set(wanted.disclosed) == set(held.disclosed),
            all(by_name.get(host.name, set()) == set(host.ips) for host in wanted.hosts or ()),
            all(
                getattr(wanted, name) in (None, getattr(held, name))
                for name in ("locked", "hold", "auth_info", "owner", "admin", "tech")
            ),
        )
    )


def applied(domain: Domain, change: Change, now: datetime) -> Domain:
    """The domain once its registry has done it."""
    domain = structs.replace(domain, updated=now)
    match change:
        case Deletion():
            return structs.replace(domain, deleted=now)
        case Restoration():
            return structs.replace(domain, deleted=None)
        case Departure():
            return structs.replace(domain, leaving=None)
        case Renewal():
            return domain
    names = ("name_servers", "addresses", "keys", "locked", "admin", "tech", "owner_id", "disclosed")
    told = {name: getattr(change, name) for name in names if getattr(change, name) is not None}
    on_hold = domain.on_hold if change.hold is None else change.hold
    return structs.replace(domain, **told, on_hold=on_hold, hosts=with_hosts(domain.hosts, change.hosts or ()))


def with_hosts(hosts: tuple[Host, ...], changed: tuple[Host, ...]) -> tuple[Host, ...]:
    """Hosts after some of them changed: one that lost its addresses is gone."""
    by_name = {host.name: host for host in (*hosts, *changed)}
    return tuple(host for host in by_name.values() if host.ips)


def corrected(change: Change, corrections: dict[str, str]) -> Change:
    """The change with what its customer corrected."""
    if not isinstance(change, Update):
        return change
    hosts, owner, code = (corrections.get(key) for key in (NAME_SERVERS, OWNER, "authInfo"))
    if hosts is not None:
        change = structs.replace(change, name_servers=name_servers(hosts))
    if owner is not None and change.owner is not None:
        change = structs.replace(change, owner=msgspec.json.decode(owner, type=dict[str, Any]))
    return structs.replace(change, auth_info=code) if code and change.auth_info is not None else change


def alike(change: Change, tasks: list[Task]) -> list[Task]:
    """Those of a domain's tasks that touch what this change touches."""
    mine = touches(change)
    return [task for task in tasks if task.change is not None and mine & touches(task.change)]


def lock_status(domain: Domain, under_way: Iterable[Task]) -> str:
    """domain.LockStatusEnum: also what it is about to become."""
    for task in under_way:
        if isinstance(task.change, Update) and task.change.locked is not None:
            return "locking" if task.change.locked else "unlocking"
    return "locked" if domain.locked else "unlocked"


def target(domain: Domain, tasks: Iterable[Task]) -> Domain:
    """The domain as its customer wants it: with the servers of a change that is not done."""
    for task in tasks:
        change = task.change
        if isinstance(change, Update) and change.name_servers is not None and not task.settled:
            wanted = corrected(change, task.corrections)
            domain = applied(domain, wanted, domain.updated)
    return domain


def fingerprint(domain: Domain) -> str:
    """A text that is another one whenever the domain's servers, or their addresses, are."""
    hosts = {host.name: host.ips for host in (*domain.hosts, *domain.addresses)}
    lines = [f"{host} {' '.join(hosts.get(host, ()))}" for host in domain.name_servers]
    return hashlib.sha256("\n".join([domain.name, *lines]).encode()).hexdigest()[:32]
