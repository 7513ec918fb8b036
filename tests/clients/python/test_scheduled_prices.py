"""A price that staff schedule on a page, seconds ahead: python-ovh is told the old one before, the new one after."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import ovh
import pytest

from tests.clients.person import Person
from tests.processes import Installation, installed

if TYPE_CHECKING:
    from collections.abc import Iterator

COM = "/office/catalogue/com"


class Heard(NamedTuple):
    """A price, and when it was asked for and heard."""

    asked: datetime
    heard: datetime
    price: str


@pytest.fixture
def together(tmp_path: Any, postgresql_url: str) -> Iterator[Installation]:
    """Two processes at one address, on PostgreSQL."""
    with installed(tmp_path, postgresql_url) as installation:
        installation.wait_for_answer(installation.start("serve", "--workers", "2"))
        yield installation


@pytest.fixture
def alone(tmp_path: Any) -> Iterator[Installation]:
    """One process, on SQLite."""
    with installed(tmp_path, "") as installation:
        installation.up()
        yield installation


def offered(client: Any, cart_id: str) -> Heard:
    asked = datetime.now(UTC)
    [offer] = client.get(f"/order/cart/{cart_id}/domain", domain="scheduled-price.com")
    price = next(each["price"]["text"] for each in offer["prices"] if each["label"] == "PRICE")
    return Heard(asked, datetime.now(UTC), price)


@pytest.mark.parametrize("which", ["alone", "together"])
def test_a_price_changes_at_its_instant(
    which: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation: Installation = request.getfixturevalue(which)
    found = re.search(r"account (\S+), password (\S+)", installation.heard("out"))
    assert found
    monkeypatch.setitem(ovh.client.ENDPOINTS, "ovh-eu", f"{installation.url}/1.0")

    def client() -> Any:
        """A client with a connection of its own: of several, some are another process's."""
        return ovh.Client(config_file=str(installation.folder / "state" / "ovh.conf"))

    clients = [client() for _ in range(6)]
    cart_id = clients[0].post("/order/cart", ovhSubsidiary="FR")["cartId"]
    held = clients[0].post("/order/cart", ovhSubsidiary="FR")["cartId"]
    clients[0].post(f"/order/cart/{held}/domain", domain="held-price.com")
    clerk = Person(installation.url, found[1], found[2])
    page = clerk.browser.get(f"{installation.url}{COM}", timeout=30).text
    begins = (datetime.now(UTC) + timedelta(seconds=3)).replace(microsecond=0)
    written = begins.isoformat().removesuffix("+00:00")
    sent = clerk.send(f"{COM}/price", page, what="create", price="12.50", begins=written, reason="a test", do="save")
    assert sent.status_code == 303

    told = []
    while datetime.now(UTC) < begins + timedelta(seconds=1):
        told += [offered(each, cart_id) for each in clients]
        time.sleep(0.02)
    assert {each.price for each in told if each.heard < begins} == {"9.99 €"}
    assert {each.price for each in told if each.asked >= begins} == {"12.50 €"}
    summary = clients[0].get(f"/order/cart/{held}/summary")
    assert "9.99 €" in [line["unitPrice"]["text"] for line in summary["details"]]
