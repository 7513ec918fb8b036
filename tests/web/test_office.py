"""The back office: the staff finds, mends, decides and is held to account."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from ordain.core.audit import Wanted
from ordain.core.grant import needs_another
from ordain.core.money import UNIT, Money
from ordain.core.refusal import Refused
from ordain.flows import (
    office_audit,
    office_charts,
    office_money,
    office_orders,
    office_search,
    office_tasks,
    sessions,
    staff,
)
from ordain.flows.office_money import Wish
from ordain.web import site
from tests.flows.shop import bought, first_task, movements, story
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from ordain.core.audit import Entry, Proof
    from ordain.core.grant import Grant
    from ordain.store.database import Tx
    from tests.world import World

PASSWORD = "correct horse battery"
OFFICE_PAGES = sorted(page.path for page in site.PAGES if page.path.startswith("/office") and page.method == "GET")


def member(world: World, who: str, role: str) -> Visitor:
    """Somebody who works here, signed in."""
    world.runner.run(sessions.set_password(world.engine, world.nics[who], PASSWORD, world.now))
    world.runner.run(staff.take_on(world.engine, world.nics[who], role, world.now))
    visitor = Visitor(world)
    visitor.sign_in(f"{who}@world.example", PASSWORD)
    return visitor


def english(world: World, who: str = "ursula", role: str = "admin") -> Visitor:
    """The same, whose account speaks English."""
    return member(world, who, role)


def done(world: World, **wanted: object) -> list[Entry]:
    """What the staff did, but for being taken on."""
    entries = world.runner.run(office_audit.entries(world.engine, Wanted(**wanted)))  # type: ignore[arg-type]  # as told
    return [entry for entry in entries if entry.deed.verb != "staff.take_on"]


def proof(world: World) -> Proof:
    """Whether what is written down is as it was written."""
    return world.runner.run(office_audit.prove(world.engine))


# Who comes in


def test_nobody_else_comes_in(world: World) -> None:
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    stranger, customer = Visitor(world), Visitor(world)
    customer.sign_in("camille@world.example", PASSWORD)
    for path in OFFICE_PAGES:
        there = (
            path.replace("{id:number}", "1").replace("{item:number}", "1").replace("{nic}", "x").replace("{name}", "x")
        )
        assert "/sign-in" in str(stranger.open(there).url), there
        assert customer.open(there).status_code == 403, there


def test_a_right_opens_its_pages_alone(world: World) -> None:
    support = english(world, role="support")
    assert support.open("/office").status_code == 200
    assert support.open("/office/orders").status_code == 200
    for path in ("/office/refunds", "/office/audit", "/office/staff"):
        assert support.open(path).status_code == 403
    world.runner.run(staff.let_go(world.engine, world.nics["ursula"]))
    assert support.open("/office").status_code == 403


def test_where_names_are_real_the_staff_needs_a_second_factor(world: World) -> None:
    world.use(structs.replace(world.engine, movable=None))
    page = english(world).open("/office")
    assert page.status_code == 403
    assert 'href="/account/second-factor"' in page.text
    assert world.get("/ordain/v1/office/overview", "ursula").status == 403


def test_every_page_can_be_looked_at(world: World) -> None:
    admin, order_id = english(world), bought(world, "refused.fr")
    world.deliver()
    task = first_task(world, order_id)
    known = {"{nic}": world.nics["camille"], "{name}": "orders", "{item:number}": str(task.item_id)}
    for path in OFFICE_PAGES:
        there = path.replace("{name}", "com") if "/catalogue/" in path else path
        for place, value in known.items():
            there = there.replace(place, value)
        there = there.replace("{id:number}", str(task.task_id if "/tasks/" in path else order_id))
        assert admin.open(there).status_code == 200, there
    assert "Policy violation" in admin.open("/office").text
    assert "refused.fr" in admin.open("/office/tasks").text
    assert world.nics["camille"] in admin.open("/office/orders?status=error").text
    assert "There are none" in admin.open("/office/orders?status=delivered").text
    assert admin.open("/office/orders/1").status_code == 404
    assert admin.open("/office/customers/nobody").status_code == 404
    assert admin.open("/office/charts/other.svg").status_code == 404


# Finding


def test_one_box_finds_anything(world: World) -> None:
    order_id = bought(world, "münchen.com")
    world.deliver()
    told, nic = story(world, order_id), world.nics["camille"]
    payment = told.standing.payment
    assert payment
    wanted = {
        str(order_id): order_id,
        str(payment.payment_id): order_id,
        "münchen.com": order_id,
        "xn--mnchen-3ya.com": order_id,
        nic: order_id,
        "Camille@World.example": order_id,
    }
    for text, number in wanted.items():
        hits = world.runner.run(office_search.search(world.engine, text))
        assert ("order", str(number)) in {(hit.kind, hit.key) for hit in hits}, text
    task = told.standing.tasks[0].task_id
    [found] = world.runner.run(office_search.search(world.engine, str(task)))
    assert (found.kind, found.key) == ("task", str(task))
    for nothing in ("", " ", "nobody", "9" * 30, "a\0b", "no@where.example", "nothing.example"):
        assert world.runner.run(office_search.search(world.engine, nothing)) == []


def test_a_single_hit_is_where_one_is_led(world: World) -> None:
    admin, order_id = english(world), bought(world, "foo.com")
    assert admin.open(f"/office/orders?q={order_id}").url.path == f"/office/orders/{order_id}"
    assert "Nothing was found" in admin.open("/office/orders?q=nowhere").text
    assert world.nics["dieter"] in admin.open("/office/customers?q=weber").text


# Mending


def test_staff_mend_a_refused_order(world: World) -> None:
    """A town's name whose reason the registry did not like: paid, refused, corrected by the staff, delivered."""
    cart = world.cart()
    item = world.add(cart, "ville-de-lille.fr")
    world.configure(cart, item, "REASON", "wrong: none of your business")
    order_id = world.post(f"/order/cart/{cart}/checkout").ok()["orderId"]
    world.pay(order_id).ok()
    world.deliver()
    task = first_task(world, order_id)
    assert (task.status, task.argument) == ("error", "legitimacyAfnic")
    admin = english(world)
    page = admin.open(f"/office/tasks/{task.task_id}")
    assert page.text.count("<form") > 1
    mend = f"/office/tasks/{task.task_id}/mend"
    filled = admin.filled(page, mend, value="The mayor's office asks for it")

    async def twice() -> list[str]:
        both = await asyncio.gather(*(admin.client.post(mend, data=filled) for _ in range(2)))
        return [answer.url.path for answer in both]

    assert world.runner.run(twice()) == [f"/office/tasks/{task.task_id}"] * 2
    assert admin.send(mend, filled).url.path == f"/office/tasks/{task.task_id}"
    world.deliver()
    assert world.status(order_id) == "delivered"
    assert [entry.deed.verb for entry in done(world)] == ["task.relaunch", "task.correct"]
    corrected = done(world, order_id=order_id)[1]
    assert "The mayor" not in corrected.was
    assert "The mayor" in corrected.became
    assert (corrected.deed.member, corrected.deed.customer) == (world.nics["ursula"], world.nics["camille"])
    assert corrected.query
    assert proof(world).faults == ()


