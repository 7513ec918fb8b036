"""The EPP client against the sandbox registry over TLS: a registry like every other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import conformance
from tests.epp_wire import OWNER

if TYPE_CHECKING:
    from tests.epp_wire import Wire


@pytest.mark.parametrize("rule", conformance.REGISTRY_RULES, ids=lambda rule: rule.__name__)
def test_it_is_a_registry(rule: conformance.Rule, wire: Wire) -> None:
    on_trial = conformance.RegistryOnTrial(
        registry=wire.client(), free=("foo.fr", "bar.com"), taken="taken.fr", code="right", owner=OWNER
    )
    wire.run(rule(on_trial))
    assert wire.run(wire.client().check(["never-asked-for.fr"]))[0].state == "available"
