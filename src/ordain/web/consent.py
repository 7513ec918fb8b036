"""/auth/?credentialToken=…: a program asks to act for an account, and its holder agrees or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ordain.core.credential import way_back
from ordain.flows import credentials
from ordain.web import rights
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.flows.credentials import Question
    from ordain.web.page import Visit

OVER = {
    "expired": "This request was not answered in time",
    "refused": "You refused this request",
    "validated": "You agreed to this request",
}
NOTHING_TO_DO = "There is nothing left to do here. The program can ask you again."
CLOSE = "You can close this page."


async def _asked(visit: Visit) -> Response:
    question = await credentials.question(visit.engine, visit.query.get("credentialToken", ""), visit.now)
    if question.state != "pendingValidation":
        title, message = OVER[question.state], NOTHING_TO_DO
        return visit.show("notice.html", status=409, title=title, message=message)
    asked = {"validity": rights.USUAL, "ips": " ".join(question.request.allowed_ips)}
    return _form(visit, question, visit.query["credentialToken"], asked, {})


def _form(
    visit: Visit, question: Question, token: str, form: Mapping[str, str], problems: Mapping[str, str]
) -> Response:
    request = question.request
    return visit.show(
        "consent.html",
        status=400 if problems else 200,
        leads_to=request.redirection or "",
        application=question.application,
        rules=request.rules,
        rights=rights.in_words(request.rules),
        goes_to=urlsplit(request.redirection).hostname if request.redirection else None,
        token=token,
        given={name: form.get(name, "") for name in ("validity", "ips")},
        problems=rights.said(problems, visit.language),
        validities=rights.validities(visit.language),
    )


async def _decided(visit: Visit) -> Response:
    token, agreed = visit.form.get("credentialToken", ""), visit.form.get("decision") == "accept"
    if agreed:
        terms, problems = rights.read_terms(visit.form, visit.now)
        if problems:
            question = await credentials.question(visit.engine, token, visit.now)
            return _form(visit, question, token, visit.form, problems)
        nic = visit.session.account.nichandle
        question = await credentials.accept(visit.engine, nic, token, terms, visit.now)
    else:
        question = await credentials.refuse(visit.engine, token, visit.now)
    decided = "validated" if agreed else "refused"
    if question.request.redirection:
        return visit.go(way_back(question.request.redirection, decided))
    return visit.show("notice.html", title=OVER[decided], message=CLOSE)


PAGES = (
    Page(method="GET", path="/auth/", do=_asked, signed_in=True),
    Page(method="POST", path="/auth/", do=_decided, signed_in=True),
)
