"""The specification's own Python snippets, in their order, from cart to "delivered", with the unmodified `ovh`."""

from __future__ import annotations

import re
from configparser import RawConfigParser
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.python.program import PAGE, run_program, steps_of
from tests.clients.specification import TITLES

if TYPE_CHECKING:
    from tests.processes import Installation

Steps = dict[str, dict[str, Any]]

LOOK_AGAIN = [
    (
        "Again",
        """
client = ovh.Client()
me = client.get("/me")
names = client.get("/domain")
orders = client.get("/me/order")
statuses = [client.get("/me/order/{0}/status".format(order)) for order in orders]
carts = client.get("/order/cart")
items = [client.get("/order/cart/{0}/item".format(cart)) for cart in carts]
contacts = client.get("/me/contact")
""",
    )
]


def test_the_page_takes_every_step_of_the_specification() -> None:
    marks = re.findall(r"^## (.+)$|^```python( ours)?$", PAGE.read_text(), re.MULTILINE)
    found: dict[str, bool] = {}
    under = ""
    for title, ours in marks:
        under = title or under
        # Of a snippet between blocks of ours, the snippet counts.
        found[under] = found.get(under, False) or not (title or ours)
    known = dict(TITLES)
    assert [(title, snippet) for title, snippet in found.items() if title in known] == TITLES
    assert not any(snippet for title, snippet in found.items() if title not in known)


def test_a_name_is_ordered_with_the_specifications_snippets(ordain: Installation) -> None:
    steps = run_program(steps_of(PAGE), ordain)
    offered(steps)
    put_in_the_cart(steps)
    configured(steps)
    managed(steps)
    ordered(steps)
    paid_and_delivered(steps)


def value(price: dict[str, Any]) -> float:
    """A price's value; its other members agree with it."""
    assert price["currencyCode"] == "EUR"
    assert price["text"] == f"{price['value']:.2f} €"
    return float(price["value"])


