"""A service: a domain or a zone as something an account holds, renews and terminates (wire-contract §2.8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core.refusal import Refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["domain", "zone"]
State = Literal["active", "ending", "deleted"]
"""`ending`: its registry is being told; `deleted`: and has been, though the name may still be restored."""

ROUTES: dict[Kind, tuple[str, str]] = {
    "domain": ("/domain/{serviceName}", "serviceName"),
    "zone": ("/domain/zone/{zoneName}", "zoneName"),
}
"""Where a service is found in the API, and what stands for its name there."""

ADVANCE = timedelta(days=20)
"""Before its expiry a name is charged that is renewed automatically."""
TOKEN_LENGTH = 64
TOKEN_LIFE = timedelta(days=3)
"""How long the link of a termination's mail can be used."""


class Settings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the customer set. `period` is in months."""

    display_name: str | None = None
    automatic: bool = True
    """Renewed and charged before its expiry, without its customer doing anything."""
    delete_at_expiration: bool = False
    period: int | None = None


class Service(Struct, frozen=True, kw_only=True):
    """One service. `plan` is the extension of a domain, "zone" of a zone; only a domain ends by itself (`until`)."""

    nic: str
    service_id: int
    kind: Kind
    name: str
    plan: str
    created: datetime
    until: datetime | None
    admin: str
    tech: str
    settings: Settings
    state: State = "active"
    active: bool = True
    """Its account has its services renewed automatically, unless they are set otherwise."""
    unpaid: bool = False
    """It was to be renewed, and could not be charged."""
    renewing: bool = False
    """Its registry is being asked for further years."""

    @property
    def shown(self) -> str:
        """What its customer calls it."""
        return self.settings.display_name or self.name

    @property
    def automatic(self) -> bool:
        """It is renewed and charged without its customer doing anything."""
        return self.kind == "domain" and self.active and self.settings.automatic

    def renewed_on(self, now: datetime) -> datetime:
        """When it is charged, if that is done automatically, else when it has to be renewed at the latest."""
        expires = self.expires(now)
        return expires - ADVANCE if self.automatic else expires

    def expires(self, now: datetime) -> datetime:
        """When its present year ends: a zone costs nothing, and goes on from year to year."""
        return self.until or next_anniversary(self.created, now)


class Termination(Struct, frozen=True, kw_only=True):
    """A wish to end a service, confirmed by whoever has the token of its mail. Only the token's hash is kept."""

    nic: str
    service_id: int
    token_hash: str
    requested: datetime
    expires: datetime
    confirmed: datetime | None = None


class Farewell(Struct, frozen=True):
    """Why a service is terminated, as far as the customer says (service.TerminationReasonEnum and so on)."""

    reason: str | None = None
    future_use: str | None = None
    commentary: str | None = None


class Renewal(Struct, frozen=True):
    """How a service is to be renewed, as it was sent. None leaves a member as it is."""

    automatic: bool | None = None
    delete_at_expiration: bool | None = None
    forced: bool | None = None
    period: int | None = None
    manual: bool | None = None
    """The contract's manualPayment: nothing is charged by itself."""


def duration(months: int) -> str:
    """The contract's form: P1Y, P6M."""
    years, rest = divmod(months, 12)
    return f"P{months}M" if rest else f"P{years}Y"


def next_anniversary(created: datetime, now: datetime) -> datetime:
    """The first return of this day after now; of 29 February it is 1 March where there is none."""
    year = max(created.year, now.year)
    candidates = (_in_year(created, each) for each in (year, year + 1))
    return next(day for day in candidates if day > now and day > created)


def _in_year(day: datetime, year: int) -> datetime:
    try:
        return day.replace(year=year)
    except ValueError:
        return datetime(year, 3, 1, day.hour, day.minute, day.second, day.microsecond, tzinfo=UTC)


RenewalState = Literal["automatic_renew", "cancellation_complete", "cancellation_requested", "manual_renew", "unpaid"]


def renewal_state(of: Service) -> RenewalState:
    """How a name is renewed, or that it is not (domain.RenewalStateEnum)."""
    if of.state == "deleted":
        return "cancellation_complete"
    if of.state == "ending" or of.settings.delete_at_expiration:
        return "cancellation_requested"
    if of.unpaid and not of.renewing:
        return "unpaid"
    return "automatic_renew" if of.automatic else "manual_renew"


def automatic(sent: Renewal) -> bool | None:
    """Whether it is to be renewed by itself; None: as before."""
    return False if sent.manual else sent.automatic


def renewal_refusals(sent: Renewal, kind: Kind, periods: Sequence[int]) -> list[Refusal]:
    """Why a service cannot be renewed so. Periods are the months it can be renewed for."""
    refusals = []
    if sent.automatic and kind == "zone":
        said = "renew.automatic: a zone costs nothing and goes on from year to year"
        refusals.append(Refusal("invalid", said, "renew.automatic"))
    if sent.automatic and sent.manual:
        said = "renew.manualPayment: what is renewed automatically is charged automatically too"
        refusals.append(Refusal("invalid", said, "renew.manualPayment"))
    if sent.forced:
        refusals.append(Refusal("invalid", "renew.forced: nothing is renewed by force here", "renew.forced"))
    if sent.period is not None and sent.period not in periods:
        said = "renew.period: expected one of %(these)s months"
        refusals.append(refusal("invalid", said, "renew.period", these=", ".join(map(str, periods))))
    return refusals
