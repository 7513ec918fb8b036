"""The contract's recursive configurationRule, and what in a set of facts does not respect it (wire-contract §4.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct, field

from ordain.core import operators
from ordain.core.language import IN_ENGLISH, Sentence

Operator = Literal[
    "required", "readonly", "eq", "ne", "gt", "gte", "lt", "lte", "minlength", "maxlength", "between",
    "contains", "notcontains", "empty", "notempty", "match", "shouldbetrue",
]  # fmt: skip
Type = Literal["bool", "contact", "date_ISO8601", "domain", "json", "number", "string", "string[]", "text"]
Context = Literal[
    "accept_conditions", "claims", "create", "order", "premium", "protected_code", "reason", "trade", "transfer",
    "update",
]  # fmt: skip
Facts = Mapping[str, object]


class Constraint(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """domain.configuration.rules.Constraint: what one value must be, when `conditions` and `contexts` apply."""

    operator: Operator
    value: str | None = None
    values: tuple[str, ...] | None = None
    conditions: Rule | None = None
    contexts: tuple[Context, ...] | None = None


class Rule(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"and_": "and", "or_": "or"},
):
    """domain.configuration.rules.Rule. Absent members are left out on the wire, `constraints` never is."""

    label: str | None = None
    type: Type | None = None
    description: str | None = None
    placeholder: str | None = None
    and_: tuple[Rule, ...] | None = None
    or_: tuple[Rule, ...] | None = None
    fields: Rule | None = None
    # A factory rather than (), because msgspec leaves out what equals a plain default.
    constraints: tuple[Constraint, ...] = field(default_factory=lambda: ())
    conditions: Rule | None = None
    contexts: tuple[Context, ...] | None = None


class Violation(Struct, frozen=True):
    """One constraint that is not respected: by "OWNER_CONTACT", in its member "address.country" or as a whole."""

    label: str
    field: str | None
    operator: str
    expected: tuple[str, ...]
    sentence: Sentence

    @property
    def place(self) -> str:
        """The label with its member: OWNER_CONTACT.address.country."""
        return f"{self.label}.{self.field}" if self.field else self.label

    @property
    def message(self) -> str:
        """The sentence in English."""
        return IN_ENGLISH.tell(self.sentence)


class _Question(Struct, frozen=True):
    """What a rule is asked with. `sure` is set inside a condition, where a value that is not there fails."""

    facts: Facts
    contexts: frozenset[str]
    before: Facts | None
    sure: bool = False


class _Failure(Struct, frozen=True):
    path: tuple[str, ...]
    rule: Rule
    constraint: Constraint
    value: object


def violations(
    rule: Rule,
    facts: Facts,
    contexts: frozenset[str] = frozenset(),
    before: Facts | None = None,
) -> list[Violation]:
    """Everything that does not respect the rule, in the rule's order.

    `facts` maps a top-level label to its value, for a contact to its members ("address" may be nested or flattened).
    `before` holds the facts as they are now, for `readonly`; without it nothing is read-only.
    """
    question = _Question(facts, contexts, before)
    return [_violation(failure) for failure in _failures(rule, facts, question, ())]


def holds(rule: Rule, facts: Facts, contexts: frozenset[str] = frozenset()) -> bool:
    """Whether the rule holds as a condition: a value that is not there fails."""
    return not _failures(rule, facts, _Question(facts, contexts, None, sure=True), ())


def _failures(rule: Rule, scope: Facts, question: _Question, path: tuple[str, ...]) -> list[_Failure]:
    """`scope` is the object the rule's label is looked up in: all the facts, or one contact."""
    if (rule.contexts or rule.conditions) and not _counts(rule, question):
        return []
    found: list[_Failure] = []
    for each in rule.and_ or ():
        found += _failures(each, scope, question, path)
    if rule.or_:
        # What is ignored is no way out: it is left out of the choice.
        branches = [_failures(each, scope, question, path) for each in rule.or_ if _counts(each, question)]
        fewest: list[_Failure] = min(branches, key=len, default=[])
        found += fewest
    if rule.label:
        _judge_label(rule, scope, question, (*path, rule.label), found)
    return found


def _counts(rule: Rule, question: _Question) -> bool:
    """Whether a rule is asked about at all: in its contexts, while its conditions hold."""
    if rule.contexts and not _in_context(rule.contexts, question.contexts):
        return False
    return rule.conditions is None or holds(rule.conditions, question.facts, question.contexts)


def _judge_label(rule: Rule, scope: Facts, question: _Question, path: tuple[str, ...], found: list[_Failure]) -> None:
    value = operators.look_up(scope, path[-1])
    absent = operators.is_absent(value)
    for constraint in rule.constraints:
        if absent:
            passes = _absence_passes(constraint.operator, value, question)
        else:
            passes = _respected(constraint, rule, value, question, path)
        # Whether the value passes was asked first: it costs less than whether the conditions hold.
        if not passes and _applies(constraint, question):
            found.append(_Failure(path, rule, constraint, value))
    if rule.fields and (question.sure or not absent):
        # What should have members and is a mere text has none of them.
        members = value if isinstance(value, Mapping) else {}
        found += _failures(rule.fields, members, question, path)


def _absence_passes(operator: Operator, value: object, question: _Question) -> bool:
    """A value that is not there fails a condition; else only `required` asks for it, and `notempty` for no "" or []."""
    if question.sure:
        return operator == "empty"
    return operator != "required" and (operator != "notempty" or value is None)


