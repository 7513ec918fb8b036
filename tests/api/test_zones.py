"""Zones as customers edit them: records and SOA, staged until refreshed; files, history, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dns.message
import pytest

from ordain.adapters.own_name_server import OwnNameServer
from ordain.core import zone_rules
from tests.zones import NameServerApart, delivered, use_name_server

if TYPE_CHECKING:
    from tests.world import World

Z = "/domain/zone/foo.fr"


@pytest.fixture
def serving(world: World) -> NameServerApart:
    """Camille's zone foo.fr at a name server whose answers can be looked at."""
    name_server = NameServerApart(world.engine.name_server.hosts)
    use_name_server(world, name_server)
    delivered(world, "foo.fr")
    return name_server


def add(world: World, kind: str, sub_domain: str, target: str, **more: Any) -> int:
    """A new record's id."""
    body = {"fieldType": kind, "subDomain": sub_domain, "target": target, **more}
    made: int = world.post(f"{Z}/record", body).ok()["id"]
    return made


def refresh(world: World) -> None:
    world.post(f"{Z}/refresh").ok()
    world.deliver()


def records(world: World) -> list[tuple[str, str, str, int]]:
    """(sub-domain, type, target, TTL) of the zone's records, but for its own name servers."""
    read = [world.get(f"{Z}/record/{number}").ok() for number in world.get(f"{Z}/record").ok()]
    rows = [(r["subDomain"], r["fieldType"], r["target"], r["ttl"]) for r in read]
    return sorted(row for row in rows if row[:2] != ("", "NS"))


def test_a_record_is_staged_until_the_zone_is_refreshed(world: World, serving: NameServerApart) -> None:
    before = world.get(f"{Z}/soa").ok()["serial"]
    made = world.post(f"{Z}/record", {"fieldType": "A", "subDomain": "App", "target": "192.0.2.1"}).ok()
    assert made == {
        "fieldType": "A",
        "id": made["id"],
        "subDomain": "app",
        "target": "192.0.2.1",
        "ttl": 0,
        "zone": "foo.fr",
    }
    assert made["id"] > 0
    world.deliver()
    assert ("app", "A", "192.0.2.1") not in serving.rows("foo.fr")
    assert world.get(f"{Z}/status").ok()["warnings"] == [
        "Changes are staged: POST /domain/zone/{zoneName}/refresh publishes them"
    ]
    assert world.post(f"{Z}/refresh").ok() is None
    world.deliver()
    assert ("app", "A", "192.0.2.1") in serving.rows("foo.fr")
    assert world.get(f"{Z}/soa").ok()["serial"] == serving.serves["foo.fr"].serial == before + 1
    assert world.get(f"{Z}/status").ok() == {"errors": [], "isDeployed": True, "warnings": []}


def test_records_are_changed_and_deleted(world: World, serving: NameServerApart) -> None:
    number = add(world, "A", "app", "192.0.2.1", ttl=600)
    assert world.put(f"{Z}/record/{number}", {"target": "192.0.2.2", "ttl": None, "unknown": 1}).ok() is None
    assert world.get(f"{Z}/record/{number}").ok()["target"] == "192.0.2.2"
    assert world.get(f"{Z}/record/{number}").ok()["ttl"] == 600
    world.put(f"{Z}/record/{number}", {"subDomain": "api"}).ok()
    refresh(world)
    assert ("api", "A", "192.0.2.2") in serving.rows("foo.fr")
    assert world.delete(f"{Z}/record/{number}").ok() is None
    assert world.delete(f"{Z}/record/{number}").status == 404
    refresh(world)
    assert ("api", "A", "192.0.2.2") not in serving.rows("foo.fr")


