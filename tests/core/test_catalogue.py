"""The catalogue as built from tables: what is shipped fits together, and every mistake is named at once."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core import rules
from ordain.core.catalogue import Catalogue, Extension, Prices, check, enabled
from ordain.core.catalogue_build import RawCatalogue, build
from ordain.core.list_price import habitual
from ordain.core.money import UNIT

NOW = datetime(2026, 6, 1, tzinfo=UTC)

RULES: dict[str, Any] = {
    "generic": {
        "rule": [
            {"label": "OWNER_CONTACT", "type": "contact", "constraints": [{"operator": "required"}]},
            {"label": "OWNER_CONTACT.address.country", "constraints": [
                {"operator": "contains", "values": "@ALL"}, {"operator": "required"}]},
            {"label": "OWNER_CONTACT.email", "constraints": [{"operator": "required"}]},
        ],
        "condition": {"french": {"label": "OWNER_CONTACT.address.country", "constraints": [
            {"operator": "eq", "value": "FR"}]}},
        "example": {"OWNER_CONTACT": {"email": "a@example.com", "address.country": "FR"}},
    },
    "order": {"rule": [{"label": "REASON", "type": "text", "contexts": ["reason"],
                        "constraints": [{"operator": "required"}]}]},
    "transfer": {"rule": [{"label": "AUTH_INFO", "constraints": [{"operator": "required"}]}]},
    "update": {"rule": [{"label": "OWNER_CONTACT.email", "constraints": [{"operator": "readonly"}]}]},
}  # fmt: skip
ZZ: dict[str, Any] = {
    "extension": "zz",
    "registry": "Example Registry",
    "confidence": "high",
    "periods": [1, 2],
    "dnssec": True,
    "contracts": ["terms"],
    "label": {"min": 2, "idn": True},
    "prices": {"EUR": {"create": "6.99", "renew": "7.99", "transfer": "0", "restore": "20"}},
    "examples": {"refused": {"OWNER_CONTACT.email": ""}, "refused_at": "OWNER_CONTACT.email"},
}
SUBSIDIARIES: dict[str, Any] = {
    "FR": {"country": "FR", "currency": "EUR", "tax": {"percent": "20"}, "locale": "fr_FR", "ratio": "1",
           "price_text": "{amount} €"},
    "GB": {"country": "GB", "currency": "GBP", "tax": [{"percent": "17.5"}, {"percent": "20", "from": NOW}],
           "locale": "en_GB", "ratio": "0.8923", "price_text": "£{amount}"},
}  # fmt: skip


def raw(**changes: object) -> RawCatalogue:
    parts: dict[str, Any] = {
        "extensions": {"zz.toml": deepcopy(ZZ)},
        "rules": deepcopy(RULES),
        "country_sets": {"ALL": ["DE", "FR", "US"], "NEAR": ["DE", "FR"]},
        "subsidiaries": deepcopy(SUBSIDIARIES),
        "contracts": {"terms.toml": {"version": "1", "name": {"en": "Terms"}}},
        "texts": {("terms", "en"): "Be good."},
        "version": "test",
    }
    parts.update(changes)
    return RawCatalogue(**parts)


def extension_with(**changes: object) -> RawCatalogue:
    return raw(extensions={"zz.toml": deepcopy(ZZ) | changes})


def built(tables: RawCatalogue) -> Catalogue:
    result = build(tables)
    assert isinstance(result, Catalogue), result
    return result


def problems(tables: RawCatalogue) -> list[str]:
    result = build(tables)
    assert isinstance(result, list)
    return result


def test_an_extension_is_built_with_usual_values_filled_in() -> None:
    zz = built(raw()).extensions["zz"]
    assert (zz.periods, zz.label.min, zz.label.max, zz.min_owner_age) == ((1, 2), 2, 63, 18)
    assert (zz.transfer.offered, zz.transfer.code, zz.transfer.years_added, zz.phases.at(NOW)) == (True, True, 1, "ga")
    assert (zz.lifecycle.late_renew_days, zz.enabled, zz.premium, zz.label.double_hyphen) == (None, True, False, False)
    assert set(zz.rules) == {"create", "transfer", "trade", "update"}


def test_a_launch_is_a_schedule_of_phases() -> None:
    days = [datetime(2027, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4)]
    named = ("sunrise", "landrush", "claims", "ga")
    launch = [{"from": day, "phase": phase} for day, phase in zip(days, named, strict=True)]
    phases = built(extension_with(phases=launch)).extensions["zz"].phases
    assert tuple(phases.at(day) for day in days) == named
    with pytest.raises(LookupError):
        phases.at(NOW)
    found = problems(extension_with(phases=[{"phase": "sunset"}, {"phase": "ga", "from": days[0]}]))
    assert found == ["extensions/zz.toml: phases.1.phase is one of sunrise, landrush, claims, ga"]


def test_it_is_found_with_or_without_a_dot() -> None:
    catalogue = built(raw())
    assert catalogue.find(".ZZ") is catalogue.find("zz") is catalogue.extensions["zz"]
    assert catalogue.find("yy") is None


def test_prices_in_euros_are_kept_and_others_follow_from_them() -> None:
    catalogue = built(raw())
    assert catalogue.prices("zz", "EUR", NOW) == Prices(699_000_000, 799_000_000, 0, 2_000_000_000)
    # 0.8923 times 6.99 is 6.24, hence 6.49; 7.13 becomes 7.49, 17.85 becomes 17.99, and what is free stays free.
    assert catalogue.prices("zz", "GBP", NOW) == Prices(649_000_000, 749_000_000, 0, 1_799_000_000)
    with pytest.raises(LookupError):
        catalogue.prices("zz", "JPY", NOW)
    with pytest.raises(LookupError):
        catalogue.prices("yy", "EUR", NOW)


def test_a_price_of_its_own_is_not_derived() -> None:
    prices = ZZ["prices"] | {"GBP": {"create": "5", "renew": "5", "transfer": "5"}}
    assert built(extension_with(prices=prices)).prices("zz", "GBP", NOW).create == 5 * UNIT


def test_prices_and_tax_change_on_their_day() -> None:
    euros = [ZZ["prices"]["EUR"], ZZ["prices"]["EUR"] | {"create": "9.99", "from": NOW}]
    catalogue = built(extension_with(prices={"EUR": euros}))
    before = datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)
    assert [catalogue.prices("zz", "EUR", t).create for t in (before, NOW)] == [699_000_000, 999_000_000]
    assert [catalogue.prices("zz", "GBP", t).create for t in (before, NOW)] == [649_000_000, 899_000_000]
    assert [catalogue.subsidiaries["GB"].tax.at(t) for t in (before, NOW)] == [Fraction(7, 40), Fraction(1, 5)]


@given(st.integers(1, 10**12), st.fractions("0.01", 1000), st.sampled_from(["GBP", "USD", "TND", "XOF", "INR"]))
def test_a_derived_price_is_the_next_one_that_ends_as_prices_do(ucents: int, ratio: Fraction, currency: str) -> None:
    step, less = {"XOF": (10 * UNIT, 0), "INR": (10 * UNIT, UNIT)}.get(currency, (UNIT // 2, UNIT // 100))
    price = habitual(ucents, ratio, currency)
    assert (price + less) % step == 0
    assert price - step < ucents * ratio <= price


def test_rows_of_an_extension_add_to_the_rule_and_its_contains_replaces() -> None:
    country = {"label": "OWNER_CONTACT.address.country", "constraints": [{"operator": "contains", "values": "@NEAR"}]}
    zz = built(extension_with(rule=[country])).extensions["zz"]
    [owner, _] = zz.rules["create"].and_ or ()
    assert owner.fields is not None
    constraints = (owner.fields.and_ or ())[0].constraints
    assert [(c.operator, c.values) for c in constraints] == [("required", None), ("contains", ("DE", "FR"))]


def test_a_label_named_without_contexts_is_always_asked_for() -> None:
    examples = {"accepted": {"REASON": "why not"}, "refused": {"REASON": ""}, "refused_at": "REASON"}
    zz = built(extension_with(rule=[{"label": "REASON"}], examples=examples)).extensions["zz"]
    assert rules.is_required(zz.rules["create"], "REASON")
    assert not rules.is_required(built(raw()).extensions["zz"].rules["create"], "REASON")


def test_a_named_condition_counts_where_it_stands() -> None:
    vat = {"label": "OWNER_CONTACT.vat", "constraints": [{"operator": "required", "conditions": "french"}]}
    examples = {"accepted": {"OWNER_CONTACT.address.country": "DE"},
                "refused": {"OWNER_CONTACT.address.country": "FR"}, "refused_at": "OWNER_CONTACT.vat"}  # fmt: skip
    [row] = check(built(extension_with(rule=[vat], examples=examples)), NOW)
    assert row.problems == ()


def test_each_action_has_its_rule() -> None:
    tree = built(raw()).extensions["zz"].rules
    assert [rules.labels(tree[action]) for action in ("create", "transfer", "trade", "update")] == [
        ("OWNER_CONTACT", "REASON"),
        ("OWNER_CONTACT", "REASON", "AUTH_INFO"),
        ("OWNER_CONTACT",),
        ("OWNER_CONTACT",),
    ]
    assert tree["trade"].and_ is None
    changed = {"OWNER_CONTACT": {"email": "b@example.com", "address.country": "FR"}}
    before = {"OWNER_CONTACT": {"email": "a@example.com", "address.country": "FR"}}
    assert [v.operator for v in rules.violations(tree["update"], changed, before=before)] == ["readonly"]
    assert rules.violations(tree["trade"], changed, before=before) == []


def test_without_a_code_a_transfer_asks_for_none() -> None:
    zz = built(extension_with(transfer={"code": False, "years_added": 0})).extensions["zz"]
    assert "AUTH_INFO" not in rules.labels(zz.rules["transfer"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"registry": None}, "registry is missing"),
        ({"extension": "ZZ"}, "extension is an A-label in lower case"),
        ({"extension": "yy"}, "belongs in yy.toml"),
        ({"periods": []}, "periods is a rising list"),
        ({"periods": [2, 1]}, "periods is a rising list"),
        ({"periods": [11]}, "periods is a rising list"),
        ({"periods": "1-10"}, "periods is a list of whole numbers"),
        ({"dnssec": 1}, "dnssec is true or false, not 1"),
        ({"minimum_owner_age": -1}, "minimum_owner_age is not negative"),
        ({"minimum_owner_age": True}, "minimum_owner_age is a whole number, not True"),
        ({"confidence": "sure"}, "confidence is one of"),
        ({"contracts": ["none"]}, "contracts names 'none', which is no contract"),
        ({"extends": "nothing"}, "extends names 'nothing', which is no rule file"),
        ({"colour": "red"}, "colour is not a key that means anything here"),
        ({"label": {"min": 5, "max": 3, "idn": True}}, "label lengths are 1 to 63"),
        ({"label": {"min": 1, "max": 64, "idn": True}}, "label lengths are 1 to 63"),
        ({"label": {"min": 1, "idn": True, "mni": 2}}, "label.mni is not a key"),
        ({"lifecycle": {"redemption_days": "30"}}, "lifecycle.redemption_days is a whole number, not '30'"),
        ({"transfer": {"years": 1}}, "transfer.years is not a key"),
        ({"prices": {}}, "prices names none, and `not_sold` does not say why"),
        ({"prices": {"GBP": {"create": "5", "renew": "5", "transfer": "5"}}}, "prices.EUR is missing"),
        ({"family": "none"}, "family names 'none', which is no file in families"),
        ({"kind": "tld"}, "kind is one of gtld, cctld"),
        ({"unknown": ["colour"]}, "unknown names 'colour', which is no fact"),
        ({"unverified": "rules"}, "unverified is a list of texts"),
        ({"phases": [{"phase": "sunrise"}, {"phase": "ga"}]}, "phases is no schedule"),
        ({"prices": {"EUR": ZZ["prices"]["EUR"] | {"phase": "sunrise"}}}, "prices.EUR.phase is a phase of this"),
        ({"renew_periods": [0]}, "renew_periods is a rising list"),
        ({"policy": {"hsts": "yes"}}, "policy.hsts is true or false"),
        ({"prices": {"EUR": "6.99"}}, "prices.EUR is a table"),
        ({"prices": {"EUR": {"create": "6.99", "renew": "x", "transfer": "0"}}}, "prices.EUR.renew is wrong: 'x'"),
        (
            {"prices": {"EUR": {"create": "6.99", "renew": 6.99, "transfer": "0"}}},
            "prices.EUR.renew is a text, not 6.99",
        ),
        ({"prices": {"EUR": {"create": "-1", "renew": "1", "transfer": "0"}}}, "prices.EUR.create is not negative"),
        ({"prices": {"EUR": {"create": "1", "renew": "1"}}}, "prices names no transfer"),
        ({"prices": {"EUR": [ZZ["prices"]["EUR"], ZZ["prices"]["EUR"]]}}, "prices.EUR is no schedule"),
        ({"prices": {"EUR": []}}, "prices.EUR is no schedule"),
        ({"rule": [{"label": "X", "constraints": [{"operator": "equals"}]}]}, "rule X: Invalid enum value 'equals'"),
        ({"rule": [{"label": "X", "kind": "text"}]}, "rule X: Object contains unknown field `kind`"),
        ({"rule": [{"constraints": []}]}, "rule ?: Object missing required field `label`"),
        ({"rule": ["X"]}, "rule ?:"),
        ({"rule": {"label": "X"}}, "rule is a list of tables"),
        (
            {"rule": [{"label": "X", "constraints": [{"operator": "contains", "values": "@NO"}]}]},
            "no set of countries @NO",
        ),
        ({"rule": [{"label": "X", "conditions": "no"}]}, "there is no condition 'no'"),
        (
            {"rule": [{"label": "X", "conditions": "a"}], "condition": {"a": {"and": ["a"]}}},
            "condition 'a' is circular",
        ),
        (
            {"rule": [{"label": "X", "constraints": [{"operator": "match", "value": "(a+)+"}]}]},
            "the pattern '(a+)+' can match in too many ways",
        ),
        ({"rule": [{"label": "ADMIN_ACCOUNT.email"}]}, "ADMIN_ACCOUNT.email has no row for its contact"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(changes: dict[str, Any], sentence: str) -> None:
    changed = {key: value for key, value in (ZZ | changes).items() if value is not None}
    found = problems(raw(extensions={"zz.toml": changed}))
    assert any(problem.startswith("extensions/zz.toml: ") and sentence in problem for problem in found), found


@pytest.mark.parametrize(
    ("examples", "sentence"),
    [
        ({"refused_at": "OWNER_CONTACT.email"}, "the refused example is refused because of nothing"),
        (ZZ["examples"] | {"refused_at": "REASON"}, "because of OWNER_CONTACT.email, not of REASON"),
        (ZZ["examples"] | {"accepted": {"OWNER_CONTACT.address.country": "XX"}}, "accepted example is refused"),
    ],
)
def test_check_tells_which_example_does_not_fit(examples: dict[str, Any], sentence: str) -> None:
    [row] = check(built(extension_with(examples=examples)), NOW)
    assert any(sentence in problem for problem in row.problems), row.problems


FAMILY: dict[str, Any] = {
    "kind": "gtld",
    "registry": "not known",
    "periods": [1],
    "dnssec": False,
    "contracts": ["terms"],
    "unknown": ["periods", "label.idn"],
    "label": {"min": 2, "idn": False},
    "lifecycle": {"late_renew_days": 30, "redemption_days": 30},
    "examples": ZZ["examples"],
}


def of_family(**changes: object) -> Extension:
    entries = {"extension": "zz", "family": "usual", "confidence": "high", "prices": ZZ["prices"], **changes}
    return built(raw(families={"usual": FAMILY}, extensions={"zz.toml": entries})).extensions["zz"]


def test_a_family_says_what_a_file_does_not() -> None:
    zz = of_family()
    assert (zz.kind, zz.periods, zz.label.min, zz.lifecycle.late_renew_days) == ("gtld", (1,), 2, 30)
    assert zz.unknown == {"periods", "label.idn"}


def test_what_a_file_says_is_known_and_the_rest_of_the_table_is_the_familys() -> None:
    zz = of_family(periods=[1, 2], label={"idn": True})
    assert (zz.periods, zz.label.min, zz.label.idn) == ((1, 2), 2, True)
    assert zz.unknown == set()


def test_what_a_file_calls_unknown_has_no_usual_value() -> None:
    zz = of_family(unknown=["lifecycle.redemption_days", "label.min"])
    assert (zz.lifecycle.late_renew_days, zz.lifecycle.redemption_days, zz.label.min) == (30, None, 2)
    assert zz.unknown == {"periods", "label.idn", "lifecycle.redemption_days", "label.min"}


def test_what_little_is_known_of_is_not_on_sale() -> None:
    assert of_family().withheld is None
    assert ".zz names are not on sale" in (of_family(confidence="low").withheld or "")
    assert of_family(not_sold="Kept for ministries", prices={}).withheld == "Kept for ministries"


def test_a_price_can_be_a_phases() -> None:
    open_at = datetime(2026, 9, 1, tzinfo=UTC)
    phases = [{"phase": "sunrise", "from": NOW}, {"phase": "ga", "from": open_at}]
    prices = [ZZ["prices"]["EUR"] | {"phase": "sunrise", "create": "99"}, ZZ["prices"]["EUR"] | {"phase": "ga"}]
    zz = built(extension_with(phases=phases, prices={"EUR": prices})).extensions["zz"]
    assert [zz.prices["EUR"].at(at).create for at in (NOW, open_at)] == [99 * UNIT, 699_000_000]
    with pytest.raises(LookupError):
        zz.prices["GBP"].at(datetime(2026, 5, 31, tzinfo=UTC))


def test_later_versions_of_a_contract_say_from_when() -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC)
    files = {
        "terms.toml": {"version": "1", "name": {"en": "Terms"}},
        "terms@3.toml": {"version": "3", "name": {"en": "Anew"}, "from": start + timedelta(days=1)},
        "terms@2.1.toml": {"version": "2.1", "name": {"en": "Newer"}, "from": start},
    }
    texts = {("terms", "en"): "One.", ("terms@2.1", "en"): "Two.", ("terms@3", "en"): "Three."}
    terms = built(raw(contracts=files, texts=texts)).contracts["terms"]
    moment = timedelta(microseconds=1)
    for at, version, text in ((start - moment, "1", "One."), (start, "2.1", "Two."),
                              (start + timedelta(days=1), "3", "Three.")):  # fmt: skip
        found = terms.at(at)
        assert (found.id, found.version, found.text["en"]) == ("terms", version, text)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"terms@2.toml": {"version": "2", "name": {"en": "T"}}}, "contracts/terms@2.toml: from is an instant"),
        (
            {"terms@2.toml": {"version": "2", "name": {"en": "T"}, "from": datetime(2027, 1, 1)}},  # noqa: DTZ001 - the mistake
            "contracts/terms@2.toml: from is an instant",
        ),
        (
            {"terms@2.toml": {"version": "1", "name": {"en": "T"}, "from": NOW}},
            "contracts/terms.toml: version '1' is that of two texts",
        ),
        (
            {
                "terms@2.toml": {"version": "2", "name": {"en": "T"}, "from": NOW},
                "terms@3.toml": {"version": "3", "name": {"en": "T"}, "from": NOW},
            },
            "contracts/terms.toml: its versions are no schedule",
        ),
        (
            {"other@2.toml": {"version": "2", "name": {"en": "T"}, "from": NOW}},
            "contracts/other.toml: is missing, and it is the first version",
        ),
        (
            {"terms.toml": {"version": "a/1", "name": {"en": "Terms"}}},
            "contracts/terms.toml: version is up to 50 letters",
        ),
        (
            {"terms.toml": {"version": "1", "name": {"en": "Terms"}, "from": NOW}},
            "contracts/terms.toml: from is not a key that means anything here",
        ),
    ],
)
def test_versions_that_cannot_follow_each_other_are_named(changed: dict[str, Any], expected: str) -> None:
    files = {"terms.toml": {"version": "1", "name": {"en": "Terms"}}, **changed}
    texts = {(file.removesuffix(".toml"), "en"): "Words." for file in files}
    found = problems(raw(contracts=files, texts=texts))
    assert any(problem.startswith(expected) for problem in found), (expected, found)


def test_all_mistakes_are_named_at_once() -> None:
    bad = deepcopy(ZZ) | {"periods": [0], "colour": "red", "rule": [{"label": "X", "conditions": "no"}]}
    found = problems(
        raw(
            extensions={"zz.toml": bad, "yy.toml": {}},
            subsidiaries={"FR": {"currency": "EUR", "price_text": "€"}},
            contracts={"terms.toml": {"name": {"fr": "Conditions"}}},
            country_sets={"ALL": ["FR"], "ODD": "FR"},
        )
    )
    for expected in (
        "extensions/zz.toml: periods",
        "extensions/zz.toml: colour",
        "extensions/zz.toml: rule X",
        "extensions/yy.toml: registry is missing",
        "subsidiaries.toml: FR.locale is missing",
        "subsidiaries.toml: FR.price_text contains {amount}",
        "contracts/terms.toml: version is missing",
        "contracts/terms.toml: name.en is missing",
        "contracts/terms.fr.md: is missing or empty",
        "contracts/terms.en.md: terms.toml has no name in this language",
        "country-sets.toml: ODD is a list of texts",
    ):
        assert any(problem.startswith(expected) for problem in found), (expected, found)


def test_what_a_family_says_of_an_order_s_label_stands_over_the_order_s_own_row() -> None:
    family = {"extends": "generic", "rule": [{"label": "REASON"}]}
    tables = {**deepcopy(RULES), "family": family}
    changes = {"extends": "family", "examples": {
        "accepted": {"REASON": "A shop"}, "refused": {"REASON": ""}, "refused_at": "REASON"}}  # fmt: skip
    zz = built(raw(rules=tables, extensions={"zz.toml": deepcopy(ZZ) | changes})).extensions["zz"]
    assert rules.is_required(zz.rules["create"], "REASON")
    assert rules.labels(zz.rules["create"]) == ("OWNER_CONTACT", "REASON")


def test_a_rule_file_that_extends_itself_is_named() -> None:
    looped = deepcopy(RULES)
    looped["generic"]["extends"] = "generic"
    assert any("rules/generic.toml: extends names 'generic'" in each for each in problems(raw(rules=looped)))


def test_check_tells_what_does_not_hold_now() -> None:
    later = {"EUR": ZZ["prices"]["EUR"] | {"from": NOW}}
    catalogue = built(extension_with(prices=later))
    [row] = check(catalogue, datetime(2026, 1, 1, tzinfo=UTC))
    assert (row.prices, row.accepted_ok, row.refused_ok) == (None, True, True)
    assert row.problems == ("prices.EUR: none holds in ga now", "prices.GBP: none holds in ga now")
    [row] = check(catalogue, NOW)
    assert row.prices is not None
    assert row.problems == ()


def three() -> Catalogue:
    kept = {"not_sold": "Kept for ministries", "extension": "kept"}
    priceless = {k: v for k, v in (deepcopy(ZZ) | kept | {"extension": "none"}).items() if k != "prices"}
    return built(raw(extensions={
        "zz.toml": deepcopy(ZZ) | {"confidence": "low"},
        "kept.toml": deepcopy(ZZ) | kept,
        "none.toml": priceless | {"transfer": {"offered": False}},
    }))  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "on_sale"), [([], []), (["all"], ["zz"]), (["kept"], ["kept"]), (["all", "kept"], ["kept", "zz"])]
)
def test_the_operator_can_sell_what_is_withheld(wanted: list[str], on_sale: list[str]) -> None:
    result = enabled(three(), wanted)
    assert isinstance(result, Catalogue)
    assert sorted(name for name, e in result.extensions.items() if e.enabled) == on_sale


def test_what_has_no_price_or_is_not_there_cannot_be_sold() -> None:
    assert enabled(three(), ["none", "yy"]) == [
        "there is no extension .yy",
        ".none has no prices: Kept for ministries",
    ]
