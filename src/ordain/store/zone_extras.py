"""What a zone has beside records: redirections, and the logins of dynHosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.zone_extras import Login, Redirection

if TYPE_CHECKING:
    from ordain.store.database import Tx

_REDIRECTION = "redirection_id, sub_domain, kind, target, title, keywords, description"


async def redirections(tx: Tx, nic: str, zone: str) -> list[Redirection]:
    """A zone's redirections, the oldest first."""
    rows = await tx.fetch(
        f"SELECT {_REDIRECTION} FROM zone_redirection WHERE nic = $1 AND zone = $2 ORDER BY redirection_id", nic, zone
    )
    return [Redirection(*row) for row in rows]


async def redirection(tx: Tx, nic: str, zone: str, redirection_id: int) -> Redirection | None:
    """One of them."""
    row = await tx.fetch_one(
        f"SELECT {_REDIRECTION} FROM zone_redirection WHERE nic = $1 AND zone = $2 AND redirection_id = $3",
        nic,
        zone,
        redirection_id,
    )
    return Redirection(*row) if row else None


async def add_redirection(tx: Tx, nic: str, zone: str, new: Redirection) -> bool:
    """A new redirection; False, and nothing written, if its name is redirected already."""
    written = await tx.execute(
        f"INSERT INTO zone_redirection (nic, zone, {_REDIRECTION}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (nic, zone, sub_domain) DO NOTHING",
        nic,
        zone,
        new.redirection_id,
        new.sub_domain,
        new.kind,
        new.target,
        new.title,
        new.keywords,
        new.description,
    )
    return written == 1


async def change_redirection(tx: Tx, nic: str, zone: str, changed: Redirection) -> None:
    """A redirection with another kind, target or texts; its name stays."""
    await tx.execute(
        "UPDATE zone_redirection SET kind = $4, target = $5, title = $6, keywords = $7, description = $8"
        " WHERE nic = $1 AND zone = $2 AND redirection_id = $3",
        nic,
        zone,
        changed.redirection_id,
        changed.kind,
        changed.target,
        changed.title,
        changed.keywords,
        changed.description,
    )


async def delete_redirection(tx: Tx, nic: str, zone: str, redirection_id: int) -> None:
    """A redirection goes; its records are the zone's."""
    await tx.execute(
        "DELETE FROM zone_redirection WHERE nic = $1 AND zone = $2 AND redirection_id = $3", nic, zone, redirection_id
    )


async def delete_redirections(tx: Tx, nic: str, zone: str) -> None:
    """All of a zone's redirections go."""
    await tx.execute("DELETE FROM zone_redirection WHERE nic = $1 AND zone = $2", nic, zone)


async def logins(tx: Tx, nic: str, zone: str) -> list[Login]:
    """A zone's dynHost logins."""
    rows = await tx.fetch(
        "SELECT login, sub_domain FROM dyn_host_login WHERE nic = $1 AND zone = $2 ORDER BY login", nic, zone
    )
    return [Login(*row) for row in rows]


async def add_login(tx: Tx, nic: str, zone: str, new: Login, password: str) -> bool:
    """A new login with its hashed password; False, and nothing written, if there is one of that name."""
    written = await tx.execute(
        "INSERT INTO dyn_host_login (nic, zone, login, sub_domain, password) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (nic, zone, login) DO NOTHING",
        nic,
        zone,
        new.login,
        new.sub_domain,
        password,
    )
    return written == 1


async def change_login(tx: Tx, nic: str, zone: str, changed: Login) -> bool:
    """A login for another name; False if there is no such login."""
    changes = await tx.execute(
        "UPDATE dyn_host_login SET sub_domain = $4 WHERE nic = $1 AND zone = $2 AND login = $3",
        nic,
        zone,
        changed.login,
        changed.sub_domain,
    )
    return changes == 1


async def change_password(tx: Tx, nic: str, zone: str, login: str, password: str) -> bool:
    """Another password, hashed; False if there is no such login."""
    changes = await tx.execute(
        "UPDATE dyn_host_login SET password = $4 WHERE nic = $1 AND zone = $2 AND login = $3",
        nic,
        zone,
        login,
        password,
    )
    return changes == 1


async def delete_login(tx: Tx, nic: str, zone: str, login: str) -> bool:
    """A login goes; False if there was none."""
    gone = await tx.execute("DELETE FROM dyn_host_login WHERE nic = $1 AND zone = $2 AND login = $3", nic, zone, login)
    return gone == 1