def test_an_argument_is_held_to_the_rule(world: World) -> None:
    admin, order_id = english(world), bought(world, "refused.fr")
    world.deliver()
    task = first_task(world, order_id)
    mend = f"/office/tasks/{task.task_id}/mend"
    page = admin.open(f"/office/tasks/{task.task_id}")
    assert admin.submit(page, mend, key="legitimacyAfnic", value="x").status_code in (400, 404)
    assert done(world) == []


def test_a_task_given_up_gives_the_money_back(world: World) -> None:
    before, order_id = world.balance(), bought(world, "refused.fr")
    world.deliver()
    admin, task = english(world), first_task(world, order_id)
    where = f"/office/tasks/{task.task_id}"
    page = admin.open(where)
    assert admin.submit(page, f"{where}/cancel", reason=" ").status_code == 400
    answer = admin.submit(admin.open(where), f"{where}/cancel", reason="The registry will not have it")
    assert answer.url.path == where
    assert (world.balance(), world.status(order_id)) == (before, "cancelled")
    assert "The registry will not have it" in story(world, order_id).mails[-1].body
    assert world.imbalance() == []


def test_several_tasks_at_once(world: World) -> None:
    orders = [bought(world, name) for name in ("refused.fr", "refused-2.fr")]
    world.deliver()
    admin, ids = english(world), [first_task(world, each).task_id for each in orders]
    page = admin.open("/office/tasks")
    chosen = {f"task-{each}": "yes" for each in ids}
    assert admin.submit(page, "/office/tasks", do="relaunch").status_code == 400
    assert admin.submit(page, "/office/tasks", do="cancel", **chosen).status_code == 400
    assert admin.submit(page, "/office/tasks", do="relaunch", **chosen).status_code == 200
    assert {first_task(world, each).status for each in orders} == {"todo"}
    world.deliver()
    page = admin.open("/office/tasks")
    admin.submit(page, "/office/tasks", do="cancel", reason="Both are refused", **chosen)
    assert {world.status(each) for each in orders} == {"cancelled"}
    again = admin.submit(page, "/office/tasks", do="cancel", reason="once more", **chosen)
    assert again.status_code == 400
    assert "cannot be cancelled" in again.text


