"""/owner-change: where the link leads that an owner is mailed who has to agree. The token is all its reader needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.flows import consents
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.web.page import Visit

TITLE = "Another owner of %(domain)s"
STATES = {
    "granted": "You agreed to this change.",
    "refused": "You refused this change. Nothing changes, and whoever ordered it gets the money back.",
    "over": "This change is over: there is nothing to answer any more.",
}
"""What became of the question."""
NONE: Mapping[str, str] = {}
ANSWERS = {"agree": True, "refuse": False}
UNSAID = "Say whether you agree"


async def _show(visit: Visit) -> Response:
    token = visit.query.get("token", "")
    return _shown(visit, await consents.read(visit.engine, token), token)


async def _answer(visit: Visit) -> Response:
    token, answer = visit.form.get("token", ""), visit.form.get("answer", "")
    if answer not in ANSWERS:
        return _shown(visit, await consents.read(visit.engine, token), token, {"agree": visit.language.say(UNSAID)})
    return _shown(visit, await consents.answer(visit.engine, token, granted=ANSWERS[answer]), token)


def _shown(visit: Visit, asked: consents.Asked, token: str, problems: Mapping[str, str] = NONE) -> Response:
    say, domain = visit.language.say, asked.task.domain
    told = say(STATES[asked.state]) if asked.state in STATES else None
    return visit.show(
        "owner_change.html", title=say(TITLE, domain=domain), domain=domain, email=asked.consent.email, told=told,
        token=token, owner=consents.new_owner(asked.task), problems=problems, status=400 if problems else 200,
    )  # fmt: skip


PAGES = (
    Page(method="GET", path=consents.PAGE, do=_show),
    Page(method="POST", path=consents.PAGE, do=_answer),
)
