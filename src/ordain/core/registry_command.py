"""What a registry was asked to do with a name, as it was noted beforehand; and which of it brought the name here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

Verb = Literal["create", "transfer", "change"]
Outcome = Literal["asked", "done", "refused"]
"""asked: nothing is known yet."""
LATELY = timedelta(minutes=5)
"""Longer than any attempt takes from its look at the name to its note."""


FIRST_LOOK = timedelta(minutes=15)
"""After the last attempt of a command, its contact is looked at: longer than any attempt takes."""


class RegistryCommand(Struct, frozen=True, kw_only=True):
    """One transaction's command about a name."""

    transaction: str
    verb: Verb
    outcome: Outcome
    attempts: int
    """How often it was, or was about to be, sent."""
    asked: datetime
    contact_due: datetime | None = None
    """When the registry is looked at again for the contact it made there; None: it made none, or that is gone."""

    @property
    def undecided_transfer(self) -> bool:
        """It may still bring the name here."""
        return self.verb == "transfer" and self.outcome == "asked"

    def holds_up(self, now: datetime) -> bool:
        """Whether no other transfer of the name may be asked for: this one may bring it, or did a moment ago.

        Another that looked before the name was here would be taken for the one that brought it.
        """
        lately = self.verb == "transfer" and self.outcome == "done" and now - self.asked < LATELY
        return self.undecided_transfer or lately

    @property
    def client_id(self) -> str:
        """What the registry is told as client transaction id: the transaction, and which repetition it is."""
        return self.transaction if self.attempts <= 1 else f"{self.transaction}.{self.attempts}"


def transferred_by(commands: Sequence[RegistryCommand]) -> str | None:
    """The transaction that brought a name here from another registrar: the last one that was not refused.

    While one is undecided, or just taken, no other is asked (`store/registry_commands.py`), so there is no doubt which.
    """
    brought = [each.transaction for each in commands if each.verb == "transfer" and each.outcome != "refused"]
    return brought[-1] if brought else None
