"""What forms of the back office say of edits: instants, reasons, what was seen; and what was wrong, by field."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.edit import Wish, in_force

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ordain.core.edit import Change, Edit
    from ordain.core.refusal import Refused
    from ordain.web.page import Visit

NO_INSTANT = "Write a day and time such as 2027-03-01T00:00"
SENTENCES = (NO_INSTANT,)


class Terms(Struct, frozen=True):
    """From when, until when, why, and the newest edit that the page knew."""

    begins: datetime | None
    ends: datetime | None
    reason: str
    seen: int | None

    def wish(self, visit: Visit, change: Change) -> Wish:
        """The wish of whoever is signed in."""
        return Wish(
            by=visit.session.account.nichandle,
            change=change,
            reason=self.reason,
            begins=self.begins,
            ends=self.ends,
            seen=self.seen,
        )


def terms(visit: Visit) -> tuple[Terms, dict[str, str]]:
    """What a form says of these, and what is wrong with it by field."""
    problems: dict[str, str] = {}
    found = {field: _instant(visit, field, problems) for field in ("begins", "ends")}
    seen = visit.form.get("seen", "")
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= 16 else None
    return Terms(found["begins"], found["ends"], visit.form.get("reason", ""), known), problems


def _instant(visit: Visit, field: str, problems: dict[str, str]) -> datetime | None:
    """An instant as browsers write it, in UTC unless it says otherwise; None for nothing."""
    text = visit.form.get(field, "").strip()
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        problems[field] = visit.language.say(NO_INSTANT)
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def problems_of(visit: Visit, refused: Refused, fields: Sequence[str]) -> dict[str, str]:
    """Why a form was refused: by its fields, and under "" what is about none of them."""
    found: dict[str, str] = {}
    for refusal in refused.refusals:
        field = refusal.field if refusal.field and refusal.field in fields else ""
        said = visit.language.say(refusal.message)
        found[field] = f"{found[field]} {said}" if field in found else said
    return found


def kept(form: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    """What a form had in these fields, for it to be shown again."""
    return {field: form.get(field, "") for field in fields}


def parted(text: str) -> list[str]:
    """The words of a list that somebody typed, with commas or spaces between them."""
    return text.replace(",", " ").split()


def history(edits: Sequence[Edit], now: datetime) -> list[tuple[Edit, bool]]:
    """The newest first, each with whether it can still be withdrawn."""
    open_yet = {edit.number for edit in in_force(edits) if edit.begins > now}
    return [(edit, edit.number in open_yet) for edit in reversed(edits)]
