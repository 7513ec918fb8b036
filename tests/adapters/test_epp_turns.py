"""Commands that cost money: at once where a registry takes that, one by one where they fail at each other."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from ordain.adapters.epp_turns import ONE_BY_ONE
from ordain.adapters.sandbox_epp_server import CHARGED
from ordain.core.registry import Answer, Done, NoAnswer, Renewal
from tests.epp_wire import command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ordain.adapters.epp_registry import EppRegistry
    from ordain.adapters.sandbox_epp_desk import Spoken
    from tests.epp_wire import Wire

SESSIONS = 4


def most_at_once(wire: Wire) -> list[int]:
    """How many charged commands were carried out when each of them came, itself among them, from now on."""
    heard: list[int] = []
    fault = wire.server.fault

    def counting(spoken: Spoken) -> str | None:
        if spoken.verb in CHARGED:
            heard.append(wire.server.charging + 1)
        return fault(spoken)

    wire.server.fault = counting  # type: ignore[method-assign]  # to hear what comes
    return heard


async def created(registry: EppRegistry, names: Sequence[str]) -> list[Answer | BaseException]:
    """Names asked for at once."""
    asked = [registry.create(command(name, f"of-{name}")) for name in names]
    return await asyncio.gather(*asked, return_exceptions=True)


def names(of: str, count: int = 3 * SESSIONS) -> list[str]:
    return [f"{of}-{number}.fr" for number in range(count)]


def test_a_registry_that_takes_several_at_once_is_sent_several(wire: Wire) -> None:
    registry, heard = wire.client(sessions=SESSIONS), most_at_once(wire)
    ends = wire.run(created(registry, names("together")))
    assert all(isinstance(each, Done) for each in ends), ends
    assert 1 < max(heard) <= SESSIONS


def test_one_where_they_fail_at_each_other_is_sent_one_by_one_for_a_while(wire: Wire) -> None:
    registry = wire.client(sessions=SESSIONS)
    wire.wrong("crowded")
    first = wire.run(created(registry, names("first")))
    assert {type(each) for each in first} == {Done, NoAnswer}, first
    heard = most_at_once(wire)
    for moment in (timedelta(0), ONE_BY_ONE - timedelta(seconds=1)):
        wire.now += moment
        ends = wire.run(created(registry, names(f"after-{moment.seconds}")))
        assert all(isinstance(each, Done) for each in ends), ends
    assert set(heard) == {1}


def test_after_a_while_it_is_tried_again(wire: Wire) -> None:
    registry = wire.client(sessions=SESSIONS)
    wire.wrong("crowded")
    wire.run(created(registry, names("first")))
    wire.well()
    wire.now += ONE_BY_ONE
    heard = most_at_once(wire)
    ends = wire.run(created(registry, names("later")))
    assert all(isinstance(each, Done) for each in ends), ends
    assert max(heard) > 1


def test_renewals_take_turns_with_creates(wire: Wire) -> None:
    registry = wire.client(sessions=SESSIONS)
    [first, *_] = wire.run(created(registry, names("first", 1)))
    assert isinstance(first, Done)
    wire.wrong("failed", "domain:create")
    wire.run(created(registry, names("failing", 1)))
    wire.wrong("crowded")

    async def both() -> list[Answer | BaseException]:
        renewal = registry.change("renewing", first.registration.name, Renewal(1, first.registration.expires))
        return await asyncio.gather(renewal, *(registry.create(command(name, name)) for name in names("with")),
                                    return_exceptions=True)  # fmt: skip

    ends = wire.run(both())
    assert all(isinstance(each, Done) for each in ends), ends
