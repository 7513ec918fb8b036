"""DNS anycast: offered, priced, ordered with a name, a zone or for a zone there is, delivered, renewed, and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.core.money import UNIT
from ordain.flows import anycast, mending
from ordain.store import tasks
from tests.api.termination import token_of
from tests.zones import NameServerApart, delivered, offer_anycast, use_name_server

if TYPE_CHECKING:
    from tests.world import Answer, World

HOSTS = ("any1.dns.example", "any2.dns.example", "any3.dns.example")
USUAL = ("ns1.ordain.example", "ns2.ordain.example")
OPTION = {"planCode": "dnsAnycast", "pricingMode": "default", "duration": "P1Y", "quantity": 1}
ORDER = "/order/domain/zone/{}/dnsAnycast"


@pytest.fixture
def offering(world: World) -> World:
    """A world where DNS anycast is offered, and the name server is one apart."""
    offer_anycast(world, HOSTS)
    use_name_server(world, NameServerApart(USUAL, signs=True))
    return world


def add(world: World, cart_id: str, item_id: int, kind: str = "domain", **changes: Any) -> Answer:
    return world.post(f"/order/cart/{cart_id}/{kind}/options", {**OPTION, "itemId": item_id, **changes})


def apex(world: World, name: str) -> list[str]:
    """The zone's own NS records, as they are edited."""
    ids = world.get(f"/domain/zone/{name}/record", fieldType="NS").ok()
    return [world.get(f"/domain/zone/{name}/record/{each}").ok()["target"] for each in ids]


def served(world: World, name: str) -> set[str]:
    """The zone's own NS records, as the name server has them."""
    server: Any = world.engine.name_server
    return {r.target for r in server.serves[name].records if r.kind == "NS" and not r.sub_domain}


def dotted(hosts: tuple[str, ...]) -> set[str]:
    return {f"{host}." for host in hosts}


def settle(world: World) -> None:
    """Deliver, with the waits in between."""
    for _ in range(6):
        world.deliver()
        world.pass_time(seconds=3)


def end(world: World) -> None:
    """What the worker does about paid time that is over."""
    world.runner.run(anycast.end(world.engine))
    settle(world)


def expect_anycast(world: World, name: str, *, so: bool = True) -> None:
    hosts = HOSTS if so else USUAL
    zone = world.get(f"/domain/zone/{name}").ok()
    assert (zone["hasDnsAnycast"], tuple(zone["nameServers"])) == (so, hosts)
    assert set(apex(world, name)) == served(world, name) == dotted(hosts)
    assert world.get(f"/domain/zone/{name}/option").ok() == (["dnsAnycast"] if so else [])


def expect_registry(world: World, name: str, *, anycast_is_named: bool) -> None:
    domain = world.get(f"/domain/{name}").ok()
    hosts, kind = (HOSTS, "anycast") if anycast_is_named else (USUAL, "hosted")
    assert ({each["nameServer"] for each in domain["nameServers"]}, domain["nameServerType"]) == (set(hosts), kind)
    [extension] = [name.rpartition(".")[2]]
    found = world.runner.run(world.engine.registry_of(extension).find(name))
    assert found is not None
    assert set(found.name_servers) == set(hosts)


def with_name(world: World, name: str = "foo.fr") -> int:
    """A name ordered and paid with DNS anycast; the order's id."""
    cart_id = world.cart()
    add(world, cart_id, world.add(cart_id, name)).ok()
    order_id: int = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    world.pay(order_id).ok()
    return order_id


def test_it_is_offered_with_names_and_zones_at_its_price(offering: World) -> None:
    cart = f"/order/cart/{offering.cart()}"
    with_names = offering.get(f"{cart}/domain/options", domain="foo.fr").ok()
    assert [each["planCode"] for each in with_names] == ["dnsAnycast", "zone"]
    [with_zones] = offering.get(f"{cart}/dns/options", planCode="zone").ok()
    assert with_zones == with_names[0]
    assert (with_zones["family"], with_zones["exclusive"], with_zones["mandatory"]) == ("dnsAnycast", True, False)
    [price] = with_zones["prices"]
    assert (price["duration"], price["price"]["value"]) == ("P1Y", 1.2)


