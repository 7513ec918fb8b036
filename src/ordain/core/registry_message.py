"""What a registry tells by itself, in its queue (RFC 5730 §2.9.2.3), and what it means for a name held here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from ordain.core.delivery import Domain

if TYPE_CHECKING:
    from ordain.core.registry import Registration

DECIDES = timedelta(days=5)
"""How long the present registrar has to answer a transfer where its registry does not say (RFC 5731 §3.2.4)."""


PENDING = "pendingTransfer"
"""A name's status while a transfer of it is under way (RFC 5731 §2.3)."""
AGAIN = timedelta(days=1)
"""After so long a registry that should have decided is asked again."""


class Decided(Struct, frozen=True, tag=True):
    """What became of something that was pending (RFC 5731 §3.3, panData)."""

    name: str
    granted: bool
    transaction: str | None = None


class Transfer(Struct, frozen=True, tag=True):
    """How a transfer stands (RFC 5730 §2.9.3.4): `pending`, `serverApproved`, `clientRejected` and so on."""

    name: str
    status: str
    here: bool
    """We asked for it: the name is to come here. Otherwise it is to leave."""
    by: str = ""
    """Who asked, as the registry calls them."""
    until: datetime | None = None
    """When the registry decides by itself."""


class Touched(Struct, frozen=True, tag=True):
    """The registry did something to a name by itself: deleted, renewed or changed it."""

    name: str


About = Decided | Transfer | Touched


class Message(Struct, frozen=True, kw_only=True):
    """A message of the queue. `about` is None where it is of no kind known here."""

    message_id: str
    at: datetime | None
    words: str
    about: About | None = None


class Heard(Struct, frozen=True, kw_only=True):
    """A message as it was kept: of which registry, when it was heard, and what was made of it, in words."""

    registry: str
    message: Message
    heard: datetime
    became: str


News = Literal["leaving", "stays", "left", "gone", "deleted"]
"""What the account of a name is told: another registrar asks for it, it stays after all, it left, nobody has it any
more, its registry deleted it."""


class Turn(Struct, frozen=True):
    """A name after a message: None if it is held here no longer; and what there is to tell."""

    domain: Domain | None
    news: News | None = None


def turn(domain: Domain, about: About, found: Registration | None, now: datetime, *, deleting: bool = False) -> Turn:
    """What a message means for a name held here. The registry was asked what is so: that counts, not the message.

    A later day of expiry is nothing to note: a registry that renews by itself was not paid by the customer yet.
    `deleting`: its customer asked for its deletion, which is no news to them.
    """
    if found is None:
        return Turn(None, "gone")
    if not found.ours:
        return Turn(None, "left")
    if isinstance(about, Transfer) and not about.here:
        return _transfer(domain, about, found, now)
    if found.redemption and domain.deleted is None:
        return Turn(structs.replace(domain, deleted=now, updated=now), None if deleting else "deleted")
    return Turn(domain)


def undecided(domain: Domain, found: Registration | None, now: datetime) -> Turn:
    """The same of a name whose `leaving` has passed, and about which no message came: it is asked after again."""
    pending = found is not None and PENDING in found.statuses
    about = Transfer(domain.name, "pending" if pending else "over", here=False, until=now + AGAIN)
    return turn(domain, about, found, now)


def _transfer(domain: Domain, about: Transfer, found: Registration, now: datetime) -> Turn:
    if about.status == "pending":
        if found.statuses and PENDING not in found.statuses:
            return Turn(domain)
        until = about.until or now + DECIDES
        news: News | None = "leaving" if domain.leaving is None else None
        return Turn(structs.replace(domain, leaving=until, updated=now), news)
    if domain.leaving is None:
        return Turn(domain)
    return Turn(structs.replace(domain, leaving=None, updated=now), "stays")
