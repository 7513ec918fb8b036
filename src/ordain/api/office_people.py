"""Below /ordain/v1/office: customers, money given by hand, the staff, and what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from ordain.api import wire, words
from ordain.api.office import Amount, Deed, Order, Reason, amount, deed, order
from ordain.api.office_gate import OFFICE, member
from ordain.api.routing import Call, Route
from ordain.core.audit import Wanted
from ordain.core.money import UNIT
from ordain.flows import office_audit, office_customers, office_money, office_search, staff

if TYPE_CHECKING:
    from ordain.core.account import Account
    from ordain.core.grant import Grant


class Person(Struct, frozen=True):
    """An account in a list."""

    nichandle: str
    email: str
    name: str
    organisation: str | None


class Request(Struct, frozen=True):
    """Credit or a refund by hand, and what became of it."""

    id: int
    nichandle: str
    kind: str
    amount: Amount
    balance: str | None
    orderId: int | None
    itemId: int | None
    reason: str
    status: str
    askedBy: str
    date: words.Instant
    decidedBy: str | None
    decided: words.Instant | None


def request(of: Grant) -> Request:
    """A request as it is told."""
    return Request(
        id=of.grant_id,
        nichandle=of.nic,
        kind=of.kind,
        amount=amount(of.amount),
        balance=of.balance or None,
        orderId=of.order_id or None,
        itemId=of.item_id or None,
        reason=of.reason,
        status=of.status,
        askedBy=of.asked_by,
        date=wire.instant(of.asked),
        decidedBy=of.decided_by or None,
        decided=wire.instant(of.decided) if of.decided else None,
    )


class Balance(Struct, frozen=True):
    """What a prepaid balance holds."""

    name: str
    held: Amount


class Key(Struct, frozen=True):
    """A consumer key that acts for the account."""

    credentialId: int
    application: str
    lastUse: words.Instant | None


class Customer(Struct, frozen=True):
    """An account with what hangs on it."""

    account: Person
    blocked: str | None
    """Why nobody may sign in; null where everybody may."""
    domains: list[str]
    orders: list[Order]
    balances: list[Balance]
    sessions: int
    keys: list[Key]
    requests: list[Request]
    deeds: list[Deed]


class Searched(Struct, frozen=True):
    """Who is searched for: a nichandle, an e-mail address, a name they hold, or words of their details."""

    q: words.Needed


class ByStatus(Struct, frozen=True):
    """Which requests."""

    status: words.Text = "waiting"


class Why(Struct, frozen=True, forbid_unknown_fields=True):
    """The reason."""

    reason: Reason


class Wished(Struct, frozen=True, forbid_unknown_fields=True):
    """Credit onto a balance (`balance`, `amount`), or the refund of an order's item (`orderId`, `itemId`)."""

    nichandle: words.Needed
    kind: Literal["credit", "refund"]
    reason: Reason
    balance: words.Text = ""
    amount: Annotated[float, Meta(ge=0, le=office_money.LARGEST)] = 0
    orderId: Annotated[int, Meta(ge=0)] = 0
    itemId: Annotated[int, Meta(ge=0)] = 0


class Member(Struct, frozen=True):
    """Somebody who works here."""

    nichandle: str
    role: str
    since: words.Instant


class Role(Struct, frozen=True, forbid_unknown_fields=True):
    """What an account works here as."""

    nichandle: words.Needed
    role: words.Needed


class ByDeed(Struct, frozen=True):
    """Which entries."""

    member: words.Text = ""
    nichandle: words.Text = ""
    orderId: Annotated[int, Meta(ge=0)] = 0
    verb: words.Text = ""


class Proof(Struct, frozen=True):
    """Whether what was written down is as it was written."""

    entries: int
    members: int
    digest: str
    faults: list[str]
    complete: bool


async def _customers(call: Call) -> list[Person]:
    await member(call, "customers")
    found = await office_search.customers(call.engine, call.query.q)
    return [_person(one) for one in found]


def _person(of: Account) -> Person:
    return Person(of.nichandle, of.email, f"{of.firstname or ''} {of.name or ''}".strip(), of.organisation)


async def _customer(call: Call) -> Customer:
    await member(call, "customers")
    found = await office_customers.read(call.engine, call.path["nichandle"])
    return Customer(
        account=_person(found.account),
        blocked=found.blocked.reason if found.blocked else None,
        domains=[name for name, _ in found.names],
        orders=[order(row) for row in found.orders],
        balances=[Balance(balance.name, amount(balance.amount)) for balance, _ in found.balances],
        sessions=len(found.sessions),
        keys=[
            Key(
                held.credential.credential_id,
                held.application.name,
                wire.instant(held.credential.last_use) if held.credential.last_use else None,
            )
            for held in found.keys
        ],
        requests=[request(one) for one in found.grants],
        deeds=[deed(entry) for entry in found.done],
    )


async def _end_sessions(call: Call) -> None:
    by = await member(call, "customers")
    await office_customers.end_sessions(call.engine, by, call.path["nichandle"])


