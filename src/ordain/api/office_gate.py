"""The gate of the back office's calls: whoever asks has to work here, and have the right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ordain.flows import staff

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ordain.api.routing import Call
    from ordain.core.staff import Right


OFFICE = "/ordain/v1/office"


async def member(call: Call, right: Right | None) -> str:
    """Who is calling. Raises Refused for whoever does not work here, or lacks the right."""
    nic = call.caller.account.nichandle
    await staff.require(call.engine, nic, right)
    return nic


def for_staff(right: Right, do: Callable[[Call], Awaitable[Any]]) -> Callable[[Call], Awaitable[Any]]:
    """What `do` answers, to those with the right; anybody else is refused, whatever there is."""

    async def answer(call: Call) -> Any:  # noqa: ANN401 - whatever the route answers
        await member(call, right)
        return await do(call)

    return answer


for_seller, for_brand = partial(for_staff, "catalogue"), partial(for_staff, "brand")
