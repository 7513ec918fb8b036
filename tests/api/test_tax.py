"""Tax over the API: what five customers pay at a French seller, and what is known of their VAT numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from ordain import report
from ordain.adapters.vies_checker import ViesChecker
from ordain.core import vat_number
from ordain.core.tax import SellerFacts
from ordain.core.vat_check import BY_FORM
from ordain.flows import accounts, applications, checkout
from ordain.flows.taxation import NUMBERS_A_DAY, Buying, Sale, of_sale
from ordain.store import vat_checks
from tests.flows.shop import caller, movements, story, together
from tests.vies import CONSULTATION, INVALID, VALID, Vies, serving
from tests.world import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from ordain.core.registry import Availability
    from ordain.core.vat_check import Check
    from ordain.flows.ports import Registry
    from tests.world import Answer, World

# A year of .com is 7.49 net for everybody.
NET = 7.49


def join(world: World, who: str, **changes: Any) -> None:
    """Somebody more in the world, with keys and money."""
    about = {"email": "new@world.example", "ovhSubsidiary": "FR", "birthDay": "1990-05-17", **changes}
    account = structs.replace(PEOPLE["dieter"], **about)
    made = world.runner.run(accounts.create(world.engine, account, world.now))
    world.nics[who] = made.nichandle
    world.keys[who] = world.runner.run(
        applications.create(world.engine, made.nichandle, applications.Named(who), world.now)
    )
    world.credit(who)


def filled(world: World, who: str, subsidiary: str = "FR") -> str:
    """A cart of this person's with a name in it."""
    cart_id = world.cart(who, subsidiary)
    world.add(cart_id, "foo.com", who)
    return cart_id


def totals(order: Any) -> tuple[float, float, float]:
    """Net, tax and gross of an order as the API shows it."""
    prices = order["prices"]
    return prices["withoutTax"]["value"], prices["tax"]["value"], prices["withTax"]["value"]


def remarks(order: Any) -> list[str]:
    """What the API says of its tax."""
    return [line["description"] for line in order["details"] if line["detailType"] == "OTHER"]


def evidence(world: World, who: str, number: str = VALID) -> list[Check]:
    """The latest check of a number, and the latest with an answer before it."""
    return world.runner.run(world.database.read(lambda tx: vat_checks.of_number(tx, world.nics[who], number)))


@pytest.fixture
def vies() -> Vies:
    return Vies()


@pytest.fixture
def checked(world: World, vies: Vies) -> Iterator[World]:
    """A world that asks VIES, in the French seller's name."""
    french = structs.replace(world.engine.sellers["FR"], vat="FR40303265045", placeholder=False)
    with serving(vies) as url:
        sellers = {**world.engine.sellers, "FR": french}
        world.use(structs.replace(world.engine, vat_checker=ViesChecker(url), sellers=sellers))
        join(world, "gerda", country="DE", vat=VALID)
        yield world


class Meanwhile:
    """A registry that is asked once while something else happens."""

    def __init__(self, registry: Registry, happens: Callable[[], Awaitable[Answer]]) -> None:
        self._registry, self._happens = registry, happens
        self.happened: list[Answer] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)

    async def check(self, names: Sequence[str]) -> list[Availability]:
        if not self.happened:
            self.happened.append(await self._happens())
        return await self._registry.check(names)


PERSON = {"legalform": "individual"}
FIVE = {
    "a French consumer": ({"country": "FR", "zip": "59100", **PERSON}, ("domestic", "FR", "20"), 1.5),
    "a German business": ({"country": "DE", "vat": VALID}, ("reverse-charge", "DE", "0"), 0),
    "a Swiss company": ({"country": "CH", "vat": "CHE116281710MWST"}, ("outside", "FR", "0"), 0),
    "a Spanish consumer": ({"country": "ES", "zip": "28001", **PERSON}, ("destination", "ES", "21"), 1.57),
    "a consumer on La Réunion": ({"country": "RE", "zip": "97400", **PERSON}, ("domestic", "FR", "8.5"), 0.64),
}  # fmt: skip


