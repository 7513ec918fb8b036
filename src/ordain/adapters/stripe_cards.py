"""Cards through Stripe, by its own library: a PaymentProcessor (flows/ports.py).

A charge's place is a PaymentIntent, made without being confirmed: confirming takes the money, and Stripe confirms one
once. What became of it is read off it by its id, so no answer that gets lost leaves a question open.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import stripe

from ordain.adapters import stripe_words as words
from ordain.core.charge import DISPUTED, Declined, Dispute, Returned
from ordain.core.payment_method import Registered
from ordain.core.refusal import invalid
from ordain.core.registry import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ordain.core.account import Account
    from ordain.core.charge import Asked, Asking, Event, Said
    from ordain.core.money import Money

log = logging.getLogger(__name__)

CONNECT_WITHIN, ANSWER_WITHIN = 5, 25
"""Seconds. A bank takes its time; four answers in a row are still within charge.LEASE."""
THREADS = 8
"""Calls at once: a processor that is silent holds up nothing but cards."""
PAGE = 100
"""Refunds that are listed at once: Stripe's most."""
TOLERANCE = timedelta(minutes=5)
"""How old a message may be, by our clock."""


class StripeCards:
    """One Stripe account. `url` is where its API is, if not at Stripe: a stand-in on this machine."""

    def __init__(self, key: str, webhook_secret: str, url: str = "") -> None:
        self._client = stripe.StripeClient(
            key,
            # Its retries would make a key of their own for what we ask about first.
            max_network_retries=0,
            http_client=stripe.RequestsClient(timeout=(CONNECT_WITHIN, ANSWER_WITHIN)),
            base_addresses={"api": url} if url else {},
        )
        self._secret = webhook_secret
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="stripe")

    async def _ask(self, call: Callable[..., Any], *arguments: object, key: str | None = None) -> Any:  # noqa: ANN401 - what Stripe answers
        """One call, in a thread. Raises NoAnswer where nobody knows what became of it."""
        options: dict[str, Any] = {"idempotency_key": key} if key else {}
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, lambda: call(*arguments, options=options)
            )
        except (stripe.CardError, stripe.InvalidRequestError):
            raise
        except stripe.StripeError as error:
            log.warning("Stripe: %s %s", type(error).__name__, error)
            message = f"Stripe: {type(error).__name__}"
            raise NoAnswer(message) from error

    def obstacle(self, amount: Money) -> str | None:
        """Why no card can be charged so much."""
        return words.obstacle(amount)

    async def make_room(self, asked: Asked) -> str | Declined:
        """A PaymentIntent that nobody confirms yet."""
        wanted = {
            "amount": words.minor(asked.amount),
            "currency": asked.amount.currency.lower(),
            "customer": asked.customer,
            "payment_method": asked.means,
            "payment_method_types": ["card"],
            "metadata": {words.KEY: asked.key, "ordain_account": asked.nic, "ordain_order": asked.told},
        }
        try:
            intent = await self._ask(self._client.v1.payment_intents.create, wanted, key=asked.key)
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            return _declined(error)
        return str(intent.id)

    async def charge(self, asked: Asked, place: str) -> Said:
        """Confirm it, first as somebody who is not there; where the bank wants them, as somebody who is sent to it."""
        said = await self._confirm(place, {"off_session": True}, f"{asked.key}-take")
        if said != Declined(words.WANTED):
            return said
        present = {"payment_method": asked.means, "return_url": asked.return_url}
        said = await self._confirm(place, present, f"{asked.key}-present")
        return Declined("not_confirmed") if said == Declined(words.WANTED) else said

    async def _confirm(self, place: str, how: dict[str, Any], key: str) -> Said:
        try:
            intent = await self._ask(self._client.v1.payment_intents.confirm, place, how, key=key)
        except stripe.CardError as error:
            return await self.find(place) if _is_old(error.headers) else _declined(error)
        except stripe.InvalidRequestError:  # it is past being confirmed: by us, earlier
            return await self.find(place)
        return await self.find(place) if _is_old(intent.last_response.headers) else words.said(intent)

    async def find(self, place: str) -> Said:
        """What the PaymentIntent says."""
        try:
            return words.said(await self._ask(self._client.v1.payment_intents.retrieve, place, {}))
        except stripe.InvalidRequestError as error:
            raise _unknown(error) from error

    async def call_off(self, place: str) -> Said:
        """Cancel it; what cannot be cancelled any more says what it is."""
        try:
            return words.said(await self._ask(self._client.v1.payment_intents.cancel, place, {}))
        except stripe.InvalidRequestError:
            return await self.find(place)

    async def give_back(self, asked: Asking) -> Returned:
        """Refund it, unless a refund with this key is there already."""
        try:
            there = await self._refund(asked)
            if there is not None:
                return words.returned(there)
            wanted = {
                "payment_intent": asked.processor_id,
                "amount": words.minor(asked.amount),
                "metadata": {words.KEY: asked.key},
            }
            return words.returned(await self._ask(self._client.v1.refunds.create, wanted, key=asked.key))
        except (stripe.InvalidRequestError, stripe.CardError) as error:
            if error.code == "charge_already_refunded":
                return Returned("done", error.code)
            return Returned("refused", DISPUTED if error.code == "charge_disputed" else error.code or str(error)[:200])

    async def _refund(self, asked: Asking) -> Any:  # noqa: ANN401 - a Refund
        """The refund with this key; None if there is none on any page of the charge's."""
        wanted: dict[str, Any] = {"payment_intent": asked.processor_id, "limit": PAGE}
        while True:
            page = await self._ask(self._client.v1.refunds.list, wanted)
            found = next((refund for refund in page.data if words.key(refund) == asked.key), None)
            if found is not None or not page.has_more or not page.data:
                return found
            wanted = {**wanted, "starting_after": page.data[-1].id}

    async def customer(self, account: Account, key: str) -> str:
        """A Customer by the account's name."""
        name = account.organisation or f"{account.firstname or ''} {account.name or ''}".strip()
        wanted = {"email": account.email, "name": name, "metadata": {"ordain_account": account.nichandle}}
        try:
            return str((await self._ask(self._client.v1.customers.create, wanted, key=key)).id)
        except stripe.InvalidRequestError as error:
            raise _unknown(error) from error

    async def registration(self, customer: str, key: str, urls: tuple[str, str]) -> tuple[str, str]:
        """A Checkout Session in setup mode: a page of Stripe's, so that no card number ever comes near us."""
        wanted = {
            "mode": "setup",
            "customer": customer,
            "payment_method_types": ["card"],
            "success_url": urls[0],
            "cancel_url": urls[1],
            "metadata": {words.KEY: key},
        }
        try:
            session = await self._ask(self._client.v1.checkout.sessions.create, wanted, key=key)
        except stripe.InvalidRequestError as error:
            message = f"Stripe does not take this: {error.user_message or 'it says no more'}"
            raise invalid(message, "callbackUrl") from error
        return str(session.id), str(session.url)

    async def registered(self, session: str) -> Registered:
        """What the Session's SetupIntent came to."""
        expand = {"expand": ["setup_intent.payment_method"]}
        try:
            found = await self._ask(self._client.v1.checkout.sessions.retrieve, session, expand)
        except stripe.InvalidRequestError as error:
            raise _unknown(error) from error
        intent = found.setup_intent
        if found.status == "complete" and intent is not None and intent.status == "succeeded":
            return Registered(card=words.card(intent.payment_method))
        return Registered(failed=found.status == "expired")

    async def forget(self, means: str) -> None:
        """Detach it."""
        try:
            await self._ask(self._client.v1.payment_methods.detach, means, {})
        except stripe.InvalidRequestError as error:
            log.info("Stripe does not know the card %s any more: %s", means, error.code)

    async def dispute(self, dispute_id: str) -> Dispute:
        """A Dispute."""
        try:
            told = await self._ask(self._client.v1.disputes.retrieve, dispute_id, {})
        except stripe.InvalidRequestError as error:
            raise _unknown(error) from error
        amount = words.money(told.amount, told.currency)
        return Dispute(str(told.id), str(told.payment_intent or ""), amount, str(told.reason), str(told.status))

    def event(self, body: bytes, signature: str, now: datetime) -> Event:
        """An Event whose signature is right and whose time is now, by our clock."""
        try:
            # Without a tolerance the library compares no clock; ours is what tests and a wrong machine go by.
            told = self._client.construct_event(body, signature, self._secret, tolerance=0)
            sent = next(part[2:] for part in signature.split(",") if part.startswith("t="))
            at = datetime.fromtimestamp(int(sent), UTC)
            read = words.event(told)
        except (
            stripe.SignatureVerificationError,
            ValueError,
            OverflowError,
            AttributeError,
            KeyError,
            TypeError,  # digests of other than ASCII cannot be compared
        ) as error:
            message = "This is not signed by the payment processor"
            raise invalid(message) from error
        if abs(now - at) > TOLERANCE:
            message = "This was signed too long ago, or a clock is wrong"
            raise invalid(message)
        return read


def _is_old(headers: Any) -> bool:  # noqa: ANN401 - any mapping
    """Whether Stripe repeats what it answered to this key before: it may not be so any more."""
    return any(name.lower() == "idempotent-replayed" for name in headers or {})


def _declined(error: stripe.CardError | stripe.InvalidRequestError) -> Declined:
    """Why nothing was taken. What is wrong with what we asked is the operator's to know."""
    told = error.error
    if isinstance(error, stripe.InvalidRequestError):
        log.error("Stripe refused: %s", error)
        return Declined("gone" if error.code == "resource_missing" else "refused")
    if error.code == "authentication_required":
        return Declined(words.WANTED)
    return Declined(words.reason(getattr(told, "decline_code", None), error.code))


def _unknown(error: stripe.InvalidRequestError) -> NoAnswer:
    """It does not know what it should: another account's key, or another mode. Nothing is decided by that."""
    log.error("Stripe refused: %s", error)
    return NoAnswer(f"Stripe: {error.code}")
