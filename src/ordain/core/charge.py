"""A charge: one order's money asked of a card, written down before its processor is, and what came of it.

A processor makes room for a charge first, which takes no money (`created` → `asked` stores where); only then is it told
to take it. Whatever gets lost on the way, asking about that one place tells what is so: money is taken there once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, structs

from ordain.core import ledger
from ordain.core.ledger import Entry, Posting
from ordain.core.money import Money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Status = Literal["created", "asked", "action-required", "unknown", "succeeded", "failed"]

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    "created": frozenset({"asked", "failed"}),
    "asked": frozenset({"succeeded", "failed", "action-required", "unknown"}),
    "unknown": frozenset({"succeeded", "failed", "action-required"}),
    "action-required": frozenset({"succeeded", "failed", "unknown"}),
    "failed": frozenset({"succeeded"}),  # the processor's late word: it is either kept or given back
    "succeeded": frozenset(),
}
"""The only ways a charge's status moves; `tests/core/test_charge.py` walks them."""

OPEN: frozenset[Status] = frozenset({"created", "asked", "action-required", "unknown"})
"""Not decided yet: an order has one such charge at most."""

ACCOUNT = "clearing:card"
"""The ledger account of what the card processor holds for us."""

LEASE = timedelta(minutes=2)
"""How long whoever took a charge up is left alone: longer than an adapter waits for all of its answers."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)
CONFIRMED_WITHIN = timedelta(hours=1)
"""How long a person has to confirm a payment with the bank. Then it is called off, and the order free again."""


class Charge(Struct, frozen=True, kw_only=True):
    """One attempt to charge an order to a card. `key` is what the processor knows it by, at every repetition."""

    charge_id: int
    nic: str
    order_id: int
    method_id: int
    amount: Money
    key: str
    created: datetime
    updated: datetime
    look_at: datetime
    """When a worker asks about it (again)."""
    status: Status = "created"
    processor_id: str | None = None
    """Its place at the processor."""
    reason: str | None = None
    """Why it failed, or is not known: one of `REASONS`, or the processor's own words."""
    url: str | None = None
    """Where a person confirms it."""
    looks: int = 0
    """How often a worker took it up: what two of them compare."""
    spender: int = 0
    """The credential whose spending limit counts it, unless it failed; 0 for nobody's."""

    @property
    def open(self) -> bool:
        """It is not decided yet."""
        return self.status in OPEN


class Asked(Struct, frozen=True, kw_only=True):
    """What a processor is asked to charge, and to whom."""

    key: str
    nic: str
    amount: Money
    customer: str
    means: str
    """The processor's names of the customer and the card."""
    told: str
    """What the customer's statement is explained by."""
    return_url: str
    """Where a person comes back to who confirmed at the bank's."""


class Succeeded(Struct, frozen=True):
    """The money was taken."""


class Declined(Struct, frozen=True):
    """It was not, and will not be."""

    reason: str


class ActionRequired(Struct, frozen=True):
    """The bank wants a person to confirm it, at `url` if it says where."""

    url: str | None


class Pending(Struct, frozen=True):
    """The processor has not decided."""


class Untouched(Struct, frozen=True):
    """There is room for it, and nobody told the processor to take the money."""


Said = Succeeded | Declined | ActionRequired | Pending | Untouched
"""What a processor says of a charge. Silence is registry.NoAnswer."""

REASONS = {
    "insufficient_funds": "there is not enough money on the card's account",
    "expired_card": "the card has expired",
    "incorrect_number": "the card's number is wrong",
    "incorrect_cvc": "the card's security code is wrong",
    "limit": "it is more than the card may pay",
    "not_supported": "the card cannot pay this way",
    "not_confirmed": "it was not confirmed with the bank",
    "gone": "the card processor does not know the card any more",
    "try_again": "the bank could not be reached, try again later",
    "declined": "the bank declined it, and only tells you why",
    "interrupted": "the payment was interrupted, nothing was charged",
    "silent": "the card processor could not be reached, nothing was charged",
    "called_off": "another mean of payment was chosen",
    "refused": "the card processor refused it",
}
"""Why a card was not charged: the end of a sentence, by a word of ours."""


def reason(charge: Charge) -> str:
    """Why it failed, as the end of a sentence."""
    return REASONS.get(charge.reason or "", REASONS["refused"])


class NotAllowed(ValueError):
    """A status moved along no edge of `TRANSITIONS`."""


def moved(charge: Charge, status: Status, now: datetime, **changes: object) -> Charge:
    """The charge in its next status. NotAllowed for a move that is not in the table."""
    if status not in TRANSITIONS[charge.status]:
        message = f"charge {charge.charge_id} cannot go from {charge.status} to {status}"
        raise NotAllowed(message)
    return structs.replace(charge, status=status, updated=now, **changes)


def placed(charge: Charge, processor_id: str, now: datetime) -> Charge:
    """The charge once there is room for it at the processor, which is told to take the money next."""
    return moved(charge, "asked", now, processor_id=processor_id, look_at=now + LEASE)


def after(charge: Charge, said: Said, now: datetime) -> Charge:
    """The charge once its processor said something: unchanged where that is no news."""
    match said:
        case Succeeded():
            known = charge.status == "succeeded"
            return charge if known else moved(charge, "succeeded", now, reason=None, url=None)
        case Declined(why):
            return moved(charge, "failed", now, reason=why, url=None) if charge.open else charge
        case ActionRequired(url):
            if charge.status == "action-required":
                return structs.replace(charge, url=url, look_at=now + pause(charge.looks))
            return moved(charge, "action-required", now, url=url, look_at=now + FIRST_PAUSE) if charge.open else charge
        case Pending() | Untouched():
            if charge.status != "action-required":
                return unknown(charge, "pending", now)
            return moved(charge, "unknown", now, reason="pending", look_at=now + pause(charge.looks), url=None)


