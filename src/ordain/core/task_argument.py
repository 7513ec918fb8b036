"""What a customer can correct of a task in error, by its key (nichandle.DomainTaskArgument), and by which rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from ordain.core.account import Contact
from ordain.core.change import NAME_SERVERS, OWNER
from ordain.core.rules import Context

if TYPE_CHECKING:
    from collections.abc import Mapping


AUTH_INFO, PROTECTED_CODE, LEGITIMACY = "authInfo", "PROTECTED_CODE", "legitimacyAfnic"


class Argument(Struct, frozen=True):
    """One kind of argument. It is held to what the extension's rule asks of `label`, as in a cart."""

    told: str
    label: str | None = None
    contexts: frozenset[Context] = frozenset()
    """In which the rule asks for it."""
    type: str = "string"


ARGUMENTS: dict[str, Argument] = {
    AUTH_INFO: Argument("The authorisation code of the registrar the name comes from", "AUTH_INFO"),
    PROTECTED_CODE: Argument("The code of this protected name", "PROTECTED_CODE", frozenset({"protected_code"})),
    LEGITIMACY: Argument(
        "By what right you ask for this name: your function, your mandate, or what the name stands for",
        "REASON",
        frozenset({"reason"}),
    ),
    "CLAIMS_NOTICE": Argument(
        "The id of the trademark claims notice you accept, as it stands at /domain/data/claimNotice now"
    ),
    NAME_SERVERS: Argument("Name servers, separated by commas"),
    OWNER: Argument(
        "A contact the registry takes as the owner, such as /me/contact/1234", "OWNER_CONTACT", type="/me/contact"
    ),
}


def owner_of(corrections: Mapping[str, str], ordered: Contact | None) -> Contact | None:
    """The owner as it was corrected last, else as it was ordered. A correction is a copy, as an order's is."""
    kept = corrections.get(OWNER)
    return ordered if kept is None else msgspec.json.decode(kept, type=Contact)


def shown(corrections: Mapping[str, str], key: str) -> str | None:
    """A correction as it was given."""
    owner = owner_of(corrections, None) if key == OWNER else None
    return f"/me/contact/{owner.id}" if owner else corrections.get(key)
