"""Names renewed automatically, reminded of, given up and restored, as their terms end."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from msgspec import structs

from ordain.core.money import CENT, UNIT
from ordain.core.registry import Availability, NoAnswer
from ordain.core.tax import SellerFacts
from ordain.flows import autorenewal
from ordain.flows import renewals as flow
from ordain.flows.shelf import Shelf
from ordain.flows.watched import Watched
from ordain.store import renewals
from tests.flows.cards import charges_of, pay, register, with_cards
from tests.flows.shop import caller, story, use
from tests.flows.test_renewals import delivered, held, mails, registered, service_id, wish
from tests.stripe_gateway import POOR, gateway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ordain.flows.ports import Engine
    from ordain.store.database import Database, Tx
    from tests.world import World

T = TypeVar("T")


def days(world: World, name: str, *upto: int) -> None:
    """Let time pass to these days from the name's expiry, and look after it on each."""
    expires = held(world, name).expires
    for day in upto:
        world.now = expires + timedelta(days=day)
        world.look_after()


def subjects(world: World) -> list[str]:
    """Of Camille's mails."""
    return [mail["subject"] for mail in mails(world)]


def spent(world: World) -> None:
    """Leave nothing on Camille's balance."""
    cart = world.cart()
    for number in range(8):
        world.add(cart, f"spent-{number}.com", duration="P10Y")
    world.add(cart, "spent.com", duration="P4Y")
    number = world.post(f"/order/cart/{cart}/checkout").ok()["orderId"]
    world.pay(number).ok()
    world.deliver()


def test_a_name_is_reminded_of_then_charged_and_renewed(world: World) -> None:
    before = delivered(world)
    assert world.get("/domain/foo.com/serviceInfos").ok()["renew"]["automatic"] is True
    money = world.balance()
    days(world, "foo.com", -200, -31)
    written = len(mails(world))
    days(world, "foo.com", -30, -29, -21)
    [reminder] = mails(world)[written:]
    assert reminder["subject"] == f"foo.com est payé jusqu'au {before.expires.date()}"
    assert f"/renewal/{service_id(world, 'foo.com')}" in reminder["body"]
    world.now = before.expires - timedelta(days=20)
    world.look_after()
    after, there = held(world, "foo.com"), registered(world, "foo.com")
    assert there is not None
    assert after.expires == there.expires > before.expires
    assert world.balance() == money - 1199 * CENT
    world.look_after()
    days(world, "foo.com", -300)
    assert world.balance() == money - 1199 * CENT
    assert world.get("/me/autorenew").ok()["lastRenew"] is not None
    assert world.imbalance() == []


def test_a_payment_that_fails_is_told_tried_again_and_made_late(world: World) -> None:
    delivered(world)
    before = held(world, "foo.com")
    spent(world)
    days(world, "foo.com", -20)
    assert subjects(world)[-1] == "Le renouvellement de foo.com n'a pas pu être payé"
    assert world.get("/domain/foo.com").ok()["renewalState"] == "unpaid"
    orders = world.get("/me/order").ok()
    days(world, "foo.com", -16, -7, 0, 2, 3)
    assert world.get("/me/order").ok() == orders
    assert "foo.com a expiré" in subjects(world)
    shown = world.get("/domain/foo.com").ok()
    assert (shown["state"], shown["suspensionState"]) == ("expired", "suspended")
    there = registered(world, "foo.com")
    assert there is not None
    assert there.hold
    world.credit("camille")
    days(world, "foo.com", 6)
    after, there = held(world, "foo.com"), registered(world, "foo.com")
    assert there is not None
    assert not there.hold
    assert not after.on_hold
    assert timedelta(days=363) < after.expires - before.expires < timedelta(days=368)
    assert world.imbalance() == []


