"""What access rules allow, in words a person can decide by; and the terms a person grants them on."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import access
from ordain.core.credential import METHODS, Rules, Terms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ordain.core.language import Language


class Area(Struct, frozen=True):
    """A part of the API, and what reading and changing there means."""

    start: str
    read: str
    change: str


AREAS = (
    Area("/me/api", "See your keys and programs", "Make keys that may do anything for you, and withdraw others"),
    Area("/me/order", "See your orders", "Act on your orders"),
    Area("/me", "See your account, contacts and bills", "Change your account and contacts"),
    Area("/order", "See your carts and what they cost", "Fill carts and place orders in your name"),
    Area("/domain", "See your domain names and DNS zones", "Change your domain names and DNS zones"),
)
SPEND = "Pay orders with your money"
ELSEWHERE = "Other things: see the list of calls"
PAYMENTS = (
    ("/me/order/", "/payWithRegisteredPaymentMean"),
    ("/me/order/", "/pay"),
    ("/order/cart/", "/checkout"),
    ("/ordain/v1/order/cart/", "/review"),
)
"""Calls that can spend money: what their paths have before and after an id."""

VALIDITIES = {"1": "One day", "7": "7 days", "30": "30 days", "365": "One year", "": "Without end"}
"""How long a key may work, by days."""
USUAL = "30"

BAD_VALIDITY = "Choose how long it may be used"
BAD_BLOCKS = "Write addresses or blocks of addresses, such as 192.0.2.7 or 2001:db8::/32, separated by spaces"
BAD_RULES = "Write a method and a path on each line, such as GET /me or POST /order/*"


def in_words(rules: Rules) -> list[str]:
    """What the rules allow, the weightiest first."""
    found = [SPEND] if any(method == "POST" and _pays(pattern) for method, pattern in rules) else []
    for area in AREAS:
        methods = {method for method, pattern in rules if _touches(pattern, area)}
        found += [area.change] if methods - {"GET"} else []
        found += [area.read] if "GET" in methods else []
    known = tuple(area.start for area in AREAS)
    if not all(_within(pattern.partition("*")[0], known) for _, pattern in rules):
        found.append(ELSEWHERE)
    return found


def _pays(pattern: str) -> bool:
    """Whether a pattern can match a payment of any order, were it of one alone; rather told too often than hidden."""
    head, star, _ = pattern.partition("*")
    tail = pattern.rpartition("*")[2]
    for start, end in PAYMENTS:
        if not star and pattern.startswith(start) and pattern.endswith(end):
            return True
        _, slash, after = head.removeprefix(start).partition("/")
        begun = start.startswith(head) or (head.startswith(start) and end.startswith(f"{slash}{after}"))
        if star and begun and (tail.endswith(end) or end.endswith(tail)):
            return True
    return False


def _touches(pattern: str, area: Area) -> bool:
    """Whether a pattern can match a path of this part of the API, those of its smaller parts left aside."""
    head, star, _ = pattern.partition("*")
    smaller = tuple(other.start for other in AREAS if other.start.startswith(f"{area.start}/"))
    return (_within(head, (area.start,)) and not _within(head, smaller)) or bool(star and area.start.startswith(head))


def _within(head: str, starts: tuple[str, ...]) -> bool:
    return any(head == start or head.startswith(f"{start}/") for start in starts)


def read_terms(form: Mapping[str, str], now: datetime) -> tuple[Terms, dict[str, str]]:
    """The terms a form says, and what is wrong with it by field."""
    problems = {}
    validity, blocks = form.get("validity", "?"), tuple(re.split(r"[\s,;]+", form.get("ips", "").strip()))
    blocks = () if blocks == ("",) else blocks
    if validity not in VALIDITIES:
        problems["validity"] = BAD_VALIDITY
    if access.block_refusals(blocks):
        problems["ips"] = BAD_BLOCKS
    if problems:
        return Terms(), problems
    return Terms(until=now + timedelta(days=int(validity)) if validity else None, allowed_ips=blocks), {}


def validities(language: Language) -> list[tuple[str, str]]:
    """The choices of how long."""
    return [(days, language.say(text)) for days, text in VALIDITIES.items()]


def said(problems: Mapping[str, str], language: Language) -> dict[str, str]:
    """Problems by field in a language."""
    return {field: language.say(text) for field, text in problems.items()}


def read_rules(text: str) -> Rules | None:
    """Access rules as a form says them, "GET /me" on each line; None if they cannot be right."""
    words = [line.split() for line in text.splitlines() if line.strip()]
    if not all(len(word) == 2 for word in words):
        return None
    rules = tuple((method.upper(), path) for method, path in words)
    return None if access.rule_refusals(rules) else rules


def write_rules(rules: Rules) -> str:
    """The same the other way round."""
    return "\n".join(f"{method} {path}" for method, path in rules)


def asked_for(pairs: list[tuple[str, str]]) -> Rules:
    """Access rules as a link asks for them: `?GET=/me&POST=/order/*` (wire-contract §1.2)."""
    return tuple((name, value) for name, value in pairs if name in METHODS)
