"""The specification's sample answers, key for key and value for value; where ours differ, a table says why."""

from __future__ import annotations

import json
import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

GOLDEN = Path(__file__).parents[1] / "golden"
PAGE = Path(__file__).parents[2].parent / "shared" / "contract" / "order-a-domain-name.md"
ANSWERS = (
    "cart",
    "offers",
    "item",
    "summary",
    "requiredConfiguration",
    "configuration",
    "availableRegisteredPaymentMean",
    "payWithRegisteredPaymentMean",
    "status",
)
"""The page's sample answers, in its order."""


class Mark(Enum):
    """What a row of the table says of a value, instead of the value."""

    ABSENT = "not there, not even as null"
    ANYTHING = "there; another test looks at it"


ABSENT, ANYTHING = Mark.ABSENT, Mark.ANYTHING


class Difference(NamedTuple):
    """Where our answer is not the page's: the paths (as a pattern), the two values, and the reason."""

    answer: str
    path: str
    page: object
    ours: object
    reason: str


PROMOTIONS = "order.cart.Price has it in the schema"
UCENTS = "order.Price has it in the schema; the page's samples are older"
REQUIREMENT = "order.cart.ConfigurationRequirements has it in the schema or the page's Go struct"
SCRAMBLED = "the item sample's prices are scrambled: TOTAL and FEE 6.99, RENEW and PRICE 0 for a name of 6.99"

DIFFERENCES = [
    Difference("offers", r"\[0\]\.prices\[\d\]\.price\.priceInUcents", ABSENT, ANYTHING, UCENTS),
    Difference("offers", r"\[0\]\.prices\[[0134]\]\.promotions", ABSENT, None, PROMOTIONS),
    Difference("offers", r"\[0\]\.prices\[2\]\.promotions\[0\].*", ABSENT, ANYTHING, PROMOTIONS),
    Difference("offers", r"\[0\]\.pricingMode", "default", "create-default", "the page's table of today's values"),
    Difference("item", r"configurations\[0\]", 68544099, ABSENT, "a new item has none, say the official examples"),
    Difference("item", r"configurations", ABSENT, [], "so the list is empty"),
    Difference("item", r"parentItemId", ABSENT, None, "order.cart.Item has it in the schema"),
    Difference("item", r"productId", "domainblog", "domain", "the page's own offers say domain"),
    Difference("item", r"prices\[[0-3]\]\.price\.priceInUcents", ABSENT, ANYTHING, UCENTS),
    Difference("item", r"prices\[[0-3]\]\.promotions", ABSENT, None, PROMOTIONS),
    Difference("item", r"prices\[0\]\.price\.value", 6.99, 4.99, SCRAMBLED),
    Difference("item", r"prices\[0\]\.price\.text", "6.99 €", "4.99 €", SCRAMBLED),
    Difference("item", r"prices\[1\]\.price\.value", 6.99, 0, SCRAMBLED),
    Difference("item", r"prices\[1\]\.price\.text", "6.99 €", "0.00 €", SCRAMBLED),
    Difference("item", r"prices\[[23]\]\.price\.value", 0, 6.99, SCRAMBLED),
    Difference("item", r"prices\[[23]\]\.price\.text", "0.00 €", "6.99 €", SCRAMBLED),
    # The promotion of the page's own offer, without which TOTAL is not the sum of the others.
    Difference("item", r"prices\[4\]\.label", ABSENT, "DISCOUNT", SCRAMBLED),
    Difference("item", r"prices\[4\]\.price\.currencyCode", ABSENT, "EUR", SCRAMBLED),
    Difference("item", r"prices\[4\]\.price\.value", ABSENT, 2, SCRAMBLED),
    Difference("item", r"prices\[4\]\.price\.text", ABSENT, "2.00 €", SCRAMBLED),
    Difference("item", r"prices\[4\]\.price\.priceInUcents", ABSENT, ANYTHING, UCENTS),
    Difference("item", r"prices\[4\]\.promotions\[0\].*", ABSENT, ANYTHING, PROMOTIONS),
    Difference("summary", r"details\[\d\]\.\w+Price\.priceInUcents", ABSENT, ANYTHING, UCENTS),
    Difference("summary", r"prices\.\w+\.priceInUcents", ABSENT, ANYTHING, UCENTS),
    Difference("requiredConfiguration", r"\[\d\]\.required", ABSENT, ours=False, reason=REQUIREMENT),
    Difference("requiredConfiguration", r"\[[0234]\]\.fields", ABSENT, None, REQUIREMENT),
    # Which they are depends on the owner at hand: tests/api/test_carts.py, test_labels.py.
    Difference("requiredConfiguration", r"\[1\]\.fields\[\d+\]", ABSENT, ANYTHING, REQUIREMENT),
    Difference("requiredConfiguration", r"\[0\]\.allowedValues\[0\]", ABSENT, "true", REQUIREMENT),
    Difference("requiredConfiguration", r"\[[1-4]\]\.allowedValues", ABSENT, None, REQUIREMENT),
    Difference(
        "availableRegisteredPaymentMean",
        r"\[0\]\.paymentMean",
        "bankAccount",
        "fidelityAccount",
        "the sample's account has a bank account registered, this one has two prepaid balances",
    ),
    Difference("availableRegisteredPaymentMean", r"\[1\]\.paymentMean", ABSENT, "ovhAccount", "the second balance"),
]

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"
SHAPES = {
    ("cart", "cartId"): UUID,
    ("cart", "expire"): INSTANT,
    ("item", "cartId"): UUID,
    ("item", "itemId"): r"[1-9]\d*",
    ("configuration", "id"): r"[1-9]\d*",
    ("configuration", "value"): r"/me/contact/[1-9]\d*",
}
"""What is different every time, compared by its shape: ids, instants and UUIDs."""