def test_a_forgotten_name_is_deleted_in_time_and_leaves_the_account(world: World) -> None:
    delivered(world)
    world.put("/domain/foo.com/serviceInfos", {"renew": {"automatic": False}}).ok()
    assert world.get("/domain/foo.com").ok()["renewalState"] == "manual_renew"
    money = world.balance()
    days(world, "foo.com", -30, -7, 0, 3, 43)
    assert held(world, "foo.com").deleted is None
    days(world, "foo.com", 44)
    deleted = held(world, "foo.com").deleted
    assert deleted is not None
    there = registered(world, "foo.com")
    assert there is not None
    assert there.redemption
    assert subjects(world)[-1] == "foo.com a été supprimé"
    assert world.get("/domain/foo.com").ok()["state"] == "restorable"
    forgotten(world)
    world.now = deleted + timedelta(days=30)
    world.look_after()
    assert world.get("/domain/foo.com").status == 404
    assert world.get("/domain/zone/foo.com").status == 404
    assert subjects(world)[-1] == "foo.com n'est plus à vous"
    assert world.balance() == money
    ended = world.runner.run(world.database.read(lambda tx: renewals.ended(tx, world.nics["camille"])))
    assert [name for _, name, _ in ended] == ["foo.com"]


def forgotten(world: World) -> None:
    """Its registry forgets the name."""

    class Forgetful:
        async def find(self, name: str) -> None:
            """Nothing is known of it."""

        async def check(self, names: Sequence[str]) -> list[Availability]:
            """All are free."""
            return [Availability(name, "available") for name in names]

    registries = dict.fromkeys(world.engine.registries, Forgetful())
    use(world, structs.replace(world.engine, registries=registries))


def test_what_is_left_to_end_is_deleted_at_its_expiry(world: World) -> None:
    delivered(world)
    world.put("/domain/foo.com/serviceInfos", {"renew": {"deleteAtExpiration": True}}).ok()
    days(world, "foo.com", -30, -20, -1)
    assert world.get("/domain/foo.com").ok()["renewalState"] == "cancellation_requested"
    days(world, "foo.com", 0)
    assert held(world, "foo.com").deleted is not None


def test_an_order_of_the_customers_own_is_waited_for(world: World) -> None:
    delivered(world)
    world.now = held(world, "foo.com").expires - timedelta(days=22)
    world.look_after()
    number = wish(world, "foo.com", "P2Y").ok()["orderId"]
    days(world, "foo.com", -20, -16)
    world.pay(number).ok()
    expires = held(world, "foo.com").expires
    world.deliver()
    assert held(world, "foo.com").expires > expires + timedelta(days=700)


def test_nothing_is_charged_for_who_switched_it_off(world: World) -> None:
    delivered(world)
    world.put("/me/autorenew", {"active": False}).ok()
    assert world.get("/me/autorenew").ok()["active"] is False
    assert world.get("/domain/foo.com/serviceInfos").ok()["renewalType"] == "manual"
    money = world.balance()
    days(world, "foo.com", -30, -20, -4)
    assert world.balance() == money
    assert world.put("/me/autorenew", {"renewDay": 7}).status == 400


def test_a_registry_that_says_nothing_is_asked_again_later(world: World) -> None:
    delivered(world)

    class Silent:
        async def check(self, names: Sequence[str]) -> list[Availability]:
            """No answer."""
            raise NoAnswer(names)

    heard = world.engine
    use(world, structs.replace(heard, registries=dict.fromkeys(heard.registries, Silent())))
    days(world, "foo.com", -20)
    assert "foo.com" not in subjects(world)[-1] or "payé" not in subjects(world)[-1]
    use(world, heard)
    expires = held(world, "foo.com").expires
    world.pass_time(hours=1)
    world.look_after()
    assert held(world, "foo.com").expires > expires


def test_several_workers_at_once_make_one_order_and_one_charge(world: World) -> None:
    before = delivered(world)
    world.look_after()
    money = world.balance()
    world.now = before.expires - timedelta(days=20)

    async def at_once() -> None:
        await asyncio.gather(*(autorenewal.look_after(world.engine) for _ in range(4)))

    world.runner.run(at_once())
    world.look_after()
    assert world.balance() == money - 1199 * CENT
    assert held(world, "foo.com").expires < before.expires + timedelta(days=400)


