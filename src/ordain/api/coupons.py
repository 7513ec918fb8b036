"""/order/cart/{cartId}/coupon: coupons of a cart (wire-contract §2.1, §4.6)."""

from __future__ import annotations

from msgspec import Struct

from ordain.api import words
from ordain.api.routing import Call, Route
from ordain.flows import coupons

COUPONS = "/order/cart/{cartId}/coupon"


class CouponCreation(Struct, frozen=True):
    """order.cart.CouponCreation."""

    coupon: words.Needed


async def _list(call: Call) -> list[str]:
    return await coupons.codes(call.engine, call.path["cartId"], call.maybe_caller)


async def _add(call: Call) -> list[str]:
    return await coupons.add(call.engine, call.path["cartId"], call.maybe_caller, call.body.coupon, call.now)


async def _remove(call: Call) -> None:
    await coupons.remove(call.engine, call.path["cartId"], call.maybe_caller, call.query.coupon, call.now)


ROUTES = (
    Route(method="GET", path=COUPONS, do=_list, told="List a cart's coupons", authenticated=False, answer=list[str]),
    Route(method="POST", path=COUPONS, do=_add, told="Put a coupon in the cart", authenticated=False,
          body=CouponCreation, answer=list[str]),
    Route(method="DELETE", path=COUPONS, do=_remove, told="Take a coupon out of the cart", authenticated=False,
          query=CouponCreation),
)  # fmt: skip