def _in_context(wanted: tuple[Context, ...] | None, present: frozenset[str]) -> bool:
    return not wanted or not present.isdisjoint(wanted)


def _applies(constraint: Constraint, question: _Question) -> bool:
    if constraint.contexts and not _in_context(constraint.contexts, question.contexts):
        return False
    if constraint.conditions is None:
        return True
    # Whether a value may still be changed is decided by what it was, not by what it becomes.
    was = question.before if constraint.operator == "readonly" else None
    return holds(constraint.conditions, question.facts if was is None else was, question.contexts)


def _respected(constraint: Constraint, rule: Rule, value: object, question: _Question, path: tuple[str, ...]) -> bool:
    """Whether a value that is there passes."""
    if constraint.operator == "required":
        return True
    if constraint.operator == "readonly":
        was = operators.look_up_path(question.before, path) if question.before is not None else None
        return operators.is_absent(was) or was == value
    return operators.passes(constraint.operator, value, operands(constraint), rule.type)


def operands(constraint: Constraint) -> tuple[str, ...]:
    """The constraint's value or values, as a tuple; empty for operators without any."""
    if constraint.values is not None:
        return constraint.values
    return () if constraint.value is None else (constraint.value,)


def _violation(failure: _Failure) -> Violation:
    path, constraint = failure.path, failure.constraint
    expected = operands(constraint)
    name = path[-1].removeprefix("address.")
    sentence = operators.sentence(constraint.operator, name, expected, failure.rule.type, failure.value)
    return Violation(path[0], ".".join(path[1:]) or None, constraint.operator, expected, sentence)


def active(rule: Rule, contexts: frozenset[str]) -> Rule:
    """The rule as published for these contexts: without the labels that belong to others."""
    if rule.and_ is None:
        return rule
    return Rule(and_=tuple(each for each in rule.and_ if _in_context(each.contexts, contexts)))


def _top(rule: Rule) -> Iterator[Rule]:
    """The rules of top-level labels, in order."""
    if rule.label:
        yield rule
    for each in (*(rule.and_ or ()), *(rule.or_ or ())):
        yield from _top(each)


def labels(rule: Rule) -> tuple[str, ...]:
    """The top-level labels, in order, each once."""
    return tuple(dict.fromkeys(each.label or "" for each in _top(rule)))


def allowed_values(rule: Rule, label: str) -> tuple[str, ...]:
    """The list a top-level label's value is taken from: its first `contains`; empty if it is free."""
    lists = (c.values or () for each in _top(rule) if each.label == label for c in each.constraints
             if c.operator == "contains")  # fmt: skip
    return next(lists, ())


def is_required(rule: Rule, label: str, contexts: frozenset[str] = frozenset()) -> bool:
    """Whether a top-level label must be given in these contexts, whatever the other values are."""
    return any(
        each.label == label and each.conditions is None and _in_context(each.contexts, contexts)
        and _is_demanded(each, contexts)
        for each in _top(rule)
    )  # fmt: skip


def required_fields(rule: Rule, label: str, facts: Facts, contexts: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The members a contact label needs by these facts: "address.city", and "lastName" of an individual."""
    question = _Question(facts, contexts, None)
    trees = (each.fields for each in _top(rule) if each.label == label and each.fields)
    return tuple(dict.fromkeys(name for tree in trees for name in _demanded(tree, question)))


def counting(
    rule: Rule, facts: Facts, contexts: frozenset[str] = frozenset()
) -> Iterator[tuple[tuple[str, ...], Rule, tuple[Constraint, ...]]]:
    """Each label that counts by these facts: its path, its rule, and those of its constraints that count now."""
    yield from _counting(rule, _Question(facts, contexts, None), ())


def _counting(
    rule: Rule, question: _Question, above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Rule, tuple[Constraint, ...]]]:
    if not _counts(rule, question):
        return
    for each in (*(rule.and_ or ()), *(rule.or_ or ())):
        yield from _counting(each, question, above)
    if rule.label:
        path = (*above, rule.label)
        yield path, rule, tuple(each for each in rule.constraints if _applies(each, question))
        if rule.fields:
            yield from _counting(rule.fields, question, path)


def _demanded(rule: Rule, question: _Question) -> Iterator[str]:
    if not _counts(rule, question):
        return
    for each in rule.and_ or ():
        yield from _demanded(each, question)
    if rule.label and any(c.operator == "required" and _applies(c, question) for c in rule.constraints):
        yield rule.label


def _is_demanded(rule: Rule, contexts: frozenset[str]) -> bool:
    return any(
        c.operator == "required" and c.conditions is None and _in_context(c.contexts, contexts)
        for c in rule.constraints
    )  # fmt: skip


def problems(rule: Rule) -> list[str]:
    """What in the rule could not be evaluated: operators without operands, unfit patterns. Sentences."""
    found = [
        f"{rule.label or 'a rule'}: {text}"
        for constraint in rule.constraints
        if (text := operators.problem(constraint.operator, operands(constraint), rule.type))
    ]
    if rule.label is None and not rule.and_ and not rule.or_:
        found.append("a rule or condition needs a label, `and` or `or`")
    inner: tuple[Any, ...] = (*(rule.and_ or ()), *(rule.or_ or ()), rule.fields, rule.conditions)
    inner += tuple(constraint.conditions for constraint in rule.constraints)
    return found + [text for each in inner if each is not None for text in problems(each)]
