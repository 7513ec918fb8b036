"""Two evaluators, written apart, never raise and say the same: of made-up rules, and of every rule that is shipped."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordain.adapters.catalogue_files import load
from ordain.core import rules
from ordain.core.rules import Constraint, Context, Operator, Rule, Type
from tests.core import naive_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

LABELS = ("OWNER_CONTACT", "ADMIN_ACCOUNT", "REASON")
MEMBERS = ("email", "legalForm", "address.city", "address.zip")
NUMBERS = ("0", "1", "-1", "10", "10.0", "1e1", "2.50", "007", ".5", "1e9999", "9" * 400)
DATES = (
    "2020-01-31", "2020-01-31T00:00:00Z", "2020-01-31T02:00:00+02:00", "20200131", "2020-W05-5", "2020-02-30",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00",
)  # fmt: skip
TEXTS = (
    "", " ", "\u00a0", "x", "abc", "ABC", "DE", "individual", "true", "false", "True", "nan", "inf", "-", "1_0",
    "\u0661\u0662", "\U0001d7d8", "e\u0301", "\ud800", "a\0b", "a\n", "\u202etxt", "x" * 255, "x" * 256, "é" * 70_000,
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 10, 2**63, 2**64, 10**400, 10**1500, 0.1, 10.0, 1e308, float("nan"), float("inf"),
    [], [[]], [None], [""], ["abc", "x"], [1, "1"], {}, {"": None}, {"x": {"y": []}}, ("abc",),
)  # fmt: skip
PATTERNS = ("^[0-9]{3}$", "[A-Z]", "^(a|b)?c", ".", "^$", r"^\d+$", "(a+)+$", "(")


NESTED = st.lists(st.sampled_from((*TEXTS, *NUMBERS, *ODD)), max_size=3)
VALUES: st.SearchStrategy[Any] = (
    st.sampled_from((*TEXTS, *NUMBERS, *DATES, *ODD)) | st.text(max_size=12) | st.integers() | NESTED
)
"""What may stand where a rule looks: fitting, and not."""
ADDRESSES = st.none() | st.dictionaries(st.sampled_from(("city", "zip")), VALUES, max_size=2) | VALUES
FLAT = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=4)
CONTACTS = FLAT | st.builds(lambda members, place: {**members, "address": place}, FLAT, ADDRESSES) | VALUES
"""Contacts with their addresses nested or flattened, or something else altogether."""
FACTS = st.fixed_dictionaries({}, optional=dict.fromkeys(LABELS, CONTACTS))
CONTEXTS = st.frozensets(st.sampled_from(get_args(Context)), max_size=2)
MAYBE_CONTEXTS = st.none() | st.lists(st.sampled_from(get_args(Context)), max_size=2).map(tuple)


SOME_LABELS = st.lists(st.sampled_from(LABELS), min_size=1, max_size=3)
SOME_MEMBERS = st.lists(st.sampled_from(MEMBERS), min_size=1, max_size=3)


@cache
def maybe_tree(depth: int) -> st.SearchStrategy[Rule | None]:
    """A condition, or none; none of the innermost has one."""
    nothing: st.SearchStrategy[Rule | None] = st.none()
    return nothing | nothing | trees(depth - 1) if depth else nothing


@cache
def operands(operator: str, kind: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Mostly what the operator can be evaluated with."""
    fitting = {"number": NUMBERS, "date_ISO8601": DATES, "bool": ("true", "0", "yes")}.get(kind, TEXTS[1:8])
    if operator in ("minlength", "maxlength") or (operator == "between" and kind not in ("number", "date_ISO8601")):
        fitting = ("0", "1", "3", "255", "256")
    elif operator in ("gt", "gte", "lt", "lte") and kind != "date_ISO8601":
        fitting = NUMBERS
    elif operator == "match":
        fitting = PATTERNS
    fit = 2 if operator == "between" else 0 if operator in naive_rules.NOTHING_TO_COMPARE else 1
    most = 3 if "contains" in operator else 0 if operator == "shouldbetrue" else fit
    usual = st.lists(st.sampled_from(fitting), min_size=min(fit, most), max_size=most).map(tuple)
    return usual | st.lists(st.sampled_from((*TEXTS[:12], *NUMBERS)), max_size=2).map(tuple)


