"""Bank transfers: an order waits, and every sum that arrives ends up somewhere, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.bank_transfer import BankAccount, reference, spelled
from ordain.core.money import CENT, UNIT, Money
from ordain.core.payment_method import BANK_TRANSFER
from ordain.core.refusal import Refused
from ordain.flows import transfers
from tests.flows.cards import pay, register, with_cards
from tests.flows.shop import movements, story
from tests.statements import IBAN, entry, statement, structured, words
from tests.stripe_gateway import AUTHENTICATE

if TYPE_CHECKING:
    from ordain.core.bank_transfer import Matched
    from tests.stripe_gateway import Gateway
    from tests.world import Answer, World


@pytest.fixture(autouse=True)
def bank(world: World) -> None:
    """Orders can be paid by bank transfer."""
    world.use(structs.replace(world.engine, bank_account=BankAccount(IBAN, "Ordain SAS")))


def by_transfer(world: World, order_id: int) -> Answer:
    return world.post(f"/me/order/{order_id}/pay", {"paymentMethod": {"id": BANK_TRANSFER}})


def take(world: World, *entries: str) -> list[Matched]:
    return world.runner.run(transfers.take_file(world.engine, statement(*entries)))


def test_an_order_waits_for_its_transfer_and_is_delivered_when_it_arrives(world: World) -> None:
    order_id, before = world.order("foo.fr"), world.balance()
    assert {"paymentMean": "bankAccount"} in world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok()
    for _ in range(2):
        assert by_transfer(world, order_id).raw == b"null"
    assert world.status(order_id) == "notPaid"
    told = [mail.body for mail in story(world, order_id).mails]
    assert len(told) == 2  # of the order, and where to
    for words_of_it in ("5.99 EUR", "Ordain SAS", spelled(IBAN), spelled(reference(order_id))):
        assert words_of_it in told[-1]
    password = world.get(f"/me/order/{order_id}").ok()["password"]
    page = world.send("GET", f"/order/{order_id}?orderPassword={password}").raw.decode()
    assert spelled(reference(order_id)) in page
    [matched] = take(world, entry("A1", "5.99", structured(reference(order_id))))
    assert (matched.came, matched.order_id, matched.again) == ("paid", order_id, False)
    assert world.status(order_id) == "checking"
    assert world.get(f"/me/order/{order_id}/payment").ok()["paymentType"] == "transfer"
    assert movements(world, order_id, "clearing:transfer") == [-599 * CENT]
    world.deliver()
    assert (world.status(order_id), world.balance(), world.imbalance()) == ("delivered", before, [])
    assert spelled(IBAN) not in world.send("GET", f"/order/{order_id}?orderPassword={password}").raw.decode()


def test_the_same_statement_twice_counts_once(world: World) -> None:
    order_id, before = world.order("foo.fr"), world.balance()
    for again in (False, True, True):
        [matched, other] = take(
            world,
            entry("A1", "5.99", words(f"order {spelled(reference(order_id))}")),
            entry("A2", "7.00", words("hello")),
        )
        assert (matched.came, matched.again, other.came, other.again) == ("paid", again, "unmatched", again)
    assert (len(story(world, order_id).standing.tasks), world.balance(), world.imbalance()) == (1, before, [])
    assert [one.receipt.entry for one in world.runner.run(transfers.waiting(world.engine))] == ["A2"]


def test_entries_of_one_number_in_two_statements_are_two_sums(world: World) -> None:
    orders = [world.order(f"foo{number}.fr") for number in range(2)]
    for again in (False, True):
        for day, order_id in enumerate(orders):
            told = entry("NONREF", "5.99", structured(reference(order_id)), number="<NtryRef>1</NtryRef>")
            file = statement(told, name=f"STMT-{day}")
            [matched] = world.runner.run(transfers.take_file(world.engine, file))
            assert (matched.came, matched.order_id, matched.again) == ("paid", order_id, again)
    assert [world.status(order_id) for order_id in orders] == ["checking", "checking"]


def test_a_sum_under_the_name_of_another_waits_for_the_operator(world: World) -> None:
    first, second = world.order("foo.fr"), world.order("baz.fr")
    take(world, entry("A1", "5.99", structured(reference(first))))
    others = [entry("A1", "5.99", structured(reference(second))), entry("A1", "7.00", words("hello"))]
    for again in (False, True):
        found = take(world, *others)
        assert [(one.came, one.again, one.why) for one in found] == [
            ("unmatched", again, "the bank gave another sum the same name: A1")
        ] * 2
    assert (world.status(first), world.status(second)) == ("checking", "notPaid")
    waiting = [one.receipt.entry for one in world.runner.run(transfers.waiting(world.engine))]
    assert len(set(waiting)) == 2
    before = world.balance()
    for name in waiting:
        world.runner.run(transfers.assign(world.engine, name, world.nics["camille"]))
    assert (world.balance() - before, world.imbalance()) == ((599 + 700) * CENT, [])


def test_sums_that_fit_no_order_wait_for_the_operator(world: World) -> None:
    order_id, before = world.order("foo.fr"), world.balance()
    code = structured(reference(order_id))
    found = take(
        world,
        entry("less", "5.98", code),
        entry("more", "6.00", code),
        entry("dollars", "5.99", code, currency="USD"),
        entry("nobody", "5.99", structured(reference(999))),
        entry("words", "5.99", words("for foo.fr")),
    )
    assert [(one.came, one.why) for one in found] == [
        ("unmatched", f"it is less than the 5.99 EUR of order {order_id}"),
        ("unmatched", f"it is more than the 5.99 EUR of order {order_id}"),
        ("unmatched", f"order {order_id} is due in EUR"),
        ("unmatched", "it names no order's reference"),
        ("unmatched", "it names no order's reference"),
    ]
    assert (world.status(order_id), world.balance()) == ("notPaid", before)
    assert len(world.runner.run(transfers.waiting(world.engine))) == 5
    assigned = world.runner.run(transfers.assign(world.engine, "less", world.nics["camille"]))
    assert (assigned.came, world.balance() - before) == ("credited", 598 * CENT)
    for name, nic in (("less", "camille"), ("none", "camille"), ("dollars", "camille")):
        with pytest.raises(Refused):
            world.runner.run(transfers.assign(world.engine, name, world.nics[nic]))
    assert len(world.runner.run(transfers.waiting(world.engine))) == 4
    assert world.imbalance() == []


def test_money_for_an_order_that_was_paid_or_cancelled_goes_to_the_prepaid_account(world: World) -> None:
    paid, late = world.order("foo.fr"), world.order("baz.fr")
    world.pay(paid).ok()
    before = world.balance()
    world.pass_time(days=15)
    found = take(
        world, entry("A1", "5.99", structured(reference(paid))), entry("A2", "5.99", structured(reference(late)))
    )
    assert [one.came for one in found] == ["credited", "credited"]
    assert "already paid" in found[0].why
    assert "not paid in time" in found[1].why
    assert world.balance() - before == 2 * 599 * CENT
    assert "votre compte prépayé" in story(world, late).mails[-1].body
    assert (world.status(late), world.imbalance()) == ("cancelled", [])


def test_money_for_an_order_that_a_card_is_paying_goes_to_the_prepaid_account(world: World, gateway: Gateway) -> None:
    with_cards(world, gateway)
    order_id, before = world.order("foo.fr"), world.balance()
    assert pay(world, order_id, register(world, gateway, AUTHENTICATE)).status == 409
    [found] = take(world, entry("A1", "5.99", structured(reference(order_id))))
    assert (found.came, world.balance() - before) == ("credited", 599 * CENT)
    gateway.authenticate(gateway.intents()[0])
    world.pay(order_id)
    assert world.get(f"/me/order/{order_id}/payment").ok()["paymentType"] == "creditCard"


def test_the_operator_tells_what_arrived(world: World) -> None:
    order_id, before = world.order("foo.fr"), world.balance()
    day = world.now.date()
    for again in (False, True):
        told = world.runner.run(transfers.received(world.engine, order_id, Money(599 * CENT, "EUR"), day))
        assert (told.came, told.again) == ("paid", again)
    assert (world.status(order_id), world.balance()) == ("checking", before)
    with pytest.raises(Refused, match="Order 999 does not exist"):
        world.runner.run(transfers.received(world.engine, 999, Money(UNIT, "EUR"), day))


@pytest.mark.parametrize("ucents", [-599 * CENT, 0, 599 * CENT + 1])
def test_the_operator_tells_no_sum_that_cannot_arrive(world: World, ucents: int) -> None:
    order_id, told = world.order("foo.fr"), Money(ucents, "EUR")
    with pytest.raises(Refused, match="A sum that arrived is above zero, and one that EUR can pay"):
        world.runner.run(transfers.received(world.engine, order_id, told, world.now.date()))
    assert world.runner.run(transfers.waiting(world.engine)) == []  # or it could be assigned, and take money away


def test_a_sum_that_the_operator_told_and_a_statement_tells_too_waits(world: World) -> None:
    first, second, before = world.order("foo.fr"), world.order("baz.fr"), world.balance()
    due, day = Money(599 * CENT, "EUR"), world.now.date()
    world.runner.run(transfers.received(world.engine, first, due, day))
    take(world, entry("A2", "5.99", structured(reference(second))))
    [told] = take(world, entry("A1", "5.99", structured(reference(first))))
    by_hand = world.runner.run(transfers.received(world.engine, second, due, day))
    why = "the operator told it already, or a statement did: assign it if it came twice"
    assert [(one.came, one.why) for one in (told, by_hand)] == [("unmatched", why)] * 2
    assert world.balance() == before
    [again] = take(world, entry("A3", "5.99", structured(reference(second))))
    assert (again.came, world.balance() - before) == ("credited", 599 * CENT)  # the statement knows two


@pytest.mark.parametrize("by_hand_first", [True, False])
def test_a_sum_that_went_to_the_prepaid_account_and_is_told_the_other_way_too_waits(
    world: World, *, by_hand_first: bool
) -> None:
    paid, late, before = world.order("foo.fr"), world.order("baz.fr"), world.balance()
    world.pay(paid).ok()
    left, due = world.balance(), Money(599 * CENT, "EUR")
    assert before - left == 599 * CENT
    world.pass_time(days=15)

    def told(*, by_hand: bool) -> list[str]:
        if by_hand:
            day = world.now.date()
            return [world.runner.run(transfers.received(world.engine, one, due, day)).came for one in (paid, late)]
        entries = (entry(f"A{one}", "5.99", structured(reference(one))) for one in (paid, late))
        return [one.came for one in take(world, *entries)]

    assert told(by_hand=by_hand_first) == ["credited", "credited"]
    assert told(by_hand=not by_hand_first) == ["unmatched", "unmatched"]  # each came once, most likely
    assert (world.balance() - left, world.imbalance()) == (2 * 599 * CENT, [])
    [again] = take(world, entry("B", "5.99", structured(reference(late))))
    assert again.came == ("unmatched" if by_hand_first else "credited")  # a statement that knows two knows two


def test_what_is_refunded_goes_to_the_prepaid_account(world: World) -> None:
    order_id, before = world.order("stolen.fr"), world.balance()
    by_transfer(world, order_id).ok()
    take(world, entry("A1", "5.99", structured(reference(order_id))))
    world.deliver()
    assert world.status(order_id) == "cancelled"
    assert world.balance() - before == 599 * CENT
    assert "votre compte prépayé" in story(world, order_id).mails[-1].body
    assert world.imbalance() == []


def test_a_statement_of_another_account_or_none_is_refused(world: World) -> None:
    other = statement(iban="DE89370400440532013000")
    with pytest.raises(Refused, match="The statement is of DE89370400440532013000"):
        world.runner.run(transfers.take_file(world.engine, other))
    with pytest.raises(Refused, match="The statement is not well-formed XML"):
        world.runner.run(transfers.take_file(world.engine, "<Document"))
    without = structs.replace(world.engine, bank_account=None)
    with pytest.raises(Refused, match="ORDAIN_BANK_ACCOUNT is not set"):
        world.runner.run(transfers.take_file(without, statement()))


def test_a_transfer_in_another_currency_is_not_offered(world: World) -> None:
    order_id = world.order("foo.com", subsidiary="WE")
    assert world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok() == []
    refused = by_transfer(world, order_id)
    said = "This order can't be paid with 'bankAccount': bank transfers in USD are not taken from this account"
    assert (refused.status, refused.body["message"]) == (403, said)


def test_a_transfer_is_a_payment_method_but_not_the_default(world: World) -> None:
    assert world.get("/me/payment/method").ok() == [1, BANK_TRANSFER]
    method = f"/me/payment/method/{BANK_TRANSFER}"
    found = world.get(method).ok()
    assert (found["paymentType"], found["integration"], found["label"]) == ("BANK_ACCOUNT", "BANK_TRANSFER", IBAN)
    for body in ({"default": True}, {"description": "x"}):
        assert world.put(method, body).status == 409
    removed = world.delete(method)
    assert (removed.status, removed.body["message"]) == (
        404,
        "This is not offered here: the bank transfer cannot be removed",
    )


@pytest.mark.parametrize(("returned", "came"), [(True, "returned"), (False, "dismissed")])
def test_a_sum_that_waits_can_be_sent_back_or_dismissed_and_changes_no_account(
    world: World, *, returned: bool, came: str
) -> None:
    order_id, before = world.order("foo.fr"), world.balance()
    sums = [entry("other", "12.00", words("for the party")), entry("less", "1.00", structured(reference(order_id)))]
    take(world, *sums)

    def dismiss(name: str, why: str) -> Matched:
        return world.runner.run(transfers.dismiss(world.engine, name, why, returned=returned))

    with pytest.raises(Refused, match="Say why"):
        dismiss("other", " \n ")
    ended = dismiss("other", "paid to the wrong\naccount")
    assert (ended.came, ended.why, ended.ended) == (came, "paid to the wrong account", world.now)
    assert world.runner.run(transfers.dismissed(world.engine)) == [ended]
    assert [one.receipt.entry for one in world.runner.run(transfers.waiting(world.engine))] == ["less"]
    for again in ("other", "nothing"):
        with pytest.raises(Refused, match="waits"):
            dismiss(again, "again")
        with pytest.raises(Refused, match="waits"):
            world.runner.run(transfers.assign(world.engine, again, world.nics["camille"]))
    assert [(one.came, one.again) for one in take(world, *sums)] == [(came, True), ("unmatched", True)]
    assert (world.balance(), world.status(order_id), world.imbalance()) == (before, "notPaid", [])
    [paid] = take(world, entry("all", "5.99", structured(reference(order_id))))
    assert paid.came == "paid"
    assert world.imbalance() == []


def test_a_sum_is_assigned_to_accounts_that_exist(world: World) -> None:
    take(world, entry("other", "12.00", words("for the party")))
    with pytest.raises(Refused, match="Account zz1-ordain does not exist"):
        world.runner.run(transfers.assign(world.engine, "other", "zz1-ordain"))
    assert [one.receipt.entry for one in world.runner.run(transfers.waiting(world.engine))] == ["other"]
