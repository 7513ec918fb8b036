"""What the EPP client does at a registry beside the conformance: sessions, fees, claims, messages, owners."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain.adapters import sandbox_epp_server
from ordain.adapters.epp_contacts import contact_id
from ordain.adapters.epp_session import Session
from ordain.adapters.epp_xml import make
from ordain.core.claims import notice_id
from ordain.core.money import UNIT, Money
from ordain.core.registry import (
    AcceptedNotice,
    Availability,
    Disclosure,
    Done,
    Fees,
    Lost,
    NoAnswer,
    NotTold,
    Pending,
    Refusal,
    Update,
)
from ordain.core.registry_message import Decided, Message
from tests.epp_wire import OWNER, command

if TYPE_CHECKING:
    from ordain.adapters.epp_registry import EppRegistry
    from tests.epp_wire import Wire


def euros(amount: int) -> Money:
    return Money(amount * UNIT, "EUR")


async def messages(registry: EppRegistry) -> list[Message]:
    """All of the queue, acknowledged."""
    heard: list[Message] = []
    while message := await registry.message():
        heard.append(message)
        await registry.acknowledge(message.message_id)
    return heard


# Sessions


def test_a_session_is_used_again_and_logged_out_of(wire: Wire) -> None:
    registry = wire.client(sessions=1)
    for name in ("foo.fr", "bar.fr"):
        wire.run(registry.find(name))
    assert (wire.server.heard["login"], wire.server.heard["domain:info"]) == (1, 2)
    wire.run(registry.close())
    assert wire.server.heard["logout"] == 1
    assert wire.run(registry.find("foo.fr")) is None


def test_there_are_no_more_sessions_than_agreed(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client(sessions=2)
        await asyncio.gather(*(registry.find(f"name-{number}.fr") for number in range(12)))
        assert wire.server.heard["login"] == 2

    wire.run(tried())


def test_who_finds_all_sessions_busy_waits_no_longer_than_for_an_answer(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client(sessions=1, answering=1)
        async with registry._pool.session():  # noqa: SLF001 - to hold the only session
            with pytest.raises(NoAnswer, match="busy"):
                await registry.find("foo.fr")
        assert await registry.find("foo.fr") is None

    wire.run(tried())


def test_a_registry_that_does_not_tell_is_told_from_one_that_failed(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = wire.client()
    monkeypatch.setitem(sandbox_epp_server.BEFORE, "discreet", 2202)
    wire.wrong("discreet", "domain:info")
    with pytest.raises(NotTold, match="2202"):
        wire.run(registry.find("foo.fr"))
    wire.wrong("failed", "domain:info")
    with pytest.raises(NoAnswer) as failed:
        wire.run(registry.find("foo.fr"))
    assert not isinstance(failed.value, NotTold)


def test_questions_of_carts_leave_a_session_to_orders(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client(sessions=2, answering=1)
        async with registry._pool.session(checking=True):  # noqa: SLF001 - to hold the one that is for questions
            asked = [asyncio.create_task(registry.transfer_obstacle(f"taken-{number}.fr", None)) for number in range(8)]
            await asyncio.sleep(0)
            assert isinstance(await registry.create(command("foo.fr")), Done)
            assert "domain:info" not in wire.server.heard
        assert await asyncio.gather(*asked) == [None] * 8

    wire.run(tried())


def test_a_session_cut_while_it_rested_is_replaced(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client()
        assert await registry.find("foo.fr") is None
        for line in list(wire.server.lines):
            line.cancel()
        assert isinstance(await registry.create(command("foo.fr")), Done)

    wire.run(tried())


def test_a_session_that_rests_says_hello(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client(idle=0.05)
        await registry.find("foo.fr")
        await asyncio.wait_for(wire.server.greeted.wait(), 20)
        await registry.find("foo.fr")
        assert wire.server.heard["login"] == 1

    wire.run(tried())


def test_a_registry_that_is_not_there_is_silence_until_it_is(wire: Wire) -> None:
    async def tried() -> None:
        await wire.server.close()
        registry = wire.client()
        with pytest.raises(NoAnswer, match="cannot be reached"):
            await registry.create(command("foo.fr"))
        with pytest.raises(NoAnswer, match="cannot be reached"):
            await registry.check(["foo.fr"])
        await wire.server.listen("127.0.0.1", wire.port, wire.shown)
        assert isinstance(await registry.create(command("foo.fr")), Done)

    wire.run(tried())


def test_a_wrong_password_is_silence_with_the_registrys_reason(wire: Wire) -> None:
    stranger = wire.client(password="wrong-1234")
    for _ in range(3):
        with pytest.raises(NoAnswer, match="does not let us in: 2200"):
            wire.run(stranger.find("foo.fr"))
    assert wire.server.heard["login"] == 1  # who goes on trying is locked out
    with pytest.raises(NoAnswer, match="not one EPP allows"):
        wire.run(wire.client(password="short").find("foo.fr"))


def test_a_server_nobody_vouches_for_is_not_spoken_to(wire: Wire) -> None:
    import ssl  # noqa: PLC0415 - this test alone

    with pytest.raises(NoAnswer, match="cannot be reached"):
        wire.run(wire.client(tls=ssl.create_default_context()).find("foo.fr"))
    assert "login" not in wire.server.heard


@pytest.mark.parametrize("frame", [b"not xml", b"<epp xmlns='urn:ietf:params:xml:ns:epp-1.0'><command/></epp>"])
def test_the_server_says_what_is_wrong_with_a_frame(wire: Wire, frame: bytes) -> None:
    class Raw:
        verb = make("poll")

        def frame(self, _: str) -> bytes:
            return frame

    async def tried() -> Any:
        session = await Session.open(wire.account())
        try:
            return await session.ask(Raw())  # type: ignore[arg-type]  # what no client of ours would send
        finally:
            await session.end()

    answer = wire.run(tried())
    assert answer.code == 2001
    assert answer.reasons


# Fees, launches


def test_premium_names_cost_what_their_registry_says(wire: Wire) -> None:
    registry = wire.client()
    fees = Fees(euros(120), euros(120), euros(120))
    assert wire.run(registry.check(["premium.fr", "foo.fr", "premium-standard.fr", "taken.fr", "reserved.fr"])) == [
        Availability("premium.fr", "available", fees=fees),
        Availability("foo.fr", "available"),
        Availability("premium-standard.fr", "available", fees=structs.replace(fees, renew=None)),
        Availability("taken.fr", "taken"),
        Availability("reserved.fr", "reserved", "Reserved by the registry"),
    ]


def test_a_dearer_name_is_refused_and_nothing_is_left_behind(wire: Wire) -> None:
    registry = wire.client()
    sold = Fees(euros(100), euros(100), euros(100))
    refused = wire.run(registry.create(command("premium.fr", fees=sold)))
    assert isinstance(refused, Refusal)
    assert "The fee is 120.00 EUR by now" in refused.reason
    assert wire.run(registry.find("premium.fr")) is None
    assert wire.run(wire.place.objects.get("contact", contact_id(b"secret", "t-1"))) is None
    unpriced = wire.run(registry.create(command("premium.fr")))
    assert isinstance(unpriced, Refusal)
    enough = Fees(euros(120), euros(120), euros(120))
    assert isinstance(wire.run(registry.create(command("premium.fr", fees=enough, years=3))), Done)


def test_a_claimed_name_takes_the_notice_that_was_accepted(wire: Wire) -> None:
    registry = wire.client()
    [found] = wire.run(registry.check(["claimed.fr"]))
    assert (found.contexts, found.claim_key) == (("claims",), "sandbox/claimed")
    ends = wire.now + timedelta(days=2)
    sound = AcceptedNotice(notice_id("claimed", ends, 17), ends, wire.now)
    for notice in (None, structs.replace(sound, id=f"00000000{17}")):
        refused = wire.run(registry.create(command("claimed.fr", notice=notice)))
        assert isinstance(refused, Refusal)
        assert refused.argument == "CLAIMS_NOTICE"
    assert isinstance(wire.run(registry.create(command("claimed.fr", notice=sound))), Done)


def test_a_protected_name_takes_its_code(wire: Wire) -> None:
    registry = wire.client()
    refused = wire.run(registry.create(command("protected.fr", protected_code="wrong")))
    assert isinstance(refused, Refusal)
    assert refused.argument == "PROTECTED_CODE"
    assert isinstance(wire.run(registry.create(command("protected.fr", protected_code="SANDBOX"))), Done)


def test_what_a_registry_refuses_is_told_in_its_words(wire: Wire) -> None:
    registry = wire.client()
    refused = wire.run(registry.create(command("refused.fr")))
    assert isinstance(refused, Refusal)
    assert "Policy violation" in refused.reason
    assert isinstance(wire.run(registry.create(command("stolen.fr"))), Lost)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"owner": {}}, "needs the owner's name, city, country and e-mail address"),
        ({"name_servers": ("ns1.foo.fr",)}, "has no address"),
        ({"years": 100}, "cannot be said"),
    ],
)
def test_what_cannot_be_asked_is_refused_before(wire: Wire, changes: dict[str, Any], words: str) -> None:
    refused = wire.run(wire.client().create(command("foo.fr", **changes)))
    assert isinstance(refused, Refusal)
    assert words in refused.reason
    assert "domain:create" not in wire.server.heard


# What takes time


def test_the_queue_tells_what_became_of_a_pending_create(wire: Wire) -> None:
    registry = wire.client()
    assert isinstance(wire.run(registry.create(command("slow.fr", "ordain-1-2"))), Pending)
    assert wire.run(messages(registry)) == []
    wire.now += timedelta(seconds=5)
    [told] = wire.run(messages(registry))
    assert told.about == Decided("slow.fr", granted=True, transaction="ordain-1-2")
    assert wire.run(messages(registry)) == []
    held = wire.run(registry.find("slow.fr"))
    assert (held.pending, held.transaction) == (False, "ordain-1-2")


def test_a_pending_create_that_is_declined_is_refused_and_can_be_asked_for_anew(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client()
        [noted] = await wire.notes.note("foo.fr", "t-1", "create", wire.now)
        await wire.notes.settle("foo.fr", noted, "done")  # it was taken (1001), and then declined: there is no name
        refused = await registry.create(command("foo.fr"))
        assert isinstance(refused, Refusal)
        assert "declined" in refused.reason
        assert isinstance(await registry.create(command("foo.fr")), Done)

    wire.run(tried())


def test_a_name_lost_to_somebody_else_leaves_no_contact(wire: Wire) -> None:
    assert isinstance(wire.run(wire.client().create(command("taken.fr"))), Lost)
    assert wire.run(wire.place.objects.get("contact", contact_id(b"secret", "t-1"))) is None


def test_a_message_is_there_until_it_is_acknowledged(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client()
        await registry.create(command("slow.fr"))
        wire.now += timedelta(seconds=5)
        first = await registry.message()
        assert await messages(registry) == [first]
        assert first is not None
        await registry.acknowledge(first.message_id)  # an answer that was lost: it is gone already

    wire.run(tried())


# Owners


def test_the_owner_of_an_order_is_the_registrant(wire: Wire) -> None:
    wire.run(wire.client().create(command("foo.fr", "ordain-1-2")))
    kept = wire.run(wire.place.objects.get("contact", contact_id(b"secret", "ordain-1-2")))
    assert any("Zoé Lefèvre" in part for part in kept["parts"])
    assert any("Zoe Lefevre" in part for part in kept["parts"])


def test_two_installations_at_one_registry_have_contacts_of_their_own(wire: Wire) -> None:
    """Each counts its orders from one: the same transaction is another order's elsewhere."""
    anna = {**OWNER, "firstName": "Anna", "lastName": "Nowak"}
    for secret, name, owner in ((b"one", "foo.fr", OWNER), (b"other", "bar.fr", anna)):
        done = wire.run(wire.client(secret=secret).create(command(name, "ordain-1-2", owner=owner)))
        assert isinstance(done, Done)
    registrants = [wire.run(wire.sandbox.find(name)).owner["registrant"] for name in ("foo.fr", "bar.fr")]
    kept = [wire.run(wire.place.objects.get("contact", registrant)) for registrant in registrants]
    assert any("Zoe Lefevre" in part for part in kept[0]["parts"])
    assert any("Anna Nowak" in part for part in kept[1]["parts"])


