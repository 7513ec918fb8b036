"""Somebody signed in, and how long one has to wait after failing to."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from ordain.core.account import Account

LIFE = timedelta(hours=12)
"""How long a sign-in lasts."""
LIFE_BEFORE_CODE = timedelta(minutes=10)
"""How long the second factor is waited for."""


class Session(Struct, frozen=True):
    """Who is signed in, and until when. `awaits_code`: not yet, the second factor is still asked for.

    `role`: as what they work here (core/staff.py), "" if they do not.
    """

    account: Account
    created: datetime
    expires: datetime
    awaits_code: bool = False
    role: str = ""


class Limit(Struct, frozen=True):
    """`free` attempts, then each doubles the wait from `pause` to `longest`. A quiet `memory` forgets them."""

    free: int
    pause: timedelta
    longest: timedelta
    memory: timedelta


class Attempts(Struct, frozen=True):
    """How often somebody tried lately, and when last."""

    count: int
    last: datetime


BY_NAME = Limit(5, timedelta(seconds=5), timedelta(minutes=2), timedelta(hours=24))
"""Wrong passwords and codes for one account: at most 30 an hour, and nobody is kept out of theirs for long."""
BY_ADDRESS = Limit(30, timedelta(seconds=5), timedelta(minutes=15), timedelta(hours=1))
"""The same from one network address, for whatever accounts."""


def wait(attempts: Attempts | None, limit: Limit, now: datetime) -> timedelta:
    """How long the next attempt has to wait: zero where it need not."""
    if attempts is None or attempts.count < limit.free or now - attempts.last >= limit.memory:
        return timedelta(0)
    doublings = min(attempts.count - limit.free, 20)  # beyond that it is the longest anyhow
    pause = limit.pause * (1 << doublings)
    return max(attempts.last + min(pause, limit.longest) - now, timedelta(0))


def after(attempts: Attempts | None, limit: Limit, now: datetime) -> Attempts:
    """The count with one more attempt, made now."""
    remembered = attempts.count if attempts and now - attempts.last < limit.memory else 0
    return Attempts(remembered + 1, now)