@cache
@st.composite
def constraints(draw: st.DrawFn, kind: str, depth: int) -> Constraint:
    """One constraint for a label of this type."""
    operator: Operator = draw(st.sampled_from(get_args(Operator)))
    given_values = draw(operands(operator, kind))
    condition = draw(maybe_tree(depth))
    if len(given_values) == 1 and draw(st.booleans()):
        value: str | None = given_values[0]
        return Constraint(operator=operator, value=value, conditions=condition, contexts=draw(MAYBE_CONTEXTS))
    listed = given_values or None
    return Constraint(operator=operator, values=listed, conditions=condition, contexts=draw(MAYBE_CONTEXTS))


@cache
@st.composite
def leaves(draw: st.DrawFn, label: str, depth: int) -> Rule:
    """The rule of one label."""
    kind: Type = draw(st.sampled_from(get_args(Type)))
    fields = None
    if label in LABELS and depth:
        members = [draw(leaves(member, depth - 1)) for member in draw(SOME_MEMBERS)]
        shape = draw(st.sampled_from(("and", "or", "one")))
        fields = {"and": Rule(and_=tuple(members)), "or": Rule(or_=tuple(members)), "one": members[0]}[shape]
    return Rule(
        label=label,
        type=kind,
        fields=fields,
        constraints=tuple(draw(st.lists(constraints(kind, depth), max_size=2))),
        conditions=draw(maybe_tree(depth)),
        contexts=draw(MAYBE_CONTEXTS),
    )


@cache
@st.composite
def trees(draw: st.DrawFn, depth: int) -> Rule:
    """A rule as the root of a tree, or a condition."""
    parts = tuple(draw(leaves(label, depth)) for label in draw(SOME_LABELS))
    shape = draw(st.sampled_from(("and", "or", "both", "one")))
    whole = {"and": Rule(and_=parts), "or": Rule(or_=parts), "both": Rule(and_=parts[:1], or_=parts), "one": parts[0]}
    return whole[shape]


def on_the_wire(rule: Rule) -> dict[str, Any]:
    """The rule as a client reads it."""
    plain: dict[str, Any] = msgspec.to_builtins(rule)
    return plain


def ours(rule: Rule, facts: Mapping[str, Any], contexts: frozenset[str], before: Mapping[str, Any] | None) -> list[Any]:
    """What our evaluator finds, by path and operator, each with a sentence."""
    found = rules.violations(rule, facts, contexts, before)
    assert all(violation.message for violation in found)
    return [(violation.place, violation.operator) for violation in found]


def theirs(rule: Rule, facts: Any, contexts: frozenset[str], before: Any) -> list[Any]:
    """What the other finds."""
    found = naive_rules.broken(on_the_wire(rule), facts, contexts, before)
    return [(".".join(path), operator) for path, operator in found]


def sound(operator: Operator, kind: Type) -> list[Constraint]:
    """Constraints of this operator that can be evaluated for a label of this type."""
    some = {
        "number": ("10", "-2.5", "1e1"),
        "date_ISO8601": ("2020-01-31", "2020-01-31T02:00:00+02:00", "10"),
        "bool": ("true", "0"),
    }.get(kind, ("abc", "10", "1", "3", "true", "2020-01-31", "^[0-9]{3}$", "[A-Z]"))
    lists = [(), *((one,) for one in some), *((one, two) for one in some for two in some)]
    made = [Constraint(operator=operator, values=each or None) for each in lists]
    return [each for each in made if not rules.problems(Rule(label="x", type=kind, constraints=(each,)))]


@pytest.mark.parametrize("kind", ["string", "number", "date_ISO8601", "bool", "string[]"])
@pytest.mark.parametrize("operator", get_args(Operator))
def test_an_operator_judges_every_odd_value_alike(operator: Operator, kind: Type) -> None:
    """As a constraint and as a condition, with and without something before."""
    assert sound(operator, kind)
    for constraint in sound(operator, kind):
        rule = Rule(label="REASON", type=kind, constraints=(constraint,))
        for value in (*TEXTS, *NUMBERS, *DATES, *ODD):
            facts = {"REASON": value}
            assert ours(rule, facts, frozenset(), None) == theirs(rule, facts, frozenset(), None), facts
            assert rules.holds(rule, facts) is naive_rules.holds(on_the_wire(rule), facts, frozenset()), facts
            if operator == "readonly":
                before = {"REASON": "abc"}
                assert ours(rule, facts, frozenset(), before) == theirs(rule, facts, frozenset(), before), facts


