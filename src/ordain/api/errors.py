"""Refusals as the contract's error answers (wire-contract §1.6, §3): one table from kinds to statuses."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from ordain.core.refusal import Kind, Refused

UNKNOWN_URL = "Got an invalid (or empty) URL"
"""The real API's own words (wire-contract §1.6)."""

EXPIRED = 460  # python-ovh raises ResourceExpiredError for it

STATUSES: dict[Kind, tuple[int, str]] = {
    "invalid": (400, "Client::BadRequest"),
    "rule": (400, "Client::BadRequest::DOMDOCRuleNotRespected"),
    "unauthenticated": (401, "Client::Unauthorized"),
    "forbidden": (403, "Client::Forbidden"),
    "not-found": (404, "Client::NotFound"),
    "conflict": (409, "Client::Conflict"),
    "expired": (EXPIRED, "Client::Expired"),
    "precondition": (412, "Client::PreconditionFailed"),
    "too-large": (413, "Client::ContentTooLarge"),
    "too-slow": (408, "Client::RequestTimeout"),
    "too-many": (429, "Client::TooManyRequests"),
    "unavailable": (503, "Server::Unavailable"),
    "unknown": (504, "Server::GatewayTimeout"),
}

OAUTH2: dict[str, bytes | None] = {
    "invalid_request": None,
    "invalid_client": b'Basic realm="oauth2"',
    "unsupported_grant_type": None,
    "invalid_scope": None,
    "invalid_token": b'Bearer error="invalid_token"',
}
"""Codes of RFC 6749 §5.2 and RFC 6750 §3.1, which go out as `error`, each with its challenge."""

PAUSES: dict[Kind, int] = {"unavailable": 2, "unknown": 2}
"""Seconds after which to try again, or to look, where nobody knows better."""

CLOSED = [(b"connection", b"close")]
"""What goes out where the rest of a request is not waited for."""

# Of several refusals the answer's status is that of the first kind here that occurs: who may not look further is told
# so before anything else, and what can be corrected comes last.
_ORDER: tuple[Kind, ...] = (
    "not-found",
    "unauthenticated",
    "forbidden",
    "expired",
    "precondition",
    "conflict",
    "unknown",
    "unavailable",
    "too-many",
    "too-large",
    "too-slow",
    "invalid",
    "rule",
)


def answer(refused: Refused) -> tuple[int, dict[str, Any]]:
    """Status and body. Every refusal is a line of `message` and, if it is about a field, a member of `details`."""
    refusals = refused.refusals
    first = next(r for kind in _ORDER for r in refusals if r.kind == kind)
    status, name = STATUSES[first.kind]
    body: dict[str, Any] = {"message": refused.summary or "\n".join(dict.fromkeys(r.message for r in refusals))}
    if first.code in OAUTH2:
        body |= {"class": name, "error": first.code, "error_description": body["message"]}
    elif first.code:
        body |= {"errorCode": first.code, "httpCode": f"{status} {HTTPStatus(status).phrase}"}
    else:
        body["class"] = name
    details = dict(refused.notes)
    for refusal in refusals:
        if refusal.field:
            said = details.get(refusal.field)
            details[refusal.field] = f"{said}\n{refusal.message}" if said else refusal.message
    broken = [{"field": r.field, "operator": r.broken.operator, "expected": r.broken.expected}
              for r in refusals if r.broken]  # fmt: skip
    if broken:
        details["_violations"] = msgspec.json.encode(broken).decode()  # a text: go-ovh takes no other details
    if details:
        body["details"] = details
    return status, body


def headers(refused: Refused) -> list[tuple[bytes, bytes]]:
    """How a client is to show who it is, where the codes above ask for that; when it may try again."""
    asked = [OAUTH2.get(refusal.code or "") for refusal in refused.refusals]
    waits = [seconds for refusal in refused.refusals if (seconds := refusal.seconds or PAUSES.get(refusal.kind))]
    challenges = [(b"www-authenticate", challenge) for challenge in asked if challenge]
    over = CLOSED if any(refusal.kind == "too-slow" for refusal in refused.refusals) else []
    return challenges + over + ([(b"retry-after", str(max(waits)).encode())] if waits else [])
