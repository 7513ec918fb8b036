"""Consumer keys asked for, decided, restricted and withdrawn: what each key is worth at each moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.core.credential import Grant, Terms
from ordain.core.refusal import Refused
from ordain.flows import applications, credentials
from ordain.flows.applications import Keys, Named
from ordain.store.sealing import hashed

if TYPE_CHECKING:
    from ordain.store.database import Tx
    from tests.world import Answer, World

READ_ME = {"method": "GET", "path": "/me"}
WIDE = [{"method": "GET", "path": "/*"}, {"method": "POST", "path": "/auth/logout"}]


def ask(world: World, key: str | None = None, **wanted: Any) -> Answer:
    """POST /auth/credential as clients send it: unsigned, with the application's key."""
    headers = {"X-Ovh-Application": world.keys["dieter"].application_key if key is None else key}
    asked: dict[str, Any] = {"accessRules": [READ_ME], "redirection": None, "allowedIPs": None, **wanted}
    return world.send_json("POST", "/1.0/auth/credential", asked, headers)


def asked(world: World, name: str = "visitor", **wanted: Any) -> str:
    """A consumer key of dieter's application, kept under a name; the token of the page where it is decided."""
    answer = ask(world, **wanted).ok()
    assert answer["state"] == "pendingValidation"
    start, token = answer["validationUrl"].split("?credentialToken=")
    assert (start, len(token), len(answer["consumerKey"])) == (f"{world.engine.public_url}/auth/", 64, 32)
    world.keys[name] = structs.replace(world.keys["dieter"], consumer_key=answer["consumerKey"])
    return str(token)


def accepted(world: World, name: str = "visitor", terms: Terms = Terms(), **wanted: Any) -> None:  # noqa: B008 - it never changes
    """A consumer key that camille granted to dieter's application."""
    token = asked(world, name, **wanted)
    world.runner.run(credentials.accept(world.engine, world.nics["camille"], token, terms, world.now))


def code(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.body.get("errorCode") or answer.body["class"])


NOT_VALID = (403, "INVALID_CREDENTIAL")
UNKNOWN = (403, "NOT_CREDENTIAL")
NOT_GRANTED = (403, "NOT_GRANTED_CALL")


def test_a_key_works_once_a_person_has_agreed_and_for_what_was_asked_only(world: World) -> None:
    token = asked(world, accessRules=[READ_ME, {"method": "GET", "path": "/me/order/*"}])
    assert code(world.get("/me", "visitor")) == NOT_VALID
    world.runner.run(credentials.accept(world.engine, world.nics["camille"], token, Terms(), world.now))
    assert world.get("/me", "visitor").ok()["nichandle"] == world.nics["camille"]
    assert code(world.get("/me/order", "visitor")) == NOT_GRANTED
    assert code(world.get("/me/order/1", "visitor")) == (404, "Client::NotFound")
    assert code(world.post("/auth/logout", who="visitor")) == NOT_GRANTED


def test_a_refused_key_and_one_nobody_decided_about_never_work(world: World) -> None:
    token = asked(world)
    asked(world, "waiting")
    world.runner.run(credentials.refuse(world.engine, token, world.now))
    assert code(world.get("/me", "visitor")) == NOT_VALID
    world.pass_time(hours=25)
    assert code(world.get("/me", "waiting")) == NOT_VALID


def test_a_request_is_decided_once_and_in_time(world: World) -> None:
    nic, now = world.nics["camille"], world.now
    accept, run = credentials.accept, world.runner.run
    for decided in (asked(world), asked(world, "late")):
        run(credentials.refuse(world.engine, decided, now))
        for again in (accept(world.engine, nic, decided, Terms(), now), credentials.refuse(world.engine, decided, now)):
            with pytest.raises(Refused, match="decided before"):
                run(again)
    late = asked(world, "late")
    world.pass_time(hours=24)
    with pytest.raises(Refused, match="its time is over"):
        run(accept(world.engine, nic, late, Terms(), world.now))
    with pytest.raises(Refused, match="does not exist"):
        run(accept(world.engine, nic, "x" * 64, Terms(), world.now))
    assert world.get("/me/api/credential").ok() == [world.get("/auth/currentCredential").ok()["credentialId"]]


