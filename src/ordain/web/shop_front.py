"""/: the front of the shop: the search box, what the extensions that are wanted most cost, and promotions that run."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.money import Money, TaxedPrice, payable
from ordain.core.names import read_as
from ordain.core.price_list import figures
from ordain.core.pricing import Terms, taxed
from ordain.flows import search
from ordain.flows.carts import subsidiary_of
from ordain.web import place, shop_cart_held
from ordain.web.page import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.core.catalogue import Extension, Subsidiary
    from ordain.core.price_list import Figure
    from ordain.flows.ports import Engine
    from ordain.web.page import Visit

FEATURED = 8
"""Extensions on the front page."""
PROMOTED = 12
"""Extensions whose promotions are told."""


class Shown(Struct, frozen=True):
    """An extension with the price of a first year and of each year after; `listed` without its promotion."""

    extension: str
    first_year: TaxedPrice
    renewal: TaxedPrice
    listed: TaxedPrice | None
    promotion: str
    ends: datetime | None


async def _front(visit: Visit) -> Response:
    subsidiary = subsidiary_of(visit.engine, place.subsidiary(visit))
    engine = await search.for_caller(visit.engine, shop_cart_held.caller(visit))
    sold = [one for one in search.extensions_of(engine, subsidiary, None) if not one.closed(visit.now)]
    cheaper = [one for one in sold if engine.market.on(one.name, subsidiary.code, visit.now)][:PROMOTED]
    featured, promoted = (
        [shown for one in some if (shown := _prices(visit, engine, subsidiary, one))]
        for some in (sold[:FEATURED], cheaper)
    )
    return visit.show(
        "front.html", count=len(sold), featured=featured, promoted=[one for one in promoted if one.listed]
    )


def _prices(visit: Visit, engine: Engine, subsidiary: Subsidiary, extension: Extension) -> Shown | None:
    found = {one.phase: one for one in figures(engine.market, extension, subsidiary, visit.now)
             if one.mode == "create-default"}  # fmt: skip
    if len(found) < 2:
        return None
    terms = Terms(subsidiary.currency, subsidiary.tax.at(visit.now), visit.language)

    def price(ucents: int) -> TaxedPrice:
        return taxed(payable(Money(ucents, terms.currency)), terms)

    first: Figure = found[0]
    return Shown(
        extension=f".{read_as(extension.name)}",
        first_year=price(first.price - first.discount),
        renewal=price(found[1].price),
        listed=price(first.price) if first.discount else None,
        promotion=first.promotion.title if first.promotion else "",
        ends=first.promotion.ends if first.promotion else None,
    )


PAGES = (Page(method="GET", path="/", do=_front),)
