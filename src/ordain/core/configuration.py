"""The labels an item can be configured with, their types and defaults (wire-contract §4.3), and the facts they make."""

from __future__ import annotations

import re
from datetime import datetime  # noqa: TC003 - msgspec resolves the annotation
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ordain.core import rules
from ordain.core.account import Account, Contact, as_contact, of_age, same_person
from ordain.core.known import Known
from ordain.core.language import Sentence
from ordain.core.refusal import Refusal, refusal
from ordain.core.signed_mark import smd_id_of

LongText = Annotated[str, Meta(max_length=4000)]

if TYPE_CHECKING:
    from ordain.core.cart import Item
    from ordain.core.catalogue import Extension

SMD = "SMD"
"""The signed mark data of a name in the sunrise; the contract has no label for it (docs/divergences.md)."""
ALWAYS = ("OWNER_LEGAL_AGE", "OWNER_CONTACT", "ADMIN_ACCOUNT", "TECH_ACCOUNT", "DNS")
"""What every domain item can be given, in the specification's order."""

TYPES = {
    "OWNER_LEGAL_AGE": "bool",
    "OWNER_CONTACT": "/me/contact",
    "ADMIN_ACCOUNT": "Nichandle",
    "TECH_ACCOUNT": "Nichandle",
    "DNS": "String",
    "ACCEPT_CONDITIONS": "bool",
    "CLAIMS_NOTICE": "String",
    "REASON": "String",
    "PROTECTED_CODE": "String",
    SMD: "/domain/data/smd",
    "AUTH_INFO": "String",
    "DOMAIN_CONFIG": "json",
    "zone": "String",
    "template": "String",
}
TEMPLATES = ("basic", "minimized", "redirect")
ALLOWED = {"bool": ("true",), "template": TEMPLATES}
"""What is taken, by type or label."""
MOST_NAME_SERVERS = 13
OF_AN_OWNER_CHANGE = ("OWNER_LEGAL_AGE", "OWNER_CONTACT")

_CONTACT = re.compile(r"/(?:me|domain)/contact/(\d{1,15})", re.ASCII)
_NIC = re.compile(r"[a-z]{2,8}\d{1,12}-[a-z0-9]{2,16}", re.ASCII)
# Of letters ASCII's alone: in Unicode the long s and the Kelvin sign are cases of s and k. What ends in a number is an
# address (RFC 3696 §2).
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+\Z)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
    re.ASCII | re.IGNORECASE,
)


class Requirement(Struct, frozen=True):
    """One label an item can have (order.cart.ConfigurationRequirements)."""

    label: str
    type: str
    required: bool
    fields: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


class People(Struct, frozen=True):
    """The accounts and the contact an item names, as far as they exist. `account` is the one ordering."""

    account: Account | None
    owner: Contact | None = None
    admin: Account | None = None
    tech: Account | None = None


def contact_id(value: str) -> int | None:
    """The id in "/me/contact/123" or "/domain/contact/123", which share one id space (wire-contract §4.5)."""
    found = _CONTACT.fullmatch(value)
    return int(found[1]) if found else None


def name_servers(value: str | None) -> tuple[str, ...]:
    """The hosts of a DNS label: names separated by commas, in the order given."""
    return tuple(part.strip().rstrip(".").lower() for part in (value or "").split(",") if part.strip())


def is_host(text: str) -> bool:
    """Whether this is a host's name in its A-label form, without a final dot."""
    return _HOST.fullmatch(text) is not None


def rule_of(item: Item, extension: Extension) -> rules.Rule:
    """The rule an item is judged by.

    A name bought on an aftermarket platform comes without an auth code: its owner is held to a new registration's rule.
    """
    action = item.offer.action if item.offer and not item.offer.flavour.startswith("aftermarket") else "create"
    return extension.rules[action]