@pytest.mark.parametrize("who", FIVE)
def test_each_pays_their_tax_and_everything_shows_the_same(world: World, who: str) -> None:
    about, decision, tax = FIVE[who]
    join(world, who, **about)
    cart_id = filled(world, who)
    amounts = (NET, tax, round(NET + tax, 2))
    assert totals(world.get(f"/order/cart/{cart_id}/summary", who).ok()) == amounts
    assert totals(world.get(f"/order/cart/{cart_id}/checkout", who).ok()) == amounts
    placed = world.post(f"/order/cart/{cart_id}/checkout", {}, who).ok()
    assert totals(placed) == amounts
    assert remarks(placed) == []
    order_id = placed["orderId"]
    world.pay(order_id, who=who).ok()
    order = story(world, order_id).standing.order
    assert order.taxation
    assert (order.taxation.treatment, order.taxation.country, order.taxation.percent) == decision
    assert order.customer
    assert (order.customer.country, order.customer.nichandle) == (about["country"], world.nics[who])
    assert sum(movements(world, order_id, f"tax:{decision[1]}")) == round(tax * 10**8)
    assert world.imbalance() == []


@pytest.mark.parametrize("subsidiary", ["WE", "GB", "CA", "SN"])
def test_a_subsidiary_outside_the_union_spares_nobody_their_vat(world: World, subsidiary: str) -> None:
    order = world.get(f"/order/cart/{filled(world, 'camille', subsidiary)}/checkout", "camille").ok()
    net, tax, _ = totals(order)
    assert tax == pytest.approx(net * 0.2, abs=0.51)  # francs CFA have no decimals
    assert tax > 0
    foreign = world.get(f"/order/cart/{filled(world, 'ursula', 'WE')}/summary", "ursula").ok()
    assert totals(foreign)[1] == 0


def test_an_account_made_with_a_subsidiary_outside_pays_its_country_s_vat_and_the_books_say_whose(world: World) -> None:
    join(world, "elsewhere", country="FR", zip="59100", ovhSubsidiary="WE", **PERSON)
    placed = world.post(f"/order/cart/{filled(world, 'elsewhere', 'WE')}/checkout", {}, "elsewhere").ok()
    world.pay(placed["orderId"], who="elsewhere").ok()
    order = story(world, placed["orderId"]).standing.order
    assert order.taxation
    assert (order.taxation.treatment, order.taxation.country, order.taxation.percent) == ("destination", "FR", "20")
    assert sum(movements(world, order.order_id, "tax:FR")) == order.price.tax.ucents > 0
    assert world.imbalance() == []


def test_a_seller_that_cannot_declare_the_tax_sells_to_no_consumer_who_owes_it(world: World) -> None:
    unregistered = {**world.engine.tax.sellers, "WE": SellerFacts(oss=False)}
    world.use(structs.replace(world.engine, tax=structs.replace(world.engine.tax, sellers=unregistered)))
    checkout = f"/order/cart/{filled(world, 'camille', 'WE')}/checkout"
    for answer in (world.get(checkout), world.post(checkout, {})):
        assert answer.status == 403
        assert answer.body["details"] == {"ovhSubsidiary": answer.body["message"]}
        assert answer.body["message"].startswith("ovhSubsidiary : WE n'est pas immatriculée à la TVA de FR")
    join(world, "firma", country="DE", vat=VALID)
    world.get(f"/order/cart/{filled(world, 'firma', 'WE')}/checkout", "firma").ok()
    join(world, "neighbour", country="CH", zip="8001", email="neighbour@world.example", **PERSON)
    world.get(f"/order/cart/{filled(world, 'neighbour', 'WE')}/checkout", "neighbour").ok()


def test_a_cart_nobody_owns_yet_is_priced_at_the_seller_s_rate(world: World) -> None:
    join(world, "sofia", country="ES", zip="28001", legalform="individual")
    cart_id = world.cart(None)
    world.add(cart_id, "foo.com", "sofia")
    assert totals(world.get(f"/order/cart/{cart_id}/summary", None).ok()) == (NET, 1.5, 8.99)
    world.post(f"/order/cart/{cart_id}/assign", who="sofia").ok()
    assert totals(world.get(f"/order/cart/{cart_id}/summary", "sofia").ok()) == (NET, 1.57, 9.06)


def test_without_a_checker_form_and_check_digits_are_the_evidence_of_an_order(world: World) -> None:
    join(world, "gerda", country="DE", vat=VALID)
    cart_id = filled(world, "gerda")
    world.get(f"/order/cart/{cart_id}/checkout", "gerda").ok()
    assert evidence(world, "gerda") == [], "a dry run writes nothing down that nobody was asked for"
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}, "gerda").ok()["orderId"]
    [check] = evidence(world, "gerda")
    assert (check.told.answer, check.told.source) == ("valid", BY_FORM)
    told = story(world, order_id)
    assert told.vat_check == check
    assert told.standing.order.taxation
    assert (told.standing.order.taxation.vat, told.standing.order.taxation.evidence) == (VALID, check.check_id)


