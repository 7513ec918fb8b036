"""Every operator with values there and not there, conditions and contexts, and the two rules that were published."""

from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.adapters.catalogue_files import load
from ordain.core import patterns, rules
from ordain.core.catalogue import Catalogue
from ordain.core.rules import Constraint, Operator, Rule, Type, violations


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(Path(__file__).parents[2] / "catalogue")


def owner(*members: Rule) -> Rule:
    return Rule(and_=(Rule(label="OWNER_CONTACT", type="contact", fields=Rule(and_=members)),))


def member(label: str, *constraints: Constraint, kind: Type = "string", conditions: Rule | None = None) -> Rule:
    return Rule(label=label, type=kind, constraints=constraints, conditions=conditions)


def constraint(operator: Operator, *operands: str) -> Constraint:
    if len(operands) == 1 and "contains" not in operator:
        return Constraint(operator=operator, value=operands[0])
    return Constraint(operator=operator, values=operands or None)


def one(operator: Operator, *operands: str, kind: Type = "string") -> Rule:
    return owner(member("field", constraint(operator, *operands), kind=kind))


def on_the_wire(rule: Rule) -> Any:
    return msgspec.json.decode(msgspec.json.encode(rule))


def facts(value: object) -> dict[str, Any]:
    return {"OWNER_CONTACT": {"field": value, "other": "x"}}


# operator, type, operands, values that pass, values that do not
TABLE: list[tuple[Operator, Type, tuple[str, ...], list[Any], list[Any]]] = [
    ("required", "string", (), ["x", False, 0], [None, "", "  ", []]),
    ("notempty", "string", (), [None, "x", ["x"]], ["", "  ", []]),
    ("empty", "string", (), [None, "", "  "], ["x", 0]),
    ("shouldbetrue", "bool", (), [None, True, 1, "1", "true"], [False, 0, "0", "false", "yes", 2, {"a": True}]),
    ("eq", "string", ("DE",), ["DE"], ["de", "FR"]),
    ("eq", "number", ("10",), [10, "10", "10.0"], [1, "100", "ten"]),
    ("eq", "date_ISO8601", ("2020-01-31",), ["2020-01-31", "2020-01-31T00:00:00Z"], ["2020-02-01", "then"]),
    ("eq", "bool", ("true",), [True, "true", 1, "1"], [False, "no"]),
    ("eq", "bool", ("false",), [False, "0"], [True, "no"]),
    ("contains", "number", ("10", "20"), [10, "10.00", "2e1", [10, 20]], ["11", "10 ", "ten", {"x": 10}]),
    ("notcontains", "date_ISO8601", ("2020-01-31",), ["2020-02-01", {}], ["2020-01-31T00:00:00Z"]),
    ("ne", "string", ("DE",), ["FR"], ["DE"]),
    ("ne", "number", ("10",), ["9", "ten"], ["10.0", 10]),
    ("ne", "bool", ("true",), [False], [True, 1]),
    ("gt", "number", ("9",), ["10", 10, "1E+9"], ["9", 9, "-10", "x", "nan", "inf"]),
    ("gt", "number", ("9",), ["99"], ["1_0", "\u0663\u0663", " 10", "1e9999999", 10**1500]),
    ("gte", "number", ("9",), ["9", "10"], ["8.9"]),
    ("lt", "number", ("9",), ["8.9", -100], ["9", "10"]),
    ("lte", "number", ("9",), ["9"], ["9.1", "10"]),
    ("gt", "date_ISO8601", ("2020-01-31",), ["2020-02-01", "2020-01-31T00:00:01Z"], ["2020-01-31T00:30+01:00"]),
    ("gt", "date_ISO8601", ("2020-01-31",), ["9999-12-31T23:59:59-14:00"], ["0001-01-01T00:00:00+14:00"]),
    ("lte", "date_ISO8601", ("2020-01-31",), ["1999-12-31"], ["2020-02-01"]),
    ("minlength", "string", ("3",), ["abc", "éèà"], ["ab"]),
    ("maxlength", "string", ("3",), ["abc"], ["abcd"]),
    ("between", "string", ("2", "3"), ["ab", "abc"], ["a", "abcd"]),
    ("between", "number", ("2", "10"), ["2", 9, "10"], [1, "11", 100]),
    ("between", "date_ISO8601", ("2020-01-01", "2020-12-31"), ["2020-06-01"], ["2021-01-01"]),
    ("contains", "string", ("a", "b"), ["a", "b", ["a", "b"]], ["c", ["a", "c"]]),
    ("notcontains", "string", ("a", "b"), ["c"], ["a", ["c", "b"]]),
    ("match", "string", ("^[0-9]{3}$",), ["123"], ["1234", "abc"]),
    ("match", "string", ("[0-9]",), ["a1"], ["a", "1" + "a" * patterns.LONGEST_TEXT]),
    ("match", "string", ("^[0-9]{3}$",), ["123"], ["123\n", {"a": 1}, [["123"]]]),
]  # fmt: skip
CASES = [
    pytest.param(operator, kind, operands, value, passes, id=f"{operator}-{kind}-{str(value)[:20]}")
    for operator, kind, operands, good, bad in TABLE
    for passes, values in ((True, good), (False, bad))
    for value in values
]


