"""/ordain/v1/office: what is sold, as staff edit it. The contract knows nothing of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct

from ordain.api import words
from ordain.api.office_gate import OFFICE, for_brand, for_seller
from ordain.api.office_market import EditTold, Short, edit_told
from ordain.api.routing import Call, Route
from ordain.core import edit_check, price_preview
from ordain.core.brand import Brand
from ordain.core.edit import (
    BrandChange,
    Edit,
    MarginChange,
    PriceChange,
    Priced,
    PromotionChange,
    SaleChange,
    Wish,
    Withdrawal,
)
from ordain.core.margins import Margin
from ordain.core.money import decimal_text, parse_amount
from ordain.core.promotions import Promotion
from ordain.core.refusal import Refused, invalid
from ordain.flows import market_edits

if TYPE_CHECKING:
    from ordain.core.edit import Change
    from ordain.core.price_preview import Preview

Amount = Annotated[str, words.worded(r"^-?\d{1,15}(\.\d{1,8})?$", "Expected an amount such as 6.99")]


class Told(Struct, frozen=True):
    """What a price means for the customers of a subsidiary, and for us; net but for `tax` and `gross`."""

    subsidiary: str
    before: str | None
    price: str
    promotion: str | None
    discount: str
    net: str
    tax: str
    gross: str
    cost: str | None
    earned: str | None
    belowCost: bool


class Made(Struct, frozen=True):
    """An edit as it was made, or with `dryRun` would be; of a price with what it means."""

    edit: EditTold
    previews: list[Told]


class Terms(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every edit says: why, from when, until when. `seen`: the newest edit that was known to its author."""

    reason: words.Text
    begins: datetime | None = None
    ends: datetime | None = None
    seen: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    dryRun: bool = False


class PriceWish(Terms, frozen=True, kw_only=True):
    """A net price, or the purchase price that the margin in force makes one of."""

    extension: words.Text
    currency: Short
    action: Priced
    price: Amount | None = None
    purchase: Amount | None = None


class SaleWish(Terms, frozen=True, kw_only=True):
    """An extension put on sale, or taken off it."""

    extension: words.Text
    on: bool
    why: words.Text = ""


class PromotionWish(Terms, frozen=True, kw_only=True):
    """A promotion by the keys of promotions.toml; null takes it away."""

    name: words.Text
    promotion: Promotion | None


class MarginWish(Terms, frozen=True, kw_only=True):
    """A margin by the keys of margins.toml; null takes it away."""

    name: words.Text
    margin: Margin | None


class BrandWish(Terms, frozen=True, kw_only=True):
    """What the shop is called and looks like."""

    brand: Brand


class WithdrawalWish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an edit is not to begin."""

    reason: words.Text
    seen: Annotated[int, Meta(ge=0, le=2**53)] | None = None


async def _price(call: Call) -> Made:
    wish: PriceWish = call.body
    change = PriceChange(wish.extension.removeprefix(".").lower(), wish.currency, wish.action, None)
    if (wish.price is None) == (wish.purchase is None):
        message = "price: give either price or purchase"
        raise invalid(message, "price")
    if naive := edit_check.zoneless(wish.begins, wish.ends):
        raise Refused(*naive)
    if wish.purchase is not None:
        at = wish.begins or call.now
        price = price_preview.from_purchase(call.engine.market, change, parse_amount(wish.purchase), at)
        if isinstance(price, str):
            message = f"purchase: {price}"
            raise invalid(message, "purchase")
    else:
        price = parse_amount(wish.price or "")
    return await _made(call, msgspec.structs.replace(change, price=price))


async def _sale(call: Call) -> Made:
    return await _made(call, SaleChange(call.body.extension.removeprefix(".").lower(), call.body.on, call.body.why))


async def _promotion(call: Call) -> Made:
    return await _made(call, PromotionChange(call.body.name, call.body.promotion))


async def _margin(call: Call) -> Made:
    return await _made(call, MarginChange(call.body.name, call.body.margin))


async def _brand(call: Call) -> Made:
    return await _made(call, BrandChange(call.body.brand))


async def _withdraw(call: Call) -> Made:
    wish = Wish(
        by=call.caller.account.nichandle,
        change=Withdrawal(call.path["id"]),
        reason=call.body.reason,
        seen=call.body.seen,
    )
    return _said(call, await market_edits.make(call.engine, wish, call.now))


async def _made(call: Call, change: Change) -> Made:
    terms: Terms = call.body
    wish = Wish(
        by=call.caller.account.nichandle,
        change=change,
        reason=terms.reason,
        begins=terms.begins,
        ends=terms.ends,
        seen=terms.seen,
    )
    do = market_edits.judged if terms.dryRun else market_edits.make
    return _said(call, await do(call.engine, wish, call.now))


def _said(call: Call, edit: Edit) -> Made:
    shelf = call.engine.shelf
    others = tuple(each for each in shelf.edits if each.number < edit.number)
    found = price_preview.previews(shelf.files, others, edit)
    return Made(edit_told(edit, shelf.edits), [preview_told(each) for each in found])


def preview_told(preview: Preview) -> Told:
    """What a price means, in decimal texts."""
    return Told(
        subsidiary=preview.subsidiary,
        before=decimal_text(preview.before) if preview.before else None,
        price=decimal_text(preview.price),
        promotion=preview.promotion,
        discount=decimal_text(preview.discount),
        net=decimal_text(preview.paid.net),
        tax=decimal_text(preview.paid.tax),
        gross=decimal_text(preview.paid.gross),
        cost=decimal_text(preview.cost) if preview.cost else None,
        earned=decimal_text(preview.earned) if preview.earned else None,
        belowCost=preview.below_cost,
    )


ROUTES = (
    Route(method="POST", path=f"{OFFICE}/edit/{{id}}/withdraw", do=for_seller(_withdraw), body=WithdrawalWish,
          answer=Made, told="Have an edit not begin"),
    Route(method="POST", path=f"{OFFICE}/price", do=for_seller(_price), body=PriceWish, answer=Made,
          told="Edit a price, from an instant on"),
    Route(method="POST", path=f"{OFFICE}/sale", do=for_seller(_sale), body=SaleWish, answer=Made,
          told="Put an extension on sale, or take it off, from an instant on"),
    Route(method="POST", path=f"{OFFICE}/promotion", do=for_seller(_promotion), body=PromotionWish, answer=Made,
          told="Edit a promotion, from an instant on"),
    Route(method="POST", path=f"{OFFICE}/margin", do=for_seller(_margin), body=MarginWish, answer=Made,
          told="Edit a margin, from an instant on"),
    Route(method="POST", path=f"{OFFICE}/brand", do=for_brand(_brand), body=BrandWish, answer=Made,
          told="Edit what the shop looks like, from an instant on"),
)  # fmt: skip