def test_records_are_found_by_type_and_name(world: World, serving: NameServerApart) -> None:
    apex, app = add(world, "TXT", "", "hello"), add(world, "TXT", "app", "hello")
    assert world.get(f"{Z}/record", fieldType="TXT").ok() == [apex, app]
    assert world.get(f"{Z}/record", fieldType="TXT", subDomain="").ok() == [apex]
    assert world.get(f"{Z}/record", subDomain="APP").ok() == [app]
    assert world.get(f"{Z}/record", fieldType="A").ok() == []
    assert world.get(f"{Z}/record/").ok() == world.get(f"{Z}/record").ok()
    assert world.get(f"{Z}/record", fieldType="WKS").status == 400
    assert serving.publications == 1


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({}, 400, "fieldType"),
    ({"fieldType": "A"}, 400, "target"),
    ({"fieldType": "WKS", "target": "x"}, 400, "fieldType"),
    ({"fieldType": "A", "target": "192.0.2"}, 400, "target"),
    ({"fieldType": "A", "target": "192.0.2.1", "subDomain": "a..b"}, 400, "subDomain"),
    ({"fieldType": "A", "target": "192.0.2.1", "subDomain": "a b"}, 400, "subDomain"),
    ({"fieldType": "A", "target": "192.0.2.1", "subDomain": "x" * 256}, 400, "subDomain"),
    ({"fieldType": "A", "target": "192.0.2.1", "ttl": 5}, 400, "ttl"),
    ({"fieldType": "A", "target": "192.0.2.1", "ttl": "60"}, 400, "ttl"),
    ({"fieldType": "TXT", "target": "x" * 5000}, 400, "target"),
    ({"fieldType": "TXT", "target": "a\nb"}, 400, "target"),
    ({"fieldType": "CNAME", "target": "a.", "subDomain": ""}, 400, "subDomain"),
    ({"fieldType": "DMARC", "target": "v=DMARC1; p=none", "subDomain": "www"}, 400, "subDomain"),
    ({"fieldType": "A", "target": "192.0.2.1", "subDomain": "www"}, 409, "CNAME stands alone"),
    ({"fieldType": "CNAME", "target": "foo.fr.", "subDomain": "WWW"}, 409, "already"),
]


@pytest.mark.parametrize(("body", "status", "said"), WRONG, ids=[str(number) for number in range(len(WRONG))])
@pytest.mark.usefixtures("serving")
def test_a_wrong_record_is_refused_and_nothing_is_staged(world: World, body: Any, status: int, said: str) -> None:
    before = records(world)
    answer = world.post(f"{Z}/record", body)
    assert (answer.status, said in answer.raw.decode()) == (status, True), answer.raw
    assert records(world) == before
    assert world.get(f"{Z}/status").ok()["warnings"] == []


@pytest.mark.usefixtures("serving")
def test_the_same_record_twice_is_one(world: World) -> None:
    add(world, "MX", "", "10 mail")
    again = world.post(f"{Z}/record", {"fieldType": "MX", "target": "10 MAIL.foo.fr."})
    assert (again.status, again.body["message"]) == (409, "the zone itself has this MX record already")


@pytest.mark.usefixtures("serving")
def test_the_zones_own_name_servers_stay(world: World) -> None:
    [first, _] = world.get(f"{Z}/record", fieldType="NS").ok()
    assert world.delete(f"{Z}/record/{first}").status == 403
    assert world.put(f"{Z}/record/{first}", {"target": "ns.elsewhere.example."}).status == 403
    other = add(world, "NS", "", "secondary.elsewhere.example.")
    assert world.delete(f"{Z}/record/{other}").ok() is None


def test_a_strangers_zone_and_none_are_the_same(world: World, serving: NameServerApart) -> None:
    number = add(world, "A", "app", "192.0.2.1")
    point = world.get(f"{Z}/history").ok()[0]
    routes = [
        ("GET", ""), ("GET", "/status"), ("GET", "/soa"), ("PUT", "/soa"), ("GET", "/record"), ("POST", "/record"),
        ("GET", f"/record/{number}"), ("PUT", f"/record/{number}"), ("DELETE", f"/record/{number}"), ("GET", "/export"),
        ("POST", "/import"), ("POST", "/refresh"), ("POST", "/reset"), ("GET", "/history"),
        ("GET", f"/history/{point}"), ("POST", f"/history/{point}/restore"),
        ("GET", "/task"), ("GET", "/task/1"), ("POST", "/task/1/cancel"),
        ("GET", "/dnssec"), ("POST", "/dnssec"), ("DELETE", "/dnssec"), ("GET", "/capabilities"), ("GET", "/option"),
        ("GET", "/redirection"), ("POST", "/redirection"), ("GET", "/redirection/1"), ("DELETE", "/redirection/1"),
        ("GET", "/dynHost/login"), ("POST", "/dynHost/login"), ("GET", "/dynHost/record"), ("POST", "/dynHost/record"),
    ]  # fmt: skip
    body = {
        "fieldType": "A", "target": "https://a.example/", "type": "visible", "subDomain": "x",
        "zoneFile": "a A 192.0.2.1\n", "loginSuffix": "x", "password": "long enough", "ip": "192.0.2.1",
    }  # fmt: skip
    for method, path in routes:
        sent = {**body, "target": "192.0.2.7"} if path.startswith("/record") else body
        for name, who in (("foo.fr", "dieter"), ("none.fr", "camille")):
            answer = world.call(method, f"/domain/zone/{name}{path}", who, body=None if method == "GET" else sent)
            assert (answer.status, answer.body["message"]) == (404, "This service does not exist"), (method, path, name)
    assert records(world) == [("app", "A", "192.0.2.1", 0), ("www", "CNAME", "foo.fr.", 3600)]
    assert serving.publications == 1