def test_it_is_nowhere_without_an_anycast_network(world: World) -> None:
    delivered(world, "mine.fr")
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    assert add(world, cart_id, item_id).status == 400
    assert world.get(f"/order/cart/{cart_id}/dns/options", planCode="zone").ok() == []
    assert world.get(ORDER.format("mine.fr")).ok() == world.get("/order/domain/zone/mine.fr").ok() == []
    for answer in (world.get(f"{ORDER.format('mine.fr')}/P1Y"), world.post(f"{ORDER.format('mine.fr')}/P1Y")):
        assert (answer.status, "no anycast network" in answer.body["message"]) == (404, True)
    zone = "/domain/zone/mine.fr"
    assert world.get(zone).ok()["hasDnsAnycast"] is False
    assert (
        world.get(f"{zone}/option/dnsAnycast").status == world.delete("/domain/mine.fr/option/dnsAnycast").status == 404
    )


def test_with_a_name_it_is_a_line_taxed_and_paid_like_the_others(offering: World) -> None:
    cart_id = offering.cart()
    item_id = offering.add(cart_id, "foo.fr")
    before = offering.get(f"/order/cart/{cart_id}/summary").ok()
    option = add(offering, cart_id, item_id).ok()
    assert (option["parentItemId"], option["settings"]["planCode"]) == (item_id, "dnsAnycast")
    after = offering.get(f"/order/cart/{cart_id}/summary").ok()
    [line] = [d for d in after["details"] if d["detailType"] == "DURATION" and "Anycast" in d["description"]]
    assert (line["description"], line["totalPrice"]["value"]) == ("foo.fr - DNS Anycast - 12 mois", 1.2)
    net = [each["prices"]["withoutTax"]["value"] for each in (before, after)]
    gross = [each["prices"]["withTax"]["value"] for each in (before, after)]
    assert (round(net[1] - net[0], 2), round(gross[1] - gross[0], 2)) == (1.2, 1.44)
    order_id = offering.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    balance = offering.balance()
    offering.pay(order_id).ok()
    assert balance - offering.balance() == round(gross[1] * 100) * UNIT // 100
    settle(offering)
    offering.bill()
    assert offering.imbalance() == []


def test_with_a_name_it_is_delivered_after_the_name_and_its_zone(offering: World) -> None:
    order_id = with_name(offering)
    settle(offering)
    assert offering.status(order_id) == "delivered"
    expect_anycast(offering, "foo.fr")
    expect_registry(offering, "foo.fr", anycast_is_named=True)
    tasks = [offering.get(f"/domain/zone/foo.fr/task/{n}").ok() for n in offering.get("/domain/zone/foo.fr/task").ok()]
    done = {(task["function"], task["status"]) for task in tasks}
    assert done == {("ZoneCreate", "done"), ("DnsAnycastActivate", "done")}
    functions = [offering.get(f"/me/task/domain/{n}").ok()["function"] for n in offering.get("/me/task/domain").ok()]
    assert functions == ["DomainCreate", "DomainDnsUpdate"]
    terms = offering.get("/domain/zone/foo.fr/option/dnsAnycast/serviceInfos").ok()
    assert (terms["creation"], terms["expiration"], terms["status"]) == ("2026-11-23", "2027-11-23", "ok")
    assert terms["renew"]["automatic"] is False
    assert offering.get("/domain/zone/foo.fr/option/dnsAnycast").ok() == {"name": "dnsAnycast"}
    assert offering.get("/domain/foo.fr/option").ok() == ["dnsAnycast"]
    assert offering.get("/domain/foo.fr/option/dnsAnycast").ok()["state"] == "subscribed"
    assert offering.get("/domain/foo.fr/option/dnsAnycast", "dieter").status == 404


def test_a_transferred_name_needs_a_zone_with_it(offering: World) -> None:
    cart_id = offering.cart()
    item_id = offering.add(cart_id, "taken.fr")
    offering.configure(cart_id, item_id, "AUTH_INFO", "right")
    add(offering, cart_id, item_id).ok()
    answer = offering.post(f"/order/cart/{cart_id}/checkout")
    assert (answer.status, "DNS Anycast needs a DNS zone" in answer.body["message"]) == (409, True)
    add(offering, cart_id, item_id, planCode="zone").ok()
    order_id = offering.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    offering.pay(order_id).ok()
    settle(offering)
    expect_anycast(offering, "taken.fr")
    expect_registry(offering, "taken.fr", anycast_is_named=True)


def test_with_a_zone_on_its_own(offering: World) -> None:
    cart_id = offering.cart()
    item_id = offering.post(f"/order/cart/{cart_id}/dns", {**OPTION, "planCode": "zone"}).ok()["itemId"]
    offering.configure(cart_id, item_id, "zone", "elsewhere.example")
    add(offering, cart_id, item_id, "dns").ok()
    assert add(offering, cart_id, item_id, "dns").status == 409, "once"
    order_id = offering.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
    offering.pay(order_id).ok()
    settle(offering)
    assert offering.status(order_id) == "delivered"
    expect_anycast(offering, "elsewhere.example")
    offering.pass_time(days=366)
    end(offering)
    expect_anycast(offering, "elsewhere.example", so=False)


