"""Who may call: applications, consumer keys, OAuth2 clients and their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.flows import applications
from tests.api.contract import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

INSTEAD = "RFC 6749 §2.3.1 lets a client send them in the form, too"

DIFFERENCES = {
    "POST /auth/oauth2/token form client_id: only ours has it": INSTEAD,
    "POST /auth/oauth2/token form client_secret: only ours has it": INSTEAD,
}

ROUTES = (
    "GET /auth/time",
    "POST /auth/credential",
    "GET /auth/currentCredential",
    "GET /auth/details",
    "POST /auth/oauth2/token",
    "GET /me/api/application",
    "GET /me/api/application/{applicationId}",
    "GET /me/api/credential",
    "GET /me/api/credential/{credentialId}",
    "PUT /me/api/credential/{credentialId}",
    "GET /me/api/credential/{credentialId}/application",
    "GET /me/api/oauth2/client",
    "POST /me/api/oauth2/client",
    "GET /me/api/oauth2/client/{clientId}",
    "PUT /me/api/oauth2/client/{clientId}",
    "GET /me/api/oauth2/token",
    "GET /me/api/oauth2/token/{id}",
    "DELETE /me/api/oauth2/token/{id}",
    "DELETE /me/api/oauth2/client/{clientId}",
    "DELETE /me/api/credential/{credentialId}",
    "DELETE /me/api/application/{applicationId}",
    "POST /auth/logout",
)


def visits(world: World) -> Iterator[Visit]:
    """One call of every route; what takes something away comes last."""
    for program in ("leaving", "second"):
        named = applications.Named(program, "a program beside the first")
        made = applications.create(world.engine, world.nics["camille"], named, world.now)
        world.keys[program] = world.runner.run(made)
    wanted = {"name": "robot", "description": "acts alone", "flow": "CLIENT_CREDENTIALS"}
    client = world.post("/me/api/oauth2/client", wanted).ok()
    token = {
        "grant_type": "client_credentials",
        "client_id": client["clientId"],
        "client_secret": client["clientSecret"],
    }
    world.post("/auth/oauth2/token", token, who=None).ok()
    places = {
        "applicationId": world.get("/me/api/application").ok()[-1],
        "credentialId": world.get("/me/api/credential").ok()[-1],
        "clientId": client["clientId"],
        "id": world.get("/me/api/oauth2/token").ok()[0],
    }
    bodies: dict[str, dict[str, Any]] = {
        "POST /auth/credential": {"accessRules": [{"method": "GET", "path": "/me"}]},
        "POST /auth/oauth2/token": token,
        "PUT /me/api/credential/{credentialId}": {"allowedIPs": ["192.0.2.0/24"]},
        "POST /me/api/oauth2/client": wanted,
        "PUT /me/api/oauth2/client/{clientId}": {"name": "android"},
    }
    for name in ROUTES:
        who = "leaving" if name == "POST /auth/logout" else "camille"
        yield Visit(name, name.partition(" ")[2].format(**places), bodies.get(name), who)
