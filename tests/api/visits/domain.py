"""Living with a domain: its servers, keys, lock, contacts, tasks, and its state in version 2."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import structs

from ordain.store import domains
from tests.api.contract import Visit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

TAGS = "there are no tags to filter by"

DIFFERENCES: dict[str, str] = {
    "GET /v2/domain/name query iamTags: only the contract has it": TAGS,
    "PUT /domain/{serviceName}/configurations/data body customFields: only ours has it": "the contract names the "
    "body's model, and forgets it among the parameters",
}

KEY = {
    "algorithm": 13,
    "flags": 257,
    "tag": 2371,
    "publicKey": "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==",
}
NAME = "/domain/{serviceName}"


def visits(world: World) -> Iterator[Visit]:
    """One call of every route, in an order in which each has something to answer."""
    world.pay(world.order("living.fr")).ok()
    world.deliver()
    held = world.runner.run(world.database.read(lambda tx: domains.load(tx, world.nics["camille"], "living.fr")))
    assert held is not None
    public = structs.replace(held, name="wanting.gov.uk", extension="gov.uk", service_id=1)
    world.runner.run(world.database.write(lambda tx: domains.add(tx, public, public.expires)))

    def visit(route: str, body: dict[str, Any] | None = None, **places: object) -> Visit:
        path = route.partition(" ")[2]
        here = {"serviceName": "living.fr", "domainName": "living.fr", **places}
        world.deliver()
        return Visit(route, re.sub(r"\{(\w+)\}", lambda found: str(here[found[1]]), path), body)

    yield visit(f"GET {NAME}")
    yield visit(f"PUT {NAME}", {"transferLockStatus": "locked"})
    yield visit(f"PUT {NAME}", {"transferLockStatus": "unlocked"})
    yield visit(f"GET {NAME}/authInfo")
    asked = structs.replace(held, name="leaving.fr", service_id=2, leaving=world.now)
    world.runner.run(world.database.write(lambda tx: domains.add(tx, asked, asked.expires)))
    yield visit(f"POST {NAME}/outgoingTransfer/approve", {"approveType": "reject"}, serviceName="leaving.fr")
    yield visit(f"GET {NAME}/option")
    yield visit(f"GET {NAME}/options")
    yield from _servers(visit, world)
    yield visit(f"POST {NAME}/dsRecord", {"keys": [KEY]})
    yield visit(f"GET {NAME}/dsRecord")
    yield visit(f"GET {NAME}/dsRecord/{{id}}", id=world.get("/domain/living.fr/dsRecord").ok()[0])
    yield from _configurations(visit)
    yield from _contacts(visit, world)
    yield from _tasks(visit, world)
    yield from _version_2(visit, world)


def _servers(visit: Any, world: World) -> Iterator[Visit]:
    yield visit(f"POST {NAME}/glueRecord", {"host": "ns1.living.fr", "ips": ["192.0.2.1"]})
    yield visit(f"GET {NAME}/glueRecord")
    yield visit(f"GET {NAME}/glueRecord/{{host}}", host="ns1.living.fr")
    yield visit(f"POST {NAME}/glueRecord/{{host}}/update", {"ips": ["192.0.2.2", "2001:db8::2"]}, host="ns1.living.fr")
    yield visit(f"DELETE {NAME}/glueRecord/{{host}}", host="ns1.living.fr")
    wanted = [{"host": "ns1.elsewhere.example", "ip": "192.0.2.1"}, {"host": "ns2.elsewhere.example"}]
    yield visit(f"POST {NAME}/nameServers/update", {"nameServers": wanted})
    yield visit(f"POST {NAME}/nameServer", {"nameServer": [{"host": "ns3.elsewhere.example"}]})
    yield visit(f"GET {NAME}/nameServer")
    number = world.get("/domain/living.fr/nameServer").ok()[0]
    yield visit(f"GET {NAME}/nameServer/{{id}}", id=number)
    yield visit(f"GET {NAME}/nameServer/{{id}}/status", id=number)
    yield visit(f"DELETE {NAME}/nameServer/{{id}}", id=number)


def _configurations(visit: Any) -> Iterator[Visit]:
    yield visit(f"GET {NAME}/rules/optin")
    yield visit(f"PUT {NAME}/configurations/optin", {"optin": [{"type": "owner", "fields": ["city", "name"]}]})
    yield visit(f"GET {NAME}/configurations/optin")
    yield visit(f"GET {NAME}/rules/emailsObfuscation")
    yield visit(f"GET {NAME}/configurations/obfuscatedEmails")
    yield visit(f"PUT {NAME}/configurations/obfuscatedEmails", {"contacts": []})
    yield visit(f"POST {NAME}/configurations/obfuscatedEmails/refresh", {"contacts": []})
    fields = {"customFields": {"reason": "a register", "isFor": ["emails"]}}
    yield visit(f"PUT {NAME}/configurations/data", fields, serviceName="wanting.gov.uk")
    yield visit(f"GET {NAME}/configurations/data", serviceName="wanting.gov.uk")


def _contacts(visit: Any, world: World) -> Iterator[Visit]:
    dieter = world.nics["dieter"]
    yield visit(f"POST {NAME}/changeContact", {"contactTech": dieter})
    yield visit("GET /me/task/contactChange")
    [change] = world.get("/me/task/contactChange").ok()
    yield visit("GET /me/task/contactChange/{id}", id=change)
    yield visit("POST /me/task/contactChange/{id}/resendEmail", id=change)
    yield visit("POST /me/task/contactChange/{id}/accept", {"token": token(world, "camille")}, id=change)
    [again] = world.post("/domain/wanting.gov.uk/changeContact", {"contactAdmin": dieter}).ok()
    yield visit("POST /me/task/contactChange/{id}/refuse", {"token": token(world, "camille")}, id=again)


def token(world: World, who: str) -> str:
    """The token the person was mailed last."""
    rows = world.runner.run(
        world.database.read(
            lambda tx: tx.fetch("SELECT body FROM mail WHERE nic = $1 ORDER BY mail_id DESC", world.nics[who])
        )
    )
    return next(found[1] for row in rows if (found := re.search(r"(?:[Tt]oken|jeton) ?: (\w{32})", row[0])))


def _tasks(visit: Any, world: World) -> Iterator[Visit]:
    wrong = {"nameServers": [{"host": "wrong.elsewhere.example"}, {"host": "ns2.elsewhere.example"}]}
    number = world.post("/domain/living.fr/nameServers/update", wrong).ok()["id"]
    yield visit(f"GET {NAME}/task")
    yield visit(f"GET {NAME}/task/{{id}}", id=number)
    yield visit("GET /me/task/domain/{id}/argument", id=number)
    yield visit("GET /me/task/domain/{id}/argument/{key}", id=number, key="nameServers")
    yield visit("PUT /me/task/domain/{id}/argument/{key}", {"value": "wrong.a.example,ns2.a.example"}, id=number,
                key="nameServers")  # fmt: skip
    yield visit("GET /me/task/domain/{id}/progressbar", id=number)
    yield visit("POST /me/task/domain/{id}/relaunch", id=number)
    yield visit(f"POST {NAME}/task/{{id}}/relaunch", id=number)
    yield visit("PUT /v2/domain/name/{domainName}/task/{taskId}", taskId=number)
    yield visit("POST /me/task/domain/{id}/cancel", id=number)
    number = world.post("/domain/living.fr/nameServers/update", wrong).ok()["id"]
    yield visit(f"POST {NAME}/task/{{id}}/cancel", id=number)
    for route in ("POST /me/task/domain/{id}/accelerate", f"POST {NAME}/task/{{id}}/accelerate"):
        name = f"unreachable-{len(route)}.fr"
        order_id = world.order(name)
        world.pay(order_id).ok()
        if "serviceName" in route:
            for _ in range(3):
                world.deliver()
                world.pass_time(minutes=1)
            world.post(f"/domain/{name}/glueRecord", {"host": f"ns1.{name}", "ips": ["192.0.2.1"]}).ok()
        world.deliver()
        [number] = world.get("/me/task/domain", domain=name, status="todo").ok()
        yield visit(route, id=number, serviceName=name)


def _version_2(visit: Any, world: World) -> Iterator[Visit]:
    yield visit("GET /v2/domain/name")
    yield visit("GET /v2/domain/name/{domainName}")
    known = world.get("/v2/domain/name/living.fr").ok()
    servers = [{"nameServer": "ns8.elsewhere.example", "ipv4": "192.0.2.8"}, {"nameServer": "ns9.elsewhere.example"}]
    spec = {"checksum": known["checksum"], "targetSpec": {"dnsConfiguration": {"nameServers": servers}}}
    yield visit("PUT /v2/domain/name/{domainName}", spec)
    yield Visit("GET /v2/domain/name/{domainName}/task", "/v2/domain/name/living.fr/task")
    [task] = world.get("/v2/domain/name/living.fr/task").ok()
    yield Visit("GET /v2/domain/name/{domainName}/task/{taskId}", f"/v2/domain/name/living.fr/task/{task['id']}")
