"""/services: what they tell of domains and zones, what can be set, and a termination from its mail to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ordain.flows import services
from tests.api.termination import LINK, newest_mail, token_of

if TYPE_CHECKING:
    from tests.world import World

ROUTE = {"domain": "/domain/{serviceName}", "zone": "/domain/zone/{zoneName}"}
UNKNOWN = "This service does not exist"
WRONG = "The token is wrong, was used already, or is too old"


def held(world: World, *names: str) -> None:
    """Names delivered to Camille, each with its zone."""
    world.pay(world.order(*names)).ok()
    world.deliver()


def service_id(world: World, name: str = "foo.fr", kind: str = "domain") -> int:
    [found] = world.get("/services", resourceName=name, routes=ROUTE[kind]).ok()
    assert isinstance(found, int)
    return found


class TestListing:
    def test_a_name_and_its_zone_are_services_with_ids_of_their_own(self, world: World) -> None:
        held(world, "foo.fr", "bar.com")
        ids = {service_id(world, name, kind) for name in ("foo.fr", "bar.com") for kind in ROUTE}
        assert len(ids) == 4
        assert set(world.get("/services").ok()) == ids == set(world.get("/service").ok())
        assert world.get("/domain/foo.fr").ok()["serviceId"] == service_id(world)

    def test_filters_leave_what_they_name(self, world: World) -> None:
        held(world, "foo.fr", "bar.com")
        both = world.get("/services", resourceName="FOO.fr").ok()
        assert sorted(both) == sorted([service_id(world), service_id(world, kind="zone")])
        assert len(world.get("/services", routes=ROUTE["zone"]).ok()) == 2
        assert len(world.get("/services", routes=",".join(ROUTE.values())).ok()) == 4
        assert world.get("/services", resourceName="baz.fr").ok() == []
        assert world.get("/services", routes="/vps/{serviceName}").ok() == []

    def test_they_come_in_the_order_asked_for(self, world: World) -> None:
        held(world, "foo.fr", "bar.com")
        domains = {"routes": ROUTE["domain"], "orderBy": "resourceName"}
        names = [service_id(world, "bar.com"), service_id(world, "foo.fr")]
        assert world.get("/services", **domains).ok() == names
        assert world.get("/services", **domains, sort="desc").ok() == names[::-1]
        for field, value in (("orderBy", "colour"), ("sort", "sideways")):
            answer = world.get("/services", **{field: value})
            assert (answer.status, list(answer.body["details"])) == (400, [field])

    def test_a_new_account_has_none(self, world: World) -> None:
        assert (world.get("/services").ok(), world.get("/service").ok()) == ([], [])


class TestOneService:
    def test_a_name_in_full(self, world: World) -> None:
        held(world, "foo.fr")
        number, nic = service_id(world), world.nics["camille"]
        assert world.get(f"/services/{number}").ok() == {
            "serviceId": number,
            "parentServiceId": None,
            "tags": [],
            "route": {
                "path": "/domain/{serviceName}",
                "url": "/domain/foo.fr",
                "vars": [{"key": "serviceName", "value": "foo.fr"}],
            },
            "resource": {
                "name": "foo.fr",
                "displayName": "foo.fr",
                "product": {"name": "domain", "description": "Domain name"},
                "resellingProvider": None,
                "state": "active",
            },
            "customer": {
                "contacts": [{"customerCode": nic, "type": kind} for kind in ("administrator", "billing", "technical")]
            },
            "billing": {
                "engagement": None,
                "engagementRequest": None,
                "group": None,
                "pricing": None,
                "expirationDate": "2027-11-23T12:00:00+00:00",
                "nextBillingDate": "2027-11-03T12:00:00+00:00",
                "plan": {"code": "fr", "invoiceName": ".fr"},
                "lifecycle": {
                    "capacities": {"actions": ["terminate", "terminateAtExpirationDate"]},
                    "current": {
                        "creationDate": "2026-11-23T12:00:00+00:00",
                        "pendingActions": [],
                        "state": "active",
                        "terminationDate": None,
                    },
                },
                "renew": {
                    "capacities": {"mode": ["automatic", "manual"]},
                    "current": {"mode": "automatic", "nextDate": "2027-11-03T12:00:00+00:00", "period": None},
                },
            },
        }

    def test_a_zone_goes_on_from_year_to_year_and_is_never_billed(self, world: World) -> None:
        held(world, "foo.fr")
        world.pass_time(days=400)
        zone = world.get(f"/services/{service_id(world, kind='zone')}").ok()
        assert zone["billing"]["expirationDate"] == "2028-11-23T12:00:00+00:00"
        assert zone["billing"]["nextBillingDate"] is None
        assert world.get("/domain/zone/foo.fr/serviceInfos").ok()["status"] == "ok"
        assert world.get("/domain/foo.fr/serviceInfos").ok()["status"] == "expired"
        assert (
            world.get(f"/services/{service_id(world)}").ok()["billing"]["lifecycle"]["current"]["state"] == "unrenewed"
        )

    def test_its_periods_are_those_of_its_extension(self, world: World) -> None:
        held(world, "foo.fr")
        capacities = world.get(f"/services/{service_id(world)}/renewPeriodCapacities").ok()
        assert capacities == [f"P{years}Y" for years in range(1, 11)]
        assert world.get("/domain/foo.fr/serviceInfos").ok()["possibleRenewPeriod"] == [12 * n for n in range(1, 11)]
        assert world.get(f"/services/{service_id(world, kind='zone')}/renewPeriodCapacities").ok() == ["P1Y"]

    def test_it_has_no_options_and_can_be_renewed_early(self, world: World) -> None:
        held(world, "foo.fr")
        number = service_id(world)
        assert world.get(f"/services/{number}/options").ok() == []
        [first, *_] = world.get(f"/service/{number}/renew", includeOptions="true").ok()
        assert first["renewPeriod"] == "P1Y"
        assert first["strategies"][0]["servicesDetails"] == [
            {"serviceId": number, "serviceName": "foo.fr", "serviceType": "domain"}
        ]

    @pytest.mark.parametrize("number", ["1", "abc", "-1", "1.5", "99999999999999999999"])
    def test_what_does_not_exist(self, world: World, number: str) -> None:
        expected = 404 if number == "1" else 400
        assert world.get(f"/services/{number}").status == expected
        assert world.get(f"/service/{number}/renew").body["message"] == UNKNOWN


STRANGERS: list[tuple[str, str, Any]] = [
    ("GET", "/services/{id}", None),
    ("PUT", "/services/{id}", {"displayName": "mine"}),
    ("GET", "/services/{id}/options", None),
    ("GET", "/services/{id}/renewPeriodCapacities", None),
    ("POST", "/services/{id}/terminate", None),
    ("POST", "/services/{id}/terminate/confirm", {"token": "{token}"}),
    ("GET", "/service/{id}", None),
    ("PUT", "/service/{id}", {"resource": {"displayName": "mine"}}),
    ("GET", "/service/{id}/renew", None),
    ("POST", "/service/{id}/renew", {"duration": "P1Y", "services": [1]}),
    ("GET", "/domain/foo.fr/serviceInfos", None),
    ("PUT", "/domain/foo.fr/serviceInfos", {"renew": {"deleteAtExpiration": True}}),
    ("GET", "/domain/zone/foo.fr/serviceInfos", None),
    ("PUT", "/domain/zone/foo.fr/serviceInfos", {"renew": {"deleteAtExpiration": True}}),
    ("POST", "/domain/zone/foo.fr/terminate", None),
    ("POST", "/domain/zone/foo.fr/confirmTermination", {"token": "{token}"}),
]


@pytest.mark.parametrize(("method", "path", "body"), STRANGERS, ids=lambda value: str(value)[:40])
def test_anothers_service_is_the_same_as_none(world: World, method: str, path: str, body: Any) -> None:
    held(world, "foo.fr")
    number = service_id(world)
    world.post("/domain/zone/foo.fr/terminate").ok()
    token = token_of(world)
    body = {"token": token} if body and "token" in body else body
    before = world.get(f"/services/{number}").raw
    answer = world.call(method, path.format(id=number), "dieter", body=body)
    assert (answer.status, answer.body) == (404, {"class": "Client::NotFound", "message": UNKNOWN})
    assert world.get(f"/services/{number}").raw == before
    assert world.get("/domain/zone/foo.fr").status == 200


class TestSettingUp:
    @pytest.mark.parametrize("kind", ["domain", "zone"])
    def test_a_service_can_be_left_to_end_and_taken_back(self, world: World, kind: str) -> None:
        held(world, "foo.fr")
        path, number = ROUTE[kind].replace(ROUTE[kind].split("/")[-1], "foo.fr"), service_id(world, kind=kind)
        assert world.put(f"{path}/serviceInfos", {"renew": {"deleteAtExpiration": True, "period": 12}}).ok() is None
        terms = world.get(f"{path}/serviceInfos").ok()
        assert terms["renew"] == {
            "automatic": kind == "domain", "deleteAtExpiration": True, "forced": False, "manualPayment": None,
            "period": 12,
        }  # fmt: skip
        current = world.get(f"/services/{number}").ok()["billing"]["lifecycle"]["current"]
        assert current["pendingActions"] == ["terminateAtExpirationDate"]
        assert current["terminationDate"] is not None
        assert world.get(f"/service/{number}").ok()["renew"]["mode"] == "deleteAtExpiration"
        world.put(f"/services/{number}", {"terminationPolicy": "empty"}).ok()
        assert world.get(f"{path}/serviceInfos").ok()["renew"]["deleteAtExpiration"] is False

    def test_what_was_read_can_be_sent_back(self, world: World) -> None:
        held(world, "foo.fr")
        for path in ("/domain/foo.fr/serviceInfos", f"/services/{service_id(world)}", f"/service/{service_id(world)}"):
            before = world.get(path).ok()
            sent = before if "Infos" in path else {"resource": before["resource"]} if "/service/" in path else {}
            assert world.put(path, sent).ok() is None
            assert world.get(path).ok() == before

    def test_a_zone_left_to_end_is_deleted_when_its_year_is_over(self, world: World) -> None:
        held(world, "foo.fr")
        world.put("/domain/zone/foo.fr/serviceInfos", {"renew": {"deleteAtExpiration": True}}).ok()
        world.pass_time(days=364)
        assert world.runner.run(services.end_zones(world.engine)) == 0
        world.pass_time(days=1)
        assert world.runner.run(services.end_zones(world.engine)) == 1
        assert world.get("/domain/zone/foo.fr").status == 404

    def test_a_name_is_renewed_by_hand_once_that_is_wished(self, world: World) -> None:
        held(world, "foo.fr")
        number = service_id(world)
        for body, automatic in (
            ({"mode": "manual"}, False), ({"mode": "automatic"}, True), ({"period": "P1Y"}, True),
        ):  # fmt: skip
            world.put(f"/services/{number}", {"renew": body}).ok()
            shown = world.get(f"/services/{number}").ok()["billing"]["renew"]["current"]["mode"]
            assert shown == ("automatic" if automatic else "manual")
            assert world.get("/domain/foo.fr").ok()["renewalState"] == f"{shown}_renew"
        world.put("/domain/foo.fr/serviceInfos", {"renew": {"manualPayment": True}}).ok()
        assert world.get("/domain/foo.fr/serviceInfos").ok()["renew"]["automatic"] is False

    def test_a_service_is_called_as_its_customer_likes(self, world: World) -> None:
        held(world, "foo.fr")
        number = service_id(world)
        world.put(f"/services/{number}", {"displayName": "Vitrine été"}).ok()
        assert world.get(f"/service/{number}").ok()["resource"]["displayName"] == "Vitrine été"
        world.put(f"/service/{number}", {"resource": {"displayName": "Boutique", "name": "ignored"}}).ok()
        assert world.get(f"/services/{number}").ok()["resource"] | {"product": None} == {
            "displayName": "Boutique", "name": "foo.fr", "product": None, "resellingProvider": None, "state": "active",
        }  # fmt: skip
        world.put(f"/services/{number}", {"displayName": ""}).ok()
        assert world.get(f"/services/{number}").ok()["resource"]["displayName"] == "foo.fr"

    @pytest.mark.parametrize(
        ("path", "body", "field"),
        [
            ("/domain/zone/foo.fr/serviceInfos", {"renew": {"automatic": True}}, "renew.automatic"),
            (
                "/domain/foo.fr/serviceInfos",
                {"renew": {"automatic": True, "manualPayment": True}},
                "renew.manualPayment",
            ),
            ("/domain/foo.fr/serviceInfos", {"renew": {"forced": True}}, "renew.forced"),
            ("/domain/foo.fr/serviceInfos", {"renew": {"period": 7}}, "renew.period"),
            ("/domain/foo.fr/serviceInfos", {"renew": {"period": "12"}}, "renew.period"),
            ("/domain/foo.fr/serviceInfos", {"renew": {"deleteAtExpiration": "yes"}}, "renew.deleteAtExpiration"),
            ("/domain/foo.fr/serviceInfos", {"renew": []}, "renew"),
            ("/domain/zone/foo.fr/serviceInfos", {"renew": {"period": 24}}, "renew.period"),
            ("/services/{id}", {"renew": {"mode": "sometimes"}}, "renew.mode"),
            ("/services/{id}", {"renew": {"period": "P13M"}}, "renew.period"),
            ("/services/{id}", {"renew": {"period": "soon"}}, "renew.period"),
            ("/services/{id}", {"terminationPolicy": "never"}, "terminationPolicy"),
            ("/services/{id}", {"terminationPolicy": "terminateAtEngagementDate"}, "terminationPolicy"),
            ("/services/{id}", {"displayName": "x" * 256}, "displayName"),
            ("/service/{id}", {"resource": {"displayName": 7}}, "resource.displayName"),
        ],
    )
    def test_what_cannot_be_set_is_named_and_nothing_is(self, world: World, path: str, body: Any, field: str) -> None:
        held(world, "foo.fr")
        number = service_id(world)
        before = world.get(f"/services/{number}").raw, world.get("/domain/zone/foo.fr/serviceInfos").raw
        answer = world.put(path.format(id=number), {"displayName": "x", **body} if path == "/services/{id}" else body)
        assert (answer.status, list(answer.body["details"])) == (400, [field])
        assert (world.get(f"/services/{number}").raw, world.get("/domain/zone/foo.fr/serviceInfos").raw) == before


class TestTermination:
    def test_its_mail_is_what_clients_look_for(self, world: World) -> None:
        held(world, "foo.fr")
        number = service_id(world)
        said = world.post(f"/services/{number}/terminate").ok()
        assert "foo.fr" in said["message"]
        body = newest_mail(world)
        found = LINK.search(body)
        assert found is not None
        assert found[1] == str(number)
        assert len(found[2]) == 64
        assert f"{world.engine.public_url}/billing/confirmTerminate?" in body
        assert "foo.fr" in body
        assert "2026-11-26" in body

    def test_asking_changes_nothing_yet(self, world: World) -> None:
        held(world, "foo.fr")
        before = world.get(f"/services/{service_id(world)}").raw, world.get("/domain/foo.fr").raw
        world.post(f"/services/{service_id(world)}/terminate").ok()
        assert (world.get(f"/services/{service_id(world)}").raw, world.get("/domain/foo.fr").raw) == before

    def test_a_zone_is_gone_once_it_is_confirmed(self, world: World) -> None:
        held(world, "foo.fr", "baz.fr")
        number = service_id(world, kind="zone")
        assert "foo.fr" in world.post("/domain/zone/foo.fr/terminate").ok()
        token = token_of(world)
        farewell = {"token": token, "reason": "OTHER", "futureUse": "OTHER", "commentary": "Merci"}
        assert "foo.fr" in world.post("/domain/zone/foo.fr/confirmTermination", farewell).ok()
        for path in ("/domain/zone/foo.fr", "/domain/zone/foo.fr/record", f"/services/{number}"):
            assert world.get(path).status == 404
        assert world.get("/domain/zone").ok() == ["baz.fr"]
        assert world.get("/domain/foo.fr").status == 200, "the name stays"
        again = world.post("/domain/zone/foo.fr/confirmTermination", farewell)
        assert (again.status, again.body["message"]) == (404, UNKNOWN)

    def test_either_way_of_terminating_a_zone_takes_the_others_token(self, world: World) -> None:
        held(world, "foo.fr")
        number = service_id(world, kind="zone")
        world.post(f"/services/{number}/terminate").ok()
        world.post("/domain/zone/foo.fr/confirmTermination", {"token": token_of(world)}).ok()
        assert world.get("/domain/zone").ok() == []

    def test_a_token_is_used_once(self, world: World) -> None:
        held(world, "foo.fr")
        path = f"/services/{service_id(world)}/terminate"
        world.post(path).ok()
        token = {"token": token_of(world)}
        world.post(f"{path}/confirm", token).ok()
        again = world.post(f"{path}/confirm", token)
        assert (again.status, again.body["message"]) == (400, WRONG)

    def test_a_newer_mail_makes_the_older_ones_token_worthless(self, world: World) -> None:
        held(world, "foo.fr")
        path = f"/services/{service_id(world)}/terminate"
        world.post(path).ok()
        first = token_of(world)
        world.post(path).ok()
        assert world.post(f"{path}/confirm", {"token": first}).status == 400
        world.post(f"{path}/confirm", {"token": token_of(world)}).ok()

    def test_a_token_ends_after_three_days(self, world: World) -> None:
        held(world, "foo.fr")
        path = f"/services/{service_id(world)}/terminate"
        world.post(path).ok()
        token = {"token": token_of(world)}
        world.pass_time(days=3)
        answer = world.post(f"{path}/confirm", token)
        assert (answer.status, answer.body["message"], list(answer.body["details"])) == (400, WRONG, ["token"])

    def test_a_token_ends_its_own_service_only(self, world: World) -> None:
        held(world, "foo.fr", "baz.fr")
        world.post("/domain/zone/foo.fr/terminate").ok()
        token = {"token": token_of(world)}
        assert world.post("/domain/zone/baz.fr/confirmTermination", token).status == 400
        assert world.post(f"/services/{service_id(world)}/terminate/confirm", token).status == 400
        assert sorted(world.get("/domain/zone").ok()) == ["baz.fr", "foo.fr"]

    @pytest.mark.parametrize(
        "body",
        [None, {}, {"token": None}, {"token": 7}, {"token": ""}, {"token": "x" * 64}, {"token": "x" * 256}, [], "x",
         {"Token": "x"}],
    )  # fmt: skip
    def test_what_is_no_token_is_refused(self, world: World, body: Any) -> None:
        held(world, "foo.fr")
        for path in (f"/services/{service_id(world)}/terminate", "/domain/zone/foo.fr/terminate"):
            world.post(path).ok()
            confirm = f"{path}/confirm" if "services" in path else "/domain/zone/foo.fr/confirmTermination"
            assert world.post(confirm, body).status == 400
        assert (world.get("/domain/zone").ok(), world.get("/domain").ok()) == (["foo.fr"], ["foo.fr"])

    def test_a_reason_the_contract_does_not_know_is_refused(self, world: World) -> None:
        held(world, "foo.fr")
        world.post("/domain/zone/foo.fr/terminate").ok()
        token = token_of(world)
        for field, value in (("reason", "BORED"), ("futureUse", "NONE"), ("commentary", "x" * 10_001)):
            answer = world.post("/domain/zone/foo.fr/confirmTermination", {"token": token, field: value})
            assert (answer.status, list(answer.body["details"])) == (400, [field])
        world.post("/domain/zone/foo.fr/confirmTermination", {"token": token}).ok()


class TestTheEndOfAName:
    def ended(self, world: World) -> int:
        """A name whose termination is confirmed; its service."""
        held(world, "foo.fr")
        number = service_id(world)
        world.post(f"/services/{number}/terminate").ok()
        said = world.post(f"/services/{number}/terminate/confirm", {"token": token_of(world)}).ok()
        assert "foo.fr" in said["message"]
        return number

    def test_a_task_gives_it_up_at_its_registry(self, world: World) -> None:
        number = self.ended(world)
        assert world.get(f"/services/{number}").ok()["resource"]["state"] == "toDelete"
        assert world.get(f"/services/{number}").ok()["billing"]["lifecycle"]["current"]["pendingActions"] == [
            "terminate"
        ]
        functions = [world.get(f"/me/task/domain/{one}").ok()["function"] for one in world.get("/me/task/domain").ok()]
        assert functions[-1] == "DomainDelete"
        world.deliver()
        told = world.get(f"/services/{number}").ok()
        assert (told["resource"]["state"], told["billing"]["lifecycle"]["current"]["state"]) == (
            "deleted",
            "terminated",
        )
        assert world.get("/domain/zone/foo.fr").status == 200, "its zone is a service of its own"

    def test_it_is_not_terminated_twice(self, world: World) -> None:
        number = self.ended(world)
        assert world.post(f"/services/{number}/terminate").status == 409
        world.deliver()
        gone = world.post(f"/services/{number}/terminate")
        assert (gone.status, gone.body["class"]) == (460, "Client::Expired"), "terraform takes it for gone"

    def test_two_mails_end_it_once(self, world: World) -> None:
        held(world, "foo.fr")
        path = f"/services/{service_id(world)}/terminate"
        world.post(path).ok()
        token = {"token": token_of(world)}
        answers = [world.post(f"{path}/confirm", token).status for _ in range(3)]
        assert answers == [200, 400, 400]
        deletions = [one for one in world.get("/me/task/domain").ok()
                     if world.get(f"/me/task/domain/{one}").ok()["function"] == "DomainDelete"]  # fmt: skip
        assert len(deletions) == 1