def test_vies_answer_is_kept_and_asked_for_once_in_thirty_days(checked: World, vies: Vies) -> None:
    world = checked
    cart_id = filled(world, "gerda")
    world.get(f"/order/cart/{cart_id}/summary", "gerda").ok()
    world.get(f"/order/cart/{cart_id}/checkout", "gerda").ok()
    order_id = world.post(f"/order/cart/{cart_id}/checkout", {}, "gerda").ok()["orderId"]
    assert len(vies.asked) == 1
    assert vies.asked[0]["requesterMemberStateCode"] == "FR"
    check = story(world, order_id).vat_check
    assert check
    assert (check.asked, check.told.consultation, check.told.name) == (world.now, CONSULTATION, "Weber GmbH")
    world.pass_time(days=31)
    second = world.order("bar.com", who="gerda")
    assert len(vies.asked) == 2
    later = story(world, second).vat_check
    assert later
    assert later.check_id != check.check_id
    assert story(world, order_id).vat_check == check, "the first order's evidence stays"


def buying(world: World, number: str) -> Buying:
    """What Gerda would buy if this were her number."""
    return Buying(structs.replace(PEOPLE["dieter"], nichandle=world.nics["gerda"], country="DE", vat=number), "FR")


def rows(world: World) -> int:
    """How many checks are kept of Gerda."""
    query = "SELECT COUNT(*) FROM vat_check WHERE nic = $1"
    [(count,)] = world.runner.run(world.database.read(lambda tx: tx.fetch(query, world.nics["gerda"])))
    return int(count)


def test_whoever_wants_to_know_meanwhile_waits_for_the_same_answer(checked: World, vies: Vies) -> None:
    world, vies.slow = checked, 0.1
    sales, _ = together(world, [of_sale(world.engine, buying(world, VALID), world.now) for _ in range(40)])
    assert {sale.taxation.treatment for sale in sales} == {"reverse-charge"}
    assert (len(sales), len(vies.asked), rows(world)) == (40, 1, 1)
    assert world.engine.vat_questions == {}


def test_an_account_s_numbers_are_asked_for_twenty_a_day(checked: World, vies: Vies) -> None:
    world = checked
    every = (f"DE{digits}" for digits in range(200_000_000, 200_001_000))
    numbers = [number for number in every if vat_number.problem(number, "DE") is None][: NUMBERS_A_DAY + 1]

    def sale(number: str) -> Sale:
        return world.runner.run(of_sale(world.engine, buying(world, number), world.now))

    for number in numbers[:-1]:
        assert sale(number).remark is None
    refused = sale(numbers[-1])
    assert refused.taxation.treatment == "destination"
    assert refused.remark
    assert (len(vies.asked), rows(world)) == (NUMBERS_A_DAY, NUMBERS_A_DAY)
    assert sale(numbers[0]).remark is None, "those that were checked still count"
    world.pass_time(days=1)
    assert sale(numbers[-1]).remark is None


def test_a_number_that_vies_does_not_know_is_taxed_as_a_consumer_s_and_said_so(checked: World) -> None:
    world = checked
    world.put("/me", {"vat": INVALID}, "gerda").ok()
    cart_id = filled(world, "gerda")
    for answer in (
        world.get(f"/order/cart/{cart_id}/summary", "gerda").ok(),
        world.get(f"/order/cart/{cart_id}/checkout", "gerda").ok(),
        placed := world.post(f"/order/cart/{cart_id}/checkout", {}, "gerda").ok(),
    ):
        assert totals(answer) == (NET, 1.42, 8.91)
        [remark] = remarks(answer)
        assert remark.startswith("Die USt-IdNr. DE811128135 ist laut VIES nicht gültig: Sie werden wie ein Verbraucher")
    taxation = story(world, placed["orderId"]).standing.order.taxation
    assert taxation
    assert (taxation.treatment, taxation.country, taxation.evidence) == ("destination", "DE", None)


def test_a_number_of_another_country_does_not_count_and_that_is_said(checked: World, vies: Vies) -> None:
    world = checked
    world.put("/me", {"vat": "ATU66889218"}, "gerda").ok()
    answer = world.get(f"/order/cart/{filled(world, 'gerda')}/checkout", "gerda").ok()
    assert totals(answer) == (NET, 1.42, 8.91)
    assert remarks(answer) == [
        "Die USt-IdNr. ATU66889218 ist keine aus DE: Sie werden dort wie ein Verbraucher besteuert."
    ]
    assert vies.asked == []


