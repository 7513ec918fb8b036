"""To which instant the sandbox's clock is moved: what people write, as an instant."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ordain.core.refusal import Refusal

LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""Nothing is rehearsed beyond: registries' and certificates' dates end somewhere."""
_AHEAD = re.compile(r"\+(\d{1,6})([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
UNREADABLE = "Time is moved by +30d, +12h, +5m or +10s, or to a day such as 2027-03-01, or an instant of ISO 8601"


def moved(text: str, now: datetime) -> datetime | Refusal:
    """The instant that is meant, in UTC: never one before now."""
    ahead = _AHEAD.fullmatch(text.strip())
    if ahead:
        to = now + timedelta(**{_UNITS[ahead[2]]: int(ahead[1])})
    else:
        try:
            to = datetime.fromisoformat(text.strip())
        except ValueError:
            return Refusal("invalid", UNREADABLE, "to")
        to = to.replace(tzinfo=UTC) if to.tzinfo is None else to
    if to < now:
        return Refusal(
            "invalid", f"Time is moved forward only: it is {now.isoformat(timespec='seconds')} already", "to"
        )
    if to > LATEST:
        return Refusal("invalid", f"Time is moved no further than {LATEST.date()}", "to")
    return to.astimezone(UTC)