def test_a_default_card_is_charged_and_one_that_is_declined_is_told(world: World) -> None:
    with gateway() as far:
        with_cards(world, far)
        before = delivered(world)
        register(world, far, POOR, default=True)
        days(world, "foo.com", -20)
        assert subjects(world)[-1] == "Le renouvellement de foo.com n'a pas pu être payé"
        assert "carte" in mails(world)[-1]["body"]
        money = world.balance()
        card = register(world, far, default=True)
        days(world, "foo.com", -16)
        assert held(world, "foo.com").expires > before.expires
        assert world.balance() == money
        number = max(world.get("/me/order").ok())
        assert [(one.method_id, one.status) for one in charges_of(world, number)][-1] == (card, "succeeded")
        world.bill()
        assert len(world.get("/me/bill", category="autorenew").ok()) == 1
    assert world.imbalance() == []


def test_a_prepaid_account_in_another_currency_is_not_said_to_hold_too_little(world: World) -> None:
    with gateway() as far:
        with_cards(world, far)
        order_id = world.order("foo.com", subsidiary="SN")
        pay(world, order_id, register(world, far)).ok()
        world.deliver()
        days(world, "foo.com", -20)
        told = mails(world)[-1]
        assert told["subject"] == "Le renouvellement de foo.com n'a pas pu être payé"
        assert "pas assez d'argent" not in told["body"]
        assert "votre compte prépayé est dans une autre monnaie que la commande" in told["body"]
        assert world.balance() == 1000 * UNIT


def test_a_card_that_was_declined_and_has_expired_since_is_said_to_have_expired(world: World) -> None:
    with gateway() as far:
        with_cards(world, far)
        expires = delivered(world).expires
        far.card_until = (expires.year, expires.month)
        register(world, far, POOR, default=True)
        days(world, "foo.com", -20)
        assert "il n'y a pas assez d'argent sur le compte de la carte" in mails(world)[-1]["body"]
        asked = len(far.calls)
        days(world, "foo.com", 10)
        told = [mail["body"] for mail in mails(world) if "n'a pas pu être payé" in mail["subject"]]
        assert len(told) == 2
        assert "la carte a expiré" in told[-1]
        assert far.calls[asked:] == []


@pytest.mark.parametrize(("name", "charged"), [("foo.com", True), ("foo.fr", False)])
def test_after_a_leap_of_time_a_name_is_charged_once_before_it_is_given_up_if_it_is_there_yet(
    world: World, name: str, *, charged: bool
) -> None:
    """A .com name is, for its registry renewed it; a .fr name is not, and nobody pays for what is lost."""
    before = delivered(world, name)
    world.look_after()
    money = world.balance()
    world.now = before.expires + timedelta(days=44)
    world.look_after()
    world.pass_time(hours=2)
    world.look_after()
    after = held(world, name)
    assert (world.balance() < money, after.deleted is None, after.expires > before.expires) == (charged,) * 3
    assert world.get(f"/domain/{name}").ok()["state"] == "restorable" or charged


def test_names_whose_extension_the_catalogue_lost_hold_up_no_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autorenewal, "AT_ONCE", 2)
    world.use(structs.replace(world.engine, operator_mail="ops@world.example"))
    for name in ("one.shop", "two.shop"):
        delivered(world, name)
    before = delivered(world)
    market = world.engine.market
    left = {name: each for name, each in market.catalogue.extensions.items() if name != "shop"}
    catalogue = structs.replace(market.catalogue, extensions=left)
    use(world, structs.replace(world.engine, shelf=Shelf(structs.replace(market, catalogue=catalogue))))
    days(world, "foo.com", -30, -20)
    assert held(world, "foo.com").expires > before.expires
    assert held(world, "one.shop").deleted is None
    told = world.runner.run(world.database.read(lambda tx: tx.fetch(TOLD)))
    assert {subject for (subject,) in told} == {"one.shop is not looked after", "two.shop is not looked after"}


TOLD = "SELECT subject FROM mail WHERE recipient = 'ops@world.example'"


def test_who_may_not_sell_is_told_in_place_of_offers_and_in_the_mail(world: World) -> None:
    delivered(world)
    sellers = {**world.engine.tax.sellers, "FR": SellerFacts(oss=False, country="CH")}
    use(world, structs.replace(world.engine, tax=structs.replace(world.engine.tax, sellers=sellers)))
    number = service_id(world, "foo.com")
    posted, listed = wish(world, "foo.com"), world.get(f"/service/{number}/renew")
    assert (posted.status, listed.status, listed.body["message"]) == (403, 403, posted.body["message"])
    days(world, "foo.com", -20)
    assert "n'est pas immatriculée à la TVA" in mails(world)[-1]["body"]


