"""/cart/items/{item}: all that an item of the cart is asked, by its extension's rule, saved at once or not at all.

Without scripts the button "Check" shows the form anew, with what the answers so far bring into play. With htmx every
change does: only those fields are sent that look otherwise than before, each into its own place, so that nobody's
typing is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import structs

from ordain.core import configuration
from ordain.core.account import acting
from ordain.core.refusal import Refused, not_found
from ordain.flows import carts, claims, item_forms, items, trademarks
from ordain.flows.item_forms import LIKE_ACCOUNT, OWNER, Asking, Filled
from ordain.web import place, shop_cart_held, shop_item_fields
from ordain.web.page import Page
from ordain.web.session import refused_status
from ordain.web.shop_item_fields import NEW, Answers, Showing

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.core.account import Contact
    from ordain.core.claims import Notice
    from ordain.flows.item_forms import Form
    from ordain.web.page import Visit

PATH = "/cart/items/{item:number}"
_ELSEWHERE = ("expired", "not-found", "conflict")
"""Refusals that are no field's."""
_LONGEST_NOTICE = 64
NO_CART = "Your cart is empty, or was kept on another browser."
SENTENCES = (NO_CART,)


def _asking(visit: Visit) -> Asking:
    session = visit.maybe_session
    caller = acting(session.account, visit.now) if session else None
    return Asking(caller, visit.language, visit.now)


def _cart(visit: Visit) -> str:
    held = place.cart(visit)
    if held is None:
        raise not_found(NO_CART)
    return held.cart_id


async def _page(visit: Visit) -> Response:
    form = await item_forms.look(visit.engine, _cart(visit), _asking(visit), Filled(item_id=visit.path["item"]))
    return await _shown(visit, form, shop_item_fields.held(form), {})


async def _looked(visit: Visit) -> tuple[Form, Answers]:
    """The form with what was sent; of somebody new, of whom nothing was said yet, with what can be guessed."""
    answers, asking, cart_id = await _answers(visit), _asking(visit), _cart(visit)
    form = await item_forms.look(visit.engine, cart_id, asking, answers.filled(visit.path["item"]))
    if not answers.fresh:
        return form, answers
    answers = shop_item_fields.with_guesses(visit, form, answers)
    return await item_forms.look(visit.engine, cart_id, asking, answers.filled(visit.path["item"])), answers


async def _answers(visit: Visit) -> Answers:
    found = await items.item(visit.engine, _cart(visit), _asking(visit).caller, visit.path["item"])
    extension = items.extension_of(visit.engine, found)
    return shop_item_fields.read(
        visit.form, configuration.labels(found, extension), known=visit.maybe_session is not None
    )


async def _save(visit: Visit) -> Response:
    if visit.form.get("check") == "yes":
        form, answers = await _looked(visit)
        return await _shown(visit, form, answers, shop_item_fields.problems(visit, form, answers))
    answers = await _answers(visit)
    if shop_item_fields.strange(visit, answers):
        return await _refused(visit, 400)
    filled = structs.replace(answers.filled(visit.path["item"]), everywhere=visit.form.get("everywhere") == "yes")
    try:
        saved = await item_forms.save(visit.engine, _cart(visit), _asking(visit), filled)
    except Refused as refused:
        if any(one.kind in _ELSEWHERE for one in refused.refusals):
            if (await shop_cart_held.found(visit)).gone:
                return visit.go("/cart")  # where it is told that it is over, or became an order
            raise
        return await _refused(visit, refused_status(refused.refusals[0]))
    return visit.go(f"/cart/items/{saved.next_id}" if saved.next_id else "/cart")


async def _refused(visit: Visit, status: int) -> Response:
    """The form as it was sent, with all that is wrong in it."""
    form, answers = await _looked(visit)
    answer = await _shown(visit, form, answers, shop_item_fields.problems(visit, form, answers))
    answer.status_code = status
    return answer