def test_an_order_is_cancelled_as_a_whole(world: World) -> None:
    admin, unpaid = english(world), world.order("later.com")
    where = f"/office/orders/{unpaid}"
    assert admin.submit(admin.open(where), f"{where}/cancel", reason="").status_code == 400
    admin.submit(admin.open(where), f"{where}/cancel", reason="They asked for it")
    assert world.status(unpaid) == "cancelled"
    assert world.pay(unpaid).status >= 400
    before, paid = world.balance(), bought(world, "soon.com")
    where = f"/office/orders/{paid}"
    admin.submit(admin.open(where), f"{where}/cancel", reason="They asked for it")
    assert (world.status(paid), world.balance()) == ("cancelled", before)
    assert [entry.deed.verb for entry in done(world)] == ["order.cancel", "order.cancel"]
    delivered = bought(world, "there.com")
    world.deliver()
    answer = admin.send(f"/office/orders/{delivered}/cancel", {"csrf": csrf(admin), "reason": "too late"})
    assert answer.status_code == 400


def test_each_name_of_a_cancelled_order_is_written_down(world: World) -> None:
    order_id = world.order("one.com", "two.com")
    world.pay(order_id).ok()
    world.runner.run(office_orders.cancel(world.engine, world.nics["ursula"], order_id, "They asked for it"))
    entries = done(world, order_id=order_id)
    assert [entry.deed.subject.rpartition(" ")[2] for entry in entries] == ["two.com", "one.com"]
    assert all(entry.was.endswith("task todo") and entry.became.endswith("task cancelled") for entry in entries)


def csrf(visitor: Visitor) -> str:
    """The token of a visitor's forms."""
    return visitor.filled(visitor.open("/office"), "/place")["csrf"]


def test_a_mail_is_written_again(world: World) -> None:
    admin, order_id = english(world), bought(world, "foo.com")
    where = f"/office/orders/{order_id}"
    first = story(world, order_id).mails
    admin.submit(admin.open(where), f"{where}/mail")
    mails = story(world, order_id).mails
    assert len(mails) == len(first) + 1
    assert mails[-1].body in {mail.body for mail in first}
    assert done(world)[0].deed.verb == "mail.again"


