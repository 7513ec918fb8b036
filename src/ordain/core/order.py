"""An order: what was bought, frozen when it was placed; its status is derived, never stored (DESIGN §4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core import configuration
from ordain.core.account import Contact
from ordain.core.configuration import People
from ordain.core.customer import Customer
from ordain.core.delivery import Task
from ordain.core.money import Money, TaxedPrice
from ordain.core.offer import KEEPS, Deed
from ordain.core.options import Brings
from ordain.core.pricing import LineKind, Quote, brings_zone
from ordain.core.registry import Fees
from ordain.core.tax import Taxation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordain.core.cart import Cart, Item

PAYABLE_FOR = timedelta(days=14)
"""How long an order waits for its payment."""
WITHDRAWAL = timedelta(days=14)
"""The consumer's right of withdrawal, from the order on (Directive 2011/83/EU, art. 9), unless waived."""

Status = Literal[
    "cancelled", "cancelling", "checking", "delivered", "delivering", "documentsRequested", "notPaid", "unknown"
]


class OrderLine(Struct, frozen=True):
    """A detail line (billing.OrderDetail), its description in the customer's language."""

    line_id: int
    item_id: int
    number: str
    kind: LineKind
    description: str
    price: Money
    quantity: int = 1


class OrderItem(Struct, frozen=True, kw_only=True):
    """What is to be delivered for one cart item, with its own copy of the owner."""

    item_id: int
    kind: Literal["domain", "dns"]
    domain: str
    shown: str
    price: TaxedPrice
    plan: str
    action: Deed | None = None
    mode: str = "default"
    years: int = 1
    zone: bool = False
    """Whether a DNS zone is delivered with it."""
    options: tuple[str, ...] = ()
    """The planCodes of its options."""
    brings: Brings | None = None
    """What it delivers, if it is an option itself."""
    owner: Contact | None = None
    admin: str = ""
    tech: str = ""
    name_servers: tuple[str, ...] = ()
    configurations: tuple[tuple[str, str], ...] = ()
    fees: Fees | None = None
    """The registry's own, of a premium name."""
    asking: Money | None = None
    """The owner's own price, where they sold the name."""
    signed_mark: str | None = None
    """The file that proves a mark, as it was given, for a name ordered in the sunrise."""
    service_id: int = 0
    """Of the name that is renewed or restored."""
    until: datetime | None = None
    """What such a name was paid until when this was ordered: the years follow that."""

    def value(self, label: str) -> str | None:
        """A configuration's value."""
        return next((value for name, value in self.configurations if name == label), None)


class Accepted(Struct, frozen=True):
    """A contract as it was accepted with the order."""

    contract_id: str
    version: str
    name: str
    language: str = ""
    """Of the text that was shown; this and `digest` are empty in orders placed before they were kept."""
    digest: str = ""
    """The text's (core/agreement.digest)."""


class Order(Struct, frozen=True, kw_only=True):
    """A placed order. Nothing in it ever changes; payments, refunds and tasks stand beside it."""

    order_id: int
    nic: str
    cart_id: str
    subsidiary: str
    locale: str
    placed: datetime
    expires: datetime
    lines: tuple[OrderLine, ...]
    items: tuple[OrderItem, ...]
    price: TaxedPrice
    password: str
    """Lets whoever has the order's link read it without signing in."""
    waived: bool = False
    """The right of withdrawal was waived (waiveRetractationPeriod)."""
    consumer: bool = True
    """Whoever ordered has the right of withdrawal, unless waived; true of orders placed before this was kept."""
    waits: bool = False
    """Delivery waits for the right's end: what the customer was told when ordering."""
    contracts: tuple[Accepted, ...] = ()
    accepted_from: str = ""
    """The network address the contracts were accepted from, at `placed`, by `nic`."""
    taxation: Taxation | None = None
    """How it is taxed; None in orders that were placed before this was kept."""
    customer: Customer | None = None
    """Who is billed; None in orders that were placed before this was kept."""
    automatic: bool = False
    """Nobody placed it: it renews a name whose customer wishes that to be done by itself."""

    @property
    def keeps(self) -> bool:
        """All of it is further years of names that are held: the contract goes on, and no new right to withdraw."""
        return all(item.action in KEEPS for item in self.items)

    @property
    def tax_country(self) -> str:
        """Whose tax is on it."""
        return self.taxation.country if self.taxation else self.subsidiary


class Payment(Struct, frozen=True):
    """The one payment of an order."""

    payment_id: int
    at: datetime
    mean: str
    amount: Money


class Refund(Struct, frozen=True):
    """An item's money given back, and why."""

    item_id: int
    at: datetime
    amount: Money
    reason: str


MOST_LINES = 10_000
"""Lines an order may have: a line's id is its order's, and its place in it."""


class Placing(Struct, frozen=True, kw_only=True):
    """What placing needs beside cart and quote."""

    order_id: int
    locale: str
    password: str
    people: dict[int, People]
    contracts: tuple[Accepted, ...]
    waived: bool
    accepted_from: str
    now: datetime
    consumer: bool = True
    waits: bool = False
    """Names of consumers who did not waive the right of withdrawal are delivered when it has ended."""
    signed_marks: Mapping[int, str] = {}
    """Files that prove a mark, by items' ids."""
    taxation: Taxation | None = None
    customer: Customer | None = None


