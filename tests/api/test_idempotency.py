"""A POST that is sent again with its Idempotency-Key: carried out once, answered as before, nobody else's."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import pytest
from msgspec import structs

from ordain.core.refusal import Refused
from ordain.core.registry import NoAnswer
from ordain.flows import idempotency
from ordain.flows.idempotency import Asked, Claim
from ordain.flows.watched import Watched
from ordain.store.database import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.core.registry import Availability
    from ordain.store.database import Database, Tx
    from tests.world import Answer, World

T = TypeVar("T")

CART = {"ovhSubsidiary": "FR"}
FIRST = "the-first"


def post(world: World, path: str, body: object = None, who: str | None = "camille", key: str = FIRST) -> Answer:
    return world.call_with({"Idempotency-Key": key}, "POST", path, body, who)


def replayed(answer: Answer) -> bool:
    return answer.headers.get("idempotent-replayed") == "true"


def conflict(answer: Answer) -> str:
    """The words of a 409 about the key."""
    assert answer.status == 409, answer.raw
    assert answer.body["class"] == "Client::Conflict"
    assert answer.body["details"] == {"Idempotency-Key": answer.body["message"]}
    assert not replayed(answer)
    message: str = answer.body["message"]
    return message


def count(world: World, table: str) -> int:
    async def work(tx: Tx) -> int:
        return int((await tx.fetch(f"SELECT count(*) FROM {table}"))[0][0])  # noqa: S608 - the test's own word

    return world.runner.run(world.database.read(work))


# Repeated


def test_the_same_request_is_answered_as_before(world: World) -> None:
    first = post(world, "/order/cart", CART)
    again = post(world, "/order/cart", CART)
    assert first.ok() == again.ok()
    assert (replayed(first), replayed(again)) == (False, True)
    ours = {"idempotent-replayed", "x-ovh-queryid"}
    assert first.headers.items() - again.headers.items() == {("x-ovh-queryid", first.headers["x-ovh-queryid"])}
    assert {name for name in again.headers if again.headers[name] != first.headers.get(name)} == ours
    assert count(world, "cart") == 1


def test_either_prefix_and_the_quotes_of_the_draft_are_the_same(world: World) -> None:
    first = post(world, "/order/cart", CART).ok()
    raw, target = b'{"ovhSubsidiary":"FR"}', "/v1/order/cart/"
    headers = {**world.signed("POST", target, raw, "camille"), "Idempotency-Key": f'"{FIRST}"'}
    assert world.send("POST", target, raw, headers).ok() == first


def test_another_body_or_path_is_refused(world: World) -> None:
    cart_id = post(world, "/order/cart", CART).ok()["cartId"]
    for path, body in (
        ("/order/cart", {"ovhSubsidiary": "DE"}),
        ("/order/cart", {**CART, "description": ""}),
        (f"/order/cart/{cart_id}/assign", None),
        ("/order/cart?description=x", CART),
    ):
        assert "was used for another request" in conflict(post(world, path, body))
    assert replayed(post(world, "/order/cart", CART))


def test_a_key_is_its_accounts_whatever_credential_is_used(world: World) -> None:
    mine = post(world, "/order/cart", CART).ok()["cartId"]
    theirs = post(world, "/order/cart", CART, "dieter")
    assert theirs.ok()["cartId"] != mine
    assert not replayed(theirs)
    assert "another request" in conflict(post(world, "/order/cart", {"ovhSubsidiary": "DE"}, "dieter"))
    world.limit_keys("camille", (("POST", "/order/cart"),))
    assert post(world, "/order/cart", CART).ok()["cartId"] == mine
    world.limit_keys("camille", (("GET", "/order/cart"),))
    assert post(world, "/order/cart", CART).body["errorCode"] == "NOT_GRANTED_CALL"


def test_a_whole_order_is_repeated_without_harm(world: World) -> None:
    """A client that sends everything twice has one cart, one item, one order and pays once."""

    def twice(path: str, body: object = None, key: str = "") -> Any:
        first, second = (post(world, path, body, key=key or path) for _ in range(2))
        assert (first.ok(), replayed(second)) == (second.ok(), True)
        return first.body

    cart_id = twice("/order/cart", CART)["cartId"]
    path = f"/order/cart/{cart_id}"
    twice(f"{path}/assign")
    item_id = twice(f"{path}/domain", {"domain": "foo.fr"})["itemId"]
    twice(f"{path}/item/{item_id}/configuration", {"label": "DNS", "value": "ns1.example.net,ns2.example.net"})
    order_id = twice(f"{path}/checkout", {})["orderId"]
    before = world.balance()
    twice(f"/me/order/{order_id}/payWithRegisteredPaymentMean", {"paymentMean": "ovhAccount"})
    assert world.get("/order/cart").ok() == [cart_id]
    assert world.get("/me/order").ok() == [order_id]
    total = world.get(f"/me/order/{order_id}").ok()["priceWithTax"]["priceInUcents"]
    assert before - world.balance() == total
    assert world.imbalance() == []


def test_twenty_at_once_make_one_cart(world: World) -> None:
    headers = {"Idempotency-Key": FIRST}

    async def all_at_once() -> list[Answer]:
        return await asyncio.gather(*(world.request_with(headers, "POST", "/order/cart", CART) for _ in range(20)))

    answers = world.runner.run(all_at_once())
    done = {answer.body["cartId"] for answer in answers if answer.status == 200}
    assert len(done) == 1
    assert count(world, "cart") == 1
    for answer in answers:
        if answer.status != 200:
            assert "is still under way" in conflict(answer)
            assert answer.headers["retry-after"] == "1"
    assert {post(world, "/order/cart", CART).ok()["cartId"]} == done


def test_a_day_later_the_key_is_new(world: World) -> None:
    first = post(world, "/order/cart", CART).ok()["cartId"]
    world.pass_time(hours=23, minutes=59)
    assert post(world, "/order/cart", CART).ok()["cartId"] == first
    world.pass_time(minutes=1)
    later = post(world, "/order/cart", {"ovhSubsidiary": "DE"})
    assert later.ok()["cartId"] != first
    assert not replayed(later)


def test_what_is_over_is_swept(world: World) -> None:
    for key in ("one", "two"):
        post(world, "/order/cart", CART, key=key).ok()
    world.pass_time(hours=23)
    post(world, "/order/cart", CART, key="three").ok()
    assert world.runner.run(idempotency.sweep(world.engine)) == 0
    world.pass_time(hours=1)
    assert world.runner.run(idempotency.sweep(world.engine)) == 2
    assert count(world, "idempotency") == 1


def test_many_are_swept_a_few_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "AT_ONCE", 2)
    for number in range(5):
        post(world, "/newAccount/rules", {"action": "create", "country": "FR", "ovhSubsidiary": "FR"}, key=str(number))
    world.pass_time(days=1)
    assert world.runner.run(idempotency.sweep(world.engine)) == 5


# Nobody known


def test_without_a_signature_a_key_is_a_random_uuid(world: World) -> None:
    """Whoever guessed it would be told the cart's id."""
    for key in ("1", "order-42", "00000000-0000-0000-0000-000000000000"):
        refused = post(world, "/order/cart", CART, None, key)
        assert refused.status == 400
        assert refused.body["details"] == {
            "Idempotency-Key": "Idempotency-Key has to be a random UUID (version 4) in a call that is not signed"
        }
    key = str(uuid4())
    first, again = (post(world, "/order/cart", CART, None, key) for _ in range(2))
    assert first.ok() == again.ok()
    assert replayed(again)
    signed = post(world, "/order/cart", CART, "camille", key)
    assert signed.ok()["cartId"] != first.body["cartId"]
    assert post(world, "/order/cart", CART, None, str(uuid4())).ok()["cartId"] != first.body["cartId"]