def test_a_granted_key_ends_when_the_person_said(world: World) -> None:
    accepted(world, terms=Terms(until=world.now + timedelta(days=1)))
    world.pass_time(days=1, seconds=-1)
    assert world.get("/me", "visitor").status == 200
    world.pass_time(seconds=1)
    assert code(world.get("/me", "visitor")) == NOT_VALID
    [_, number] = world.get("/me/api/credential").ok()
    assert world.get(f"/me/api/credential/{number}").ok()["status"] == "expired"
    assert world.get("/me/api/credential", status="expired").ok() == [number]


@pytest.mark.parametrize(
    ("blocks", "address", "admitted"),
    [
        (["192.0.2.7"], "192.0.2.7", True),
        (["192.0.2.7/32"], "::ffff:192.0.2.7", True),
        (["192.0.2.0/24", "2001:db8::/32"], "192.0.2.255", True),
        (["192.0.2.0/24", "2001:db8::/32"], "2001:db8::1", True),
        (["192.0.2.0/24"], "192.0.3.7", False),
        (["2001:db8::/32"], "192.0.2.7", False),
        (["192.0.2.0/24"], "", False),
        (["0.0.0.0/0"], "::1", False),
        ([], "anything", True),
    ],
)
def test_a_key_counts_only_from_its_addresses(world: World, blocks: list[str], address: str, *, admitted: bool) -> None:
    accepted(world, terms=Terms(allowed_ips=tuple(blocks)))
    world.address = address
    answer = world.get("/me", "visitor")
    assert (answer.status == 200) is admitted
    if not admitted:
        assert code(answer) == NOT_GRANTED
        assert answer.body["message"].startswith("This call has not been granted from the address")


def wrong(field: str, **wanted: Any) -> tuple[str, dict[str, Any]]:
    return field, wanted


def rule(path: object, method: object = "GET") -> dict[str, Any]:
    return {"accessRules": [{"method": method, "path": path}]}


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        wrong("accessRules", accessRules=[]),
        wrong("accessRules", accessRules=None),
        wrong("accessRules", accessRules=[READ_ME] * 201),
        wrong("accessRules[0].method", **rule("/me", "PATCH")),
        wrong("accessRules[0].method", **rule("/me", "get")),
        wrong("accessRules[0].path", accessRules=[{"method": "GET"}]),
        wrong("accessRules[0].path", **rule("")),
        wrong("accessRules[0].path", **rule("me")),
        wrong("accessRules[0].path", **rule("*")),
        wrong("accessRules[0].path", **rule("/me?x=1")),
        wrong("accessRules[0].path", **rule("/m e")),
        wrong("accessRules[0].path", **rule("/mé")),
        wrong("accessRules[0].path", **rule("/m%65/order/*")),  # it would be shown as something else than /me/order
        wrong("accessRules[0].path", **rule("/%2Ame")),
        wrong("accessRules[0].path", **rule("/me/a%c3%a9")),
        wrong("accessRules[0].path", **rule("/me\n")),
        wrong("accessRules[0].path", **rule("/" + "x" * 255)),
        wrong("accessRules[0].path", **rule(7)),
        wrong("redirection", redirection="javascript:alert(1)"),
        wrong("redirection", redirection="ftp://shop.example/"),
        wrong("redirection", redirection="//shop.example/"),
        wrong("redirection", redirection="/back"),
        wrong("redirection", redirection="https://"),
        wrong("redirection", redirection="https://me:secret@shop.example/"),
        wrong("redirection", redirection="https://shop.example:port/"),
        wrong("redirection", redirection="https://shop.example\\@other.example/"),
        wrong("redirection", redirection="https://shop.example/\r\nSet-Cookie: a=b"),
        wrong("redirection", redirection="https://shop.example/" + "x" * 1000),
        wrong("allowedIPs[0]", allowedIPs=["nonsense"]),
        wrong("allowedIPs[0]", allowedIPs=["192.0.2.7/24"]),
        wrong("allowedIPs[0]", allowedIPs=["192.0.2.0/33"]),
        wrong("allowedIPs[0]", allowedIPs=["192.0.2.0/255.255.255.0"]),
        wrong("allowedIPs[1]", allowedIPs=["192.0.2.0/24", ""]),
        wrong("allowedIPs[0]", allowedIPs=["fe80::1%eth0"]),
        wrong("allowedIPs", allowedIPs=["192.0.2.0/24"] * 101),
        wrong("allowedIPs", allowedIPs="192.0.2.0/24"),
        wrong("allowedIPs[0]", allowedIPs=[3232235777]),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_request_that_cannot_be_right_is_refused_by_its_field(
    world: World, field: str, wanted: dict[str, Any]
) -> None:
    answer = ask(world, **wanted)
    assert answer.status == 400, answer.raw
    assert list(answer.body["details"]) == [field]


