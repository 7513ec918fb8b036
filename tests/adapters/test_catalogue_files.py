"""The shipped catalogue, read from its files: every extension with its two examples, and what a broken folder says."""

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ordain.adapters.catalogue_files import CatalogueError, load
from ordain.core import identity_numbers, rules
from ordain.core.catalogue import Catalogue, Extension, check
from ordain.core.names import Name, label_problem, parse

FOLDER = Path(__file__).parents[2] / "catalogue"
NAMES = sorted(path.name.removesuffix(".toml") for path in (FOLDER / "extensions").glob("*.toml"))
NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMED = {
    "com", "net", "org", "info", "biz", "fr", "re", "pm", "tf", "wf", "yt", "eu", "de", "berlin", "paris", "bzh",
    "corsica", "alsace", "ovh", "uk", "co.uk", "gov.uk", "ac.uk", "us", "ca", "it", "es", "be", "nl", "ch", "li",
    "at", "pl", "com.pl", "pt", "se", "no", "dk", "fi", "ie", "cz", "ro", "lt", "asia", "cat", "eus", "barcelona",
    "madrid", "quebec", "scot", "swiss", "wien", "ruhr", "amsterdam", "brussels", "io", "me", "tv", "cc", "co",
    "ai", "app", "dev", "xyz", "shop", "online", "site", "store", "blog", "club", "tech", "cloud", "name", "pro",
    "mobi", "jp", "com.br", "com.au", "in", "mx",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(FOLDER)


def place(violation: rules.Violation) -> str:
    return f"{violation.label}.{violation.field}" if violation.field else violation.label


def test_what_the_guides_name_is_sold(catalogue: Catalogue) -> None:
    assert set(catalogue.extensions) >= NAMED
    assert len(NAMED) >= 64
    assert set(catalogue.extensions) == set(NAMES)


# One test each for all thousand extensions: what does not hold is listed, and pytest is not asked a thousand times.


def refusals(extension: Extension, facts: Mapping[str, Any], action: str = "create") -> set[str]:
    found = identity_numbers.violations(extension.rules[action], extension.numbers, facts)
    return {place(violation) for violation in found}


def test_the_accepted_examples_are_accepted(catalogue: Catalogue) -> None:
    wrong = {}
    for name, extension in catalogue.extensions.items():
        found = refusals(extension, extension.examples.accepted)
        if extension.transfer.code:
            asked = refusals(extension, extension.examples.accepted, "transfer")
            found |= asked - {"AUTH_INFO"}
            assert "AUTH_INFO" in asked, name
        if found:
            wrong[name] = found
    assert wrong == {}


def test_the_refused_examples_are_refused_where_they_say(catalogue: Catalogue) -> None:
    found = {name: refusals(each, each.examples.refused) for name, each in catalogue.extensions.items()}
    assert found == {name: {each.examples.refused_at} for name, each in catalogue.extensions.items()}


@pytest.mark.parametrize(
    ("context", "label"),
    [
        ("accept_conditions", "ACCEPT_CONDITIONS"),
        ("reason", "REASON"),
        ("claims", "CLAIMS_NOTICE"),
        ("protected_code", "PROTECTED_CODE"),
    ],
)
def test_each_context_asks_for_its_label(catalogue: Catalogue, context: str, label: str) -> None:
    wrong = {}
    for name, extension in catalogue.extensions.items():
        missing = dict(extension.examples.accepted) | {label: None}
        found = {place(v) for v in rules.violations(extension.rules["create"], missing, frozenset({context}))}
        if found != {label}:
            wrong[name] = found
    assert wrong == {}


def test_sample_names_can_be_asked_for(catalogue: Catalogue) -> None:
    wrong = {}
    for name, extension in catalogue.extensions.items():
        answer = parse(f"example.{name}", catalogue.extensions)
        if not isinstance(answer, Name) or answer.extension != name or label_problem(answer, extension):
            wrong[name] = answer
    assert wrong == {}


def test_check_finds_nothing_wrong(catalogue: Catalogue) -> None:
    rows = check(catalogue, NOW)
    assert [row.extension for row in rows] == NAMES
    assert [(row.extension, row.problems) for row in rows if row.problems] == []


def test_the_prices_of_the_order_guide(catalogue: Catalogue) -> None:
    com, fr = (catalogue.prices(name, "EUR", NOW) for name in ("com", "fr"))
    assert (com.create, com.renew) == (999_000_000, 999_000_000)
    assert (fr.create, fr.renew, fr.transfer) == (699_000_000, 699_000_000, 699_000_000)


def test_every_extension_has_a_price_wherever_we_sell(catalogue: Catalogue) -> None:
    for subsidiary in catalogue.subsidiaries.values():
        for name in (name for name, extension in catalogue.extensions.items() if not extension.not_sold):
            prices = catalogue.prices(name, subsidiary.currency, NOW)
            assert prices.create > 0
            assert prices.renew > 0


def test_subsidiaries_have_the_published_rates(catalogue: Catalogue) -> None:
    shown = {code: (s.currency, s.tax.at(NOW)) for code, s in catalogue.subsidiaries.items()}
    assert len(shown) == 24
    assert shown["FR"] == ("EUR", Fraction(1, 5))
    assert shown["IT"] == ("EUR", Fraction(11, 50))
    assert shown["QC"] == ("CAD", Fraction(0))
    assert shown["CZ"] == ("EUR", Fraction(23, 100))
    assert catalogue.subsidiaries["FR"].price_text.format(amount="6.99") == "6.99 €"
    assert catalogue.subsidiaries["WE"].price_text.format(amount="6.99") == "$6.99 USD"


def test_periods_follow_the_registries(catalogue: Catalogue) -> None:
    periods = {name: catalogue.extensions[name].periods for name in ("fr", "de", "dk", "ai", "es", "ovh")}
    assert periods == {
        "fr": tuple(range(1, 11)),
        "de": (1,),
        "dk": (1, 2, 3, 5),
        "ai": tuple(range(2, 11)),
        "es": (1, 2, 3, 4, 5),
        "ovh": (1,),
    }


@pytest.mark.parametrize(
    ("country", "nationality", "form", "accepted"),
    [
        ("FR", None, "individual", True),
        ("NO", None, "individual", True),
        ("CH", None, "individual", False),
        ("US", None, "individual", False),
        ("US", "US", "individual", False),
        ("US", "FR", "individual", True),
        ("US", "FR", "corporation", False),
        ("DE", None, "corporation", True),
    ],
)
def test_eu_wants_residence_or_citizenship(
    catalogue: Catalogue, country: str, nationality: str | None, form: str, *, accepted: bool
) -> None:
    eu = catalogue.extensions["eu"]
    owner = dict(eu.examples.accepted["OWNER_CONTACT"]) | {"organisationName": "Example SE"}
    owner |= {"address.country": country, "nationality": nationality, "legalForm": form}
    found = [place(v) for v in rules.violations(eu.rules["create"], {"OWNER_CONTACT": owner})]
    assert found == ([] if accepted else ["OWNER_CONTACT.address.country"])


def test_a_complete_french_individual_can_have_a_fr_name(catalogue: Catalogue) -> None:
    fr = catalogue.extensions["fr"]
    company_number = "companyNationalIdentificationNumber"
    owner = {**fr.examples.accepted["OWNER_CONTACT"], "legalForm": "individual", company_number: ""}
    assert rules.violations(fr.rules["create"], {"OWNER_CONTACT": owner}) == []
    abroad = owner | {"birthCountry": "US", "birthCity": None, "birthZip": None}
    assert rules.violations(fr.rules["create"], {"OWNER_CONTACT": abroad}) == []
    company = owner | {"legalForm": "corporation", "organisationName": "Exemple", "birthDay": None}
    found = rules.violations(fr.rules["create"], {"OWNER_CONTACT": company})
    assert [place(v) for v in found] == ["OWNER_CONTACT.companyNationalIdentificationNumber"]
    assert rules.violations(fr.rules["create"], {"OWNER_CONTACT": company | {"vat": "FR44732829320"}}) == []


def test_an_owner_cannot_change_who_they_are_by_an_update(catalogue: Catalogue) -> None:
    com = catalogue.extensions["com"]
    before = {"OWNER_CONTACT": dict(com.examples.accepted["OWNER_CONTACT"])}
    after = {
        "OWNER_CONTACT": before["OWNER_CONTACT"] | {"lastName": "Other", "address.country": "DE", "phone": "+49.1"}
    }
    found = rules.violations(com.rules["update"], after, before=before)
    assert [(place(v), v.operator) for v in found] == [
        ("OWNER_CONTACT.address.country", "readonly"),
        ("OWNER_CONTACT.lastName", "readonly"),
    ]


def test_contracts_are_there_in_every_language_and_say_that_they_are_examples(catalogue: Catalogue) -> None:
    every = [contract for of in catalogue.contracts.values() for _, contract in of.entries]
    assert {frozenset(c.text) for c in every} == {frozenset({"en", "de", "es", "fr", "it"})}
    mark = {"en": "Example text", "de": "Beispieltext", "es": "Texto de ejemplo", "fr": "Texte d'exemple",
            "it": "Testo di esempio"}  # fmt: skip
    assert [c.id for c in every for language, text in c.text.items() if mark[language] not in text] == []
    used = {each for extension in catalogue.extensions.values() for each in extension.contracts}
    assert used | {each for option in catalogue.options.values() for each in option.contracts} == set(
        catalogue.contracts
    )


def test_the_version_changes_with_any_byte(catalogue: Catalogue, tmp_path: Path) -> None:
    copy = tmp_path / "catalogue"
    shutil.copytree(FOLDER, copy)
    assert load(copy).version == catalogue.version
    with (copy / "contracts" / "general-terms.fr.md").open("a") as text:
        text.write("\n")
    assert load(copy).version != catalogue.version


def test_a_broken_folder_is_told_all_at_once(tmp_path: Path) -> None:
    copy = tmp_path / "catalogue"
    shutil.copytree(FOLDER, copy)
    (copy / "extensions" / "fr.toml").write_text("extension = ")
    (copy / "extensions" / "com.toml").write_bytes(b"\xff")
    (copy / "contracts" / "domain-terms.en.md").unlink()
    (copy / "subsidiaries.toml").unlink()
    with pytest.raises(CatalogueError) as caught:
        load(copy)
    for start in (
        "extensions/fr.toml: is not TOML",
        "extensions/com.toml: is not UTF-8",
        "contracts/domain-terms.en.md: is missing or empty",
        "subsidiaries.toml: No such file",
    ):
        assert any(problem.startswith(start) for problem in caught.value.problems), caught.value.problems
        assert start in str(caught.value)


def test_an_empty_folder_has_nothing_to_sell(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="extensions: there is none"):
        load(tmp_path)
