"""Writes the file of an extension from a row of the collected facts: generated once, then owned by us.

A value is written when it differs from its family's; a fact the row lacks is left to the family, which lists what is
not known, or called `unknown` in the file.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = Mapping[str, str]
"""One line of extensions.csv, or of the prices' file, by its columns."""

WIDTH = 116
_REMARKS = {"lifecycle": "  # days"}
_TOLD = {"required_fields": "Asked for", "reserved_names": "Reserved", "other_rules": "Also"}
_DAYS = {
    "add_grace_days": "add_grace_days",
    "late_renew_days": "late_renew_days",
    "redemption_days": "redemption_days",
    "pending_delete_days": "pending_delete_days",
    "deleted_days": "deleted_after_expiry_days",
}
KEYS = {
    "accept_conditions": "rules",
    "auth_code": "transfer.code",
    "dnssec": "dnssec",
    "idn": "label.idn",
    "idn_scripts": "label.scripts",
    "label_max": "label.max",
    "label_min": "label.min",
    "name_server_rule": "policy.name_servers",
    "other_rules": "rules",
    "owner_rule": "rules",
    "pending_registration": "policy.pending",
    "redemption_days": "lifecycle.redemption_days",
    "register_years": "periods",
    "required_fields": "rules",
    "transfer_years_added": "transfer.years_added",
    "trustee": "policy.trustee",
}
"""Columns that `unverified_fields` may name, and what they are called in a file."""


def family_of(row: Row) -> str:
    """The family whose usual values the extension has."""
    if row["type"] == "cctld":
        return "cctld"
    return "gtld" if row["max_expiry_years"] else "gtld-private"


def written(row: Row, price: Row | None, family: Mapping[str, Any], registry: str | None) -> str:
    """The whole file of the extension. `registry` is its parent's, if that is known."""
    facts = _facts(row, registry)
    missing = sorted(name for name in _names(family) if _at(facts, name) is None and name not in family["unknown"])
    head = {
        "extension": row["alabel"],
        "family": family_of(row),
        **_own({key: value for key, value in facts.items() if not isinstance(value, Mapping)}, family),
        "confidence": row["confidence"],
        "sources": row["sources"].split("+"),
        "unknown": missing,
        "unverified": sorted({KEYS[column] for column in row["unverified_fields"].split(",") if column}),
        "not_sold": "" if price else _not_sold(row),
    }
    lines = [*_opening(row), *(f"{key} = {_value(value)}" for key, value in head.items() if value not in ("", []))]
    for table, values in facts.items():
        if isinstance(values, Mapping):
            own = [f"{key} = {_value(value)}" for key, value in _own(values, family, table).items()]
            lines += ["", f"[{table}]{_REMARKS.get(table, '')}", *own] if own else []
    return "\n".join([*lines, *(_prices(price, row) if price else ()), ""])


def _facts(row: Row, registry: str | None) -> dict[str, Any]:
    """What the row says, under the keys of a file; None where it says nothing."""
    periods, again = _years(row["register_years"]), _years(row["renew_years"])
    added = row["transfer_years_added"]
    return {
        "registry": registry,
        "periods": periods,
        "renew_periods": None if again == periods else again,
        "dnssec": _flag(row["dnssec"]),
        "premium": _flag(row["premium"]),
        "minimum_owner_age": _whole(row["owner_min_age"]),
        "label": {
            "min": _whole(row["label_min"]),
            "max": _whole(row["label_max"]),
            "idn": _flag(row["idn"]),
            "scripts": _scripts(row["idn_scripts"]) or None,
        },
        "transfer": {
            "offered": False if added == "none" else None,
            "code": None if not row["auth_code"] else row["auth_code"] == "yes",
            "push": True if row["auth_code"] == "push-tag" else None,
            "years_added": None if added == "none" else _whole(added.removeprefix("reset:")),
            "restarts": True if added.startswith("reset:") else None,
            "code_days": _whole(row["auth_code_life_days"]),
        },
        "lifecycle": {key: _whole(row[column]) for key, column in _DAYS.items()},
        "policy": {
            "ds_form": row["ds_form"] or None,
            "hsts": True if row["hsts"] == "yes" else None,
            "claims": _flag(row["claims_notice"]),
            "restore": _flag(row["restore"]),
            "transfer_lock": _flag(row["transfer_lock"]),
            "max_years": _whole(row["max_expiry_years"]),
            "pending": row["pending_registration"] or None,
            "name_servers": row["name_server_rule"] or None,
            "trustee": True if row["trustee"] == "yes" else None,
            "whois_privacy": _flag(row["whois_privacy"]),
        },
    }