def test_a_form_without_its_token_does_nothing(world: World) -> None:
    admin, order_id = english(world), world.order("later.com")
    assert admin.send(f"/office/orders/{order_id}/cancel", {"reason": "x"}).status_code == 403
    assert world.status(order_id) == "notPaid"


# Customers


def test_a_customer_is_signed_out_blocked_and_let_in_again(world: World) -> None:
    admin, nic = english(world), world.nics["camille"]
    world.runner.run(sessions.set_password(world.engine, nic, PASSWORD, world.now))
    customer, here = Visitor(world), f"/office/customers/{nic}"
    customer.sign_in("camille@world.example", PASSWORD)
    admin.submit(admin.open(here), f"{here}/sign-out")
    assert "/sign-in" in str(customer.open("/account").url)
    customer.sign_in("camille@world.example", PASSWORD)
    assert admin.submit(admin.open(here), f"{here}/block", why="").status_code == 400
    admin.submit(admin.open(here), f"{here}/block", why="Stolen password")
    assert "/sign-in" in str(customer.open("/account").url)
    refused = customer.sign_in("camille@world.example", PASSWORD)
    assert "write to us" in refused.text or "crivez-nous" in refused.text
    assert world.get("/me").status == 200  # keys go on working
    admin.submit(admin.open(here), f"{here}/unblock")
    assert customer.sign_in("camille@world.example", PASSWORD).url.path == "/account"
    verbs = [entry.deed.verb for entry in done(world, customer=nic)]
    assert verbs == ["account.unblock", "account.block", "account.end_sessions"]
    blocked = done(world, verb="account.block")[0]
    assert (blocked.was, blocked.became, blocked.deed.reason) == ("open", "blocked", "Stolen password")


def test_colleagues_are_kept_out_by_who_says_who_works_here(world: World) -> None:
    """Support may block customers: neither an admin, nor let themselves in again."""
    admin, support = english(world), member(world, "dieter", "support")
    ursula, dieter = world.nics["ursula"], world.nics["dieter"]
    for what, filled in (("block", {"why": "x"}), ("sign-out", {}), ("withdraw", {"credential": "1"}), ("unblock", {})):
        form = {"csrf": csrf(support), **filled}
        assert support.send(f"/office/customers/{ursula}/{what}", form).status_code in (400, 403), what
    assert admin.open("/office").status_code == 200
    assert done(world) == []
    admin.send(f"/office/customers/{dieter}/block", {"csrf": csrf(admin), "why": "Stolen password"})
    assert world.get("/me", "dieter").status == 200  # keys go on working, but for the office
    assert world.get("/ordain/v1/office/overview", "dieter").status == 403
    assert world.post(f"/ordain/v1/office/customers/{dieter}/unblock", who="dieter").status == 403


def test_a_key_is_withdrawn(world: World) -> None:
    admin, here = english(world), f"/office/customers/{world.nics['camille']}"
    admin.submit(admin.open(here), f"{here}/withdraw")
    world.engine.signers.forget(lambda _: True)
    assert world.get("/me").status == 403
    assert done(world)[0].deed.verb == "account.withdraw_key"


# Money


def credit(world: World, units: int, by: str = "ursula") -> Grant:
    """Credit for Camille, asked for by somebody."""
    wish = Wish(nic=world.nics["camille"], kind="credit", reason="Our fault", balance="ovhAccount", ucents=units * UNIT)
    return world.runner.run(office_money.ask(world.engine, world.nics[by], wish, world.now))


def test_little_is_given_at_once_and_much_awaits_another(world: World) -> None:
    before = world.balance()
    assert credit(world, 60).status == "done"
    assert credit(world, 60).status == "waiting"  # together with what was given today it is much
    assert world.balance() == before + 60 * UNIT
    world.pass_time(days=2)
    assert credit(world, 100).status == "done"
    assert credit(world, 101).status == "waiting"
    assert world.imbalance() == []