def test_whoever_knows_a_cart_has_keys_of_its_own_there(world: World) -> None:
    zone = {"planCode": "zone", "pricingMode": "default", "duration": "P1Y", "quantity": 1}
    made = []
    for cart_id in (world.cart(None), world.cart(None)):
        first, again = (post(world, f"/order/cart/{cart_id}/dns", zone, None) for _ in range(2))
        assert first.ok() == again.ok()
        assert len(world.get(f"/order/cart/{cart_id}", None).ok()["items"]) == 1
        made.append(first.body["itemId"])
    assert made[0] != made[1]


# What is kept, and what is not


def test_what_the_business_refuses_stays_refused(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    path, body = f"/order/cart/{cart_id}/domain", {"domain": "foo.fr"}
    first = post(world, path, body)
    assert (first.status, first.body["class"]) == (409, "Client::Conflict")
    world.delete(f"/order/cart/{cart_id}/item/{item_id}").ok()
    again = post(world, path, body)
    assert (again.status, again.body, replayed(again)) == (409, first.body, True)
    assert post(world, path, body, key="another").ok()["itemId"]


def test_what_somebody_may_not_or_cannot_afford_is_judged_anew(world: World) -> None:
    order_id = world.order("foo.com", who="dieter", subsidiary="DE")
    pay = f"/me/order/{order_id}/payWithRegisteredPaymentMean", {"paymentMean": "ovhAccount"}, "dieter"
    assert [post(world, *pay).status for _ in range(2)] == [403, 403]
    world.credit("dieter")
    first, again = post(world, *pay), post(world, *pay)
    assert (first.ok(), replayed(first)) == (again.ok(), False)
    assert replayed(again)


def test_what_is_not_there_stays_so(world: World) -> None:
    path = f"/order/cart/{uuid4()}/assign"
    first, again = post(world, path), post(world, path)
    assert (first.status, again.status, replayed(again)) == (404, 404, True)


@pytest.mark.parametrize("body", [{}, {"ovhSubsidiary": "XX"}, [], {"ovhSubsidiary": 1}])
def test_a_request_that_cannot_be_read_uses_no_key(world: World, body: object) -> None:
    assert post(world, "/order/cart", body).status == 400
    assert post(world, "/order/cart", CART).status == 200


def test_who_is_not_let_in_uses_no_key(world: World) -> None:
    headers = {"Idempotency-Key": FIRST}
    raw = b'{"ovhSubsidiary":"FR"}'
    wrong = world.signed("POST", "/1.0/order/cart", raw, "camille", secret="wrong")
    assert world.send("POST", "/1.0/order/cart", raw, {**wrong, **headers}).body["errorCode"] == "INVALID_SIGNATURE"
    assert post(world, f"/order/cart/{world.cart()}/checkout", {}, None).status == 401
    assert count(world, "idempotency") == 0


class Silent:
    """A registry that does not answer, or answers what nobody can read."""

    def __init__(self, trouble: Exception) -> None:
        self._trouble = trouble

    async def check(self, _: object) -> list[Availability]:
        raise self._trouble


@pytest.mark.parametrize(("trouble", "status"), [(NoAnswer("silence"), 503), (RuntimeError("unforeseen"), 500)])
def test_after_a_failure_the_key_can_be_used_again(world: World, trouble: Exception, status: int) -> None:
    cart_id, well = world.cart(), world.engine
    path, body = f"/order/cart/{cart_id}/domain", {"domain": "foo.fr"}
    registries: Any = dict.fromkeys(well.registries, Silent(trouble))
    world.use(structs.replace(well, registries=registries))
    assert post(world, path, body).status == status
    assert post(world, path, body).status == status
    world.use(well)
    answer = post(world, path, body)
    assert answer.ok()["itemId"]
    assert not replayed(answer)


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "caf\u00e9", '""'])
def test_an_odd_key_is_refused_by_name(world: World, key: str) -> None:
    refused = post(world, "/order/cart", CART, key=key)
    assert refused.status == 400
    told = "Idempotency-Key has 1 to 255 characters of visible ASCII, without spaces"
    assert refused.body == {"class": "Client::BadRequest", "message": told, "details": {"Idempotency-Key": told}}
    assert post(world, "/order/cart", CART, key="x" * 255).status == 200


