"""/me/credit and /me/voucher: codes that put money on the prepaid account, and what that holds (wire-contract §2.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.ledger import OVH_ACCOUNT
from ordain.core.refusal import not_found
from ordain.flows import balances, vouchers

if TYPE_CHECKING:
    from ordain.core.ledger import Kind, Movement

BALANCE = "/me/credit/balance/{balanceName}"
BalanceType = Annotated[str, words.enum("me.credit.balance.TypeEnum")]
PREPAID: BalanceType = "PREPAID_ACCOUNT"


class OfType(Struct, frozen=True):
    """Filter of credit balances."""

    type: BalanceType | None = None


class Source(Struct, frozen=True):
    """me.credit.balance.movement.SubObject."""

    id: str
    name: str


class CreditMovement(Struct, frozen=True):
    """me.credit.balance.Movement."""

    amount: wire.Price
    balanceName: str
    creationDate: words.Instant
    destinationObject: Source | None
    expirationDate: words.Instant | None
    lastUpdate: words.Instant
    movementId: int
    orderId: int | None
    sourceObject: Source
    type: Annotated[str, words.enum("me.credit.balance.movement.TypeEnum")]


class Booked(Struct, frozen=True):
    """me.credit.balance.BookedMovement."""

    amount: wire.Price
    balanceSubName: str | None
    orderId: int


class Expiring(Struct, frozen=True):
    """me.credit.balance.ExpiringMovement."""

    amount: wire.Price
    creationDate: words.Instant
    expirationDate: words.Instant
    lastUpdate: words.Instant
    sourceObject: Source


class Part(Struct, frozen=True):
    """me.credit.balance.BalanceDetails."""

    amount: wire.Price
    balanceSubName: str | None
    expiring: list[Expiring]
    serviceId: int | None


class CreditBalance(Struct, frozen=True):
    """me.credit.Balance."""

    amount: wire.Price
    balanceDetails: list[Part]
    balanceName: str
    booked: list[Booked]
    creationDate: words.Instant
    expiring: list[Expiring]
    lastUpdate: words.Instant
    type: BalanceType


class Redemption(Struct, frozen=True):
    """me.credit.code.Redeem. There is no credit for a single service: `serviceId` changes nothing."""

    inputCode: words.Needed
    serviceId: int | None = None


class Voucher(Struct, frozen=True):
    """What is asked of a voucher."""

    voucher: words.Needed


class VoucherStatus(Struct, frozen=True):
    """nichandle.VoucherStatus."""

    validity: bool


TYPES: dict[Kind, str] = {"credit": "MANUAL", "payment": "ORDER", "refund": "REFUND", "voucher": "VOUCHER"}
"""The contract's words for what moved a balance."""


def _check_name(call: Call) -> None:
    asked = call.path["balanceName"]
    if asked != OVH_ACCOUNT:
        message = f"Credit balance {asked} does not exist"
        raise not_found(message, "balanceName")


async def _list(call: Call) -> list[str]:
    return [OVH_ACCOUNT] if call.query.type in (None, PREPAID) else []


async def _read(call: Call) -> CreditBalance:
    _check_name(call)
    held = await balances.read(call.engine, call.caller, OVH_ACCOUNT)
    amount = wire.price(held.amount, call.engine.price_texts)
    return CreditBalance(
        amount=amount,
        balanceDetails=[Part(amount, None, [], None)],
        balanceName=OVH_ACCOUNT,
        booked=[],
        creationDate=wire.instant(held.opened),
        expiring=[],
        lastUpdate=wire.instant(held.updated),
        type=PREPAID,
    )


async def _list_movements(call: Call) -> list[int]:
    _check_name(call)
    return await balances.movement_ids(call.engine, call.caller, OVH_ACCOUNT, None, None)


async def _read_movement(call: Call) -> CreditMovement:
    _check_name(call)
    return _told(call, await balances.movement(call.engine, call.caller, OVH_ACCOUNT, call.path["movementId"]))


def _told(call: Call, moved: Movement) -> CreditMovement:
    source = Source(str(moved.order_id), "order") if moved.order_id else Source(str(moved.movement_id), moved.kind)
    return CreditMovement(
        amount=wire.price(moved.amount, call.engine.price_texts),
        balanceName=OVH_ACCOUNT,
        creationDate=wire.instant(moved.at),
        destinationObject=None,
        expirationDate=None,
        lastUpdate=wire.instant(moved.at),
        movementId=moved.movement_id,
        orderId=moved.order_id,
        sourceObject=source,
        type=TYPES[moved.kind],
    )


async def _redeem(call: Call) -> CreditMovement:
    moved = await vouchers.redeem(call.engine, call.caller, call.body.inputCode, call.now)
    return _told(call, await balances.movement(call.engine, call.caller, OVH_ACCOUNT, moved))


async def _check(call: Call) -> VoucherStatus:
    return VoucherStatus(await vouchers.is_good(call.engine, call.caller, call.body.voucher, call.now))


ROUTES = (
    Route(method="GET", path="/me/credit/balance", do=_list, told="List your credit balances: the prepaid account",
          query=OfType, answer=list[str]),
    Route(method="GET", path=BALANCE, do=_read, told="Read a credit balance", answer=CreditBalance),
    Route(method="GET", path=f"{BALANCE}/movement", do=_list_movements, told="List what moved it", answer=list[int]),
    Route(method="GET", path=f"{BALANCE}/movement/{{movementId}}", do=_read_movement, told="Read what moved it",
          answer=CreditMovement),
    Route(method="POST", path="/me/credit/code", do=_redeem, told="Redeem a voucher on your prepaid account",
          body=Redemption, answer=CreditMovement, refuses=("too-many",)),
    Route(method="POST", path="/me/voucher/checkValidity", do=_check, told="Whether you could redeem a voucher",
          body=Voucher, answer=VoucherStatus, refuses=("too-many",)),
)  # fmt: skip