def test_for_a_zone_that_is_there(offering: World) -> None:
    delivered(offering, "mine.fr")
    path = ORDER.format("mine.fr")
    assert offering.get("/order/domain/zone/mine.fr").ok() == ["dnsAnycast"]
    assert offering.get(path).ok() == ["P1Y"]
    shown = offering.get(f"{path}/P1Y").ok()
    orders = offering.get("/me/order").ok()
    placed = offering.post(f"{path}/P1Y").ok()
    assert len(offering.get("/me/order").ok()) == len(orders) + 1, "a preview keeps nothing"
    assert placed["details"] == shown["details"]
    assert (placed["prices"]["withoutTax"]["value"], placed["prices"]["withTax"]["value"]) == (1.2, 1.44)
    assert [c["name"] for c in placed["contracts"]]
    offering.pay(placed["orderId"]).ok()
    settle(offering)
    assert offering.status(placed["orderId"]) == "delivered"
    expect_anycast(offering, "mine.fr")
    expect_registry(offering, "mine.fr", anycast_is_named=True)
    offering.bill()
    assert offering.imbalance() == []


def test_another_year_is_ordered_near_the_end_of_the_last(offering: World) -> None:
    with_name(offering)
    settle(offering)
    path = ORDER.format("foo.fr")
    assert offering.get(path).ok() == []
    answer = offering.post(f"{path}/P1Y")
    assert (answer.status, "until 2027-11-23" in answer.body["message"]) == (409, True)
    offering.pass_time(days=330)
    assert offering.get(path).ok() == ["P1Y"]
    offering.pay(offering.post(f"{path}/P1Y").ok()["orderId"]).ok()
    settle(offering)
    terms = offering.get("/domain/zone/foo.fr/option/dnsAnycast/serviceInfos").ok()
    assert terms["expiration"] == "2028-11-23"
    offering.pass_time(days=60)
    end(offering)
    expect_anycast(offering, "foo.fr")


@pytest.mark.parametrize("how", ["its year is over", "its customer ends it"])
def test_it_ends_at_the_registry_first(offering: World, how: str) -> None:
    with_name(offering)
    settle(offering)
    if how == "its year is over":
        offering.pass_time(days=366)
        offering.runner.run(anycast.end(offering.engine))
    else:
        offering.delete("/domain/foo.fr/option/dnsAnycast").ok()
    assert offering.get("/domain/foo.fr/option/dnsAnycast").ok()["state"] == "released"
    assert offering.post(f"{ORDER.format('foo.fr')}/P1Y").status == 409
    offering.deliver()
    expect_registry(offering, "foo.fr", anycast_is_named=False)
    assert served(offering, "foo.fr") == dotted(HOSTS), "until nobody is sent there any more"
    settle(offering)
    expect_anycast(offering, "foo.fr", so=False)
    last = offering.get("/domain/zone/foo.fr/task").ok()[-1]
    task = offering.get(f"/domain/zone/foo.fr/task/{last}").ok()
    assert (task["function"], task["status"]) == ("DnsAnycastDeactivate", "done")
    assert offering.get("/domain/foo.fr/option").ok() == []
    assert offering.get(ORDER.format("foo.fr")).ok() == ["P1Y"], "it can be had anew"


def test_its_end_cannot_be_put_off(offering: World) -> None:
    with_name(offering)
    settle(offering)
    offering.delete("/domain/foo.fr/option/dnsAnycast").ok()
    task = offering.get("/domain/zone/foo.fr/task").ok()[-1]
    answer = offering.post(f"/domain/zone/foo.fr/task/{task}/cancel")
    assert (answer.status, "cannot be cancelled" in answer.body["message"]) == (409, True)


def test_a_name_served_elsewhere_keeps_its_servers(offering: World) -> None:
    delivered(offering, "mine.fr")
    elsewhere = [{"host": "ns1.other.example"}, {"host": "ns2.other.example"}]
    offering.post("/domain/mine.fr/nameServers/update", {"nameServers": elsewhere}).ok()
    settle(offering)
    offering.pay(offering.post(f"{ORDER.format('mine.fr')}/P1Y").ok()["orderId"]).ok()
    settle(offering)
    expect_anycast(offering, "mine.fr")
    domain = offering.get("/domain/mine.fr").ok()
    assert domain["nameServerType"] == "external"
    assert offering.put("/domain/mine.fr", {"nameServerType": "hosted"}).status == 400
    offering.put("/domain/mine.fr", {"nameServerType": "anycast"}).ok()
    settle(offering)
    expect_registry(offering, "mine.fr", anycast_is_named=True)