def labels(item: Item, extension: Extension | None) -> tuple[str, ...]:
    """What this item can be configured with, in the order it is asked for."""
    if item.offer is None or extension is None:
        return ("zone", "template")
    asked = _asked(rule_of(item, extension), frozenset(item.offer.contexts))
    always = OF_AN_OWNER_CHANGE if item.offer.action == "trade" else ALWAYS
    # What a zone is configured with is put on the name it comes with (wire-contract §5.2, step 6).
    of_options = ("template",) if item.has_option("zone") else ()
    if is_sunrise(item):
        always = (*always, SMD)
    return (*always, *(label for label in asked if label not in always), *of_options)


_asked_by: Known[dict[str, bool]] = Known(4000)
"""By rule trees and contexts: asked for every item at its review, its checkout and its configurations."""


def _asked(tree: rules.Rule, contexts: frozenset[str]) -> dict[str, bool]:
    """The labels a rule asks for in these contexts, in order; whether each must be given whatever the others are."""

    def ask() -> dict[str, bool]:
        return {label: rules.is_required(tree, label, contexts) for label in rules.labels(rules.active(tree, contexts))}

    return _asked_by.of((tree,), contexts, ask)


def is_sunrise(item: Item) -> bool:
    """Whether the item can only be had by the holder of a mark."""
    return item.offer is not None and item.offer.phase == "sunrise" and item.offer.action == "create"


def requirements(item: Item, extension: Extension | None, people: People, now: datetime) -> list[Requirement]:
    """The item's labels with what each asks for, required where nothing known answers for it."""
    if item.offer is None or extension is None:
        return [
            Requirement("zone", "String", required=True),
            Requirement("template", "String", required=False, allowed=TEMPLATES),
        ]
    tree = rule_of(item, extension)
    contexts, known = frozenset(item.offer.contexts), facts(item, people, extension, now)
    return [
        Requirement(
            label,
            TYPES.get(label, "String"),
            required,
            rules.required_fields(tree, label, known, contexts),
            ALLOWED.get(label) or ALLOWED.get(TYPES.get(label, "")) or rules.allowed_values(tree, label),
        )
        for label, required in demands(item, extension, people, now).items()
    ]


def demands(item: Item, extension: Extension | None, people: People, now: datetime) -> dict[str, bool]:
    """Whether each label the item can have is required: all of `requirements` that a checkout asks."""
    if item.offer is None or extension is None:
        return {"zone": True, "template": False}
    asked = _asked(rule_of(item, extension), frozenset(item.offer.contexts))
    needed = ("OWNER_CONTACT",) if item.offer.action == "trade" else (SMD,)
    return {
        label: not age_is_known(extension, people, now)
        if label == "OWNER_LEGAL_AGE"
        else label in needed or (label not in ALWAYS and asked.get(label, False))
        for label in labels(item, extension)
    }


def age_is_known(extension: Extension, people: People, now: datetime) -> bool:
    """Whether OWNER_LEGAL_AGE can be answered from the account's own record (docs/divergences.md)."""
    account = people.account
    if account is None or (people.owner is not None and not same_person(people.owner, account)):
        return False
    return of_age(account, extension.min_owner_age, now)


def misfit(label: str, value: str) -> Refusal | None:
    """Why this value cannot be this label's, judged by its form alone."""
    kind, why = TYPES.get(label, "String"), None
    if kind == "bool" and value.lower() not in ("true", "false", "1", "0"):
        why = Sentence("%(label)s is true or false: got %(value)r")
    elif kind == "/me/contact" and contact_id(value) is None:
        why = Sentence("%(label)s has the form /me/contact/1234 or /domain/contact/1234: got %(value)r")
    elif kind == "Nichandle" and not _NIC.fullmatch(value):
        why = Sentence("%(label)s is an account's name, such as ab12345-ordain: got %(value)r")
    elif label == SMD and smd_id_of(value) is None:
        why = Sentence("%(label)s has the form /domain/data/smd/6cd3ae35-…, of a file you gave there: got %(value)r")
    elif label == "DNS":
        why = _bad_name_servers(value)
    elif label == "template" and value not in TEMPLATES:
        why = Sentence("%(label)s is one of %(these)s: got %(value)r", {"these": ", ".join(TEMPLATES)})
    elif label == "zone" and not _HOST.fullmatch(value):
        why = Sentence("%(label)s is a domain name, in its A-label form: got %(value)r")
    elif kind == "json":
        why = _bad_config(value)
    if why is None:
        return None
    return refusal("invalid", Sentence(why.text, {"label": label, "value": value[:100], **why.values}), label)


