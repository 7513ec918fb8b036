"""Zones: records, redirections and dynHosts edited, published, exported, imported and restored; their tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.api.contract import Visit
from tests.zones import NameServerApart, delivered, offer_anycast, use_name_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.world import World

TAGS = "there are no tags to filter by"

DIFFERENCES = {
    "GET /domain/zone query iamTags: only the contract has it": TAGS,
}
"""Every difference there is, with its reason."""

Body = Mapping[str, object] | None

Z = "/domain/zone/{zoneName}"


def visits(world: World) -> Iterator[Visit]:
    """One call of every route, in an order in which each has something to answer."""
    name_server = NameServerApart(world.engine.name_server.hosts, signs=True)
    use_name_server(world, name_server)
    delivered(world, "zoned.fr")

    def visit(method: str, path: str, body: Body = None, **places: object) -> Visit:
        return Visit(f"{method} {path}", path.format(zoneName="zoned.fr", **places), dict(body) if body else None)

    yield from [visit("GET", p) for p in ("/domain/zone", Z, f"{Z}/capabilities", f"{Z}/status", f"{Z}/soa")]
    yield visit("PUT", f"{Z}/soa", {"ttl": 7200})
    yield visit("GET", f"{Z}/option")
    yield visit("GET", f"{Z}/record")
    yield visit("POST", f"{Z}/record", {"fieldType": "A", "subDomain": "a", "target": "192.0.2.1"})
    [record] = world.get("/domain/zone/zoned.fr/record", subDomain="a").ok()
    yield visit("GET", f"{Z}/record/{{id}}", id=record)
    yield visit("PUT", f"{Z}/record/{{id}}", {"target": "192.0.2.2"}, id=record)
    yield visit("DELETE", f"{Z}/record/{{id}}", id=record)
    yield visit("GET", f"{Z}/redirection")
    wanted = {"subDomain": "old", "target": "https://new.example/", "type": "visible"}
    yield visit("POST", f"{Z}/redirection", wanted)
    [redirection] = world.get("/domain/zone/zoned.fr/redirection").ok()
    yield visit("GET", f"{Z}/redirection/{{id}}", id=redirection)
    yield visit("PUT", f"{Z}/redirection/{{id}}", {"title": "Moved"}, id=redirection)
    yield visit("DELETE", f"{Z}/redirection/{{id}}", id=redirection)
    yield from _dyn_hosts(world)
    yield visit("POST", f"{Z}/refresh")
    yield visit("GET", f"{Z}/export")
    yield visit("POST", f"{Z}/import", {"zoneFile": "www 3600 IN A 192.0.2.3\n"})
    yield visit("GET", f"{Z}/history")
    [newest, *_] = world.get("/domain/zone/zoned.fr/history").ok()
    yield visit("GET", f"{Z}/history/{{creationDate}}", creationDate=newest)
    yield visit("POST", f"{Z}/history/{{creationDate}}/restore", creationDate=newest)
    yield visit("GET", f"{Z}/dnssec")
    world.deliver()
    yield visit("POST", f"{Z}/dnssec")
    world.deliver()
    yield visit("DELETE", f"{Z}/dnssec")
    world.deliver()
    yield from _tasks(world, name_server)
    yield visit("POST", f"{Z}/reset", {"minimized": True})
    yield from _anycast(world)


def _anycast(world: World) -> Iterator[Visit]:
    """DNS anycast: put on a zone in a cart, ordered for one that is there, read, and ended."""
    offer_anycast(world, ("any1.dns.example", "any2.dns.example"))
    wanted: dict[str, object] = {"pricingMode": "default", "duration": "P1Y", "quantity": 1}
    cart = f"/order/cart/{world.cart()}"
    item_id = world.post(f"{cart}/dns", {**wanted, "planCode": "zone"}).ok()["itemId"]
    body = {**wanted, "planCode": "dnsAnycast", "itemId": item_id}
    yield Visit("GET /order/cart/{cartId}/dns/options", f"{cart}/dns/options?planCode=zone")
    yield Visit("POST /order/cart/{cartId}/dns/options", f"{cart}/dns/options", body)
    order = "/order/domain/zone/{zoneName}/dnsAnycast/{duration}"
    yield Visit(f"GET {order}", "/order/domain/zone/zoned.fr/dnsAnycast/P1Y")
    yield Visit(f"POST {order}", "/order/domain/zone/zoned.fr/dnsAnycast/P1Y")
    world.pay(world.get("/me/order").ok()[-1]).ok()
    world.deliver()
    option = "/domain/zone/zoned.fr/option/dnsAnycast"
    yield Visit(f"GET {Z}/option/{{name}}", option)
    yield Visit(f"GET {Z}/option/{{name}}/serviceInfos", f"{option}/serviceInfos")
    path = "/domain/{serviceName}/option/{option}"
    yield Visit(f"GET {path}", "/domain/zoned.fr/option/dnsAnycast")
    yield Visit(f"DELETE {path}", "/domain/zoned.fr/option/dnsAnycast")


def _dyn_hosts(world: World) -> Iterator[Visit]:
    login, record = f"{Z}/dynHost/login", f"{Z}/dynHost/record"

    def visit(method: str, path: str, body: Body = None, **places: object) -> Visit:
        return Visit(
            f"{method} {path}",
            path.format(zoneName="zoned.fr", login="zoned.fr-box", **places),
            dict(body) if body else None,
        )

    yield visit("POST", login, {"loginSuffix": "box", "password": "a long password", "subDomain": "home"})
    yield visit("GET", login)
    yield visit("GET", f"{login}/{{login}}")
    yield visit("PUT", f"{login}/{{login}}", {"subDomain": "*"})
    yield visit("POST", f"{login}/{{login}}/changePassword", {"password": "another password"})
    yield visit("DELETE", f"{login}/{{login}}")
    yield visit("POST", record, {"ip": "192.0.2.9", "subDomain": "home"})
    yield visit("GET", record)
    [made] = world.get("/domain/zone/zoned.fr/dynHost/record").ok()
    yield visit("GET", f"{record}/{{id}}", id=made)
    yield visit("PUT", f"{record}/{{id}}", {"ip": "2001:db8::9"}, id=made)
    yield visit("DELETE", f"{record}/{{id}}", id=made)


def _tasks(world: World, name_server: NameServerApart) -> Iterator[Visit]:
    """A task that waits, one in error and one that is given up: the name server does not answer."""

    def visit(method: str, path: str, **places: object) -> Visit:
        return Visit(f"{method} {path}", path.format(zoneName="zoned.fr", **places))

    task = f"{Z}/task/{{id}}"
    name_server.silent = True
    imported = world.post("/domain/zone/zoned.fr/import", {"zoneFile": "www 3600 IN A 192.0.2.4\n"}).ok()["id"]
    world.deliver()
    yield visit("GET", f"{Z}/task")
    yield visit("GET", task, id=imported)
    yield visit("POST", f"{task}/accelerate", id=imported)
    while world.get(f"/domain/zone/zoned.fr/task/{imported}").ok()["status"] != "error":
        world.deliver()
        world.pass_time(minutes=6)
    yield visit("POST", f"{task}/relaunch", id=imported)
    yield visit("POST", f"{task}/cancel", id=imported)
    yield from _tasks_of_all(world, visit)
    name_server.silent = False


def _tasks_of_all(world: World, visit: Callable[..., Visit]) -> Iterator[Visit]:
    """The same as seen from the account."""
    task = "/me/task/dns/{id}"
    imported = world.post("/domain/zone/zoned.fr/import", {"zoneFile": "www 3600 IN A 192.0.2.5\n"}).ok()["id"]
    world.deliver()
    yield visit("GET", "/me/task/dns")
    yield visit("GET", task, id=imported)
    yield visit("POST", f"{task}/accelerate", id=imported)
    while world.get(f"/me/task/dns/{imported}").ok()["status"] != "error":
        world.deliver()
        world.pass_time(minutes=6)
    yield visit("POST", f"{task}/relaunch", id=imported)
    yield visit("POST", f"{task}/cancel", id=imported)
