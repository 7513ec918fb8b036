"""Keys for DS records: tags of published keys, and what cannot be a key."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.core import ds_record
from ordain.core.registry import Key, Update
from tests.core.test_change import DOMAIN

# RFC 6605 §6.1 and §6.2, RFC 8080 §6.1, RFC 4034 §5.4: flags, algorithm, tag, public key.
P384 = (
    "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RC"
    "OpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40"
)
RSA = (
    "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMz"
    "NXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7OrzKBaMbCVdFLUUh6DhweJ"
    "BjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw=="
)
PUBLISHED = [
    (257, 13, 55648, "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA=="),
    (257, 14, 10771, P384),
    (257, 15, 3613, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="),
    (256, 5, 60485, RSA),
]


@pytest.mark.parametrize(("flags", "algorithm", "tag", "key"), PUBLISHED)
def test_the_tags_of_published_keys(flags: int, algorithm: int, tag: int, key: str) -> None:
    assert ds_record.tag(flags, algorithm, b64decode(key)) == tag


@given(st.sampled_from([256, 257]), st.sampled_from([5, 7, 8, 10, 13, 14, 15]), st.binary(max_size=600))
def test_a_tag_is_sixteen_bits_of_anything(flags: int, algorithm: int, key: bytes) -> None:
    assert 0 <= ds_record.tag(flags, algorithm, key) < 65536


def test_a_keys_number_is_its_own() -> None:
    keys = [Key(flags, algorithm, tag, text) for flags, algorithm, tag, text in PUBLISHED]
    assert len({ds_record.number(key) for key in keys}) == len(keys)
    assert all(0 < ds_record.number(key) < 2**53 for key in keys)


@pytest.mark.parametrize(
    ("public_key", "good"),
    [
        (b"\x03\x01\x00\x01" + b"m" * 64, True),
        (b"\x03\x01\x00\x01" + b"m" * 512, True),
        (b"\x00\x00\x03\x01\x00\x01" + b"m" * 256, True),
        (b"\x03\x01\x00\x01" + b"m" * 63, False),
        (b"\x03\x01\x00\x01" + b"m" * 513, False),
        (b"\x00\x00\x00" + b"m" * 100, False),
        (b"\xff" + b"m" * 100, False),
        (b"\x01\x03", False),
        (b"", False),
    ],
)
def test_the_length_of_an_rsa_key(public_key: bytes, good: bool) -> None:  # noqa: FBT001 - a column of the table
    key = Key(257, 8, ds_record.tag(257, 8, public_key), b64encode(public_key).decode())
    assert isinstance(ds_record.replaced(DOMAIN, [key]), Update) is good
