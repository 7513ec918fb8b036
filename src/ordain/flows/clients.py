"""OAuth2 clients of an account, and the tokens they are given for their secret (RFC 6749 §4.4)."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import access
from ordain.core.oauth2 import Client, Token
from ordain.core.refusal import Refusal, Refused, conflict, not_found
from ordain.flows import applications
from ordain.flows.credentials import check
from ordain.flows.signers import forget
from ordain.store import oauth2
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.flows.ports import Engine
    from ordain.store.database import Tx

MOST, MOST_TOKENS, MOST_CALLBACKS = 100, 1000, 20
"""Clients of an account, tokens of a client that work at once (the oldest makes way), callback URLs of a client."""


LASTS = timedelta(seconds=3600)
TOLD_SECONDS = 3599
"""What clients are told a token lasts (wire-contract §1.3)."""


class Wish(Struct, frozen=True):
    """What is asked of a new client."""

    name: str
    description: str
    flow: str
    callback_urls: tuple[str, ...] = ()


class Made(Struct, frozen=True):
    """A new client's id and secret; the secret is shown once and never again."""

    client_id: str
    secret: str


def _refusals(name: str, description: str, callback_urls: Sequence[str]) -> list[Refusal]:
    found = applications.name_refusals(applications.Named(name, description))
    if len(callback_urls) > MOST_CALLBACKS:
        found.append(Refusal("invalid", f"At most {MOST_CALLBACKS} callback URLs can be given", "callbackUrls"))
    for at, url in enumerate(callback_urls):
        if len(url) > access.LONGEST_URL or not access.is_web_address(url):
            message = f"A callback URL is an http:// or https:// URL of at most {access.LONGEST_URL} characters"
            found.append(Refusal("invalid", message, f"callbackUrls[{at}]"))
    return found


async def create(engine: Engine, nic: str, wish: Wish, now: datetime) -> Made:
    """A client that acts for the account in everything."""
    found = _refusals(wish.name, wish.description, wish.callback_urls)
    if wish.flow != "CLIENT_CREDENTIALS":
        found.append(Refusal("invalid", f"The flow {wish.flow} is not offered here: CLIENT_CREDENTIALS is", "flow"))
    check(found)
    made = Made(engine.secret_text(24), engine.secret_text(64))
    [number] = await engine.database.new_ids()
    client = Client(
        client_id=made.client_id,
        number=number,
        nic=nic,
        secret_hash=hashed(made.secret),
        name=wish.name,
        description=wish.description,
        flow=wish.flow,
        callback_urls=wish.callback_urls,
        created=now,
    )

    async def work(tx: Tx) -> None:
        if len(await oauth2.client_ids(tx, nic)) >= MOST:
            message = f"An account can have {MOST} OAuth2 clients: delete one that is not used any more"
            raise conflict(message)
        await oauth2.add_client(tx, client)

    await engine.database.write(work)
    return made


async def ids(engine: Engine, nic: str) -> list[str]:
    """The ids of the account's clients."""
    return await engine.database.read(lambda tx: oauth2.client_ids(tx, nic))


async def _owned(tx: Tx, nic: str, client_id: str) -> Client:
    found = await oauth2.client(tx, client_id)
    if found is None or found.nic != nic:
        message = f"OAuth2 client {client_id} does not exist"
        raise not_found(message, "clientId")
    return found


async def read(engine: Engine, nic: str, client_id: str) -> Client:
    """One of the account's clients."""
    return await engine.database.read(lambda tx: _owned(tx, nic, client_id))


async def change(engine: Engine, nic: str, client_id: str, changes: dict[str, object]) -> None:
    """Another name, description or other callback URLs; what is not named stays."""

    async def work(tx: Tx) -> None:
        new = structs.replace(await _owned(tx, nic, client_id), **changes)
        check(_refusals(new.name, new.description, new.callback_urls))
        await oauth2.change_client(tx, new)

    await engine.database.write(work)


