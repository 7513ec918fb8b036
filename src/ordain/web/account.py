"""/account: what needs attention, and what there is; /account/details: what is known of whoever it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from ordain.core import phone
from ordain.core.account import acting
from ordain.core.order import status
from ordain.core.refusal import Refused
from ordain.flows import overviews, sign_up
from ordain.web import refused as told
from ordain.web.order_live import STATUSES
from ordain.web.page import Page
from ordain.web.sign_up import FIELDS, LEGAL_FORMS, OF_BODIES, OF_PERSONS, countries, strange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.core.account_rules import Field
    from ordain.web.page import Visit

SHOWN = 5
"""Latest orders."""
DETAILS = "/account/details"
TONES = {"delivered": "good", "cancelled": "quiet", "notPaid": "care", "documentsRequested": "care"}
"""The look of an order's state."""
BALANCES = {"ovhAccount": "Prepaid account", "fidelityAccount": "Loyalty account"}
SAVED = "Saved."
SENTENCES = (*BALANCES.values(), SAVED)


async def _account(visit: Visit) -> Response:
    account = visit.session.account
    found = await overviews.read(visit.engine, acting(account, visit.now), visit.now)
    latest = [(one, status(one, visit.now)) for one in found.latest[:SHOWN]]
    return visit.show(
        "account.html",
        account=account,
        overview=found,
        latest=[(one.order, STATUSES[state], TONES.get(state, "")) for one, state in latest],
        balances=[(BALANCES.get(one.name, one.name), one.amount) for one in found.balances],
    )


# What is known of the account's holder


async def _details(visit: Visit) -> Response:
    given = {name: value or "" for name, value in structs.asdict(visit.session.account).items()}
    return _form(visit, given, {})


def _asked(visit: Visit, given: Mapping[str, str]) -> dict[str, Field]:
    """The fields that can be changed, with their rules for this country and legal form."""
    kind = {name: given.get(name, "") for name in ("country", "legalform")}
    rules = sign_up.rules(visit.engine, {**kind, "ovhSubsidiary": visit.session.account.ovhSubsidiary})
    apart = OF_BODIES if kind["legalform"] == "individual" else OF_PERSONS
    return {
        name: rules[name]
        for name, asked in FIELDS.items()
        if name in sign_up.WRITABLE
        and (rules[name].mandatory or given.get(name) or (name not in apart and (asked.always or rules[name].one_of)))
    }


def _form(visit: Visit, given: Mapping[str, str], problems: Mapping[str, str], status: int = 200) -> Response:
    return visit.show(
        "account_details.html",
        status=status,
        account=visit.session.account,
        given=given,
        problems=problems,
        fields=_asked(visit, given),
        asked=FIELDS,
        countries=countries(visit.language.code),
        legal_forms=[(code, visit.language.say(label)) for code, label in LEGAL_FORMS.items()],
        choices=lambda rule: [("", ""), *((value, value) for value in rule.one_of)],
        saved="saved" in visit.query,
    )


async def _change(visit: Visit) -> Response:
    before = {name: value or "" for name, value in structs.asdict(visit.session.account).items()}
    names = {*FIELDS, "country", "legalform"} & sign_up.WRITABLE
    sent = {name: visit.form[name].strip()[:500] for name in visit.form.keys() & names}
    if "phone" in sent:
        sent["phone"] = phone.as_far_as_it_is_one(sent["phone"], sent.get("country") or before["country"])
    changes = {name: value or None for name, value in sent.items() if value != before[name]}
    if problems := strange(visit, changes):
        return _form(visit, {**before, **sent}, problems, 400)
    try:
        await sign_up.update(visit.engine, visit.session.account.nichandle, changes, visit.now)
    except Refused as refused:
        fields = {name: name for name in sign_up.WRITABLE}
        problems = told.problems(visit, refused, fields, "")
        return _form(visit, {**before, **sent}, problems, told.status(refused))
    return visit.go(f"{DETAILS}?saved")


PAGES = (
    Page(method="GET", path="/account", do=_account, signed_in=True),
    Page(method="GET", path=DETAILS, do=_details, signed_in=True),
    Page(method="POST", path=DETAILS, do=_change, signed_in=True),
)