def test_other_methods_and_calls_without_it_know_nothing_of_keys(world: World) -> None:
    cart_id = world.cart()
    for method, path, body in (
        ("GET", f"/order/cart/{cart_id}", None),
        ("PUT", f"/order/cart/{cart_id}", {"description": "a"}),
        ("PUT", f"/order/cart/{cart_id}", {"description": "b"}),
        ("DELETE", f"/order/cart/{cart_id}", None),
    ):
        answer = world.call_with({"Idempotency-Key": "two words"}, method, path, body)
        answer.ok()
        assert not replayed(answer)
    assert count(world, "idempotency") == 0


# Secrets and streams


def test_nothing_secret_is_kept_in_clear(world: World) -> None:
    body = {"name": "robot", "description": "acts alone", "flow": "CLIENT_CREDENTIALS"}
    made = post(world, "/me/api/oauth2/client", body, key="a-telling-key")
    assert post(world, "/me/api/oauth2/client", body, key="a-telling-key").ok() == made.ok()

    async def work(tx: Tx) -> list[tuple[Any, ...]]:
        return await tx.fetch("SELECT scope, key_hash, digest, attempt, answer FROM idempotency")

    [row] = world.runner.run(world.database.read(work))
    kept = b"|".join(each if isinstance(each, bytes) else each.encode() for each in row)
    for secret in (made.body["clientSecret"], made.body["clientId"], "a-telling-key", "robot"):
        assert secret.encode() not in kept


def test_tokens_are_made_anew(world: World) -> None:
    body = {"name": "robot", "description": "acts alone", "flow": "CLIENT_CREDENTIALS"}
    robot = world.post("/me/api/oauth2/client", body).ok()
    form = (
        f"grant_type=client_credentials&client_id={robot['clientId']}&client_secret={robot['clientSecret']}&scope=all"
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": str(uuid4())}
    tokens = [world.send("POST", "/auth/oauth2/token", form.encode(), headers) for _ in range(2)]
    assert tokens[0].ok()["access_token"] != tokens[1].ok()["access_token"]
    assert not any(map(replayed, tokens))
    assert count(world, "idempotency") == 0


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
def test_a_search_is_a_search(world: World, accept: str) -> None:
    headers = {"Idempotency-Key": "any", "Accept": accept}
    answer = world.call_with(headers, "POST", "/ordain/v1/search/names", {"names": ["foo.fr"]}, None)
    assert answer.status == 200, answer.raw
    assert b"foo.fr" in answer.raw
    assert count(world, "idempotency") == 0


def test_an_answer_that_is_too_long_is_not_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "LARGEST", 100)
    post(world, "/order/cart", CART).ok()
    assert "its answer could not be kept" in conflict(post(world, "/order/cart", CART))
    assert count(world, "cart") == 1


