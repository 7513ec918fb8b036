"""What is said to a registry and what it answers, whatever the wire (RFC 5731, 8748, 8334)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from ordain.core.marketplace import Listing
from ordain.core.money import Money

HOLD = "clientHold"
"""The status that keeps a name out of the DNS (RFC 5731 §2.3)."""

State = Literal["available", "taken", "reserved"]


class Fees(Struct, frozen=True):
    """A premium name's fees at the registry (RFC 8748 §3), before our margin: for a year, a transfer, a restoration."""

    create: Money
    renew: Money | None
    """None: it renews at the standard price, the catalogue's."""
    transfer: Money
    restore: Money | None = None
    """None: at the standard price."""
    of_class: str = "premium"
    """The registry's own word for how dear it is (RFC 8748 §3.7)."""


class Availability(Struct, frozen=True):
    """A registry's answer about one name. `reason` says in words why it cannot be had."""

    name: str
    state: State
    reason: str | None = None
    fees: Fees | None = None
    """Only for premium names; others cost what the catalogue says."""
    listings: tuple[Listing, ...] = ()
    """Where its owner sells it. Platforms are asked beside the registry, which knows nothing of them."""
    contexts: tuple[str, ...] = ()
    """Contexts of the extension's rule that this name brings into play: claims, reason, protected_code …"""
    claim_key: str | None = None
    """Of a name under a trademark claim: the key its notice is fetched by (RFC 8334 §3.1.1, launch:claimKey)."""


ACCEPTED_FOR = timedelta(hours=48)


class AcceptedNotice(Struct, frozen=True):
    """A claims notice the customer accepted (RFC 8334 §2.6.3, launch:notice)."""

    id: str
    not_after: datetime
    accepted: datetime

    def in_time(self, now: datetime) -> bool:
        """Whether a registry takes it: before its end, and not long after it was accepted (RFC 9361 §5.3)."""
        return now < self.not_after and self.accepted <= now <= self.accepted + ACCEPTED_FOR


class Command(Struct, frozen=True, kw_only=True):
    """Create or transfer a name. `transaction` is the client transaction id, the same at every repetition."""

    transaction: str
    name: str
    years: int
    owner: dict[str, Any]
    name_servers: tuple[str, ...]
    auth_info: str | None = None
    protected_code: str | None = None
    reason: str | None = None
    """By what right the name is asked for, where a registry reviews it."""
    fees: Fees | None = None
    """What a premium name was sold for: the registry refuses rather than charge more (RFC 8748 §3.2, §4)."""
    phase: str = "ga"
    """What the extension's sale is in (RFC 8334 §2.3)."""
    notice: AcceptedNotice | None = None
    signed_mark: str | None = None
    """The file that proves a mark in the sunrise, as its holder gave it (RFC 7848)."""
    config: dict[str, Any] | None = None
    """What .gov.uk and .ac.uk ask about the name itself (domain.Data)."""


class Host(Struct, frozen=True):
    """A host below a name, with its addresses (RFC 5732): the glue the extension's own servers hand out."""

    name: str
    ips: tuple[str, ...]


class Key(Struct, frozen=True):
    """A DNSSEC key of a name's zone (RFC 4034 §2, RFC 5910). `public_key` is base64 without spaces."""

    flags: int
    algorithm: int
    tag: int
    public_key: str


class Disclosure(Struct, frozen=True):
    """Members of one of a name's contacts that its public record shows (domain.configurations.Optin)."""

    contact: str
    members: tuple[str, ...]


