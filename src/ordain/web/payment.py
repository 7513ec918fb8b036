"""/account/payment: balances and what moved them, cards, what is preferred, vouchers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from ordain.core.account import acting
from ordain.core.ledger import OVH_ACCOUNT, PREPAID, Balance, Movement
from ordain.core.payment_method import PREPAID_ACCOUNT
from ordain.core.refusal import Refused
from ordain.flows import balances, payment_methods, vouchers
from ordain.web.order_list import number
from ordain.web.page import Page
from ordain.web.refused import beside
from ordain.web.session import local, refused_status

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.core.account import Caller
    from ordain.web.page import Visit

PATH = "/account/payment"
MOST = 15
"""Movements of one page."""
LONGEST_CODE = 100
NAMES = {OVH_ACCOUNT: "Prepaid account", "fidelityAccount": "Fidelity points"}
MOVED = {
    "credit": "Top-up",
    "payment": "Payment of your order %(order)d",
    "refund": "Refund of your order %(order)d",
    "voucher": "Voucher redeemed",
}
NO_CODE = "Type the voucher's code"
STATES = {"EXPIRED": "It has expired", "CREATING": "Not registered yet"}
SENTENCES = (*NAMES.values(), *MOVED.values(), NO_CODE, *STATES.values())


class Held(Struct, frozen=True):
    """A balance with what moved it last, the newest first."""

    name: str
    balance: Balance
    movements: list[Movement]
    older: bool


def _caller(visit: Visit) -> Caller:
    return acting(visit.session.account, visit.now)


async def _show(visit: Visit) -> Response:
    """Whoever comes back from the processor's page sees what became of the card, and goes on from where they came."""
    if "card" in visit.query:
        for card in (await payment_methods.known(visit.engine, _caller(visit))).cards:
            await payment_methods.look(visit.engine, card)
        return visit.go(_then(visit.query.get("then")))
    return await _shown(visit, {}, 200)


def _then(path: str | None) -> str:
    return local(path) if path else PATH


async def _shown(visit: Visit, problems: dict[str, str], status: int) -> Response:
    engine, caller = visit.engine, _caller(visit)
    known = await payment_methods.known(engine, caller)
    page = max(1, number(visit, "page") or 1)
    return visit.show(
        "account_payment.html",
        status=status,
        held=[await _held(visit, name, page) for name in PREPAID],
        page=page,
        cards=known.cards,
        states=STATES,
        default=known.default,
        prepaid=PREPAID_ACCOUNT,
        by_card=engine.processor is not None,
        moved=MOVED,
        then=_then(visit.form.get("then") or visit.query.get("then")),
        code=visit.form.get("code", "")[:LONGEST_CODE],
        problems=problems,
    )


async def _held(visit: Visit, name: str, page: int) -> Held:
    engine, caller = visit.engine, _caller(visit)
    balance = await balances.read(engine, caller, name)
    ids = (await balances.movement_ids(engine, caller, name, None, None))[::-1]
    first = (page - 1) * MOST
    moved = [await balances.movement(engine, caller, name, each) for each in ids[first : first + MOST]]
    return Held(visit.language.say(NAMES[name]), balance, moved, len(ids) > first + MOST)


async def _redeem(visit: Visit) -> Response:
    code = visit.form.get("code", "").strip()[: LONGEST_CODE + 1]
    if not code:
        return await _shown(visit, {"code": visit.language.say(NO_CODE)}, 400)
    try:
        await vouchers.redeem(visit.engine, _caller(visit), code, visit.now)
    except Refused as refused:
        return await _refused(visit, "code", refused)
    return visit.go(_then(visit.form.get("then")))


async def _refused(visit: Visit, field: str, refused: Refused) -> Response:
    problem = refused.refusals[0]
    return await _shown(visit, {field: beside(visit, problem)}, refused_status(problem))


async def _add(visit: Visit) -> Response:
    """Have the processor make a page on which a card's number is typed: the list of cards leads there."""
    back = f"{visit.engine.public_url}{PATH}?card=&then={quote(_then(visit.form.get('then')), safe='')}"
    default = visit.form.get("default") == "yes"
    wish = payment_methods.Wish(done=back, called_off=back, default=default)
    try:
        await payment_methods.register(visit.engine, _caller(visit), wish, visit.now)
    except Refused as refused:
        return await _refused(visit, "add", refused)
    return visit.go(f"{PATH}#cards")


def _method(visit: Visit) -> int:
    text = visit.form.get("method", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else 0


async def _prefer(visit: Visit) -> Response:
    try:
        await payment_methods.make_default(visit.engine, _caller(visit), _method(visit))
    except Refused as refused:
        return await _refused(visit, "", refused)
    return visit.go(PATH)


async def _remove(visit: Visit) -> Response:
    try:
        await payment_methods.remove(visit.engine, _caller(visit), _method(visit))
    except Refused as refused:
        return await _refused(visit, "", refused)
    return visit.go(PATH)


PAGES = (
    Page(method="GET", path=PATH, do=_show, signed_in=True),
    Page(method="POST", path=f"{PATH}/voucher", do=_redeem, signed_in=True),
    Page(method="POST", path=f"{PATH}/card", do=_add, signed_in=True),
    Page(method="POST", path=f"{PATH}/default", do=_prefer, signed_in=True),
    Page(method="POST", path=f"{PATH}/remove", do=_remove, signed_in=True),
)
