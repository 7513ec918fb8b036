"""Changes of a cart that are made only if it is as somebody saw it (If-Match, RFC 9110 §13.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ordain.core import entity_tag
from ordain.core.cart import hidden_from
from ordain.core.refusal import Refused
from ordain.flows.watched import Watched
from ordain.store import carts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.core.cart import Cart
    from ordain.store.database import Database, Tx

T = TypeVar("T")


class AsSeen(Watched):
    """A database that writes only while a cart is as it was seen, or as these writes made it.

    A cart that is not there, or somebody else's, and one that became an order are left to the flow: it refuses every
    change of them, and tells why.
    """

    def __init__(self, database: Database, cart_id: str, nic: str | None, tags: tuple[str, ...]) -> None:
        super().__init__(database)
        self._cart_id = cart_id
        self._nic = nic
        self._tags = tags
        self.tag: str | None = None
        """The cart's as the last write left it; None before one, and of a cart that is gone."""

    async def write(self, work: Callable[[Tx], Awaitable[T]], *, in_turn: bool = False) -> T:
        """Run `work` in a transaction in which the cart is as it was seen. Raises Refused if it is not."""

        async def seen(tx: Tx) -> tuple[T, Cart | None]:
            cart = await carts.load(tx, self._cart_id)
            ordered = cart is not None and cart.read_only
            if not ordered:
                self._check(cart)
            result = await work(tx)
            if ordered:  # it refused nothing after all
                self._check(cart)
            return result, await carts.load(tx, self._cart_id)

        result, after = await self._database.write(seen, in_turn=in_turn)
        self.tag = entity_tag.of_cart(after) if after else None
        if self.tag and entity_tag.ANY not in self._tags:
            self._tags = (self.tag,)
        return result

    async def check(self) -> None:
        """Whether the cart is as it was seen, before anything is asked or written. Raises Refused."""
        cart = await self._database.read(lambda tx: carts.load(tx, self._cart_id))
        if not (cart and cart.read_only):
            self._check(cart)

    def _check(self, cart: Cart | None) -> None:
        if cart is None or hidden_from(cart, self._nic) or entity_tag.ANY in self._tags:
            return
        if entity_tag.of_cart(cart) not in self._tags:
            raise Refused(entity_tag.changed(cart, self._tags))
