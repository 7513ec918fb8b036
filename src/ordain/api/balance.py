"""/me/ovhAccount and /me/fidelityAccount: the prepaid balances, and what moved them (wire-contract §2.4, §2.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from ordain.api import wire, words
from ordain.api.me import ByDate
from ordain.api.reading import utc
from ordain.api.routing import Call, Route, not_offered
from ordain.core.ledger import FIDELITY_ACCOUNT, OVH_ACCOUNT, points
from ordain.core.money import zero
from ordain.core.refusal import not_found
from ordain.flows import balances

if TYPE_CHECKING:
    from ordain.core.ledger import Kind, Movement

PREPAID, FIDELITY = "/me/ovhAccount/{ovhAccountId}", "/me/fidelityAccount"
TOPPED_UP = "balances are topped up by whoever runs this server"
NO_WAY_OUT = "no money leaves a balance but for orders"


class OvhAccount(Struct, frozen=True):
    """billing.OvhAccount."""

    alertThreshold: int | None
    balance: wire.Price
    canBeCredited: bool
    isActive: bool
    lastUpdate: words.Instant
    openDate: words.Instant
    ovhAccountId: str


class OvhMovement(Struct, frozen=True):
    """billing.Movement. `order` is 0 where there is none."""

    amount: wire.Price
    balance: wire.Price
    date: words.Instant
    description: str
    movementId: int
    operation: Annotated[str, words.enum("billing.ovhAccount.OperationEnum")]
    order: int
    previousBalance: wire.Price
    retrievableAmount: wire.Price


class FidelityAccount(Struct, frozen=True):
    """billing.FidelityAccount, in points."""

    alertThreshold: int | None
    balance: int
    canBeCredited: bool
    lastUpdate: words.Instant
    openDate: words.Instant


class FidelityMovement(Struct, frozen=True):
    """billing.FidelityMovement, in points. `order` is 0 where there is none."""

    amount: int
    balance: int
    date: words.Instant
    description: str
    movementId: int
    operation: Annotated[str, words.enum("billing.fidelityAccount.OperationEnum")]
    order: int
    previousBalance: int


class Threshold(Struct, frozen=True):
    """The one member of a balance that its owner can change."""

    alertThreshold: Annotated[int, Meta(ge=0, le=1_000_000_000)] | UnsetType | None = UNSET


def own_id(call: Call) -> str:
    """The prepaid account's id: its subsidiary, as in live answers."""
    return call.caller.account.ovhSubsidiary


def _check_id(call: Call) -> None:
    asked = call.path["ovhAccountId"]
    if asked != own_id(call):
        message = f"Prepaid account {asked} does not exist"
        raise not_found(message, "ovhAccountId")


async def _list_prepaid(call: Call) -> list[str]:
    return [own_id(call)]


async def _read_prepaid(call: Call) -> OvhAccount:
    _check_id(call)
    held = await balances.read(call.engine, call.caller, OVH_ACCOUNT)
    return OvhAccount(
        alertThreshold=held.threshold,
        balance=wire.price(held.amount, call.engine.price_texts),
        canBeCredited=False,
        isActive=True,
        lastUpdate=wire.instant(held.updated),
        openDate=wire.instant(held.opened),
        ovhAccountId=own_id(call),
    )


async def _update_prepaid(call: Call) -> None:
    _check_id(call)
    await _set_threshold(call, OVH_ACCOUNT)


async def _set_threshold(call: Call, name: str) -> None:
    if call.body.alertThreshold is not UNSET:
        await balances.set_threshold(call.engine, call.caller, name, call.body.alertThreshold)


async def _list_prepaid_movements(call: Call) -> list[int]:
    _check_id(call)
    return await _movement_ids(call, OVH_ACCOUNT)


async def _movement_ids(call: Call, name: str) -> list[int]:
    since, until = utc(call.query.since), utc(call.query.until)
    return await balances.movement_ids(call.engine, call.caller, name, since, until)