def test_everything_wrong_with_a_request_is_told_at_once(world: World) -> None:
    answer = ask(world, accessRules=[{"method": "GET", "path": "me"}], redirection="x", allowedIPs=["y"])
    assert set(answer.body["details"]) == {"accessRules[0].path", "redirection", "allowedIPs[0]"}


def test_only_an_application_may_ask(world: World) -> None:
    for key in ("", "unknown", world.keys["dieter"].consumer_key):
        assert code(ask(world, key)) == (403, "INVALID_KEY")
    world.runner.run(world.database.write(lambda tx: tx.execute("UPDATE application SET status = 'blocked'")))
    assert code(ask(world)) == (403, "INVALID_KEY")


def test_nobody_can_fill_the_database_by_asking(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "MOST_PENDING", 3)
    for _ in range(3):
        ask(world).ok()
    full = ask(world)
    assert (full.status, full.body["class"]) == (429, "Client::TooManyRequests")
    # Other applications may still ask, and so may this one when its requests are over; what is long over is forgotten.
    ask(world, world.keys["camille"].application_key).ok()
    world.pass_time(hours=24)
    ask(world).ok()
    world.pass_time(days=8)
    ask(world).ok()

    async def kept(tx: Tx) -> int:
        key = world.keys["dieter"].application_key
        return len(await tx.fetch("SELECT 1 FROM credential_request WHERE application_key = $1", key))

    assert world.runner.run(world.database.read(kept)) == 1


def test_a_request_is_known_by_the_hashes_of_its_secrets_only(world: World) -> None:
    token = asked(world)

    async def rows(tx: Tx) -> str:
        return str(await tx.fetch("SELECT * FROM credential_request"))

    lying = world.runner.run(world.database.read(rows))
    assert hashed(token) in lying
    assert token not in lying
    assert world.keys["visitor"].consumer_key not in lying


def test_the_credential_in_use_is_told_as_it_is_kept(world: World) -> None:
    until = world.now + timedelta(days=30)
    accepted(world, accessRules=WIDE, terms=Terms(until=until, allowed_ips=("192.0.2.0/24",)))
    found = world.get("/auth/currentCredential", "visitor").ok()
    [application_id] = world.get("/me/api/application", "dieter").ok()
    assert found["credentialId"] == world.get("/me/api/credential").ok()[-1]
    assert found == {
        "allowedIPs": ["192.0.2.0/24"],
        "applicationId": application_id,
        "creation": "2026-11-23T12:00:00+00:00",
        "credentialId": found["credentialId"],
        "description": "dieter's",
        "expiration": "2026-12-23T12:00:00+00:00",
        "lastUse": "2026-11-23T12:00:00+00:00",
        "method": "account",
        "ovhSupport": False,
        "roles": ["ADMIN"],
        "rules": WIDE,
        "status": "validated",
        "user": None,
    }
    details = world.get("/auth/details", "visitor").ok()
    assert (details["account"], details["method"], details["allowedRoutes"]) == (world.nics["camille"], "account", WIDE)


def test_a_use_is_noted_once_a_minute(world: World) -> None:
    accepted(world, accessRules=WIDE)
    number = world.get("/me/api/credential").ok()[-1]

    def last_use() -> str | None:
        found: str | None = world.get(f"/me/api/credential/{number}").ok()["lastUse"]
        return found

    assert last_use() is None
    seen = []
    for _ in range(4):
        world.get("/me", "visitor").ok()
        seen.append(last_use())
        world.pass_time(seconds=30)
    assert seen == [f"2026-11-23T12:0{minute}:00+00:00" for minute in (0, 0, 1, 1)]


