"""/checkout: sign in on the way, look at the order as it would be, order it and pay."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from babel import Locale
from msgspec import Struct, structs

from ordain.core import review as core
from ordain.core.account import acting
from ordain.core.names import both
from ordain.core.order import PAYABLE_FOR, WITHDRAWAL
from ordain.core.refusal import Refusal, Refused
from ordain.core.tax import note
from ordain.flows import carts, checkout, purchases
from ordain.web import place, sign_up
from ordain.web import refused as told
from ordain.web.page import Page
from ordain.web.session import refused_status
from ordain.web.shop_cart import ANOTHER, ASKED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from ordain.core.account import Caller
    from ordain.core.cart import Cart
    from ordain.core.catalogue import Contract
    from ordain.flows.purchases import Review, Way
    from ordain.web.page import Visit
    from ordain.web.place import Held

PATH = "/checkout"
LATER = "later"
"""The way to pay of who orders now and pays within the time that an order waits."""
MOST_WAYS = 60
NOT_ACCEPTED = "Accept the contracts to order"
NO_WAY = "Choose how you pay"
TOO_LITTLE = "This cannot pay so much: choose another way"
NOT_SHOWN = "You have not been shown your order yet: look at it first"
SENTENCES = (NOT_ACCEPTED, NO_WAY, TOO_LITTLE, NOT_SHOWN)


class Problem(Struct, frozen=True):
    """What stands in the way, and where it can be put right, "" for nowhere; `also` is how the API says it."""

    message: str
    link: str = ""
    also: str = ""


def caller(visit: Visit) -> Caller:
    """Who buys, in the language of the page: what is shown, and so what is agreed to, is in that."""
    account = visit.session.account
    if visit.engine.languages.of(account.language).code != visit.language.code:
        account = structs.replace(account, language=sign_up.LOCALES.get(visit.language.code, account.language))
    return acting(account, visit.now)


async def _show(visit: Visit) -> Response:
    held = place.cart(visit)
    if held is None:
        return visit.show("shop_checkout_none.html", expired=False)
    if visit.maybe_session is None:
        return _stranger(visit)
    return await _arrived(visit, held)


def _stranger(visit: Visit) -> Response:
    """Sign in, or begin to make an account, and come back here: the cart is kept."""
    sold_by = visit.engine.market.catalogue.subsidiaries
    return visit.show(
        "shop_checkout_stranger.html",
        then=PATH,
        countries=sign_up.countries(visit.language.code),
        country=sold_by[place.subsidiary(visit)].country,
        legal_forms=[(code, visit.language.say(label)) for code, label in sign_up.LEGAL_FORMS.items()],
    )


async def _arrived(visit: Visit, held: Held) -> Response:
    """The cart becomes that of whoever signed in; then it is looked at."""
    return await _assigned(visit, held) or await _shown(visit, held, {}, ())


async def _assigned(visit: Visit, held: Held) -> Response | None:
    """The cart becomes that of whoever signed in, once; where to go on to if it cannot."""
    known = await _cart(visit, held)
    if known and not known.read_only and known.subsidiary != place.subsidiary(visit):
        return visit.go("/cart")  # where it is made anew at the account's prices, and these are told
    try:
        await carts.assign(visit.engine, held.cart_id, caller(visit), visit.now)
    except Refused as refused:
        cart = await _cart(visit, held)
        if cart and cart.order_id:
            return _forgetting(visit, visit.go(f"/order/{cart.order_id}"))
        expired = refused.refusals[0].kind == "expired"
        return _forgetting(visit, visit.show("shop_checkout_none.html", expired=expired))
    return None


async def _cart(visit: Visit, held: Held) -> Cart | None:
    """The cart as it is; None where there is none, or it is another's."""
    with suppress(Refused):
        return await carts.read(visit.engine, held.cart_id, caller(visit))
    return None


def _forgetting(visit: Visit, answer: Response) -> Response:
    place.keep_cart(visit, answer, None)
    return answer


async def _shown(visit: Visit, held: Held, problems: Mapping[str, str], why: Sequence[Refusal]) -> Response:
    """The order as it would be. `problems` are those of the form; `why` it was not ordered just now."""
    found = await purchases.look(visit.engine, held.cart_id, caller(visit), visit.now)
    ways = await purchases.ways(visit.engine, caller(visit), found.quote.total.gross)
    refusals = list(dict.fromkeys([*why, *found.refusals]))
    status = refused_status(refusals[0]) if why else 400 if problems else 200
    return visit.show(
        "shop_checkout.html",
        status=status,
        leads_to="",
        cart=found.cart,
        quote=found.quote,
        lines=[line for line in found.quote.lines if line.kind != "INSTALLATION" or line.price.ucents],
        names={item.item_id: item.shown or item.name for item in found.cart.items},
        tax=_tax(visit, found),
        tax_note=_told(visit, found),
        remark=visit.language.tell(found.sale.remark) if found.sale.remark else "",
        contracts=[_contract(visit, contract) for contract in found.contracts],
        blocked=[problem_of(visit, found.cart, one) for one in refusals],
        can_order=not found.refusals,
        problems=problems,
        given=visit.form,
        waivable=_may_waive(visit, found),
        withdrawal_day=(visit.now + WITHDRAWAL).date(),
        waits=visit.engine.waits_for_right,
        ways=ways,
        chosen=visit.form.get("pay") or preselected(ways),
        pay_by=(visit.now + PAYABLE_FOR).date(),
        seen=found.seen,
    )