def test_the_soa_is_changed_in_part(world: World, serving: NameServerApart) -> None:
    soa = world.get(f"{Z}/soa").ok()
    assert soa == {
        "email": "hostmaster@foo.fr", "expire": 3600000, "nxDomainTtl": 300, "refresh": 86400, "serial": 2026112300,
        "server": "ns1.ordain.example.", "ttl": 3600,
    }  # fmt: skip
    world.put(f"{Z}/soa", soa).ok()
    world.put(f"{Z}/soa", {"ttl": 7200, "serial": 2030000000, "email": "dns@foo.fr", "refresh": None}).ok()
    assert world.get(f"{Z}/soa").ok() == {**soa, "ttl": 7200, "serial": 2030000000, "email": "dns@foo.fr"}
    refresh(world)
    assert (serving.serves["foo.fr"].serial, serving.serves["foo.fr"].soa.ttl) == (2030000001, 7200)


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize(
    "change",
    [
        {"serial": 2026112299 - 500}, {"serial": 2**32}, {"serial": -1}, {"ttl": 0}, {"expire": -5}, {"refresh": 2**31},
        {"nxDomainTtl": -1}, {"email": "nobody"}, {"email": "a b@foo.fr"}, {"email": "a\tb@foo.fr"},
        {"email": f"{'a' * 64}@foo.fr"}, {"email": "a\nwww\tA\t192.0.2.1\nb@foo.fr"},
        {"server": "not a host"}, {"ttl": "3600"},
    ],
)  # fmt: skip
def test_a_wrong_soa_is_refused_by_its_field(world: World, change: dict[str, Any]) -> None:
    answer = world.put(f"{Z}/soa", change)
    assert (answer.status, list(answer.body["details"])) == (400, list(change))


def test_the_longest_mailbox_is_answered_for(world: World) -> None:
    """It is one label of the DNS: with a longer one nothing of the zone could be told."""
    delivered(world, "foo.fr")
    world.put(f"{Z}/soa", {"email": f"{'a' * 63}@foo.fr"}).ok()
    refresh(world)
    name_server = world.engine.name_server
    assert isinstance(name_server, OwnNameServer)
    asked = dns.message.make_query("foo.fr", "SOA").to_wire()
    answer = world.runner.run(name_server.answer(asked, by_tcp=True))
    assert answer is not None
    assert dns.message.from_wire(answer).answer


def test_a_file_replaces_the_zones_records_at_once(world: World, serving: NameServerApart) -> None:
    kept = add(world, "SPF", "", "v=spf1 mx ~all")
    file = 'www 600 IN A 192.0.2.1\n@ IN TXT "v=spf1 mx ~all"\n@ IN NS ns.elsewhere.example.\nwww 600 A 192.0.2.1\n'
    task = world.post(f"{Z}/import", {"zoneFile": file}).ok()
    assert (task["function"], task["status"], task["canCancel"]) == ("ZoneImport", "todo", True)
    world.deliver()
    assert world.get(f"{Z}/task/{task['id']}").ok()["status"] == "done"
    assert world.get(f"{Z}/task", function="ZoneImport", status="done").ok() == [task["id"]]
    assert records(world) == [("", "SPF", "v=spf1 mx ~all", 0), ("www", "A", "192.0.2.1", 600)]
    assert world.get(f"{Z}/record/{kept}").ok()["fieldType"] == "SPF", "what stays the same keeps its id"
    assert serving.rows("foo.fr") == [("", "TXT", '"v=spf1 mx ~all"'), ("www", "A", "192.0.2.1")]
    assert len(world.get(f"{Z}/record", fieldType="NS").ok()) == 2


