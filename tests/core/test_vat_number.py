"""Every VAT number of the published test vectors: we agree, or it is in the table of exceptions with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core.vat_number import UNION, compact, letters, problem, state

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "vat-numbers.json").read_text())
COUNTRIES: dict[str, dict[str, list[str]]] = VECTORS["countries"]

WE_REFUSE = {
    "ADA000000A ADL000000L": "Andorra gives companies' letters A and L numbers from 700000 on",
    "FRA0123456789 FR0A012345678 FRAB012345678": "012345678 is no SIREN: its last digit is its check digit",
}
"""Numbers the vectors call valid, and why we do not."""
WE_ACCEPT = {
    "BE0000200334 BE1400004463 BE1400521335 BE1602602623": "their check digits are right; Belgium gives 1… since 2023",
    "EE000207418 EE110207418": "their check digit is right; which first digits Estonia gives is not looked at",
    "GB010000090 GB099999948 GB100000034 GB949000138 GB959939732 GB970000073 GB999000103 GB999000103000 GB999000201 "
    "GB999000201000 GB999000396000 GB999000396001 GB999000494000 GB999000494005 GB999000592 GB999000592000 "
    "GB999000690000 GB999000690001 GB999000788000 GB999000788111 GB999000886 GB999000886000 GB999000984 "
    "GB999000984000 GB999001002000 GB999001002999 GB999999973 GB000000000 GB000000000000":
        "their check digits are right; which numbers HMRC has not given out yet is for it to say",
    "EU123456 EU1234567 EU826001142123 EU0123 EU000000000 EU000000001 EU000000002 EU000000003":
        "EU… are numbers of sellers in the one-stop shop, no customer's: judged, and refused, in the Union alone",
}  # fmt: skip
"""Numbers the vectors call invalid, or of the right form alone, and why we take them."""


def excepted(table: dict[str, str]) -> set[str]:
    """All numbers of a table."""
    return {number for numbers in table for number in numbers.split()}


@pytest.mark.parametrize("country", COUNTRIES)
def test_valid_numbers_are_taken(country: str) -> None:
    refused = {number for number in COUNTRIES[country]["valid"] if problem(number, country)}
    assert refused <= excepted(WE_REFUSE)
    assert COUNTRIES[country]["valid"], "there are some"


@pytest.mark.parametrize("country", COUNTRIES)
def test_others_are_refused(country: str) -> None:
    wrong = [*COUNTRIES[country]["invalid"], *COUNTRIES[country]["valid_only_format"]]
    taken = {number for number in wrong if problem(number, country) is None}
    assert taken <= excepted(WE_ACCEPT)


def test_every_exception_is_one() -> None:
    refused = {n for country, of in COUNTRIES.items() for n in of["valid"] if problem(n, country)}
    wrong = [(n, country) for country, of in COUNTRIES.items() for n in (*of["invalid"], *of["valid_only_format"])]
    assert refused == excepted(WE_REFUSE)
    assert {number for number, country in wrong if problem(number, country) is None} == excepted(WE_ACCEPT)


def test_an_account_in_the_union_has_a_number_that_says_its_country() -> None:
    assert problem("ZZ123456789", "DE") == problem("123456789", "DE") == problem("GR094259216", "GR") == "vat_country"
    assert problem("EU826001142", "FR") == problem("US123", "MC") == "vat_country"
    assert (problem("ZZ123456789", "US"), problem("123", "TN"), problem("FR40303265045", "MC")) == (None, None, None)
    assert (letters("GR"), letters("CH"), letters("MC"), letters("DE")) == ("EL", "CHE", "FR", "DE")


@pytest.mark.parametrize(
    ("number", "of"),
    [
        ("EL094259216", "GR"),
        ("XI980780684", "GB"),
        ("DE136695976", "DE"),
        ("CHE116281710MWST", "CH"),
        ("GR094259216", ""),
        ("12", ""),
        ("", ""),
    ],
)
def test_a_number_says_whose_it_is(number: str, of: str) -> None:
    assert state(number) == of


def test_a_number_is_the_same_with_signs_between_its_parts() -> None:
    assert compact("be 0411.905-847") == compact("BE411905847") == "BE0411905847"
    assert compact("IE1F12345W+") == "IE1F12345W+"


@given(st.text(max_size=30), st.sampled_from([*sorted(UNION), "GB", "CH", "NO", "US", "UNKNOWN", ""]))
def test_whatever_is_given_is_judged(number: str, country: str) -> None:
    assert problem(number, country) in {None, "vat", "vat_country"}
    assert compact(compact(number)) == compact(number)
