"""/auth: the time, who is asking, and how programs ask for consumer keys and tokens (wire-contract §1.2, §1.3)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Annotated
from urllib.parse import unquote_plus

from msgspec import Meta, Struct

from ordain.api import wire, words
from ordain.api.credentials import AccessRule, ApiCredential, credential, rules_of
from ordain.api.routing import Call, Route
from ordain.core.access import LONGEST_PATH
from ordain.core.credential import Wish
from ordain.core.refusal import Refusal, Refused
from ordain.flows import clients, credentials

ROLES = ["ADMIN"]


class AccessRuleRequest(Struct, frozen=True):
    """auth.AccessRuleRequest."""

    method: Annotated[str, words.enum("auth.HTTPMethodEnum")]
    path: Annotated[str, Meta(max_length=LONGEST_PATH)]


class CredentialRequestParams(Struct, frozen=True):
    """auth.ApiCredentialRequestParams."""

    accessRules: list[AccessRuleRequest]
    allowedIPs: list[words.IpBlock] | None = None
    redirection: str | None = None


class CredentialRequest(Struct, frozen=True):
    """auth.ApiCredentialRequest."""

    consumerKey: words.Secret
    state: Annotated[str, words.enum("auth.CredentialStateEnum")]
    validationUrl: str


class Details(Struct, frozen=True):
    """auth.Details."""

    account: str
    allowedRoutes: list[AccessRule] | None
    description: str | None
    identities: list[str]
    method: Annotated[str, words.enum("auth.MethodEnum")]
    roles: list[str] | None
    user: str | None


class TokenRequest(Struct, frozen=True):
    """What POST /auth/oauth2/token is sent, as a form or as JSON (RFC 6749 §4.4.2)."""

    grant_type: str
    scope: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class OAuth2Token(Struct, frozen=True):
    """auth.OAuth2Token."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


async def _time(call: Call) -> int:
    return int(call.engine.machine().timestamp())  # clients sign by it


async def _ask(call: Call) -> CredentialRequest:
    wanted: CredentialRequestParams = call.body
    wish = Wish(
        rules=tuple((rule.method, rule.path) for rule in wanted.accessRules),
        allowed_ips=tuple(wanted.allowedIPs or ()),
        redirection=wanted.redirection or None,
    )
    asked = await credentials.ask(call.engine, call.header(b"x-ovh-application"), wish, call.now)
    url = f"{call.engine.public_url}/auth/?credentialToken={asked.token}"
    return CredentialRequest(asked.consumer_key, "pendingValidation", url)


async def _credential(call: Call) -> ApiCredential:
    caller = call.caller
    if not caller.client_id:
        held = await credentials.read(call.engine, caller.account.nichandle, caller.credential_id)
        return credential(held, call.now)
    # A token is none of the account's credentials, yet it can be told in the same words.
    return ApiCredential(
        allowedIPs=None,
        applicationId=caller.application_id,
        creation=wire.instant(caller.since),
        credentialId=caller.credential_id,
        expiration=wire.maybe_instant(caller.until),
        lastUse=wire.instant(call.now),
        ovhSupport=False,
        rules=rules_of(caller.rules),
        status="validated",
        description=caller.description,
        method=caller.method,
        user=None,
        roles=ROLES,
    )


async def _details(call: Call) -> Details:
    caller = call.caller
    nic, client_id = caller.account.nichandle, caller.client_id
    return Details(
        account=nic,
        allowedRoutes=None if client_id else rules_of(caller.rules),
        description=caller.description,
        identities=[clients.identity(nic, client_id) if client_id else f"urn:v1:eu:identity:account:{nic}"],
        method=caller.method,
        roles=ROLES,
        user=None,
    )


async def _log_out(call: Call) -> None:
    await credentials.log_out(call.engine, call.caller)


async def _token(call: Call) -> OAuth2Token:
    asked: TokenRequest = call.body
    client_id, secret = _client(call)
    if asked.grant_type != "client_credentials":
        message = "The only grant type is client_credentials"
        raise Refused(Refusal("invalid", message, code="unsupported_grant_type"))
    if (asked.scope or "all").split() != ["all"]:
        raise Refused(Refusal("invalid", "The only scope is all", code="invalid_scope"))
    token = await clients.token(call.engine, client_id, secret, call.engine.machine())
    return OAuth2Token(token, "Bearer", clients.TOLD_SECONDS, "all")


def _client(call: Call) -> tuple[str, str]:
    """The client's id and secret: in the header or in the form, not in both (RFC 6749 §2.3)."""
    asked: TokenRequest = call.body
    scheme, _, said = call.header(b"authorization").partition(" ")
    if scheme.lower() == "basic":
        if asked.client_secret:
            message = "The client's secret is sent in the header or in the form, not in both"
            raise Refused(Refusal("invalid", message, code="invalid_request"))
        try:
            client_id, _, secret = b64decode(said.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as error:
            raise _nobody() from error
        if "\0" in unquote_plus(client_id):  # no database takes it
            raise _nobody()
        return unquote_plus(client_id), unquote_plus(secret)
    if not (asked.client_id and asked.client_secret):
        raise _nobody()
    return asked.client_id, asked.client_secret


def _nobody() -> Refused:
    message = "The client's id and secret are sent as HTTP Basic authorization, or as client_id and client_secret"
    return Refused(Refusal("unauthenticated", message, code="invalid_client"))


ROUTES = (
    Route(method="GET", path="/auth/time", do=_time, told="The server's time", authenticated=False, answer=int),
    Route(method="POST", path="/auth/credential", do=_ask, told="Ask a person for a consumer key", authenticated=False,
          body=CredentialRequestParams, answer=CredentialRequest, refuses=("too-many",), replayable=False),
    Route(method="GET", path="/auth/currentCredential", do=_credential, told="The credential you are using",
          answer=ApiCredential),
    Route(method="GET", path="/auth/details", do=_details, told="Who you are", answer=Details),
    Route(method="POST", path="/auth/logout", do=_log_out, told="Withdraw the credential you are using"),
    Route(method="POST", path="/auth/oauth2/token", do=_token, told="A token for an OAuth2 client",
          authenticated=False, body=TokenRequest, form=True, answer=OAuth2Token, refuses=("unauthenticated",),
          replayable=False),
)  # fmt: skip
