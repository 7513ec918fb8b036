"""Renewals ordered by their customer: priced, paid, had at the registry; out of redemption with the restoration."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ordain.core.money import CENT, UNIT, Money
from ordain.core.registry import Deletion, Registration, Renewal
from ordain.core.registry_life import years_on
from ordain.flows import changes
from ordain.store import domains
from tests.flows.shop import bought, follow_up, story, together

if TYPE_CHECKING:
    from ordain.core.delivery import Domain
    from tests.world import Answer, World


def service_id(world: World, name: str, who: str = "camille") -> int:
    """The service of a name."""
    found: list[int] = world.get("/services", who, resourceName=name, routes="/domain/{serviceName}").ok()
    return found[0]


def held(world: World, name: str, who: str = "camille") -> Domain:
    """A name as it is here."""
    found = world.runner.run(world.database.read(lambda tx: domains.load(tx, world.nics[who], name)))
    assert found is not None
    return found


def registered(world: World, name: str) -> Registration | None:
    """A name as its registry has it."""
    plan = name.partition(".")[2]
    return world.runner.run(changes.registry_of(world.engine, plan).find(name))


def wish(world: World, name: str, duration: str = "P1Y", **more: Any) -> Answer:
    """Order a renewal."""
    number = service_id(world, name)
    return world.post(f"/service/{number}/renew", {"duration": duration, "services": [number], **more})


def delivered(world: World, name: str = "foo.com") -> Domain:
    """A name Camille has."""
    bought(world, name)
    world.deliver()
    return held(world, name)


def test_a_renewal_is_an_order_like_any_other(world: World) -> None:
    before = delivered(world)
    answer = wish(world, "foo.com", "P2Y").ok()
    assert answer["priceWithoutTax"]["priceInUcents"] == 2 * 999 * CENT
    number = answer["orderId"]
    details = [world.get(f"/me/order/{number}/details/{each}").ok() for each in world.get(
        f"/me/order/{number}/details").ok()]  # fmt: skip
    assert [(line["detailType"], line["domain"], line["description"]) for line in details] == [
        ("RENEW", "*001", "foo.com - .com renouvellement - 24 mois")
    ]
    world.pay(number).ok()
    world.deliver()
    after = held(world, "foo.com")
    there = registered(world, "foo.com")
    assert there is not None
    assert after.expires == there.expires
    assert after.expires - before.expires in (timedelta(days=730), timedelta(days=731))
    assert world.status(number) == "delivered"
    assert set(follow_up(world, number).values()) == {"DONE"}
    assert world.bill() == 2
    assert world.imbalance() == []
    [mail, *_] = reversed(mails(world))
    assert mail["subject"] == "foo.com est renouvelé"


def mails(world: World, who: str = "camille") -> list[dict[str, Any]]:
    """A person's mails, the oldest first."""
    numbers = world.get("/me/notification/email/history", who).ok()
    return [world.get(f"/me/notification/email/history/{each}", who).ok() for each in sorted(numbers)]


def test_what_it_would_cost_is_told_and_nothing_is_ordered(world: World) -> None:
    delivered(world)
    orders = world.get("/me/order").ok()
    told = wish(world, "foo.com", dryRun=True).ok()
    assert (told["orderId"], told["priceWithoutTax"]["priceInUcents"]) == (0, 999 * CENT)
    offered = world.get(f"/service/{service_id(world, 'foo.com')}/renew").ok()
    assert [each["renewPeriod"] for each in offered] == [f"P{years}Y" for years in range(1, 10)]
    assert offered[0]["strategies"][0]["priceInUcents"] == 999 * CENT
    assert world.get("/me/order").ok() == orders


def test_years_beyond_what_the_registry_allows_are_refused_before_payment(world: World) -> None:
    delivered(world)
    answer = wish(world, "foo.com", "P10Y")
    assert answer.status == 400
    assert "P9Y" in answer.body["message"]
    paid = wish(world, "foo.com", "P9Y").ok()["orderId"]
    world.pay(paid).ok()
    world.deliver()
    assert wish(world, "foo.com").status == 409
    assert world.get(f"/service/{service_id(world, 'foo.com')}/renew").ok() == []


def test_a_premium_name_renews_at_its_own_fee(world: World) -> None:
    world.credit("camille")
    delivered(world, "premium-1.com")
    offer = world.get(f"/service/{service_id(world, 'premium-1.com')}/renew").ok()[0]
    assert offer["strategies"][0]["priceInUcents"] >= 120 * UNIT
    number = wish(world, "premium-1.com").ok()["orderId"]
    [item] = story(world, number).standing.order.items
    assert (item.mode, item.fees.renew.ucents if item.fees and item.fees.renew else 0) == ("renew-premium", 120 * UNIT)
    before = held(world, "premium-1.com").expires
    world.pay(number).ok()
    world.deliver()
    [task] = story(world, number).standing.tasks
    assert task.change == Renewal(1, before, Money(120 * UNIT, "EUR"))
    assert held(world, "premium-1.com").expires > before