def test_another_owner_is_told_to_the_registry(wire: Wire) -> None:
    registry = wire.client()
    wire.run(registry.create(command("foo.fr", "ordain-1-2")))
    anna = {**OWNER, "firstName": "Anna", "lastName": "Nowak"}
    assert isinstance(wire.run(registry.change("ordain-3-4", "foo.fr", Update(owner=anna))), Done)
    kept = wire.run(wire.place.objects.get("contact", contact_id(b"secret", "ordain-1-2")))
    assert any("Anna Nowak" in part for part in kept["parts"])
    assert wire.run(registry.find("foo.fr")).transaction == "ordain-1-2"


def test_a_name_that_came_from_elsewhere_has_another_registrars_contact_until_its_owner_changes(wire: Wire) -> None:
    registry = wire.client()
    assert isinstance(wire.run(registry.transfer(command("taken.fr", "t-1", auth_info="right"))), Done)
    shown = Update(disclosed=(Disclosure("owner", ("name", "email")),))
    assert isinstance(wire.run(registry.change("t-2", "taken.fr", shown)), Refusal)
    assert isinstance(wire.run(registry.change("t-3", "taken.fr", Update(owner=OWNER))), Done)
    assert isinstance(wire.run(registry.change("t-4", "taken.fr", shown)), Done)
    kept = wire.run(wire.place.objects.get("contact", contact_id(b"secret", "t-3")))
    assert any("disclose" in part for part in kept["parts"])
    assert wire.run(registry.find("taken.fr")).transaction == "t-1"
