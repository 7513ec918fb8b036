"""/domain/{serviceName}/nameServer and /glueRecord: who serves a name, and hosts below it (wire-contract §2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.routing import Call, Route
from ordain.api.tasks import DomainTask, task
from ordain.core import servers as core
from ordain.core.refusal import Refused, not_found
from ordain.core.registry import Update
from ordain.flows import changes, domains

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.delivery import Domain
    from ordain.flows.changes import Wish

SERVERS, SERVER = "/domain/{serviceName}/nameServer", "/domain/{serviceName}/nameServer/{id}"
GLUE, GLUE_HOST = "/domain/{serviceName}/glueRecord", "/domain/{serviceName}/glueRecord/{host}"
MOST_SENT = 26
"""Name servers or addresses in one call: 13 with an address of each kind."""


class NameServerInput(Struct, frozen=True):
    """domain.nameServer.NameServerInput; terraform sends an empty address for none."""

    host: words.Text
    ip: words.Ip | None = None


Servers = Annotated[list[NameServerInput], Meta(max_length=MOST_SENT)]


class ServersToAdd(Struct, frozen=True):
    """domain.nameServer.CreatePayload."""

    nameServer: Servers


class ServersToHave(Struct, frozen=True):
    """domain.nameServer.UpdatePayload."""

    nameServers: Servers


class FullNameServer(Struct, frozen=True):
    """domain.nameServer.FullNameServer."""

    host: str
    id: int
    ip: words.Ip | None
    isUsed: bool
    toDelete: bool


class NameServerStatus(Struct, frozen=True):
    """domain.nameServer.NameServerStatus."""

    state: Annotated[str, words.enum("domain.nameServer.NameServerStateEnum")]
    type: Annotated[str, words.enum("domain.nameServer.NameServerTypeEnum")]
    usedSince: words.Instant | None


class ByHost(Struct, frozen=True):
    """Filter of GET …/glueRecord."""

    host: str | None = None


Addresses = Annotated[list[words.Ip], Meta(max_length=MOST_SENT)]


class GlueToCreate(Struct, frozen=True):
    """domain.glueRecord.CreatePayload."""

    host: words.Needed
    ips: Addresses


class GlueToHave(Struct, frozen=True):
    """domain.glueRecord.GlueRecord, what of it can be written."""

    ips: Addresses


class GlueRecord(Struct, frozen=True):
    """domain.glueRecord.GlueRecord."""

    host: str
    ips: list[words.Ip]


async def ask(call: Call, wish: Wish) -> DomainTask:
    """The task of a change of the name in the path."""
    asked = await changes.decide(call.engine, call.caller.account.nichandle, call.path["serviceName"], wish, call.now)
    return task(asked, call)


async def held(call: Call) -> Domain:
    """The name in the path."""
    return await domains.domain(call.engine, call.caller, call.path["serviceName"])


def _servers(sent: Sequence[NameServerInput]) -> list[core.Server]:
    return [core.Server(one.host, (one.ip,) if one.ip else ()) for one in sent]


async def _list(call: Call) -> list[int]:
    return [core.number(host) for host in (await held(call)).name_servers]


def _host(domain: Domain, number: int) -> str:
    host = next((host for host in domain.name_servers if core.number(host) == number), None)
    if host is None:
        message = f"Name server {number} does not exist"
        raise not_found(message, "id")
    return host


async def _read(call: Call) -> FullNameServer:
    known = await domains.standing(call.engine, call.caller, call.path["serviceName"])
    host = _host(known.domain, call.path["id"])
    leaving = any(
        isinstance(each.change, Update)
        and each.change.name_servers is not None
        and host not in each.change.name_servers
        for each in known.under_way
    )
    ips = core.addresses(known.domain, host)
    return FullNameServer(host, call.path["id"], ips[0] if ips else None, isUsed=True, toDelete=leaving)


async def _status(call: Call) -> NameServerStatus:
    """Nobody asks the server itself: its registry has taken it."""
    domain = await held(call)
    _host(domain, call.path["id"])
    return NameServerStatus("ok", changes.server_type(call.engine, domain), None)


async def _add(call: Call) -> DomainTask:
    wanted = _servers(call.body.nameServer)
    return await ask(call, lambda domain: core.added(domain, wanted, "nameServer"))


async def _remove(call: Call) -> DomainTask:
    return await ask(call, lambda domain: core.removed(domain, call.path["id"]))


async def _replace(call: Call) -> DomainTask:
    wanted = _servers(call.body.nameServers)
    return await ask(call, lambda domain: core.replaced(domain, wanted, "nameServers"))


async def _list_glue(call: Call) -> list[str]:
    wanted: ByHost = call.query
    return [host.name for host in (await held(call)).hosts if wanted.host in (None, host.name)]


async def _read_glue(call: Call) -> GlueRecord:
    name = core.plain(call.path["host"])
    host = next((host for host in (await held(call)).hosts if host.name == name), None)
    if host is None:
        raise Refused(core.no_glue(name))
    return GlueRecord(host.name, list(host.ips))


async def _create_glue(call: Call) -> DomainTask:
    return await ask(call, lambda domain: core.glue_created(domain, call.body.host, call.body.ips))


async def _change_glue(call: Call) -> DomainTask:
    return await ask(call, lambda domain: core.glue_changed(domain, call.path["host"], call.body.ips))


async def _remove_glue(call: Call) -> DomainTask:
    return await ask(call, lambda domain: core.glue_removed(domain, call.path["host"]))


ROUTES = (
    Route(method="GET", path=SERVERS, do=_list, told="List a name's servers", answer=list[int]),
    Route(method="POST", path=SERVERS, do=_add, told="Add name servers", body=ServersToAdd, answer=DomainTask),
    Route(method="GET", path=SERVER, do=_read, told="Read a name server", answer=FullNameServer),
    Route(method="DELETE", path=SERVER, do=_remove, told="Take a name server away", answer=DomainTask,
          refuses=("conflict",)),
    Route(method="GET", path=f"{SERVER}/status", do=_status, told="How a name server is used", answer=NameServerStatus),
    Route(method="POST", path="/domain/{serviceName}/nameServers/update", do=_replace,
          told="Have these name servers and no others", body=ServersToHave, answer=DomainTask),
    Route(method="GET", path=GLUE, do=_list_glue, told="List a name's glue records", query=ByHost, answer=list[str]),
    Route(method="POST", path=GLUE, do=_create_glue, told="Create a glue record", body=GlueToCreate,
          answer=DomainTask),
    Route(method="GET", path=GLUE_HOST, do=_read_glue, told="Read a glue record", answer=GlueRecord),
    Route(method="DELETE", path=GLUE_HOST, do=_remove_glue, told="Take a glue record away", answer=DomainTask,
          refuses=("conflict",)),
    Route(method="POST", path=f"{GLUE_HOST}/update", do=_change_glue, told="Give a glue record other addresses",
          body=GlueToHave, answer=DomainTask),
)  # fmt: skip
