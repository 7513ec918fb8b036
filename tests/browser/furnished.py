"""An Ordain in which something has happened, for pages to be looked at with what they show on a working day."""

from __future__ import annotations

import re
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import apsw
from msgspec import Struct

from tests.api.test_owner_changes import OWNER, PATH

if TYPE_CHECKING:
    from tests.processes import Installation

LONGEST_WAIT = 30


class Furniture(Struct, frozen=True, kw_only=True):
    """What there is, as the paths of pages name it."""

    places: dict[str, str]
    """What stands for a parameter, and the links of mails."""
    cart: str
    """What the browser's cookie says of the cart."""


def furnish(ordain: Installation, client: Any, office: Any) -> Furniture:
    """Orders in all states, a zone that was changed, keys, contacts, edits, and requests that wait."""
    done = order(client, ["the-bakery.com", "the-bakery.fr"])
    stuck = order(client, ["refused-once.com", "slow-and-sure.com"])
    wrong = order(client, ["ville-rennes.fr"], REASON="wrong")
    order(client, ["stolen-by-another.com"])
    unpaid = order(client, ["still-to-pay.com"], pay=False)
    waits = order(client, ["second-thoughts.com"], waived=False)
    wait_for(lambda: client.get(f"/me/order/{done}/status") == "delivered")
    wait_for(lambda: len(client.get("/me/task/domain", status="error")) == 2)
    tasks = {task["domain"]: task["id"] for task in map(client.get, failed_tasks(client))}
    contact = client.post("/domain/contact", **OWNER)["id"]
    change_owner(client, contact)
    service = client.get("/domain/the-bakery.com")["serviceId"]
    client.post(f"/services/{service}/terminate")
    wait_for(lambda: mailed(ordain, r"/owner-change\?token=\w+"))
    zone = "/domain/zone/the-bakery.fr"
    record = client.post(f"{zone}/record", fieldType="A", subDomain="shop", target="192.0.2.7", ttl=3600)["id"]
    client.post(f"{zone}/refresh")
    me = client.get("/me")["nichandle"]
    edit(office, me)
    cart, form = filled_cart(client)
    return Furniture(
        cart=cart,
        places={
            "order": str(done), "stuck": str(stuck), "wrong": str(wrong), "unpaid": str(unpaid), "waits": str(waits),
            "task": str(tasks["ville-rennes.fr"]), "error": str(tasks["refused-once.com"]),
            "contact": str(contact), "service": str(service), "record": str(record), "me": me, "form": form,
            "key": str(client.get("/auth/currentCredential")["credentialId"]),
            "owner-change": mailed(ordain, r"/owner-change\?token=\w+"),
            "termination": mailed(ordain, r"/billing/confirmTerminate\?id=\w+&token=\w+"),
            "consent": asked_for(client),
        },
    )  # fmt: skip


def order(client: Any, names: list[str], *, pay: bool = True, waived: bool = True, **labels: str) -> int:
    """The id of an order of these names, paid by balance unless it is not to be."""
    cart = f"/order/cart/{client.post('/order/cart', ovhSubsidiary='FR')['cartId']}"
    client.post(f"{cart}/assign")
    for name in names:
        item = client.post(f"{cart}/domain", domain=name)["itemId"]
        for label, value in labels.items():
            client.post(f"{cart}/item/{item}/configuration", label=label, value=value)
    wish = {"autoPayWithPreferredPaymentMethod": pay, "waiveRetractationPeriod": waived}
    found: int = client.post(f"{cart}/checkout", **wish)["orderId"]
    return found


def failed_tasks(client: Any) -> list[str]:
    """Where the tasks in error are read."""
    return [f"/me/task/domain/{number}" for number in client.get("/me/task/domain", status="error")]


def change_owner(client: Any, contact: int) -> None:
    """Ordered; the owner has been asked by mail then."""
    cart_id = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
    client.post(f"/order/cart/{cart_id}/assign")
    offer = {"planCode": "com-trade", "pricingMode": "create-default", "duration": "P0D", "quantity": 1}
    item = client.post(f"{PATH}/the-bakery.com", cartId=cart_id, **offer)["itemId"]
    for label, value in (("OWNER_CONTACT", f"/domain/contact/{contact}"), ("OWNER_LEGAL_AGE", "true")):
        client.post(f"/order/cart/{cart_id}/item/{item}/configuration", label=label, value=value)
    wish = {"autoPayWithPreferredPaymentMethod": True, "waiveRetractationPeriod": True}
    client.post(f"/order/cart/{cart_id}/checkout", **wish)


def edit(office: Any, me: str) -> None:
    """A price to come, and credit that somebody else has to allow."""
    price = {"extension": "com", "currency": "EUR", "action": "create", "price": "8.49"}
    office.post("/office/price", **price, begins="2035-01-01T00:00:00Z", reason="The registry asks less")
    gift = {"nichandle": me, "kind": "credit", "balance": "ovhAccount", "amount": 150, "reason": "A long delay"}
    office.post("/office/requests", **gift)


def filled_cart(client: Any) -> tuple[str, str]:
    """A cart with three names as the browser's cookie names it, and the item that a town's name is."""
    cart_id = client.post("/order/cart", ovhSubsidiary="FR")["cartId"]
    names = ("a-new-name.com", "münchen-und-mehr.de", "ville-nantes.fr")
    items = [client.post(f"/order/cart/{cart_id}/domain", domain=name)["itemId"] for name in names]
    return f"{cart_id}.{len(items)}", str(items[-1])


def asked_for(client: Any) -> str:
    """Where a program's rights are granted."""
    rules = [{"method": "GET", "path": "/domain*"}, {"method": "POST", "path": "/order/cart*"}]
    url: str = client.post("/auth/credential", _need_auth=False, accessRules=rules)["validationUrl"]
    return "/" + url.partition("://")[2].partition("/")[2]


def mailed(ordain: Installation, pattern: str) -> str:
    """The link in the newest mail that has one, "" if none has: mails to owners are not among the account's."""
    file = str(ordain.folder / "state" / "ordain.db")
    with closing(apsw.Connection(file, flags=apsw.SQLITE_OPEN_READONLY)) as database:
        found = [re.search(pattern, str(row[0])) for row in database.execute("SELECT body FROM mail")]
    return next((each[0] for each in reversed(found) if each), "")


def wait_for(so: Any) -> None:
    """Wait until something is so."""
    until = time.monotonic() + LONGEST_WAIT
    while not so():
        assert time.monotonic() < until
        time.sleep(0.1)