async def _read_prepaid_movement(call: Call) -> OvhMovement:
    _check_id(call)
    moved = await balances.movement(call.engine, call.caller, OVH_ACCOUNT, call.path["movementId"])
    texts = call.engine.price_texts
    return OvhMovement(
        amount=wire.price(moved.amount, texts),
        balance=wire.price(moved.held, texts),
        date=wire.instant(moved.at),
        description=_description(call, moved),
        movementId=moved.movement_id,
        operation=_operation(moved),
        order=moved.order_id or 0,
        previousBalance=wire.price(moved.before, texts),
        retrievableAmount=wire.price(zero(moved.amount.currency), texts),
    )


DESCRIPTIONS: dict[Kind, str] = {
    "credit": "Top-up",
    "payment": "Payment of your order %(order)d",
    "refund": "Refund of your order %(order)d",
    "voucher": "Voucher redeemed",
}
"""What a movement is, in words."""


def _description(call: Call, moved: Movement) -> str:
    language = call.engine.languages.of(call.caller.account.language)
    return language.say(DESCRIPTIONS[moved.kind], order=moved.order_id or 0)


def _operation(moved: Movement) -> str:
    return "debit" if moved.amount.ucents < 0 else "credit"


async def _read_fidelity(call: Call) -> FidelityAccount:
    held = await balances.read(call.engine, call.caller, FIDELITY_ACCOUNT)
    return FidelityAccount(
        alertThreshold=held.threshold,
        balance=points(held.amount),
        canBeCredited=False,
        lastUpdate=wire.instant(held.updated),
        openDate=wire.instant(held.opened),
    )


async def _update_fidelity(call: Call) -> None:
    await _set_threshold(call, FIDELITY_ACCOUNT)


async def _list_fidelity_movements(call: Call) -> list[int]:
    return await _movement_ids(call, FIDELITY_ACCOUNT)


async def _read_fidelity_movement(call: Call) -> FidelityMovement:
    moved = await balances.movement(call.engine, call.caller, FIDELITY_ACCOUNT, call.path["movementId"])
    return FidelityMovement(
        amount=points(moved.amount),
        balance=points(moved.held),
        date=wire.instant(moved.at),
        description=_description(call, moved),
        movementId=moved.movement_id,
        operation=_operation(moved),
        order=moved.order_id or 0,
        previousBalance=points(moved.before),
    )


ROUTES = (
    Route(method="GET", path="/me/ovhAccount", do=_list_prepaid, told="List your prepaid accounts", answer=list[str]),
    Route(method="GET", path=PREPAID, do=_read_prepaid, told="Read a prepaid account", answer=OvhAccount),
    Route(method="PUT", path=PREPAID, do=_update_prepaid, told="Be told when little is left", body=Threshold),
    Route(method="GET", path=f"{PREPAID}/movements", do=_list_prepaid_movements, told="List what moved it",
          query=ByDate, answer=list[int]),
    Route(method="GET", path=f"{PREPAID}/movements/{{movementId}}", do=_read_prepaid_movement,
          told="Read what moved it", answer=OvhMovement),
    Route(method="GET", path=FIDELITY, do=_read_fidelity, told="Read your fidelity account", answer=FidelityAccount),
    Route(method="PUT", path=FIDELITY, do=_update_fidelity, told="Be told when little is left", body=Threshold),
    Route(method="GET", path=f"{FIDELITY}/movements", do=_list_fidelity_movements, told="List what moved it",
          query=ByDate, answer=list[int]),
    Route(method="GET", path=f"{FIDELITY}/movements/{{movementId}}", do=_read_fidelity_movement,
          told="Read what moved it", answer=FidelityMovement),
    not_offered("POST", f"{PREPAID}/creditOrder", TOPPED_UP),
    not_offered("POST", f"{PREPAID}/retrieveMoney", NO_WAY_OUT),
    not_offered("POST", f"{PREPAID}/movements/{{movementId}}/requestRefund", NO_WAY_OUT),
    not_offered("POST", f"{FIDELITY}/creditOrder", TOPPED_UP),
)  # fmt: skip