@pytest.mark.parametrize(
    ("amount", "given", "limit", "needed"),
    [(100, 0, 100, False), (101, 0, 100, True), (1, 100, 100, True), (1, 0, 0, True)],
)
def test_the_limit(amount: int, given: int, limit: int, *, needed: bool) -> None:
    assert needs_another(Money(amount * UNIT, "EUR"), given * UNIT, limit) is needed


def test_somebody_else_approves_once(world: World) -> None:
    grant, before = credit(world, 500), world.balance()
    ursula, dieter = world.nics["ursula"], world.nics["dieter"]
    with pytest.raises(Refused, match="somebody else has to"):
        world.runner.run(office_money.approve(world.engine, ursula, grant.grant_id, world.now))

    async def at_once() -> list[object]:
        asked = (office_money.approve(world.engine, dieter, grant.grant_id, world.now) for _ in range(2))
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = world.runner.run(at_once())
    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]
    assert world.balance() == before + 500 * UNIT
    with pytest.raises(Refused, match="decided already"):
        world.runner.run(office_money.refuse(world.engine, dieter, grant.grant_id, world.now))
    assert world.imbalance() == []
    assert proof(world).faults == ()


def test_nobody_gives_money_to_themselves(world: World) -> None:
    """However little it is; and who decides is neither who asked nor who has it."""
    before = world.balance()
    mine, camille = credit(world, 1, by="camille"), world.nics["camille"]
    assert mine.status == "waiting"
    for_her = credit(world, 500)
    finance = member(world, "camille", "finance")
    assert "C&#39;est pour vous" in finance.open("/office/refunds").text
    for grant in (mine, for_her):
        with pytest.raises(Refused, match="somebody else has to"):
            world.runner.run(office_money.approve(world.engine, camille, grant.grant_id, world.now))
    assert world.balance() == before


def test_what_is_refused_is_not_given(world: World) -> None:
    grant, before = credit(world, 500), world.balance()
    finance = member(world, "dieter", "finance")
    page = finance.open("/office/refunds")
    assert "Our fault" in page.text
    finance.submit(page, "/office/refunds", answer="refuse")
    assert world.balance() == before
    assert {entry.deed.verb for entry in done(world)} == {"money.refuse_credit", "money.ask_credit"}
    assert finance.submit(page, "/office/refunds", answer="approve", request=str(grant.grant_id)).status_code == 400


def test_a_delivered_item_is_refunded_by_two(world: World) -> None:
    world.use(structs.replace(world.engine, approval_limit=0))
    before, order_id = world.balance(), bought(world, "foo.com")
    asking, deciding = member(world, "ursula", "admin"), member(world, "dieter", "finance")
    item = story(world, order_id).standing.order.items[0].item_id
    where = f"/office/orders/{order_id}/refund/{item}"
    assert asking.submit(asking.open(where), where, reason="x").status_code == 400  # it is being delivered
    world.deliver()
    assert asking.submit(asking.open(where), where, reason="").status_code == 400
    answer = asking.submit(asking.open(where), where, reason="Our fault")
    assert answer.url.path == "/office/refunds"
    assert 'value="approve"' not in answer.text  # not by who asked, even an admin
    page = deciding.open("/office/refunds")
    filled = deciding.filled(page, "/office/refunds", answer="approve")
    deciding.send("/office/refunds", filled)
    deciding.send("/office/refunds", filled)
    assert world.balance() == before
    assert "Our fault" in story(world, order_id).mails[-1].body
    assert world.get("/domain").ok() == ["foo.com"]
    assert world.imbalance() == []


