"""What the operator is told of a name before its registry is asked."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec import structs

from ordain.catalogue_commands import catalogue
from ordain.core.about import about
from ordain.core.names import Name, parse
from ordain.core.special import Margins
from tests.world import NOON, market

FOLDER = Path(__file__).parents[2] / "catalogue"


def told(domain: str, percent: int = 0) -> dict[str, str]:
    goods = market(FOLDER)
    special = structs.replace(goods.special, margins=Margins(otherwise=Fraction(percent, 2)))
    name = parse(domain, goods.catalogue.extensions)
    assert isinstance(name, Name)
    return dict(about(structs.replace(goods, special=special), name, NOON))


@pytest.mark.parametrize(
    ("domain", "reserved", "asked"),
    [
        ("ville-nanterre.fr", "prior-review: It names a place in France", "REASON (required)"),
        ("abbadiacerreto.it", "reserved-to-administration: It names an Italian", "ACCEPT_CONDITIONS (required)"),
        ("abja.ee", "reservation-code: The registry gives it", "PROTECTED_CODE (required)"),
        ("example.shop", "reserved: ICANN reserves this name", "OWNER_CONTACT (required)"),
        ("ab.shop", "registry-decides: Labels of two characters", "OWNER_CONTACT (required)"),
        ("foo.com", "on no list", "OWNER_LEGAL_AGE"),
    ],
)
def test_lists_and_what_they_ask_for_are_told(domain: str, reserved: str, asked: str) -> None:
    found = told(domain)
    assert found["name"] == domain
    assert found["reserved"].startswith(reserved)
    assert asked in found["asked to create"]
    assert "REASON" not in found["asked to transfer"]
    assert found["on sale"] == "yes, in phase ga"


def test_both_forms_prices_and_the_margin_are_told() -> None:
    assert told("bücher.de")["name"] == "bücher.de (xn--bcher-kva.de)"
    assert told("foo.fr")["prices"].startswith("create 6.99, renew 6.99, transfer 6.99")
    goods = market(FOLDER).catalogue
    premium = next(name for name, each in goods.extensions.items() if each.premium)
    assert told(f"foo.{premium}")["premium names"] == "cost their registry's fee"
    assert told(f"foo.{premium}", 5)["premium names"] == "cost their registry's fee and 2.50 %"


def test_the_command_tells_them_or_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDAIN_SECRET", "any")
    shown = CliRunner().invoke(catalogue, ["name", "Ville-Nanterre.fr"])
    assert shown.exit_code == 0
    assert "prior-review" in shown.output
    for domain, problem in (("roma.it", "public suffix"), ("foo bar.fr", "space"), ("a.it", "too short")):
        refused = CliRunner().invoke(catalogue, ["name", domain])
        assert refused.exit_code == 1
        assert problem in refused.output
