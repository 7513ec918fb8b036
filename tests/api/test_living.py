"""Living with a name through the API: what becomes so, what is refused and in which words, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.visits.domain import KEY, token

if TYPE_CHECKING:
    from tests.world import Answer, World

ELSEWHERE = [{"host": "ns1.elsewhere.example"}, {"host": "ns2.elsewhere.example", "ip": ""}]
WRONG = [{"host": "wrong.elsewhere.example"}, {"host": "ns2.elsewhere.example"}]


@pytest.fixture
def home(world: World) -> World:
    """A world in which Camille has foo.fr."""
    world.pay(world.order("foo.fr")).ok()
    world.deliver()
    return world


def update(world: World, servers: list[dict[str, Any]], who: str = "camille") -> Answer:
    return world.post("/domain/foo.fr/nameServers/update", {"nameServers": servers}, who)


def hosts(world: World) -> list[str]:
    numbers = world.get("/domain/foo.fr/nameServer").ok()
    return [world.get(f"/domain/foo.fr/nameServer/{number}").ok()["host"] for number in numbers]


# --- name servers ---


def test_name_servers_are_replaced_as_terraform_does_it(home: World) -> None:
    asked = update(home, ELSEWHERE).ok()
    assert (asked["function"], asked["status"], asked["domain"]) == ("DomainDnsUpdate", "todo", "foo.fr")
    old = home.get("/domain/foo.fr/nameServer").ok()
    assert [home.get(f"/domain/foo.fr/nameServer/{number}").ok()["toDelete"] for number in old] == [True, True]
    home.deliver()
    done = home.get(f"/domain/foo.fr/task/{asked['id']}").ok()
    assert done["status"] == "done"
    assert done["doneDate"] is not None
    assert hosts(home) == ["ns1.elsewhere.example", "ns2.elsewhere.example"]
    assert home.get("/domain/foo.fr").ok()["nameServerType"] == "external"
    back = home.put("/domain/foo.fr", {"nameServerType": "hosted"}).ok()
    assert (back["nameServerType"], "iam" in back) == ("external", False)
    home.deliver()
    assert home.get("/domain/foo.fr").ok()["nameServerType"] == "hosted"
    assert hosts(home) == list(home.engine.name_server.hosts)


def test_a_servers_number_is_its_own_while_others_come_and_go(home: World) -> None:
    update(home, ELSEWHERE).ok()
    home.deliver()
    [first, second] = home.get("/domain/foo.fr/nameServer").ok()
    home.post("/domain/foo.fr/nameServer", {"nameServer": [{"host": "NS0.elsewhere.example."}]}).ok()
    home.deliver()
    assert home.get("/domain/foo.fr/nameServer").ok()[:2] == [first, second]
    home.delete(f"/domain/foo.fr/nameServer/{first}").ok()
    home.deliver()
    assert hosts(home) == ["ns2.elsewhere.example", "ns0.elsewhere.example"]
    assert home.get(f"/domain/foo.fr/nameServer/{first}").status == 404
    spared = home.delete(f"/domain/foo.fr/nameServer/{second}")
    assert (spared.status, spared.body["message"]) == (409, "foo.fr has 2 name servers and needs 2")


def test_a_name_server_below_the_name_brings_its_glue(home: World) -> None:
    below = [{"host": "ns1.foo.fr", "ip": "192.0.2.1"}, {"host": "ns1.foo.fr", "ip": "2001:0DB8::1"}, ELSEWHERE[0]]
    update(home, below).ok()
    home.deliver()
    assert home.get("/domain/foo.fr/glueRecord/ns1.foo.fr").ok() == {
        "host": "ns1.foo.fr", "ips": ["192.0.2.1", "2001:db8::1"],
    }  # fmt: skip
    assert home.get("/domain/foo.fr/glueRecord").ok() == ["ns1.foo.fr"]
    assert home.get("/domain/foo.fr/glueRecord", host="ns2.foo.fr").ok() == []
    shown = home.get("/domain/foo.fr").ok()["nameServers"][0]
    assert (shown["nameServer"], shown["ipv4"], shown["ipv6"]) == ("ns1.foo.fr", "192.0.2.1", "2001:db8::1")
    used = home.delete("/domain/foo.fr/glueRecord/ns1.foo.fr")
    assert used.status == 409
    update(home, [{"host": "ns1.foo.fr"}, ELSEWHERE[0], ELSEWHERE[1]]).ok()
    home.deliver()
    assert hosts(home)[0] == "ns1.foo.fr", "its address is known already"


@pytest.mark.parametrize(
    ("servers", "said"),
    [
        ([], "2 to 13 different name servers: got 0"),
        (ELSEWHERE[:1], "2 to 13 different name servers: got 1"),
        ([ELSEWHERE[0], {"host": "NS1.elsewhere.example."}], "got 1"),
        ([{"host": f"ns{number}.elsewhere.example"} for number in range(14)], "got 14"),
        ([ELSEWHERE[0], {"host": "no host"}], "a host's name, such as ns1.example.net: got 'no host'"),
        ([ELSEWHERE[0], {"host": "-x.example"}], "a host's name"),
        ([ELSEWHERE[0], {"host": "localhost"}], "a host's name"),
        ([ELSEWHERE[0], {"host": "192.0.2.10"}], "a host's name"),
        ([ELSEWHERE[0], {"host": "n\u017f2.elsewhere.example"}], "a host's name"),
        ([ELSEWHERE[0], {"host": "ns1.foo.fr"}], "ns1.foo.fr is below foo.fr: it needs an address"),
        ([ELSEWHERE[0], {"host": "ns1.foo.fr", "ip": "1.2.3"}], "cannot be reached at '1.2.3'"),
        ([ELSEWHERE[0], {"host": "ns1.foo.fr", "ip": "127.0.0.1"}], "cannot be reached at '127.0.0.1'"),
        ([ELSEWHERE[0], {"host": "ns1.foo.fr", "ip": "fe80::1%eth0"}], "cannot be reached at 'fe80::1%eth0'"),
        ([ELSEWHERE[0], {"ip": "192.0.2.1"}], "nameServers[1].host is required"),
        ([{"host": "a.example"}] * 27, "nameServers"),
        ("ns1.example", "nameServers: Expected array, got str"),
    ],
)
def test_name_servers_that_cannot_be(home: World, servers: Any, said: str) -> None:
    answer = update(home, servers)
    assert (answer.status, said in answer.body["message"]) == (400, True), answer.body
    assert home.deliver() == 0


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"host": "ns1.elsewhere.example", "ips": ["192.0.2.1"]}, 400, "a host below foo.fr"),
        ({"host": "ns1.foo.fr", "ips": []}, 400, "1 to 13 different addresses: got 0"),
        ({"host": "ns1.foo.fr", "ips": ["192.0.2.256"]}, 400, "'192.0.2.256'"),
        ({"host": "ns1.foo.fr", "ips": ["::"]}, 400, "'::'"),
        ({"host": "", "ips": ["192.0.2.1"]}, 400, "host"),
        ({"host": "ns1.foo.fr"}, 400, "ips is required"),
    ],
)
def test_glue_that_cannot_be(home: World, body: dict[str, Any], status: int, said: str) -> None:
    answer = home.post("/domain/foo.fr/glueRecord", body)
    assert (answer.status, said in answer.body["message"]) == (status, True), answer.body


def test_glue_that_is_there_and_glue_that_is_not(home: World) -> None:
    glue = {"host": "ns1.foo.fr", "ips": ["192.0.2.1"]}
    home.post("/domain/foo.fr/glueRecord", glue).ok()
    again = home.post("/domain/foo.fr/glueRecord", glue)
    assert (again.status, "under way" in again.body["message"]) == (409, True)
    home.deliver()
    assert home.post("/domain/foo.fr/glueRecord", glue).status == 409
    for answer in (
        home.get("/domain/foo.fr/glueRecord/ns9.foo.fr"),
        home.delete("/domain/foo.fr/glueRecord/ns9.foo.fr"),
        home.post("/domain/foo.fr/glueRecord/ns9.foo.fr/update", {"ips": ["192.0.2.1"]}),
    ):
        assert (answer.status, answer.body["message"]) == (404, "The glue record ns9.foo.fr does not exist")


# --- DS records ---


def test_keys_are_replaced_as_a_whole(home: World) -> None:
    home.post("/domain/foo.fr/dsRecord", {"keys": [KEY]}).ok()
    home.deliver()
    [number] = home.get("/domain/foo.fr/dsRecord").ok()
    assert home.get(f"/domain/foo.fr/dsRecord/{number}").ok() == {**KEY, "id": number, "status": "published"}
    assert home.get("/domain/foo.fr/dsRecord", flags=256).ok() == []
    assert home.get("/domain/foo.fr/dsRecord", flags=257, status="published").ok() == [number]
    assert home.get("/domain/foo.fr").ok()["dnssecState"] == "enabled"
    home.post("/domain/foo.fr/dsRecord", {"keys": []}).ok()
    home.deliver()
    assert home.get("/domain/foo.fr").ok()["dnssecState"] == "disabled"
    assert home.get(f"/domain/foo.fr/dsRecord/{number}").status == 404


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"tag": 2372}, "The tag of this key is 2371"),
        ({"tag": 65536}, "keys[0].tag"),
        ({"flags": 256}, "The tag of this key is 2370"),
        ({"flags": 1}, "keys[0].flags"),
        ({"algorithm": 6}, "keys[0].algorithm"),
        ({"algorithm": 14}, "algorithm 14 has 96 bytes: got 64 bytes"),
        ({"algorithm": 8}, "an exponent and 512 to 4096 bits"),
        ({"publicKey": "not base64!"}, "written in base64"),
        ({"publicKey": "AAAA"}, "64 bytes: got 3 bytes"),
        ({"publicKey": ""}, "keys[0].publicKey"),
    ],
)
def test_keys_that_cannot_be(home: World, key: dict[str, Any], said: str) -> None:
    answer = home.post("/domain/foo.fr/dsRecord", {"keys": [{**KEY, **key}]})
    assert (answer.status, said in answer.body["message"]) == (400, True), answer.body


def test_too_many_keys_and_the_same_twice(home: World) -> None:
    assert "sent twice" in home.post("/domain/foo.fr/dsRecord", {"keys": [KEY, KEY]}).body["message"]
    assert "at most 4 keys" in home.post("/domain/foo.fr/dsRecord", {"keys": [KEY] * 5}).body["message"]


# --- the lock and the code ---


def test_a_locked_name_tells_no_code(home: World) -> None:
    code = home.get("/domain/foo.fr/authInfo").ok()
    assert len(code) == 16
    assert home.put("/domain/foo.fr", {"transferLockStatus": "locked"}).ok()["transferLockStatus"] == "locking"
    assert home.put("/domain/foo.fr", {"transferLockStatus": "locked"}).ok()["transferLockStatus"] == "locking"
    assert home.put("/domain/foo.fr", {"transferLockStatus": "unlocked"}).status == 409
    home.deliver()
    assert home.get("/domain/foo.fr").ok()["transferLockStatus"] == "locked"
    refused = home.get("/domain/foo.fr/authInfo")
    assert (refused.status, refused.body["message"]) == (409, "foo.fr is locked against transfers: unlock it first")
    home.put("/domain/foo.fr", {"transferLockStatus": "unlocked"}).ok()
    home.deliver()
    assert home.get("/domain/foo.fr/authInfo").ok() == code


def test_a_name_can_be_put_back_as_it_was_read(home: World) -> None:
    shown = home.get("/domain/foo.fr").ok()
    again = home.put("/domain/foo.fr", shown).ok()
    assert again == {name: value for name, value in shown.items() if name != "iam"}
    assert home.deliver() == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"transferLockStatus": "unavailable"}, 400),
        ({"transferLockStatus": "LOCKED"}, 400),
        ({"transferLockStatus": 1}, 400),
        ({"nameServerType": "anycast"}, 400),
        ({"nameServerType": "own"}, 400),
        ({}, 200),
        ({"transferLockStatus": None, "nameServerType": None}, 200),
    ],
)
def test_settings_that_cannot_be(home: World, body: dict[str, Any], status: int) -> None:
    assert home.put("/domain/foo.fr", body).status == status
    assert home.deliver() == 0


def test_a_name_without_a_zone_here_cannot_be_served_here(home: World) -> None:
    cart = home.cart()
    home.configure(cart, home.add(cart, "taken.fr"), "AUTH_INFO", "right")
    home.pay(home.post(f"/order/cart/{cart}/checkout").ok()["orderId"]).ok()
    home.deliver()
    assert home.get("/domain/taken.fr").ok()["nameServerType"] == "external"
    refused = home.put("/domain/taken.fr", {"nameServerType": "hosted"})
    assert (refused.status, refused.body["message"]) == (409, "taken.fr has no zone here to be served: order one first")
    assert home.get("/domain/taken.fr/options").ok()["zone"] is None
    assert home.get("/domain/foo.fr/options").ok()["zone"] == {"serviceName": "foo.fr"}


# --- tasks ---


def test_a_customer_corrects_what_the_registry_refused(home: World) -> None:
    number = update(home, WRONG).ok()["id"]
    home.deliver()
    task = home.get(f"/me/task/domain/{number}").ok()
    assert (task["status"], task["canRelaunch"], task["canCancel"], task["canAccelerate"]) == (
        "error", True, True, False,
    )  # fmt: skip
    path = f"/me/task/domain/{number}"
    assert home.get(f"{path}/argument").ok() == ["nameServers"]
    assert home.get(f"{path}/argument/nameServers").ok()["value"] == "wrong.elsewhere.example,ns2.elsewhere.example"
    assert (
        home.put(f"{path}/argument/nameServers", {"value": "ns1.elsewhere.example,ns2.elsewhere.example"}).ok() is None
    )
    assert home.get(f"{path}/argument/nameServers").ok()["value"] == "ns1.elsewhere.example,ns2.elsewhere.example"
    assert home.post(f"{path}/relaunch").ok() is None
    assert home.get(f"{path}/argument").ok() == []
    home.deliver()
    assert home.get(path).ok()["status"] == "done"
    assert hosts(home) == ["ns1.elsewhere.example", "ns2.elsewhere.example"]
    assert home.get(f"{path}/progressbar").ok()["progress"] == 100


def test_a_transfers_wrong_code_is_corrected_and_costs_nothing_more(home: World) -> None:
    cart = home.cart()
    home.configure(cart, home.add(cart, "taken-discreet.fr"), "AUTH_INFO", "wrong-code")
    order_id = home.post(f"/order/cart/{cart}/checkout").ok()["orderId"]
    home.pay(order_id).ok()
    home.deliver()
    before = home.balance()
    [number] = home.get("/me/task/domain", status="error").ok()
    assert home.get(f"/me/task/domain/{number}/argument").ok() == ["authInfo"]
    assert home.get(f"/me/task/domain/{number}/argument/authInfo").ok()["value"] is None
    home.put(f"/me/task/domain/{number}/argument/authInfo", {"value": "the right one"}).ok()
    home.post(f"/me/task/domain/{number}/relaunch").ok()
    home.deliver()
    assert home.status(order_id) == "delivered"
    assert home.balance() == before
    assert home.imbalance() == []


def test_a_refused_order_is_given_up_and_its_money_is_back(home: World) -> None:
    before = home.balance()
    order_id = home.order("refused.fr")
    home.pay(order_id).ok()
    home.deliver()
    [number] = home.get("/me/task/domain", status="error").ok()
    assert home.post(f"/me/task/domain/{number}/cancel").ok() is None
    assert (home.status(order_id), home.balance()) == ("cancelled", before)
    again = home.post(f"/me/task/domain/{number}/cancel")
    assert (again.status, "cannot be cancelled any more" in again.body["message"]) == (409, True)
    assert home.imbalance() == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "needs a value"), ("", "needs a value"), ("  ", "needs a value"), ("one.example", "2 to 13"),
        ("a b,c d", "host names"), ("x" * 4001, "value"),
    ],
)  # fmt: skip
def test_corrections_that_cannot_be(home: World, value: str | None, said: str) -> None:
    number = update(home, WRONG).ok()["id"]
    home.deliver()
    answer = home.put(f"/me/task/domain/{number}/argument/nameServers", {"value": value})
    assert (answer.status, said in answer.body["message"]) == (400, True), answer.body


def test_what_a_task_does_not_allow(home: World) -> None:
    number = update(home, ELSEWHERE).ok()["id"]
    path = f"/me/task/domain/{number}"
    assert home.post(f"{path}/relaunch").status == 409
    assert home.post(f"{path}/accelerate").status == 409
    assert home.get(f"{path}/argument/nameServers").status == 404
    assert home.put(f"{path}/argument/nameServers", {"value": "a.example,b.example"}).status == 404
    assert home.post(f"{path}/cancel").ok() is None
    assert home.deliver() == 0
    assert home.get(path).ok()["status"] == "cancelled"
    assert home.get("/domain/foo.fr/task", status="cancelled", function="DomainDnsUpdate").ok() == [number]


# --- whose it is ---

OTHERS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/domain/{name}", None),
    ("PUT", "/domain/{name}", {"transferLockStatus": "locked"}),
    ("GET", "/domain/{name}/authInfo", None),
    ("GET", "/domain/{name}/option", None),
    ("GET", "/domain/{name}/options", None),
    ("POST", "/domain/{name}/changeContact", {"contactTech": "xx1-ordain"}),
    ("GET", "/domain/{name}/nameServer", None),
    ("GET", "/domain/{name}/nameServer/1", None),
    ("GET", "/domain/{name}/nameServer/1/status", None),
    ("DELETE", "/domain/{name}/nameServer/1", None),
    ("POST", "/domain/{name}/nameServer", {"nameServer": ELSEWHERE}),
    ("POST", "/domain/{name}/nameServers/update", {"nameServers": ELSEWHERE}),
    ("GET", "/domain/{name}/glueRecord", None),
    ("POST", "/domain/{name}/glueRecord", {"host": "ns1.foo.fr", "ips": ["192.0.2.1"]}),
    ("GET", "/domain/{name}/glueRecord/ns1.foo.fr", None),
    ("DELETE", "/domain/{name}/glueRecord/ns1.foo.fr", None),
    ("POST", "/domain/{name}/glueRecord/ns1.foo.fr/update", {"ips": ["192.0.2.1"]}),
    ("GET", "/domain/{name}/dsRecord", None),
    ("POST", "/domain/{name}/dsRecord", {"keys": [KEY]}),
    ("GET", "/domain/{name}/dsRecord/1", None),
    ("GET", "/domain/{name}/configurations/optin", None),
    ("PUT", "/domain/{name}/configurations/optin", {"optin": []}),
    ("GET", "/domain/{name}/configurations/obfuscatedEmails", None),
    ("PUT", "/domain/{name}/configurations/obfuscatedEmails", {"contacts": []}),
    ("POST", "/domain/{name}/configurations/obfuscatedEmails/refresh", {"contacts": []}),
    ("GET", "/domain/{name}/configurations/data", None),
    ("PUT", "/domain/{name}/configurations/data", {}),
    ("GET", "/domain/{name}/rules/optin", None),
    ("GET", "/domain/{name}/rules/emailsObfuscation", None),
    ("GET", "/domain/{name}/task", None),
    ("GET", "/domain/{name}/task/{task}", None),
    ("POST", "/domain/{name}/task/{task}/cancel", None),
    ("POST", "/domain/{name}/task/{task}/relaunch", None),
    ("POST", "/domain/{name}/task/{task}/accelerate", None),
    ("GET", "/v2/domain/name/{name}", None),
    ("GET", "/v2/domain/name/{name}/task", None),
    ("GET", "/v2/domain/name/{name}/task/{task}", None),
    ("PUT", "/v2/domain/name/{name}/task/{task}", None),
    ("PUT", "/v2/domain/name/{name}",
     {"checksum": "x", "targetSpec": {"dnsConfiguration": {"nameServers": [{"nameServer": "a.example"}]}}}),
)  # fmt: skip


def test_a_strangers_name_and_an_unknown_one_are_the_same_404(home: World) -> None:
    number = update(home, ELSEWHERE).ok()["id"]
    for method, path, body in OTHERS:
        for who, name in (("dieter", "foo.fr"), ("camille", "nobodys.fr")):
            answer = home.call(method, path.format(name=name, task=number), who, body=body)
            assert (answer.status, answer.body["message"]) == (404, "This service does not exist"), (method, path)
    for method, path in (("GET", ""), ("GET", "/argument"), ("GET", "/progressbar"), ("POST", "/cancel"),
                         ("POST", "/relaunch"), ("POST", "/accelerate")):  # fmt: skip
        answer = home.call(method, f"/me/task/domain/{number}{path}", "dieter")
        assert (answer.status, answer.body["message"]) == (404, f"Task {number} does not exist")


def test_a_task_is_found_under_its_own_name_only(home: World) -> None:
    home.pay(home.order("baz.fr")).ok()
    home.deliver()
    number = update(home, ELSEWHERE).ok()["id"]
    assert home.get(f"/domain/baz.fr/task/{number}").status == 404
    assert home.post(f"/domain/baz.fr/task/{number}/cancel").status == 404


# --- configurations ---


def test_the_public_record_shows_what_its_holder_wants(home: World) -> None:
    assert home.get("/domain/foo.fr/configurations/optin").ok() == [
        {"fields": [], "type": contact} for contact in ("owner", "admin", "tech")
    ]
    home.put("/domain/foo.fr/configurations/optin", {"optin": [{"type": "owner", "fields": ["name", "city"]}]}).ok()
    home.deliver()
    assert home.get("/domain/foo.fr/configurations/optin").ok()[0] == {"fields": ["city", "name"], "type": "owner"}
    held = home.runner.run(home.engine.registries["Afnic"].find("foo.fr"))
    assert held is not None
    assert [(each.contact, each.members) for each in held.disclosed] == [("owner", ("city", "name"))]
    for wrong in ([{"type": "tech", "fields": ["name"]}], [{"type": "owner", "fields": ["shoe size"]}], "all"):
        assert home.put("/domain/foo.fr/configurations/optin", {"optin": wrong}).status == 400


def test_addresses_are_not_obfuscated_and_nothing_pretends_they_are(home: World) -> None:
    path = "/domain/foo.fr/configurations/obfuscatedEmails"
    assert home.put(path, {"contacts": ["owner"]}).status == 409
    assert home.post(f"{path}/refresh", {"contacts": ["owner"]}).status == 409
    assert home.get(path).ok() == []
    assert home.put("/domain/foo.fr/configurations/data", {"customFields": {"reason": "x"}}).status == 409


# --- contacts ---


def test_another_account_becomes_a_contact_when_both_agree(home: World) -> None:
    dieter, camille = home.nics["dieter"], home.nics["camille"]
    [number] = home.post("/domain/foo.fr/changeContact", {"contactTech": dieter, "contactAdmin": dieter}).ok()
    path = f"/me/task/contactChange/{number}"
    shown = home.get(path).ok()
    assert shown == home.get(path, "dieter").ok()
    told = [shown[name] for name in ("state", "contactTypes", "fromAccount", "toAccount", "serviceDomain")]
    assert told == [
        "validatingByCustomers", ["contactAdmin", "contactTech"], camille, dieter, "foo.fr",
    ]  # fmt: skip
    mine, theirs = token(home, "camille"), token(home, "dieter")
    assert home.post(f"{path}/accept", {"token": theirs}).status == 403
    assert home.post(f"{path}/accept", {"token": mine}).ok() is None
    assert home.post(f"{path}/accept", {"token": mine}).status == 409
    assert home.deliver() == 0
    home.post(f"{path}/resendEmail").ok()
    assert home.post(f"{path}/accept", {"token": theirs}, "dieter").status == 403, "a newer one was mailed"
    home.post(f"{path}/accept", {"token": token(home, "dieter")}, "dieter").ok()
    assert home.get(path).ok()["state"] == "done"
    home.deliver()
    held = home.get("/domain/foo.fr").ok()
    assert (held["contactAdmin"], held["contactTech"], held["contactBilling"]) == (
        {"id": dieter}, {"id": dieter}, {"id": camille},
    )  # fmt: skip
    assert home.get("/me/task/contactChange", "dieter", toAccount=dieter, state="done").ok() == [number]
    assert home.get("/me/task/contactChange", "dieter", state="refused").ok() == []


def test_nobody_is_flooded_with_mails_about_a_change(home: World) -> None:
    """A stranger's mailbox is not the holder's to fill: by asking again, or by asking anew."""
    dieter = home.nics["dieter"]
    [number] = home.post("/domain/foo.fr/changeContact", {"contactTech": dieter}).ok()
    again = [home.post(f"/me/task/contactChange/{number}/resendEmail").status for _ in range(12)]
    assert again == [200] * 10 + [429] * 2
    for _ in range(9):
        home.post(f"/me/task/contactChange/{number}/refuse", {"token": token(home, "camille")}).ok()
        [number] = home.post("/domain/foo.fr/changeContact", {"contactTech": dieter}).ok()
    home.post(f"/me/task/contactChange/{number}/refuse", {"token": token(home, "camille")}).ok()
    assert home.post("/domain/foo.fr/changeContact", {"contactTech": dieter}).status == 429
    home.pass_time(days=1)
    home.post("/domain/foo.fr/changeContact", {"contactTech": dieter}).ok()


def test_a_change_of_contacts_is_refused_or_runs_out(home: World) -> None:
    dieter = home.nics["dieter"]
    [number] = home.post("/domain/foo.fr/changeContact", {"contactTech": dieter}).ok()
    waiting = home.post("/domain/foo.fr/changeContact", {"contactTech": dieter})
    assert (waiting.status, f"Contact change {number} of foo.fr waits" in waiting.body["message"]) == (409, True)
    home.post(f"/me/task/contactChange/{number}/refuse", {"token": token(home, "dieter")}, "dieter").ok()
    assert home.get(f"/me/task/contactChange/{number}").ok()["state"] == "refused"
    [number] = home.post("/domain/foo.fr/changeContact", {"contactTech": dieter}).ok()
    home.pass_time(days=7)
    assert home.get(f"/me/task/contactChange/{number}").ok()["state"] == "expired"
    for verb in ("accept", "refuse"):
        late = home.post(f"/me/task/contactChange/{number}/{verb}", {"token": token(home, "dieter")}, "dieter")
        assert (late.status, "is expired" in late.body["message"]) == (409, True)
    assert home.post(f"/me/task/contactChange/{number}/resendEmail").status == 409
    assert home.get(f"/me/task/contactChange/{number}", "ursula").status == 404
    assert home.post(f"/me/task/contactChange/{number}/accept", {"token": "x"}, "ursula").status == 404
    assert home.deliver() == 0


def test_contacts_that_cannot_be(home: World) -> None:
    for body, field in (
        ({"contactTech": "xx99999-ordain"}, "contactTech"),
        ({"contactBilling": home.nics["dieter"]}, "contactBilling"),
        ({"contactAdmin": home.nics["camille"]}, None),
        ({}, None),
        ({"contactAdmin": 7}, "contactAdmin"),
    ):
        answer = home.post("/domain/foo.fr/changeContact", body)
        assert answer.status == 400, answer.body
        assert list(answer.body.get("details", {})) == ([field] if field else [])


# --- version 2 ---


def spec(checksum: str, *servers: dict[str, Any]) -> dict[str, Any]:
    return {"checksum": checksum, "targetSpec": {"dnsConfiguration": {"nameServers": list(servers)}}}


def test_a_name_is_what_it_is_and_what_it_is_to_be(home: World) -> None:
    path, wanted = "/v2/domain/name/foo.fr", ({"nameServer": "ns1.e.example"}, {"nameServer": "ns2.e.example"})
    before = home.get(path).ok()
    assert (before["id"], before["resourceStatus"], before["currentTasks"]) == ("foo.fr", "READY", [])
    assert len(before["currentState"]["dnsConfiguration"]["nameServers"]) == 2
    current = before["currentState"]["dnsConfiguration"]["nameServers"]
    assert before["targetSpec"]["dnsConfiguration"]["nameServers"] == current
    asked = home.put(path, spec(before["checksum"], *wanted)).ok()
    assert (asked["resourceStatus"], len(asked["currentTasks"])) == ("UPDATING", 1)
    named = [each["nameServer"] for each in asked["targetSpec"]["dnsConfiguration"]["nameServers"]]
    assert named == ["ns1.e.example", "ns2.e.example"]
    assert asked["currentState"] == before["currentState"]
    old = home.put(path, spec(before["checksum"], *wanted))
    assert (old.status, old.body["class"]) == (409, "Client::Conflict")
    home.deliver()
    after = home.get(path).ok()
    assert (after["resourceStatus"], after["checksum"]) == ("READY", asked["checksum"])
    assert after["currentState"]["dnsConfiguration"]["configurationType"] == "EXTERNAL"
    assert home.put(path, spec(after["checksum"], *wanted)).ok() == after, "it is so already"
    assert home.deliver() == 0


def test_a_refused_state_is_an_error_until_another_is_wished_for(home: World) -> None:
    path = "/v2/domain/name/foo.fr"
    wrong = ({"nameServer": "wrong.e.example"}, {"nameServer": "ns2.e.example"})
    home.put(path, spec(home.get(path).ok()["checksum"], *wrong)).ok()
    home.deliver()
    failed = home.get(path).ok()
    assert failed["resourceStatus"] == "ERROR"
    [task] = home.get(f"{path}/task").ok()
    assert (task["status"], task["type"], task["link"]) == ("ERROR", "DomainDnsUpdate", f"{path}/task/{task['id']}")
    assert home.put(f"{path}/task/{task['id']}", None).ok()["status"] == "PENDING"
    assert home.put(f"{path}/task/{task['id']}", None).status == 409
    home.deliver()
    home.put(path, spec(failed["checksum"], {"nameServer": "ns1.e.example"}, {"nameServer": "ns2.e.example"})).ok()
    home.deliver()
    assert home.get(path).ok()["resourceStatus"] == "READY"
    assert home.get(f"{path}/task/{task['id']}").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {}, {"checksum": "x"}, {"targetSpec": {}}, {"checksum": "x", "targetSpec": {"dnsConfiguration": {}}},
        {"checksum": 1, "targetSpec": {"dnsConfiguration": {"nameServers": []}}},
        {"checksum": "x", "targetSpec": {"dnsConfiguration": {"nameServers": [{}]}}},
        {"checksum": "x", "targetSpec": {"dnsConfiguration": {"nameServers": "ns1"}}},
    ],
)  # fmt: skip
def test_states_that_cannot_be_read(home: World, body: dict[str, Any]) -> None:
    assert home.put("/v2/domain/name/foo.fr", body).status == 400


def test_names_are_listed_by_what_they_are(home: World) -> None:
    home.pay(home.order("bar.com")).ok()
    home.deliver()
    home.put("/domain/bar.com", {"transferLockStatus": "locked"}).ok()
    home.deliver()

    def found(**wanted: str) -> list[str]:
        return [each["id"] for each in home.get("/v2/domain/name", **wanted).ok()]

    assert found() == ["bar.com", "foo.fr"]
    assert found(searchValue="FOO") == ["foo.fr"]
    assert found(contactAdministrator=home.nics["camille"]) == ["bar.com", "foo.fr"]
    assert found(contactTechnical="xx1-ordain") == found(mainState="EXPIRED") == found(additionalStates="x") == []
    assert home.get("/v2/domain/name", "dieter").ok() == []
    assert home.get("/v2/domain/name/bar.com").ok()["currentState"]["protectionState"] == "PROTECTED"


def test_version_2_has_its_own_prefix(home: World) -> None:
    for target in ("/1.0/v2/domain/name", "/v2/v2/domain/name", "/v1/v2/domain/name", "/v2/domain", "/v2", "/v3/me"):
        answer = home.send("GET", target)
        assert (answer.status, answer.body["message"]) == (404, "Got an invalid (or empty) URL"), target
    assert home.send("GET", "/v2/domain/name").status == 401
    assert home.get("/v2/domain/name/").status == 200
