"""What changed between two catalogues, in words."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from ordain.core.catalogue import Catalogue
from ordain.core.catalogue_diff import differences
from tests.core.test_catalogue import ZZ, built, extension_with, raw

BASE = built(raw())
LATER = datetime(2027, 1, 1, tzinfo=UTC)
EUR = ZZ["prices"]["EUR"]


def changed(**changes: Any) -> Catalogue:
    return built(extension_with(**changes))


def test_nothing_changed() -> None:
    assert differences(BASE, built(raw())) == []


def test_what_is_new_and_what_is_gone() -> None:
    more = built(raw(extensions={"zz.toml": deepcopy(ZZ), "yy.toml": deepcopy(ZZ) | {"extension": "yy"}}))
    assert differences(BASE, more) == [".yy: is new"]
    assert differences(more, BASE) == [".yy: is gone"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"periods": [1]}, ["periods: 1, 2 becomes 1", "renew_periods: 1, 2 becomes 1"]),
        ({"dnssec": False}, ["dnssec: yes becomes no"]),
        ({"label": {"min": 3, "idn": True}}, ["label.min: 2 becomes 3"]),
        ({"lifecycle": {"redemption_days": 30}}, ["lifecycle.redemption_days: not known becomes 30"]),
        ({"unknown": ["periods"]}, ["unknown: none becomes periods"]),
        ({"not_sold": "Kept"}, ["is not on sale any more: Kept"]),
        ({"phases": [{"phase": "sunrise"}, {"phase": "ga", "from": LATER}]},
         ["phases: ga becomes sunrise, ga from 2027-01-01"]),
        ({"prices": {"EUR": EUR | {"renew": "8.99"}}}, ["renewal 7.99 → 8.99 EUR"]),
        ({"prices": {"EUR": [EUR, EUR | {"create": "1.00", "from": LATER}]}},
         ["creation 6.99 → 1.00 EUR from 2027-01-01"]),
        ({"prices": {"EUR": EUR, "GBP": {"create": "5", "renew": "7.49", "transfer": "0", "restore": "17.99"}}},
         ["creation 6.49 → 5.00 GBP"]),
        ({"rule": [{"label": "OWNER_CONTACT.vat", "constraints": [{"operator": "required"}]}]},
         [f"rule of {action}: OWNER_CONTACT.vat is asked for" for action in ("create", "trade", "transfer", "update")]),
        ({"rule": [{"label": "OWNER_CONTACT.email", "constraints": [{"operator": "minlength", "value": "9"}]}]},
         [f"rule of {action}: OWNER_CONTACT.email changed" for action in ("create", "trade", "transfer", "update")]),
    ],
)  # fmt: skip
def test_a_change_is_told_once_and_back(changes: dict[str, Any], told: list[str]) -> None:
    new = changed(**changes)
    assert differences(BASE, new) == [f".zz: {sentence}" for sentence in told]
    assert len(differences(new, BASE)) == len(told)
