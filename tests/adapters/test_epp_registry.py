"""The EPP client against the sandbox registry over TLS: a registry like every other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ordain.adapters import sandbox_epp_answers
from ordain.adapters.epp_xml import make
from ordain.core.registry_life import years_on
from tests import conformance
from tests.epp_wire import OWNER, command

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from tests.epp_wire import Wire


@pytest.mark.parametrize("rule", conformance.REGISTRY_RULES, ids=lambda rule: rule.__name__)
def test_it_is_a_registry(rule: conformance.Rule, wire: Wire) -> None:
    on_trial = conformance.RegistryOnTrial(
        registry=wire.client(), free=("foo.fr", "bar.com"), taken="taken.fr", code="right", owner=OWNER
    )
    wire.run(rule(on_trial))
    assert wire.run(wire.client().check(["never-asked-for.fr"]))[0].state == "available"


def test_a_name_whose_registry_tells_no_expiry_does_not_expire_at_once(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """domain:exDate is optional in every answer (RFC 5731 §3.1.2, §3.2.1): it lasts as long as was bought."""

    def undated(tag: str, *within: Any, **told: Any) -> Element | None:
        return None if tag == "domain:exDate" else make(tag, *within, **told)

    monkeypatch.setattr(sandbox_epp_answers, "make", undated)
    registry = wire.client()
    done = wire.run(registry.create(command("foo.com", "t-1", years=3)))
    assert done.registration.expires == years_on(done.registration.created, 3)
    found = wire.run(registry.find("foo.com"))
    assert found.expires == years_on(found.created, 1)
    wire.now = years_on(found.created, 2)
    assert wire.run(registry.find("foo.com")).expires == years_on(found.created, 3)