@settings(max_examples=100, deadline=None)
@given(trees(2), FACTS, CONTEXTS, st.none() | FACTS)
def test_made_up_rules_have_a_problem_or_are_evaluated_alike(
    rule: Rule, facts: dict[str, Any], contexts: frozenset[str], before: dict[str, Any] | None
) -> None:
    if rules.problems(rule):
        return
    assert ours(rule, facts, contexts, before) == theirs(rule, facts, contexts, before)
    assert rules.holds(rule, facts, contexts) is naive_rules.holds(on_the_wire(rule), facts, contexts)


# --- what is shipped ---


@pytest.fixture(scope="module")
def shipped() -> dict[bytes, tuple[str, Rule]]:
    """Every rule of every extension; extensions that share a rule are asked by one of them."""
    catalogue = load(Path(__file__).parents[2] / "catalogue")
    every = ((f"{name} {action}", rule) for name, extension in catalogue.extensions.items()
             for action, rule in extension.rules.items())  # fmt: skip
    return {msgspec.json.encode(rule): (name, rule) for name, rule in every}


def test_every_shipped_rule_can_be_evaluated(shipped: dict[bytes, tuple[str, Rule]]) -> None:
    assert {name: found for name, rule in shipped.values() if (found := rules.problems(rule))} == {}


def spoken(rule: dict[str, Any], found: dict[str, set[str]]) -> dict[str, set[str]]:
    """The labels a rule speaks of, anywhere in it, and the values it names with them."""
    if rule.get("label"):
        words = found.setdefault(rule["label"], set())
        for constraint in rule["constraints"]:
            words |= {*constraint.get("values", ())[:40], *([constraint["value"]] if "value" in constraint else [])}
    inner = [*rule.get("and", ()), *rule.get("or", ()), rule.get("fields"), rule.get("conditions")]
    inner += [constraint.get("conditions") for constraint in rule.get("constraints", ())]
    for each in inner:
        if each:
            spoken(each, found)
    return found


def made_up(rule: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Facts in the rule's own words, with something odd here and there."""
    found = spoken(rule, {})
    parties = ("OWNER_CONTACT", "ADMIN_ACCOUNT", "TECH_ACCOUNT")
    oddness = chance.choice((0.0, 0.1, 0.5))

    def one(label: str) -> Any:
        if chance.random() < oddness:
            return chance.choice((*ODD, *TEXTS, *DATES, *NUMBERS))
        return chance.choice([*sorted(found[label]), None, "", "123456789", "Roma", "FR", "1980-01-31", "1"])

    members = [label for label in found if label not in parties and not label.isupper()]
    facts: dict[str, Any] = {label: one(label) for label in found if label.isupper() and label not in parties}
    for party in parties:
        told = {member: one(member) for member in members if chance.random() < 0.9}
        facts[party] = told if chance.random() < 0.95 else chance.choice(ODD)
    return facts


def test_every_shipped_rule_is_evaluated_alike(shipped: dict[bytes, tuple[str, Rule]]) -> None:
    """Ten times each, with contacts made up from the rule's own words: the same ones in every run."""
    differences, outcomes = [], set()
    for name, rule in shipped.values():
        chance, plain = random.Random(name), on_the_wire(rule)
        for _ in range(10):
            facts, before = made_up(plain, chance), chance.choice((None, made_up(plain, chance)))
            contexts = frozenset(chance.sample(get_args(Context), chance.randint(0, 3)))
            mine = ours(rule, facts, contexts, before)
            outcomes.add(bool(mine))
            if mine != [(".".join(path), how) for path, how in naive_rules.broken(plain, facts, contexts, before)]:
                differences.append((name, facts, contexts, before))
    assert differences == []
    assert outcomes == {True, False}, "some are accepted, and some are not"


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_shipped_rule_takes_any_contact(shipped: dict[bytes, tuple[str, Rule]], data: st.DataObject) -> None:
    _, rule = data.draw(st.sampled_from(list(shipped.values())))
    plain = on_the_wire(rule)
    members = sorted(label for label in spoken(plain, {}) if not label.isupper())
    contact = st.dictionaries(st.sampled_from(members or ["email"]), VALUES, max_size=8) | CONTACTS
    facts = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(naive_labels(plain), contact)))
    contexts = data.draw(CONTEXTS)
    assert ours(rule, facts, contexts, None) == theirs(rule, facts, contexts, None)


def naive_labels(plain: dict[str, Any]) -> list[str]:
    """The top-level labels a rule speaks of."""
    return sorted(label for label in spoken(plain, {}) if label.isupper())
