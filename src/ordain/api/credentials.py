"""/me/api: your applications, and the credentials that act for you (wire-contract §2.4, §2.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import UNSET, Struct, UnsetType

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.credential import state
from ordain.flows import applications, credentials

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.credential import Application, Rules
    from ordain.flows.credentials import Held

APPLICATION, CREDENTIAL = "/me/api/application/{applicationId}", "/me/api/credential/{credentialId}"

ROLES = ["ADMIN"]


class AccessRule(Struct, frozen=True):
    """auth.AccessRule."""

    method: Annotated[str, words.enum("auth.HTTPMethodEnum")]
    path: str


class ApiCredential(Struct, frozen=True):
    """auth.ApiCredential, with what live answers carry beside it."""

    allowedIPs: list[words.IpBlock] | None
    applicationId: int
    creation: words.Instant
    credentialId: int
    expiration: words.Instant | None
    lastUse: words.Instant | None
    ovhSupport: bool
    rules: list[AccessRule]
    status: Annotated[str, words.enum("auth.CredentialStateEnum")]
    description: str | None
    method: str | None
    user: str | None
    roles: list[str] | None


class CredentialChange(Struct, frozen=True):
    """What of a credential can be changed."""

    allowedIPs: list[words.IpBlock] | UnsetType | None = UNSET


class ApiApplication(Struct, frozen=True):
    """auth.ApiApplication."""

    applicationId: int
    applicationKey: str
    description: str
    name: str
    status: Annotated[str, words.enum("auth.ApplicationStatusEnum")]


class ByState(Struct, frozen=True):
    """Filters of GET /me/api/credential."""

    applicationId: int | None = None
    status: Annotated[str, words.enum("auth.CredentialStateEnum")] | None = None


def rules_of(rules: Rules) -> list[AccessRule]:
    """Access rules as they go out."""
    return [AccessRule(method, path) for method, path in rules]


def credential(held: Held, now: datetime) -> ApiCredential:
    """A credential as it goes out."""
    value = held.credential
    return ApiCredential(
        allowedIPs=list(value.allowed_ips) or None,
        applicationId=held.application.application_id,
        creation=wire.instant(value.created),
        credentialId=value.credential_id,
        expiration=wire.maybe_instant(value.expires),
        lastUse=wire.maybe_instant(value.last_use),
        ovhSupport=False,
        rules=rules_of(value.rules),
        status=state(value.status, value.expires, now),
        description=held.application.description,
        method="account",
        user=None,
        roles=ROLES,
    )


def _application(value: Application) -> ApiApplication:
    return ApiApplication(
        applicationId=value.application_id,
        applicationKey=value.application_key,
        description=value.description,
        name=value.name,
        status=value.status,
    )


async def _list_applications(call: Call) -> list[int]:
    return await applications.ids(call.engine, call.caller.account.nichandle)


async def _read_application(call: Call) -> ApiApplication:
    nic, number = call.caller.account.nichandle, call.path["applicationId"]
    return _application(await applications.read(call.engine, nic, number))


async def _delete_application(call: Call) -> None:
    await applications.delete(call.engine, call.caller.account.nichandle, call.path["applicationId"])


async def _list_credentials(call: Call) -> list[int]:
    wanted: ByState = call.query
    found = await credentials.of_account(call.engine, call.caller.account.nichandle)
    return [
        one.credential.credential_id
        for one in found
        if wanted.applicationId in (None, one.application.application_id)
        and wanted.status in (None, state(one.credential.status, one.credential.expires, call.now))
    ]


async def _held(call: Call) -> Held:
    return await credentials.read(call.engine, call.caller.account.nichandle, call.path["credentialId"])


async def _read_credential(call: Call) -> ApiCredential:
    return credential(await _held(call), call.now)


async def _restrict_credential(call: Call) -> None:
    blocks: list[str] | UnsetType | None = call.body.allowedIPs
    nic, number = call.caller.account.nichandle, call.path["credentialId"]
    if blocks is UNSET:
        await _held(call)
    else:
        await credentials.restrict(call.engine, nic, number, blocks or ())


async def _delete_credential(call: Call) -> None:
    await credentials.withdraw(call.engine, call.caller.account.nichandle, call.path["credentialId"])


async def _read_credentials_application(call: Call) -> ApiApplication:
    return _application((await _held(call)).application)


ROUTES = (
    Route(method="GET", path="/me/api/application", do=_list_applications, told="List your applications",
          answer=list[int]),
    Route(method="GET", path=APPLICATION, do=_read_application, told="Read an application", answer=ApiApplication),
    Route(method="DELETE", path=APPLICATION, do=_delete_application,
          told="Delete an application and every credential granted to it"),
    Route(method="GET", path="/me/api/credential", do=_list_credentials, told="List the credentials that act for you",
          query=ByState, answer=list[int]),
    Route(method="GET", path=CREDENTIAL, do=_read_credential, told="Read a credential", answer=ApiCredential),
    Route(method="PUT", path=CREDENTIAL, do=_restrict_credential, told="Say where a credential may be used from",
          body=CredentialChange),
    Route(method="DELETE", path=CREDENTIAL, do=_delete_credential, told="Withdraw a credential"),
    Route(method="GET", path=f"{CREDENTIAL}/application", do=_read_credentials_application,
          told="Read the application a credential was granted to", answer=ApiApplication),
)  # fmt: skip
