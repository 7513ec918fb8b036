"""The selling companies from catalogue/sellers.toml."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec

from ordain.core.seller import Seller, Sellers, by_subsidiary, problems

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class SellerError(ValueError):
    """sellers.toml is wrong; the message names the places."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    seller: tuple[Seller, ...]


def load(file: Path, subsidiaries: Iterable[str]) -> Sellers:
    """Who sells for each of these subsidiaries. Raises SellerError."""
    try:
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File).seller
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        message = f"{file.name}: {error}"
        raise SellerError(message) from error
    wrong = problems(found, subsidiaries)
    if wrong:
        raise SellerError("\n".join(f"{file.name}: {told}" for told in wrong))
    return by_subsidiary(found)