class Update(Struct, frozen=True, kw_only=True, tag=True, omit_defaults=True):
    """What is to become so about a name (RFC 5731 §3.2.5, 5732, 5733, 5910). None leaves it as it is."""

    name_servers: tuple[str, ...] | None = None
    keys: tuple[Key, ...] | None = None
    """All of them: those not named are taken away."""
    hosts: tuple[Host, ...] | None = None
    """Those that change: one without addresses is taken away, others stay as they are."""
    locked: bool | None = None
    """Against transfers (RFC 5731 clientTransferProhibited)."""
    hold: bool | None = None
    """Out of the DNS (RFC 5731 clientHold)."""
    auth_info: str | None = None
    owner: dict[str, Any] | None = None
    owner_id: int | None = None
    """Our own number of that owner's contact, where it becomes another one. Not the registry's business."""
    admin: str | None = None
    tech: str | None = None
    addresses: tuple[Host, ...] | None = None
    """Of name servers that are not below the name, as the customer noted them. Not the registry's business."""
    disclosed: tuple[Disclosure, ...] | None = None
    """What of its contacts the name's public record shows, all of it (RFC 5733 §2.9)."""


class Renewal(Struct, frozen=True, tag=True):
    """So many years more for a name that expires then (RFC 5731 §3.2.3): it can only be had once."""

    years: int
    expires: datetime
    fees: Money | None = None
    """The most its registry may charge for all the years: what its customer was told of (RFC 8748 §3.2)."""


class Deletion(Struct, frozen=True, tag=True):
    """The name is given up; its registry may keep it in redemption for a while (RFC 3915)."""


class Restoration(Struct, frozen=True, tag=True):
    """The name is taken back out of redemption (RFC 3915)."""

    fees: Money | None = None
    """The most its registry may charge for it: what its customer was told of (RFC 8748 §3.2)."""


class Departure(Struct, frozen=True, tag=True):
    """Another registrar's request for the name is answered (RFC 5730 §2.9.3.4): it may go, or it stays."""

    allowed: bool


Upkeep = Update | Renewal | Deletion | Restoration
"""What only concerns a name and its registrar."""
Change = Update | Renewal | Deletion | Restoration | Departure
"""A change of a name that is ours, said as what is to become so: whether it is so already can be seen by looking."""


class Registration(Struct, frozen=True):
    """A name as its registry holds it. `transaction` is the one that created or transferred it.

    Of a name that is not ours only that somebody has it, and until when, is known for certain.
    """

    name: str
    ours: bool
    transaction: str | None
    created: datetime
    expires: datetime
    pending: bool = False
    """Asked for, and not yet decided (RFC 5730 code 1001)."""
    name_servers: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    hosts: tuple[Host, ...] = ()
    locked: bool = False
    auth_info: str | None = None
    owner: dict[str, Any] | None = None
    """The owner's members, where the registry tells them."""
    admin: str | None = None
    tech: str | None = None
    disclosed: tuple[Disclosure, ...] = ()
    redemption: bool = False
    """Deleted, and not gone yet (RFC 3915)."""
    statuses: tuple[str, ...] = ()
    """What its registry and registrar hold about it: clientHold, pendingTransfer … (RFC 5731 §2.3)."""
    grace: tuple[str, ...] = ()
    """The periods it is in: addPeriod, autoRenewPeriod, redemptionPeriod … (RFC 3915 §3.1)."""
    untold_keys: int = 0
    """DS records that its registry tells without the keys they are of."""

    @property
    def hold(self) -> bool:
        """We keep it out of the DNS."""
        return HOLD in self.statuses


class Done(Struct, frozen=True, tag=True):
    """The registry did it."""

    registration: Registration


class Pending(Struct, frozen=True, tag=True):
    """The registry will decide later: ask again after `seconds`."""

    seconds: int
    why: str = "The registry decides"


class Refusal(Struct, frozen=True, tag=True):
    """The registry will not, for this reason. `argument` names what the customer can correct, if anything."""

    reason: str
    argument: str | None = None


class Lost(Struct, frozen=True, tag=True):
    """The name went to somebody else in the meantime."""

    reason: str


Answer = Done | Pending | Refusal | Lost


class NoAnswer(Exception):
    """The registry could not be asked, or its answer was lost: what happened there is unknown."""


class NotTold(NoAnswer):
    """The registry answered, and does not tell about this: to ask again at once would change nothing."""
