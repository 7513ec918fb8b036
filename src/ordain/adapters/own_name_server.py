"""The embedded name server: zones are kept by Ordain itself and read through its API. Nothing is served over DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ordain.core.registry import Key
    from ordain.core.zone import Zone


class OwnNameServer:
    """A NameServer (flows/ports.py) for machines without one: what flows store is all there is."""

    signs = False

    def __init__(self, hosts: tuple[str, ...]) -> None:
        self.hosts = hosts

    async def publish(self, zone: Zone) -> None:
        """The zone is in the database already, where the API reads it."""

    async def keys(self, name: str) -> tuple[Key, ...]:  # noqa: ARG002 - nothing is signed
        """None: it signs nothing."""
        return ()

    async def remove(self, name: str) -> None:
        """The zone leaves the database with its account's."""
