"""/ordain/v1/webhooks: what the payment processor tells by itself. The contract knows nothing of it."""

from __future__ import annotations

from ordain.api.routing import Call, Route
from ordain.flows import webhooks


async def _stripe(call: Call) -> None:
    await webhooks.take(call.engine, call.body, call.header(b"stripe-signature"), call.engine.machine())


ROUTES = (
    Route(method="POST", path="/ordain/v1/webhooks/stripe", do=_stripe, authenticated=False, raw=True,
          told="What Stripe tells by itself, signed by it", refuses=("not-found",)),
)  # fmt: skip