def test_what_is_no_amount_is_told_beside_its_field(world: World) -> None:
    admin, here, before = english(world), f"/office/customers/{world.nics['camille']}", world.balance()
    page = admin.open(here)
    for amount in ("0", "x", "1.234", "-5", "1e30", "1e999999", "5_0", "NaN", "9" * 400, ""):
        answer = admin.submit(page, f"{here}/credit", amount=amount, balance="ovhAccount", reason="Our fault")
        assert answer.status_code == 400, amount
        assert 'aria-invalid="true"' in answer.text
    other = admin.submit(page, f"{here}/credit", amount="5", balance="other", reason="Our fault")
    assert other.status_code == 400
    assert world.balance() == before


# The staff and the audit


def test_the_last_admin_stays(world: World) -> None:
    admin, nic = english(world), world.nics["ursula"]
    page = admin.open("/office/staff")
    assert admin.submit(page, "/office/staff/let-go").status_code == 400
    assert admin.submit(page, "/office/staff", nic=nic, role="support").status_code == 400
    assert admin.submit(page, "/office/staff", nic="nobody", role="support").status_code == 400
    assert admin.submit(page, "/office/staff", nic=world.nics["dieter"], role="admin").status_code == 200
    admin.send("/office/staff/let-go", {"csrf": csrf(admin), "nic": world.nics["dieter"]})
    assert [one.nichandle for one in world.runner.run(staff.members(world.engine))] == [nic]
    last = done(world, verb="staff.let_go")[0]
    assert (last.was, last.became) == ("admin", "")


def test_a_changed_entry_is_found(world: World) -> None:
    for units in (1, 2, 3):
        credit(world, units)
    before = proof(world)
    assert (before.faults, before.complete, before.entries) == ((), True, 3)

    def tamper(sql: str) -> tuple[str, ...]:
        async def work(tx: Tx) -> None:
            await tx.execute(sql.replace("THE_AUDIT", "audit_entry"))

        world.runner.run(world.database.write(work))
        return proof(world).faults

    assert "entry 2 is not as it was written" in tamper("UPDATE THE_AUDIT SET reason = 'x' WHERE place = 2")[0]
    assert "entry 2 is missing" in tamper("DELETE FROM THE_AUDIT WHERE place = 2")[0]
    assert any("does not end" in fault for fault in tamper("DELETE FROM THE_AUDIT WHERE place = 3"))
    page = english(world).open("/office/audit?proof=1")
    assert "does not end" in page.text


def test_the_audit_is_filtered(world: World) -> None:
    credit(world, 1)
    admin = english(world)
    page = admin.open(f"/office/audit?nic={world.nics['camille']}&verb=money.credit&proof=1")
    assert "Our fault" in page.text
    assert "Chain verified" in page.text
    assert "Our fault" not in admin.open("/office/audit?verb=task.cancel").text


# Registries and charts


def test_a_registry_is_asked_on_the_spot(world: World) -> None:
    admin = english(world)
    page = admin.open("/office/registries")
    assert "answered in" in admin.submit(page, "/office/registries").text
    assert admin.send("/office/registries", {"csrf": csrf(admin), "registry": "none"}).status_code == 404


def test_what_was_given_back_is_no_revenue(world: World) -> None:
    ursula, nic = world.nics["ursula"], world.nics["camille"]
    refused, kept, returned = bought(world, "refused.fr"), bought(world, "foo.com"), bought(world, "bar.com")
    world.deliver()
    world.runner.run(office_tasks.cancel(world.engine, ursula, first_task(world, refused).task_id, "It is refused"))
    item = story(world, returned).standing.order.items[0].item_id
    wish = Wish(nic=nic, kind="refund", reason="Our fault", order_id=returned, item_id=item)
    assert world.runner.run(office_money.ask(world.engine, ursula, wish, world.now)).status == "done"
    [found] = world.runner.run(office_charts.figures(world.engine, 7)).extensions
    booked = sum(sum(movements(world, order_id, "sales")) for order_id in (refused, kept, returned))
    assert (found.plan, found.items, found.revenue.ucents) == ("com", 1, booked)