def offered(steps: Steps) -> None:
    cart = steps["Cart Creation"]["cart"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", cart["cartId"])
    assert (cart["description"], cart["items"], cart["readOnly"]) == ("", [], False)
    [offer] = steps["Fetch Available Offers"]["offers"]
    assert (offer["action"], offer["offerId"], offer["orderable"]) == ("create", "fr-create", True)
    assert offer["duration"][0] == "P1Y"
    assert [price["label"] for price in offer["prices"]] == ["PRICE", "RENEW", "DISCOUNT", "FEE", "TOTAL"]
    prices = {price["label"]: value(price["price"]) for price in offer["prices"]}
    assert prices["PRICE"] - prices["DISCOUNT"] == pytest.approx(prices["TOTAL"])


def put_in_the_cart(steps: Steps) -> None:
    item = steps["Add a Domain Name to the Cart"]["item"]
    assert item["cartId"] == steps["Cart Creation"]["cart"]["cartId"]
    assert isinstance(item["itemId"], int)
    assert item["duration"] == "P1Y"
    assert item["settings"]["domain"] == "foo.fr"
    assert item["settings"]["planCode"] == "fr"
    assert item["settings"]["pricingMode"] == "create-default"
    summary = steps["Cart Summary"]["summary"]
    assert summary["orderId"] is None
    assert [(line["domain"], line["detailType"]) for line in summary["details"]][:4] == [
        ("*001.001", "DURATION"),
        ("*001.001", "INSTALLATION"),
        ("*001", "DURATION"),
        ("*001", "INSTALLATION"),
    ]
    prices = summary["prices"]
    assert value(prices["withoutTax"]) + value(prices["tax"]) == pytest.approx(value(prices["withTax"]))
    assert steps["Assigning the Cart"]["assigned"] is None


def configured(steps: Steps) -> None:
    required = steps["Fetch Required Configurations"]["requiredConfigurations"]
    assert [(one["label"], one["type"]) for one in required] == [
        ("OWNER_LEGAL_AGE", "bool"),
        ("OWNER_CONTACT", "/me/contact"),
        ("ADMIN_ACCOUNT", "Nichandle"),
        ("TECH_ACCOUNT", "Nichandle"),
        ("DNS", "String"),
    ]
    contact = steps["Contact"]["contact"]
    configuration = steps["Add Configuration"]["item"]
    assert isinstance(configuration["id"], int)
    assert configuration == {
        "id": configuration["id"],
        "label": "OWNER_CONTACT",
        "value": f"/me/contact/{contact['id']}",
    }


def managed(steps: Steps) -> None:
    configuration, first = steps["Add Configuration"]["item"], steps["Add a Domain Name to the Cart"]["item"]
    assert steps["Fetch Product Configurations"]["configurations"] == [configuration["id"]]
    assert steps["Fetch Configuration Value"]["configuration"] == configuration
    assert (steps["Configuration Removal"]["removed"], steps["Configuration Removal"]["left"]) == (None, [])
    second = steps["Fetch Items"]["second"]
    assert steps["Fetch Items"]["filled"]["items"] == [first["itemId"], second["itemId"]]
    assert steps["Fetch Item Details"]["details"] == second
    assert steps["Item Removal"]["taken"] is None
    assert steps["Item Removal"]["emptier"]["items"] == [first["itemId"]]


def ordered(steps: Steps) -> None:
    validation, order = steps["Cart Validation"]["validation"], steps["Create Purchase Order"]["order"]
    assert validation["orderId"] is None
    assert validation["url"] is None
    assert order["details"] == validation["details"] == steps["Cart Summary"]["summary"]["details"]
    assert order["prices"] == validation["prices"] == steps["Cart Summary"]["summary"]["prices"]
    assert order["contracts"] == validation["contracts"]
    assert order["contracts"]
    assert isinstance(order["orderId"], int)
    assert steps["Create Purchase Order"]["unpaid"] == "notPaid"


def paid_and_delivered(steps: Steps) -> None:
    means = steps["Fetch Available Payment Methods"]["item"]
    assert {"paymentMean": "fidelityAccount"} in means
    assert steps["Pay Purchase Order"]["result"] is None
    assert steps["Purchase Order Follow-up"]["result"] in ("checking", "delivering", "delivered")
    seen = steps["Delivery"]["seen"]
    assert seen == [status for status in ("checking", "delivering", "delivered") if status in seen]
    assert seen[-1] == "delivered"
    found = steps["The Name"]
    assert found["names"] == ["foo.fr"]
    assert found["domain"]["domain"] == "foo.fr"
    assert found["zone"]["name"] == "foo.fr"
    assert found["records"]
    assert [(one["step"], one["status"]) for one in found["followUp"]] == [
        ("VALIDATING", "DONE"),
        ("VALIDATED", "DONE"),
        ("DELIVERING", "DONE"),
        ("AVAILABLE", "DONE"),
    ]


def test_a_second_start_finds_everything_again(ordain: Installation) -> None:
    steps = run_program(steps_of(PAGE), ordain)
    keys = ordain.told("client-config")
    before = run_program(LOOK_AGAIN, ordain)["Again"]
    assert before["orders"] == [steps["Create Purchase Order"]["orderId"]]
    assert set(ordain.down()) == {0}
    assert not ordain.answers()
    ordain.up()
    assert ordain.told("client-config") == keys
    assert run_program(LOOK_AGAIN, ordain)["Again"] == before
    assert before["statuses"] == ["delivered"]
    assert before["names"] == ["foo.fr"]


def test_the_client_configuration_is_an_ini_and_nothing_else(empty: Installation) -> None:
    stopped = empty.run("client-config")
    empty.up()
    running = empty.run("client-config")
    for ended in (stopped, running):
        assert ended.returncode == 0, ended.stderr
        written = RawConfigParser()
        written.read_string(ended.stdout)
        assert written.sections() == ["default", "ovh-eu", f"{empty.url}/1.0"]
        assert written["default"]["endpoint"] == "ovh-eu"
        assert dict(written["ovh-eu"]) == dict(written[f"{empty.url}/1.0"])
        sizes = {name: len(value) for name, value in written["ovh-eu"].items()}
        assert sizes == {"application_key": 16, "application_secret": 32, "consumer_key": 32}
    assert running.stdout == stopped.stdout
    assert running.stdout in empty.heard("out"), "the server prints the same configuration when it starts"
