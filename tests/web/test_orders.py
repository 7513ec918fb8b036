"""An order's page for its owner, its stream, its payment, its tasks; the lists of orders and bills."""

from __future__ import annotations

import asyncio
from html import unescape
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.bank_transfer import BankAccount, reference, spelled
from ordain.flows import billing, payments, sessions
from ordain.web import order_live
from ordain.worker import WORK
from tests.flows.cards import register, with_cards
from tests.flows.shop import all_tasks, bought, caller, placed
from tests.statements import IBAN
from tests.steps import carried_out
from tests.stripe_gateway import AUTHENTICATE, DECLINED
from tests.web.visitor import Visitor
from tests.world import Line

if TYPE_CHECKING:
    import httpx

    from tests.stripe_gateway import Gateway
    from tests.world import World

PASSWORD = "correct horse battery"


@pytest.fixture
def owner(world: World) -> Visitor:
    """Camille's browser, signed in, in English; Dieter has a password, too."""
    for who in ("camille", "dieter"):
        world.runner.run(sessions.set_password(world.engine, world.nics[who], PASSWORD, world.now))
    return signed_in(world, "camille")


def signed_in(world: World, who: str) -> Visitor:
    visitor = Visitor(world)
    page = visitor.sign_in(f"{who}@world.example", PASSWORD)
    visitor.submit(page, "/place", language="en")
    return visitor


def text(page: httpx.Response) -> str:
    return unescape(page.text)


def refused(world: World) -> tuple[int, int]:
    """An order whose registry does not like the reason, and its task."""
    order_id = bought(world, "ville-lannion.fr", ("REASON", "wrong"))
    world.deliver()
    [task] = [task for task in all_tasks(world) if task.status == "error"]
    return order_id, task.task_id


def test_its_owner_sees_where_it_stands_and_what_comes_next(world: World, owner: Visitor) -> None:
    order_id = placed(world, "foo.com")
    page = owner.open(f"/order/{order_id}")
    assert "Not paid yet" in text(page)
    assert f'href="/order/{order_id}/pay"' in page.text
    assert f'sse-connect="/order/{order_id}/events"' in page.text
    paid = owner.submit(owner.open(f"/order/{order_id}/pay"), f"/order/{order_id}/pay", pay="ovhAccount")
    assert "Paid, being checked" in text(paid)
    world.deliver()
    world.bill()
    done = owner.open(f"/order/{order_id}")
    for said in ("All of it is yours.", "Invoice ", "Mails we sent you", "foo.com delivered"):
        assert said in text(done)
    assert owner.open(f"/order/{order_id}/pay").url.path == f"/order/{order_id}"
    assert owner.submit(page, "/sign-out").url.path == "/sign-in"
    assert owner.open(f"/order/{order_id}").url.path == "/sign-in"


def test_another_accounts_order_and_tasks_do_not_exist(world: World, owner: Visitor) -> None:
    order_id, task_id = refused(world)
    other = signed_in(world, "dieter")
    for path in (f"/order/{order_id}", f"/order/{order_id}/events", f"/order/{order_id}/pay",
                 f"/orders/{order_id}/tasks/{task_id}", f"/orders/{order_id + 1}/tasks/{task_id}"):  # fmt: skip
        assert other.open(path).status_code == 404
    assert owner.open(f"/orders/{order_id + 1}/tasks/{task_id}").status_code == 404
    assert "lannion" not in other.open("/orders").text


def test_the_stream_tells_what_changes_and_ends_with_the_order(world: World, owner: Visitor) -> None:
    order_id = bought(world, "foo.com")
    world.deliver()
    world.bill()
    said = owner.open(f"/order/{order_id}/events")
    assert said.headers["content-type"].startswith("text/event-stream")
    assert said.text.count("event: order\n") == 1
    assert "hx-swap-oob" in said.text
    assert said.text.endswith("event: end\ndata: \n\n")
    assert world.engine.watchers == {}


def test_an_account_watches_a_few_orders_at_once(world: World, owner: Visitor) -> None:
    order_id = placed(world, "foo.com")
    world.engine.watchers[world.nics["camille"]] = order_live.MOST
    assert owner.open(f"/order/{order_id}/events").status_code == 204


