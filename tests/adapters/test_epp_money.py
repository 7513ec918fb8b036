"""What the EPP client lets a registry charge, who waits for whom, and which attempt's word counts."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ordain.adapters.epp_changes import missing_years
from ordain.adapters.epp_dialects import DIALECTS
from ordain.adapters.epp_registry import EppRegistry
from ordain.core.change import is_so
from ordain.core.money import UNIT, Money
from ordain.core.registry import Deletion, Done, Fees, Refusal, Registration, Renewal, Restoration
from ordain.store.registry_commands import RegistryCommands
from tests.epp_wire import command
from tests.world import NOON

if TYPE_CHECKING:
    from ordain.core.registry_command import Outcome, RegistryCommand
    from tests.epp_wire import Wire


def euros(amount: int) -> Money:
    return Money(amount * UNIT, "EUR")


def test_checks_leave_a_session_to_deliveries(wire: Wire) -> None:
    async def tried() -> None:
        registry = wire.client(sessions=2, answering=5)
        wire.wrong("silence", "domain:check")
        searches = [asyncio.create_task(registry.check([f"name-{number}.fr"])) for number in range(6)]
        while "domain:check" not in wire.server.heard:  # noqa: ASYNC110 - the server does not call back
            await asyncio.sleep(0.01)
        assert isinstance(await asyncio.wait_for(registry.create(command("foo.fr")), 4), Done)
        for search in searches:
            search.cancel()
        await asyncio.gather(*searches, return_exceptions=True)

    wire.run(tried())


@pytest.mark.parametrize(("years", "cap"), [(1, 120), (3, 136)])
def test_a_premium_name_that_renews_at_the_standard_price_is_capped_at_that(wire: Wire, years: int, cap: int) -> None:
    heard = wire.listen("domain:create")
    sold = Fees(euros(120), None, euros(120))
    assert isinstance(wire.run(wire.client().create(command("premium-standard.fr", fees=sold, years=years))), Done)
    assert f"<fee:fee>{cap}.00</fee:fee>" in heard[0]


def brought(wire: Wire, name: str) -> Registration:
    made = wire.run(wire.client().create(command(name, fees=Fees(euros(120), euros(120), euros(120)))))
    assert isinstance(made, Done)
    return made.registration


def test_a_renewal_costs_no_more_than_its_customer_was_told(wire: Wire) -> None:
    held, registry = brought(wire, "premium.fr"), wire.client()
    refused = wire.run(registry.change("t-2", "premium.fr", Renewal(2, held.expires, euros(200))))
    assert isinstance(refused, Refusal)
    assert "The fee is 240.00 EUR by now" in refused.reason
    assert wire.run(registry.find("premium.fr")).expires == held.expires
    done = wire.run(registry.change("t-3", "premium.fr", Renewal(2, held.expires, euros(240))))
    assert isinstance(done, Done)
    assert done.registration.expires == held.expires.replace(year=held.expires.year + 2)


def test_a_restoration_costs_no_more_than_its_customer_was_told(wire: Wire) -> None:
    brought(wire, "premium.fr")
    registry, heard = wire.client(), wire.listen("domain:update")
    assert isinstance(wire.run(registry.change("t-2", "premium.fr", Deletion())), Done)
    refused = wire.run(registry.change("t-3", "premium.fr", Restoration(euros(1))))
    assert isinstance(refused, Refusal)
    assert "The fee is" in refused.reason
    assert isinstance(wire.run(registry.change("t-4", "premium.fr", Restoration(euros(300)))), Done)
    assert "<fee:fee>300.00</fee:fee>" in heard[1]


def test_a_registry_that_renewed_by_itself_is_asked_for_what_is_still_missing(wire: Wire) -> None:
    registry = wire.client()
    first = wire.run(registry.create(command("foo.fr"))).registration
    assert isinstance(wire.run(registry.change("by-itself", "foo.fr", Renewal(1, first.expires))), Done)
    paid = Renewal(3, first.expires, euros(300))
    heard = wire.listen("domain:renew")
    done = wire.run(registry.change("t-2", "foo.fr", paid))
    assert isinstance(done, Done)
    assert done.registration.expires == first.expires.replace(year=first.expires.year + 3)
    assert '<domain:period unit="y">2</domain:period>' in heard[0]
    assert "<fee:fee>200.00</fee:fee>" in heard[0]
    assert is_so(paid, done.registration)


@given(st.integers(1, 10), st.integers(0, 10), st.integers(-1, 1))
def test_what_is_missing_of_a_renewal_is_the_years_that_are_not_there_yet(years: int, there: int, day: int) -> None:
    held = NOON + timedelta(days=365 * there + there // 4 + day)
    assert missing_years(Renewal(years, NOON), held) == max(years - there, 1)


class Late(RegistryCommands):
    """Notes what came of an attempt when it is told to."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire.database)
        self.heard, self.go_on = asyncio.Event(), asyncio.Event()

    async def settle(self, name: str, noted: RegistryCommand, outcome: Outcome) -> None:
        self.heard.set()
        await self.go_on.wait()
        await super().settle(name, noted, outcome)


def test_a_slower_attempts_refusal_does_not_undo_what_a_faster_one_achieved(wire: Wire) -> None:
    """Its lease was over when its word came, and the second attempt has brought the name."""

    async def tried() -> None:
        notes, fast = Late(wire), wire.client()
        slow = EppRegistry(wire.account(), DIALECTS["generic"], notes, lambda: wire.now)
        wire.clients.append(slow)
        late: asyncio.Task[Any] = asyncio.create_task(slow.transfer(command("taken.fr", "t-1", auth_info="wrong")))
        await notes.heard.wait()
        assert isinstance(await fast.transfer(command("taken.fr", "t-1", auth_info="right")), Done)
        notes.go_on.set()
        await late
        [noted] = await wire.notes.of("taken.fr")
        assert (noted.outcome, noted.attempts) == ("done", 2)
        held = await fast.find("taken.fr")
        assert held is not None
        assert held.transaction == "t-1"

    wire.run(tried())
