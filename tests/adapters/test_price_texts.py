"""How amounts are written on the wire where the contract does not show it: as the subsidiary's locale has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ordain.adapters import catalogue_files
from ordain.adapters.price_texts import pattern

CATALOGUE = Path(__file__).parents[2] / "catalogue"


@pytest.mark.parametrize(
    ("currency", "locale", "written"),
    [
        ("GBP", "en_GB", "£{amount}"),
        ("PLN", "pl_PL", "{amount} zł"),
        ("CAD", "en_CA", "${amount} CAD"),
        ("CAD", "fr_CA", "{amount} $ CAD"),
        ("AUD", "en_AU", "${amount} AUD"),
        ("SGD", "en_AU", "SGD {amount}"),
        ("XOF", "fr_SN", "{amount} F CFA"),
        ("MAD", "fr_MA", "{amount} MAD"),
        ("CHF", "de_CH", "CHF {amount}"),
    ],
)
def test_a_sign_stands_where_the_locale_puts_it(currency: str, locale: str, written: str) -> None:
    assert pattern(currency, locale) == written


def test_what_the_contract_shows_agrees() -> None:
    """`6.99 €` and `$153.00 USD` (wire-contract §4.6)."""
    assert pattern("EUR", "fr_FR") == "{amount} €"
    assert pattern("USD", "en_US") == "${amount} USD"


def test_the_shipped_subsidiaries_name_none_but_those() -> None:
    subsidiaries = catalogue_files.load(CATALOGUE).subsidiaries.values()
    for each in subsidiaries:
        shown = {"EUR": "{amount} €", "USD": "${amount} USD"}.get(each.currency)
        assert each.price_text == (shown or pattern(each.currency, each.locale)), each.code
