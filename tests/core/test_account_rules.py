"""The rules of accounts: what adds up to a rule, what is wrong with an account, and with rules."""

from __future__ import annotations

import pytest
from msgspec import structs

from ordain.core.account_rules import LONGEST, AccountRules, Field, When, faults, problems
from tests.world import NOON

RULES = AccountRules(
    contracts=("terms",),
    fields={
        "name": Field(mandatory=True, max_length=5),
        "zip": Field(),
        "area": Field(),
        "corporationType": Field(one_of=("A",)),
        "birthDay": Field(),
    },
    when=(
        When(fields={"zip": Field(mandatory=True, pattern="^[0-9]+$", examples=("12",))}, country=frozenset({"FR"})),
        When(fields={"zip": Field(mandatory=False, min_length=3)}, country=frozenset({"FR"}), legalform=frozenset("x")),
    ),
    subsidiaries={"default": "WE", "BE": "FR"},
    areas={"US": ("OR", "WA")},
    corporation_types={},
)


def found(given: dict[str, str | None], country: str = "DE", legalform: str = "y") -> list[tuple[str, str]]:
    rules = RULES.of(country, legalform, None)
    return [(fault.field, fault.message) for fault in faults(rules, given, NOON)]


def test_rules_add_up_the_later_the_stronger() -> None:
    assert RULES.of("DE", "y", None)["zip"] == Field()
    assert RULES.of("FR", "y", None)["zip"] == Field(mandatory=True, pattern="^[0-9]+$", examples=("12",))
    assert RULES.of("FR", "x", None)["zip"] == Field(
        mandatory=False, min_length=3, pattern="^[0-9]+$", examples=("12",)
    )
    assert RULES.of("US", "y", None)["area"].one_of == ("OR", "WA")
    assert RULES.of(None, None, None)["area"].one_of is None


def test_each_way_to_be_wrong_has_its_sentence() -> None:
    assert found({"name": "Nora"}) == []
    assert found({}) == [("name", "This is required")]
    assert found({"name": " "}) == [("name", "This is required")]
    assert found({"name": "Norrrra"}) == [("name", "This has at most 5 characters")]
    assert found({"name": "N", "zip": "x" * (LONGEST + 1)}) == [("zip", "This has at most 255 characters")]
    assert found({"name": "N", "zip": "1a"}, "FR") == [("zip", "This is not written as it should be: 12")]
    assert found({"name": "N", "zip": "12"}, "FR", "x") == [("zip", "This has at least 3 characters")]
    assert found({"name": "N", "zip": None}, "FR", "x") == []
    assert found({"name": "N", "corporationType": "B"}) == [("corporationType", "This is one of: A")]
    assert found({"name": "N", "area": "ZZ"}, "US") == [("area", "This is one of: OR, WA")]
    assert found({"name": "N", "stranger": "x" * 1000}) == []


@pytest.mark.parametrize("day", ["1990-02-30", "2026-11-24", "yesterday", "19900517x"])
def test_a_day_of_birth_is_one_that_was(day: str) -> None:
    assert [name for name, _ in found({"name": "N", "birthDay": day})] == ["birthDay"]


def test_every_country_has_somebody_who_sells_to_it() -> None:
    sold_by = {"FR": 0, "WE": 0}
    assert [RULES.subsidiary_of(country, sold_by) for country in ("FR", "BE", "JP")] == ["FR", "FR", "WE"]


def test_what_is_wrong_with_rules_is_told() -> None:
    assert problems(RULES, {"FR": 0, "WE": 0}, {"terms": 0}) == []
    broken = structs.replace(
        RULES,
        fields={**RULES.fields, "zip": Field(pattern="(a+)+$"), "area": Field(pattern="^x$", examples=("y",))},
        when=(When(fields={"king": Field()}),),
    )
    told = problems(broken, {"FR": 0}, {})
    assert [sentence.split()[0] for sentence in told] == ["contract", "subsidiary", "zip:", "area:", "king"]
