"""Mails as an outbox: kept in any case, sent where there is a mail server, tried again, given up, never lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import Struct, structs

from ordain import app
from ordain.core import mail as core
from ordain.core.mail import Mail, NotTaken
from ordain.flows import mails
from ordain.store import mails as kept
from ordain.store.database import Ids
from ordain.worker import Worker
from tests import mail_server
from tests.flows.shop import use
from tests.mail_server import Letterbox

if TYPE_CHECKING:
    from tests.world import World

HISTORY = "/me/notification/email/history"


class Postman(Struct):
    """Takes mails, or says what it was told to."""

    taken: list[Mail]
    says: NotTaken | None = None

    async def send(self, mail: Mail) -> None:
        if self.says:
            raise self.says
        self.taken.append(mail)


@pytest.fixture
def postman(world: World) -> Postman:
    post = Postman([])
    use(world, structs.replace(world.engine, post=post))
    return post


def send_all(world: World) -> int:
    """Send what is due; how many mails that were."""
    claimed = world.runner.run(mails.claim(world.engine, 100))
    for mail in claimed:
        world.runner.run(mails.send(world.engine, mail))
    return len(claimed)


def newest(world: World) -> Mail:
    """Camille's newest mail as it is kept."""

    async def load() -> Mail:
        ids = await world.database.read(lambda tx: kept.ids(tx, world.nics["camille"]))
        found = await world.database.read(lambda tx: kept.load(tx, world.nics["camille"], ids[-1]))
        assert found is not None
        return found

    return world.runner.run(load())


def test_without_a_mail_server_mails_are_only_kept(world: World) -> None:
    order_id = world.order("foo.fr")
    assert newest(world).status == "kept"
    assert str(order_id) in world.get(f"{HISTORY}/{newest(world).mail_id}").ok()["subject"]
    assert send_all(world) == 0


def test_a_mail_of_before_there_was_a_server_is_not_sent_later(world: World, postman: Postman) -> None:
    assert len(world.get(HISTORY).ok()) == 1, "the welcome mail"
    assert (send_all(world), postman.taken) == (0, [])


def test_a_mail_is_sent_once(world: World, postman: Postman) -> None:
    world.order("foo.fr")
    assert (send_all(world), send_all(world)) == (1, 0)
    [sent] = postman.taken
    assert (sent.recipient, newest(world).status) == ("camille@world.example", "sent")


def test_what_a_server_does_not_take_is_tried_again_and_given_up_in_the_end(
    world: World, postman: Postman, caplog: pytest.LogCaptureFixture
) -> None:
    postman.says = NotTaken("450 later")
    world.order("foo.fr")
    pauses = []
    while newest(world).status == "unsent":
        assert send_all(world) == 1
        assert send_all(world) == 0, "not before its pause has ended"
        again = newest(world).try_at
        if again:
            pauses.append(again - world.now)
            world.pass_time(seconds=(again - world.now).total_seconds())
    assert pauses[:3] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40)]
    assert pauses == sorted(pauses)
    assert (len(pauses), pauses[-1]) == (core.MOST_ATTEMPTS - 1, core.LONGEST_PAUSE)
    assert newest(world).status == "refused"
    assert "given up" in caplog.text
    postman.says = None
    world.pass_time(days=30)
    assert send_all(world) == 0
    assert world.get(f"{HISTORY}/{newest(world).mail_id}").status == 200, "it is kept all the same"


def test_a_server_that_comes_back_gets_the_mail(world: World, postman: Postman) -> None:
    postman.says = NotTaken("connection refused")
    world.order("foo.fr")
    send_all(world)
    postman.says = None
    world.pass_time(seconds=10)
    assert (send_all(world), newest(world).status) == (1, "sent")


def test_a_final_refusal_is_not_asked_again(world: World, postman: Postman) -> None:
    postman.says = NotTaken("550 no such user", final=True)
    world.order("foo.fr")
    assert (send_all(world), newest(world).status) == (1, "refused")


def test_a_mail_whose_sender_died_is_sent_after_its_lease(world: World, postman: Postman) -> None:
    world.order("foo.fr")
    [claimed] = world.runner.run(mails.claim(world.engine, 10))
    assert send_all(world) == 0
    world.pass_time(seconds=core.LEASE.total_seconds())
    assert send_all(world) == 1
    # The first sender was slow, not dead: its mail went out too, and its word does not count any more.
    world.runner.run(mails.send(world.engine, claimed))
    assert [mail.mail_id for mail in postman.taken] == [claimed.mail_id] * 2
    assert (newest(world).status, newest(world).attempts) == ("sent", 2)


def test_two_workers_never_have_the_same_mail(world: World, postman: Postman) -> None:
    for name in ("a.fr", "b.fr", "c.fr"):
        world.order(name)

    async def both() -> tuple[list[Mail], list[Mail]]:
        return await asyncio.gather(mails.claim(world.engine, 2), mails.claim(world.engine, 2))

    ids = [mail.mail_id for claimed in world.runner.run(both()) for mail in claimed]
    assert len(ids) == len(set(ids)) > 0
    assert postman.taken == []


def test_a_mail_that_is_awaited_has_a_larger_id_even_from_a_process_with_smaller_ones(world: World) -> None:
    order_id = world.order("foo.fr")
    world.pay(order_id).ok()
    world.deliver()
    another = Ids(world.database)

    async def write_elsewhere() -> int:
        *_, mail_id = await another.take(7_000)
        written = Mail(nic=world.nics["camille"], mail_id=mail_id, order_id=None, at=world.now,
                       recipient="a@b.example", subject="s", body="b")  # fmt: skip
        await world.database.write(lambda tx: kept.add(tx, written))
        return mail_id

    known = world.runner.run(write_elsewhere())
    [service, *_] = world.get("/services").ok()
    world.post(f"/services/{service}/terminate").ok()
    *_, before, awaited = world.get(HISTORY).ok()
    assert before == known < awaited
    # What nobody awaits has the ids this process has.
    world.order("baz.fr")
    assert len(world.get(HISTORY).ok()) == len(set(world.get(HISTORY).ok()))


def test_the_worker_sends_what_is_written_to_a_real_server(world: World) -> None:
    letterbox = Letterbox()
    with mail_server.served(letterbox) as port:
        changed = structs.replace(world.settings, smtp_host=mail_server.HOST, smtp_port=port, smtp_tls="none",
                                  smtp_sender="Ordain <no-reply@shop.example>")  # fmt: skip
        use(world, app.engine(changed, world.engine.market, world.database, lambda: None, lambda: world.now))
        order_id = world.order("foo.fr")
        worker = Worker()

        async def until_sent() -> None:
            working = asyncio.create_task(worker.run(world.engine))
            await asyncio.to_thread(letterbox.something.wait, 30)
            worker.stop()
            await working

        world.runner.run(until_sent())
    [(_, recipients, message)] = letterbox.taken
    assert recipients == ["camille@world.example"]
    assert str(order_id) in message["Subject"]
    assert newest(world).status == "sent"
