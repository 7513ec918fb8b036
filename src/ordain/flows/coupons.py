"""Coupons of a cart: put in by their codes, at the terms they have then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core.cart import room_for_coupon
from ordain.core.deals import coupon_refusal
from ordain.core.promotions import coupon
from ordain.core.refusal import Refusal, Refused, not_found
from ordain.flows import deals
from ordain.flows.carts import changeable, nic_of, read
from ordain.store import carts

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.cart import Cart
    from ordain.flows.ports import Engine
    from ordain.store.database import Tx


def _codes(cart: Cart) -> list[str]:
    return [promotion.code or "" for promotion in cart.coupons]


async def codes(engine: Engine, cart_id: str, caller: Caller | None) -> list[str]:
    """The codes of the cart's coupons."""
    return _codes(await read(engine, cart_id, caller))


async def add(engine: Engine, cart_id: str, caller: Caller | None, typed: str, now: datetime) -> list[str]:
    """Put a coupon in the cart; all its codes then. A cart that has it already stays as it is."""

    async def work(tx: Tx) -> list[str]:
        cart = await changeable(tx, cart_id, caller, now)
        found = coupon(engine.market.promotions, typed, cart.subsidiary, now)
        if isinstance(found, Refusal):
            raise Refused(found)
        if found.code not in _codes(cart):
            allowed = await deals.allowances(tx, {found.name: found.limits}, cart.nic or nic_of(caller), now)
            unfit = coupon_refusal(found, allowed[found.name])
            refusals = [unfit] if unfit else room_for_coupon(cart)
            if refusals:
                raise Refused(*refusals)
            cart = structs.replace(cart, coupons=(*cart.coupons, found))
            await carts.save(tx, cart)
        return _codes(cart)

    return await engine.database.write(work)


async def remove(engine: Engine, cart_id: str, caller: Caller | None, typed: str, now: datetime) -> None:
    """Take a coupon out of the cart."""
    wanted = typed.strip().upper()

    async def work(tx: Tx) -> None:
        cart = await changeable(tx, cart_id, caller, now)
        if wanted not in _codes(cart):
            message = "Coupon %(code)r is not in cart %(cart)s"
            raise not_found(message, "coupon", code=typed[:40], cart=cart_id)
        await carts.save(tx, structs.replace(cart, coupons=tuple(c for c in cart.coupons if c.code != wanted)))

    await engine.database.write(work)
