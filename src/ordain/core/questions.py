"""A rule as the questions of a form: what is asked by what is known so far, of whom, and what may be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core import operators, rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ordain.core.rules import Constraint, Facts, Rule

LONGEST = 255
OFFERED = ("firstName", "lastName", "address.zip")
"""Members that are worth giving even where the rule does not need them."""
_EXAMPLES = frozenset({"", "lorem", "12345"})
"""What the contract prints where it has no example."""


class Question(Struct, frozen=True, kw_only=True):
    """One value that is asked for. `place` is its label with its member: "OWNER_CONTACT.address.city"."""

    place: str
    type: str
    """The rule's own: "string", "bool", "date_ISO8601" …"""
    required: bool
    asked: bool
    """False: only other answers would make it matter."""
    allowed: tuple[str, ...] = ()
    """What it is one of; empty if it is free."""
    pattern: str = ""
    shortest: int = 0
    longest: int = LONGEST
    example: str = ""
    told: str = ""
    """The rule's own description, in English."""

    @property
    def label(self) -> str:
        """Of the order: OWNER_CONTACT."""
        return self.place.partition(".")[0]

    @property
    def member(self) -> str:
        """Of the contact: address.city; "" if the label itself is asked for."""
        return self.place.partition(".")[2]


def questions(rule: Rule, facts: Facts, contexts: frozenset[str] = frozenset()) -> tuple[Question, ...]:
    """What the rule asks by these facts, in its order. Labels that belong to other contexts are left out."""
    found: dict[str, Question] = {}
    for path, asked, constraints in rules.counting(rule, facts, contexts):
        question = _question(path, asked, constraints)
        found.setdefault(question.place, question)
    return tuple(found.values())


def places(rule: Rule) -> tuple[str, ...]:
    """Every place that the rule could ask about, whatever is known."""
    return tuple(dict.fromkeys(_places(rule, "")))


def _places(rule: Rule, above: str) -> Iterator[str]:
    here = f"{above}{rule.label}" if rule.label else ""
    if here:
        yield here
    for each in (*(rule.and_ or ()), *(rule.or_ or ())):
        yield from _places(each, above)
    if rule.fields:
        yield from _places(rule.fields, f"{here}.")


def _question(path: tuple[str, ...], rule: Rule, constraints: Iterable[Constraint]) -> Question:
    by_operator = {constraint.operator: rules.operands(constraint) for constraint in constraints}
    required = "required" in by_operator or "shouldbetrue" in by_operator
    waits = any(constraint.operator == "required" for constraint in rule.constraints) and not required
    exact = by_operator.get("eq", ())
    dated = rule.type in ("date_ISO8601", "number")
    least, most = (by_operator.get("between") or ("0", str(LONGEST))) if not dated else ("0", str(LONGEST))
    placeholder = rule.placeholder or ""
    return Question(
        place=".".join(path),
        type=rule.type or "string",
        required=required,
        asked=required or not waits or path[-1] in OFFERED,
        allowed=exact or by_operator.get("contains", ()),
        pattern=next(iter(by_operator.get("match", ())), ""),
        shortest=int(next(iter(by_operator.get("minlength", (least,))))),
        longest=int(next(iter(by_operator.get("maxlength", (most,))))),
        example="" if placeholder in _EXAMPLES else placeholder,
        told=rule.description or "",
    )


def shown(question: Question, value: object) -> bool:
    """Whether a form has room for it: what is asked, and what was answered, be it not asked any more."""
    return question.asked or not operators.is_absent(value)
