"""Who is calling: whoever signed the request with two keys, bears a token, or nobody (wire-contract §1.1, §1.3, §1.6).

What is wrong is told in this order: an unknown application, an unknown consumer key, one that does not work; the time,
the signature; then whether the credential may be used from there, and for this call.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ordain.api import signature
from ordain.core import access
from ordain.core.refusal import Refusal, Refused, not_granted
from ordain.flows import signers

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.api.server import Request
    from ordain.core.account import Caller
    from ordain.flows.ports import Engine

BEARER = "bearer "


async def find(engine: Engine, request: Request, now: datetime, *, authenticated: bool) -> Caller | None:
    """Who this request is from; None where nobody needs to say so. Raises Refused as the contract has it."""
    if request.headers.get(b"x-ovh-signature") or request.headers.get(b"x-ovh-consumer"):
        caller = await _signed(engine, request, now)
    elif (said := request.header(b"authorization"))[: len(BEARER)].lower() == BEARER:
        caller = await signers.bearer(engine, said[len(BEARER) :].strip(), engine.machine())
    elif authenticated:
        raise Refused(Refusal("unauthenticated", "You must login first"))
    else:
        return None
    if caller.allowed_ips and not access.admits(caller.allowed_ips, request.address):
        message = f"This call has not been granted from the address {request.address}"
        raise Refused(Refusal("forbidden", message, code="NOT_GRANTED_CALL"))
    if not caller.may(request.method, access.canonical(request.path or "/")):
        raise not_granted()
    await signers.used(engine, caller, now)
    return caller


async def _signed(engine: Engine, request: Request, now: datetime) -> Caller:
    signed = signature.Signed(
        request.header(b"x-ovh-application"),
        request.header(b"x-ovh-consumer"),
        request.header(b"x-ovh-timestamp"),
        request.header(b"x-ovh-signature"),
        request.method,
        request.body,
    )
    signer = await signers.signer(engine, signed.application_key, signed.consumer_key, now)
    # The signature is judged by the machine's own clock: the sandbox's may have been moved.
    signature.check_time(signed.timestamp, time.time())
    urls = signature.addresses(request.scheme, request.header(b"host"), request.target, engine.public_url)
    signature.check(signed, signer.secret, urls)
    return signer.caller
