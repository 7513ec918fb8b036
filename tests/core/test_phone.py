"""Telephone numbers as people write them, in the API's form."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core import phone


@pytest.mark.parametrize(
    ("text", "country", "said"),
    [("01 23 45 67 89", "FR", "+33.123456789"), ("+33 1 23 45 67 89", "DE", "+33.123456789"),
     ("+33.123456789", "", "+33.123456789"), ("0033 (0)1 23 45 67 89", "FR", "+33.123456789"),
     ("+44 (0)20 7946 0000", "GB", "+44.2079460000"), ("030/123456", "DE", "+49.30123456"),
     ("06 1234 5678", "IT", "+39.0612345678"), ("(503) 000-0000", "US", "+1.5030000000"),
     ("1 503 000 0000", "US", "+1.5030000000"), ("8 495 000 00 00", "RU", "+7.4950000000"),
     ("06 1 234 5678", "HU", "+36.12345678"), ("912 345 678", "PT", "+351.912345678"),
     ("+212 5 22 00 00 00", "FR", "+212.522000000"),
     ("nope", "FR", None), ("", "FR", None), ("12", "FR", None), ("+", "FR", None), ("+999 1234567", "FR", None),
     ("0123456789", "", None), ("+33 1 23 45 67 89 01 23 45", "FR", None), ("01 23 45 67 89 ext 4", "FR", None),
     ("٠١٢٣٤٥٦٧٨٩", "FR", None)],
)  # fmt: skip
def test_a_number_is_written_as_the_api_has_it(text: str, country: str, said: str | None) -> None:
    assert phone.international(text, country) == said


@given(st.text("+0123456789 .-()", max_size=24), st.sampled_from([*sorted(phone.CODES), ""]))
def test_what_comes_out_is_well_formed_and_stays_as_it_is(text: str, country: str) -> None:
    found = phone.international(text, country)
    if found is not None:
        assert re.fullmatch(r"\+[1-9][0-9]{0,2}\.[0-9]{4,14}", found)
        assert phone.international(found, country) == found
        assert len(re.sub("[^0-9]", "", found)) <= phone.MOST
