"""Bad input: every answer is asserted to the letter, and nothing may have been written by it.

A test sends a table of calls to one world and names every call whose answer is not the expected one.
"""

from __future__ import annotations

import json
import re
import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from ordain.api.routes import ROUTES
from ordain.core.credential import Grant
from ordain.flows import applications
from ordain.flows.applications import Named
from ordain.store import migrate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordain.api.routing import Route
    from ordain.store.database import Tx
    from tests.world import Answer, World

MEGABYTE = 1024 * 1024
NAMED = r"\{\w+\}"
"""A parameter in a route's path."""
PERIODS = "P1Y, P2Y, P3Y, P4Y, P5Y, P6Y, P7Y, P8Y, P9Y, P10Y"
LOGIN = "You must login first"
ZONE = {"duration": "P1Y", "planCode": "zone", "pricingMode": "default", "quantity": 1}
HOSTS = "ns1.example.net,ns2.example.net"


BEFORE_THE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is refused before any engine is asked: shown on one of them, a database of PostgreSQL's costs a second."""


class Refused(NamedTuple):
    """An answer to bad input, to the letter."""

    status: int
    body: dict[str, Any]


def refused(status: int, name: str, message: str, *fields: str, **details: str) -> Refused:
    """An error of the newer form; each of `fields` is told the whole message."""
    told = {**dict.fromkeys(fields, message), **details}
    return Refused(status, {"class": f"Client::{name}", "message": message} | ({"details": told} if told else {}))


def invalid(message: str, *fields: str) -> Refused:
    return refused(400, "BadRequest", message, *fields)


def unknown(message: str, *fields: str) -> Refused:
    return refused(404, "NotFound", message, *fields)


def conflict(message: str, *fields: str) -> Refused:
    return refused(409, "Conflict", message, *fields)


def forbidden(message: str, *fields: str) -> Refused:
    return refused(403, "Forbidden", message, *fields)


def coded(status: int, code: str, message: str) -> Refused:
    """An error of the older form."""
    phrase = f"{status} {HTTPStatus(status).phrase}"
    return Refused(status, {"errorCode": code, "httpCode": phrase, "message": message})


def misfit(field: str, said: str) -> Refused:
    return invalid(f"{field}: {said}", field)


SUBSIDIARIES = (
    "Expected one of ASIA, AU, CA, CZ, DE, ES, EU, FI, FR, GB, IE, IN, IT, LT, MA, NL, PL, PT, QC, SG, SN, TN, US, WE, "
    "WS"
)
MEANS = (
    "Expected one of CREDIT_CARD, CURRENT_ACCOUNT, DEFERRED_PAYMENT_ACCOUNT, DOMESTIC_CARD, ENTERPRISE, "
    "INTERNAL_TRUSTED_ACCOUNT, PAYPAL, RUPAY, SEPA_DIRECT_DEBIT, bankAccount, creditCard, deferredPaymentAccount, "
    "fidelityAccount, ovhAccount, paypal"
)


class Sent(NamedTuple):
    """One call, and how it must be refused. A text or bytes as body is sent as it stands."""

    call: str
    body: object
    answer: Refused
    who: str | None = "camille"


def send(world: World, sent: Sent) -> Answer:
    method, _, path = sent.call.partition(" ")
    if not isinstance(sent.body, str | bytes):
        return world.call(method, path, sent.who, body=sent.body)
    raw = sent.body.encode() if isinstance(sent.body, str) else sent.body
    headers = world.signed(method, f"/1.0{path}", raw, sent.who) if sent.who else {}
    return world.send(method, f"/1.0{path}", raw, headers)


