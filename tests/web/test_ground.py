"""What all pages stand on: language and country of a stranger, menus, who works here, and how amounts are written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ordain.core.account import Account
from ordain.core.money import UNIT, Money
from ordain.core.refusal import Refused
from ordain.core.session import Session
from ordain.core.staff import RIGHTS, ROLES, may
from ordain.flows import sessions, staff
from ordain.web import menu, site
from ordain.web.texts import texts
from tests.web.visitor import Visitor

if TYPE_CHECKING:
    from tests.world import World

PASSWORD = "correct horse battery"
SOMEBODY = Account(
    nichandle="xx1", email="", language="en_GB", ovhSubsidiary="FR", country="FR", legalform="individual"
)


@pytest.mark.parametrize(
    ("code", "amount", "said"),
    [("fr", Money(749 * UNIT // 100, "EUR"), "7,49\xa0€"), ("en", Money(699 * UNIT // 100, "GBP"), "£6.99"),
     ("de", Money(123456 * UNIT // 100, "EUR"), "1.234,56\xa0€"),
     ("fr", Money(4000 * UNIT, "XOF"), "4\u202f000\xa0F\u202fCFA"),
     ("en", Money(1234 * UNIT // 1000, "TND"), "TND\xa01.234"), ("en", Money(-UNIT, "EUR"), "-€1.00"),
     ("it", Money(12 * UNIT, "points"), "12 points")],
)  # fmt: skip
def test_amounts_are_written_as_the_reader_expects_with_the_digits_that_can_be_paid(
    code: str, amount: Money, said: str
) -> None:
    assert texts(code).amount(amount) == said


def test_a_stranger_chooses_a_language_and_is_back_where_they_were(world: World) -> None:
    visitor = Visitor(world, "fr-CA, fr;q=0.8")
    page = visitor.open("/sign-in?then=/keys")
    assert 'lang="fr"' in page.text
    assert '<option value="QC" selected>' in page.text  # prices by the browser's country
    again = visitor.submit(page, "/place", language="de", subsidiary="GB")
    assert (again.url.path, again.url.query) == ("/sign-in", b"then=/keys")
    assert '<html lang="de">' in again.text
    assert '<option value="GB" selected>' in again.text


def test_a_choice_that_is_none_changes_nothing_and_leads_nowhere_else(world: World) -> None:
    visitor = Visitor(world)
    page = visitor.open("/sign-in")
    for wrong in ({"language": "xx"}, {"subsidiary": "Z"}, {"language": "../"}, {"language": ""}):
        shown = visitor.submit(page, "/place", **wrong)
        assert (shown.status_code, '<html lang="en">' in shown.text) == (200, True)
    there = visitor.submit(page, "/place", language="fr", then="https://elsewhere.example/")
    assert there.url.host == page.url.host


def test_the_language_chosen_on_a_browser_wins_over_the_accounts(world: World) -> None:
    world.runner.run(sessions.set_password(world.engine, world.nics["camille"], PASSWORD, world.now))
    visitor = Visitor(world)
    page = visitor.sign_in("camille@world.example", PASSWORD)
    assert '<html lang="fr">' in page.text
    assert '<html lang="it">' in visitor.submit(page, "/place", language="it").text


def test_who_works_here_is_asked_anew_each_time(world: World) -> None:
    nic = world.nics["camille"]

    def allowed() -> bool:
        try:
            world.runner.run(staff.require(world.engine, nic, "orders"))
        except Refused:
            return False
        return True

    assert not allowed()
    world.runner.run(staff.take_on(world.engine, nic, "catalogue", world.now))
    assert not allowed()
    world.runner.run(staff.take_on(world.engine, nic, "support", world.now))
    assert allowed()
    assert [(one.nichandle, one.role) for one in world.runner.run(staff.members(world.engine))] == [(nic, "support")]
    world.runner.run(staff.let_go(world.engine, nic))
    assert not allowed()


@pytest.mark.parametrize(("nic", "role"), [("camille", "king"), ("nobody", "admin")])
def test_nobody_is_taken_on_as_nothing_and_nobody_unknown(world: World, nic: str, role: str) -> None:
    with pytest.raises(Refused):
        world.runner.run(staff.take_on(world.engine, world.nics.get(nic, "xx9-ordain"), role, world.now))
    with pytest.raises(Refused):
        world.runner.run(staff.let_go(world.engine, world.nics["camille"]))


def test_each_right_is_somebodys_and_only_admins_have_all() -> None:
    assert {right for rights in ROLES.values() for right in rights} == set(RIGHTS)
    assert [role for role in ROLES if all(may(role, right) for right in RIGHTS)] == ["admin"]
    assert not any(may("", right) for right in RIGHTS)


def test_a_menu_has_what_there_is_and_the_visitor_may_see() -> None:
    now = datetime(2026, 11, 28, tzinfo=UTC)
    paths = {entry.path for entries in menu.MENUS.values() for entry in entries}

    def seen(name: str, session: Session | None) -> set[str]:
        return {entry.path for entry in menu.shown(menu.MENUS[name], paths, session)}

    known, finance = Session(SOMEBODY, now, now), Session(SOMEBODY, now, now, role="finance")
    assert {"/sign-in"} == seen("shop", None) - seen("shop", known)
    assert {"/office"} == seen("shop", finance) - seen("shop", known)
    assert "/office/refunds" in seen("office", finance)
    assert "/office/catalogue" not in seen("office", finance)
    assert menu.shown(menu.SHOP, {"/cart"}, known) == [menu.Entry("/cart", "Cart")]


def test_files_are_sent_compressed_to_who_can_read_them(world: World) -> None:
    visitor = Visitor(world)
    script = visitor.open(site.STATIC["htmx/htmx.min.js"])
    assert script.headers["content-encoding"] == "gzip"
    assert int(script.headers["content-length"]) < 20_000
    plain = visitor.world.runner.run(
        visitor.client.get(site.STATIC["style.css"], headers={"accept-encoding": "identity"})
    )
    assert "content-encoding" not in plain.headers
    assert plain.text == visitor.open(site.STATIC["style.css"]).text
