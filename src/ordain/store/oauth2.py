"""OAuth2 clients of an account, and the tokens they were given; both secrets are only known by their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.account import Account
from ordain.core.oauth2 import Client, Token
from ordain.store.columns import instant, maybe_instant, micros, pack, unpack_once

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.store.database import Row, Tx

Texts = tuple[str, ...]


class BornBy(Struct, frozen=True):
    """What a token leads to."""

    client: Client
    token: Token
    account: Account


_CLIENT = "c.client_id, c.number, c.nic, c.secret_hash, c.name, c.description, c.flow, c.callback_urls, c.created"
_TOKEN = "t.token_hash, t.token_id, t.nic, t.client_id, t.created, t.expires, t.last_use"  # noqa: S105 - the names of columns


def _client(row: Row) -> Client:
    client_id, number, nic, secret_hash, name, description, flow, callback_urls, created = row
    return Client(
        client_id=client_id,
        number=number,
        nic=nic,
        secret_hash=secret_hash,
        name=name,
        description=description,
        flow=flow,
        callback_urls=unpack_once(callback_urls, Texts),
        created=instant(created),
    )


def _token(row: Row) -> Token:
    token_hash, token_id, nic, client_id, created, expires, last_use = row
    return Token(
        token_hash=token_hash,
        token_id=token_id,
        nic=nic,
        client_id=client_id,
        created=instant(created),
        expires=instant(expires),
        last_use=maybe_instant(last_use),
    )


async def add_client(tx: Tx, client: Client) -> None:
    """A new client."""
    await tx.execute(
        "INSERT INTO oauth2_client (client_id, number, nic, secret_hash, name, description, flow, callback_urls,"
        " created) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        client.client_id,
        client.number,
        client.nic,
        client.secret_hash,
        client.name,
        client.description,
        client.flow,
        pack(client.callback_urls),
        micros(client.created),
    )


async def change_client(tx: Tx, client: Client) -> None:
    """Another name, description or other callback URLs."""
    sql = "UPDATE oauth2_client SET name = $2, description = $3, callback_urls = $4 WHERE client_id = $1"
    await tx.execute(sql, client.client_id, client.name, client.description, pack(client.callback_urls))


async def client(tx: Tx, client_id: str) -> Client | None:
    """A client by its id, whose ever it is."""
    row = await tx.fetch_one(f"SELECT {_CLIENT} FROM oauth2_client c WHERE client_id = $1", client_id)
    return _client(row) if row else None


async def client_ids(tx: Tx, nic: str) -> list[str]:
    """The ids of the account's clients."""
    return [row[0] for row in await tx.fetch("SELECT client_id FROM oauth2_client WHERE nic = $1 ORDER BY number", nic)]


async def delete_client(tx: Tx, client_id: str) -> None:
    """A client and every token it was given."""
    await delete_tokens(tx, client_id)
    await tx.execute("DELETE FROM oauth2_client WHERE client_id = $1", client_id)


async def delete_tokens(tx: Tx, client_id: str) -> None:
    """Every token a client was given."""
    await tx.execute("DELETE FROM oauth2_token WHERE client_id = $1", client_id)


async def add_token(tx: Tx, token: Token) -> None:
    """A new token."""
    await tx.execute(
        "INSERT INTO oauth2_token (token_hash, token_id, nic, client_id, created, expires)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        token.token_hash,
        token.token_id,
        token.nic,
        token.client_id,
        micros(token.created),
        micros(token.expires),
    )


async def make_room(tx: Tx, client_id: str, now: datetime, most: int) -> None:
    """Forget a client's tokens that are over and, of the others, all but the latest `most` less one."""
    await tx.execute("DELETE FROM oauth2_token WHERE client_id = $1 AND expires <= $2", client_id, micros(now))
    sql = "SELECT token_hash FROM oauth2_token WHERE client_id = $1 ORDER BY expires DESC LIMIT 100 OFFSET $2"
    for row in await tx.fetch(sql, client_id, most - 1):
        await tx.execute("DELETE FROM oauth2_token WHERE token_hash = $1", row[0])


_BORN_BY = (
    f"SELECT {_CLIENT}, {_TOKEN}, n.profile FROM oauth2_token t"
    " JOIN oauth2_client c ON c.client_id = t.client_id JOIN account n ON n.nic = t.nic WHERE t.token_hash = $1"
)


async def born_by(tx: Tx, token_hash: str) -> BornBy | None:
    """What a token leads to."""
    row = await tx.fetch_one(_BORN_BY, token_hash)
    return BornBy(_client(row[:9]), _token(row[9:16]), unpack_once(row[16], Account)) if row else None


_OF_ACCOUNT = (
    f"SELECT {_CLIENT}, {_TOKEN} FROM oauth2_token t JOIN oauth2_client c ON c.client_id = t.client_id WHERE t.nic = $1"
)


async def tokens_of(tx: Tx, nic: str, now: datetime) -> list[int]:
    """The ids of the account's tokens that still work."""
    sql = "SELECT token_id FROM oauth2_token WHERE nic = $1 AND expires > $2 ORDER BY token_id"
    return [row[0] for row in await tx.fetch(sql, nic, micros(now))]


async def token_of(tx: Tx, nic: str, token_id: int) -> tuple[Client, Token] | None:
    """One of the account's tokens, with the client it was given to."""
    row = await tx.fetch_one(f"{_OF_ACCOUNT} AND t.token_id = $2", nic, token_id)
    return (_client(row[:9]), _token(row[9:])) if row else None


async def used(tx: Tx, nic: str, token_id: int, at: datetime) -> None:
    """A token was used."""
    await tx.execute(
        "UPDATE oauth2_token SET last_use = $3 WHERE nic = $1 AND token_id = $2", nic, token_id, micros(at)
    )


async def delete_token(tx: Tx, nic: str, token_id: int) -> None:
    """A token is gone."""
    await tx.execute("DELETE FROM oauth2_token WHERE nic = $1 AND token_id = $2", nic, token_id)
