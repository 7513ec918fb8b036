"""ETags (RFC 9110 §8.8.3): one for all there is to a cart, and reading the headers that name some."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import msgspec

from ordain.core.refusal import Refusal

if TYPE_CHECKING:
    from ordain.core.cart import Cart

ANY = "*"

_encode = msgspec.json.Encoder(order="deterministic").encode
_TAG = re.compile(r'(W/)?("[!#-~\x80-\xff]*")[ \t]*(?:,[ \t]*|$)')


def of_cart(cart: Cart) -> str:
    """Another one whenever anything of the cart changed: items, their configurations, coupons, expiry, order."""
    return f'"{hashlib.sha256(_encode(cart)).hexdigest()[:32]}"'


def strong(header: str, text: str) -> tuple[str, ...] | Refusal:
    """The tags an If-Match names, ("*",) for any. A weak one is nobody's."""
    found = _read(header, text)
    return found if isinstance(found, Refusal) else tuple(tag for weak, tag in found if not weak)


def weak(header: str, text: str) -> tuple[str, ...] | Refusal:
    """The tags an If-None-Match names; whether they are weak does not matter."""
    found = _read(header, text)
    return found if isinstance(found, Refusal) else tuple(tag for _, tag in found)


def _read(header: str, text: str) -> list[tuple[str, str]] | Refusal:
    text, at = text.strip(), 0
    if text == ANY:
        return [("", ANY)]
    found = []
    while one := _TAG.match(text, at):
        found.append((one[1] or "", one[2]))
        at = one.end()
        if at == len(text):
            return found
    message = f'{header} is *, or ETags in double quotes, as in "0123abcd"'
    return Refusal("invalid", message, header)


def changed(cart: Cart, named: tuple[str, ...]) -> Refusal:
    """Why a change is not made to a cart that is none of those named by an If-Match."""
    now = of_cart(cart)
    message = f"Cart {cart.cart_id} is not as it was when you looked: its ETag is {now} now"
    if not named:  # proxies that compress answers weaken their tags
        message = f"A weak ETag (W/) says too little for If-Match: that of cart {cart.cart_id} is {now}"
    return Refusal("precondition", message, "If-Match")