def test_while_vies_is_away_the_last_yes_counts_for_ninety_days(checked: World, vies: Vies) -> None:
    world = checked
    first = story(world, world.order("foo.com", who="gerda")).vat_check
    vies.fault("MS_UNAVAILABLE")
    world.pass_time(days=60)
    order_id = world.order("bar.com", who="gerda")
    told = story(world, order_id)
    assert told.vat_check == first
    assert told.standing.order.price.tax.ucents == 0
    assert [check.told.answer for check in evidence(world, "gerda")] == ["unknown", "valid"]
    world.pass_time(days=30)
    cart_id = filled(world, "gerda")
    preview = world.get(f"/order/cart/{cart_id}/checkout", "gerda").ok()
    assert totals(preview)[1] > 0
    assert "kann gerade nicht geprüft werden" in remarks(preview)[0]


def test_vies_that_is_away_is_let_alone_for_five_minutes_and_never_blocks(checked: World, vies: Vies) -> None:
    world = checked
    vies.instead = (500, b"")
    cart_id = filled(world, "gerda")
    for _ in range(3):
        world.get(f"/order/cart/{cart_id}/checkout", "gerda").ok()
    assert len(vies.asked) == 1
    vies.instead = None
    world.pass_time(minutes=6)
    assert totals(world.post(f"/order/cart/{cart_id}/checkout", {}, "gerda").ok()) == (NET, 0, NET)
    assert len(vies.asked) == 2


def test_an_operator_may_trust_a_number_that_vies_cannot_tell_of(checked: World, vies: Vies) -> None:
    world = checked
    vies.fault("SERVICE_UNAVAILABLE")
    world.use(structs.replace(world.engine, vat_policy=structs.replace(world.engine.vat_policy, trust_silence=True)))
    placed = world.post(f"/order/cart/{filled(world, 'gerda')}/checkout", {}, "gerda").ok()
    assert totals(placed) == (NET, 0, NET)
    check = story(world, placed["orderId"]).vat_check
    assert check
    assert check.told.reason == "SERVICE_UNAVAILABLE"


def test_evidence_of_form_alone_is_not_enough_once_vies_is_asked(checked: World, vies: Vies) -> None:
    world = checked
    with_vies = world.engine
    world.use(structs.replace(world.engine, vat_checker=None))
    world.order("foo.com", who="gerda")
    world.use(with_vies)
    world.order("bar.com", who="gerda")
    assert len(vies.asked) == 1


def test_only_who_would_account_for_the_tax_is_asked_for(checked: World, vies: Vies) -> None:
    world = checked
    join(world, "colette", country="FR", zip="59100", vat="FR40303265045")
    join(world, "urs", country="CH", vat="CHE116281710MWST")
    join(world, "peter", country="DE", legalform="individual", vat=VALID)
    for who in ("camille", "colette", "urs", "peter"):
        world.get(f"/order/cart/{filled(world, who)}/checkout", who).ok()
    assert vies.asked == []


@pytest.mark.parametrize(
    ("vat", "asked_as"),
    [
        ("FR 40 303 265 045", ("FR", "40303265045")),
        ("el-094259216", ("EL", "094259216")),
        ("CHE-116.281.710 MWST", (None, None)),
        ("", (None, None)),
    ],
)
def test_vies_is_asked_in_the_name_of_a_seller_it_knows(
    checked: World, vies: Vies, vat: str, asked_as: tuple[str | None, str | None]
) -> None:
    """It knows numbers of the Union, as they are written without spaces and signs."""
    world = checked
    french = structs.replace(world.engine.sellers["FR"], vat=vat)
    world.use(structs.replace(world.engine, sellers={**world.engine.sellers, "FR": french}))
    world.get(f"/order/cart/{filled(world, 'gerda')}/checkout", "gerda").ok()
    [asked] = vies.asked
    assert (asked.get("requesterMemberStateCode"), asked.get("requesterNumber")) == asked_as


