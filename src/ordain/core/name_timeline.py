"""A name's life as moments in their order: what was, and what will be (docs/renewal.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core import renewal
from ordain.core.registry import Renewal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.catalogue import Extension
    from ordain.core.delivery import Domain, Task
    from ordain.core.service import Service

What = Literal[
    "registered", "renewed", "month", "week", "charge", "expires", "hold", "delete", "deleted", "gone",
]  # fmt: skip


class Moment(Struct, frozen=True):
    """What happens or happened, when, and whether that is past."""

    what: What
    at: datetime
    past: bool


def moments(
    domain: Domain, extension: Extension, service: Service, tasks: Sequence[Task], now: datetime
) -> list[Moment]:
    """Everything about this term of a name, and when it was had and renewed."""
    found: list[tuple[datetime, What]] = [(domain.created, "registered")]
    found += [
        (task.done_at, "renewed")
        for task in tasks
        if isinstance(task.change, Renewal) and task.status == "done" and task.done_at
    ]
    until = renewal.restorable_until(domain, extension)
    if domain.deleted and until:
        found += [(domain.deleted, "deleted"), (until, "gone")]
    else:
        found += _ending(domain, extension, service, now)
    return [Moment(what, at, at <= now) for at, what in sorted(found)]


def _ending(domain: Domain, extension: Extension, service: Service, now: datetime) -> list[tuple[datetime, What]]:
    """The end of the term that is paid, unless it is renewed."""
    at = renewal.timeline(domain.expires, extension, service.settings)
    found: list[tuple[datetime, What]] = [(at.month, "month"), (at.week, "week"), (at.expires, "expires")]
    if service.automatic and not service.settings.delete_at_expiration:
        charged = renewal.next_charge(at, now)
        found += [(charged, "charge")] if charged else []
    if at.hold < at.delete:
        found.append((at.hold, "hold"))
    days = extension.lifecycle.redemption_days
    redemption = renewal.USUAL_REDEMPTION if days is None else days
    return [*found, (at.delete, "delete"), (at.delete + timedelta(days=redemption), "gone")]