def test_what_is_staged_stays_staged_and_history_does_not_bring_servers_back(offering: World) -> None:
    delivered(offering, "mine.fr")
    zone = "/domain/zone/mine.fr"
    offering.post(f"{zone}/record", {"fieldType": "A", "subDomain": "a", "target": "192.0.2.1"}).ok()
    [first] = offering.get(f"{zone}/history").ok()
    before = offering.get(f"{zone}/soa").ok()["serial"]
    offering.pay(offering.post(f"{ORDER.format('mine.fr')}/P1Y").ok()["orderId"]).ok()
    settle(offering)
    server: Any = offering.engine.name_server
    assert ("a", "A", "192.0.2.1") not in server.rows("mine.fr")
    assert offering.get(f"{zone}/soa").ok()["serial"] > before
    assert offering.get(f"{zone}/soa").ok()["server"] == f"{HOSTS[0]}."
    offering.post(f"{zone}/refresh").ok()
    settle(offering)
    assert ("a", "A", "192.0.2.1") in server.rows("mine.fr")
    offering.post(f"{zone}/history/{first}/restore").ok()
    settle(offering)
    expect_anycast(offering, "mine.fr")
    assert ("a", "A", "192.0.2.1") not in server.rows("mine.fr")
    offering.post(f"{zone}/reset", {}).ok()
    settle(offering)
    expect_anycast(offering, "mine.fr")


def test_a_silent_name_server_is_asked_again_and_nobody_is_sent_there_before(offering: World) -> None:
    delivered(offering, "mine.fr")
    server: Any = offering.engine.name_server
    order_id = offering.post(f"{ORDER.format('mine.fr')}/P1Y").ok()["orderId"]
    offering.pay(order_id).ok()
    server.silent = True
    offering.deliver()
    assert offering.status(order_id) == "delivering"
    expect_registry(offering, "mine.fr", anycast_is_named=False)
    server.silent = False
    offering.pass_time(minutes=6)
    settle(offering)
    assert offering.status(order_id) == "delivered"
    expect_anycast(offering, "mine.fr")
    assert len(offering.get("/domain/zone/mine.fr/history").ok()) == 2


def test_one_given_up_half_way_is_refunded_and_undone(offering: World) -> None:
    delivered(offering, "mine.fr")
    server: Any = offering.engine.name_server
    balance = offering.balance()
    order_id = offering.post(f"{ORDER.format('mine.fr')}/P1Y").ok()["orderId"]
    offering.pay(order_id).ok()
    server.silent = True
    for _ in range(12):
        offering.deliver()
        offering.pass_time(minutes=6)
    nic = offering.nics["camille"]
    found = offering.runner.run(offering.database.read(lambda tx: tasks.of_order(tx, nic, order_id)))
    assert [(task.function, task.status) for task in found] == [("DnsAnycastActivate", "error")]
    offering.runner.run(mending.cancel(offering.engine, found[0].task_id, "The network is down"))
    assert (offering.status(order_id), offering.balance()) == ("cancelled", balance)
    server.silent = False
    end(offering)
    expect_anycast(offering, "mine.fr", so=False)
    expect_registry(offering, "mine.fr", anycast_is_named=False)


def test_a_year_paid_while_the_last_one_ends_begins_after_it(offering: World) -> None:
    with_name(offering)
    settle(offering)
    offering.pass_time(days=364)
    order_id = offering.post(f"{ORDER.format('foo.fr')}/P1Y").ok()["orderId"]
    offering.pass_time(days=2)
    offering.runner.run(anycast.end(offering.engine))
    offering.pay(order_id).ok()
    settle(offering)
    offering.pass_time(minutes=20)
    settle(offering)
    assert offering.status(order_id) == "delivered"
    expect_anycast(offering, "foo.fr")
    expect_registry(offering, "foo.fr", anycast_is_named=True)
    terms = offering.get("/domain/zone/foo.fr/option/dnsAnycast/serviceInfos").ok()
    assert terms["expiration"] == "2028-11-24"


