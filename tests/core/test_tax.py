"""The tax of a sale: rates against two packages, and what holds of every decision."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import duty27_eu_vat
import eu_vat_rates_data
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.adapters import gettext_files
from ordain.api.words import ENUMERATIONS
from ordain.core.language import IN_ENGLISH
from ordain.core.money import CENT, UNIT, Money
from ordain.core.pricing import Terms, taxed
from ordain.core.schedule import always
from ordain.core.tax import SellerFacts, Taxation, accountable, home, note, seller_of, treatment, unregistered
from ordain.core.tax_build import build
from ordain.core.vat_check import Verdict
from ordain.core.vat_number import UNION
from tests.core.test_tax_page import CATALOGUE, customer, shipped
from tests.world import NOON
from tests.world import market as goods

SUBSIDIARIES = goods(CATALOGUE).catalogue.subsidiaries
ZONES = {
    "DE": "Europe/Berlin", "EE": "Europe/Tallinn", "FI": "Europe/Helsinki", "GR": "Europe/Athens",
    "IE": "Europe/Dublin", "LU": "Europe/Luxembourg", "RO": "Europe/Bucharest", "SK": "Europe/Bratislava",
}  # fmt: skip
"""Of the member states whose rate has changed: it did at their own midnight."""
UNLIKE_ITS_COUNTRY = {
    "CZ FI LT": "their catalogue is Ireland's, and Ireland is where they are established for tax",
    "CA QC": "their catalogue has no tax; Canada's is by province",
    "US WE WS": "a sales tax by state and by city: none is added",
    "TN": "the catalogue of 2025 has 18 %, Tunisia's standard rate is 19 %",
}
"""Subsidiaries whose catalogue rate is not the standard rate of the country they sell to, and why."""


# --- rates ---


@pytest.mark.parametrize("country", sorted(UNION))
def test_every_change_of_a_rate_in_the_union_is_known_to_the_minute(country: str) -> None:
    known = duty27_eu_vat.get_rate_history("EL" if country == "GR" else country)
    zone = ZoneInfo(ZONES[country]) if len(known) > 1 else UTC
    for window in known:
        start = datetime.combine(window.effective_from, time(), zone)
        rate = Fraction(window.rate) / 100
        assert shipped().rates[country].at(start) == rate
        assert shipped().rates[country].at(start + timedelta(days=20)) == rate
    starts = [datetime.combine(w.effective_from, time(), zone).astimezone(UTC) for w in known[1:]]
    assert [at.astimezone(UTC) for at, _ in shipped().rates[country].entries if at] == starts


@pytest.mark.parametrize("country", sorted(set(shipped().rates) & set(eu_vat_rates_data.get_all_rates())))
def test_today_s_rates_are_the_other_package_s(country: str) -> None:
    today = Fraction(str(eu_vat_rates_data.get_standard_rate(country))) / 100
    assert shipped().rates[country].at(NOON) == today
    assert eu_vat_rates_data.is_eu_member(country) == (country in UNION)


def test_all_member_states_have_a_rate() -> None:
    assert set(shipped().rates) >= UNION
    assert len(UNION) == 27


@pytest.mark.parametrize("code", SUBSIDIARIES)
def test_a_subsidiary_s_rate_is_its_country_s_or_there_is_a_reason(code: str) -> None:
    subsidiary = SUBSIDIARIES[code]
    rate = shipped().rates.get(subsidiary.country)
    differs = rate is None or rate.at(NOON) != subsidiary.tax.at(NOON)
    assert differs == (code in {each for codes in UNLIKE_ITS_COUNTRY for each in codes.split()})


def test_an_order_placed_before_a_change_has_the_old_rate() -> None:
    seller, buyer = seller_of(shipped(), SUBSIDIARIES["FR"]), customer("individual", "EE")
    change = datetime(2025, 7, 1, tzinfo=ZoneInfo("Europe/Tallinn"))
    found = [treatment(seller, buyer, shipped(), at).percent for at in (change - timedelta(seconds=1), change)]
    assert found == ["22", "24"]


# --- every decision ---

CODES = [*ENUMERATIONS["nichandle.CountryEnum"], "", "XX", "fr", "F", "FRA", "ÀÉ"]
NUMBERS = ["", "DE136695976", "DE000", "FR40303265045", "EL094259216", "XI980780684", "CHE116281710MWST", "x" * 300]
customers = st.builds(
    customer,
    st.sampled_from(ENUMERATIONS["nichandle.LegalFormEnum"]),
    st.sampled_from(CODES),
    st.one_of(st.text(max_size=12), st.sampled_from(["97400", "35001", "9000-001", "6691", " 97400 "])),
    st.one_of(st.sampled_from(NUMBERS), st.text(max_size=20)),
)
verdicts = st.builds(lambda number, counts: Verdict(number=number, counts=counts, evidence=1), st.sampled_from(NUMBERS),
                     st.booleans())  # fmt: skip
instants = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(code=st.sampled_from(sorted(SUBSIDIARIES)), buyer=st.none() | customers, now=instants,
       checked=st.none() | verdicts, oss=st.booleans(), cents=st.integers(0, 10**6))  # fmt: skip
def test_whoever_buys_is_taxed_once_and_within_reason(
    code: str, buyer: Any, now: datetime, checked: Verdict | None, *, oss: bool, cents: int
) -> None:
    rules = structs.replace(shipped(), oss=oss)
    seller = seller_of(rules, SUBSIDIARIES[code])
    found = treatment(seller, buyer, rules, now, checked)
    assert found == treatment(seller, buyer, rules, now, checked)
    assert 0 <= found.rate <= Fraction(3, 10)
    if found.treatment in ("reverse-charge", "outside"):
        assert found.rate == 0
    if found.treatment == "reverse-charge":
        assert checked
        assert checked.counts
        assert found.country in UNION - {seller.country}
    assert (found.treatment == "reverse-charge") == (found.vat is not None)
    if found.treatment == "destination":
        assert found.country in UNION - {seller.country}
    price = taxed(Money(cents * CENT, "EUR"), Terms("EUR", found.rate, IN_ENGLISH))
    assert price.net + price.tax == price.gross
    assert abs(price.tax.ucents - price.net.ucents * found.rate) <= CENT // 2


@given(code=st.sampled_from(sorted(SUBSIDIARIES)), buyer=customers, oss=st.booleans())
def test_a_number_is_asked_for_only_where_it_decides(code: str, buyer: Any, *, oss: bool) -> None:
    rules = structs.replace(shipped(), oss=oss)
    seller = seller_of(rules, SUBSIDIARIES[code])
    number = accountable(seller, buyer, rules)
    checked = Verdict(number=number or "", counts=True)
    decided = treatment(seller, buyer, rules, NOON, checked)
    assert (number is not None) == (decided.treatment == "reverse-charge")


@pytest.mark.parametrize("country", sorted(UNION))
def test_a_consumer_in_the_union_pays_the_same_tax_whoever_sells(country: str) -> None:
    decided = [treatment(seller_of(shipped(), each), customer("individual", country), shipped(), NOON)
               for each in SUBSIDIARIES.values()]  # fmt: skip
    assert {(each.country, each.rate) for each in decided} == {(country, shipped().rates[country].at(NOON))}


@given(code=st.sampled_from(sorted(SUBSIDIARIES)), buyer=customers, oss=st.booleans())
def test_only_a_seller_outside_the_union_is_ever_unregistered(code: str, buyer: Any, *, oss: bool) -> None:
    rules = structs.replace(shipped(), sellers={**shipped().sellers, code: SellerFacts(oss=oss)})
    seller = seller_of(rules, SUBSIDIARIES[code])
    decided = treatment(seller, buyer, rules, NOON)
    abroad = seller.country not in UNION and decided.country in UNION and decided.rate > 0
    assert unregistered(seller, decided) == (abroad and not oss)


def test_a_verdict_on_another_number_does_not_count() -> None:
    seller, buyer = seller_of(shipped(), SUBSIDIARIES["FR"]), customer("corporation", "DE", vat="DE136695976")
    other = Verdict(number="DE811128135", counts=True)
    assert treatment(seller, buyer, shipped(), NOON, other).treatment == "destination"


@pytest.mark.parametrize(("millionths", "shown"), [(200_000, "20"), (99_750, "9.975"), (255_000, "25.5"), (0, "0"),
                                                    (81_000, "8.1"), (50_001, "5.0001")])  # fmt: skip
def test_a_rate_is_written_as_people_do(millionths: int, shown: str) -> None:
    assert Taxation(country="FR", millionths=millionths, treatment="domestic").percent == shown


# --- what is said of it ---


def test_the_note_is_what_the_law_asks_for_in_the_customer_s_language() -> None:
    languages = gettext_files.load()
    reverse = Taxation(country="DE", millionths=0, treatment="reverse-charge", vat="DE136695976")
    sentence = note(reverse)
    assert sentence
    assert languages.of("de_DE").tell(sentence).startswith("Steuerschuldnerschaft des Leistungsempfängers")
    assert languages.of("fr_FR").tell(sentence).startswith("Autoliquidation")
    for locale in ("en_GB", "fr_FR", "de_DE", "es_ES", "it_IT"):
        said = languages.of(locale).tell(sentence)
        assert "196" in said
        assert "DE136695976" in said


def test_every_treatment_but_the_domestic_one_has_its_note() -> None:
    seller = SUBSIDIARIES["FR"]
    domestic = home(seller_of(shipped(), seller), NOON)
    spanish = Taxation(country="ES", millionths=210_000, treatment="destination")
    assert note(domestic) is None
    told = [IN_ENGLISH.tell(found) for found in (
        note(spanish), note(Taxation(country="FR", millionths=0, treatment="outside")),
        note(Taxation(country="US", millionths=0, treatment="outside")),
    ) if found]  # fmt: skip
    assert told == [
        "VAT of the consumer's country, ES, at 21 % (Directive 2006/112/EC, article 58).",
        "No VAT: the place of supply is outside the European Union (Directive 2006/112/EC, articles 44 and 58).",
        "No tax: the place of supply is outside the seller's country.",
    ]


# --- the file ---

RATES = {country: {"percent": "20"} for country in UNION}


def test_a_file_that_says_enough_is_rules() -> None:
    made = build({"oss": False, "rates": RATES}, ["FR"])
    assert not isinstance(made, list)
    assert (made.oss, made.territories, made.rates["FR"]) == (False, (), always(Fraction(1, 5)))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"oss": "yes"}, "oss"),
        ({"rates": {**RATES, "FR": {"percent": "120"}}}, "rates.FR.percent is wrong"),
        ({"rates": {**RATES, "FR": {"percent": "twenty"}}}, "rates.FR.percent is wrong"),
        ({"rates": {**RATES, "FR": {"percent": "60"}}}, "no rate of tax"),
        ({"rates": {**RATES, "FR": [{"from": NOON, "percent": "20"}]}}, "since ever"),
        ({"rates": {k: v for k, v in RATES.items() if k != "FR"}}, "rates.FR is missing"),
        ({"territories": {}}, None),
        ({"territories": "x"}, "territories is a list of tables"),
        ({"territories": [{"name": "X", "of": "FR", "treated": "inside", "countries": ["FR"]}]}, "treated is one of"),
        ({"territories": [{"name": "X", "of": "FR", "treated": "member"}]}, "countries names at least one"),
        ({"territories": [{"name": "X", "of": "FR", "treated": "member", "countries": ["FR"], "zip": "("}]}, "zip"),
        ({"territories": [{"name": "X", "of": "FR", "treated": "member", "countries": ["FR"], "x": 1}]}, "x is not a"),
        ({"sellers": {"XX": {}}}, "sellers.XX sells nothing"),
        ({"sellers": {"FR": {"os": True}}}, "sellers.FR.os is not a key"),
        ({"rate": {}}, "rate is not a key"),
    ],
)
def test_what_is_wrong_with_the_file_is_named(changes: dict[str, Any], problem: str | None) -> None:
    made = build({"oss": True, "rates": RATES, **changes}, ["FR"])
    if problem is None:
        assert not isinstance(made, list)
    else:
        assert isinstance(made, list)
        assert any(problem in each for each in made), made


def test_a_rate_beyond_the_currency_s_unit_is_kept_exactly() -> None:
    price = taxed(Money(10 * UNIT, "EUR"), Terms("EUR", Taxation(country="CA", millionths=99_750,
                                                                treatment="domestic").rate, IN_ENGLISH))  # fmt: skip
    assert price.tax.ucents == UNIT  # 0.9975, rounded half up