@pytest.mark.parametrize(("operator", "kind", "operands", "value", "passes"), CASES)
def test_an_operator_passes_or_names_the_field(
    operator: Operator, kind: Type, operands: tuple[str, ...], value: object, *, passes: bool
) -> None:
    found = violations(one(operator, *operands, kind=kind), facts(value))
    assert [(v.label, v.field, v.operator, v.expected) for v in found] == (
        [] if passes else [("OWNER_CONTACT", "field", operator, operands)]
    )


@pytest.mark.parametrize(("operator", "kind", "operands"), [(o, k, x) for o, k, x, _, _ in TABLE])
@pytest.mark.parametrize("absent", [{"OWNER_CONTACT": {}}, {"OWNER_CONTACT": {"field": None}}, facts("")])
def test_only_demands_refuse_what_is_not_there(
    operator: Operator, kind: Type, operands: tuple[str, ...], absent: dict[str, Any]
) -> None:
    refused = bool(violations(one(operator, *operands, kind=kind), absent))
    assert refused is (operator == "required" or (operator == "notempty" and absent == facts("")))


@pytest.mark.parametrize(("operator", "kind", "operands", "value", "passes"), CASES)
def test_a_condition_switches_what_it_stands_on(
    operator: Operator, kind: Type, operands: tuple[str, ...], value: object, *, passes: bool
) -> None:
    condition = one(operator, *operands, kind=kind)
    on_constraint = owner(member("wanted", Constraint(operator="required", conditions=condition)))
    on_label = owner(member("wanted", Constraint(operator="required"), conditions=condition))
    for rule in (on_constraint, on_label):
        assert bool(violations(rule, facts(value))) is (passes and (value is not None or operator == "empty"))


@pytest.mark.parametrize(("operator", "kind", "operands"), [(o, k, x) for o, k, x, _, _ in TABLE])
@pytest.mark.parametrize("absent", [{}, {"OWNER_CONTACT": None}, {"OWNER_CONTACT": {}}])
def test_in_a_condition_what_is_not_there_fails(
    operator: Operator, kind: Type, operands: tuple[str, ...], absent: dict[str, Any]
) -> None:
    assert rules.holds(one(operator, *operands, kind=kind), absent) is (operator == "empty")


def test_every_operator_of_the_contract_is_in_the_table() -> None:
    assert {t[0] for t in TABLE} | {"readonly"} == set(get_args(rules.Operator))


def test_and_is_all_and_or_is_the_branch_that_lacks_least() -> None:
    def need(*names: str) -> Rule:
        return Rule(and_=tuple(member(name, Constraint(operator="required")) for name in names))

    def missing(rule: Rule, members: dict[str, str]) -> list[str | None]:
        return [v.field for v in violations(owner(rule), {"OWNER_CONTACT": members})]

    either = Rule(or_=(need("a", "b"), need("c")))
    assert missing(either, {}) == ["c"]
    assert missing(either, {"a": "1", "b": "1"}) == []
    assert missing(either, {"c": "1"}) == []
    assert missing(need("a", "b"), {}) == ["a", "b"]


@pytest.mark.parametrize("given", [{"address": {"city": "Berlin"}}, {"address.city": "Berlin"}])
def test_an_address_is_understood_nested_and_flattened(given: dict[str, Any]) -> None:
    rule = owner(member("address.city", Constraint(operator="required"), Constraint(operator="eq", value="Berlin")))
    assert violations(rule, {"OWNER_CONTACT": given}) == []
    assert violations(rule, {"OWNER_CONTACT": {"address": {"city": "Bonn"}}})[0].field == "address.city"