def test_a_name_is_renewed_by_the_subsidiary_that_sold_it(world: World) -> None:
    """A renewal continues a contract, whatever the account's own subsidiary is."""
    world.pay(world.order("foo.com", subsidiary="DE")).ok()
    world.deliver()
    number = wish(world, "foo.com").ok()["orderId"]
    assert story(world, number).standing.order.subsidiary == "DE"


class Overtaken(Watched):
    """A database of which something else is done first, once, at the write after so many."""

    def __init__(self, database: Database, writes: int, deed: Callable[[], Awaitable[object]]) -> None:
        super().__init__(database)
        self._left, self._deed = writes, deed

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """As the database does, but for that."""
        self._left -= 1
        if self._left == -1:
            await self._deed()
        return await super().write(work, in_turn=in_turn)


def test_a_renewal_that_its_customer_orders_meanwhile_is_not_said_to_lack_money(world: World) -> None:
    before = delivered(world)
    world.look_after()
    number, money, me, written = service_id(world, "foo.com"), world.balance(), caller(world), len(mails(world))
    wanted = flow.Wanted(services=(number,), years=1)

    async def deed() -> None:
        await flow.order(world.engine, me, wanted, world.now, dry_run=False)

    world.now = before.expires - timedelta(days=20)
    before_it_is_paid = structs.replace(world.engine, database=Overtaken(world.database, 2, deed))
    world.runner.run(autorenewal.look_after(before_it_is_paid))
    told, mine = subjects(world)[written:], max(world.get("/me/order").ok())
    assert told == [f"foo.com est payé jusqu'au {before.expires.date()}", f"Votre commande {mine}"]
    assert world.balance() == money
    world.pay(mine).ok()
    world.look_after()
    assert held(world, "foo.com").expires > before.expires
    assert "Le renouvellement de foo.com n'a pas pu être payé" not in subjects(world)


class Died(BaseException):
    """The process is no more."""


class Mortal:
    """A database at whose n-th commit the process ends: before it, or after it."""

    def __init__(self, real: Database, commit: int, *, after: bool) -> None:
        self._real, self._left, self._after = real, commit, after
        self.engine = real.engine

    def __getattr__(self, name: str) -> Any:
        """Everything else is the real one's."""
        return getattr(self._real, name)

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """The real one's, until the end."""
        self._left -= 1
        if self._left < 0 or (self._left == 0 and not self._after):
            raise Died
        result = await self._real.write(work, in_turn=in_turn)
        if self._left == 0:
            raise Died
        return result


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("commit", range(1, 6))
def test_wherever_a_worker_dies_there_is_one_order_one_charge_and_each_mail_once(
    world: World, commit: int, *, after: bool
) -> None:
    before = delivered(world)
    world.look_after()
    money, orders, written = world.balance(), world.get("/me/order").ok(), len(mails(world))
    world.now = before.expires - timedelta(days=20)
    mortal = structs.replace(world.engine, database=Mortal(world.database, commit, after=after))
    with contextlib.suppress(Died):
        world.runner.run(died(mortal))
    world.look_after()
    world.pass_time(minutes=11)
    world.look_after()
    assert len(world.get("/me/order").ok()) == len(orders) + 1
    assert world.balance() == money - 1199 * CENT
    assert before.expires < held(world, "foo.com").expires < before.expires + timedelta(days=400)
    assert sorted(mail["subject"] for mail in mails(world)[written:]) == [
        f"Paiement de votre commande {max(world.get('/me/order').ok())}",
        f"foo.com est payé jusqu'au {before.expires.date()}",
        "foo.com est renouvelé",
    ]  # fmt: skip
    assert world.imbalance() == []


async def died(engine: Engine) -> None:
    """Look after names until the process ends: what it had begun goes on no more."""
    tasks = asyncio.ensure_future(autorenewal.look_after(engine))
    try:
        await tasks
    finally:
        tasks.cancel()
