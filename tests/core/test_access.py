"""Addresses a key may be used from, where a person may be sent, and what state a credential is in."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core import access
from ordain.core.credential import state, way_back
from tests.world import NOON


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_a_block_admits_its_addresses_and_no_others(base: int, length: int, address: int) -> None:
    block = IPv4Network((base, length), strict=False)
    kept = access.blocks([str(block)])
    assert access.block_refusals(kept) == []
    inside = IPv4Address(address) in block
    assert access.admits(kept, str(IPv4Address(address))) is inside
    mapped = IPv6Address(f"::ffff:{IPv4Address(address)}")
    assert access.admits(kept, str(mapped)) is inside


@given(st.text(max_size=40))
def test_any_text_is_a_block_or_is_refused(text: str) -> None:
    if not access.block_refusals([text]):
        [block] = access.blocks([text])
        assert access.blocks([block]) == (block,)


@given(st.text(max_size=60), st.sampled_from(["https://a.example", "http://", "", "https:", "HTTPS://a.example/"]))
def test_a_person_is_sent_to_a_web_address_or_nowhere(text: str, start: str) -> None:
    url = start + text
    if access.is_web_address(url):
        assert url.lower().startswith(("http://", "https://"))
        assert url.isascii()
        assert not set(url) & set(" \t\r\n\\")


@pytest.mark.parametrize(
    ("status", "left", "found"),
    [
        ("validated", None, "validated"),
        ("validated", 1, "validated"),
        ("validated", 0, "expired"),
        ("pendingValidation", 1, "pendingValidation"),
        ("pendingValidation", -1, "expired"),
        ("refused", -1, "refused"),
        ("expired", None, "expired"),
    ],
)
def test_a_state_is_what_was_decided_until_its_time_is_over(status: str, left: int | None, found: str) -> None:
    until = None if left is None else NOON + timedelta(seconds=left)
    assert state(status, until, NOON) == found


@pytest.mark.parametrize(
    ("redirection", "found"),
    [
        ("https://a.example/?x=1", "https://a.example/?x=1&credentialState=refused"),
        ("https://a.example/#?x", "https://a.example/?credentialState=refused#?x"),
    ],
)
def test_the_way_back_keeps_what_the_program_gave(redirection: str, found: str) -> None:
    assert way_back(redirection, "refused") == found


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_a_path_has_one_canonical_form(text: str) -> None:
    path = access.canonical(f"/{text}")
    assert access.canonical(path) == path
    assert unquote(path) == unquote(f"/{text}")
    assert path == "/".join(access.segment(unquote(part)) for part in f"/{text}".split("/"))


def test_a_pattern_of_many_stars_is_judged_in_no_time() -> None:
    assert not access.matches("*a" * 100 + "b", "a" * 200 + "c")
    assert access.matches("%a" * 100 + "%", "a" * 200, wild="%")