def test_contexts_switch_labels_and_constraints() -> None:
    needed = Constraint(operator="required")
    by_label = Rule(and_=(Rule(label="REASON", type="text", constraints=(needed,), contexts=("reason", "claims")),))
    by_constraint = Rule(and_=(Rule(label="REASON", type="text", constraints=(
        Constraint(operator="required", contexts=("reason",)),)),))  # fmt: skip
    for rule in (by_label, by_constraint):
        assert violations(rule, {}) == []
        assert violations(rule, {}, frozenset({"premium"})) == []
        assert [v.label for v in violations(rule, {}, frozenset({"reason", "premium"}))] == ["REASON"]
        assert rules.is_required(rule, "REASON", frozenset({"reason"}))
        assert not rules.is_required(rule, "REASON")
    assert rules.labels(rules.active(by_label, frozenset())) == ()
    assert rules.labels(rules.active(by_label, frozenset({"claims"}))) == ("REASON",)


def test_an_ignored_branch_is_no_way_out_of_an_or() -> None:
    never = member("other", Constraint(operator="eq", value="y"))
    ignored = member("a", Constraint(operator="required"), conditions=owner(never))
    elsewhere = Rule(label="c", constraints=(Constraint(operator="required"),), contexts=("claims",))
    needed = member("b", Constraint(operator="required"))
    for branches in ((ignored, elsewhere, needed), (needed, ignored)):
        assert [v.field for v in violations(owner(Rule(or_=branches)), facts("x"))] == ["b"]
    assert violations(owner(Rule(or_=(ignored, elsewhere))), facts("x")) == []


@pytest.mark.parametrize("malformed", ["a text", 7, True, ["a", "list"], [{"field": "x"}]])
def test_what_should_be_a_contact_and_is_none_has_no_members(malformed: object) -> None:
    rule = owner(member("field", Constraint(operator="required"), Constraint(operator="maxlength", value="3")))
    assert [(v.field, v.operator) for v in violations(rule, {"OWNER_CONTACT": malformed})] == [("field", "required")]
    assert rules.holds(owner(member("field", Constraint(operator="empty"))), {"OWNER_CONTACT": malformed})


def test_a_missing_contact_is_one_violation_and_an_empty_one_is_asked_for_its_members() -> None:
    rule = Rule(and_=(Rule(label="OWNER_CONTACT", type="contact", constraints=(Constraint(operator="required"),),
                           fields=member("email", Constraint(operator="required"))),))  # fmt: skip
    assert [(v.label, v.field) for v in violations(rule, {})] == [("OWNER_CONTACT", None)]
    assert [(v.label, v.field) for v in violations(rule, {"OWNER_CONTACT": {}})] == [("OWNER_CONTACT", "email")]


def test_readonly_compares_with_what_was() -> None:
    was_set = owner(member("email", Constraint(operator="required")))
    rule = owner(member("email", Constraint(operator="readonly", conditions=was_set)))
    now = {"OWNER_CONTACT": {"email": "new@example.com"}}
    assert violations(rule, now) == []
    assert violations(rule, now, before={"OWNER_CONTACT": {"email": ""}}) == []
    assert violations(rule, now, before=now) == []
    found = violations(rule, now, before={"OWNER_CONTACT": {"email": "old@example.com"}})
    assert [v.message for v in found] == ['Field "email" cannot be changed']


def test_whether_a_value_is_readonly_is_decided_by_what_was() -> None:
    """Else a person could become a company, and change the name that only persons may not change."""
    was_person = owner(member("legalForm", Constraint(operator="eq", value="individual")))
    rule = owner(member("lastName", Constraint(operator="readonly", conditions=was_person)))
    person = {"OWNER_CONTACT": {"legalForm": "individual", "lastName": "Martin"}}
    company = {"OWNER_CONTACT": {"legalForm": "corporation", "lastName": "Other"}}
    assert [v.field for v in violations(rule, company, before=person)] == ["lastName"]
    assert violations(rule, person, before=company) == []


@pytest.mark.parametrize(
    ("rule", "value", "message"),
    [
        (one("required"), None, 'Field "field" is required'),
        (one("contains", "a", "b"), "c", 'Field "field" must be one of a, b'),
        (one("contains", *"abcdefghijkl"), "z", 'Field "field" must be one of a, b, c, d, e, f, g, h, i, j …'),
        (one("minlength", "1", kind="string[]"), [""], 'Field "field" must have at least 1 character'),
        (one("maxlength", "2"), "abc", 'Field "field" must have at most 2 characters'),
        (one("between", "1", "2"), "abc", 'Field "field" must have between 1 and 2 characters'),
        (one("between", "1", "2", kind="number"), "3", 'Field "field" must be between 1 and 2'),
        (one("shouldbetrue", kind="bool"), False, 'Field "field" must be accepted'),
    ],
)
def test_a_violation_is_a_sentence(rule: Rule, value: object, message: str) -> None:
    assert [v.message for v in violations(rule, facts(value))] == [message]


