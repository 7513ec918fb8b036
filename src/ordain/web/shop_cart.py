"""/cart: what is in it, what it costs and why, what is still asked for, and what became of its names meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from babel import Locale
from msgspec import Struct, structs

from ordain.core import tax
from ordain.core.cart import Item, duration_of
from ordain.core.held_offer import News
from ordain.core.money import Money, payable, total
from ordain.core.names import both, read_as
from ordain.core.offer_prices import a_further_year
from ordain.core.options import Option
from ordain.core.pricing import Line
from ordain.flows import cart_overview
from ordain.web import paging, place, shop_cart_held
from ordain.web.page import Page, prefixed
from ordain.web.refused import reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.flows.cart_overview import Overview
    from ordain.web.page import Visit
    from ordain.web.shop_cart_held import Own

ASKED = {
    "OWNER_CONTACT": "the details of its owner",
    "ADMIN_ACCOUNT": "who administers it",
    "TECH_ACCOUNT": "who looks after its technology",
    "OWNER_LEGAL_AGE": "that its owner is old enough",
    "DNS": "its name servers",
    "ACCEPT_CONDITIONS": "that you accept the conditions of its registry",
    "CLAIMS_NOTICE": "that you read a trademark notice",
    "REASON": "the reason why you may have it",
    "PROTECTED_CODE": "the code of its protection",
    "SMD": "the file of your trademark",
    "AUTH_INFO": "its auth code",
    "DOMAIN_CONFIG": "what it is for",
    "zone": "the name of the zone",
    "template": "what the zone begins with",
}
"""What a label asks for, in a list behind "Still needed:"."""
ANOTHER = "an answer for its registry"
NEWS = {
    "gone": "It can no longer be had: take it out, or look for another name.",
    "terms": "It is sold on other terms now: take it out and add it again.",
    "rose": "Its price rose from %(old)s to %(new)s: take it out and add it again to accept that.",
    "dearer": "It costs %(new)s today; you keep the price of %(old)s.",
    "cheaper": "It costs %(new)s today instead of %(old)s: take it out and add it again to pay less.",
}
OPTIONS = {"zone": "DNS zone", "anycast": "DNS Anycast"}
AT_THE_RATE = "Tax of %(country)s at %(percent)s %%."
SENTENCES = (*ASKED.values(), ANOTHER, *NEWS.values(), *OPTIONS.values(), AT_THE_RATE)
LONGEST_NAME = 260


class Told(Struct, frozen=True):
    """One item as the page tells it. `lines` are those of the order it would become."""

    item: Item
    name: str
    lines: list[Line]
    net: Money
    asked: list[str]
    news: News | None
    sentence: str
    """What is new, in words."""
    options: tuple[Option, ...]
    years: tuple[int, ...]


async def _cart(visit: Visit) -> Response:
    return await shown(visit, {})


async def shown(visit: Visit, problems: Mapping[str, str], status: int = 200) -> Response:
    """The page of the browser's cart, with what was wrong with a form."""
    own = await shop_cart_held.here(visit)
    held = place.Held(own.cart.cart_id, shop_cart_held.count(own.cart)) if own.cart else None
    visit = _remembering(visit, held)
    template = "cart_parts.html" if visit.fragment else "cart.html"
    values: dict[str, Any] = await _told(visit, own) if own.cart and own.cart.items else {"told": [], "page": 1}
    answer = visit.show(
        template, status=status, own=own, problems=problems, undo=_undo(visit), held=held, once=visit.once,
        duration=duration_of, coupon=visit.form.get("coupon", "")[:40], **values,
    )  # fmt: skip
    if held or own.gone:
        place.keep_cart(visit, answer, held)
    return answer


def _remembering(visit: Visit, held: place.Held | None) -> Visit:
    """The same visit as if the browser knew already how many items there are."""
    said = f"{held.cart_id}.{held.count}" if held else ""
    return structs.replace(visit, cookies={**visit.cookies, prefixed(visit.engine, place.CART): said})


def _undo(visit: Visit) -> dict[str, str] | None:
    """What was taken out a moment ago, and how to have it again."""
    name = visit.query.get("removed", "")
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return None
    mode, years = visit.query.get("mode", "")[:40], visit.query.get("years", "")[:2]
    return {"domain": name, "shown": read_as(name), "mode": mode, "years": years}


async def _told(visit: Visit, own: Own) -> dict[str, Any]:
    """What the page says of a cart that has something in it."""
    cart_id = own.cart.cart_id if own.cart else ""
    caller = shop_cart_held.caller(visit)
    of = await cart_overview.overview(visit.engine, cart_id, caller, visit.language, visit.now)
    lines: dict[str, list[Line]] = {}
    for line in of.quote.lines:
        lines.setdefault(line.number.partition(".")[0], []).append(line)
    cut = structs.replace(paging.cut(_paged(visit), list(enumerate(of.cart.items, start=1)), {}), path="/cart")
    told = [_item(visit, of, lines.get(f"*{position:03}", []), item) for position, item in cut.rows]
    note = tax.note(of.sale.taxation)
    return {
        "told": told,
        "of": of,
        "cut": cut,
        "page": cut.number,
        "first_missing": next((item for item in of.cart.items if of.missing[item.item_id]), None),
        "tax_why": visit.language.tell(note) if note else _rate(visit, of),
        "tax_remark": visit.language.tell(of.sale.remark) if of.sale.remark else "",
        "refused": [reason(visit, one) for one in of.sale.refusals],
        "option_names": OPTIONS,
        "renewal": lambda item: payable(Money(a_further_year(item), of.terms.currency)),
        "priced": lambda option: _priced(visit, option, of.terms.currency),
    }


def _priced(visit: Visit, option: Option, currency: str) -> str:
    price = Money(option.prices[currency], currency)
    if not price.ucents:
        return visit.language.say("free")
    return visit.language.say("%(price)s a year", price=visit.texts.amount(price))


def _rate(visit: Visit, of: Overview) -> str:
    """Whose tax it is, and at what rate."""
    country = of.sale.taxation.country
    named = Locale.parse(visit.language.code).territories.get(country, country)
    return visit.language.say(AT_THE_RATE, country=named, percent=of.sale.taxation.percent)


def _paged(visit: Visit) -> Visit:
    """The same visit as if its query said the page that a form was sent from."""
    page = visit.form.get("page")
    return structs.replace(visit, query={**visit.query, "page": page}) if page else visit


def _item(visit: Visit, of: Overview, own: list[Line], item: Item) -> Told:
    news = of.news.get(item.item_id)
    amount = visit.texts.amount
    return Told(
        item=item,
        name=both(item.name) if item.name else visit.language.say("DNS zone"),
        lines=[line for line in own if line.price.ucents or line.kind == "DURATION"],
        net=total((line.price for line in own), of.terms.currency),
        asked=list(dict.fromkeys(visit.language.say(ASKED.get(one, ANOTHER)) for one in of.missing[item.item_id])),
        news=news,
        sentence=_new(visit, news, amount(news.old), amount(news.new)) if news else "",
        options=of.options[item.item_id],
        years=item.offer.years if item.offer else (),
    )


def _new(visit: Visit, news: News, old: str, new: str) -> str:
    text = NEWS[news.kind]
    return visit.language.say(text, old=old, new=new) if "%(" in text else visit.language.say(text)


PAGES = (Page(method="GET", path="/cart", do=_cart),)
