"""/me/api/oauth2: programs that act for you in their own name, and the tokens they hold (wire-contract §1.3)."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Struct, UnsetType

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.refusal import not_found
from ordain.flows import clients, spending

CLIENT, TOKEN = "/me/api/oauth2/client/{clientId}", "/me/api/oauth2/token/{id}"


class Client(Struct, frozen=True):
    """oauth2.client."""

    callbackUrls: list[str] | None
    clientId: str
    createdAt: words.Instant
    description: str
    flow: Annotated[str, words.enum("oauth2.ClientFlowEnum")]
    identity: str | None
    name: str


class ClientRequest(Struct, frozen=True):
    """oauth2.clientRequest."""

    description: str
    flow: Annotated[str, words.enum("oauth2.ClientFlowEnum")]
    name: str
    callbackUrls: list[str] | None = None


class ClientChange(Struct, frozen=True):
    """What of a client can be changed."""

    callbackUrls: list[str] | UnsetType | None = UNSET
    description: str | None = None
    name: str | None = None


class ClientSecret(Struct, frozen=True):
    """oauth2.clientSecret."""

    clientId: str
    clientSecret: words.Secret


class AccessToken(Struct, frozen=True):
    """oauth2.accessToken."""

    createdAt: words.Instant
    expiresAt: words.Instant | None
    id: str
    scopes: list[str]


class Token(Struct, frozen=True):
    """oauth2.token."""

    accessTokens: list[AccessToken]
    clientDescription: str
    clientId: str
    clientName: str
    createdAt: words.Instant
    expiresAt: words.Instant | None
    id: str
    identities: list[str]
    lastUsedAt: words.Instant | None
    scopes: list[str]


SCOPES = ["all"]


async def _list_clients(call: Call) -> list[str]:
    return await clients.ids(call.engine, call.caller.account.nichandle)


async def _create_client(call: Call) -> ClientSecret:
    wanted: ClientRequest = call.body
    wish = clients.Wish(wanted.name, wanted.description, wanted.flow, tuple(wanted.callbackUrls or ()))
    spending.refuse_limited(call.caller)
    made = await clients.create(call.engine, call.caller.account.nichandle, wish, call.now)
    return ClientSecret(made.client_id, made.secret)


async def _read_client(call: Call) -> Client:
    found = await clients.read(call.engine, call.caller.account.nichandle, call.path["clientId"])
    return Client(
        callbackUrls=list(found.callback_urls) or None,
        clientId=found.client_id,
        createdAt=wire.instant(found.created),
        description=found.description,
        flow=found.flow,
        identity=clients.identity(found.nic, found.client_id),
        name=found.name,
    )


async def _change_client(call: Call) -> None:
    wanted: ClientChange = call.body
    changes: dict[str, Any] = {"name": wanted.name, "description": wanted.description}
    changes = {name: value for name, value in changes.items() if value is not None}
    if wanted.callbackUrls is not UNSET:
        changes["callback_urls"] = tuple(wanted.callbackUrls or ())
    await clients.change(call.engine, call.caller.account.nichandle, call.path["clientId"], changes)


async def _delete_client(call: Call) -> None:
    await clients.delete(call.engine, call.caller.account.nichandle, call.path["clientId"])


async def _list_tokens(call: Call) -> list[str]:
    return [
        str(number)
        for number in await clients.token_ids(call.engine, call.caller.account.nichandle, call.engine.machine())
    ]


def _token_id(call: Call) -> int:
    text: str = call.path["id"]
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        message = f"Token {text} does not exist"
        raise not_found(message, "id")
    return int(text)


async def _read_token(call: Call) -> Token:
    client, token = await clients.read_token(call.engine, call.caller.account.nichandle, _token_id(call))
    number, created, expires = str(token.token_id), wire.instant(token.created), wire.instant(token.expires)
    return Token(
        accessTokens=[AccessToken(created, expires, number, SCOPES)],
        clientDescription=client.description,
        clientId=client.client_id,
        clientName=client.name,
        createdAt=created,
        expiresAt=expires,
        id=number,
        identities=[clients.identity(client.nic, client.client_id)],
        lastUsedAt=wire.maybe_instant(token.last_use),
        scopes=SCOPES,
    )


async def _delete_token(call: Call) -> None:
    await clients.withdraw(call.engine, call.caller.account.nichandle, _token_id(call))


_ID = frozenset({"id"})

ROUTES = (
    Route(method="GET", path="/me/api/oauth2/client", do=_list_clients, told="List your OAuth2 clients",
          answer=list[str], standing="BETA"),
    Route(method="POST", path="/me/api/oauth2/client", do=_create_client, told="Make an OAuth2 client",
          body=ClientRequest, answer=ClientSecret, standing="BETA"),
    Route(method="GET", path=CLIENT, do=_read_client, told="Read an OAuth2 client", answer=Client, standing="BETA"),
    Route(method="PUT", path=CLIENT, do=_change_client, told="Change an OAuth2 client", body=ClientChange,
          standing="BETA"),
    Route(method="DELETE", path=CLIENT, do=_delete_client, told="Delete an OAuth2 client and its tokens",
          standing="BETA"),
    Route(method="GET", path="/me/api/oauth2/token", do=_list_tokens, told="List the tokens that act for you",
          answer=list[str], standing="INTERNAL"),
    Route(method="GET", path=TOKEN, do=_read_token, told="Read what a token is", answer=Token, texts=_ID,
          standing="INTERNAL"),
    Route(method="DELETE", path=TOKEN, do=_delete_token, told="Withdraw a token", texts=_ID, standing="INTERNAL"),
)  # fmt: skip