def test_many_orders_at_the_same_moment_are_all_taxed_alike(checked: World) -> None:
    world = checked
    carts = [world.cart("gerda") for _ in range(5)]
    for number, cart_id in enumerate(carts):
        world.add(cart_id, f"foo{number}.com", "gerda")
    me = caller(world, "gerda")
    wish = checkout.Wish()
    placed, refused = together(world, [checkout.order(world.engine, c, me, wish, world.now) for c in carts])
    assert refused == []
    assert {order.taxation.treatment for order, _ in placed} == {"reverse-charge"}


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("DE136695977", "vat: This is no VAT number: its form or its check digits are wrong"),
        ("DE13669597", "vat: This is no VAT number: its form or its check digits are wrong"),
        ("ZZ136695976", "vat: A VAT number begins with the letters of its country, such as DE"),
    ],
)
def test_a_number_that_cannot_be_right_is_refused_when_it_is_given(world: World, number: str, sentence: str) -> None:
    answer = world.put("/me", {"vat": number}, "dieter")
    assert (answer.status, answer.body["message"]) == (400, sentence)
    world.put("/me", {"vat": VALID}, "dieter").ok()
    account = {"country": "DE", "legalform": "corporation", "ovhCompany": "ovh", "ovhSubsidiary": "DE", "vat": number,
               "email": "neu@world.example", "firstname": "A", "name": "B", "organisation": "C", "address": "D",
               "city": "Berlin", "zip": "10117", "phone": "+49.300000000"}  # fmt: skip
    refused = world.call("POST", "/newAccount", None, body=account)
    assert (refused.status, refused.body["message"]) == (400, sentence)
    assert world.call("POST", "/newAccount", None, body={**account, "vat": VALID}).status == 200


def test_a_wrong_number_of_old_is_refused_by_the_dry_run_and_the_order_where_it_decides(world: World) -> None:
    join(world, "gerda", country="DE", vat="DE136695977")
    cart_id = filled(world, "gerda")
    for answer in (world.get(f"/order/cart/{cart_id}/checkout", "gerda"),
                   world.post(f"/order/cart/{cart_id}/checkout", {}, "gerda")):  # fmt: skip
        assert answer.status == 400
        assert "vat: This is no VAT number" in answer.body["message"]
    assert totals(world.get(f"/order/cart/{cart_id}/summary", "gerda").ok()) == (NET, 1.42, 8.91)
    at_home = filled(world, "gerda", "DE")
    world.post(f"/order/cart/{at_home}/checkout", {}, "gerda").ok()


def test_the_order_s_page_says_why_there_is_no_tax(world: World) -> None:
    join(world, "gerda", country="DE", vat=VALID)
    placed = world.post(f"/order/cart/{filled(world, 'gerda')}/checkout", {}, "gerda").ok()
    page = world.send("GET", placed["url"].partition(":8080")[2]).raw.decode()
    assert "Steuerschuldnerschaft des Leistungsempfängers" in page
    assert VALID in page


def test_the_operator_is_shown_the_treatment_and_its_evidence(
    checked: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world = checked
    order_id = world.order("foo.com", who="gerda")
    report.order(story(world, order_id), world.now)
    told = " ".join(capsys.readouterr().out.split())
    assert f"taxed: reverse-charge, 0 % of DE, VAT number {VALID}" in told
    assert "valid by VIES on 2026-11-23 12:00" in told
    assert f"consultation {CONSULTATION}, Weber GmbH, Unter den Linden 1 10117 Berlin" in told


def test_a_number_is_still_good_at_the_last_moment_of_its_thirty_days(checked: World, vies: Vies) -> None:
    world = checked
    world.order("foo.com", who="gerda")
    world.now += timedelta(days=30) - timedelta(microseconds=1)
    world.order("bar.com", who="gerda")
    assert len(vies.asked) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_cart_that_is_given_to_somebody_while_it_is_judged_is_looked_at_again(world: World, method: str) -> None:
    """It was nobody's when its tax was decided."""
    join(world, "sofia", country="ES", zip="28001", legalform="individual")
    cart_id = world.cart(None)
    world.add(cart_id, "foo.com", "sofia")
    to, whole = f"/1.0/order/cart/{cart_id}/assign", world.engine
    registry = Meanwhile(
        whole.registries[world.engine.market.catalogue.extensions["com"].registry],
        lambda: world.request("POST", to, b"{}", world.signed("POST", to, b"{}", "sofia")),
    )
    world.use(structs.replace(whole, registries=dict.fromkeys(whole.registries, registry)))
    answer = world.call(method, f"/order/cart/{cart_id}/checkout", "sofia", body={} if method == "POST" else None)
    assert [each.status for each in registry.happened] == [200]
    assert (answer.status, answer.body["message"]) == (
        409,
        f"Cart {cart_id} was changed at the same moment: look at it again",
    )
    order = world.post(f"/order/cart/{cart_id}/checkout", {}, "sofia").ok()
    assert totals(order) == (NET, 1.57, 9.06)
