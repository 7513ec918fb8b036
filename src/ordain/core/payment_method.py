"""Payment methods (me.payment.PaymentMethod): what an account pays orders with when it names a method by its id.

Every account has its prepaid account, and bank transfers where the operator has a bank account; cards are registered.
Fidelity points are no method: an order is paid from them by name (payWithRegisteredPaymentMean).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core import charge
from ordain.core.ledger import FIDELITY_ACCOUNT, OVH_ACCOUNT, PREPAID, balance_of

if TYPE_CHECKING:
    from collections.abc import Mapping

PREPAID_ACCOUNT, BANK_TRANSFER = 1, 2
"""The ids of what every account has, the same in every one: ids of their own would say nothing more."""

CARD, TRANSFER = "creditCard", "bankAccount"

MEANS = {PREPAID_ACCOUNT: OVH_ACCOUNT}
"""The methods that are balances, by their ids."""

DEFAULT = PREPAID_ACCOUNT
"""The default of who chose none."""

ALIASES: Mapping[str, str] = {
    "CURRENT_ACCOUNT": OVH_ACCOUNT,
    "CREDIT_CARD": CARD,
    **{name: name for name in (*PREPAID, CARD, TRANSFER)},
}
"""What each mean that can pay here is booked as, by its names on the wire (billing.ReusablePaymentMeanEnum)."""

SOURCES: Mapping[str, str] = {
    OVH_ACCOUNT: balance_of(OVH_ACCOUNT),
    FIDELITY_ACCOUNT: balance_of(FIDELITY_ACCOUNT),
    CARD: charge.ACCOUNT,
    TRANSFER: "clearing:transfer",
}
"""The ledger account each mean's money comes from."""

GOES_BACK: Mapping[str, str] = {**SOURCES, TRANSFER: balance_of(OVH_ACCOUNT)}
"""Where it is given back to: what came by bank transfer goes to the prepaid account."""

Status = Literal["CREATING", "VALID", "EXPIRED", "FAILED", "CANCELED"]
"""Of me.payment.method.StatusEnum, what occurs here."""


class Card(Struct, frozen=True, kw_only=True):
    """A card as its processor tells it: never its number."""

    means: str
    """The processor's name of it."""
    brand: str
    last4: str
    year: int
    month: int


class Method(Struct, frozen=True, kw_only=True):
    """A card that was registered, or is being."""

    nic: str
    method_id: int
    created: datetime
    updated: datetime
    session: str
    """The processor's name of the page it is registered on."""
    url: str = ""
    """That page."""
    status: Status = "CREATING"
    description: str | None = None
    wanted_default: bool = False
    """It becomes the default once it is valid."""
    card: Card | None = None

    def status_at(self, now: datetime) -> Status:
        """Where it stands: a card is good until its month is over."""
        return "EXPIRED" if self.status == "VALID" and self.expires and self.expires <= now else self.status

    def usable(self, now: datetime) -> bool:
        """Whether it can pay."""
        return self.status_at(now) == "VALID"

    @property
    def expires(self) -> datetime | None:
        """The instant its month is over."""
        if self.card is None:
            return None
        year, month = self.card.year + self.card.month // 12, self.card.month % 12 + 1
        return datetime(year, month, 1, tzinfo=UTC)

    @property
    def label(self) -> str:
        """The card as people tell it from others."""
        return f"{self.card.brand.capitalize()} •••• {self.card.last4}" if self.card else ""


class Registered(Struct, frozen=True):
    """What became of a page on which a card is registered: the card, that it failed, or nothing yet."""

    card: Card | None = None
    failed: bool = False


SUBTYPES: Mapping[str, str] = {
    "amex": "AMERICAN_EXPRESS",
    "cartes_bancaires": "CARTE_BANCAIRE",
    "diners": "DINERS_CLUB",
    "discover": "DISCOVER",
    "jcb": "JCB",
    "mastercard": "MASTERCARD",
    "visa": "VISA",
}
"""The contract's word for a card's brand (me.payment.AvailableSubTypeEnum)."""
