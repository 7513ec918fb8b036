"""A gateway that speaks Stripe's API, for what localstripe cannot do: it forgets no idempotency key, and it misbehaves.

It stands at the far end of the wire: the stripe library talks to it over HTTP, on a port of this machine. It keeps its
customers, cards, PaymentIntents, refunds, sessions and disputes in memory, writes down every Event, loses answers when
told to, and decides late where Stripe does. Shapes and errors are those of docs.stripe.com/api.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

KEY, SECRET = "sk_test_ordain", "whsec_ordain"

GOOD, DECLINED, POOR, CHARGE_FAILS = "4242424242424242", "4000000000000002", "4000000000009995", "4000000000000341"
AUTHENTICATE = "4000002760003184"
SLOW = "4000000000000259"
"""Here: the bank decides later, as `Gateway.decide` says (at Stripe, debits do so)."""
_DECLINES = {DECLINED: "generic_decline", POOR: "insufficient_funds", CHARGE_FAILS: "generic_decline"}


class Refusal(Exception):
    """An error answer."""

    def __init__(self, status: int, kind: str, code: str | None, message: str = "", **more: object) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"type": kind, "message": message or code or kind, **({"code": code} if code else {}), **more}


def sign(body: bytes, at: datetime, secret: str = SECRET) -> str:
    """The header that signs a body."""
    stamp = int(at.timestamp())
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


@dataclass
class Fault:
    """The next `times` calls of these are lost: before they were heard, or after they were carried out."""

    call: str
    heard: bool
    times: int = 1


@dataclass
class Gateway:
    """The state, and what tests do to it. `calls` are those that were heard, in their order."""

    url: str = ""
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    taken: list[tuple[str, int]] = field(default_factory=list)
    """The PaymentIntents money was taken for, with the amounts."""
    returned: list[tuple[str, int]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    answers: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    """By idempotency key: a digest of what was asked, and what was answered."""
    before: Callable[[str], None] = lambda _: None
    """Called with every call before it is carried out."""
    pending_refunds: bool = False
    no_refunds: str | None = None
    """The code that refunds are refused with."""
    card_until: tuple[int, int] = (2030, 12)
    """Year and month that new cards are good until."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    # What tests do

    def lose(self, call: str, *, heard: bool, times: int = 1) -> None:
        """Drop the connection at the next calls that match this pattern ("POST .*/confirm")."""
        self.faults.append(Fault(call, heard, times))

    def card(self, number: str = GOOD, customer: str | None = None) -> str:
        """A card as Stripe's pages make one."""
        year, month = self.card_until
        told = {"brand": "visa", "last4": number[-4:], "exp_month": month, "exp_year": year, "country": "FR"}
        made = self._make("pm", "payment_method", type="card", card=told, customer=customer)
        made["_number"] = number
        return str(made["id"])

    def complete(self, session: str, number: str = GOOD) -> None:
        """Somebody types this card's number on the session's page."""
        of = self.objects[session]
        means = self.card(number, of["customer"])
        made = self._make("seti", "setup_intent", status="succeeded", payment_method=means, customer=of["customer"])
        of |= {"status": "complete", "setup_intent": made["id"]}
        self._tell("setup_intent.succeeded", made)
        self._tell("checkout.session.completed", of)

    def authenticate(self, intent: str, *, confirmed: bool = True) -> None:
        """Somebody confirms a payment at their bank, or does not."""
        of = self.objects[intent]
        assert of["status"] == "requires_action", of["status"]
        of["next_action"] = None
        if confirmed:
            self._take(of)
        else:
            self._fail(of, "payment_intent_authentication_failure", None)

    def decide(self, intent: str, *, taken: bool) -> None:
        """The bank of a slow card decides."""
        of = self.objects[intent]
        assert of["status"] == "processing", of["status"]
        if taken:
            self._take(of)
        else:
            self._fail(of, "card_declined", "insufficient_funds")

    def dispute(self, intent: str) -> str:
        """The card's owner asks the bank to take the money back."""
        of = self.objects[intent]
        made = self._make(
            "dp", "dispute", payment_intent=intent, charge=of["latest_charge"], amount=of["amount"],
            currency=of["currency"], reason="fraudulent", status="needs_response",
        )  # fmt: skip
        of["_disputed"] = True
        self._tell("charge.dispute.created", made)
        return str(made["id"])

    def end_dispute(self, dispute: str, status: str) -> None:
        """The bank decides: "won" or "lost"."""
        of = self.objects[dispute]
        of["status"] = status
        self.objects[of["payment_intent"]]["_disputed"] = status == "lost"
        self._tell("charge.dispute.closed", of)

    def signed(self, event: dict[str, Any], at: datetime, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
        """An event as it is sent: the body, and the header that signs it."""
        body = json.dumps(event).encode()
        return body, {"Stripe-Signature": sign(body, at, secret)}

    def intents(self) -> list[str]:
        """All PaymentIntents."""
        return [name for name in self.objects if name.startswith("pi_")]

    # What is asked

    def answer(self, method: str, path: str, sent: dict[str, Any], key: str | None) -> tuple[int, dict[str, Any]]:
        """One call; the same key gives the same answer, whatever it was and however old it is."""
        digest = hashlib.sha256(json.dumps([path, sent], sort_keys=True).encode()).hexdigest()
        if method == "POST" and key in self.answers:
            known, status, body = self.answers[key or ""]
            if known != digest:
                return 400, {"error": {"type": "idempotency_error", "message": "the key was used for another request"}}
            return status, {**body, "_old": True}
        try:
            status, body = 200, _told(self._routed(method, path, sent))
        except Refusal as refusal:
            status, body = refusal.status, {"error": refusal.error}
        if method == "POST" and key:
            self.answers[key] = (digest, status, json.loads(json.dumps(body)))
        return status, body

    def _routed(self, method: str, path: str, sent: dict[str, Any]) -> dict[str, Any]:
        for verb, pattern, do in _ROUTES:
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                of = self._find(found[1]) if found.groups() else {}
                answer: dict[str, Any] = do(self, of, sent)
                return answer
        raise Refusal(404, "invalid_request_error", None, f"Unrecognized request URL ({method}: {path})")

    def _find(self, name: str) -> dict[str, Any]:
        if name not in self.objects:
            raise Refusal(404, "invalid_request_error", "resource_missing", f"No such object: {name!r}")
        return self.objects[name]

    def _make(self, prefix: str, kind: str, **members: object) -> dict[str, Any]:
        name = f"{prefix}_{next(self.numbers):08d}"
        self.objects[name] = {"id": name, "object": kind, "created": int(time.time()), **members}
        return self.objects[name]

    def _tell(self, kind: str, of: dict[str, Any]) -> None:
        number = next(self.numbers)
        self.events.append(
            {
                "id": f"evt_{number:08d}",
                "object": "event",
                "type": kind,
                "data": {"object": _told(json.loads(json.dumps(of)))},
            }
        )

    def read(self, of: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        """GET of anything, with what is to be expanded."""
        shown = dict(of)
        for path in sent.get("expand", {}).values():
            first, _, then = path.partition(".")
            if isinstance(shown.get(first), str):
                shown[first] = self.read(self.objects[shown[first]], {"expand": {"0": then}} if then else {})
        return shown

    def customer(self, _: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/customers."""
        return self._make("cus", "customer", **sent)

    def detach(self, of: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/payment_methods/{id}/detach."""
        if of["customer"] is None:
            raise Refusal(400, "invalid_request_error", None, "The payment method is not attached to a customer")
        of["customer"] = None
        return of

    def session(self, _: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/checkout/sessions."""
        self._find(sent["customer"])
        if not re.match(r"https?://", sent.get("success_url", "")):
            raise Refusal(400, "invalid_request_error", "url_invalid", "Not a valid URL")
        made = self._make("cs", "checkout.session", status="open", setup_intent=None, **sent)
        made["url"] = f"https://checkout.stripe.example/c/{made['id']}"
        return made

    def intent(self, _: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/payment_intents."""
        means = self._find(sent["payment_method"])
        if means["customer"] != sent["customer"]:
            raise Refusal(400, "invalid_request_error", None, "The customer does not have the payment method")
        amount = int(sent["amount"])
        if amount < 50:
            raise Refusal(400, "invalid_request_error", "amount_too_small", "Amount must be at least 50")
        members = {**sent, "amount": amount, "next_action": None, "last_payment_error": None, "latest_charge": None}
        return self._make("pi", "payment_intent", status="requires_confirmation", **members)

    def confirm(self, of: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/payment_intents/{id}/confirm."""
        if of["status"] not in ("requires_confirmation", "requires_payment_method"):
            raise Refusal(
                400, "invalid_request_error", "payment_intent_unexpected_state",
                f"You cannot confirm this PaymentIntent because it has a status of {of['status']}.", payment_intent=of,
            )  # fmt: skip
        means = self._find(sent.get("payment_method", of["payment_method"]))
        number = means["_number"]
        if number in _DECLINES:
            self._fail(of, "card_declined", _DECLINES[number])
            raise Refusal(402, "card_error", "card_declined", decline_code=_DECLINES[number], payment_intent=_told(of))
        if number == AUTHENTICATE and "off_session" in sent:
            self._fail(of, "authentication_required", "authentication_required")
            raise Refusal(402, "card_error", "authentication_required", decline_code="authentication_required",
                          payment_intent=_told(of))  # fmt: skip
        if number == AUTHENTICATE:
            url = f"https://hooks.stripe.example/3ds/{of['id']}"
            of["next_action"] = {
                "type": "redirect_to_url",
                "redirect_to_url": {"url": url, "return_url": sent["return_url"]},
            }
            of["status"] = "requires_action"
            self._tell("payment_intent.requires_action", of)
        elif number == SLOW:
            of["status"] = "processing"
            self._tell("payment_intent.processing", of)
        else:
            self._take(of)
        return of

    def cancel(self, of: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/payment_intents/{id}/cancel."""
        if of["status"] in ("succeeded", "canceled", "processing"):
            raise Refusal(400, "invalid_request_error", "payment_intent_unexpected_state", payment_intent=of)
        of |= {"status": "canceled", "next_action": None}
        self._tell("payment_intent.canceled", of)
        return of

    def refund(self, _: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        """POST /v1/refunds."""
        of = self._find(sent["payment_intent"])
        gone = sum(amount for intent, amount in self.returned if intent == of["id"])
        amount = int(sent.get("amount", of["amount"] - gone))
        if of["status"] != "succeeded":
            raise Refusal(400, "invalid_request_error", None, "This PaymentIntent does not have a successful charge")
        if self.no_refunds:
            raise Refusal(400, "invalid_request_error", self.no_refunds)
        if of.get("_disputed"):
            raise Refusal(400, "invalid_request_error", "charge_disputed")
        if gone == of["amount"]:
            raise Refusal(400, "invalid_request_error", "charge_already_refunded")
        if gone + amount > of["amount"]:
            raise Refusal(
                400, "invalid_request_error", None, "Refund amount is greater than unrefunded amount on charge"
            )
        self.returned.append((of["id"], amount))
        made = self._make("re", "refund", status="pending" if self.pending_refunds else "succeeded",
                          **{**sent, "amount": amount})  # fmt: skip
        self._tell("charge.refunded", {"id": of["latest_charge"], "object": "charge", "payment_intent": of["id"]})
        return made

    def refunds(self, _: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        """GET /v1/refunds."""
        found = [o for o in self.objects.values() if o["object"] == "refund"
                 and o["payment_intent"] == sent["payment_intent"]][::-1]  # fmt: skip
        names = [one["id"] for one in found]
        first = names.index(sent["starting_after"]) + 1 if "starting_after" in sent else 0
        end = first + min(int(sent.get("limit", 10)), 100)
        return {"object": "list", "url": "/v1/refunds", "has_more": end < len(found), "data": found[first:end]}

    def _take(self, of: dict[str, Any]) -> None:
        of |= {"status": "succeeded", "latest_charge": f"ch_{next(self.numbers):08d}", "last_payment_error": None}
        self.taken.append((of["id"], of["amount"]))
        self._tell("payment_intent.succeeded", of)

    def _fail(self, of: dict[str, Any], code: str, decline: str | None) -> None:
        error = {"type": "card_error", "code": code, "message": code, **({"decline_code": decline} if decline else {})}
        of |= {"status": "requires_payment_method", "last_payment_error": error}
        self._tell("payment_intent.payment_failed", of)


_ROUTES: list[tuple[str, str, Callable[[Gateway, dict[str, Any], dict[str, Any]], dict[str, Any]]]] = [
    ("POST", r"/v1/customers", Gateway.customer),
    ("POST", r"/v1/payment_methods/(\w+)/detach", Gateway.detach),
    ("GET", r"/v1/payment_methods/(\w+)", Gateway.read),
    ("POST", r"/v1/checkout/sessions", Gateway.session),
    ("GET", r"/v1/checkout/sessions/(\w+)", Gateway.read),
    ("POST", r"/v1/payment_intents", Gateway.intent),
    ("GET", r"/v1/payment_intents/(\w+)", Gateway.read),
    ("POST", r"/v1/payment_intents/(\w+)/confirm", Gateway.confirm),
    ("POST", r"/v1/payment_intents/(\w+)/cancel", Gateway.cancel),
    ("POST", r"/v1/refunds", Gateway.refund),
    ("GET", r"/v1/refunds", Gateway.refunds),
    ("GET", r"/v1/disputes/(\w+)", Gateway.read),
]


def _told(of: Any) -> Any:
    """What is shown of an object: not what only the gateway knows."""
    if isinstance(of, dict):
        return {name: _told(value) for name, value in of.items() if not name.startswith("_")}
    return [_told(each) for each in of] if isinstance(of, list) else of


def unflatten(text: str) -> dict[str, Any]:
    """A form's members as the tree they mean: a[b]=1 is {"a": {"b": "1"}}."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parts = re.findall(r"[^\[\]]+", name)
        node = tree
        for part in parts[:-1]:
            node = node.setdefault(part, {})
        node[parts[-1]] = value
    return tree


class _Line(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    gateway: Gateway

    def do_GET(self) -> None:
        self._do(unflatten(urlsplit(self.path).query))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._do(unflatten(body))

    def _do(self, sent: dict[str, Any]) -> None:
        path = urlsplit(self.path).path
        call, gateway = f"{self.command} {path}", self.gateway
        gateway.before(call)
        with gateway.lock:
            fault = next((f for f in gateway.faults if f.times and re.fullmatch(f.call, call)), None)
            if fault:
                fault.times -= 1
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                status, body = 401, {"error": {"type": "invalid_request_error", "message": "Invalid API Key"}}
            elif fault and not fault.heard:
                status, body = 0, {}
            else:
                gateway.calls.append(call)
                status, body = gateway.answer(self.command, path, sent, self.headers.get("Idempotency-Key"))
        if fault:
            self.close_connection = True
            return
        old = body.pop("_old", False)
        answer = json.dumps(body).encode()
        self.send_response(status)
        if old:
            self.send_header("Idempotent-Replayed", "true")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing to standard error."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 128


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway on a port of this machine, for as long as this lasts."""
    state = Gateway()
    server = _Server(("127.0.0.1", 0), type("_Own", (_Line,), {"gateway": state}))
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