OTHER_PURPOSE = "other_purpose"


class Config(Struct, frozen=True, omit_defaults=True):
    """What .gov.uk and .ac.uk ask about the name itself: the text of DOMAIN_CONFIG (domain.Data, but its authInfo)."""

    audience: LongText | None = None
    isFor: list[LongText] | None = None  # noqa: N815 - the contract's own name
    otherPurpose: LongText | None = None  # noqa: N815 - the contract's own name
    reason: LongText | None = None
    represent: LongText | None = None


def config(value: str) -> dict[str, Any]:
    """The members of a DOMAIN_CONFIG. ValueError, with the member, if they are not of their types."""
    found: dict[str, Any] = msgspec.to_builtins(msgspec.json.decode(value, type=Config))
    return found


def _bad_config(value: str) -> Sentence | None:
    try:
        members = config(value)
    except msgspec.ValidationError as error:
        text = "%(label)s is an object of the contract's domain.Data: %(error)s: got %(value)r"
        return Sentence(text, {"error": str(error)})
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # the last for what is nested too deeply
        return Sentence("%(label)s is the text of a JSON object: got %(value)r")
    if OTHER_PURPOSE in members.get("isFor", ()) and not members.get("otherPurpose", "").strip():
        text = "%(label)s says in otherPurpose what it is for, where isFor has %(choice)s: got %(value)r"
        return Sentence(text, {"choice": OTHER_PURPOSE})
    return None


def _bad_name_servers(value: str) -> Sentence | None:
    hosts = name_servers(value)
    if not hosts:
        return None
    if not 2 <= len(hosts) <= MOST_NAME_SERVERS or len(set(hosts)) < len(hosts):
        text = "%(label)s is 2 to %(most)s different name servers, separated by commas: got %(value)r"
        return Sentence(text, {"most": MOST_NAME_SERVERS})
    if not all(_HOST.fullmatch(host) for host in hosts):
        return Sentence("%(label)s is a list of host names, separated by commas: got %(value)r")
    return None


def owner_of(people: People) -> Contact | None:
    """The contact the name will belong to: the one named, else a copy of the account."""
    return people.owner or (as_contact(people.account) if people.account else None)


def facts(item: Item, people: People, extension: Extension, now: datetime) -> dict[str, Any]:
    """What the extension's rule is asked about: contacts as their members, other labels as their text."""
    known: dict[str, Any] = {c.label: _plain(c.label, c.value) for c in item.configurations}
    known |= of_people(owner_of(people), people.admin, people.tech)
    if "DOMAIN_CONFIG" in known and misfit("DOMAIN_CONFIG", known["DOMAIN_CONFIG"]) is None:
        known["DOMAIN_CONFIG"] = config(known["DOMAIN_CONFIG"])
    if "OWNER_LEGAL_AGE" not in known and age_is_known(extension, people, now):
        known["OWNER_LEGAL_AGE"] = "true"
    return known


def of_people(owner: Contact | None, admin: Account | None, tech: Account | None) -> dict[str, Any]:
    """What a rule is told about these people: all by a contact's members."""
    of_admin = _members(as_contact(admin)) if admin else None
    of_tech = of_admin if tech is admin else _members(as_contact(tech)) if tech else None
    return {"OWNER_CONTACT": _members(owner), "ADMIN_ACCOUNT": of_admin, "TECH_ACCOUNT": of_tech}


def _plain(label: str, value: str) -> str:
    """Clients write True as well as true."""
    return value.lower() if TYPES.get(label) == "bool" else value


def _members(contact: Contact | None) -> dict[str, Any] | None:
    return None if contact is None else msgspec.to_builtins(contact)