def golden(answer: str) -> Any:
    return json.loads((GOLDEN / f"{answer}.json").read_text(encoding="utf-8"))


def members(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every innermost value with its path; an empty list or object is a value."""
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from members(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for at, each in enumerate(value):
            yield from members(each, f"{path}[{at}]")
    else:
        yield path, value


def same(one: object, other: object) -> bool:
    """JSON's idea of it: 2 is 2.0, but neither true nor "2"."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def said(value: object) -> str:
    return "nothing" if value is ABSENT else repr(value)


def compare(answer: str, ours: object, differences: list[Difference]) -> list[str]:
    """What is neither the page's nor in the table; and what is in the table and did not occur."""
    page, here = dict(members(golden(answer))), dict(members(ours))
    rows = [row for row in differences if row.answer == answer]
    used: list[Difference] = []
    faults = []
    for path in {**page, **here}:
        theirs, mine = page.get(path, ABSENT), here.get(path, ABSENT)
        shape = SHAPES.get((answer, path))
        if shape and all(re.fullmatch(shape, str(value)) and type(theirs) is type(mine) for value in (theirs, mine)):
            continue
        if not shape and same(theirs, mine):
            continue
        row = next((r for r in rows if re.fullmatch(r.path, path) and _fits(r, theirs, mine)), None)
        if row is None:
            faults.append(f"{path}: the page has {said(theirs)}, ours has {said(mine)}")
        else:
            used.append(row)
    return faults + [f"{row.path}: not different any more ({row.reason})" for row in rows if row not in used]


def _fits(row: Difference, theirs: object, mine: object) -> bool:
    return same(row.page, theirs) and (same(row.ours, mine) or (row.ours is ANYTHING and mine is not ABSENT))


def prices(value: object) -> Iterator[dict[str, Any]]:
    """Every order.Price in an answer."""
    if isinstance(value, dict):
        if "currencyCode" in value:
            yield value
        for each in value.values():
            yield from prices(each)
    elif isinstance(value, list):
        for each in value:
            yield from prices(each)


def test_the_golden_files_are_the_pages_own_answers() -> None:
    if not PAGE.is_file():
        pytest.fail(f"{PAGE.name}: this test reads the shared contract, which is to lie beside the project")
    found = re.findall(r"::: details Response\n\n```json[^\n]*\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    # The page marks some lines with a comment, and writes the void answer as one.
    texts = [re.sub(r" // \d\.$", "", text, flags=re.MULTILINE).removeprefix("// ") for text in found]
    assert [json.loads(text) for text in texts] == [golden(answer) for answer in ANSWERS]


def test_a_new_cart_is_answered_as_in_the_sample(world: World) -> None:
    made = world.post("/order/cart", {"ovhSubsidiary": "FR", "description": ""}, who=None).ok()
    assert compare("cart", made, DIFFERENCES) == []
    assert compare("cart", world.get(f"/order/cart/{made['cartId']}", who=None).ok(), DIFFERENCES) == []


def test_the_offers_of_foo_fr_are_those_of_the_sample(world: World) -> None:
    found = world.get(f"/order/cart/{world.cart()}/domain", domain="foo.fr").ok()
    assert compare("offers", found, DIFFERENCES) == []


@pytest.mark.parametrize("optional", [{}, {"planCode": "fr", "pricingMode": "default-create", "offerId": "fr-create"}])
def test_the_item_of_foo_fr_is_that_of_the_sample(world: World, optional: dict[str, str]) -> None:
    cart_id = world.cart()
    body = {"domain": "foo.fr", "quantity": 1, "duration": "P1Y", **optional}
    added = world.post(f"/order/cart/{cart_id}/domain", body).ok()
    assert compare("item", added, DIFFERENCES) == []
    assert world.get(f"/order/cart/{cart_id}/item/{added['itemId']}").ok() == added


def test_the_summary_of_testdomainorder_com_is_that_of_the_sample(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "testdomainorder.com")
    assert compare("summary", world.get(f"/order/cart/{cart_id}/summary").ok(), DIFFERENCES) == []


def test_a_dry_run_adds_only_the_contracts_to_the_sample(world: World) -> None:
    cart_id = world.cart()
    world.add(cart_id, "testdomainorder.com")
    preview = world.get(f"/order/cart/{cart_id}/checkout").ok()
    assert [sorted(each) for each in preview["contracts"]] == [["content", "name", "url"]] * 3
    assert compare("summary", {**preview, "contracts": []}, DIFFERENCES) == []


@pytest.mark.parametrize("domain", ["foo.fr", "testdomainorder.com"])
def test_the_required_configuration_is_that_of_the_sample(world: World, domain: str) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, domain)
    found = world.get(f"/order/cart/{cart_id}/item/{item_id}/requiredConfiguration").ok()
    assert compare("requiredConfiguration", found, DIFFERENCES) == []


def test_a_configuration_is_answered_as_in_the_sample(world: World) -> None:
    contact = {
        "address": {"city": "Roubaix", "country": "FR", "line1": "2 rue Kellermann", "zip": "59100"},
        "email": "camille@world.example",
        "firstName": "Camille",
        "language": "fr_FR",
        "lastName": "Martin",
        "legalForm": "individual",
    }
    owner = f"/me/contact/{world.post('/me/contact', contact).ok()['id']}"
    cart_id = world.cart()
    path = f"/order/cart/{cart_id}/item/{world.add(cart_id, 'foo.fr')}/configuration"
    made = world.post(path, {"label": "OWNER_CONTACT", "value": owner}).ok()
    assert made["value"] == owner
    assert compare("configuration", made, DIFFERENCES) == []
    assert world.get(f"{path}/{made['id']}").ok() == made


def test_paying_an_order_is_answered_as_in_the_samples(world: World) -> None:
    order_id = world.order("foo.fr")
    means = world.get(f"/me/order/{order_id}/availableRegisteredPaymentMean").ok()
    assert compare("availableRegisteredPaymentMean", means, DIFFERENCES) == []
    assert compare("status", world.get(f"/me/order/{order_id}/status").ok(), DIFFERENCES) == []
    paid = world.pay(order_id, "fidelityAccount")
    assert compare("payWithRegisteredPaymentMean", paid.ok(), DIFFERENCES) == []
    assert paid.raw == b"null"


def test_the_micro_cents_of_every_price_are_its_value(world: World) -> None:
    cart_id = world.cart()
    item_id = world.add(cart_id, "foo.fr")
    paths = ("domain?domain=foo.fr", f"item/{item_id}", "summary", "checkout")
    found = [each for path in paths for each in prices(world.get(f"/order/cart/{cart_id}/{path}").ok())]
    assert len(found) == 6 + 6 + 25 + 25  # that of the promotion is one more
    for each in found:
        assert each["priceInUcents"] == round(each["value"] * 100) * 1_000_000
        assert each["text"] == f"{each['value']:.2f} €"


def test_no_row_of_the_table_speaks_of_an_answer_that_is_not_there() -> None:
    assert {row.answer for row in DIFFERENCES} <= set(ANSWERS)


def test_the_comparison_sees_what_differs() -> None:
    sample = golden("status")
    assert compare("status", sample, []) == []
    assert compare("status", "delivered", []) == [": the page has 'notPaid', ours has 'delivered'"]
    cart = golden("cart")
    assert compare("cart", cart, []) == []
    assert compare("cart", {**cart, "cartId": 5}, []) != []
    assert compare("cart", {**cart, "readOnly": 0}, []) == ["readOnly: the page has False, ours has 0"]
    assert compare("cart", {**cart, "extra": None}, []) == ["extra: the page has nothing, ours has None"]
    stale = Difference("cart", "description", "", "x", "no longer so")
    assert compare("cart", cart, [stale]) == ["description: not different any more (no longer so)"]