def test_the_stream_follows_what_other_processes_do(
    world: World, owner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = placed(world, "foo.com")
    monkeypatch.setattr(order_live, "PAUSE", 0.001)
    line, headers = Line(b""), {"cookie": "; ".join(f"{one.name}={one.value}" for one in owner.client.cookies.jar)}

    async def told(word: str) -> None:
        while not any(word.encode() in piece for piece in line.pieces):  # noqa: ASYNC110 - nothing tells it
            await asyncio.sleep(0.001)

    async def follow() -> None:
        scope = world.scope("GET", f"/order/{order_id}/events", b"", headers)
        watching = asyncio.create_task(world.api(scope, line.receive, line.send))
        await told("Not paid yet")
        await payments.pay(world.engine, me, order_id, payments.PREPAID, world.now)
        await told("Paid, being checked")
        while claimed := [(work, task) for work in WORK for task in await work.claim(world.engine, 16)]:
            for work, task in claimed:
                await carried_out(world.engine, task, work)
        await told("All of it is yours.")
        await billing.issue(world.engine)
        await watching

    me = caller(world)
    world.runner.run(asyncio.wait_for(follow(), 60))
    said = b"".join(line.pieces).decode()
    assert said.endswith("event: end\ndata: \n\n")
    assert "Invoice " in said
    assert world.engine.watchers == {}


def test_what_a_registry_refused_is_corrected_and_delivered(world: World, owner: Visitor) -> None:
    order_id, task_id = refused(world)
    path = f"/orders/{order_id}/tasks/{task_id}"
    shown = owner.open(f"/order/{order_id}")
    assert ("Needs you" in text(shown), f'href="{path}"' in shown.text) == (True, True)
    page = owner.open(path)
    assert "By what right" in text(page)
    wrong = owner.submit(page, path, value="")
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (400, True)
    form = owner.filled(page, path, value="We are the town hall")
    assert {owner.send(path, form).url.path for _ in range(2)} == {f"/order/{order_id}"}
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert "There is nothing for you to do." in owner.open(path).text


def test_what_a_registry_refused_is_given_up_and_paid_back_once(world: World, owner: Visitor) -> None:
    before = world.balance()
    order_id, task_id = refused(world)
    path = f"/orders/{order_id}/tasks/{task_id}"
    page = owner.open(path)
    assert "You get €5.99 back. It goes back to your prepaid account." in text(page)
    form = owner.filled(page, f"{path}/cancel")
    for _ in range(2):
        assert owner.send(f"{path}/cancel", form).url.path == f"/order/{order_id}"
    again = owner.send(f"{path}/cancel", {**form, "once": "b" * 32})
    assert (again.status_code, world.balance()) == (409, before)
    assert "Paid back" in text(owner.open(f"/order/{order_id}"))
    world.bill()
    assert "Credit note" in text(owner.open(f"/order/{order_id}"))


def test_orders_are_found_by_number_and_name_page_by_page(world: World, owner: Visitor) -> None:
    made = [placed(world, f"name{number}.com") for number in range(22)]
    page = owner.open("/orders")
    assert f'href="/order/{made[-1]}"' in page.text
    assert f'href="/order/{made[0]}"' not in page.text
    older = owner.open(f"/orders?before={made[2]}")
    assert (f'href="/order/{made[0]}"' in older.text, "Older orders" in older.text) == (True, False)
    for wanted in ("NAME7.com", str(made[7])):
        found = owner.open(f"/orders?q={wanted}").text
        assert (f'href="/order/{made[7]}"' in found, f'href="/order/{made[8]}"' in found) == (True, False)
    for wanted in ("%25", "_", "'", "Martin", "x" * 5000, "é"):
        assert "No order of yours has" in owner.open(f"/orders?q={wanted}").text
    assert all(
        owner.open(f"/orders?{odd}").status_code == 200 for odd in ("before=x", "q=%00", "before=99999999999999999")
    )
    assert "You have ordered nothing yet." in signed_in(world, "dieter").open("/orders").text


def test_bills_are_listed_with_their_documents(world: World, owner: Visitor) -> None:
    assert "There are none yet" in owner.open("/bills").text
    order_id, task_id = refused(world)
    world.bill()
    owner.submit(owner.open(f"/orders/{order_id}/tasks/{task_id}"), f"/orders/{order_id}/tasks/{task_id}/cancel")
    world.bill()
    page = owner.open("/bills")
    links = [part.partition('"')[0] for part in page.text.split('href="')[1:] if part.startswith("/bill/")]
    assert [unescape(link).startswith("/bill/") for link in links] == [True, True]
    assert all(owner.open(unescape(link)).content.startswith(b"%PDF") for link in links)
    assert "/bill/" not in signed_in(world, "dieter").open("/bills").text


def test_a_transfer_is_told_where_to_and_can_be_paid_otherwise(world: World, owner: Visitor) -> None:
    world.use(structs.replace(world.engine, bank_account=BankAccount(IBAN, "Ordain SAS")))
    owner = signed_in(world, "camille")
    order_id = placed(world, "foo.com")
    path = f"/order/{order_id}/pay"
    told = owner.submit(owner.open(path), path, pay="bankAccount")
    for said in (spelled(reference(order_id)), spelled(IBAN), "Pay otherwise", "when your transfer is here"):
        assert said in text(told)
    assert "Paid, being checked" in text(owner.submit(owner.open(path), path, pay="ovhAccount"))


def test_a_card_that_is_declined_leaves_the_order_to_be_paid_otherwise(
    world: World, owner: Visitor, gateway: Gateway
) -> None:
    with_cards(world, gateway)
    owner = signed_in(world, "camille")
    declined, asked = register(world, gateway, DECLINED), register(world, gateway, AUTHENTICATE)
    order_id = placed(world, "foo.com")
    path = f"/order/{order_id}/pay"
    page = owner.submit(owner.open(path), path, pay=f"creditCard-{declined}")
    assert (page.status_code, 'role="alert"' in page.text) == (403, True)
    assert "Your card was not charged" in text(owner.open(f"/order/{order_id}"))
    confirm = owner.submit(owner.open(path), path, pay=f"creditCard-{asked}")
    assert (confirm.url.path, "Confirm the payment" in text(confirm)) == (f"/order/{order_id}", True)


def test_many_streams_asked_for_at_one_moment_are_few(
    world: World, owner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = placed(world, "foo.com")
    monkeypatch.setattr(order_live, "LOOKS", 2)
    monkeypatch.setattr(order_live, "PAUSE", 0.01)

    async def many() -> list[httpx.Response]:
        path = f"/order/{order_id}/events"
        return await asyncio.gather(*(owner.client.get(path) for _ in range(3 * order_live.MOST)))

    told = world.runner.run(many())
    watched = [one for one in told if "event: order" in one.text]
    assert 0 < len(watched) <= order_live.MOST
    assert world.engine.watchers == {}


def test_no_text_ends_an_event_of_the_stream() -> None:
    said = order_live.event("order", "a\r\revent: end\rdata: x\r\nb\nc")
    assert said.split("\n") == [
        "event: order", "data: a", "data: ", "data: event: end", "data: data: x", "data: b", "data: c", "", ""
    ]  # fmt: skip


def test_an_order_of_many_names_is_shown_in_pages(
    world: World, owner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_live, "NAMES", 2)
    monkeypatch.setattr(order_live, "LATEST", 2)
    names = [f"many-{number}.com" for number in range(5)]
    order_id = world.order(*names)
    shown = [owner.open(f"/order/{order_id}?page={number}").text for number in (1, 2, 3)]
    assert [[name for name in names if f">{name}<" in page] for page in shown] == [names[:2], names[2:4], names[4:]]
    assert [[name for name in names if f"{name} - " in page] for page in shown] == [names[:2], names[2:4], names[4:]]
    assert f'/order/{order_id}/events?page=2"' in shown[1]
    world.pay(order_id)
    world.deliver()
    world.bill()
    told = owner.open(f"/order/{order_id}/events?page=3").text
    assert [name for name in names if f">{name}<" in told] == names[4:]
    assert "And " in told, "of what happened, the latest"


def test_whoever_signs_out_watches_no_more(world: World, owner: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = placed(world, "foo.com")
    monkeypatch.setattr(order_live, "BEAT", 1)
    told = owner.open(f"/order/{order_id}")
    line, headers = Line(b""), {"cookie": "; ".join(f"{one.name}={one.value}" for one in owner.client.cookies.jar)}

    async def follow() -> None:
        scope = world.scope("GET", f"/order/{order_id}/events", b"", headers)
        watching = asyncio.create_task(world.api(scope, line.receive, line.send))
        while not line.pieces:  # noqa: ASYNC110 - nothing tells it
            await asyncio.sleep(0.001)
        await owner.client.post("/sign-out", data=owner.filled(told, "/sign-out"))
        await watching

    world.runner.run(asyncio.wait_for(follow(), 60))
    assert b"".join(line.pieces).endswith(b"event: end\ndata: \n\n")
    assert world.engine.watchers == {}