def _tax(visit: Visit, found: Review) -> str:
    """What the tax's line says beside the amount."""
    taxed, say = found.sale.taxation, visit.language.say
    country = Locale.parse(visit.language.code).territories.get(taxed.country, taxed.country)
    return say("Tax (%(percent)s %%, %(country)s)", percent=taxed.percent, country=country)


def _told(visit: Visit, found: Review) -> str:
    of_tax = note(found.sale.taxation)
    return visit.language.tell(of_tax) if of_tax else ""


def _contract(visit: Visit, contract: Contract) -> tuple[str, str, str]:
    """A contract's name, its version, and where the words are that are agreed to."""
    code = contract.language(visit.language.code)
    return contract.name[code], contract.version, f"/contracts/{contract.id}/{contract.version}?language={code}"


def _may_waive(visit: Visit, found: Review) -> bool:
    """Whether there is a right to withdraw that can be given up: consumers have one, of names."""
    consumer = visit.session.account.legalform == "individual"
    return consumer and any(item.kind == "domain" for item in found.cart.items)


def problem_of(visit: Visit, cart: Cart, refusal: Refusal) -> Problem:
    """A refusal with the page on which it can be put right, and in plain words where something is only missing."""
    number, _, place_of = (refusal.field or "").partition(".")
    item = next((each for each in cart.items if str(each.item_id) == number), None)
    if item is None:
        return Problem(told.reason(visit, refusal), "/account" if refusal.field in ("vat", "ovhSubsidiary") else "")
    label = place_of.partition(".")[0]
    link = "/cart" if label == "domain" else f"/cart/items/{number}#{place_of}"
    if item.values(label) or f"Custom field {label} is mandatory" not in refusal.message:
        return Problem(told.reason(visit, refusal), link)
    what = visit.language.say(ASKED.get(label, ANOTHER))
    name = both(item.shown or item.name) or visit.language.say("DNS zone")
    return Problem(visit.language.say("%(name)s: still needed: %(what)s", name=name, what=what), link, refusal.message)


def preselected(ways: Sequence[Way]) -> str:
    """What the account prefers, else the first that can pay."""
    able = sorted((way for way in ways if way.covers), key=lambda way: not way.preferred)
    return able[0].code if able else ""


def way_of(visit: Visit, ways: Sequence[Way]) -> Way | str:
    """What somebody chose to pay with, or what is wrong with their choice."""
    found = next((way for way in ways if way.code == visit.form.get("pay")), None)
    if found is None:
        return visit.language.say(NO_WAY)
    return found if found.covers else visit.language.say(TOO_LITTLE)


async def _order(visit: Visit) -> Response:
    held = place.cart(visit)
    if held is None:
        return visit.go(PATH)
    # Nobody says that this page was opened before: whoever did not, is shown the order first.
    elsewhere = await _assigned(visit, held)
    if elsewhere is not None:
        return elsewhere
    if core.FIELD not in visit.form:
        return await _again(visit, held, {}, (Refusal("invalid", NOT_SHOWN),))
    shown = core.read(visit.form.get(core.FIELD, ""))
    way, problems = None, {}
    if visit.form.get("accepted") != "yes":
        problems["accepted"] = visit.language.say(NOT_ACCEPTED)
    if shown and visit.form.get("pay") != LATER:
        found = way_of(visit, await purchases.ways(visit.engine, caller(visit), shown.gross))
        way = None if isinstance(found, str) else found
        if isinstance(found, str):
            problems["pay"] = found
    if problems:
        return await _again(visit, held, problems, ())
    wish = checkout.Wish(
        by=way.chosen if way else None,
        waive=visit.form.get("waive") == "yes",
        address=visit.address,
        seen=visit.form.get(core.FIELD) or "-",
    )
    try:
        order, _ = await checkout.order(visit.engine, held.cart_id, caller(visit), wish, visit.now)
    except Refused as refused:
        return await _again(visit, held, {}, refused.refusals)
    return _forgetting(visit, visit.go(f"/order/{order.order_id}"))


async def _again(visit: Visit, held: Held, problems: Mapping[str, str], why: Sequence[Refusal]) -> Response:
    """Nothing was ordered: why, beside the order as it is now. A cart that was ordered before leads to its order."""
    cart = await _cart(visit, held)
    if cart is None:
        return _forgetting(visit, visit.show("shop_checkout_none.html", status=404, expired=False))
    if cart.order_id:
        return _forgetting(visit, visit.go(f"/order/{cart.order_id}"))
    return await _shown(visit, held, problems, why)


PAGES = (
    Page(method="GET", path=PATH, do=_show),
    Page(method="POST", path=PATH, do=_order, signed_in=True),
)