def test_a_term_is_renewed_by_one_order(world: World) -> None:
    delivered(world)
    first, second = wish(world, "foo.com").ok()["orderId"], wish(world, "foo.com", "P3Y").ok()["orderId"]
    refused = world.pay(first)
    assert refused.status == 409
    assert "otherwise" in refused.body["message"]
    world.pay(second).ok()
    assert wish(world, "foo.com").status == 409
    world.deliver()
    assert wish(world, "foo.com").status == 200


def test_of_two_at_the_same_moment_one_is_the_terms_order(world: World) -> None:
    delivered(world)
    number = service_id(world, "foo.com")
    sent = {"duration": "P1Y", "services": [number]}
    answers, _ = together(world, [world.request_with({}, "POST", f"/service/{number}/renew", sent) for _ in range(3)])
    placed = [answer.body["orderId"] for answer in answers if answer.status == 200]
    assert placed
    assert sum(world.pay(order).status == 200 for order in placed) == 1
    before = held(world, "foo.com").expires
    world.deliver()
    assert held(world, "foo.com").expires < before + timedelta(days=400)


def test_an_order_of_another_time_pays_nothing(world: World) -> None:
    delivered(world)
    number = wish(world, "foo.com").ok()["orderId"]
    world.pass_time(days=15)
    assert world.pay(number).status == 409
    assert world.status(number) == "cancelled"


def test_others_services_zones_and_odd_wishes_are_refused(world: World) -> None:
    delivered(world)
    number = service_id(world, "foo.com")
    [zone] = world.get("/services", resourceName="foo.com", routes="/domain/zone/{zoneName}").ok()
    for body, status in (
        ({"duration": "P1Y", "services": []}, 400),
        ({"duration": "P1Y", "services": [number, zone]}, 400),
        ({"duration": "P1M", "services": [number]}, 400),
        ({"duration": "P1Y", "services": [number, 1]}, 404),
    ):
        assert world.post(f"/service/{number}/renew", body).status == status
    assert world.post(f"/service/{zone}/renew", {"duration": "P1Y", "services": [zone]}).status == 400
    assert world.get(f"/service/{zone}/renew").ok() == []
    answer = world.post(f"/service/{number}/renew", {"duration": "P1Y", "services": [number]}, "dieter")
    assert answer.status == 404


def test_a_deleted_name_is_restored_with_a_year(world: World) -> None:
    before = delivered(world)
    world.pass_time(days=30)
    world.runner.run(deleted(world, "foo.com"))
    world.deliver()
    assert held(world, "foo.com").deleted is not None
    [first, *_] = world.get(f"/service/{service_id(world, 'foo.com')}/renew").ok()
    assert first["strategies"][0]["priceInUcents"] == (8589 + 999) * CENT
    number = wish(world, "foo.com").ok()["orderId"]
    world.pay(number).ok()
    world.deliver()
    after, there = held(world, "foo.com"), registered(world, "foo.com")
    assert there is not None
    assert (after.deleted, there.redemption) == (None, False)
    assert after.expires <= years_on(before.expires, 1) + timedelta(days=2)
    assert world.status(number) == "delivered"
    functions = [task.function for task in story(world, number).standing.tasks]
    assert functions == ["DomainRestore", "DomainRenew"]
    assert world.imbalance() == []


async def deleted(world: World, name: str) -> object:
    """Give a name up."""
    return await changes.ask(world.engine, world.nics["camille"], name, Deletion(), world.now)


def test_a_refused_renewal_is_paid_back(world: World) -> None:
    delivered(world)
    number = wish(world, "foo.com").ok()["orderId"]
    paid = world.balance()
    world.pay(number).ok()
    [task] = story(world, number).standing.tasks
    assert isinstance(task.change, Renewal)
    world.post(f"/me/task/domain/{task.task_id}/cancel").ok()
    assert world.balance() == paid
    assert world.status(number) == "cancelled"
    assert wish(world, "foo.com").status == 200
    assert world.imbalance() == []


def test_an_overlong_id_means_no_other_service(world: World) -> None:
    delivered(world)
    number = service_id(world, "foo.com")
    cut = f"{number:018}7"
    body = {"duration": "P1Y", "services": [number]}
    for answer in (world.get(f"/service/{cut}/renew"), world.post(f"/service/{cut}/renew", body)):
        assert answer.status == 404
    assert world.get(f"/service/{number:018}/renew").ok() == world.get(f"/service/{number}/renew").ok()
