"""What is known of the registries' questions is asked: each row of the shared facts is in a rule, or excused here.

`extra-fields.csv` names fields by extension and party, with the member of the contract's contact that carries each;
`extensions.csv` says in words who may own a name.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import idna
import pytest

from ordain.adapters.catalogue_files import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ordain.core.catalogue import Catalogue, Extension
    from ordain.core.rules import Rule

FOLDER = Path(__file__).parents[2] / "catalogue"
FACTS = Path(__file__).parents[2].parent / "shared" / "catalogue"
LABELS = {
    "extras.acceptCondition": "ACCEPT_CONDITIONS",
    "extras.authInfo": "PROTECTED_CODE",
    "reason": "REASON",
    "configuration of type domain": "DOMAIN_CONFIG",
}
CONTACTS = {
    "owner": "OWNER_CONTACT", "ced": "OWNER_CONTACT", "order": "OWNER_CONTACT",
    "admin": "ADMIN_ACCOUNT", "tech": "TECH_ACCOUNT",
}  # fmt: skip
# The field's own words where its mapping is "-" although the account, as the contract has it, carries it.
MORE_MEMBERS = {
    ("admin", "identification number"): "nationalIdentificationNumber",
    ("admin", "Singapore id"): "nationalIdentificationNumber",
    ("tech", "VAT / tax id"): "vat",
}
OWN_CODES = {
    "legalForm": "the contract's legal forms stand for the registry's codes",
    "language": "the contract's languages stand for the registry's",
    "nationality": "a member's list is of all countries: which of them count depends on where the owner lives",
}
"""Members whose values are the contract's, not the registry's."""

CO_JP = "organisation name (kanji, kana), type, registration date and address, representative name and title"
# Fields that no rule asks for, or not as the facts put it, each with its reason; "*": of whatever extension.
EXCUSED = {
    ("*", "order", "trustee terms"): "no trustee is sold: who may not own a name is refused",
    ("*", "order", "IDN language or script tag"): "the registry's table follows from the name, nobody has to say it",
    ("*", "order", "trademark name, number, country, dates (priority phases)"):
        "a phase asks for the mark's own file (SMD)",
    ("*", "owner", "association declaration date, JO publication date, number, page"):
        "no member carries them; an association is known by its WALDEC, SIREN or VAT number",
    ("*", "owner", "race code"): "no member carries it",
    ("ae", "owner", "registrant id type/number, eligibility type/name/id"):
        "of second levels that are not in the catalogue",
    ("asia", "ced", "contact designated as CED"): "the owner is: the only contact with the members it takes",
    ("co.jp", "owner", CO_JP): "only organisations may own one, and give their name; no member carries the rest",
    ("com.es", "admin", "identification type"): "of the account that administers, which has no member for it",
    ("de", "order", "abuse contact URI"): "optional, and no member carries it",
    ("de", "order", "general request contact URI"): "optional, and no member carries it",
    ("de", "order", "NSENTRY records (up to 5)"): "optional: names are delegated to name servers",
    ("dk", "owner", "registry user id"): "optional, and no member carries it",
    ("es", "admin", "identification type"): "of the account that administers, which has no member for it",
    ("eu", "owner", "citizenship"): "who lives outside without one is refused at address.country, not asked for more",
    ("jobs", "owner", "industry class (24 values), HR member, contact title, contact type"): "no member carries them",
    ("name", "order", "e-mail forwarding choice"): "optional, and no forwarding is sold",
    ("nom.es", "admin", "identification type"): "of the account that administers, which has no member for it",
    ("org.es", "admin", "identification type"): "of the account that administers, which has no member for it",
    ("pro", "owner", "profession; authority, its web site, licence number"): "of an older rule: the registry is open",
    ("us", "owner", "application purpose"): "no member carries it",
}  # fmt: skip


def rows(file: str) -> list[dict[str, str]]:
    path = FACTS / file
    if not path.exists():
        pytest.fail(f"{path.name}: this test reads the shared facts, which are to lie beside the project")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(FOLDER)


def a_label(name: str) -> str:
    return name if name.isascii() else idna.encode(name).decode()


def leaves(rule: Rule, path: str = "") -> Iterator[tuple[str, Rule]]:
    """Every labelled rule of a tree by its dotted label."""
    label = f"{path}.{rule.label}" if path and rule.label else rule.label or path
    if rule.label:
        yield label, rule
    for each in (*(rule.and_ or ()), *(rule.or_ or ()), *((rule.fields,) if rule.fields else ())):
        yield from leaves(each, label)


def labels(row: dict[str, str]) -> list[str]:
    """The labels that may carry a field: several where it is one thing for persons and another for bodies."""
    if row["ovh_field_mapping"] in LABELS:
        return [LABELS[row["ovh_field_mapping"]]]
    members = row["ovh_field_mapping"].replace(" or ", ",").replace(" / ", ",").split(",")
    if member := MORE_MEMBERS.get((row["party"], row["field"])):
        members = [member]
    if "organisation*Other" in members:
        members.remove("organisation*Other")
    return [f"{CONTACTS[row['party']]}.{member.strip()}" for member in members if member.strip() != "-"]


def shortcomings(row: dict[str, str], extension: Extension) -> Iterator[str]:
    """What a rule does not ask although the row says so."""
    tree = dict(leaves(extension.rules["create"]))
    found = {label: tree[label] for label in labels(row) if label in tree}
    if not found or (row["required"] == "yes" and len(found) < len(labels(row))):
        yield f"{labels(row)} asked of nobody"
        return
    constraints = [(each, constraint) for each in found.values() for constraint in each.constraints]
    demanding = [c for each, c in constraints if c.operator == "required"]
    always = [c for c in demanding if c.conditions is None]
    if row["required"] == "yes" and not (always if len(found) == 1 and not row["required_when"] else demanding):
        yield "not demanded"
    alternatives = row["required_when"].startswith("one of")
    if row["required"] == "cond" and not (demanding or alternatives or "holder type" in row["required_when"]):
        yield "never demanded"
    own_codes = any(label.rpartition(".")[2] in OWN_CODES for label in found)
    if row["values"] and not own_codes and row["type"] == "enum":
        listed = [set(c.values or ()) for _, c in constraints if c.operator == "contains"]
        if set(row["values"].split(",")) not in (*listed, set().union(*listed)):
            yield "another list of values"
    if row["pattern"].startswith("^") and not any(c.value == row["pattern"] for _, c in constraints):
        yield "without its pattern"


def test_every_field_is_asked_for_or_has_its_reason(catalogue: Catalogue) -> None:
    facts = rows("extra-fields.csv")
    assert len(facts) == 312
    missing = {}
    for row in facts:
        name, field = row["extension"], row["field"]
        if not EXCUSED.keys().isdisjoint({(name, row["party"], field), ("*", row["party"], field)}):
            continue
        asked = labels(row)
        found = list(shortcomings(row, catalogue.extensions[a_label(name)])) if asked else ["no member and no reason"]
        if found:
            missing[name, row["party"], field] = found
    assert missing == {}


def test_no_reason_is_without_its_field() -> None:
    known = {(row["extension"], row["party"], row["field"]) for row in rows("extra-fields.csv")}
    known |= {("*", party, field) for _, party, field in known}
    assert set(EXCUSED) <= known


A_LINK = (
    "a link by life, culture or trade: no field tells it, and the registry looks at it only when somebody complains"
)
A_TRADE = "what a holder is or does: no field tells it, and the registry looks at it only when somebody complains"
UNKNOWN = "which countries, and whether at all, no source says"
OPEN = ("anyone", "open")
# Who may own a name, where the rule is the generic one all the same, each with its reason.
NOT_SAID = {
    ".co.th: Thai companies; .in.th individuals": "of second levels that are not in the catalogue",
    ".com.tr needs documents or trademark; .tr by order of rights": "documents, for which there is no member",
    ".ua needs a matching registered trademark; com.ua open": "com.ua, which is open",
    "as co.nz": "any person or organisation of age, which the generic rule asks",
    "bona fide business or commercial use": A_TRADE,
    "check with the registry": UNKNOWN,
    "check with the registry; local presence in most": UNKNOWN,
    "check with the registry; some need local presence": UNKNOWN,
    "city or regional link": A_LINK,
    "community or sector restriction flagged by the registry": A_TRADE,
    "content rules for children": "of what is published below the name",
    "economic, cultural, tourist, historical, social or other affinity with Vienna": A_LINK,
    "election related bona fide use; no whois privacy": A_TRADE,
    "health professionals/registry policy": A_TRADE,
    "identifiable individual >= 18 or organisation": "the generic rule's own",
    "identifiable person": "the generic rule's own",
    "LGBT community": A_TRADE,
    "link with Brittany, its culture or languages": A_LINK,
    "link with Brussels (open)": A_LINK,
    "link with Taipei": A_LINK,
    "link with Tyrol": A_LINK,
    "local link": A_LINK,
    "museums, museum associations and professionals": A_TRADE,
    "NAR members (.realtor)": "of .realtor; .realestate is open",
    "overseas departments; separate registries, manual registration": UNKNOWN,
    "OVHcloud customers (nic handle)": "every owner has an account here",
    "personal names (second or third level)": A_TRADE,
    "postal community": A_TRADE,
    "resident of or link with Alsace": A_LINK,
    "seat, residence or economic, cultural, social link with Corsica": A_LINK,
    "US federal/state bodies (gov), US military, US accredited schools, treaty organisations; not sold": "not sold",
}


def test_who_may_own_a_name_is_in_its_rule_or_has_its_reason(catalogue: Catalogue) -> None:
    generic = catalogue.extensions["com"].rules["create"]
    unsaid: dict[str, list[str]] = {}
    for row in rows("extensions.csv"):
        extension = catalogue.extensions[a_label(row["extension"])]
        words = row["owner_rule"]
        if words and not words.startswith(OPEN) and extension.rules["create"] == generic:
            unsaid.setdefault(words, []).append(extension.name)
    assert {words: names for words, names in unsaid.items() if words not in NOT_SAID} == {}
    assert sorted(NOT_SAID) == sorted(unsaid)
    assert [name for words, names in unsaid.items() if NOT_SAID[words] == UNKNOWN
            for name in names if catalogue.extensions[name].confidence == "high"] == []  # fmt: skip
