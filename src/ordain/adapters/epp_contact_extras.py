"""What registries want to know of a contact beside RFC 5733, as data: where each member of an owner stands.

`docs/epp.md` tells where this was found, and how far it can be relied on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from ordain.adapters.epp_xml import make, qualified

if TYPE_CHECKING:
    from ordain.adapters.epp_xml import Element


class Place(Struct, frozen=True):
    """Where a member of an owner (me.contact.Contact) stands: a path of elements, or of them and an attribute `@s`."""

    path: str
    member: str
    of_country: str | None = None
    """Told there only of owners in this country; with "!" before it, of those in any other."""
    words: Mapping[str, str] | None = None
    """What the registry calls each value of ours; any other is what stands for ""."""


class Extras(Struct, frozen=True):
    """One registry's extension of `contact:create`."""

    prefix: str
    within: str
    """The elements around all of it."""
    person: tuple[Place, ...]
    body: tuple[Place, ...]


EXTRAS: dict[str, Extras] = {
    "frnic": Extras(
        "frnic",
        "ext/create/contact",
        (
            Place("individualInfos/birthDate", "birthDay"),
            Place("individualInfos/birthCity", "birthCity", "FR"),
            Place("individualInfos/birthPc", "birthZip", "FR"),
            Place("individualInfos/birthCc", "birthCountry"),
            Place("firstName", "firstName"),
        ),
        (
            Place(
                "legalEntityInfos/legalStatus/@s",
                "legalForm",
                words={"corporation": "company", "association": "association", "": "other"},
            ),
            Place("legalEntityInfos/siren", "companyNationalIdentificationNumber", "FR"),
            Place("legalEntityInfos/VAT", "vat"),
            Place("legalEntityInfos/trademark", "trademarkId"),
            Place("legalEntityInfos/asso/waldec", "insee"),
            Place("legalEntityInfos/local", "companyNationalIdentificationNumber", "!FR"),
        ),
    ),
}
"""By the prefix of their namespaces."""

INDIVIDUAL = "individual"


def extras(kind: str | None, owner: Mapping[str, Any]) -> Element | None:
    """What a contact's create carries for its owner; None where the registry asks nothing more."""
    if kind is None:
        return None
    of, told = EXTRAS[kind], msgspec.to_builtins(owner)
    person = told.get("legalForm") == INDIVIDUAL
    country = told.get("birthCountry") if person else (told.get("address") or {}).get("country")
    root: Element | None = None
    for place in of.person if person else of.body:
        value = _value(place, told, country)
        if value:
            root = _put(of, root, place.path, value)
    return root


def _value(place: Place, told: Mapping[str, Any], country: str | None) -> str | None:
    wanted = place.of_country
    if wanted and (country == wanted.lstrip("!")) is wanted.startswith("!"):
        return None
    value = told.get(place.member)
    if place.words is not None:
        return place.words.get(str(value or ""), place.words[""])
    return str(value) if value else None


def _put(of: Extras, root: Element | None, path: str, value: str) -> Element:
    """The value at its path, within what is there already."""
    first, *names, last = f"{of.within}/{path}".split("/")
    root = root if root is not None else make(f"{of.prefix}:{first}")
    at = root
    for name in names:
        found = next((each for each in at if each.tag == qualified(f"{of.prefix}:{name}")), None)
        if found is None:
            found = make(f"{of.prefix}:{name}")
            at.append(found)
        at = found
    if last.startswith("@"):
        at.set(last[1:], value)
    else:
        at.append(make(f"{of.prefix}:{last}", value))
    return root
