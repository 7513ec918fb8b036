"""/ordain/v1/ownerChange: who has to agree to an owner change, and their answers. The contract knows nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.flows import consents

if TYPE_CHECKING:
    from ordain.core.consent import Consent

PATH = "/ordain/v1/ownerChange"


class Side(Struct, frozen=True):
    """One owner: the present one (`from`) or the new one (`to`). `granted` is null while there is no answer."""

    answered: words.Instant | None
    asked: words.Instant
    email: str
    granted: bool | None
    role: str


class Token(Struct, frozen=True):
    """What the link of a mail has."""

    token: words.Needed


def _side(consent: Consent) -> Side:
    return Side(
        answered=wire.maybe_instant(consent.answered),
        asked=wire.instant(consent.asked),
        email=consent.email,
        granted=consent.granted,
        role=consent.role,
    )


async def _read(call: Call) -> list[Side]:
    return [_side(one) for one in await consents.of_task(call.engine, call.caller, call.path["id"])]


async def _resend(call: Call) -> int:
    return await consents.resend(call.engine, call.caller, call.path["id"], call.now)


async def _accept(call: Call) -> None:
    await consents.answer(call.engine, call.body.token, granted=True)


async def _refuse(call: Call) -> None:
    await consents.answer(call.engine, call.body.token, granted=False)


ROUTES = (
    Route(method="GET", path=f"{PATH}/{{id}}", do=_read, told="Whom the owner change of this task waits for",
          answer=list[Side]),
    Route(method="POST", path=f"{PATH}/{{id}}/resendEmail", do=_resend, answer=int, refuses=("conflict", "too-many"),
          told="Mail fresh links to those who have not answered; how many"),
    Route(method="POST", path=f"{PATH}/accept", do=_accept, body=Token, authenticated=False, refuses=("conflict",),
          told="Agree to an owner change, by the token of the link"),
    Route(method="POST", path=f"{PATH}/refuse", do=_refuse, body=Token, authenticated=False, refuses=("conflict",),
          told="Refuse an owner change, by the token of the link"),
)  # fmt: skip