def test_a_wrong_signature_is_no_use(world: World) -> None:
    accepted(world, accessRules=WIDE)
    number = world.get("/me/api/credential").ok()[-1]
    world.send("GET", "/1.0/me", b"", world.signed("GET", "/1.0/me", b"", "visitor", secret="guessed"))
    assert world.get(f"/me/api/credential/{number}").ok()["lastUse"] is None


def test_logging_out_counts_at_once(world: World) -> None:
    accepted(world, accessRules=WIDE)
    world.get("/me", "visitor").ok()
    assert world.post("/auth/logout", who="visitor").ok() is None
    assert code(world.get("/me", "visitor")) == UNKNOWN
    assert code(world.post("/auth/logout", who="visitor")) == UNKNOWN
    assert world.get("/me").status == 200


def test_a_credential_is_listed_read_restricted_and_withdrawn_by_its_account(world: World) -> None:
    accepted(world, accessRules=WIDE)
    own, number = world.get("/me/api/credential").ok()
    path = f"/me/api/credential/{number}"
    application = world.get(f"{path}/application").ok()
    assert (application["name"], application["status"]) == ("dieter's", "active")
    assert world.get("/me/api/credential", applicationId=application["applicationId"]).ok() == [number]
    assert world.get("/me/api/credential", status="validated").ok() == [own, number]
    assert world.get("/me/api/credential", status="refused").ok() == []
    world.get("/me", "visitor").ok()
    blocks: list[str] | None
    for blocks in (["198.51.100.0/24"], ["198.51.100.0/24", "198.51.100.0/24"]):
        assert world.put(path, {"allowedIPs": blocks}).ok() is None
        assert world.get(path).ok()["allowedIPs"] == ["198.51.100.0/24"]
        assert code(world.get("/me", "visitor")) == NOT_GRANTED
    world.put(path, {"status": "refused"}).ok()  # what cannot be changed is not looked at
    assert world.get(path).ok()["allowedIPs"] == ["198.51.100.0/24"]
    for blocks in (None, []):
        world.put(path, {"allowedIPs": blocks}).ok()
        assert world.get(path).ok()["allowedIPs"] is None
    world.get("/me", "visitor").ok()
    assert world.delete(path).ok() is None
    assert code(world.get("/me", "visitor")) == UNKNOWN
    assert world.get(path).status == world.delete(path).status == 404


def test_another_accounts_credentials_and_applications_do_not_exist(world: World) -> None:
    accepted(world, accessRules=WIDE)
    number = world.get("/me/api/credential").ok()[-1]
    [application_id] = world.get("/me/api/application", "dieter").ok()
    theirs = [f"/me/api/credential/{number}", f"/me/api/credential/{number}/application"]
    for path in theirs:
        assert code(world.get(path, "dieter")) == (404, "Client::NotFound")
        assert world.get(path, "dieter").body == {
            "class": "Client::NotFound",
            "message": f"Credential {number} does not exist",
            "details": {"credentialId": f"Credential {number} does not exist"},
        }
    assert world.put(theirs[0], {"allowedIPs": ["192.0.2.0/24"]}, "dieter").status == 404
    assert world.put(theirs[0], {}, "dieter").status == 404
    assert world.delete(theirs[0], "dieter").status == 404
    assert world.get(f"/me/api/application/{application_id}").status == 404
    assert world.delete(f"/me/api/application/{application_id}").status == 404
    assert world.get("/me", "visitor").status == 200


@pytest.mark.parametrize(
    ("field", "blocks"),
    [("allowedIPs[0]", ["x"]), ("allowedIPs[0]", ["10.0.0.1/8"]), ("allowedIPs", ["10.0.0.0/8"] * 101),
     ("allowedIPs", "10.0.0.0/8"), ("allowedIPs[0]", [None]), ("allowedIPs", {"0": "10.0.0.0/8"})],
)  # fmt: skip
def test_a_restriction_that_cannot_be_right_changes_nothing(world: World, field: str, blocks: object) -> None:
    number = world.get("/me/api/credential").ok()[0]
    answer = world.put(f"/me/api/credential/{number}", {"allowedIPs": blocks})
    assert (answer.status, list(answer.body["details"])) == (400, [field])
    assert world.get(f"/me/api/credential/{number}").ok()["allowedIPs"] is None


