"""Names that their owners sell: where they are on sale, and how one is bought, once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from msgspec import Struct, structs

from ordain.core.delivery import AFTERMARKET
from ordain.core.marketplace import Listing, Platform, Purchase, Sale
from ordain.core.registry import Answer, Availability, Lost, NoAnswer, Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ordain.core.delivery import Task
    from ordain.core.order import OrderItem
    from ordain.flows.ports import Engine

NO_MARKETPLACE = "Names are no longer bought on this marketplace"


class Heard(Struct, frozen=True):
    """What is known of names, and which platforms said nothing, with their reasons."""

    answers: list[Availability]
    silent: dict[Platform, str]


async def with_listings(
    engine: Engine, answers: Sequence[Availability], platforms: Collection[Platform] | None = None
) -> Heard:
    """What registries answered, with where the names that are taken are on sale; `platforms` are those to ask.

    All are asked at once. A platform that is silent sells nothing for now.
    """
    taken = [answer.name for answer in answers if answer.state == "taken"]
    asked = [name for name in engine.marketplaces if platforms is None or name in platforms] if taken else []
    if not asked:
        return Heard(list(answers), {})
    heard = await asyncio.gather(*(_listings(engine, platform, taken) for platform in asked))
    silent = {platform: found for platform, found in zip(asked, heard, strict=True) if isinstance(found, str)}
    listed: dict[str, tuple[Listing, ...]] = {}
    for found in heard:
        for listing in found if isinstance(found, list) else ():
            listed[listing.name] = (*listed.get(listing.name, ()), listing)
    return Heard([structs.replace(answer, listings=listed.get(answer.name, ())) for answer in answers], silent)


async def _listings(engine: Engine, platform: Platform, names: list[str]) -> list[Listing] | str:
    try:
        return await engine.marketplaces[platform].listings(names)
    except NoAnswer as silence:
        return str(silence)


def platform_of(mode: str) -> Platform | None:
    """The platform in a pricingMode or its flavour, None if there is none in it."""
    word = next((word for word in mode.split("-") if word.startswith("aftermarket")), None)
    return cast("Platform | None", word)


async def bought(engine: Engine, task: Task, item: OrderItem) -> Sale | Answer:
    """The name bought from its owner. "Is it bought already?" comes first: an earlier attempt may have been heard."""
    platform = platform_of(item.mode)
    marketplace = engine.marketplaces.get(platform) if platform else None
    if marketplace is None:
        return Refusal(NO_MARKETPLACE)
    known = await marketplace.sale(task.transaction, item.domain)
    return known or await marketplace.buy(Purchase(transaction=task.transaction, name=item.domain, most=item.asking))


def handed_over(answer: Answer) -> Answer:
    """What a registry makes of a name that was bought. Raises NoAnswer where it will not let go of it yet.

    The platform was paid: a refusal is no reason to give our customer's money back, but to try again, and in the end
    for people to see to it.
    """
    if isinstance(answer, Refusal | Lost):
        message = f"The name was bought, and its registry does not hand it over: {answer.reason}"
        raise NoAnswer(message)
    return answer


async def is_bought(engine: Engine, task: Task, item: OrderItem) -> bool:
    """Whether a platform was paid for this task's name, or is being paid. Raises NoAnswer."""
    platform = platform_of(item.mode) if task.function == AFTERMARKET else None
    marketplace = engine.marketplaces.get(platform) if platform else None
    return marketplace is not None and await marketplace.sale(task.transaction, item.domain) is not None
