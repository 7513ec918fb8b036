"""What the result codes of EPP mean for an order (RFC 5730 §3): the table, and nothing else."""

from __future__ import annotations

from typing import Literal

Meaning = Literal["done", "pending", "again", "gone", "lost", "refused"]
"""done: carried out. pending: it will be decided later. again: nothing is known to have been done, and it may pass: ask
first, then repeat. gone: there is no such object. lost: somebody else has it. refused: for the reason given."""

CODES: dict[int, tuple[Meaning, str]] = {
    1000: ("done", "completed"),
    1001: ("pending", "completed, action pending"),
    1300: ("done", "no messages"),
    1301: ("done", "a message waits"),
    1500: ("done", "completed, the session ends"),
    2000: ("refused", "unknown command"),
    2001: ("refused", "syntax error"),
    2002: ("again", "command use error: the session is not in the state it was thought to be in"),
    2003: ("refused", "a parameter is missing"),
    2004: ("refused", "a value is out of range: a fee above all"),
    2005: ("refused", "a value is written wrongly"),
    2100: ("refused", "unimplemented protocol version"),
    2101: ("refused", "unimplemented command"),
    2102: ("refused", "unimplemented option"),
    2103: ("refused", "unimplemented extension"),
    2104: ("again", "billing failure: the registrar's account is to be filled up, which is no customer's business"),
    2105: ("refused", "not to be renewed"),
    2106: ("refused", "not to be transferred"),
    2200: ("again", "authentication error: the registrar's login is to be mended"),
    2201: ("refused", "authorization error: not the sponsor, or locked"),
    2202: ("refused", "the authorization code is wrong"),
    2300: ("refused", "a transfer is pending"),
    2301: ("refused", "no transfer is pending"),
    2302: ("lost", "the object exists"),
    2303: ("gone", "the object does not exist"),
    2304: ("refused", "the object's status prohibits it"),
    2305: ("refused", "another object that hangs on it prohibits it"),
    2306: ("refused", "the registry's policy forbids it"),
    2307: ("refused", "unimplemented object"),
    2308: ("refused", "the registry's management policy forbids it"),
    2400: ("again", "command failed: of many at once, one may (two deadlocked in the registry)"),
    2500: ("again", "command failed, the session ends"),
    2501: ("again", "authentication error, the session ends"),
    2502: ("again", "too many sessions"),
}
ENDING = frozenset({1500, 2500, 2501, 2502})
"""After these the server closes the connection (RFC 5730 §3)."""

WRONG_CODE, WRONG_LOGIN = 2202, 2200
EXISTS, GONE = 2302, 2303
FAILED = 2400
NOT_THE_SPONSOR = 2201


def meaning(code: int) -> Meaning:
    """What a code means. One that is not in the table means what its class does: RFC 5730 §3 orders them so."""
    if code in CODES:
        return CODES[code][0]
    if code < 2000:
        return "done"
    return "again" if code >= 2400 else "refused"
