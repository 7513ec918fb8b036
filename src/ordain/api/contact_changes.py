"""/domain/{serviceName}/changeContact and /me/task/contactChange: other accounts as contacts (wire-contract §2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Struct

from ordain.api import wire, words
from ordain.api.routing import Call, Route
from ordain.core.contact_change import state
from ordain.flows import contact_changes as flow

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.contact_change import ContactChange

ONE = "/me/task/contactChange/{id}"
State = Annotated[str, words.enum("nichandle.changeContact.TaskStateEnum")]


class Wish(Struct, frozen=True):
    """What POST …/changeContact is sent."""

    contactAdmin: words.Text | None = None
    contactBilling: words.Text | None = None
    contactTech: words.Text | None = None


class ByChange(Struct, frozen=True):
    """Filters of GET /me/task/contactChange."""

    askingAccount: str | None = None
    state: State | None = None
    toAccount: str | None = None


class ContactChangeTask(Struct, frozen=True):
    """nichandle.contactChange.Task."""

    askingAccount: str | None
    contactTypes: list[Annotated[str, words.enum("nichandle.changeContact.ContactTypeEnum")]]
    dateDone: words.Instant | None
    dateRequest: words.Instant
    fromAccount: str
    id: int
    serviceDomain: str | None
    state: State
    toAccount: str


class Token(Struct, frozen=True):
    """What an account answers with."""

    token: words.Needed


def _shown(change: ContactChange, now: datetime) -> ContactChangeTask:
    return ContactChangeTask(
        askingAccount=change.nic,
        contactTypes=list(change.types),
        dateDone=wire.maybe_instant(change.done_at),
        dateRequest=wire.instant(change.asked),
        fromAccount=change.from_nic,
        id=change.change_id,
        serviceDomain=change.service,
        state=state(change, now),
        toAccount=change.to_nic,
    )


async def _ask(call: Call) -> list[int]:
    sent: Wish = call.body
    wanted = flow.Wanted(sent.contactAdmin or None, sent.contactTech or None, sent.contactBilling or None)
    return await flow.ask(call.engine, call.caller, call.path["serviceName"], wanted, call.now)


async def _list(call: Call) -> list[int]:
    wanted: ByChange = call.query
    found = [_shown(one, call.now) for one in await flow.of_account(call.engine, call.caller)]
    names = ("askingAccount", "state", "toAccount")
    return [one.id for one in found if all(getattr(wanted, n) in (None, getattr(one, n)) for n in names)]


async def _read(call: Call) -> ContactChangeTask:
    return _shown(await flow.read(call.engine, call.caller, call.path["id"]), call.now)


async def _accept(call: Call) -> None:
    await flow.accept(call.engine, call.caller, call.path["id"], call.body.token, call.now)


async def _refuse(call: Call) -> None:
    await flow.refuse(call.engine, call.caller, call.path["id"], call.body.token, call.now)


async def _resend(call: Call) -> None:
    await flow.resend(call.engine, call.caller, call.path["id"], call.now)


ROUTES = (
    Route(method="POST", path="/domain/{serviceName}/changeContact", do=_ask, told="Have other accounts as contacts",
          body=Wish, answer=list[int], refuses=("too-many",)),
    Route(method="GET", path="/me/task/contactChange", do=_list, told="List the changes of contacts you are part of",
          query=ByChange, answer=list[int]),
    Route(method="GET", path=ONE, do=_read, told="Read a change of contacts", answer=ContactChangeTask),
    Route(method="POST", path=f"{ONE}/accept", do=_accept, told="Agree to a change of contacts", body=Token),
    Route(method="POST", path=f"{ONE}/refuse", do=_refuse, told="Do not agree to a change of contacts", body=Token),
    Route(method="POST", path=f"{ONE}/resendEmail", do=_resend, told="Have the tokens mailed again",
          refuses=("too-many",)),
)  # fmt: skip
