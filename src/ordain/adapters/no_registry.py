"""The Registry (flows/ports.py) of extensions whose registry no account is known for: nobody is asked anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from ordain.core.registry import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.core.registry import Answer, Availability, Change, Command, Refusal, Registration
    from ordain.core.registry_message import Message


class NoRegistry:
    """What was ordered while there was an account waits until there is one again."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _silent(self) -> NoReturn:
        message = f"There is no account at {self._name}"
        raise NoAnswer(message)

    async def check(self, names: Sequence[str]) -> list[Availability]:  # noqa: ARG002 - a Registry's method
        """Raises NoAnswer, as all the others do."""
        self._silent()

    async def find(self, name: str) -> Registration | None:  # noqa: ARG002 - as above
        """Raises NoAnswer."""
        self._silent()

    async def create(self, command: Command) -> Answer:  # noqa: ARG002 - as above
        """Raises NoAnswer."""
        self._silent()

    async def transfer(self, command: Command) -> Answer:  # noqa: ARG002 - as above
        """Raises NoAnswer."""
        self._silent()

    async def change(self, transaction: str, name: str, change: Change) -> Answer:  # noqa: ARG002 - as above
        """Raises NoAnswer."""
        self._silent()

    async def transfer_obstacle(self, name: str, auth_info: str | None) -> Refusal | None:  # noqa: ARG002 - as above
        """Raises NoAnswer."""
        self._silent()

    async def message(self) -> Message | None:
        """None: there is nobody who would say anything."""
        return None

    async def acknowledge(self, message_id: str) -> None:  # noqa: ARG002 - as above
        """Raises NoAnswer."""
        self._silent()

    async def tidy(self, name: str) -> None:  # noqa: ARG002 - as above
        """Raises NoAnswer."""
        self._silent()
