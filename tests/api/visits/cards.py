"""Cards: registered, described, made the default, removed, under their newer and their older name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.api.contract import Visit
from tests.flows.cards import LINKS, register, with_cards
from tests.stripe_gateway import AUTHENTICATE, gateway

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.world import World

DIFFERENCES: dict[str, str] = {}
"""Every difference there is, with its reason."""

METHOD, MEAN = "/me/payment/method", "/me/paymentMean/creditCard"


def visits(world: World) -> Iterator[Visit]:
    """One call of every route, with a processor behind them."""
    before = world.engine
    with gateway() as far:
        with_cards(world, far)
        card, other, third = (
            register(world, far, number) for number in (AUTHENTICATE, "4242424242424242", AUTHENTICATE)
        )
        yield Visit(f"POST {METHOD}", METHOD, {"paymentType": "CREDIT_CARD", "callbackUrl": LINKS})
        one = "{paymentMethodId}"
        yield Visit(f"POST {METHOD}/{one}/finalize", f"{METHOD}/{card}/finalize", {})
        yield Visit(f"GET {METHOD}/{one}", f"{METHOD}/{card}")
        yield Visit(f"PUT {METHOD}/{one}", f"{METHOD}/{card}", {"default": True, "description": "mine"})
        yield Visit("GET /me/payment/availableMethods", "/me/payment/availableMethods")
        yield Visit(f"POST {MEAN}", MEAN, {"returnUrl": "https://shop.example/", "setDefault": False})
        yield Visit(f"GET {MEAN}", MEAN)
        yield Visit(f"GET {MEAN}/{{id}}", f"{MEAN}/{card}")
        yield Visit(f"PUT {MEAN}/{{id}}", f"{MEAN}/{card}", {"description": "ours"})
        yield Visit(f"POST {MEAN}/{{id}}/chooseAsDefaultPaymentMean", f"{MEAN}/{other}/chooseAsDefaultPaymentMean")
        order_id = world.order("cards-1.fr")
        world.post(f"/me/order/{order_id}/pay", {"paymentMethod": {"id": card}})
        for path in ("availablePaymentMean", "availablePaymentMethod", "paymentMethods"):
            yield Visit(f"GET /me/order/{{orderId}}/{path}", f"/me/order/{order_id}/{path}")
        yield Visit("POST /me/order/{orderId}/pay", f"/me/order/{world.order('cards-2.fr')}/pay",
                    {"paymentMethod": {"id": other}})  # fmt: skip
        yield Visit(f"DELETE {METHOD}/{one}", f"{METHOD}/{other}")
        yield Visit(f"DELETE {MEAN}/{{id}}", f"{MEAN}/{third}")
    world.use(before)
