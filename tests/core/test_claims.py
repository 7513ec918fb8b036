"""The id of a claims notice: a checksum anybody can verify."""

from __future__ import annotations

from datetime import UTC, datetime

from ordain.adapters.sandbox_claims import made_up
from ordain.core.claims import notice_id


def test_the_published_example() -> None:
    """RFC 9361's sample, as EPP frames carry it: 370d0b7c9223372036854775807."""
    ends = datetime(2010, 8, 16, 9, 0, tzinfo=UTC)
    assert notice_id("example-one", ends, 9223372036854775807) == "370d0b7c9223372036854775807"


def test_a_made_up_notice_says_so_and_is_the_same_all_day() -> None:
    morning, evening = datetime(2026, 11, 23, 6, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC)
    notice = made_up("claimed-7", morning)
    assert notice == made_up("claimed-7", evening)
    assert notice.begins is not None
    assert notice.begins <= morning < evening < notice.ends
    assert notice.id == notice_id("claimed-7", notice.ends, int(notice.id[8:]))
    [claim] = notice.claims
    said = (claim.goods_and_services, claim.jurisdiction, claim.trademark_holders[0].name or "")
    assert all("made up by the sandbox" in text for text in said)