@pytest.mark.usefixtures("serving")
def test_the_tasks_of_all_zones_are_found_by_zone_function_and_status(world: World) -> None:
    before = world.get("/me/task/dns").ok()
    task = world.post(f"{Z}/import", {"zoneFile": "www 600 IN A 192.0.2.1"}).ok()["id"]
    filters: dict[str, str]
    for found, filters in (
        ([*before, task], {}),
        ([*before, task], {"zone": "foo.fr"}),
        ([task], {"zone": "foo.fr", "function": "ZoneImport", "status": "todo"}),
        ([], {"function": "ZoneImport", "status": "done"}),
        ([], {"zone": "nowhere.fr"}),
    ):
        assert world.get("/me/task/dns", **filters).ok() == found, filters


def test_an_export_imported_changes_nothing(world: World, serving: NameServerApart) -> None:
    add(world, "NS", "", "secondary.elsewhere.example.")
    add(world, "A", "home", "192.0.2.3", ttl=60)
    add(world, "DMARC", "_dmarc", "v=DMARC1; p=none")
    add(world, "MX", "", "10 mail")
    world.post(f"{Z}/redirection", {"subDomain": "old", "target": "https://new.example/", "type": "visible"}).ok()
    world.post(f"{Z}/dynHost/record", {"subDomain": "box", "ip": "192.0.2.9"}).ok()
    refresh(world)
    before, served = world.get(f"{Z}/record").ok(), serving.rows("foo.fr")
    world.post(f"{Z}/import", {"zoneFile": world.get(f"{Z}/export").ok()}).ok()
    world.deliver()
    assert world.get(f"{Z}/record").ok() == before
    assert serving.rows("foo.fr") == served


