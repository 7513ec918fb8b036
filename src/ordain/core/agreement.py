"""What an account agreed to: each version of a contract once. Whether it is still what is in force is derived."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ordain.core.catalogue import Contract
    from ordain.core.schedule import Schedule

State = Literal["ko", "obsolete", "ok", "todo"]
"""The contract's agreements.AgreementStateEnum; nobody can refuse here, so `ko` does not occur."""


class Agreement(Struct, frozen=True):
    """A version of a contract, and when it was agreed to; `agreed` is None for one that still is to be."""

    contract_id: int
    state: State
    agreed: datetime | None


@lru_cache(maxsize=1024)
def number(contract: str, version: str) -> int:
    """The contract_id of a version: the same everywhere, so that nobody has to hand numbers out."""
    digest = hashlib.sha256(f"{contract} {version}".encode()).digest()
    return int.from_bytes(digest[:6], "big")


@lru_cache(maxsize=1024)
def digest(text: str) -> str:
    """The SHA-256 of a contract's text, in hex: what shows later that a text is the very one that was agreed to."""
    return hashlib.sha256(text.encode()).hexdigest()


def changed(kept: Mapping[tuple[str, str, str], str], contracts: Iterable[Schedule[Contract]]) -> list[str]:
    """Which texts are others than what was agreed to under the same version, in words.

    `kept` are those that somebody agreed to, by the contract's id, its version and the language.
    """
    return [
        f"contracts/{each.id}: version {each.version!r} was agreed to with another text ({language}): give the new one"
        " another version"
        for schedule in contracts
        for _, each in schedule.entries
        for language, text in each.text.items()
        if kept.get((each.id, each.version, language), text) != text
    ]


def standing(
    agreed: Iterable[tuple[int, datetime]], asked: Iterable[Contract], in_force: Iterable[Contract]
) -> list[Agreement]:
    """Everything agreed to, the oldest first, then what every account is asked to agree to and has not."""
    known = {number(each.id, each.version) for each in in_force}
    done = dict(agreed)
    held = [Agreement(each, "ok" if each in known else "obsolete", at) for each, at in done.items()]
    missing = [number(each.id, each.version) for each in asked]
    return held + [Agreement(each, "todo", None) for each in missing if each not in done]
