"""The records a zone starts with."""

from __future__ import annotations

import pytest

from ordain.core.zone import first_records

HOSTS = ("ns1.ordain.example", "ns2.ordain.example")


@pytest.mark.parametrize(("template", "www"), [(None, True), ("basic", True), ("redirect", True), ("minimized", False)])
def test_a_zone_starts_with_its_name_servers_and_www_unless_minimized(template: str | None, *, www: bool) -> None:
    records = first_records("foo.fr", HOSTS, template)
    assert [target for kind, sub_domain, target in records if (kind, sub_domain) == ("NS", "")] == [
        "ns1.ordain.example.", "ns2.ordain.example.",
    ]  # fmt: skip
    assert [record for record in records if record[0] != "NS"] == ([("CNAME", "www", "foo.fr.")] if www else [])
