"""What would become of a zone is told before it is done, and only to the zone that was seen; sign-ins by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.flows.test_renewals import delivered
from tests.web.people import signed_in

if TYPE_CHECKING:
    from tests.world import World

ZONE, OURS = "/domain/zone/foo.com", "/ordain/v1/zones/foo.com"


def test_an_import_is_planned_and_done_to_what_was_seen(world: World) -> None:
    delivered(world)
    file = f"{world.get(f'{ZONE}/export').ok()}\nnew 300 IN A 192.0.2.1\n"
    plan = world.post(f"{OURS}/import/plan", {"zoneFile": file}).ok()
    assert plan["comes"] == [{"fieldType": "A", "subDomain": "new", "target": "192.0.2.1", "ttl": 300}]
    assert plan["goes"] == []
    world.post(f"{ZONE}/record", {"fieldType": "A", "subDomain": "else", "target": "192.0.2.3"}).ok()
    late = world.post(f"{OURS}/import", {"zoneFile": file, "seen": plan["seen"]})
    assert (late.status, "changed meanwhile" in late.body["message"]) == (409, True)
    again = world.post(f"{OURS}/import/plan", {"zoneFile": file}).ok()
    assert [one["subDomain"] for one in again["goes"]] == ["else"]
    world.post(f"{OURS}/import", {"zoneFile": file, "seen": again["seen"]}).ok()
    assert world.get(f"{ZONE}/record", subDomain="else").ok() == []
    assert world.post(f"{OURS}/import/plan", {"zoneFile": "www A nonsense"}).status == 400
    assert world.post(f"{OURS}/import/plan", {"zoneFile": file}, "dieter").status == 404


def test_a_restoration_is_planned_and_done_to_what_was_seen(world: World) -> None:
    delivered(world)
    record = world.post(f"{ZONE}/record", {"fieldType": "A", "subDomain": "shop", "target": "192.0.2.1"}).ok()
    world.post(f"{ZONE}/refresh").ok()
    at = world.get(f"{ZONE}/history").ok()[0]
    world.delete(f"{ZONE}/record/{record['id']}").ok()
    plan = world.get(f"{OURS}/history/{at}/plan").ok()
    assert [one["subDomain"] for one in plan["comes"]] == ["shop"]
    assert world.post(f"{OURS}/history/{at}/restore", {"seen": "another"}).status == 409
    world.post(f"{OURS}/history/{at}/restore", {"seen": plan["seen"]}).ok()
    assert len(world.get(f"{ZONE}/record", subDomain="shop").ok()) == 1


def test_sign_ins_are_told_and_ended(world: World) -> None:
    camille = signed_in(world)
    camille.open("/account")
    [one] = world.get("/ordain/v1/sessions").ok()
    assert (one["network"], one["awaitsCode"]) == ("192.0.2.9", False)
    assert world.get("/ordain/v1/sessions", "dieter").ok() == []
    assert world.delete(f"/ordain/v1/sessions/{one['key']}", "dieter").status == 404
    world.delete(f"/ordain/v1/sessions/{one['key']}").ok()
    assert "/sign-in" in str(camille.open("/account").url)
    assert world.delete(f"/ordain/v1/sessions/{one['key']}").status == 404
    world.delete("/ordain/v1/sessions").ok()
