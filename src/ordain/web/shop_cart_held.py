"""The cart of a browser: found by its cookie, made when something is put in it, made anew for another country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from starlette.responses import RedirectResponse

from ordain.core.account import acting
from ordain.core.cart import Cart, frozen
from ordain.core.refusal import Refused
from ordain.flows import cart_moves, carts
from ordain.web import place
from ordain.web.page import HEADERS

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.core.account import Caller
    from ordain.web.page import Visit


class Own(Struct, frozen=True):
    """A browser's cart. `gone`: it had one that is over; `ordered`: because it became an order.

    `moved`: it is of another country than a moment ago; `lost`: the names that could not be had there. `silent`: it is
    of another country still, for nobody answers for all of its names just now.
    """

    cart: Cart | None = None
    gone: bool = False
    ordered: bool = False
    moved: bool = False
    lost: tuple[str, ...] = ()
    silent: bool = False


def caller(visit: Visit) -> Caller | None:
    """Who asks, for a flow."""
    return acting(visit.maybe_session.account, visit.now) if visit.maybe_session else None


async def found(visit: Visit) -> Own:
    """The cart as it is."""
    held = place.cart(visit)
    if held is None:
        return Own()
    try:
        cart = await carts.read(visit.engine, held.cart_id, caller(visit))
    except Refused:
        return Own(gone=True)
    return Own(gone=True, ordered=cart.read_only) if frozen(cart, visit.now) else Own(cart)


async def here(visit: Visit) -> Own:
    """The cart at the prices of the country that the visitor shops in: made anew, if it was filled at others.

    While a registry is silent it stays as it is, with all its names.
    """
    own = await found(visit)
    wanted = place.subsidiary(visit)
    if own.cart is None or own.cart.subsidiary == wanted:
        return own
    try:
        moved = await cart_moves.anew(visit.engine, own.cart, caller(visit), wanted, visit.now)
    except Refused:
        return Own(own.cart, silent=True)
    return Own(moved.cart, moved=bool(own.cart.items), lost=tuple(moved.lost))


async def made(visit: Visit) -> Cart:
    """The cart to put something in."""
    own = await here(visit)
    if own.cart:
        return own.cart
    return await carts.create(visit.engine, place.subsidiary(visit), "", None, visit.now)


def count(cart: Cart) -> int:
    """The items a visitor sees."""
    return len(cart.items)


async def names(visit: Visit) -> frozenset[str]:
    """The names in the cart (A-labels); none where there is no cart, or none at this country's prices."""
    own = await found(visit)
    if own.cart is None or own.cart.subsidiary != place.subsidiary(visit):
        return frozenset()
    return frozenset(item.domain for item in own.cart.items)


def on_to(path: str) -> Response:
    """On to a page by a redirection that a script of ours follows, too: it swaps in what it is shown there."""
    return RedirectResponse(path, 303, HEADERS)


async def keep(visit: Visit, answer: Response, cart_id: str) -> Response:
    """The same answer, with the cart and the number of its items remembered by the browser."""
    cart = await carts.read(visit.engine, cart_id, caller(visit))
    place.keep_cart(visit, answer, place.Held(cart_id, count(cart)))
    return answer
