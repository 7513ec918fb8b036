"""The clearing house's lists: its own samples are read, and half a list is none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ordain.core.trademark_lists import NoList, read

TMCH = Path(__file__).parents[2].parent / "shared" / "vectors" / "tmch"


@pytest.mark.parametrize(
    ("file", "kind", "rows"),
    [("smdrl.csv", "smdrl", 5), ("smdrl-latest.csv", "smdrl", 150), ("idn_smdrl.csv", "smdrl", 150),
     ("dnl-latest.csv", "dnl", 113)],
)  # fmt: skip
def test_its_own_samples(file: str, kind: str, rows: int) -> None:
    found = read((TMCH / file).read_text())
    assert (found.kind, len(found.rows)) == (kind, rows)


def test_what_a_row_says() -> None:
    found = read((TMCH / "dnl-latest.csv").read_text())
    assert found.made == datetime(2013, 11, 24, 23, 15, 37, 400_000, tzinfo=UTC)
    assert found.rows[0] == (
        "test---validate", "2013112500/6/1/d/YduYflFKIFHoOYwDfN", datetime(2013, 9, 5, tzinfo=UTC)
    )  # fmt: skip


HEAD = "1,2026-01-01T00:00:00.0Z\nsmd-id,insertion-datetime\n"
CLAIMS = "1,2026-01-01T00:00:00.0Z\nDNL,lookup-key,insertion-datetime\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1"),
        ("1,2026-01-01T00:00:00.0Z", "line 1"),
        (HEAD.replace("1,", "2,", 1), "line 1"),
        (HEAD.replace("smd-id", "id"), "line 1"),
        (HEAD.replace("2026-01-01T00:00:00.0Z", "yesterday"), "line 1 has no instant"),
        (f"{HEAD}nonsense", "line 3 is no row"),
        (f"{HEAD}1-1", "line 3 is no row"),
        (f"{HEAD}1-1,2026-01-01T00:00:00Z\n1-2,soon", "line 4 has no instant"),
        (f"{HEAD}1-1,2026-01-01T00:00:00Z\n1-1,2026-01-01T00:00:00Z", "a row occurs twice"),
        (f"{HEAD}label,a/key,2026-01-01T00:00:00Z", "line 3 is no row"),
        (f"{CLAIMS}UPPER,a/key,2026-01-01T00:00:00Z", "line 3 is no row"),
        (f"{CLAIMS}label,a key,2026-01-01T00:00:00Z", "line 3 is no row"),
        (f"{CLAIMS}label,../../etc\x00,2026-01-01T00:00:00Z", "line 3 is no row"),
    ],
)
def test_what_is_no_list_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(NoList, match=said):
        read(text)


def test_an_empty_list_is_one() -> None:
    assert read(HEAD).rows == ()
