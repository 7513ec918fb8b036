"""The owner of an order as a contact at a registry: a card in the forms of RFC 5733 §2.4, and the ids it has."""

from __future__ import annotations

import hmac
import re
import unicodedata
from base64 import b32encode
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, structs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ordain.core.registry import Disclosure

INCOMPLETE = "The registry needs the owner's name, city, country and e-mail address"
_PHONE = re.compile(r"\+(\d{1,3})\.(\d{1,14})", re.ASCII)
_LONGEST_ID = 16
"""Letters of a contact's id (RFC 5730, clIDType)."""


class Form(Struct, frozen=True, kw_only=True):
    """Name and address in one writing."""

    name: str
    organisation: str
    streets: tuple[str, ...]
    city: str
    province: str
    postcode: str
    country: str


class Card(Struct, frozen=True):
    """A contact: its forms, `int` in ASCII and `loc` as its owner writes it, and how to reach it."""

    forms: tuple[tuple[str, Form], ...]
    voice: str
    fax: str
    email: str

    def written(self, kinds: Sequence[str]) -> Card:
        """The card in these writings only; in its own where it has none of them: to be refused with a reason."""
        kept = tuple(form for form in self.forms if form[0] in kinds)
        if not kept and tuple(kinds) == ("loc",):
            kept = tuple(("loc", form) for _, form in self.forms)  # what is ASCII is somebody's own writing as well
        return structs.replace(self, forms=kept or self.forms)


def card(owner: Mapping[str, Any], *, parted: bool = False) -> Card | list[str]:
    """The card of an owner's members (me.contact.Contact), or which of them a registry would miss.

    `parted`: the name is the last one alone, or the organisation's.
    """
    owner = msgspec.to_builtins(owner)  # an address comes as a value or as its members
    address = owner.get("address") or {}
    form = Form(
        name=" ".join(filter(None, (owner.get("firstName"), owner.get("lastName")))).strip(),
        organisation=owner.get("organisationName") or "",
        streets=tuple(line for line in map(address.get, ("line1", "line2", "line3")) if line),
        city=address.get("city") or "",
        province=address.get("province") or "",
        postcode=address.get("zip") or "",
        country=address.get("country") or "",
    )
    if parted:
        own = owner.get("lastName") if owner.get("legalForm") == "individual" else form.organisation
        form = structs.replace(form, name=own or form.name, organisation="")
    told = {"name": form.name, "city": form.city, "country": form.country, "email": owner.get("email")}
    missing = [name for name, value in told.items() if not value]
    if missing:
        return missing
    return Card(
        forms=_forms(form),
        voice=_phone(owner.get("phone") or owner.get("cellPhone")),
        fax=_phone(owner.get("fax")),
        email=str(owner["email"]),
    )


def _forms(form: Form) -> tuple[tuple[str, Form], ...]:
    """In ASCII as every registry takes it, and beside it as its owner writes it, where that is not the same.

    What has no letters of ours is left as its owner writes it: to romanise a name is not for a program.
    """
    parts = {name: _plain(getattr(form, name)) for name in form.__struct_fields__ if name != "streets"}
    plain = Form(**parts, streets=tuple(map(_plain, form.streets)))
    if plain == form:
        return (("int", form),)
    lost = any(not part.strip() for part in (plain.name, plain.city))
    return (("loc", form),) if lost else (("int", plain), ("loc", form))


_LETTERS = str.maketrans({
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l",
    "Ł": "L", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ı": "i", "\N{RIGHT SINGLE QUOTATION MARK}": "'", "–": "-",  # noqa: RUF001 - it is to be replaced
})  # fmt: skip


def _plain(text: str) -> str:
    """A text in ASCII, empty if that cannot be."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.translate(_LETTERS))
        if not unicodedata.combining(letter)
    )
    return bare if bare.isascii() else ""


def _phone(text: str | None) -> str:
    """A number as E.164 with its dot (RFC 5733 §2.5); nothing for what is none."""
    bare = re.sub(r"[\s()/-]", "", text or "")
    found = _PHONE.fullmatch(bare) or re.fullmatch(r"\+()(\d{4,15})", bare)
    if not found:
        return ""
    country, number = found.groups()
    if not country:
        country, number = _split(number)
    return f"+{country}.{number}" if len(country) + len(number) <= _MOST_DIGITS else ""


_MOST_DIGITS = 15


def _split(number: str) -> tuple[str, str]:
    """Country code and the rest of a number that is written together (ITU-T E.164: codes are prefix-free)."""
    if number[0] in "17":
        return number[:1], number[1:]
    length = 2 if number[:2] in _TWO_DIGITS else 3
    return number[:length], number[length:]


_RANGES = (*range(30, 35), *range(43, 50), *range(51, 59), *range(60, 67), *range(90, 96))
_TWO_DIGITS = frozenset(map(str, (20, 27, 36, 39, 40, 41, 81, 82, 84, 86, 98, *_RANGES)))


PARTS = {
    "name": "name",
    "organisation": "org",
    "address": "addr",
    "city": "addr",
    "country": "addr",
    "province": "addr",
    "zip": "addr",
    "phone": "voice",
    "fax": "fax",
    "email": "email",
}
"""What of a contact EPP shows or hides (RFC 5733 §2.9), by the contract's word (domain.OptinFieldsEnum)."""


def disclosed(disclosures: Iterable[Disclosure]) -> tuple[str, ...]:
    """The parts of the owner's card that are to be shown: a part of an address shows the address."""
    members = [member for each in disclosures if each.contact == "owner" for member in each.members]
    return tuple(dict.fromkeys(PARTS[member] for member in members if member in PARTS))


def contact_id(secret: bytes, transaction: str) -> str:
    """The id of the contact a transaction makes: it follows from the transaction, and tells which one it was.

    Installations count their orders alike; at one registry their secrets keep their contacts apart.
    """
    digest = hmac.digest(secret, f"contact {transaction}".encode(), "sha256")
    return f"O{b32encode(digest).decode()}"[:_LONGEST_ID]


_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PASSWORD_LETTERS = 12


def password(secret: bytes, transaction: str) -> str:
    """The auth code a transaction gives its name or contact: 16 letters nobody else can work out.

    It has a capital, a small letter, a digit and a sign, as registries want. 12 letters of 56 are 69 bits.
    """
    number = int.from_bytes(hmac.digest(secret, f"auth {transaction}".encode(), "sha256"))
    letters = []
    for _ in range(_PASSWORD_LETTERS):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return f"{''.join(letters)}-Aa1"