def test_charts_show_what_was_sold(world: World) -> None:
    bought(world, "foo.com")
    world.deliver()
    bought(world, "refused.fr")
    world.deliver()
    found = world.runner.run(office_charts.figures(world.engine, 7))
    assert (len(found.days), found.days[-1].orders, found.days[-1].paid) == (7, 2, 2)
    assert (found.steps.carts, found.steps.paid, found.steps.delivered) == (2, 2, 1)
    assert {one.plan for one in found.extensions} == {"com", "fr"}
    assert sum(found.durations) == 2  # the name and its zone
    assert found.failures[0][1] == 1
    admin = english(world)
    page = admin.open("/office/charts?days=7")
    assert "Policy violation" in page.text
    for name in ("orders", "steps", "extensions", "durations", "failures"):
        for light in ("", "&dark=1"):
            drawing = admin.open(f"/office/charts/{name}.svg?days=7{light}")
            assert drawing.headers["content-type"].startswith("image/svg+xml")
            assert "<script" not in drawing.text
    months = admin.open("/office/charts/orders.svg?days=30").text
    assert f">{(world.now - timedelta(days=29)).date()}</text>" in months, "a day is written out"
    assert ">Up to 10 minutes</text>" in admin.open("/office/charts/durations.svg").text
    assert admin.open("/office/charts?days=8").status_code == 200


# The same by the API


def test_programs_do_the_same(world: World) -> None:
    world.runner.run(staff.take_on(world.engine, world.nics["ursula"], "admin", world.now))
    world.runner.run(staff.take_on(world.engine, world.nics["dieter"], "finance", world.now))
    order_id = bought(world, "refused.fr")
    world.deliver()
    office, task = "/ordain/v1/office", first_task(world, order_id)
    nic = world.nics["camille"]
    assert world.get(f"{office}/overview").status == 403
    assert world.get(f"{office}/overview", "ursula").ok()["ordersToday"] == 1
    for path in ("orders", f"orders/{order_id}", "tasks", f"tasks/{task.task_id}", f"customers/{nic}", "requests",
                 "staff", "audit", "audit/proof", "registries", "charts"):  # fmt: skip
        world.get(f"{office}/{path}", "ursula").ok()
    assert world.get(f"{office}/search", "ursula", q=str(order_id)).ok()[0]["kind"] == "order"
    assert world.get(f"{office}/customers", "ursula", q=nic).ok()[0]["nichandle"] == nic
    world.post(f"{office}/tasks/{task.task_id}/relaunch", who="ursula").ok()
    world.deliver()
    given_up = world.post(f"{office}/tasks/{task.task_id}/cancel", {"reason": "No"}, "ursula").ok()
    assert given_up == {"refunded": True}
    wish = {"nichandle": nic, "kind": "credit", "reason": "Our fault", "balance": "ovhAccount", "amount": 250}
    asked = world.post(f"{office}/requests", wish, "ursula").ok()
    assert asked["status"] == "waiting"
    assert world.post(f"{office}/requests/{asked['id']}/approve", who="ursula").status == 403
    assert world.post(f"{office}/requests/{asked['id']}/approve", who="dieter").ok()["status"] == "done"
    assert world.post(f"{office}/requests/{asked['id']}/refuse", who="dieter").status == 409
    world.post(f"{office}/customers/{nic}/block", {"reason": "x"}, "ursula").ok()
    assert world.get(f"{office}/customers/{nic}", "ursula").ok()["blocked"] == "x"
    world.post(f"{office}/customers/{nic}/unblock", who="ursula").ok()
    world.post(f"{office}/customers/{nic}/sessions/end", who="ursula").ok()
    world.post(f"{office}/staff", {"nichandle": nic, "role": "support"}, "ursula").ok()
    world.delete(f"{office}/staff/{nic}", "ursula").ok()
    assert world.post(f"{office}/registries/none/ask", who="ursula").status == 404
    assert world.get(f"{office}/audit/proof", "ursula").ok()["faults"] == []