def test_an_application_goes_with_every_key_granted_to_it(world: World) -> None:
    accepted(world, accessRules=WIDE)
    asked(world, "waiting")
    world.get("/me", "visitor").ok()
    [application_id] = world.get("/me/api/application", "dieter").ok()
    shown = world.get(f"/me/api/application/{application_id}", "dieter").ok()
    assert (shown["applicationKey"], shown["name"]) == (world.keys["dieter"].application_key, "dieter's")
    assert world.delete(f"/me/api/application/{application_id}", "dieter").ok() is None
    for who in ("visitor", "waiting", "dieter"):
        assert code(world.get("/me", who)) == (403, "INVALID_KEY")
    assert len(world.get("/me/api/credential").ok()) == 1
    assert code(ask(world)) == (403, "INVALID_KEY")


def test_what_is_wrong_is_told_in_the_contracts_order(world: World) -> None:
    """Application, consumer key, whether it works, the time, the signature, then what it may do."""
    accepted(world, accessRules=[READ_ME])
    asked(world, "waiting")
    right = world.keys["visitor"]

    def call(keys: Keys, **made: Any) -> tuple[int, str]:
        world.keys["wrong"] = keys
        target = "/1.0/me/order"
        return code(world.send("GET", target, b"", world.signed("GET", target, b"", "wrong", **made)))

    everything_wrong = {"at": 0, "secret": "guessed"}
    nobody = structs.replace(right, application_key="nobody", consumer_key="nobody")
    assert call(nobody, **everything_wrong) == (403, "INVALID_KEY")
    assert call(structs.replace(right, consumer_key="nobody"), **everything_wrong) == UNKNOWN
    assert call(structs.replace(world.keys["waiting"]), **everything_wrong) == NOT_VALID
    assert call(right, **everything_wrong) == (400, "QUERY_TIME_OUT")
    assert call(right, secret="guessed") == (400, "INVALID_SIGNATURE")
    assert call(right) == NOT_GRANTED


def test_an_account_has_so_many_applications_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applications, "MOST", 2)
    make = applications.create
    world.runner.run(make(world.engine, world.nics["camille"], Named("two"), world.now, None))
    with pytest.raises(Refused, match="can have 2 applications"):
        world.runner.run(make(world.engine, world.nics["camille"], Named("three"), world.now))
    monkeypatch.setattr(credentials, "MOST_CREDENTIALS", 1)
    with pytest.raises(Refused, match="can have 1 credentials"):
        accepted(world)
    assert len(world.get("/me/api/application").ok()) == 2
    assert len(world.get("/me/api/credential").ok()) == 1


@pytest.mark.parametrize(
    ("field", "named", "grant"),
    [
        ("name", Named(""), None),
        ("name", Named("  "), None),
        ("name", Named("x" * 65), None),
        ("name", Named("two\nlines"), None),
        ("description", Named("x", "y" * 256), None),
        ("accessRules", Named("x"), Grant(())),
        ("accessRules[0].path", Named("x"), Grant((("GET", "me"),))),
        ("accessRules[0].method", Named("x"), Grant((("LOOK", "/me"),))),
        ("allowedIPs[0]", Named("x"), Grant((("GET", "/me"),), Terms(allowed_ips=("x",)))),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_application_that_cannot_be_right_is_not_made(
    world: World, field: str, named: Named, grant: Grant | None
) -> None:
    with pytest.raises(Refused) as raised:
        world.runner.run(applications.create(world.engine, world.nics["camille"], named, world.now, grant))
    assert [refusal.field for refusal in raised.value.refusals] == [field]
    assert len(world.get("/me/api/application").ok()) == 1


def test_a_rule_is_about_what_is_called_however_the_path_is_written(world: World) -> None:
    world.limit_keys("camille", (("GET", "/me"),))
    for path, status in (("/me", 200), ("/m%65", 200), ("/me/", 200), ("/me/contact", 403), ("/m%65/contact", 403)):
        assert world.get(path).status == status, path
