"""What a registrar says in EPP about hosts (RFC 5732) and contacts (RFC 5733), as values like those of epp_frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.adapters.epp_frames import Asked, password
from ordain.adapters.epp_xml import make

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.adapters.epp_contacts import Card
    from ordain.adapters.epp_xml import Element
    from ordain.core.registry import Host


def host_check(names: Sequence[str]) -> Asked:
    """Which hosts the registry does not know."""
    return Asked(make("check", make("host:check", *(make("host:name", name) for name in names))))


def host_info(name: str) -> Asked:
    """A host's addresses."""
    return Asked(make("info", make("host:info", make("host:name", name))))


def host_create(host: Host) -> Asked:
    """Make a host known (RFC 5732 §3.2.1)."""
    return Asked(make("create", make("host:create", make("host:name", host.name), *map(_address, host.ips))))


def host_update(name: str, add: Sequence[str], remove: Sequence[str]) -> Asked:
    """Change a host's addresses."""
    added = make("host:add", *map(_address, add)) if add else None
    removed = make("host:rem", *map(_address, remove)) if remove else None
    return Asked(make("update", make("host:update", make("host:name", name), added, removed)))


def host_delete(name: str) -> Asked:
    """Have a host forgotten."""
    return Asked(make("delete", make("host:delete", make("host:name", name))))


def _address(ip: str) -> Element:
    return make("host:addr", ip, ip="v6" if ":" in ip else "v4")


def contact_create(contact: str, card: Card, auth_info: str, extras: Element | None = None) -> Asked:
    """Make a contact under an id of ours (RFC 5733 §3.2.1); `extras`: what this registry wants to know beside it."""
    asked = make(
        "contact:create",
        make("contact:id", contact),
        *_postal(card),
        *_reached_by(card),
        password("contact", auth_info),
    )
    return Asked(make("create", asked), () if extras is None else (extras,))


def contact_update(contact: str, card: Card) -> Asked:
    """Have a contact say something else, all of it."""
    changed = make("contact:chg", *_postal(card), *_reached_by(card))
    return Asked(make("update", make("contact:update", make("contact:id", contact), changed)))


_WRITTEN = ("name", "org", "addr")
_PARTS = (*_WRITTEN, "voice", "fax", "email")


def contact_disclose(contact: str, shown: Sequence[str]) -> Asked:
    """Have the public record show these parts of a contact (RFC 5733 §2.9): "name", "addr", "voice" and so on."""
    # To show nothing is to hide everything: an empty list of what is shown says nothing at all.
    parts = [part for part in _PARTS if part in shown] or list(_PARTS)
    named = [make(f"contact:{part}", {"type": "int"} if part in _WRITTEN else {}) for part in parts]
    told = make("contact:disclose", *named, flag="1" if shown else "0")
    return Asked(make("update", make("contact:update", make("contact:id", contact), make("contact:chg", told))))


def contact_delete(contact: str) -> Asked:
    """Have a contact forgotten."""
    return Asked(make("delete", make("contact:delete", make("contact:id", contact))))


def _postal(card: Card) -> list[Element]:
    made = []
    for kind, form in card.forms:
        address = make(
            "contact:addr",
            *(make("contact:street", line) for line in form.streets),
            make("contact:city", form.city),
            make("contact:sp", form.province) if form.province else None,
            make("contact:pc", form.postcode) if form.postcode else None,
            make("contact:cc", form.country),
        )
        organisation = make("contact:org", form.organisation) if form.organisation else None
        made.append(make("contact:postalInfo", make("contact:name", form.name), organisation, address, type=kind))
    return made


def _reached_by(card: Card) -> list[Element | None]:
    return [
        make("contact:voice", card.voice) if card.voice else None,
        make("contact:fax", card.fax) if card.fax else None,
        make("contact:email", card.email),
    ]
