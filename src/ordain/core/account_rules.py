"""What an account has to say: rules by country, legal form and subsidiary, as data (catalogue/account-rules.toml)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import patterns, vat_number

if TYPE_CHECKING:
    from datetime import datetime

LONGEST = 255


class Field(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked of one member (the contract's nichandle.CreationRule). What is None asks nothing."""

    mandatory: bool | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    examples: tuple[str, ...] | None = None
    one_of: tuple[str, ...] | None = None
    prefix: str | None = None
    default: str | None = None


class When(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More that is asked of accounts of these countries, legal forms and subsidiaries; None means of all."""

    fields: Mapping[str, Field]
    country: frozenset[str] | None = None
    legalform: frozenset[str] | None = None
    subsidiary: frozenset[str] | None = None


class AccountRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All rules."""

    contracts: tuple[str, ...]
    fields: Mapping[str, Field]
    when: tuple[When, ...]
    subsidiaries: Mapping[str, str]
    areas: Mapping[str, tuple[str, ...]]
    corporation_types: Mapping[str, tuple[str, ...]]

    def of(self, country: str | None, legalform: str | None, subsidiary: str | None) -> dict[str, Field]:
        """The rule of each member for such an account."""
        found = dict(self.fields)
        for when in self.when:
            asked = ((when.country, country), (when.legalform, legalform), (when.subsidiary, subsidiary))
            if all(values is None or value in values for values, value in asked):
                found |= {name: _together(found[name], more) for name, more in when.fields.items()}
        for name, lists in (("area", self.areas), ("corporationType", self.corporation_types)):
            allowed = lists.get(country or "")
            if allowed:
                found[name] = structs.replace(found[name], one_of=allowed)
        return found

    def subsidiary_of(self, country: str, sold_by: Mapping[str, object]) -> str:
        """Who sells to a country."""
        if country in sold_by:
            return country
        return self.subsidiaries.get(country, self.subsidiaries["default"])


class Fault(Struct, frozen=True):
    """What is wrong with a member: a sentence of SENTENCES and what fills it."""

    field: str
    kind: str
    values: Mapping[str, object]

    @property
    def sentence(self) -> str:
        """The sentence, its places not yet filled."""
        return SENTENCES[self.kind]

    @property
    def message(self) -> str:
        """In English."""
        return self.sentence % self.values


SENTENCES = {
    "mandatory": "This is required",
    "min_length": "This has at least %(least)d characters",
    "max_length": "This has at most %(most)d characters",
    "one_of": "This is one of: %(allowed)s",
    "pattern": "This is not written as it should be: %(example)s",
    "vat": "This is no VAT number: its form or its check digits are wrong",
    "vat_country": "A VAT number begins with the letters of its country, such as %(example)s",
    "day": "There is no such day, or it is still to come",
}
_SHOWN = 12


def faults(rules: Mapping[str, Field], given: Mapping[str, str | None], now: datetime) -> list[Fault]:
    """Everything that is wrong with what was given, in the order of the rules. What has no rule is not judged."""
    found = [fault for name, rule in rules.items() if (fault := _fault(name, rule, given.get(name)))]
    born = given.get("birthDay")
    if born and not any(fault.field == "birthDay" for fault in found) and not _was(born, now):
        found.append(Fault("birthDay", "day", {}))
    number, country = given.get("vat"), given.get("country") or ""
    if "vat" in rules and number and not any(fault.field == "vat" for fault in found):
        wrong = vat_number.problem(number, country)
        found += [Fault("vat", wrong, {"example": rules["vat"].prefix or vat_number.letters(country)})] if wrong else []
    return found


def _fault(name: str, rule: Field, value: str | None) -> Fault | None:
    if value is None or not value.strip():
        return Fault(name, "mandatory", {}) if rule.mandatory else None
    most = LONGEST if rule.max_length is None else rule.max_length
    if len(value) > most:
        return Fault(name, "max_length", {"most": most})
    if rule.min_length is not None and len(value) < rule.min_length:
        return Fault(name, "min_length", {"least": rule.min_length})
    if rule.one_of is not None and value not in rule.one_of:
        shown = ", ".join(rule.one_of[:_SHOWN]) + (" …" if len(rule.one_of) > _SHOWN else "")
        return Fault(name, "one_of", {"allowed": shown})
    if rule.pattern is not None and not patterns.found(rule.pattern, value):
        return Fault(name, "pattern", {"example": (rule.examples or ("",))[0]})
    return None


def _was(text: str, now: datetime) -> bool:
    try:
        return date.fromisoformat(text) <= now.date()
    except ValueError:
        return False


def _together(rule: Field, more: Field) -> Field:
    said = {name: value for name, value in structs.asdict(more).items() if value is not None}
    return structs.replace(rule, **said)


def problems(rules: AccountRules, subsidiaries: Mapping[str, object], contracts: Mapping[str, object]) -> list[str]:
    """What in the rules themselves cannot be right, in words."""
    found = [f"contract {name!r} is not in contracts/" for name in rules.contracts if name not in contracts]
    found += [f"subsidiary {name!r} sells nothing" for name in rules.subsidiaries.values() if name not in subsidiaries]
    for where in (rules.fields, *(when.fields for when in rules.when)):
        for name, field in where.items():
            if name not in rules.fields:
                found.append(f"{name} is not among the fields")
            if field.pattern and (why := patterns.problem(field.pattern)):
                found.append(f"{name}: the pattern {field.pattern!r} {why}")
            elif field.pattern and not all(patterns.found(field.pattern, example) for example in field.examples or ()):
                found.append(f"{name}: an example does not match {field.pattern!r}")
    return found
