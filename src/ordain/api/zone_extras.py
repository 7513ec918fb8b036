"""/domain/zone/…/redirection and dynHost: what a zone has beside records (wire-contract §2.6, §2.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.routing import Call, Route
from ordain.api.zone import ZONE
from ordain.core import zone_extras as core
from ordain.core.names import stored
from ordain.core.zone import DYN_HOST
from ordain.flows import dyn_hosts, redirections, zone_records

if TYPE_CHECKING:
    from ordain.core.zone import Record

LOGIN, DYN_RECORD = f"{ZONE}/dynHost/login", f"{ZONE}/dynHost/record"
REDIRECTION = f"{ZONE}/redirection"

Password = Annotated[str, Meta(min_length=8, max_length=128), words.named("password")]
RedirectionType = Annotated[str, words.enum("domain.zone.RedirectionTypeEnum")]
Url = Annotated[str, Meta(max_length=2000)]


class BySubDomain(Struct, frozen=True):
    """Filters of lists of redirections and of dynHost records."""

    subDomain: words.Text | None = None


class ByLogin(Struct, frozen=True):
    """Filters of GET /domain/zone/{zoneName}/dynHost/login."""

    login: words.Text | None = None
    subDomain: words.Text | None = None


class Login(Struct, frozen=True):
    """domain.zone.dynHost.Login."""

    login: str
    subDomain: str
    zone: str


class LoginCreate(Struct, frozen=True):
    """domain.zone.dynHost.LoginCreate."""

    loginSuffix: words.Needed
    password: Password
    subDomain: words.Text


class LoginUpdate(Struct, frozen=True):
    """What is to change of a dynHost login."""

    subDomain: words.Text | None = None


class LoginChangePassword(Struct, frozen=True):
    """domain.zone.dynHost.LoginChangePassword."""

    password: Password


class DynHostRecord(Struct, frozen=True):
    """domain.zone.dynHost.Record."""

    id: int
    ip: words.Ip
    subDomain: str | None
    ttl: int | None
    zone: str


class DynHostWish(Struct, frozen=True):
    """What is sent of a dynHost record."""

    ip: Annotated[str, Meta(max_length=45), words.named("ip")] | None = None
    subDomain: words.Text | None = None


class Redirection(Struct, frozen=True):
    """domain.zone.Redirection."""

    description: str | None
    id: int
    keywords: str | None
    subDomain: str | None
    target: str
    title: str | None
    type: RedirectionType
    zone: str


class RedirectionCreate(Struct, frozen=True):
    """domain.zone.RedirectionCreate."""

    target: Url
    type: RedirectionType
    subDomain: words.Text | None = None
    description: words.Text | None = None
    keywords: words.Text | None = None
    title: words.Text | None = None


class RedirectionUpdate(Struct, frozen=True):
    """domain.zone.RedirectionUpdate."""

    target: Url | None = None
    type: RedirectionType | None = None
    description: words.Text | None = None
    keywords: words.Text | None = None
    title: words.Text | None = None


def _login(held: core.Login, call: Call) -> Login:
    return Login(held.login, held.sub_domain, stored(call.path["zoneName"]))


async def _list_logins(call: Call) -> list[str]:
    name, wanted = call.path["zoneName"], call.query
    found = await dyn_hosts.logins(call.engine, call.caller, name, wanted.login, wanted.subDomain)
    return [one.login for one in found]


async def _add_login(call: Call) -> Login:
    body: LoginCreate = call.body
    wish = core.Login(body.loginSuffix, body.subDomain)
    return _login(await dyn_hosts.add_login(call.engine, call.caller, call.path["zoneName"], wish, body.password), call)


async def _read_login(call: Call) -> Login:
    return _login(await dyn_hosts.login(call.engine, call.caller, call.path["zoneName"], call.path["login"]), call)


async def _change_login(call: Call) -> None:
    name, sub_domain = call.path["zoneName"], call.body.subDomain
    await dyn_hosts.change_login(call.engine, call.caller, name, call.path["login"], sub_domain)


async def _change_password(call: Call) -> None:
    name, password = call.path["zoneName"], call.body.password
    await dyn_hosts.change_password(call.engine, call.caller, name, call.path["login"], password)


async def _delete_login(call: Call) -> None:
    await dyn_hosts.delete_login(call.engine, call.caller, call.path["zoneName"], call.path["login"])


def _dyn_host(held: Record, call: Call) -> DynHostRecord:
    return DynHostRecord(held.record_id, held.target, held.sub_domain, held.ttl, stored(call.path["zoneName"]))


async def _list_dyn_hosts(call: Call) -> list[int]:
    wanted = zone_records.Wanted(None, call.query.subDomain, DYN_HOST)
    return await zone_records.listed(call.engine, call.caller, call.path["zoneName"], wanted)


async def _add_dyn_host(call: Call) -> DynHostRecord:
    name, body = call.path["zoneName"], call.body
    return _dyn_host(
        await dyn_hosts.add_record(call.engine, call.caller, name, body.subDomain or "", body.ip), call
    )  # fmt: skip


async def _read_dyn_host(call: Call) -> DynHostRecord:
    name, record_id = call.path["zoneName"], call.path["id"]
    return _dyn_host(await zone_records.read(call.engine, call.caller, name, record_id, DYN_HOST), call)


async def _change_dyn_host(call: Call) -> None:
    wish = zone_records.Wish(call.body.subDomain, call.body.ip)
    await dyn_hosts.change_record(call.engine, call.caller, call.path["zoneName"], call.path["id"], wish)


async def _delete_dyn_host(call: Call) -> None:
    await zone_records.delete(call.engine, call.caller, call.path["zoneName"], call.path["id"], DYN_HOST)


def _redirection(held: core.Redirection, call: Call) -> Redirection:
    return Redirection(
        description=held.description,
        id=held.redirection_id,
        keywords=held.keywords,
        subDomain=held.sub_domain,
        target=held.target,
        title=held.title,
        type=held.kind,
        zone=stored(call.path["zoneName"]),
    )


async def _list_redirections(call: Call) -> list[int]:
    name = call.path["zoneName"]
    return await redirections.listed(call.engine, call.caller, name, call.query.subDomain)


async def _add_redirection(call: Call) -> Redirection:
    body: RedirectionCreate = call.body
    sent = core.Redirection(
        0, body.subDomain or "", body.type, body.target, body.title, body.keywords, body.description
    )  # fmt: skip
    return _redirection(await redirections.add(call.engine, call.caller, call.path["zoneName"], sent), call)


async def _read_redirection(call: Call) -> Redirection:
    name, redirection_id = call.path["zoneName"], call.path["id"]
    return _redirection(await redirections.read(call.engine, call.caller, name, redirection_id), call)


async def _change_redirection(call: Call) -> None:
    body: RedirectionUpdate = call.body
    sent = {
        "kind": body.type,
        "target": body.target,
        "title": body.title,
        "keywords": body.keywords,
        "description": body.description,
    }
    changes = {name: value for name, value in sent.items() if value is not None}
    await redirections.change(call.engine, call.caller, call.path["zoneName"], call.path["id"], changes)


async def _delete_redirection(call: Call) -> None:
    await redirections.delete(call.engine, call.caller, call.path["zoneName"], call.path["id"])


ROUTES = (
    Route(method="GET", path=LOGIN, do=_list_logins, told="List a zone's dynHost logins", query=ByLogin,
          answer=list[str]),
    Route(method="POST", path=LOGIN, do=_add_login, told="Make a dynHost login", body=LoginCreate, answer=Login),
    Route(method="GET", path=f"{LOGIN}/{{login}}", do=_read_login, told="Read a dynHost login", answer=Login),
    Route(method="PUT", path=f"{LOGIN}/{{login}}", do=_change_login, told="Give a dynHost login another name to move",
          body=LoginUpdate),
    Route(method="DELETE", path=f"{LOGIN}/{{login}}", do=_delete_login, told="Delete a dynHost login"),
    Route(method="POST", path=f"{LOGIN}/{{login}}/changePassword", do=_change_password,
          told="Change a dynHost login's password", body=LoginChangePassword),
    Route(method="GET", path=DYN_RECORD, do=_list_dyn_hosts, told="List a zone's dynHosts", query=BySubDomain,
          answer=list[int]),
    Route(method="POST", path=DYN_RECORD, do=_add_dyn_host, told="Stage a new dynHost", body=DynHostWish,
          answer=DynHostRecord),
    Route(method="GET", path=f"{DYN_RECORD}/{{id}}", do=_read_dyn_host, told="Read a dynHost", answer=DynHostRecord),
    Route(method="PUT", path=f"{DYN_RECORD}/{{id}}", do=_change_dyn_host, told="Stage a change of a dynHost",
          body=DynHostWish),
    Route(method="DELETE", path=f"{DYN_RECORD}/{{id}}", do=_delete_dyn_host, told="Stage the end of a dynHost"),
    Route(method="GET", path=REDIRECTION, do=_list_redirections, told="List a zone's redirections", query=BySubDomain,
          answer=list[int]),
    Route(method="POST", path=REDIRECTION, do=_add_redirection, told="Stage a new redirection",
          body=RedirectionCreate, answer=Redirection),
    Route(method="GET", path=f"{REDIRECTION}/{{id}}", do=_read_redirection, told="Read a redirection",
          answer=Redirection),
    Route(method="PUT", path=f"{REDIRECTION}/{{id}}", do=_change_redirection, told="Change a redirection",
          body=RedirectionUpdate),
    Route(method="DELETE", path=f"{REDIRECTION}/{{id}}", do=_delete_redirection, told="Stage the end of a redirection"),
)  # fmt: skip
