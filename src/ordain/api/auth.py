"""/auth: the time, and who is asking (wire-contract §1.2)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route


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


class Details(Struct, frozen=True):
    """auth.Details."""

    account: str
    allowedRoutes: list[AccessRule] | None
    description: str | None
    identities: list[str]
    method: Annotated[str, words.enum("auth.MethodEnum")]
    roles: list[str] | None
    user: str | None


ROLES = ["ADMIN"]


def _rules(call: Call) -> list[AccessRule]:
    return [AccessRule(method, path) for method, path in call.caller.rules]


async def _time(call: Call) -> int:
    return int(call.now.timestamp())


async def _credential(call: Call) -> ApiCredential:
    caller = call.caller
    return ApiCredential(
        allowedIPs=None,
        applicationId=caller.application_id,
        creation=wire.instant(caller.since),
        credentialId=caller.credential_id,
        expiration=wire.maybe_instant(caller.until),
        lastUse=wire.instant(call.now),
        ovhSupport=False,
        rules=_rules(call),
        status="validated",
        description=caller.description,
        method="account",
        user=None,
        roles=ROLES,
    )


async def _details(call: Call) -> Details:
    nic = call.caller.account.nichandle
    return Details(
        account=nic,
        allowedRoutes=_rules(call),
        description=call.caller.description,
        identities=[f"urn:v1:eu:identity:account:{nic}"],
        method="account",
        roles=ROLES,
        user=None,
    )


ROUTES = (
    Route(method="GET", path="/auth/time", do=_time, told="The server's time", authenticated=False, answer=int),
    Route(method="GET", path="/auth/currentCredential", do=_credential, told="The credential you are using",
          answer=ApiCredential),
    Route(method="GET", path="/auth/details", do=_details, told="Who you are", answer=Details),
)  # fmt: skip
