"""/v2/domain/name: a name as a resource with a state it is in and one it is to have (wire-contract §2.7, §2.13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.domain import Resource, resource
from ordain.api.routing import Call, Route
from ordain.core import servers as core
from ordain.core.change import fingerprint, target
from ordain.core.configuration import MOST_NAME_SERVERS
from ordain.core.refusal import not_found
from ordain.flows import changes, domains, tasks

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.delivery import Domain, Task
    from ordain.flows.domains import Standing

NAME, TASK = "/v2/domain/name/{domainName}", "/v2/domain/name/{domainName}/task/{taskId}"


class ByState(Struct, frozen=True):
    """Filters of GET /v2/domain/name."""

    additionalStates: str | None = None
    contactAdministrator: str | None = None
    contactBilling: str | None = None
    contactOwner: str | None = None
    contactTechnical: str | None = None
    mainState: str | None = None
    searchValue: str | None = None
    suspensionState: str | None = None


class NameServer(Struct, frozen=True):
    """domain.v2.NameServer."""

    nameServer: words.Text
    ipv4: words.Text | None = None
    ipv6: words.Text | None = None
    nameServerType: words.Text | None = None


class TargetDnsConfiguration(Struct, frozen=True):
    """domain.v2.TargetDnsConfiguration."""

    nameServers: Annotated[list[NameServer], Meta(max_length=26)]


class TargetSpec(Struct, frozen=True):
    """domain.v2.TargetSpec."""

    dnsConfiguration: TargetDnsConfiguration


class Aim(Struct, frozen=True):
    """What PUT /v2/domain/name/{domainName} is sent."""

    checksum: words.Text
    targetSpec: TargetSpec


class DnsConfiguration(Struct, frozen=True):
    """domain.v2.DnsConfiguration."""

    configurationType: Annotated[str, words.enum("domain.v2.DnsConfigurationTypeEnum")]
    glueRecordIPv6Supported: bool
    hostSupported: bool
    dnssecSupported: bool | None
    maxDNS: int
    minDNS: int
    nameServers: list[NameServer]


class CurrentState(Struct, frozen=True):
    """domain.v2.CurrentState."""

    name: str
    extension: str
    mainState: Annotated[str, words.enum("domain.v2.MainStateEnum")]
    additionalStates: list[str]
    protectionState: Annotated[str, words.enum("domain.v2.ProtectionStateEnum")]
    suspensionState: Annotated[str, words.enum("domain.v2.SuspensionStateEnum")]
    dnsConfiguration: DnsConfiguration


class CurrentTask(Struct, frozen=True):
    """domain.v2.CurrentTask."""

    id: str
    link: str
    status: Annotated[str, words.enum("domain.v2.TaskStatusEnum")]
    type: str


class NameTask(Struct, frozen=True):
    """domain.v2.Task."""

    id: str
    link: str
    status: Annotated[str, words.enum("domain.v2.TaskStatusEnum")]
    type: str


class DomainName(Struct, frozen=True):
    """domain.v2.DomainName."""

    id: str
    checksum: str
    currentState: CurrentState
    currentTasks: list[CurrentTask]
    iam: Resource | None
    resourceStatus: Annotated[str, words.enum("domain.v2.ResourceStatusEnum")]
    targetSpec: TargetSpec


def _servers(domain: Domain) -> list[NameServer]:
    return [_server(host, core.addresses(domain, host)) for host in domain.name_servers]


def _server(host: str, ips: tuple[str, ...]) -> NameServer:
    ipv4, ipv6 = (next((ip for ip in ips if (":" in ip) is six), None) for six in (False, True))
    return NameServer(host, ipv4, ipv6)


def _status(task: Task, now: datetime) -> str:
    """domain.v2.TaskStatusEnum."""
    waiting = "SCHEDULED" if task.todo_at > now else "PENDING"
    return {"todo": waiting, "doing": "RUNNING"}.get(task.status, "ERROR")


def _link(task: Task) -> str:
    return f"/v2/domain/name/{task.domain}/task/{task.task_id}"


def _main_state(domain: Domain, now: datetime) -> str:
    if domain.deleted or domain.leaving:
        return "RESTORABLE" if domain.deleted else "PENDING_OUTGOING_TRANSFER"
    return "EXPIRED" if domain.expires <= now else "OK"


_CONFIGURATIONS = {"hosted": "HOSTING", "anycast": "ANYCAST", "external": "EXTERNAL"}


def _shown(call: Call, standing: Standing) -> DomainName:
    domain, wanted = standing.domain, target(standing.domain, standing.under_way)
    busy = any(task.status != "error" for task in standing.under_way)
    failed = any(task.status == "error" for task in standing.under_way)
    return DomainName(
        id=domain.name,
        checksum=fingerprint(wanted),
        currentState=CurrentState(
            name=domain.name,
            extension=domain.extension,
            mainState=_main_state(domain, call.now),
            additionalStates=[],
            protectionState="PROTECTED" if domain.locked else "UNPROTECTED",
            suspensionState="NOT_SUSPENDED",
            dnsConfiguration=DnsConfiguration(
                configurationType=_CONFIGURATIONS[changes.server_type(call.engine, domain)],
                glueRecordIPv6Supported=True,
                hostSupported=True,
                dnssecSupported=domain.dnssec,
                maxDNS=MOST_NAME_SERVERS,
                minDNS=core.FEWEST_NAME_SERVERS,
                nameServers=_servers(domain),
            ),
        ),
        currentTasks=[
            CurrentTask(str(task.task_id), _link(task), _status(task, call.now), task.function)
            for task in standing.under_way
        ],
        iam=resource("domain", domain.name),
        resourceStatus="UPDATING" if busy else "ERROR" if failed else "READY",
        targetSpec=TargetSpec(TargetDnsConfiguration(_servers(wanted))),
    )


def _is_wanted(standing: Standing, wanted: ByState, now: datetime) -> bool:
    domain = standing.domain
    pairs = (
        (wanted.contactAdministrator, domain.admin),
        (wanted.contactBilling, domain.nic),
        (wanted.contactOwner, str(domain.owner_id)),
        (wanted.contactTechnical, domain.tech),
        (wanted.mainState, _main_state(domain, now)),
        (wanted.suspensionState, "NOT_SUSPENDED"),
        (wanted.additionalStates, None),
    )
    return all(value in (None, known) for value, known in pairs) and (wanted.searchValue or "").lower() in domain.name


async def _list(call: Call) -> list[DomainName]:
    found = await domains.all_standing(call.engine, call.caller)
    return [_shown(call, standing) for standing in found if _is_wanted(standing, call.query, call.now)]


async def _standing(call: Call) -> Standing:
    return await domains.standing(call.engine, call.caller, call.path["domainName"])


async def _read(call: Call) -> DomainName:
    return _shown(call, await _standing(call))


async def _aim(call: Call) -> DomainName:
    sent: Aim = call.body
    wanted = [
        core.Server(one.nameServer, tuple(ip for ip in (one.ipv4, one.ipv6) if ip))
        for one in sent.targetSpec.dnsConfiguration.nameServers
    ]
    aimed = await changes.aim(call.engine, call.caller, call.path["domainName"], sent.checksum, wanted)
    return _shown(call, aimed)


async def _list_tasks(call: Call) -> list[NameTask]:
    return [_task(task, call.now) for task in (await _standing(call)).under_way]


def _task(task: Task, now: datetime) -> NameTask:
    return NameTask(str(task.task_id), _link(task), _status(task, now), task.function)


async def _found(call: Call) -> Task:
    """One of those that are not settled: the others are not part of the name's state any more."""
    known = {str(task.task_id): task for task in (await _standing(call)).under_way}
    if call.path["taskId"] not in known:
        message = f"Task {call.path['taskId']} does not exist"
        raise not_found(message, "taskId")
    return known[call.path["taskId"]]


async def _read_task(call: Call) -> NameTask:
    return _task(await _found(call), call.now)


async def _relaunch(call: Call) -> NameTask:
    task = await _found(call)
    await tasks.relaunch(call.engine, call.caller, task.task_id, task.domain, call.now)
    return await _read_task(call)


ROUTES = (
    Route(method="GET", path="/v2/domain/name", do=_list, told="List your names with their states", query=ByState,
          answer=list[DomainName]),
    Route(method="GET", path=NAME, do=_read, told="Read a name with its states", answer=DomainName),
    Route(method="PUT", path=NAME, do=_aim, told="Say what state a name is to have", body=Aim, answer=DomainName),
    Route(method="GET", path=f"{NAME}/task", do=_list_tasks, told="List what is being done to a name",
          answer=list[NameTask]),
    Route(method="GET", path=TASK, do=_read_task, told="Read what is being done", answer=NameTask),
    Route(method="PUT", path=TASK, do=_relaunch, told="Take a task in error up again", answer=NameTask),
)  # fmt: skip