TABLES = [
    table
    for file in sorted((Path(migrate.__file__).parent / "migrations").glob("*.sql"))
    for table in re.findall(r"^CREATE TABLE (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
]


def written(world: World) -> dict[str, list[str]]:
    """All that is in the database, but for the numbers given out."""

    async def work(tx: Tx) -> dict[str, list[str]]:
        return {table: sorted(map(repr, await tx.fetch(f"SELECT * FROM {table}"))) for table in TABLES}  # noqa: S608 - names of our own tables

    return world.runner.run(world.database.read(work))


def faults(world: World, table: Sequence[Sent]) -> list[str]:
    """What was answered otherwise than it must be, or written although it was refused."""
    found = []
    for who in {sent.who for sent in table} - {None}:
        world.get("/auth/time", who)  # that a credential is used is noted once a minute
    before = written(world)
    for sent in table:
        answer = send(world, sent)
        name = f"{sent.call} {str(sent.body)[:80]}"
        if Refused(answer.status, answer.body) != sent.answer:
            found.append(f"{name}:\n    got      {answer.status} {answer.body}\n    expected {sent.answer}")
        if not answer.headers.get("x-ovh-queryid"):
            found.append(f"{name}: no query id")
        after = written(world)
        if after != before:
            found.append(f"{name}: something was written")
        before = after
    return found


def check(world: World, *table: Sent) -> None:
    found = faults(world, table)
    assert not found, "\n".join(found)


def cart_routes(cart_id: str, item_id: int, configuration_id: int) -> list[tuple[str, str, object]]:
    """Every declared call that names a cart, as (method, path, a body that would be right)."""
    bodies: dict[str, object] = {
        "PUT /order/cart/{cartId}": {"description": "another"},
        "POST /order/cart/{cartId}/domain": {"domain": "baz.fr"},
        "POST /order/cart/{cartId}/dns": ZONE,
        "PUT /order/cart/{cartId}/item/{itemId}": {"duration": "P2Y"},
        "POST /order/cart/{cartId}/item/{itemId}/configuration": {"label": "DNS", "value": HOSTS},
        "POST /order/cart/{cartId}/coupon": {"coupon": "REHEARSAL"},
        "POST /order/cart/{cartId}/domain/options": {**ZONE, "itemId": item_id},
        "POST /order/cart/{cartId}/dns/options": {**ZONE, "planCode": "dnsAnycast", "itemId": item_id},
    }
    queries = {
        **dict.fromkeys(("domain", "domain/options", "domainRestore", "domainPacks"), "?domain=baz.fr"),
        "coupon": "?coupon=REHEARSAL",
        "dns/options": "?planCode=zone",
    }
    places = {"cartId": cart_id, "itemId": item_id, "configurationId": configuration_id}
    return [
        (
            route.method,
            route.path.format(**places)
            + (queries.get(route.path.removeprefix("/order/cart/{cartId}/"), "") if not has_body(route) else ""),
            bodies.get(f"{route.method} {route.path}"),
        )
        for route in ROUTES
        if "{cartId}" in route.path and not route.not_offered
    ]


def has_body(route: Route) -> bool:
    return route.method in ("POST", "PUT")


def test_what_a_call_writes_is_seen(world: World) -> None:
    assert {"cart", "cart_item", "cart_configuration", "placed_order", "contact", "ledger_line"} <= set(TABLES)
    before = written(world)
    world.cart()
    assert written(world) != before


@BEFORE_THE_DATABASE
class TestBodies:
    def test_what_is_no_json_object_is_refused(self, world: World) -> None:
        no_json = "The body is not JSON: "
        bad = {
            '{"ovhSubsidiary":': no_json + "Input data was truncated",
            "nonsense": no_json + "JSON is malformed: invalid character (byte 4)",
            '{"ovhSubsidiary":"FR"} x': no_json + "JSON is malformed: trailing characters (byte 24)",
            "{'ovhSubsidiary':'FR'}": no_json + "JSON is malformed: object keys must be strings (byte 1)",
            "ovhSubsidiary=FR": no_json + "JSON is malformed: invalid character (byte 0)",
            "[]": "Expected object, got array",
            '"FR"': "Expected object, got str",
            "5": "Expected object, got int",
            "null": "Expected object, got null",
        }
        check(world, *(Sent("POST /order/cart", body, invalid(said), None) for body, said in bad.items()))

    def test_an_empty_body_is_an_empty_object(self, world: World) -> None:
        missing = invalid("ovhSubsidiary is required", "ovhSubsidiary")
        check(world, *(Sent("POST /order/cart", body, missing, None) for body in ("", "{}")))

    def test_texts_that_are_no_texts_are_refused(self, world: World) -> None:
        start = '{"ovhSubsidiary":"FR","description":"'
        nul = "A text cannot contain the character NUL"
        no_json = "The body is not JSON: "
        bad: dict[str | bytes, str] = {
            start + 'a\\u0000b"}': nul,
            start + 'a\0b"}': no_json + "JSON is malformed: invalid character (byte 38)",
            # A high surrogate with nothing after it, a low one alone, and one encoded as if it were a character.
            start + '\\ud83d"}': no_json + "Input data was truncated",
            start + '\\udc00"}': no_json + "JSON is malformed: invalid utf-16 surrogate pair (byte 43)",
            start.encode() + b'\xed\xa0\x80"}': no_json
            + "'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte",
            start.encode() + b'\xff"}': no_json
            + "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        }
        check(world, *(Sent("POST /order/cart", body, invalid(said), None) for body, said in bad.items()))

    def test_of_a_repeated_member_the_last_counts(self, world: World) -> None:
        twice = b'{"ovhSubsidiary":"FR","description":"one","description":"two"}'
        assert world.send("POST", "/1.0/order/cart", twice).ok()["description"] == "two"
        # Each is looked at, though.
        answer = misfit("ovhSubsidiary", SUBSIDIARIES)
        for body in ('{"ovhSubsidiary":"FR","ovhSubsidiary":"XX"}', '{"ovhSubsidiary":"XX","ovhSubsidiary":"FR"}'):
            check(world, Sent("POST /order/cart", body, answer, None))

    def test_deep_nesting_is_refused_where_it_could_hurt(self, world: World) -> None:
        deep = '{"ovhSubsidiary":"FR","description":' + "[" * 100_000 + "]" * 100_000 + "}"
        ignored = '{"ovhSubsidiary":"FR","more":' + "[" * 100_000 + "]" * 100_000 + "}"
        shallow = '{"ovhSubsidiary":"FR","description":' + "[" * 100 + "]" * 100 + "}"
        check(
            world,
            Sent("POST /order/cart", deep, misfit("description", "Expected str | null, got array"), None),
            Sent("POST /order/cart", ignored, invalid("The body is nested too deeply"), None),
            Sent("POST /order/cart", shallow, misfit("description", "Expected str | null, got array"), None),
        )

    def test_a_body_of_more_than_a_megabyte_is_refused(self, world: World) -> None:
        too_large = refused(413, "ContentTooLarge", f"A body can be at most {MEGABYTE} bytes long")
        start = b'{"ovhSubsidiary":"FR"}'
        check(
            world,
            Sent("POST /order/cart", start + b" " * 10_000_000, too_large, None),
            Sent("POST /order/cart", start + b" " * (MEGABYTE + 1 - len(start)), too_large, None),
            Sent("POST /order/cart", start + b" " * 10_000_000, too_large),
        )
        assert world.send("POST", "/1.0/order/cart", start + b" " * (MEGABYTE - len(start))).status == 200

    def test_wrong_types_are_named_by_their_member(self, world: World) -> None:
        cart_id = world.cart()
        cart, item_id = f"/order/cart/{cart_id}", world.add(cart_id, "foo.fr")
        item, order = f"{cart}/item/{item_id}", f"/me/order/{world.order('ordered.fr')}"
        value = "Expected bool | int | float | str, got "
        name, whole = f"POST {cart}/domain", "Expected int | null, got "
        check(
            world,
            Sent("POST /order/cart", {"ovhSubsidiary": 5}, misfit("ovhSubsidiary", "Expected str, got int")),
            Sent("POST /order/cart", {"ovhSubsidiary": None}, misfit("ovhSubsidiary", "Expected str, got null")),
            Sent(f"PUT {cart}", {"description": ["x"]}, misfit("description", "Expected str | null, got array")),
            Sent(f"PUT {cart}", {"expire": 1790000000}, misfit("expire", "Expected datetime | null, got int")),
            Sent(f"PUT {cart}", {"expire": "soon"}, misfit("expire", "Invalid RFC3339 encoded datetime")),
            Sent(f"POST {cart}/domain", {}, invalid("domain is required", "domain")),
            Sent(f"POST {cart}/domain", {"domain": 5}, misfit("domain", "Expected str, got int")),
            Sent(f"POST {cart}/domain", {"domain": None}, misfit("domain", "Expected str, got null")),
            Sent(f"POST {cart}/domain", {"domain": ["a.fr"]}, misfit("domain", "Expected str, got array")),
            Sent(name, {"domain": "a.fr", "duration": 1}, misfit("duration", "Expected str | null, got int")),
            Sent(name, {"domain": "a.fr", "quantity": "1"}, misfit("quantity", whole + "str")),
            Sent(name, {"domain": "a.fr", "quantity": 1.5}, misfit("quantity", whole + "float")),
            Sent(name, {"domain": "a.fr", "quantity": True}, misfit("quantity", whole + "bool")),
            Sent(f"PUT {item}", '{"quantity":' + "9" * 5000 + "}", misfit("quantity", "Integer value out of range")),
            Sent(f"POST {item}/configuration", {"label": "DNS"}, invalid("value is required", "value")),
            Sent(f"POST {item}/configuration", {"value": HOSTS}, invalid("label is required", "label")),
            Sent(f"POST {item}/configuration", {"label": "DNS", "value": None}, misfit("value", value + "null")),
            Sent(f"POST {item}/configuration", {"label": "DNS", "value": [HOSTS]}, misfit("value", value + "array")),
            Sent(f"POST {item}/configuration", {"label": "DNS", "value": {}}, misfit("value", value + "object")),
            Sent(f"POST {item}/configuration", '{"label":"DNS","value":1e400}', misfit("value", "Number out of range")),
            Sent(
                f"POST {cart}/checkout",
                {"waiveRetractationPeriod": "yes"},
                misfit("waiveRetractationPeriod", "Expected bool | null, got str"),
            ),
            Sent(
                f"POST {order}/payWithRegisteredPaymentMean",
                {"paymentMean": "ovhAccount", "paymentMeanId": "1"},
                misfit("paymentMeanId", "Expected int | null, got str"),
            ),
        )  # fmt: skip


class TestCarts:
    def test_a_subsidiary_that_does_not_sell_is_refused(self, world: World) -> None:
        check(
            world,
            Sent("POST /order/cart", {"ovhSubsidiary": "XX"}, misfit("ovhSubsidiary", SUBSIDIARIES), None),
            Sent("POST /order/cart", {"ovhSubsidiary": "fr"}, misfit("ovhSubsidiary", SUBSIDIARIES), None),
            Sent("POST /order/cart", {"ovhSubsidiary": ""}, misfit("ovhSubsidiary", SUBSIDIARIES), None),
            # In the contract's enumeration, without a currency or a tax anybody has seen (wire-contract §4.6).
            Sent(
                "POST /order/cart",
                {"ovhSubsidiary": "EU"},
                invalid("ovhSubsidiary 'EU' does not sell domain names", "ovhSubsidiary"),
                None,
            ),
        )

    def test_an_expiry_in_the_past_or_too_far_ahead_is_refused(self, world: World) -> None:
        past = invalid("expire must be in the future", "expire")
        far = invalid("expire can be at most 30 days after the cart's creation", "expire")
        cart = f"/order/cart/{world.cart()}"
        wrong: dict[str, Refused] = {
            "2020-10-18T13:44:30+00:00": past,
            "2026-11-23T12:00:00+00:00": past,
            "2026-11-23T12:00:00": past,
            "2026-11-23T13:59:59+02:00": past,
            "0001-01-01T00:00:00+14:00": past,
            "2026-12-23T12:00:01+00:00": far,
            "9999-12-31T23:59:59-14:00": far,
            "2026-11-24": misfit("expire", "Invalid RFC3339 encoded datetime"),
        }
        for expire, answer in wrong.items():
            check(
                world,
                Sent("POST /order/cart", {"ovhSubsidiary": "FR", "expire": expire}, answer, None),
                Sent(f"PUT {cart}", {"description": "not this either", "expire": expire}, answer),
            )

    def test_a_description_of_more_than_a_thousand_characters_is_refused(self, world: World) -> None:
        cart, long = f"/order/cart/{world.cart()}", "x" * 1001
        answer = invalid("description is at most 1000 characters long", "description")
        check(
            world,
            Sent("POST /order/cart", {"ovhSubsidiary": "FR", "description": long}, answer),
            Sent(f"PUT {cart}", {"description": long}, answer),
        )
        assert world.put(cart, {"description": long[1:]}).ok()["description"] == long[1:]

    def test_an_unknown_cart_is_not_found_by_any_call(self, world: World) -> None:
        nobody = "00000000-0000-4000-8000-000000000000"
        answer = unknown(f"Cart {nobody} does not exist", "cartId")
        check(world, *(Sent(f"{m} {path}", body, answer) for m, path, body in cart_routes(nobody, 1, 1)))

    def test_a_foreign_cart_is_not_found_by_any_call(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.fr")
        configuration_id = world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
        routes = cart_routes(cart_id, item_id, configuration_id)
        assert len(routes) >= 20
        answer = unknown(f"Cart {cart_id} does not exist", "cartId")
        check(world, *(Sent(f"{m} {path}", body, answer, "dieter") for m, path, body in routes))

    def test_an_assigned_cart_is_hidden_from_who_does_not_sign(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.fr")
        answer = unknown(f"Cart {cart_id} does not exist", "cartId")
        login = refused(401, "Unauthorized", LOGIN)
        open_routes = {(r.method, r.path) for r in ROUTES if not r.authenticated}
        known = {m for m, _ in open_routes}
        assert known == {"GET", "POST", "PUT", "DELETE"}
        table = []
        for method, path, body in cart_routes(cart_id, item_id, 1):
            shape = path.partition("?")[0].replace(cart_id, "{cartId}").replace(f"/item/{item_id}", "/item/{itemId}")
            shape = shape.replace("/configuration/1", "/configuration/{configurationId}")
            table.append(Sent(f"{method} {path}", body, answer if (method, shape) in open_routes else login, None))
        assert {sent.answer.status for sent in table} == {401, 404}
        check(world, *table)

    def test_an_expired_cart_can_be_read_and_deleted_but_not_changed(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.fr")
        configuration_id = world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
        world.pass_time(days=1)
        answer = refused(460, "Expired", f"Cart {cart_id} expired on 2026-11-24T12:00:00+00:00")
        routes = cart_routes(cart_id, item_id, configuration_id)
        gone = f"/order/cart/{cart_id}"
        changing = [each for each in routes if each[0] != "GET" or each[1].endswith("/checkout")]
        check(world, *(Sent(f"{m} {p}", body, answer) for m, p, body in changing if (m, p) != ("DELETE", gone)))
        assert [world.get(path).status for m, path, _ in routes if (m, path) not in {c[:2] for c in changing}] == [
            200
        ] * (len(routes) - len(changing))
        assert world.delete(gone).ok() is None
        assert world.get(gone).status == 404

    def test_a_cart_that_became_an_order_is_read_only_and_names_the_order(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.fr")
        configuration_id = world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
        order_id = world.post(f"/order/cart/{cart_id}/checkout").ok()["orderId"]
        answer = conflict(f"Cart {cart_id} is read-only: it was checked out as order {order_id}")
        routes = cart_routes(cart_id, item_id, configuration_id)
        changing = [each for each in routes if each[0] != "GET" or each[1].endswith("/checkout")]
        assert len(changing) >= 11
        check(world, *(Sent(f"{m} {path}", body, answer) for m, path, body in changing))
        # It stays so after the day on which it would have expired.
        world.pass_time(days=2)
        check(world, Sent(f"POST /order/cart/{cart_id}/checkout", None, answer))
        assert world.get(f"/order/cart/{cart_id}").ok()["readOnly"] is True


class TestPlaces:
    def test_unknown_things_are_not_found(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.fr")
        cart, item = f"/order/cart/{cart_id}", f"/order/cart/{cart_id}/item/{item_id}"
        order_id = world.order("ordered.fr")
        no_item = unknown(f"Item 9007199254740991 does not exist in cart {cart_id}", "itemId")
        no_configuration = unknown(f"Configuration 1 does not exist on item {item_id}", "configurationId")
        no_detail = unknown(f"Detail 1 does not exist in order {order_id}", "orderDetailId")
        largest = 2**53 - 1
        check(
            world,
            Sent(f"GET {cart}/item/{largest}", None, no_item),
            Sent(f"PUT {cart}/item/{largest}", {"duration": "P2Y"}, no_item),
            Sent(f"DELETE {cart}/item/{largest}", None, no_item),
            Sent(f"GET {cart}/item/{largest}/requiredConfiguration", None, no_item),
            Sent(f"GET {cart}/item/{largest}/configuration", None, no_item),
            Sent(f"POST {cart}/item/{largest}/configuration", {"label": "DNS", "value": HOSTS}, no_item),
            Sent(f"GET {item}/configuration/1", None, no_configuration),
            Sent(f"DELETE {item}/configuration/1", None, no_configuration),
            Sent(f"GET /me/order/{order_id}/details/1", None, no_detail),
            Sent("GET /me/contact/1", None, unknown("Contact 1 does not exist", "contactId")),
            Sent("GET /me/task/domain/1", None, unknown("Task 1 does not exist", "id")),
            # octodns compares this text.
            Sent("GET /domain/foo.fr", None, unknown("This service does not exist")),
            Sent("GET /domain/zone/foo.fr", None, unknown("This service does not exist")),
        )

    @pytest.mark.parametrize("whose", ["nobody's", "somebody else's"])
    def test_an_order_that_is_not_ones_own_is_not_found_by_any_call(self, world: World, whose: str) -> None:
        order_id = 2**53 - 1 if whose == "nobody's" else world.order("ordered.fr")
        answer = unknown(f"Order {order_id} does not exist", "orderId")
        body = {"paymentMean": "ovhAccount", "paymentMethod": {"id": 1}, "reason": "other"}
        table = [
            Sent(
                f"{route.method} {re.sub(NAMED, '1', route.path.replace('{orderId}', str(order_id)))}",
                body if route.method == "POST" else None,
                answer,
                "dieter",
            )
            for route in ROUTES
            if "{orderId}" in route.path and not route.not_offered
        ]
        assert len(table) >= 20
        check(world, *table)

    @BEFORE_THE_DATABASE
    def test_ids_that_are_no_numbers_below_two_to_the_53_are_refused(self, world: World) -> None:
        cart = f"/order/cart/{world.cart()}"
        wrong = ["abc", "-1", "1.0", "1e3", "0x10", str(2**53), str(2**63), str(2**64 + 1), "9" * 300, "%D9%A1"]
        shown = {"%D9%A1": "\u0661"}
        places = {
            f"{cart}/item/": "itemId",
            f"{cart}/item/1/configuration/": "configurationId",
            "/me/order/": "orderId",
            "/me/contact/": "contactId",
        }
        for text in wrong:
            told = f"is a number below 2**53: got {shown.get(text, text)[:100]!r}"
            check(world, *(Sent(f"GET {p}{text}", None, invalid(f"{n} {told}", n)) for p, n in places.items()))

    @BEFORE_THE_DATABASE
    def test_texts_in_a_path_or_a_query_have_limits(self, world: World) -> None:
        offers = f"GET /order/cart/{world.cart()}/domain"
        limit, nul = "is a text of at most 255 characters", "cannot contain the character NUL"
        check(
            world,
            Sent(f"GET /order/cart/{'a' * 256}", None, invalid(f"cartId {limit}", "cartId")),
            Sent("GET /order/cart/a%00b", None, invalid(f"cartId {nul}", "cartId")),
            Sent("GET /order/cart/%ff", None, unknown("Cart \ufffd does not exist", "cartId")),
            Sent(f"{offers}?domain=a%00.fr", None, invalid(f"domain {nul}", "domain")),
            Sent(f"{offers}?domain={'a' * 256}", None, invalid(f"domain {limit}", "domain")),
            Sent(f"{offers}?x={'a' * 8192}", None, invalid("A query string can be at most 8192 characters long")),
            Sent(offers, None, invalid("domain is required", "domain")),
            Sent(f"{offers}?domain=null", None, invalid("domain is required", "domain")),
            Sent(f"{offers}?domain=", None, invalid("Give a domain name, such as example.com", "domain")),
        )

    @BEFORE_THE_DATABASE
    def test_an_unknown_url_is_not_found(self, world: World) -> None:
        nothing = unknown("Got an invalid (or empty) URL")
        paths = ("/order", "/order/nothing", "//auth/time", "/order/cart/x/nothing", "/me/order/1/nothing")
        check(world, *(Sent(f"GET {path}", None, nothing, None) for path in paths))
        check(world, Sent("DELETE /order/nothing", None, nothing, None))
        for target in ("/auth/time", "/v2/auth/time", "/1/auth/time"):
            answer = world.send("GET", target)
            assert Refused(answer.status, answer.body) == nothing, target

    @BEFORE_THE_DATABASE
    def test_a_wrong_method_is_told_the_right_ones(self, world: World) -> None:
        cart = f"/order/cart/{world.cart()}"
        check(
            world,
            Sent("DELETE /order/cart", None, unknown("This URL does not take DELETE: it takes GET, POST")),
            Sent("PATCH /order/cart", {}, unknown("This URL does not take PATCH: it takes GET, POST")),
            Sent(f"POST {cart}", {}, unknown("This URL does not take POST: it takes DELETE, GET, PUT")),
            Sent(f"GET {cart}/assign", None, unknown("This URL does not take GET: it takes POST")),
            Sent("POST /auth/time", None, unknown("This URL does not take POST: it takes GET"), None),
        )


class TestNames:
    @BEFORE_THE_DATABASE
    def test_names_that_cannot_be_had_are_refused_in_words(self, world: World) -> None:
        cart = f"/order/cart/{world.cart()}"
        long, smile = "a" * 64, 'U+1F600 GRINNING FACE at position 1 of "\U0001f600"'
        wrong = {
            "": "Give a domain name, such as example.com",
            "   ": "Give a domain name, such as example.com",
            "foo baz.fr": '"foo baz.fr" contains a space: a domain name has none',
            "foo_bar.fr": '"foo_bar" contains an underscore: use letters, digits and hyphens',
            "foo!.fr": 'U+0021 EXCLAMATION MARK at position 4 of "foo!" can be in no name:'
            " use letters, digits and hyphens",
            "-bad-.fr": '"-bad-" begins or ends with a hyphen',
            "-bad.fr": '"-bad" begins or ends with a hyphen',
            "ab--cd.fr": '"ab--cd" has hyphens in third and fourth place, which is kept for encoded names (xn--…)',
            "\U0001f600.fr": f"{smile} is an emoji or symbol: .fr names have none",
            "xn--e28h.fr": f"{smile} is an emoji or symbol: .fr names have none",
            "xn--a.fr": '"xn--a" is not the encoded form of any permitted name',
            f"{long}.fr": f'"{long}" is too long: each part of a name has at most 63 characters',
            "foo.fr.": '"foo.fr." ends with a dot: write it without the final dot',
            "foo..fr": '"foo..fr" has a dot with nothing in front of it',
            ".fr": '".fr" has a dot with nothing in front of it',
            "fr": '"fr" is an extension: put a name in front of it, such as example.fr',
            "mysite": '"mysite" has no extension: add one, such as mysite.com',
            "www.foo.fr": 'Order "foo.fr": "www.foo.fr" lies below it',
            "a.com": '"a" is too short: .com names have at least 3 characters',
            "été.gov.uk": ".gov.uk names are made of the letters a to z, digits and hyphens only",
        }
        for name, said in wrong.items():
            answer = invalid(said, "domain")
            asked = world.get(f"{cart}/domain", domain=name)
            assert Refused(asked.status, asked.body) == answer, name
            check(world, Sent(f"POST {cart}/domain", {"domain": name}, answer))

    @BEFORE_THE_DATABASE
    def test_a_name_of_sixty_three_characters_is_accepted(self, world: World) -> None:
        assert world.add(world.cart(), f"{'a' * 63}.fr")

    @BEFORE_THE_DATABASE
    def test_an_extension_that_is_not_sold_has_no_offers_and_cannot_be_added(self, world: World) -> None:
        cart = f"/order/cart/{world.cart()}"
        assert world.get(f"{cart}/domain", domain="foo.notsold").ok() == []
        answer = invalid(".notsold names are not sold here", "domain")
        check(world, Sent(f"POST {cart}/domain", {"domain": "foo.notsold"}, answer))

    def test_an_idn_is_the_same_in_both_of_its_forms(self, world: World) -> None:
        cart_id = world.cart()
        cart = f"/order/cart/{cart_id}"
        first = world.get(f"{cart}/domain", domain="Été.fr").ok()
        assert first == world.get(f"{cart}/domain", domain="xn--t-9fab.fr").ok()
        item_id = world.add(cart_id, "Été.fr")
        assert world.get(f"{cart}/item/{item_id}").ok()["settings"]["domain"] == "xn--t-9fab.fr"
        twice = conflict("été.fr is in this cart already", "domain")
        check(
            world,
            Sent(f"POST {cart}/domain", {"domain": "xn--t-9fab.fr"}, twice),
            Sent(f"POST {cart}/domain", {"domain": "e\u0301te\u0301.fr"}, twice),
        )
        other = world.cart()
        item_id = world.add(other, "XN--T-9FAB.fr")
        assert world.get(f"/order/cart/{other}/item/{item_id}").ok()["settings"]["domain"] == "xn--t-9fab.fr"

    def test_a_name_is_in_a_cart_once(self, world: World) -> None:
        cart_id = world.cart()
        world.add(cart_id, "foo.fr")
        twice = conflict("foo.fr is in this cart already", "domain")
        path = f"POST /order/cart/{cart_id}/domain"
        check(
            world, Sent(path, {"domain": "foo.fr"}, twice), Sent(path, {"domain": "FOO.fr", "duration": "P2Y"}, twice)
        )
        assert world.add(cart_id, "foo.com")
        assert world.add(world.cart(), "foo.fr")


class TestOffers:
    def test_a_quantity_other_than_one_is_refused(self, world: World) -> None:
        cart_id = world.cart()
        cart, item = f"/order/cart/{cart_id}", f"/order/cart/{cart_id}/item/{world.add(cart_id, 'baz.fr')}"
        for quantity in (2, 0, -1, 10**30):
            answer = invalid(f"quantity can only be 1: got {quantity}", "quantity")
            check(
                world,
                Sent(f"POST {cart}/domain", {"domain": "foo.fr", "quantity": quantity}, answer),
                Sent(f"PUT {item}", {"quantity": quantity, "duration": "P2Y"}, answer),
                Sent(f"POST {cart}/dns", {**ZONE, "quantity": quantity}, answer),
            )

    def test_a_duration_that_is_not_sold_is_refused_with_those_that_are(self, world: World) -> None:
        cart_id = world.cart()
        cart = f"/order/cart/{cart_id}"
        fr, de = world.add(cart_id, "baz.fr"), world.add(cart_id, "bar.de")
        for duration in ("P11Y", "P0Y", "P100Y", "P12M", "1", "P1", "p1y", "P1Y ", "P\u0661Y", "P-1Y"):
            answer = invalid(f"duration {duration!r} is not sold here: choose one of {PERIODS}", "duration")
            check(
                world,
                Sent(f"POST {cart}/domain", {"domain": "foo.fr", "duration": duration}, answer),
                Sent(f"PUT {cart}/item/{fr}", {"duration": duration}, answer),
            )
        answer = invalid("duration 'P2Y' is not sold here: choose one of P1Y", "duration")
        check(
            world,
            Sent(f"POST {cart}/domain", {"domain": "foo.de", "duration": "P2Y"}, answer),
            Sent(f"PUT {cart}/item/{de}", {"duration": "P2Y"}, answer),
            Sent(f"POST {cart}/domain", {"domain": "taken.fr", "duration": "P2Y"}, answer),
        )

    def test_a_pricing_mode_that_is_not_on_offer_is_refused_with_the_one_that_is(self, world: World) -> None:
        cart = f"/order/cart/{world.cart()}"
        wrong = [
            ("foo.fr", "create-premium", "create-default"),
            ("foo.fr", "transfer-default", "create-default"),
            ("foo.fr", "default-transfer", "create-default"),
            ("foo.fr", "nonsense", "create-default"),
            ("premium.fr", "create-default", "create-premium"),
            ("premium.fr", "default-create", "create-premium"),
            ("premium.fr", "default", "create-premium"),
            ("taken.fr", "create-default", "transfer-default"),
            ("taken.fr", "transfer-premium", "transfer-default"),
            ("taken-premium.fr", "transfer-default", "transfer-premium"),
            ("aftermarket1.fr", "transfer-premium", "transfer-aftermarket1' or 'transfer-default"),
            ("aftermarket1.fr", "transfer-aftermarket2", "transfer-aftermarket1' or 'transfer-default"),
            ("aftermarket2.fr", "create-default", "transfer-aftermarket2' or 'transfer-default"),
        ]
        for domain, asked, offered in wrong:
            said = f"pricingMode {asked!r} is not on offer for this name: '{offered}' is"
            check(
                world,
                Sent(f"POST {cart}/domain", {"domain": domain, "pricingMode": asked}, invalid(said, "pricingMode")),
            )

    def test_an_offer_or_plan_of_another_extension_is_refused_with_the_right_one(self, world: World) -> None:
        path = f"POST /order/cart/{world.cart()}/domain"
        for wrong in ("com-create", "fr-transfer", "fr", "FR-create", "nonsense"):
            said = f"offerId {wrong!r} is not on offer: it is 'fr-create'"
            check(world, Sent(path, {"domain": "foo.fr", "offerId": wrong}, invalid(said, "offerId")))
        for wrong in ("com", ".fr", "FR", "nonsense"):
            said = f"planCode {wrong!r} is not this name's: it is 'fr'"
            check(world, Sent(path, {"domain": "foo.fr", "planCode": wrong}, invalid(said, "planCode")))

    def test_every_way_of_asking_for_an_offer_finds_it(self, world: World) -> None:
        names = {
            "foo.fr": "create-default",
            "premium.fr": "create-premium",
            "taken.fr": "transfer-default",
            "taken-premium.fr": "transfer-premium",
            "aftermarket1.fr": "transfer-aftermarket1",
            "aftermarket2.fr": "transfer-aftermarket2",
        }
        for domain, mode in names.items():
            action, flavour = mode.split("-")
            ways: list[Mapping[str, object]] = [
                {},
                {"pricingMode": mode},
                {"pricingMode": f"{flavour}-{action}"},
                {"pricingMode": flavour, "offerId": f"fr-{action}"},
                {"pricingMode": flavour},
                {"offerId": f"fr-{action}"},
                {"planCode": "fr", "pricingMode": mode, "offerId": f"fr-{action}", "quantity": 1, "duration": "P1Y"},
                {"planCode": None, "pricingMode": None, "offerId": None, "quantity": None, "duration": None, "more": 1},
            ]
            found = []
            for way in ways:
                made = world.post(f"/order/cart/{world.cart()}/domain", {"domain": domain, **way}).ok()
                found.append((made["settings"]["pricingMode"], made["prices"]))
            assert found == [(mode, found[0][1])] * len(ways)

    def test_a_reserved_name_is_shown_with_its_reason_and_cannot_be_added(self, world: World) -> None:
        cart = f"/order/cart/{world.cart()}"
        [offer] = world.get(f"{cart}/domain", domain="reserved.fr").ok()
        assert (offer["orderable"], offer["reason"]) == (False, "Reserved by the registry")
        answer = conflict("reserved.fr cannot be ordered: Reserved by the registry", "domain")
        check(world, Sent(f"POST {cart}/domain", {"domain": "reserved.fr"}, answer))

    def test_a_name_that_was_registered_here_cannot_be_added_again(self, world: World) -> None:
        world.pay(world.order("mine.fr")).ok()
        world.deliver()
        answer = conflict("mine.fr cannot be ordered: This name is registered here already", "domain")
        check(world, Sent(f"POST /order/cart/{world.cart('dieter')}/domain", {"domain": "mine.fr"}, answer, "dieter"))

    def test_a_taken_name_whose_extension_is_not_transferred_here_cannot_be_added(self, world: World) -> None:
        said = "taken.gov.uk cannot be ordered: This name is taken, and .gov.uk names cannot be transferred here"
        answer = conflict(said, "domain")
        check(world, Sent(f"POST /order/cart/{world.cart()}/domain", {"domain": "taken.gov.uk"}, answer))

    def test_a_zone_is_only_sold_as_its_plan_says(self, world: World) -> None:
        path = f"POST /order/cart/{world.cart()}/dns"
        for field, wrong in {"duration": "P2Y", "planCode": "fr", "pricingMode": "create-default"}.items():
            said = f"{field} can only be {ZONE[field]!r}: got {wrong!r}"
            check(world, Sent(path, {**ZONE, field: wrong}, invalid(said, field)))
        check(world, Sent(path, {}, invalid("duration is required", "duration")))


class TestConfigurations:
    def test_a_label_the_item_does_not_have_is_refused_with_those_it_has(self, world: World) -> None:
        cart_id = world.cart()
        name = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'foo.fr')}/configuration"
        zone = (
            f"/order/cart/{cart_id}/item/{world.post(f'/order/cart/{cart_id}/dns', ZONE).ok()['itemId']}/configuration"
        )
        held = "OWNER_LEGAL_AGE, OWNER_CONTACT, ADMIN_ACCOUNT, TECH_ACCOUNT, DNS"
        for label in ("NOPE", "AUTH_INFO", "CLAIMS_NOTICE", "zone", "dns", ""):
            answer = invalid(f"{label!r} is no configuration of this item: choose one of {held}", "label")
            check(world, Sent(f"POST {name}", {"label": label, "value": "x"}, answer))
        said = "'OWNER_CONTACT' is no configuration of this item: choose one of zone, template"
        check(world, Sent(f"POST {zone}", {"label": "OWNER_CONTACT", "value": "x"}, invalid(said, "label")))

    def test_a_value_whose_form_cannot_be_right_is_refused(self, world: World) -> None:
        cart_id = world.cart()
        cart = f"/order/cart/{cart_id}"
        name = f"{cart}/item/{world.add(cart_id, 'foo.fr')}/configuration"
        public = f"{cart}/item/{world.add(cart_id, 'council.gov.uk')}/configuration"
        zone = f"{cart}/item/{world.post(f'{cart}/dns', ZONE).ok()['itemId']}/configuration"
        form = "has the form /me/contact/1234 or /domain/contact/1234"
        nic = "is an account's name, such as ab12345-ordain"
        number = "is 2 to 13 different name servers, separated by commas"
        many = ",".join(f"ns{n}.example.net" for n in range(14))
        wrong = [
            (name, "OWNER_LEGAL_AGE", "maybe", "is true or false"),
            (name, "OWNER_LEGAL_AGE", "", "is true or false"),
            (name, "OWNER_CONTACT", "1234", form),
            (name, "OWNER_CONTACT", "/me/contact/", form),
            (name, "OWNER_CONTACT", "/me/contact/1/2", form),
            (name, "OWNER_CONTACT", f"/me/contact/{'9' * 16}", form),
            (name, "ADMIN_ACCOUNT", "nobody", nic),
            (name, "TECH_ACCOUNT", "x'; --", nic),
            (name, "DNS", "ns1.example.net", number),
            (name, "DNS", "ns1.example.net,NS1.example.net.", number),
            (name, "DNS", many, number),
            (name, "DNS", "ns_1.example.net,ns2.example.net", "is a list of host names, separated by commas"),
            (public, "DOMAIN_CONFIG", "{", "is the text of a JSON object"),
            (zone, "zone", "no name", "is a domain name, in its A-label form"),
            (zone, "template", "fancy", "is one of basic, minimized, redirect"),
        ]
        for path, label, value, said in wrong:
            answer = invalid(f"{label} {said}: got {value[:100]!r}", "value")
            check(world, Sent(f"POST {path}", {"label": label, "value": value}, answer))
        long = invalid("value is at most 10000 characters long", "value")
        check(world, Sent(f"POST {name}", {"label": "DNS", "value": "x" * 10_001}, long))

    def test_people_who_do_not_exist_are_not_found(self, world: World) -> None:
        cart_id = world.cart()
        path = f"POST /order/cart/{cart_id}/item/{world.add(cart_id, 'foo.fr')}/configuration"
        theirs = world.post("/me/contact", OWNER, "dieter").ok()["id"]
        for number in (1, 999_999_999_999_999, theirs):
            value = f"/me/contact/{number}"
            answer = unknown(f"Contact {value} does not exist", "value")
            check(world, Sent(path, {"label": "OWNER_CONTACT", "value": value}, answer))
        for label in ("ADMIN_ACCOUNT", "TECH_ACCOUNT"):
            answer = unknown("Account ab12345-ovh does not exist", "value")
            check(world, Sent(path, {"label": label, "value": "ab12345-ovh"}, answer))

    def test_an_item_holds_at_most_fifty_configurations(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.fr")
        for _ in range(50):
            world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
        path = f"POST /order/cart/{cart_id}/item/{item_id}/configuration"
        answer = invalid("An item holds at most 50 configurations")
        check(world, Sent(path, {"label": "DNS", "value": HOSTS}, answer))


OWNER = {
    "address": {"city": "Portland", "country": "US", "line1": "1 Main Street", "zip": "97201"},
    "email": "owner@world.example",
    "firstName": "Olga",
    "language": "en_US",
    "lastName": "Owner",
    "legalForm": "individual",
    "phone": "+1.5030000000",
}


class TestCheckout:
    def test_an_empty_cart_cannot_be_checked_out(self, world: World) -> None:
        cart_id = world.cart()
        answer = invalid(f"Cart {cart_id} is empty")
        check(world, *(Sent(f"{method} /order/cart/{cart_id}/checkout", None, answer) for method in ("GET", "POST")))

    def test_a_cart_that_was_not_assigned_cannot_be_checked_out(self, world: World) -> None:
        cart_id = world.cart(None)
        world.add(cart_id, "foo.fr")
        for method in ("GET", "POST"):
            answer = world.call(method, f"/order/cart/{cart_id}/checkout", "camille")
            assert answer.status == 403
            assert answer.body["class"] == "Client::Forbidden"
            first = answer.body["message"].splitlines()[0]
            assert first == "You are not allowed: assign the cart to your account first"
        assert world.get("/me/order").ok() == []

    def test_a_name_that_is_taken_needs_its_auth_code(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.add(cart_id, "taken.fr")
        said = "taken.fr: Custom field AUTH_INFO is mandatory for product fr"
        answer = invalid(said, f"{item_id}.AUTH_INFO")
        path = f"/order/cart/{cart_id}/checkout"
        check(world, Sent(f"GET {path}", None, answer), Sent(f"POST {path}", None, answer))
        world.configure(cart_id, item_id, "AUTH_INFO", "secret")
        assert world.post(path).ok()["orderId"] > 0

    def test_an_owner_outside_the_union_cannot_have_a_name_under_eu(self, world: World) -> None:
        owner = f"/me/contact/{world.post('/me/contact', OWNER).ok()['id']}"
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.eu")
        world.configure(cart_id, item_id, "OWNER_CONTACT", owner)
        world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", value=True)
        some = "AT, BE, BG, CY, CZ, DE, DK, EE, ES, FI …"
        said = f"foo.eu: OWNER_CONTACT: Le champ « country » doit être l'une de ces valeurs : {some}"
        rule, field = "BadRequest::DOMDOCRuleNotRespected", f"{item_id}.OWNER_CONTACT.address.country"
        area = [
            "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
            "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
        ]  # fmt: skip
        constraint = {"field": field, "operator": "contains", "expected": area}
        answer = refused(400, rule, said, field, _violations=json.dumps([constraint], separators=(",", ":")))
        path = f"/order/cart/{cart_id}/checkout"
        check(world, Sent(f"GET {path}", None, answer), Sent(f"POST {path}", None, answer))

    def test_a_label_configured_twice_is_refused(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.add(cart_id, "foo.fr")
        for _ in range(2):
            world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", "true")
        said = "foo.fr: Custom field OWNER_LEGAL_AGE is duplicated for product fr"
        answer = invalid(said, f"{item_id}.OWNER_LEGAL_AGE")
        check(world, Sent(f"GET /order/cart/{cart_id}/checkout", None, answer))

    def test_an_owner_who_is_too_young_is_refused_however_it_is_said(self, world: World) -> None:
        for no in (False, "false", "False", "FALSE", "0", 0):
            cart_id = world.cart()
            item_id = world.add(cart_id, "foo.fr")
            world.configure(cart_id, item_id, "OWNER_LEGAL_AGE", no)
            said = "foo.fr: OWNER_LEGAL_AGE: the owner must be old enough to own a name"
            answer = invalid(said, f"{item_id}.OWNER_LEGAL_AGE")
            check(world, Sent(f"POST /order/cart/{cart_id}/checkout", None, answer))

    def test_a_zone_without_a_name_cannot_be_checked_out(self, world: World) -> None:
        cart_id = world.cart()
        item_id = world.post(f"/order/cart/{cart_id}/dns", ZONE).ok()["itemId"]
        answer = invalid("DNS zone: Custom field zone is mandatory for product zone", f"{item_id}.zone")
        check(world, Sent(f"GET /order/cart/{cart_id}/checkout", None, answer))

    def test_an_order_that_was_to_be_paid_at_once_and_cannot_be_is_not_placed(self, world: World) -> None:
        cart_id = world.cart("dieter", "DE")
        world.add(cart_id, "foo.de", "dieter")
        said = "This order can't be paid with 'ovhAccount': the balance holds 0.00 EUR, 4.27 EUR are needed"
        member = "autoPayWithPreferredPaymentMethod"
        body = {member: True, "waiveRetractationPeriod": True}
        check(world, Sent(f"POST /order/cart/{cart_id}/checkout", body, forbidden(said, member), "dieter"))
        assert world.get(f"/order/cart/{cart_id}", "dieter").ok()["readOnly"] is False


class TestPayment:
    def test_means_that_cannot_pay_are_refused(self, world: World) -> None:
        path = f"POST /me/order/{world.order('foo.fr')}/payWithRegisteredPaymentMean"
        would = "It can be paid with: fidelityAccount (1000.00 EUR), ovhAccount (1000.00 EUR)"
        for mean, why in {
            "paypal": "nothing of this kind can be registered here",
            "PAYPAL": "nothing of this kind can be registered here",
            "deferredPaymentAccount": "nothing of this kind can be registered here",
            "bankAccount": "bank transfers are not taken here",
            "creditCard": "cards are not taken here",
            "CREDIT_CARD": "cards are not taken here",
        }.items():
            answer = forbidden(f"This order can't be paid with '{mean}': {why}. {would}", "paymentMean")
            check(world, Sent(path, {"paymentMean": mean, "paymentMeanId": 1}, answer))
        for mean in ("nonsense", "", "OVHACCOUNT"):
            check(world, Sent(path, {"paymentMean": mean}, misfit("paymentMean", MEANS)))
        check(world, Sent(path, None, invalid("paymentMean is required", "paymentMean")))

    def test_a_balance_that_holds_too_little_pays_nothing(self, world: World) -> None:
        order_id = world.order("foo.de", who="dieter", subsidiary="DE")
        for mean in ("ovhAccount", "fidelityAccount"):
            said = f"This order can't be paid with '{mean}': the balance holds 0.00 EUR, 4.27 EUR are needed"
            answer = forbidden(said, "paymentMean")
            check(
                world,
                Sent(
                    f"POST /me/order/{order_id}/payWithRegisteredPaymentMean", {"paymentMean": mean}, answer, "dieter"
                ),
            )
        assert world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean", "dieter").ok() == []
        assert world.status(order_id, "dieter") == "notPaid"
        assert world.imbalance() == []

    def test_an_order_is_paid_once(self, world: World) -> None:
        order_id = world.order("foo.fr")
        world.pay(order_id).ok()
        answer = conflict(f"Order {order_id} is already paid")
        path = f"POST /me/order/{order_id}/payWithRegisteredPaymentMean"
        check(world, *(Sent(path, {"paymentMean": mean}, answer) for mean in ("ovhAccount", "fidelityAccount")))
        assert world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok() == []
        world.deliver()
        check(world, Sent(path, {"paymentMean": "ovhAccount"}, answer))

    def test_an_order_that_was_not_paid_in_time_is_cancelled(self, world: World) -> None:
        order_id = world.order("foo.fr")
        world.pass_time(days=15)
        answer = conflict(f"Order {order_id} was not paid in time and is cancelled")
        check(
            world,
            Sent(f"POST /me/order/{order_id}/payWithRegisteredPaymentMean", {"paymentMean": "ovhAccount"}, answer),
        )


class TestSignatures:
    TARGET = "/1.0/me/order"

    def refused(self, world: World, answer: Refused, headers: Mapping[str, str], target: str = TARGET) -> None:
        before = written(world)
        heard = world.send("GET", target, b"", headers)
        assert Refused(heard.status, heard.body) == answer
        assert heard.headers["x-ovh-queryid"]
        assert written(world) == before

    @BEFORE_THE_DATABASE
    def test_a_timestamp_more_than_five_minutes_off_is_refused(self, world: World) -> None:
        late = coded(400, "QUERY_TIME_OUT", "Query out of time")
        now = int(time.time())
        for off in (-302, 310, -86_400):
            self.refused(world, late, world.signed("GET", self.TARGET, b"", "camille", at=now + off))
        for stamp in ("now", "", "-1", "1.5", "9" * 400):
            headers = world.signed("GET", self.TARGET, b"", "camille")
            self.refused(world, late, {**headers, "X-Ovh-Timestamp": stamp})
        for off in (-280, 280):
            headers = world.signed("GET", self.TARGET, b"", "camille", at=now + off)
            assert world.send("GET", self.TARGET, b"", headers).ok() == []

    @BEFORE_THE_DATABASE
    def test_a_wrong_signature_is_refused(self, world: World) -> None:
        wrong = coded(400, "INVALID_SIGNATURE", "Invalid signature")
        right = world.signed("GET", self.TARGET, b"", "camille")
        self.refused(world, wrong, world.signed("GET", self.TARGET, b"", "camille", secret="guessed"))
        self.refused(world, wrong, world.signed("POST", self.TARGET, b"", "camille"))
        self.refused(world, wrong, world.signed("GET", self.TARGET, b"{}", "camille"))
        self.refused(world, wrong, right, f"{self.TARGET}?date.from=x")
        self.refused(world, wrong, {**right, "X-Ovh-Signature": right["X-Ovh-Signature"].upper()})
        self.refused(world, wrong, {name: text for name, text in right.items() if name != "X-Ovh-Signature"})
        # A route that is open to all still does not take a wrong signature for none.
        self.refused(world, wrong, right, "/1.0/auth/time")

    def test_unknown_keys_are_refused(self, world: World) -> None:
        right = world.signed("GET", self.TARGET, b"", "camille")
        no_key = coded(403, "INVALID_KEY", "This application key is invalid")
        no_credential = coded(403, "NOT_CREDENTIAL", "This credential does not exist")
        theirs = world.keys["dieter"]
        self.refused(world, no_key, {**right, "X-Ovh-Application": "unknown"})
        self.refused(world, no_key, {name: text for name, text in right.items() if name != "X-Ovh-Application"})
        self.refused(world, no_credential, {**right, "X-Ovh-Consumer": "unknown"})
        self.refused(world, no_credential, {**right, "X-Ovh-Application": theirs.application_key})
        self.refused(world, no_credential, {name: text for name, text in right.items() if name != "X-Ovh-Consumer"})

    def test_a_call_the_credential_was_not_granted_is_refused(self, world: World) -> None:
        rules = (("GET", "/me/*"), ("POST", "/order/cart"))
        made = applications.create(world.engine, world.nics["camille"], Named("reading"), world.now, Grant(rules))
        world.keys["reader"] = world.runner.run(made)
        answer = coded(403, "NOT_GRANTED_CALL", "This call has not been granted")
        check(
            world,
            Sent("GET /order/cart", None, answer, "reader"),
            Sent("POST /me/contact", OWNER, answer, "reader"),
            Sent("GET /me", None, answer, "reader"),
            Sent("GET /auth/time", None, answer, "reader"),
        )
        assert world.get("/me/order", "reader").ok() == []
        assert world.post("/order/cart", {"ovhSubsidiary": "FR"}, "reader").status == 200

    def test_an_unsigned_call_must_log_in_wherever_authentication_is_asked_for(self, world: World) -> None:
        login = refused(401, "Unauthorized", LOGIN)
        asking = [route for route in ROUTES if route.authenticated]
        assert len(asking) >= 25
        check(world, *(Sent(f"{r.method} {re.sub(NAMED, '1', r.path)}", None, login, None) for r in asking))
        only_application = {"X-Ovh-Application": world.keys["camille"].application_key}
        self.refused(world, login, only_application)
