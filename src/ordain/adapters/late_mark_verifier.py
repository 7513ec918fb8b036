"""A MarkVerifier that is made when the first mark comes in: signxml, lxml and cryptography are 15 MB, marks rare."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.adapters.mark_verifier import MarkVerifier


class LateMarkVerifier:
    """A MarkVerifier (flows/ports.py) whose root certificate is our own, or none: nothing about it can be wrong."""

    def __init__(self, root: bytes | None, *, needs_revocations: bool) -> None:
        self._root = root
        self.needs_revocations = needs_revocations

    @cached_property
    def _made(self) -> MarkVerifier:
        from ordain.adapters.mark_verifier import MarkVerifier  # noqa: PLC0415 - see above

        return MarkVerifier(self._root, needs_revocations=self.needs_revocations)

    def signed(self, xml: str, revocations: str | None, now: datetime) -> str:
        """What of this XML is signed by a validator in good standing, as XML. Raises NotGenuine or CannotTell."""
        return self._made.signed(xml, revocations, now)

    def revocations_problem(self, revocations: str, now: datetime) -> str | None:
        """Why a list of revoked certificates (PEM) is not this root's, or out of date; None if it is good."""
        return self._made.revocations_problem(revocations, now)