def test_a_name_that_comes_to_a_zone_with_anycast_is_told_its_servers(offering: World) -> None:
    for zone in ("foo.fr", "taken.fr"):
        offering.pay(
            offering.post("/order/domain/zone/new", {"zoneName": zone}).ok()["orderId"], "fidelityAccount"
        ).ok()
        settle(offering)
        offering.pay(offering.post(f"{ORDER.format(zone)}/P1Y").ok()["orderId"]).ok()
        settle(offering)
    cart_id = offering.cart()
    offering.add(cart_id, "foo.fr")
    moved = offering.add(cart_id, "taken.fr")
    offering.configure(cart_id, moved, "AUTH_INFO", "right")
    add(offering, cart_id, moved, planCode="zone").ok()
    offering.pay(offering.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]).ok()
    settle(offering)
    for name in ("foo.fr", "taken.fr"):
        expect_registry(offering, name, anycast_is_named=True)


def test_what_cannot_be_delivered_is_refunded_alone(offering: World) -> None:
    order_id = with_name(offering)
    balance = offering.balance()
    gone = structs.replace(offering.engine, anycast=())
    offering.use(gone)
    settle(offering)
    assert offering.balance() - balance == 144 * UNIT // 100
    assert offering.status(order_id) == "delivered"
    assert offering.get("/domain").ok() == ["foo.fr"]
    assert offering.imbalance() == []


def test_a_zone_that_went_before_is_no_zone_to_deliver_to(offering: World) -> None:
    zone = offering.post("/order/domain/zone/new", {"zoneName": "elsewhere.example"}).ok()
    offering.pay(zone["orderId"], "fidelityAccount").ok()
    offering.deliver()
    order_id = offering.post(f"{ORDER.format('elsewhere.example')}/P1Y").ok()["orderId"]
    terminate(offering, "elsewhere.example")
    balance = offering.balance()
    offering.pay(order_id).ok()
    settle(offering)
    assert (offering.status(order_id), offering.balance()) == ("cancelled", balance)


def test_it_goes_with_its_zone(offering: World) -> None:
    with_name(offering)
    settle(offering)
    terminate(offering, "foo.fr")
    assert offering.get("/domain/foo.fr/option").ok() == []
    offering.pass_time(days=366)
    end(offering)
    assert offering.get("/domain/zone").ok() == []


def terminate(world: World, zone: str) -> None:

    world.post(f"/domain/zone/{zone}/terminate").ok()
    world.post(f"/domain/zone/{zone}/confirmTermination", {"token": token_of(world)}).ok()


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"duration": "P2Y"}, "duration"), ({"pricingMode": "x"}, "pricingMode"), ({"quantity": 2}, "quantity"),
     ({"planCode": "zone"}, "planCode"), ({"itemId": "x"}, "itemId")],
)  # fmt: skip
def test_wrong_wishes_for_a_zone_are_refused_naming_the_field(offering: World, changes: Any, field: str) -> None:
    cart_id = offering.cart()
    item_id = offering.post(f"/order/cart/{cart_id}/dns", {**OPTION, "planCode": "zone"}).ok()["itemId"]
    answer = add(offering, cart_id, item_id, "dns", **changes)
    assert (answer.status, list(answer.body["details"])) == (400, [field])
    assert add(offering, cart_id, item_id).status == 400, "an option of a zone is no option of a name"
    assert add(offering, cart_id, offering.add(cart_id, "foo.fr"), "dns").status == 400


def test_wrong_orders_for_a_zone_are_refused(offering: World) -> None:
    delivered(offering, "mine.fr")
    for method in ("GET", "POST"):
        wrong = offering.call(method, f"{ORDER.format('mine.fr')}/P2Y", "camille")
        assert (wrong.status, list(wrong.body["details"])) == (400, ["duration"])
        for who, name in (("dieter", "mine.fr"), ("camille", "nothing.fr")):
            assert offering.call(method, f"{ORDER.format(name)}/P1Y", who).status == 404
    assert offering.get("/domain/zone/mine.fr/option/dnsAnycast").status == 404
    assert offering.delete("/domain/mine.fr/option/dnsAnycast").status == 404


def test_it_is_put_on_a_zone_of_the_cart_that_was_seen(offering: World) -> None:
    cart_id = offering.cart()
    item_id = offering.post(f"/order/cart/{cart_id}/dns", {**OPTION, "planCode": "zone"}).ok()["itemId"]
    path, body = f"/order/cart/{cart_id}/dns/options", {**OPTION, "itemId": item_id}
    seen = offering.get(f"/order/cart/{cart_id}").headers["etag"]
    offering.put(f"/order/cart/{cart_id}", {"description": "another"}).ok()
    assert offering.call_with({"If-Match": seen}, "POST", path, body).status == 412
    seen = offering.get(f"/order/cart/{cart_id}").headers["etag"]
    offering.call_with({"If-Match": seen}, "POST", path, body).ok()