async def _check(visit: Visit) -> Response:
    """The fields that look otherwise now, and the one that was changed, with what is wrong with it.

    What is wrong with others is not told: somebody may be writing in them.
    """
    form, answers = await _looked(visit)
    before = dict(part.partition(":")[::2] for part in visit.form.get("seen", "").split())
    changed = visit.form.get("changed", "")
    told = {name: text for name, text in shop_item_fields.problems(visit, form, answers).items() if name == changed}
    notice_id = visit.form.get("notice", "")[:_LONGEST_NOTICE]
    slots = shop_item_fields.slots(visit, form, answers, Showing(told=told, notice_id=notice_id, before=before))
    return visit.show(
        "shop_item_check.html",
        changed=[one for one in slots if before.get(one.id, "") != one.digest or (one.field and one.name == changed)],
        seen=shop_item_fields.seen(slots),
        missing=shop_item_fields.missing(slots),
        owner=answers.owner,
        here=f"/cart/items/{form.item.item_id}/check",
    )


async def _shown(visit: Visit, form: Form, answers: Answers, problems: dict[str, str]) -> Response:
    notice = await _notice(visit, form)
    showing = Showing(told=problems, notice_id=notice.id if notice else "")
    slots = shop_item_fields.slots(visit, form, answers, showing)
    item, extension = form.item, form.extension
    return visit.show(
        "shop_item.html",
        item=item,
        name=carts.item_of(form.cart, item.item_id).name,
        extension=extension,
        slots=slots,
        seen=shop_item_fields.seen(slots),
        missing=shop_item_fields.missing(slots),
        problems=shop_item_fields.in_order(problems, slots),
        owner=answers.owner,
        owners=_owners(visit, form, answers.owner),
        asks_owner=OWNER in {question.place for question in form.questions},
        others=form.others,
        notice=notice,
        reserved=_reserved(visit, form),
        contracts=_contracts(visit, form),
        here=f"/cart/items/{item.item_id}/check",
        then=quote(f"/cart/items/{item.item_id}", safe=""),
    )


def _owners(visit: Visit, form: Form, chosen: str) -> list[tuple[str, str]]:
    """Whom the name can belong to: the account, its latest contacts and the one that was chosen, and somebody new."""
    if visit.maybe_session is None:
        return []
    say, account = visit.language.say, visit.maybe_session.account
    name = account.organisation or " ".join(filter(None, (account.firstname, account.name))) or account.nichandle
    every = [(f"/me/contact/{one.id}", _contact_name(one)) for one in form.contacts]
    older, latest = every[: -shop_item_fields.MOST_CONTACTS], every[-shop_item_fields.MOST_CONTACTS :]
    contacts = [*(one for one in older if one[0] == chosen), *latest]
    return [(LIKE_ACCOUNT, say("You: %(name)s", name=name)), *reversed(contacts), (NEW, say("Somebody new"))]


def _contact_name(contact: Contact) -> str:
    name = contact.organisationName or " ".join(filter(None, (contact.firstName, contact.lastName))) or contact.email
    return ", ".join(filter(None, (name, contact.address.city)))


async def _notice(visit: Visit, form: Form) -> Notice | None:
    """The trademark notice of a name that is under one."""
    if claims.LABEL not in {question.place for question in form.questions}:
        return None
    return await trademarks.notice(visit.engine, form.item.domain)


def _reserved(visit: Visit, form: Form) -> list[tuple[str, str]]:
    """Why more is asked for this very name, with where that is written."""
    offer = form.item.offer
    name = carts.parsed(visit.engine, form.item.domain) if offer and offer.action == "create" else None
    return [(one.reason, one.source) for one in visit.engine.market.special.reserved(name)] if name else []


def _contracts(visit: Visit, form: Form) -> list[tuple[str, str]]:
    """What the name is sold under, with where it can be read."""
    code, known = visit.language.code, visit.engine.market.catalogue.contracts
    found = [known[one].at(visit.now) for one in (form.extension.contracts if form.extension else ())]
    return [(one.name.get(code, one.name["en"]), f"/contracts/{one.id}/{one.version}?language={code}") for one in found]


PAGES = (
    Page(method="GET", path=PATH, do=_page),
    Page(method="POST", path=PATH, do=_save),
    Page(method="POST", path=f"{PATH}/check", do=_check),
)
