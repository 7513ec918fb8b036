"""VIES, the Union's register of VAT numbers, asked over its REST interface: POST {url}/check-vat-number.

It is often away, as a whole or for one member state: whatever is no clear yes or no is "unknown".
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any

from ordain.adapters.http_calls import TROUBLE, HttpCall, answered
from ordain.core.vat_check import Told

SOURCE = "VIES"
ANSWER_WITHIN = 8
"""Seconds: somebody waits for their order."""
AT_ONCE = 8
"""Questions under way; whoever comes later waits for their turn, no longer than for an answer."""
LONGEST = 65_536
LONGEST_TEXT = 500
UNDISCLOSED = "---"
"""What stands for a name or address that a member state does not tell."""
VERDICTS = ("VALID", "INVALID", "", None)
"""Values of `userError` beside which `valid` is an answer; all others say that there is none."""


class ViesChecker:
    """A VatChecker (flows/ports.py). `url` is what stands before `/check-vat-number`."""

    def __init__(self, url: str, within: float = ANSWER_WITHIN) -> None:
        self._url = url
        self._within = within
        # Of its own: what is drawn out here holds up no password and no file.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="vies")

    async def check(self, number: str, requester: str) -> Told:
        """What VIES knows of a number. With a requester's number it gives a consultation number, as evidence."""
        question = {"countryCode": number[:2], "vatNumber": number[2:]}
        if requester:
            question |= {"requesterMemberStateCode": requester[:2], "requesterNumber": requester[2:]}
        try:
            status, body = await asyncio.wait_for(self._in_turn(question), self._within + 1)
        except TROUBLE as trouble:
            return _unknown(f"cannot be reached: {str(trouble) or type(trouble).__name__}")
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            return _unknown(f"answered {status} with what is no JSON")
        return _read(status, answer, number)

    async def _in_turn(self, question: dict[str, str]) -> tuple[int, bytes]:
        """A turn ends with its thread, however long ago we stopped listening; one that never began is taken back."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._asked, question)

    def _asked(self, question: dict[str, str]) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        call = HttpCall("POST", f"{self._url.rstrip('/')}/check-vat-number", json.dumps(question).encode(), headers)
        return answered(call, self._within, LONGEST)


def _read(status: int, answer: Any, number: str) -> Told:  # noqa: ANN401 - somebody else's JSON
    """The answer, if it is one to this question: a boolean of its own, and no error beside it."""
    if not isinstance(answer, dict):
        return _unknown(f"answered {status} with what is no object")
    fault = _fault(answer)
    if status != HTTPStatus.OK or fault or answer.get("actionSucceed") is False:
        return _unknown(fault or f"answered {status}")
    valid = answer.get("valid")
    if not isinstance(valid, bool):
        return _unknown("answered neither yes nor no")
    told_of = f"{answer.get('countryCode', number[:2])}{answer.get('vatNumber', number[2:])}"
    if told_of != number:
        return _unknown(f"answered of {told_of[:LONGEST_TEXT]}")
    return Told(
        answer="valid" if valid else "invalid",
        source=SOURCE,
        consultation=_text(answer.get("requestIdentifier")),
        name=_text(answer.get("name")),
        address=_text(answer.get("address")),
    )


def _fault(answer: dict[str, Any]) -> str:
    """The code of an error, such as MS_UNAVAILABLE: in an envelope of its own, or beside a `valid` that is none."""
    wrapped = answer.get("errorWrappers")
    if isinstance(wrapped, list) and wrapped:
        first = wrapped[0]
        return _text(first.get("error") if isinstance(first, dict) else first) or "an error without a name"
    said = answer.get("userError")
    return "" if said in VERDICTS else _text(said) or "an error without a name"


def _text(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    return "" if text == UNDISCLOSED else text[:LONGEST_TEXT]


def _unknown(reason: str) -> Told:
    return Told(answer="unknown", source=SOURCE, reason=reason)