async def _withdraw(call: Call) -> None:
    by = await member(call, "customers")
    nic, number = call.path["nichandle"], int(call.path["credentialId"])
    await office_customers.withdraw_key(call.engine, by, nic, number)


async def _block(call: Call) -> None:
    by = await member(call, "customers")
    await office_customers.block(call.engine, by, call.path["nichandle"], call.body.reason)


async def _unblock(call: Call) -> None:
    by = await member(call, "customers")
    await office_customers.unblock(call.engine, by, call.path["nichandle"])


async def _requests(call: Call) -> list[Request]:
    await member(call, "money")
    return [request(one) for one in await office_money.listed(call.engine, call.query.status)]


async def _ask(call: Call) -> Request:
    by, asked = await member(call, "money"), call.body
    wish = office_money.Wish(
        nic=asked.nichandle,
        kind=asked.kind,
        reason=asked.reason,
        balance=asked.balance,
        ucents=round(asked.amount * UNIT),
        order_id=asked.orderId,
        item_id=asked.itemId,
    )
    return request(await office_money.ask(call.engine, by, wish, call.now))


async def _approve(call: Call) -> Request:
    by = await member(call, "approve")
    return request(await office_money.approve(call.engine, by, int(call.path["id"]), call.now))


async def _refuse(call: Call) -> Request:
    by = await member(call, "approve")
    return request(await office_money.refuse(call.engine, by, int(call.path["id"]), call.now))


async def _staff(call: Call) -> list[Member]:
    await member(call, "staff")
    return [Member(one.nichandle, one.role, wire.instant(one.since)) for one in await staff.members(call.engine)]


async def _take_on(call: Call) -> None:
    by = await member(call, "staff")
    await staff.take_on(call.engine, call.body.nichandle, call.body.role, call.now, by)


async def _let_go(call: Call) -> None:
    by = await member(call, "staff")
    await staff.let_go(call.engine, call.path["nichandle"], by)


async def _audit(call: Call) -> list[Deed]:
    await member(call, "audit")
    asked = call.query
    wanted = Wanted(member=asked.member, customer=asked.nichandle, order_id=asked.orderId, verb=asked.verb)
    return [deed(entry) for entry in await office_audit.entries(call.engine, wanted)]


async def _proof(call: Call) -> Proof:
    await member(call, "audit")
    found = await office_audit.prove(call.engine)
    return Proof(found.entries, found.members, found.digest, list(found.faults), found.complete)


_CUSTOMER = f"{OFFICE}/customers/{{nichandle}}"

ROUTES = (
    Route(method="GET", path=f"{OFFICE}/customers", do=_customers, query=Searched, answer=list[Person],
          told="Customers by nichandle, e-mail address, a name they hold, or words of their details"),
    Route(method="GET", path=_CUSTOMER, do=_customer, answer=Customer, told="An account with what hangs on it"),
    Route(method="POST", path=f"{_CUSTOMER}/sessions/end", do=_end_sessions, refuses=("not-found",),
          told="Whoever is signed in is so no more"),
    Route(method="DELETE", path=f"{_CUSTOMER}/credentials/{{credentialId}}", do=_withdraw, refuses=("not-found",),
          told="A consumer key counts no more"),
    Route(method="POST", path=f"{_CUSTOMER}/block", do=_block, body=Why, refuses=("not-found",),
          told="Let nobody sign in, and end the sessions"),
    Route(method="POST", path=f"{_CUSTOMER}/unblock", do=_unblock, refuses=("not-found",), told="Let them sign in"),
    Route(method="GET", path=f"{OFFICE}/requests", do=_requests, query=ByStatus, answer=list[Request],
          told="Credit and refunds by hand, by what became of them"),
    Route(method="POST", path=f"{OFFICE}/requests", do=_ask, body=Wished, answer=Request,
          told="Give credit or a refund; above the limit it waits for somebody", refuses=("not-found", "conflict")),
    Route(method="POST", path=f"{OFFICE}/requests/{{id}}/approve", do=_approve, answer=Request,
          told="Allow what somebody else asked for: it is given at once", refuses=("not-found", "conflict")),
    Route(method="POST", path=f"{OFFICE}/requests/{{id}}/refuse", do=_refuse, answer=Request,
          told="Do not allow it", refuses=("not-found", "conflict")),
    Route(method="GET", path=f"{OFFICE}/staff", do=_staff, answer=list[Member], told="Who works here"),
    Route(method="POST", path=f"{OFFICE}/staff", do=_take_on, body=Role, refuses=("not-found", "conflict"),
          told="Take somebody on, or have them do something else"),
    Route(method="DELETE", path=f"{OFFICE}/staff/{{nichandle}}", do=_let_go, refuses=("not-found", "conflict"),
          told="Somebody works here no more"),
    Route(method="GET", path=f"{OFFICE}/audit", do=_audit, query=ByDeed, answer=list[Deed],
          told="What the staff did, the latest first"),
    Route(method="GET", path=f"{OFFICE}/audit/proof", do=_proof, answer=Proof,
          told="Whether what was written down is as it was written"),
)  # fmt: skip
