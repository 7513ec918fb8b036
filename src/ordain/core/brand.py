"""What a shop calls itself."""

from __future__ import annotations

from msgspec import Struct


class Brand(Struct, frozen=True):
    """The shop's name, above every page."""

    name: str = "Ordain"
