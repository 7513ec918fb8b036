"""What is known of the registries' questions is asked: each row of the shared facts is in a rule, or has its reason here.

`extra-fields.csv` names fields by extension and party, with the member of the contract's contact that carries each;
`extensions.csv` says in words who may own a name.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

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
    ("tech", "VAT / tax id"): "vat",
}
OWN_CODES = {
    "legalForm": "the contract's legal forms stand for the registry's codes",
    "language": "the contract's languages stand for the registry's",
    "nationality": "a member's list is of all countries: which of them count depends on where the owner lives",
}
"""Members whose values are the contract's, not the registry's."""

# Fields that no rule asks for, by their words ("*" before them: of whatever extension), each with its reason.
NOT_ASKED = {
    ("*", "trustee terms"): "no trustee is sold: who may not own a name is refused",
    ("*", "IDN language or script tag"): "the registry's table follows from the name, nobody has to say it",
    ("*", "trademark name, number, country, dates (priority phases)"): "a phase asks for the mark's own file (SMD)",
    ("*", "association declaration date, JO publication date, number, page"):
        "no member carries them; an association is known by its WALDEC, SIREN or VAT number",
    ("*", "identification type"): "the contract's account has no member for it; asked of the owner",
    ("de", "abuse contact URI"): "optional, and no member carries it",
    ("de", "general request contact URI"): "optional, and no member carries it",
    ("de", "NSENTRY records (up to 5)"): "optional: names are delegated to name servers",
    ("dk", "registry user id"): "optional, and no member carries it",
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
        if set(row["values"].split(",")) not in listed:
            yield "another list of values"
    if row["pattern"].startswith("^") and not any(c.value == row["pattern"] for _, c in constraints):
        yield "without its pattern"


def test_every_field_is_asked_for_or_has_its_reason(catalogue: Catalogue) -> None:
    facts = rows("extra-fields.csv")
    assert len(facts) == 312
    missing = {}
    for row in facts:
        name, field = row["extension"], row["field"]
        excused = (name, field) in NOT_ASKED or ("*", field) in NOT_ASKED
        if labels(row) and name in catalogue.extensions and not (excused and row["required"] == "no"):
            found = list(shortcomings(row, catalogue.extensions[name]))
        else:
            found = [] if excused else ["no member and no reason"]
        if found:
            missing[name, row["party"], field] = found
    assert missing == {}


def test_no_reason_is_without_its_field() -> None:
    known = {(row["extension"], row["field"]) for row in rows("extra-fields.csv")}
    known |= {("*", field) for _, field in known}
    assert set(NOT_ASKED) <= known