# --- the generic rule, as published ---


def test_an_empty_owner_breaks_the_seven_constraints_of_the_published_sample(catalogue: Catalogue) -> None:
    """wire-contract §3: "7 constraints of rules are not respected", with "owner.city" and "owner.legal_form"."""
    found = violations(catalogue.extensions["com"].rules["create"], {"OWNER_CONTACT": {}})
    assert {v.place: v.message for v in found} == {
        "OWNER_CONTACT.address.city": 'Field "city" is required',
        "OWNER_CONTACT.address.country": 'Field "country" is required',
        "OWNER_CONTACT.email": 'Field "email" is required',
        "OWNER_CONTACT.language": 'Field "language" is required',
        "OWNER_CONTACT.legalForm": 'Field "legalForm" is required',
        "OWNER_CONTACT.address.line1": 'Field "line1" is required',
        "OWNER_CONTACT.phone": 'Field "phone" is required',
    }


def test_the_generic_rule_is_the_published_tree(catalogue: Catalogue) -> None:
    rule = rules.active(catalogue.extensions["com"].rules["create"], frozenset({"create"}))
    tree = on_the_wire(rule)
    contact, age = tree["and"]
    assert set(tree) == {"and", "constraints"}
    assert (tree["constraints"], age["label"], age["type"], age["constraints"]) == ([], "OWNER_LEGAL_AGE", "bool", [])
    operators = {
        f["label"]: [(c["operator"], "conditions" in c) for c in f["constraints"]] for f in contact["fields"]["and"]
    }
    long, needed, listed = ("maxlength", False), ("required", False), ("contains", False)
    assert operators == {
        "address.city": [needed, long],
        "address.country": [listed, needed, long],
        "email": [needed, long],
        "firstName": [("required", True), long],
        "language": [listed, needed, long],
        "lastName": [("required", True), long],
        "legalForm": [listed, needed, long],
        "address.line1": [needed, long],
        "organisationName": [("required", True), long],
        "phone": [needed, long],
        "address.zip": [("required", True), long],
    }
    assert list(operators) == [f["label"] for f in contact["fields"]["and"]]
    assert contact["constraints"] == [{"operator": "required"}]


def test_a_condition_names_the_contact_again_as_published(catalogue: Catalogue) -> None:
    tree = on_the_wire(catalogue.extensions["com"].rules["create"])
    first_name = next(f for f in tree["and"][0]["fields"]["and"] if f["label"] == "firstName")
    assert first_name["constraints"][0]["conditions"] == {
        "label": "OWNER_CONTACT",
        "type": "contact",
        "fields": {
            "label": "legalForm",
            "type": "string",
            "constraints": [{"operator": "eq", "value": "individual"}, {"operator": "required"}],
        },
        "constraints": [{"operator": "required"}],
    }


def test_a_rule_survives_the_wire(catalogue: Catalogue) -> None:
    for extension in catalogue.extensions.values():
        for rule in extension.rules.values():
            encoded = msgspec.json.encode(rule)
            assert b"null" not in encoded
            assert msgspec.json.decode(encoded, type=Rule) == rule


def test_what_a_shop_asks_of_a_rule(catalogue: Catalogue) -> None:
    create, transfer = (catalogue.extensions["com"].rules[action] for action in ("create", "transfer"))
    assert rules.labels(create)[:2] == ("OWNER_CONTACT", "OWNER_LEGAL_AGE")
    assert rules.labels(transfer)[-1] == "AUTH_INFO"
    assert rules.is_required(transfer, "AUTH_INFO")
    always = ("address.city", "address.country", "email", "language", "legalForm", "address.line1", "phone")
    assert rules.required_fields(create, "OWNER_CONTACT", {}) == always
    company = {"OWNER_CONTACT": {"legalForm": "corporation"}}
    assert set(rules.required_fields(create, "OWNER_CONTACT", company)) == {*always, "organisationName"}
    assert rules.required_fields(create, "OWNER_LEGAL_AGE", company) == ()
    assert rules.allowed_values(one("contains", "a", "b"), "OWNER_CONTACT") == ()
    listed = Rule(label="X", constraints=(Constraint(operator="contains", values=("a", "b")),))
    assert rules.allowed_values(Rule(and_=(listed,)), "X") == ("a", "b")


# --- .berlin ---

BERLIN, BONN, PARIS, BERLIN_IN_FRANCE = ("DE", "Berlin"), ("DE", "Bonn"), ("FR", "Paris"), ("FR", "Berlin")