def unknown(charge: Charge, why: str, now: datetime) -> Charge:
    """The charge while nobody can tell what became of it: asked about again, after a pause.

    One that waits for a person goes on waiting: they can still confirm it.
    """
    later = now + pause(charge.looks)
    if charge.status == "asked":
        return moved(charge, "unknown", now, reason=why, look_at=later)
    return structs.replace(charge, reason=why, look_at=later) if charge.open else charge


def pause(looks: int) -> timedelta:
    """How long to wait after so many looks: doubling, up to a limit."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(looks, 16)))


def is_forgotten(charge: Charge, now: datetime) -> bool:
    """Whether nobody confirmed it for so long that it is called off."""
    return charge.status == "action-required" and now >= charge.created + CONFIRMED_WITHIN


class Return(Struct, frozen=True, kw_only=True):
    """Money on its way back to a card: an item's, or all of a charge that paid nothing (`item_id` 0)."""

    return_id: int
    nic: str
    charge_id: int
    item_id: int
    amount: Money
    key: str
    created: datetime
    look_at: datetime
    status: Literal["due", "done", "refused"] = "due"
    looks: int = 0
    reason: str | None = None


DISPUTED = "disputed"
"""Why money is not given back: its owner asked the bank to take it, so it would go back twice."""


class Returned(Struct, frozen=True):
    """What a processor says of money it was told to give back: `done`, `pending` with the bank, or `refused`."""

    status: Literal["done", "pending", "refused"]
    reason: str | None = None


class Asking(Struct, frozen=True, kw_only=True):
    """What a processor is asked to give back."""

    key: str
    processor_id: str
    """The charge's."""
    amount: Money


def turned_back(entry_id: int, at: datetime, balance: str, amount: Money) -> Entry:
    """Money a card did not take back, put on its owner's balance instead."""
    return Entry(entry_id, at, "credit", (Posting(balance, amount), Posting(ACCOUNT, -amount)))


class Dispute(Struct, frozen=True):
    """A charge whose owner asked the bank to take it back (a chargeback)."""

    dispute_id: str
    processor_id: str
    amount: Money
    reason: str
    status: str


WON, LOST = "won", "lost"
REOPENED = "-won"

Booked = Callable[[int, datetime, str, int, Money], Entry]


def dispute_entries(before: Sequence[Dispute], dispute: Dispute) -> list[Booked]:
    """What is booked once a dispute is as told; `before`: the charge's disputes as they were known.

    An inquiry (Stripe: `warning_…`) takes nothing. A second dispute of one charge is left to the operator.
    """
    if _is_second(before, dispute):
        return []
    was = before[0].status if before else ""
    entries: list[Booked] = []
    if _takes(dispute.status) and not _takes(was):
        entries.append(ledger.dispute)
    if is_won_now(before, dispute):
        entries.append(ledger.recovery)
    return entries


def is_won_now(before: Sequence[Dispute], dispute: Dispute) -> bool:
    """Whether the charge's only dispute has just been won: what it kept from going back to the card can go now."""
    return dispute.status == WON and not _is_second(before, dispute) and all(known.status != WON for known in before)


def is_overtaken(before: Sequence[Dispute], dispute: Dispute) -> bool:
    """Whether the same dispute is known to have gone on since it was as told: two answers may come in either order."""
    return any(one.dispute_id == dispute.dispute_id and _stage(one.status) > _stage(dispute.status) for one in before)


def _stage(status: str) -> int:
    """How far it has come: an inquiry, a dispute that has taken the money, one that is decided."""
    return 2 if status in (WON, LOST) else int(_takes(status))


def is_won(disputes: Sequence[Dispute]) -> bool:
    """Whether a charge was disputed, and its owner has lost."""
    return bool(disputes) and all(dispute.status == WON for dispute in disputes)


def _is_second(before: Sequence[Dispute], dispute: Dispute) -> bool:
    return any(other.dispute_id != dispute.dispute_id for other in before)


def _takes(status: str) -> bool:
    return bool(status) and not status.startswith("warning_")


def reopened(back: Return, now: datetime) -> Return:
    """Money a dispute kept from going back, due once it is won. The processor remembers its refusal by the old key."""
    return structs.replace(back, status="due", reason=None, look_at=now, key=f"{back.key}{REOPENED}")


def is_reopened(back: Return) -> bool:
    """Whether it was due again after a dispute."""
    return back.key.endswith(REOPENED)


def unsettled(entry_id: int, at: datetime, amount: Money) -> Entry:
    """A dispute settled nothing, for it is won: the money goes back to the card after all."""
    return Entry(entry_id, at, "credit", (Posting(ledger.DISPUTED, -amount), Posting(ACCOUNT, amount)))


def settled_by_dispute(entry_id: int, at: datetime, amount: Money) -> Entry:
    """Money that was to go back to a card, and went back by a dispute: its owner owes so much less for that."""
    return Entry(entry_id, at, "credit", (Posting(ledger.DISPUTED, amount), Posting(ACCOUNT, -amount)))


class Event(Struct, frozen=True):
    """What a processor's message is about. Nothing of it is believed but that there is something to ask about."""

    event_id: str
    kind: str
    about: Literal["charge", "return", "dispute", "means", "nothing"]
    reference: str
    """The processor's name of it."""
    key: str | None = None
    """Our key of the one return it is about."""
