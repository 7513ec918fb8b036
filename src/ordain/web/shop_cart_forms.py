"""What is sent to a cart: a name put in or taken out, other years, options, coupons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from ordain.api import errors
from ordain.core import cart as core
from ordain.core.cart import Item, duration_of
from ordain.core.options import PRICING_MODE
from ordain.core.refusal import Refusal, Refused
from ordain.flows import carts, coupons, items, options
from ordain.flows.items import Change
from ordain.flows.options import WantedOption
from ordain.web import place, shop_cart_held
from ordain.web import refused as told
from ordain.web.page import Page
from ordain.web.shop_cart import shown
from ordain.web.shop_cart_held import on_to

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.responses import Response

    from ordain.core.cart import Cart
    from ordain.web.page import Visit

LONGEST_TYPED = 300
OVER = "This cart is over: begin a new one by looking for a name."
SENTENCES = (OVER,)


def _field(visit: Visit, name: str, longest: int = LONGEST_TYPED) -> str:
    return visit.form.get(name, "").strip()[:longest]


def _number(visit: Visit, name: str) -> int:
    """An id that a form says; 0 is nobody's."""
    text = visit.form.get(name, "")
    return int(text) if re.fullmatch(r"[0-9]{1,16}", text, re.ASCII) else 0


async def _add(visit: Visit) -> Response:
    """Put a name in; one that is there already is not put in twice, and nothing is wrong with that."""
    domain, mode = _field(visit, "domain"), _field(visit, "mode", 40)
    years, from_cart = _number(visit, "years"), visit.form.get("from") == "cart"
    wanted = carts.Wanted(
        domain=domain, pricing_mode=mode or None, duration=duration_of(years) if 0 < years < 100 else None
    )
    try:
        cart = await shop_cart_held.made(visit)
        added = await _once_in(visit, cart, wanted)
    except Refused as refused:
        status, said = errors.answer(refused)
        message = visit.language.say(said["message"])
        if from_cart:
            return await shown(visit, {"": message}, status)
        template = "cart_refused.html" if visit.fragment else "cart_page_refused.html"
        return visit.show(template, status=status, message=message, text=domain)
    answer = on_to(_back(visit) if from_cart else f"/cart/added?domain={quote(added)}")
    return await shop_cart_held.keep(visit, answer, cart.cart_id)


async def _once_in(visit: Visit, cart: Cart, wanted: carts.Wanted) -> str:
    """The name as it is in the cart now."""
    name = carts.sold(visit.engine, wanted.domain)
    if any(item.kind == "domain" and item.domain == name.ascii for item in cart.items):
        return name.ascii
    try:
        await carts.add_domain(visit.engine, cart.cart_id, shop_cart_held.caller(visit), wanted, visit.now)
    except Refused as refused:
        # It may have been put in meanwhile, by the same form.
        if [one.message for one in refused.refusals] != [core.twice(name.unicode).message]:
            raise
    return name.ascii


async def _added(visit: Visit) -> Response:
    """What stands in place of the button that put a name in; without scripts, the cart."""
    if not visit.fragment:
        return visit.go("/cart")
    held = place.cart(visit)
    return visit.show("cart_added.html", domain=visit.query.get("domain", "")[:LONGEST_TYPED], held=held)


async def _own(visit: Visit) -> Cart:
    """The cart that a form is about. Raises Refused if there is none to be changed."""
    own = await shop_cart_held.found(visit)
    if own.cart is None:
        raise Refused(_over())
    return own.cart


def _over() -> Refusal:
    """That there is no cart any more."""
    return Refusal("conflict", OVER)


async def _changed(visit: Visit, work: Callable[[Cart], Awaitable[Response]]) -> Response:
    """What comes of a change of the cart; the cart with the reason, where it is refused."""
    try:
        return await work(await _own(visit))
    except Refused as refused:
        status, said = errors.answer(refused)
        return await shown(visit, {"": visit.language.say(said["message"])}, status)


async def _remove(visit: Visit) -> Response:
    """Take an item out, or an option off; what was taken out can be put back."""
    number = _number(visit, "item")

    async def work(cart: Cart) -> Response:
        item = next((one for one in cart.items if one.item_id == number), None)
        held = {one.item_id for one in cart.items} | {one.item_id for item in cart.items for one in item.options}
        if number in held:  # else it was taken out already
            await items.delete(visit.engine, cart.cart_id, shop_cart_held.caller(visit), number, visit.now)
        return await shop_cart_held.keep(visit, on_to(_after(visit, item)), cart.cart_id)

    return await _changed(visit, work)


def _back(visit: Visit, **said: object) -> str:
    """The cart, at the page that the form was sent from."""
    page = _number(visit, "page")
    query = urlencode({**said, **({"page": page} if page > 1 else {})})
    return f"/cart?{query}" if query else "/cart"


def _after(visit: Visit, item: Item | None) -> str:
    if item is None or item.offer is None:
        return _back(visit)
    return _back(visit, removed=item.domain, mode=item.offer.pricing_mode, years=item.years)


async def _years(visit: Visit) -> Response:
    """Have an item for another number of years."""

    async def work(cart: Cart) -> Response:
        change = Change(_number(visit, "item"), duration_of(_number(visit, "years")), None)
        await items.update(visit.engine, cart.cart_id, shop_cart_held.caller(visit), change, visit.now)
        return on_to(_back(visit))

    return await _changed(visit, work)


async def _option(visit: Visit) -> Response:
    """Put an option on an item; one that it has is not put on twice."""
    number, plan = _number(visit, "item"), _field(visit, "plan", 60)

    async def work(cart: Cart) -> Response:
        item = carts.item_of(cart, number)
        if not any(held.plan == plan for held in item.options):
            wanted = WantedOption(number, plan, PRICING_MODE, "P1Y", 1, item.kind)
            await options.add(visit.engine, cart.cart_id, shop_cart_held.caller(visit), wanted, visit.now)
        return on_to(_back(visit))

    return await _changed(visit, work)


async def _coupon(visit: Visit) -> Response:
    """Use a coupon."""
    code = _field(visit, "coupon", 40)

    async def work(cart: Cart) -> Response:
        if not code:
            return await shown(visit, {"coupon": visit.language.say("Type the code of your coupon")}, 400)
        try:
            await coupons.add(visit.engine, cart.cart_id, shop_cart_held.caller(visit), code, visit.now)
        except Refused as refused:
            return await shown(visit, {"coupon": told.reason(visit, refused.refusals[0])}, 400)
        return on_to(_back(visit))

    return await _changed(visit, work)


async def _no_coupon(visit: Visit) -> Response:
    """Take a coupon out again."""
    code = _field(visit, "coupon", 40)

    async def work(cart: Cart) -> Response:
        if any(one.code == code for one in cart.coupons):
            await coupons.remove(visit.engine, cart.cart_id, shop_cart_held.caller(visit), code, visit.now)
        return on_to(_back(visit))

    return await _changed(visit, work)


PAGES = (
    Page(method="POST", path="/cart/add", do=_add),
    Page(method="GET", path="/cart/added", do=_added),
    Page(method="POST", path="/cart/remove", do=_remove),
    Page(method="POST", path="/cart/years", do=_years),
    Page(method="POST", path="/cart/options", do=_option),
    Page(method="POST", path="/cart/coupons", do=_coupon),
    Page(method="POST", path="/cart/coupons/remove", do=_no_coupon),
)
