"""Owner changes: ordered for names an account holds (wire-contract §3, "Owner change offer")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import names
from ordain.core.cart import Item, years_of
from ordain.core.offer import Offer, owner_change
from ordain.core.refusal import Refusal, Refused, conflict, invalid
from ordain.flows.carts import changeable_head, only_one, put, subsidiary_of
from ordain.flows.domains import domain

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.catalogue import Subsidiary
    from ordain.flows.ports import Engine


class WantedChange(Struct, frozen=True):
    """An owner change somebody wants in a cart."""

    name: str
    plan_code: str
    pricing_mode: str
    duration: str
    quantity: int


async def offer_for(engine: Engine, caller: Caller, name: str, now: datetime) -> Offer:
    """What a change of the owner of one of the caller's names costs, at their own subsidiary's price."""
    subsidiary = subsidiary_of(engine, caller.account.ovhSubsidiary)
    return await _offer(engine, caller, name, subsidiary, now)


async def _offer(engine: Engine, caller: Caller, name: str, subsidiary: Subsidiary, now: datetime) -> Offer:
    held = await domain(engine, caller, name)
    parsed = names.parse(held.name, engine.market.catalogue.extensions)
    message = ".%(extension)s names are no longer sold here"
    gone = conflict(message, "serviceName", extension=held.extension)
    if isinstance(parsed, names.NameProblem):
        raise gone
    try:
        return owner_change(engine.market, parsed, subsidiary, now)
    except LookupError as error:  # its extension has no prices any more
        raise gone from error


async def add(engine: Engine, cart_id: str, caller: Caller, wanted: WantedChange, now: datetime) -> Item:
    """Put the change of a name's owner in a cart; its configuration OWNER_CONTACT says who the new one is."""
    only_one(wanted.quantity)
    cart = await engine.database.read(lambda tx: changeable_head(tx, cart_id, caller, now))
    offer = await _offer(engine, caller, wanted.name, subsidiary_of(engine, cart.subsidiary), now)
    for field, asked, only in (
        ("planCode", wanted.plan_code, offer.plan_code),
        ("pricingMode", wanted.pricing_mode, offer.pricing_mode),
    ):
        if asked != only:
            message = "%(field)s can only be %(only)r: got %(asked)r"
            raise invalid(message, field, field=field, only=only, asked=asked)
    years = years_of(wanted.duration, offer.years)
    if isinstance(years, Refusal):
        raise Refused(years)
    [item_id] = await engine.database.new_ids()
    item = Item(item_id=item_id, kind="domain", domain=offer.domain, shown=offer.shown, years=years, offer=offer)
    return await put(engine, cart_id, caller, item, now)