# Crashes


class PowerCut(BaseException):
    """The process ends: nothing tidies up behind it."""


class Ending(Watched):
    """A database that is gone after so many transactions that write."""

    def __init__(self, database: Database, most: int, how: BaseException) -> None:
        super().__init__(database)
        self._left = most
        self._how = how

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        if not self._left:
            raise self._how
        self._left -= 1
        return await super().write(work, in_turn=in_turn)


def cut(world: World, most: int, path: str, body: object) -> None:
    """A request whose process ends after so many transactions, of which the first claims the key."""
    well = world.engine
    world.get("/me").ok()  # the use of the key is noted once a minute
    world.use(structs.replace(well, database=Ending(well.database, most, PowerCut())))
    with pytest.raises(PowerCut):
        post(world, path, body)
    world.use(well)


def test_a_crash_before_the_work_leaves_it_to_the_repetition(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    path = f"/order/cart/{cart_id}/checkout"
    cut(world, 1, path, {})
    assert world.get("/me/order").ok() == []
    assert "is still under way" in conflict(post(world, path, {}))
    world.pass_time(minutes=2)
    assert post(world, path, {}).ok()["orderId"]
    assert replayed(post(world, path, {}))


def test_a_crash_after_the_work_is_told_and_nothing_is_done_twice(world: World) -> None:
    cut(world, 2, "/order/cart", CART)
    assert count(world, "cart") == 1
    assert "is still under way" in conflict(post(world, "/order/cart", CART))
    world.pass_time(minutes=2)
    for _ in range(2):
        told = conflict(post(world, "/order/cart", CART))
        assert "was carried out, at least in part, and its answer was lost" in told
        assert "with another key" in told
    assert count(world, "cart") == 1


def test_an_order_whose_answer_was_lost_is_found(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "foo.fr")
    path = f"/order/cart/{cart_id}/checkout"
    cut(world, 2, path, {"autoPayWithPreferredPaymentMethod": True})
    world.pass_time(minutes=2)
    assert "its answer was lost" in conflict(post(world, path, {"autoPayWithPreferredPaymentMethod": True}))
    [order_id] = world.get("/me/order").ok()
    again = post(world, path, {}, key="another")
    assert again.status == 409
    assert f"order {order_id}" in again.body["message"]
    assert world.imbalance() == []


@pytest.mark.parametrize(("most", "made"), [(1, 0), (2, 1)])
def test_a_database_that_fails_in_between(world: World, most: int, made: int) -> None:
    """Nothing can be noted either. What was done is answered; what was not can be asked for again, after the lease."""
    well = world.engine
    world.get("/me").ok()
    world.use(structs.replace(well, database=Ending(well.database, most, DatabaseUnavailable("the disk is full"))))
    assert post(world, "/order/cart", CART).status == (200 if made else 503)
    world.use(well)
    assert count(world, "cart") == made
    assert "is still under way" in conflict(post(world, "/order/cart", CART))
    world.pass_time(minutes=2)
    assert post(world, "/order/cart", CART).status == (409 if made else 200)
    assert count(world, "cart") == 1


def test_who_took_too_long_writes_nothing(world: World) -> None:
    """A process that was only slow finds that its request was taken over."""
    asked = Asked("account x", "key", b"said")
    slow = world.runner.run(idempotency.claim(world.engine, asked))
    world.pass_time(minutes=2)
    quick = world.runner.run(idempotency.claim(world.engine, asked))
    assert isinstance(slow, Claim)
    assert isinstance(quick, Claim)

    async def work(tx: Tx) -> str:
        await tx.execute("DELETE FROM balance")
        return "done"

    with pytest.raises(Refused, match="sent again meanwhile"):
        world.runner.run(idempotency.marking(world.engine, slow).database.write(work))
    assert world.balance() > 0
    world.runner.run(idempotency.keep(world.engine, slow, b"late"))
    world.runner.run(idempotency.forget(world.engine, slow))
    assert world.runner.run(idempotency.marking(world.engine, quick).database.write(work)) == "done"
    world.runner.run(idempotency.keep(world.engine, quick, b"kept"))
    assert world.runner.run(idempotency.claim(world.engine, asked)) == b"kept"