@pytest.mark.usefixtures("serving")
def test_a_zone_has_so_many_names(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        wish = {"fieldType": "A", "subDomain": f"a.b.c{number}", "target": "192.0.2.1"}
        made = world.post(f"{Z}/record", wish).ok()["id"]
    monkeypatch.setattr(zone_rules, "MOST_NAMES", 8)
    world.put(f"{Z}/record/{made}", {"ttl": 600}).ok()
    world.post(f"{Z}/record", {"fieldType": "A", "subDomain": "b.c0", "target": "192.0.2.1"}).ok()
    for path, sent in (
        ("record", wish | {"subDomain": "a.d"}),
        ("import", {"zoneFile": "1.2.3.4.5.6.7.8 A 192.0.2.1"}),
    ):
        refused = world.post(f"{Z}/{path}", sent)
        assert (refused.status, refused.body["message"].partition(",")[0]) == (409, "A zone has at most 8 names")


@pytest.mark.usefixtures("serving")
def test_a_wrong_file_changes_nothing_and_every_line_is_named(world: World) -> None:
    before = records(world)
    world.post(f"{Z}/redirection", {"subDomain": "old", "target": "https://new.example/", "type": "visible"}).ok()
    answer = world.post(f"{Z}/import", {"zoneFile": "a A 192.0.2\nb A 192.0.2.1\nc FOO x\n"})
    assert (answer.status, answer.body["message"].splitlines()) == (
        400,
        ["zoneFile, line 1: Text input is malformed", "zoneFile, line 3: unknown rdatatype 'FOO'"],
    )
    clash = world.post(f"{Z}/import", {"zoneFile": "a A 192.0.2.1\na CNAME b\n\nold A 192.0.2.1\n"})
    assert clash.body["message"].splitlines() == [
        "zoneFile, line 2: a has A records already: a CNAME stands alone (RFC 1034 §3.6.2)",
        "zoneFile, line 4: old is redirected: delete the redirection first",
    ]
    assert world.post(f"{Z}/import", {"zoneFile": ""}).status == 400
    assert world.post(f"{Z}/import", {}).status == 400
    assert records(world) == before


def test_a_zone_is_restored_to_a_point_of_its_history(world: World, serving: NameServerApart) -> None:
    [first] = world.get(f"{Z}/history").ok()
    world.pass_time(minutes=1)
    staged = add(world, "A", "app", "192.0.2.1")
    world.post(f"{Z}/import", {"zoneFile": "new A 192.0.2.2\n"}).ok()
    world.deliver()
    imported, edited, same = world.get(f"{Z}/history").ok()
    assert (same, first) == (first, first)
    assert imported > edited > first
    world.pass_time(minutes=1)
    task = world.post(f"{Z}/history/{edited}/restore").ok()
    world.deliver()
    assert task["function"] == "ZoneRestore"
    assert records(world) == [("app", "A", "192.0.2.1", 0), ("www", "CNAME", "foo.fr.", 3600)]
    assert world.get(f"{Z}/record/{staged}").ok()["target"] == "192.0.2.1", "records come back under their ids"
    assert serving.rows("foo.fr") == [("app", "A", "192.0.2.1"), ("www", "CNAME", "foo.fr.")]
    world.post(f"{Z}/history/{imported.replace('+00:00', 'Z')}/restore").ok()
    world.deliver()
    assert serving.rows("foo.fr") == [("new", "A", "192.0.2.2")]
    assert len(world.get(f"{Z}/history").ok()) == 5
    since = {"creationDate.from": imported}
    assert len(world.get(f"{Z}/history", **since).ok()) == 3
    assert world.get(f"{Z}/history", **{"creationDate.to": first}).ok() == [first]


@pytest.mark.usefixtures("serving")
def test_a_restore_point_has_a_file_for_whoever_has_its_link(world: World) -> None:
    [point] = world.get(f"{Z}/history").ok()
    read = world.get(f"{Z}/history/{point}").ok()
    link = read["zoneFileUrl"].removeprefix(world.engine.public_url)
    answer = world.send("GET", link)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert answer.raw.decode() == world.get(f"{Z}/export").ok()
    assert world.send("GET", f"{link}x").status == 404
    world.pass_time(hours=2)
    assert world.send("GET", link).status == 404


@pytest.mark.usefixtures("serving")
@pytest.mark.parametrize(
    ("instant", "status"), [("yesterday", 400), ("2026-13-01T00:00:00Z", 400), ("2020-01-01T00:00:00Z", 404)]
)
def test_there_is_no_restore_point_of_any_other_instant(world: World, instant: str, status: int) -> None:
    assert world.get(f"{Z}/history/{instant}").status == status
    assert world.post(f"{Z}/history/{instant}/restore").status == status


def test_a_zone_begins_anew(world: World, serving: NameServerApart) -> None:
    add(world, "A", "app", "192.0.2.1")
    world.post(f"{Z}/redirection", {"subDomain": "old", "target": "https://new.example/", "type": "visible"}).ok()
    wanted = [{"fieldType": "A", "target": "192.0.2.5"}, {"fieldType": "MX", "target": "10 mail"}]
    assert world.post(f"{Z}/reset", {"DnsRecords": wanted, "minimized": True}).ok() is None
    world.deliver()
    assert serving.rows("foo.fr") == [("", "A", "192.0.2.5"), ("", "MX", "10 mail.foo.fr.")]
    assert world.get(f"{Z}/redirection").ok() == []
    world.post(f"{Z}/reset").ok()
    world.deliver()
    assert records(world) == [("www", "CNAME", "foo.fr.", 3600)]
    wrong = world.post(f"{Z}/reset", {"DnsRecords": [{"fieldType": "A", "target": "x"}]})
    assert (wrong.status, list(wrong.body["details"])) == (400, ["DnsRecords[0].target"])
    assert world.post(f"{Z}/reset", {"DnsRecords": [wanted[0], wanted[0]]}).status == 400
    assert world.post(f"{Z}/reset", {"DnsRecords": [{"fieldType": "TXT", "target": "x"}]}).status == 400


@pytest.mark.usefixtures("serving")
def test_a_zone_is_found_by_its_name_in_any_case(world: World) -> None:
    assert world.get("/domain/zone/FOO.fr/").ok()["name"] == "foo.fr"
    made = world.post("/domain/zone/FOO.fr/record", {"fieldType": "A", "subDomain": "a", "target": "192.0.2.1"}).ok()
    assert made["zone"] == "foo.fr"