@pytest.mark.parametrize("owner_place", [BERLIN, BONN, PARIS, BERLIN_IN_FRANCE])
@pytest.mark.parametrize("admin_place", [BERLIN, BONN, PARIS, BERLIN_IN_FRANCE])
def test_berlin_wants_owner_or_admin_in_berlin(
    catalogue: Catalogue, owner_place: tuple[str, str], admin_place: tuple[str, str]
) -> None:
    """Two contacts in Germany but not in Berlin fail too, as they do with the guide's `or` form of the rule."""
    berlin = catalogue.extensions["berlin"]
    given = {label: dict(berlin.examples.accepted[label]) for label in ("OWNER_CONTACT", "ADMIN_ACCOUNT")}
    for label, (country, city) in (("OWNER_CONTACT", owner_place), ("ADMIN_ACCOUNT", admin_place)):
        given[label] |= {"address.country": country, "address.city": city}
    found = violations(berlin.rules["create"], given)
    assert bool(found) is (BERLIN not in (owner_place, admin_place))
    assert all(v.field in ("address.country", "address.city") for v in found)


# --- rules that cannot be evaluated ---


@pytest.mark.parametrize(
    ("operator", "operands", "kind"),
    [
        ("required", ("x",), "string"),
        ("eq", (), "string"),
        ("between", ("1",), "number"),
        ("between", ("a", "b"), "string"),
        ("maxlength", ("long",), "string"),
        ("maxlength", ("-1",), "string"),
        ("gt", ("many",), "number"),
        ("gt", ("soon",), "date_ISO8601"),
        ("contains", (), "string"),
        ("match", ("(",), "string"),
        ("match", ("(a+)+$",), "string"),
    ],
)
def test_unfit_operands_are_a_problem(operator: Operator, operands: tuple[str, ...], kind: Type) -> None:
    unfit = Constraint(operator=operator, values=operands)
    assert len(rules.problems(owner(member("field", unfit, kind=kind)))) == 1
    inside = Constraint(operator="required", conditions=member("field", unfit, kind=kind))
    assert len(rules.problems(member("other", inside))) == 1


def test_a_rule_about_nothing_is_a_problem() -> None:
    assert rules.problems(member("x", Constraint(operator="required", conditions=Rule()))) != []


DANGEROUS = [
    "(a+)+",
    "(a*)*",
    "(a|aa)+",
    "(a?){50}",
    "((ab)*c)*",
    r"(a)\1",
    "(?=a)",
    "(?P<n>a)",
    ".*.*.*.*x",
    "a?" * 25,
    "(a|a)" * 25,
    "a{0,99}" * 4,
    "a*a*a*c",
    "(a{0,9}){9}",
    "a{1000}" * 10 + "(b|c){300}",
    "(a|b*)+",
]
ORDINARY = [
    r"^[0-9]{9}$",
    r"^(\d{9}|\d{14})$",
    r"^(?:ab){2}$",
    r"^[a-z(+]+\.$",
    r"(a|b)?",
    r"^\(x\)$",
    "a?" * 9,
    "^a*b*c*$",
    r"^[^@\s]{1,64}@[^@\s]+\.[^@\s.]+$",
]


@pytest.mark.parametrize("pattern", [*DANGEROUS, "a" * 201, "["])
def test_dangerous_patterns_are_refused(pattern: str) -> None:
    assert patterns.problem(pattern)


@pytest.mark.parametrize("pattern", ORDINARY)
def test_ordinary_patterns_pass(pattern: str) -> None:
    assert patterns.problem(pattern) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=300) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(ANYTHING)
def test_no_value_makes_a_rule_fail(value: object) -> None:
    for operator, kind, operands, _, _ in TABLE:
        rule = one(operator, *operands, kind=kind)
        assert len(violations(rule, facts(value))) <= 1
        assert violations(rule, {"OWNER_CONTACT": value}) is not None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("31/01/1980", 'Field "birthDay" must be a date such as 1980-01-31'),
        ("1870-01-31", 'Field "birthDay" must be greater than 1880-01-01'),
    ],
)
def test_what_is_no_date_is_told_how_one_is_written(value: str, told: str) -> None:
    after = Constraint(operator="gt", value="1880-01-01")
    born = Rule(label="birthDay", type="date_ISO8601", constraints=(after,))
    rule = Rule(label="OWNER_CONTACT", type="contact", fields=born)
    [violation] = rules.violations(rule, {"OWNER_CONTACT": {"birthDay": value}})
    assert (violation.message, violation.expected) == (told, ("1880-01-01",))
