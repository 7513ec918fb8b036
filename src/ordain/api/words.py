"""The contract's own types: its scalars and enumerations by their names, and its texts with their limits.

A type is `Annotated[str, …]` of what msgspec reads and checks; the name it goes by in the contract (and in the
description we publish) travels in the annotation.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta

if TYPE_CHECKING:
    from collections.abc import Mapping

ENUMERATIONS: Mapping[str, list[Any]] = tomllib.loads(
    resources.files("ordain.api").joinpath("enumerations.toml").read_text(encoding="utf-8")
)
"""Every enumeration of the contract: its values by its name."""

MEANT: dict[str, str] = {}
"""What is said instead of a pattern that was not matched."""


def named(name: str) -> Meta:
    """Marks a type with its name in the contract, where that is not Python's own type's."""
    return Meta(extra={"model": name})


def enum(name: str) -> Meta:
    """Marks a text as one of an enumeration's values; what comes in is checked."""
    values = ENUMERATIONS[name]
    pattern = rf"^(?:{'|'.join(map(re.escape, values))})\Z"
    few = 30
    shown = ", ".join(values) if len(values) <= few else f"one of the {len(values)} values of {name}"
    MEANT[pattern] = f"Expected {shown}" if len(values) > few else f"Expected one of {shown}"
    return Meta(pattern=pattern, extra={"model": name})


def worded(pattern: str, meant: str, name: str = "string", longest: int = 255) -> Meta:
    """Marks a text that has to match a pattern, with what is said instead of the pattern where it does not."""
    MEANT[pattern] = meant
    return Meta(pattern=pattern, max_length=longest, extra={"model": name})


# Scalars of answers: texts in a form of their own (wire-contract, "type").

Instant = Annotated[str, named("datetime")]
"""2020-10-18T13:44:30+00:00."""
Day = Annotated[str, named("date")]
"""2020-10-18."""
Duration = Annotated[str, named("duration")]
"""P1Y (ISO 8601)."""
LongText = Annotated[str, named("text")]
Secret = Annotated[str, named("password")]
Uuid = Annotated[str, named("uuid")]
Ip = Annotated[str, named("ip")]
Ipv4 = Annotated[str, named("ipv4")]
Ipv6 = Annotated[str, named("ipv6")]
IpBlock = Annotated[str, named("ipBlock")]

# Texts that come in, with their limits.

Text = Annotated[str, Meta(max_length=255)]
Needed = Annotated[str, Meta(min_length=1, max_length=255)]
Email = Annotated[str, worded(r"^[^@\s]{1,64}@[^@\s]+\.[^@\s.]+$", "Expected an e-mail address")]
Phone = Annotated[
    str,
    worded(r"^\+?[0-9. ()-]{3,30}$", "Expected a telephone number such as +33.123456789", "phoneNumber"),
]

Subsidiary = Annotated[str, enum("nichandle.OvhSubsidiaryEnum")]
Country = Annotated[str, enum("nichandle.CountryEnum")]
Language = Annotated[str, enum("nichandle.LanguageEnum")]
LegalForm = Annotated[str, enum("nichandle.LegalFormEnum")]
Gender = Annotated[str, enum("nichandle.GenderEnum")]