def count(cart: Cart) -> int:
    """How many items the order of this cart has."""
    options = [option for item in cart.items for option in item.options if option.apart]
    return sum(not item.alone for item in cart.items) + len(options)


def place(cart: Cart, quoted: Quote, placing: Placing) -> Order:
    """The order this cart becomes. The cart must be free of refusals."""
    prices = {price.item_id: price.price for price in quoted.items}
    zones = {item.name for item in cart.items if item.kind == "dns"}
    return Order(
        order_id=placing.order_id,
        nic=cart.nic or "",
        cart_id=cart.cart_id,
        subsidiary=cart.subsidiary,
        locale=placing.locale,
        placed=placing.now,
        expires=placing.now + PAYABLE_FOR,
        lines=tuple(
            OrderLine(
                placing.order_id * MOST_LINES + position,
                line.item_id,
                line.number,
                line.kind,
                line.description,
                line.price,
                line.quantity,
            )
            for position, line in enumerate(quoted.lines)
        ),
        items=tuple(each for item in cart.items for each in _items(item, prices, placing, zones)),
        price=quoted.total,
        password=placing.password,
        waived=placing.waived,
        consumer=placing.consumer,
        waits=placing.waits and placing.consumer and not placing.waived and any(i.kind == "domain" for i in cart.items),
        contracts=placing.contracts,
        accepted_from=placing.accepted_from,
        taxation=placing.taxation,
        customer=placing.customer,
    )


def _items(item: Item, prices: Mapping[int, TaxedPrice], placing: Placing, zones: set[str]) -> Iterator[OrderItem]:
    """What is to be delivered for a cart's item: itself, and each option that is delivered apart."""
    if not item.alone:
        yield _item(item, prices[item.item_id], placing, zones)
    account = placing.people[item.item_id].account
    own = account.nichandle if account else ""
    for option in (option for option in item.options if option.apart):
        yield OrderItem(
            item_id=option.item_id,
            kind="dns",
            domain=item.name,
            shown=f"{item.shown or item.name} ({option.name})",
            price=prices[option.item_id],
            plan=option.plan,
            brings=option.brings,
            admin=own,
            tech=own,
        )


def _item(item: Item, price: TaxedPrice, placing: Placing, zones: set[str]) -> OrderItem:
    people = placing.people[item.item_id]
    account = people.account
    own = account.nichandle if account else ""
    offer = item.offer
    return OrderItem(
        item_id=item.item_id,
        kind=item.kind,
        domain=item.name,
        shown=item.shown or item.name,
        price=price,
        plan=offer.extension if offer else "zone",
        action=offer.action if offer else None,
        mode=offer.pricing_mode if offer else "default",
        years=item.years,
        zone=item.kind == "dns" or brings_zone(item, zones),
        options=tuple(option.plan for option in item.options if not option.apart),
        owner=configuration.owner_of(people) if offer else None,
        admin=people.admin.nichandle if people.admin else own,
        tech=people.tech.nichandle if people.tech else own,
        name_servers=configuration.name_servers(item.value("DNS")),
        configurations=tuple((c.label, c.value) for c in item.configurations),
        fees=offer.fees if offer else None,
        asking=offer.asking if offer else None,
        signed_mark=placing.signed_marks.get(item.item_id),
    )


class Right(Struct, frozen=True):
    """What the customer said about the right of withdrawal after ordering, and when."""

    waived: datetime | None = None
    retracted: datetime | None = None


UNTOUCHED = Right()
"""Nothing was said."""


class Standing(Struct, frozen=True):
    """The facts an order's status is derived from."""

    order: Order
    payment: Payment | None
    refunds: tuple[Refund, ...]
    tasks: tuple[Task, ...]
    right: Right = UNTOUCHED


def status(standing: Standing, now: datetime) -> Status:
    """Where the order stands (billing.order.OrderStatusEnum)."""
    if standing.payment is None:
        return "cancelled" if standing.order.expires <= now or standing.right.retracted else "notPaid"
    refunded = {refund.item_id for refund in standing.refunds}
    if all(item.item_id in refunded for item in standing.order.items):
        return "cancelled"
    if all(task.settled for task in standing.tasks):
        return "delivered"
    if all(task.attempts == 0 for task in standing.tasks):
        return "checking"
    return "delivering"


def retraction(order: Order, right: Right = UNTOUCHED) -> datetime | None:
    """Until when the customer may withdraw; None once waived, and for who is no consumer."""
    if order.keeps or not order.consumer or order.waived or right.waived:
        return None
    return order.placed + WITHDRAWAL


def held_until(order: Order, right: Right = UNTOUCHED) -> datetime | None:
    """When delivery begins at the earliest; None if it waits for nothing."""
    return retraction(order, right) if order.waits else None


def delivered_items(standing: Standing) -> set[int]:
    """Items that nothing more will happen to, and of which something was delivered."""
    waiting = {task.item_id for task in standing.tasks if not task.settled}
    return {task.item_id for task in standing.tasks if task.status == "done"} - waiting


def is_refunded(refunds: Sequence[Refund], item_id: int) -> bool:
    """Whether the item's money was given back."""
    return any(refund.item_id == item_id for refund in refunds)