_CUT_OFF = {
    "Chines": "Chinese",
    "Russi": "Russian",
    "simplified": "Simplified Chinese",
    "traditional Chinese": "Traditional Chinese",
}
"""What the sources' texts were cut to."""


def _scripts(text: str) -> list[str]:
    words = [each.strip() for each in re.findall(r"(?:[^,(]|\([^)]*\))+", text)]
    return [_CUT_OFF.get(word, word) for word in words]


def _own(facts: Mapping[str, Any], family: Mapping[str, Any], table: str = "") -> dict[str, Any]:
    """What is known and not as usual; what the family only takes for granted is said."""
    usual = family.get(table, {}) if table else family
    named = f"{table}." if table else ""
    return {key: value for key, value in facts.items()
            if value is not None and (value != usual.get(key) or f"{named}{key}" in family["unknown"])}  # fmt: skip


def _names(family: Mapping[str, Any]) -> Iterator[str]:
    """The facts a family gives, as `unknown` names them."""
    for key, value in family.items():
        if isinstance(value, Mapping) and key != "examples":
            yield from (f"{key}.{inner}" for inner in value)
        elif key in ("periods", "dnssec", "premium"):
            yield key


def _at(facts: Mapping[str, Any], name: str) -> object:
    table, dot, key = name.partition(".")
    return facts[table].get(key) if dot else facts[table]


def _opening(row: Row) -> Iterator[str]:
    shown = row["extension"] if row["extension"] == row["alabel"] else f"{row['extension']} ({row['alabel']})"
    owner = row["owner_rule"]
    if owner in ("", "(restricted flag)"):
        owner = "restricted, but nobody tells how" if owner else "nobody tells who may hold a name"
    yield from _comment(f".{shown}: {owner}.")
    for column, told in _TOLD.items():
        if row[column] not in ("", "no"):
            yield from _comment(f"{told}: {row[column]}.")


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, WIDTH)]


def _not_sold(row: Row) -> str:
    who, _, _ = row["owner_rule"].partition("; not sold")
    shown = f".{row['extension']} names"
    return f"{shown} are not sold here. Who may have one: {who}" if who else f"No price of {shown} is known"


def _prices(price: Row, row: Row) -> list[str]:
    amounts = {action: _amount(price[f"{action}_cents"]) for action in ("create", "renew", "transfer", "restore")}
    if row["restore"] == "no" or amounts["restore"] == "0.00":
        del amounts["restore"]
    invented = "; invented, to be replaced" if price["basis"] == "placeholder" else ""
    entries = ", ".join(f'{action} = "{amount}"' for action, amount in amounts.items())
    return ["", f"[prices]  # net{invented}", f"EUR = {{ {entries} }}"]


def _amount(cents: str) -> str:
    whole, hundredths = divmod(int(cents), 100)
    return f"{whole}.{hundredths:02}"


def _years(text: str) -> list[int] | None:
    """Read 1-10 or 1,2,3,5."""
    first, dash, last = text.partition("-")
    if dash:
        return list(range(int(first), int(last) + 1))
    return [int(year) for year in text.split(",")] if text else None


def _flag(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False)