async def delete(engine: Engine, nic: str, client_id: str) -> None:
    """A client, and with it every token it was given."""

    async def work(tx: Tx) -> None:
        await _owned(tx, nic, client_id)
        await oauth2.delete_client(tx, client_id)

    await engine.database.write(work)
    forget(engine, lambda caller: caller.client_id == client_id)


# Tokens


def identity(nic: str, client_id: str) -> str:
    """The name of a client as an actor."""
    return f"urn:v1:eu:identity:credential:{nic}/oauth2-{client_id}"


async def token(engine: Engine, client_id: str, secret: str, now: datetime) -> str:
    """A new token for whoever has the client's secret. Raises Refused with RFC 6749's invalid_client."""
    text = engine.secret_text(64)
    [token_id] = await engine.database.new_ids()
    known = await engine.database.read(lambda tx: oauth2.client(tx, client_id))
    # Compared even for an unknown client: which of the two was wrong is not to be told by the time it takes.
    right = hmac.compare_digest(hashed(secret), known.secret_hash if known else hashed(text))
    if known is None or not right:
        raise Refused(Refusal("unauthenticated", "This client or its secret is not known", code="invalid_client"))

    async def work(tx: Tx) -> None:
        client = await oauth2.client(tx, client_id)
        if client is None:  # deleted a moment ago
            raise Refused(Refusal("unauthenticated", "This client is not known any more", code="invalid_client"))
        await _give(tx, client, text, token_id, now)

    await engine.database.write(work)
    return text


async def _give(tx: Tx, client: Client, text: str, token_id: int, now: datetime) -> None:
    await oauth2.make_room(tx, client.client_id, now, MOST_TOKENS)
    made = Token(
        token_hash=hashed(text),
        token_id=token_id,
        nic=client.nic,
        client_id=client.client_id,
        created=now,
        expires=now + LASTS,
    )
    await oauth2.add_token(tx, made)


def console(nic: str) -> str:
    """The client that an account's API console calls as."""
    return f"console-{nic}"


async def console_token(engine: Engine, nic: str, now: datetime) -> str:
    """A new token for somebody who is signed in and opens the API console. Its client is made with the first one."""
    text, secret = engine.secret_text(64), engine.secret_text(64)
    number, token_id = await engine.database.new_ids(2)

    async def work(tx: Tx) -> None:
        client = await oauth2.client(tx, console(nic))
        if client is None:
            client = Client(
                client_id=console(nic),
                number=number,
                nic=nic,
                secret_hash=hashed(secret),  # nobody is told it
                name="API console",
                description="Calls from the API console's page",
                flow="CLIENT_CREDENTIALS",
                callback_urls=(),
                created=now,
            )
            await oauth2.add_client(tx, client)
        await _give(tx, client, text, token_id, now)

    await engine.database.write(work)
    return text


async def token_ids(engine: Engine, nic: str, now: datetime) -> list[int]:
    """The ids of the account's tokens that work."""
    return await engine.database.read(lambda tx: oauth2.tokens_of(tx, nic, now))


async def _token(tx: Tx, nic: str, token_id: int) -> tuple[Client, Token]:
    found = await oauth2.token_of(tx, nic, token_id)
    if found is None:
        message = f"Token {token_id} does not exist"
        raise not_found(message, "id")
    return found


async def read_token(engine: Engine, nic: str, token_id: int) -> tuple[Client, Token]:
    """One of the account's tokens, with its client."""
    return await engine.database.read(lambda tx: _token(tx, nic, token_id))


async def withdraw(engine: Engine, nic: str, token_id: int) -> None:
    """A token is gone: it does not count from now on."""

    async def work(tx: Tx) -> None:
        await _token(tx, nic, token_id)
        await oauth2.delete_token(tx, nic, token_id)

    await engine.database.write(work)
    forget(engine, lambda caller: caller.credential_id == token_id)
