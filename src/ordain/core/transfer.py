"""Why a name cannot be brought here from another registrar: said before it is paid for, as far as anybody tells."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ordain.core.registry import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection

LOCKED = "The name is locked against transfers: have its present registrar unlock it, then try again"
DELETED = "The name was deleted at its registry: have its present registrar restore it first"
UNDER_WAY = "Another transfer of the name is under way already"
YOUNG = "The name was registered or transferred within the last 60 days: it may not be transferred before they are over"
WRONG_CODE = "The auth code is wrong: ask the present registrar for a new one"
SENTENCES = (LOCKED, DELETED, UNDER_WAY, YOUNG, WRONG_CODE)

SETTLING = timedelta(days=60)
"""After a registration or a transfer (ICANN Transfer Policy, I.A.3.8 and 3.9)."""
_LOCKS = frozenset({"clientTransferProhibited", "serverTransferProhibited"})
_DELETED = frozenset({"pendingDelete", "redemptionPeriod", "pendingRestore"})


def obstacle(statuses: Collection[str], since: datetime | None, now: datetime) -> Refusal | None:
    """Why a name with these statuses, of RFC 5731 §2.3 and RFC 3915 §3.1, is not transferred; None if they allow it.

    `since`: when it was registered, or transferred last: a registry that locks young names does not say why.
    """
    known = set(statuses)
    if _DELETED & known:
        return Refusal(DELETED)
    if "pendingTransfer" in known:
        return Refusal(UNDER_WAY)
    if "serverTransferProhibited" in known and is_young(since, now):
        return Refusal(YOUNG)
    return Refusal(LOCKED) if _LOCKS & known else None


def is_young(since: datetime | None, now: datetime) -> bool:
    """Whether many registries and registrars do not let it go yet."""
    return since is not None and now - since < SETTLING


def refusal(
    words: str, statuses: Collection[str], since: datetime | None, now: datetime, *, locks_young: bool
) -> Refusal:
    """A registry's refusal, explained by what it tells of the name; in its own words where that explains nothing.

    `locks_young`: the extension lets no young name go, which not every registry shows in the name's statuses.
    """
    young = locks_young and is_young(since, now)
    return obstacle(statuses, since, now) or Refusal(YOUNG if young else words)
