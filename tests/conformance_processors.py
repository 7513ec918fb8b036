"""What every PaymentProcessor (flows/ports.py) must do, whatever is behind it: like tests/conformance.py, of cards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Literal

from msgspec import Struct, structs

from ordain.core.charge import ActionRequired, Asked, Asking, Declined, Succeeded, Untouched
from ordain.core.money import CENT, Money
from ordain.flows.ports import PaymentProcessor
from tests.world import PEOPLE

Kind = Literal["good", "declined", "to-confirm"]


class ProcessorOnTrial(Struct, frozen=True, kw_only=True):
    """A processor, and what somebody at the far end can do: make a card, confirm a payment, count what was taken."""

    processor: PaymentProcessor
    card: Callable[[Kind, str], str]
    """A card of a kind, attached to a customer."""
    confirm: Callable[[str], None]
    taken: Callable[[str], int]
    """How often money was taken at a place."""
    returned: Callable[[str], int]
    """How much of it went back, in the currency's smallest amount."""
    keys: Iterator[str]


Rule = Callable[[ProcessorOnTrial], Awaitable[None]]


async def check_processor(on_trial: ProcessorOnTrial) -> None:
    """Every rule of this page."""
    for rule in RULES:
        await rule(on_trial)


async def _asked(on_trial: ProcessorOnTrial, kind: Kind = "good", cents: int = 599) -> Asked:
    account = structs.replace(PEOPLE["camille"], nichandle="cm1-ordain")
    customer = await on_trial.processor.customer(account, next(on_trial.keys))
    return Asked(
        key=next(on_trial.keys),
        nic=account.nichandle,
        amount=Money(cents * CENT, "EUR"),
        customer=customer,
        means=on_trial.card(kind, customer),
        told="Order 1",
        return_url="http://127.0.0.1/order/1/payment",
    )


async def _room(on_trial: ProcessorOnTrial, asked: Asked) -> str:
    place = await on_trial.processor.make_room(asked)
    assert isinstance(place, str)
    return place


async def making_room_takes_nothing(on_trial: ProcessorOnTrial) -> None:
    """A place is there, and nothing happened at it."""
    place = await _room(on_trial, await _asked(on_trial))
    assert await on_trial.processor.find(place) == Untouched()
    assert on_trial.taken(place) == 0


async def charges_once(on_trial: ProcessorOnTrial) -> None:
    """However often it is told to take the money at a place, it is taken there once."""
    asked = await _asked(on_trial)
    place = await _room(on_trial, asked)
    assert await on_trial.processor.charge(asked, place) == Succeeded()
    assert await on_trial.processor.charge(asked, place) == Succeeded()
    assert await on_trial.processor.charge(structs.replace(asked, key=next(on_trial.keys)), place) == Succeeded()
    assert await on_trial.processor.find(place) == Succeeded()
    assert on_trial.taken(place) == 1


async def says_that_a_card_was_declined(on_trial: ProcessorOnTrial) -> None:
    """A card without money is declined, and stays so."""
    asked = await _asked(on_trial, "declined")
    place = await _room(on_trial, asked)
    said = await on_trial.processor.charge(asked, place)
    assert said == Declined("declined")
    assert await on_trial.processor.find(place) == said
    assert on_trial.taken(place) == 0


async def lets_a_person_confirm(on_trial: ProcessorOnTrial) -> None:
    """A bank that wants its customer takes nothing before they confirmed."""
    asked = await _asked(on_trial, "to-confirm")
    place = await _room(on_trial, asked)
    said = await on_trial.processor.charge(asked, place)
    assert isinstance(said, ActionRequired)
    assert await on_trial.processor.find(place) == said
    assert on_trial.taken(place) == 0
    on_trial.confirm(place)
    assert await on_trial.processor.find(place) == Succeeded()
    assert on_trial.taken(place) == 1


async def what_is_called_off_is_never_taken(on_trial: ProcessorOnTrial) -> None:
    """Before or while a person is waited for; what was taken is said to be."""
    for kind in ("good", "to-confirm"):
        asked = await _asked(on_trial, kind)
        place = await _room(on_trial, asked)
        if kind == "to-confirm":
            await on_trial.processor.charge(asked, place)
        assert isinstance(await on_trial.processor.call_off(place), Declined)
        assert isinstance(await on_trial.processor.charge(asked, place), Declined)
        assert on_trial.taken(place) == 0
    asked = await _asked(on_trial)
    place = await _room(on_trial, asked)
    await on_trial.processor.charge(asked, place)
    assert await on_trial.processor.call_off(place) == Succeeded()


async def gives_back_once_for_each_key(on_trial: ProcessorOnTrial) -> None:
    """A part, and another part; each once, however often it is told."""
    asked = await _asked(on_trial, cents=1000)
    place = await _room(on_trial, asked)
    await on_trial.processor.charge(asked, place)
    for cents in (300, 700):
        back = Asking(key=next(on_trial.keys), processor_id=place, amount=Money(cents * CENT, "EUR"))
        for _ in range(2):
            assert (await on_trial.processor.give_back(back)).status == "done"
    assert on_trial.returned(place) == 1000


async def knows_what_it_cannot_charge(on_trial: ProcessorOnTrial) -> None:
    """Too little, too much, and what is no currency."""
    obstacle = on_trial.processor.obstacle
    assert obstacle(Money(599 * CENT, "EUR")) is None
    assert obstacle(Money(1 * CENT, "EUR"))
    assert obstacle(Money(10**9 * CENT, "EUR"))
    assert obstacle(Money(599 * CENT, "points"))


async def forgets_a_card(on_trial: ProcessorOnTrial) -> None:
    """It is charged no more; forgetting it again does nothing."""
    asked = await _asked(on_trial)
    await on_trial.processor.forget(asked.means)
    await on_trial.processor.forget(asked.means)


RULES: tuple[Rule, ...] = (
    making_room_takes_nothing,
    charges_once,
    says_that_a_card_was_declined,
    lets_a_person_confirm,
    what_is_called_off_is_never_taken,
    gives_back_once_for_each_key,
    knows_what_it_cannot_charge,
    forgets_a_card,
)
