"""/office/promotions and /office/margins: who gets how much off, and what is put on top of purchase prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from ordain.core import edit_read
from ordain.core.edit import MarginChange, PromotionChange
from ordain.core.promotions import Action, Promotion
from ordain.core.refusal import Refusal
from ordain.web import office_reading as reading
from ordain.web.office_edits import ACTION_LABELS, history, made
from ordain.web.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from ordain.web.page import Visit

PROMOTIONS, PROMOTION = "/office/promotions", "/office/promotion"
MARGINS, MARGIN = "/office/margins", "/office/margin"
LATEST = 50
"""Edits on a page."""
BENEFITS = {"percent": "Percent of the first year", "amount": "An amount, by currency",
            "first_year": "A price of the first year, by currency"}  # fmt: skip
BAD_AMOUNTS = "Write amounts with their currencies, such as 2.50 EUR, 2.20 GBP"
BAD_NUMBER = "Write a whole number"
SENTENCES = (*BENEFITS.values(), BAD_AMOUNTS, BAD_NUMBER)
WHOLES = ("minimum_years", "quantity", "per_customer")
ACTIONS: tuple[str, ...] = get_args(Action)
FIELDS = ("name", "title", "benefit", "value", "code", "extensions", "subsidiaries", "periods", *WHOLES, "first_order",
          *ACTIONS, "begins", "ends", "reason")  # fmt: skip
MARGIN_FIELDS = ("name", "extensions", "currencies", "percent", "amount", "minimum", "ending", "below_cost", "begins",
                 "ends", "reason")  # fmt: skip


async def _promotions(visit: Visit) -> Response:
    found = [one for one in visit.engine.market.promotions if not one.over(visit.now)]
    mine = [edit for edit in visit.engine.shelf.edits if edit.about.startswith(("promotion ", "withdrawal "))]
    return visit.show(
        "office_promotions.html",
        rows=[(one, one.runs(visit.now), _benefit(one)) for one in found],
        history=history(visit, mine, LATEST),
        seen=visit.engine.shelf.version,
    )


def _benefit(of: Promotion) -> str:
    amounts = ", ".join(f"{text} {currency}" for currency, text in (of.amount or of.first_year).items())
    return f"{of.percent} %" if of.percent else f"= {amounts}" if of.first_year else f"-{amounts}"


async def _promotion(visit: Visit) -> Response:
    """The form of a promotion: of the one named, as it is or is to be, or of a new one."""
    return _promotion_form(visit, _as_form(_known(visit, visit.query.get("name", ""))), {})


def _known(visit: Visit, name: str) -> Promotion | None:
    """The promotion of this name that runs, else one that is to come."""
    found = [one for one in visit.engine.market.promotions if one.name == name and not one.over(visit.now)]
    return min(found, key=lambda one: not one.runs(visit.now), default=None)


def _promotion_form(visit: Visit, given: Mapping[str, str], problems: dict[str, str]) -> Response:
    return visit.show(
        "office_promotion.html",
        status=400 if problems else 200,
        known=_known(visit, given.get("name", "")) is not None,
        benefits=[(code, visit.language.say(label)) for code, label in BENEFITS.items()],
        actions=[(code, visit.language.say(ACTION_LABELS[code])) for code in ACTIONS],
        given=given,
        problems=problems,
        seen=visit.engine.shelf.version,
    )


def _as_form(of: Promotion | None) -> dict[str, str]:
    """A promotion as its form says it."""
    if of is None:
        return {"create": "yes"}
    amounts = ", ".join(f"{text} {currency}" for currency, text in (of.amount or of.first_year).items())
    return {
        "name": of.name,
        "title": of.title,
        "benefit": of.benefit,
        "value": str(of.percent) if of.percent else amounts,
        "code": of.code or "",
        "extensions": " ".join(of.extensions),
        "subsidiaries": " ".join(of.subsidiaries),
        "periods": " ".join(map(str, of.periods)),
        "first_order": "yes" if of.first_order else "",
        **{key: str(value) for key in WHOLES if (value := getattr(of, key))},
        **dict.fromkeys(of.actions, "yes"),
    }


async def _edit_promotion(visit: Visit) -> Response:
    terms, problems = reading.terms(visit)
    name, change = visit.form.get("name", "").strip(), None
    if visit.form.get("do") == "remove":
        change = PromotionChange(name, None)
    else:
        entries = _entries(visit, problems)
        found = edit_read.promotion(entries) if not problems else None
        if isinstance(found, Refusal):
            problems[_field(found.field)] = visit.language.say(found.message)
        elif found:
            change = PromotionChange(name, found)
    if change and not problems:
        problems = await made(visit, terms.wish(visit, change), FIELDS)
    if not problems:
        return visit.go(PROMOTIONS)
    return _promotion_form(visit, reading.kept(visit.form, FIELDS), problems)


def _field(key: str | None) -> str:
    """The form's field for a key of the file."""
    return "value" if key in BENEFITS else key if key in FIELDS else ""


def _entries(visit: Visit, problems: dict[str, str]) -> dict[str, object]:
    """The promotion by the keys of its file, as the form says it; what is wrong is noted by field.

    What one that is known has of times of its own stays.
    """
    form, known = visit.form, _known(visit, visit.form.get("name", "").strip())
    found: dict[str, object] = {
        "name": form.get("name", "").strip(),
        "title": form.get("title", "").strip(),
        "extensions": [each.removeprefix(".").lower() for each in reading.parted(form.get("extensions", ""))],
        "subsidiaries": [each.upper() for each in reading.parted(form.get("subsidiaries", ""))],
        "actions": [action for action in ACTIONS if form.get(action) == "yes"],
        "first_order": form.get("first_order") == "yes",
        "begins": known.begins if known else None,
        "ends": known.ends if known else None,
    }
    if code := form.get("code", "").strip().upper():
        found["code"] = code
    periods = reading.parted(form.get("periods", ""))
    found["periods"] = [_whole(visit, "periods", text, problems) for text in periods]
    found |= {key: _whole(visit, key, text, problems) for key in WHOLES if (text := form.get(key, "").strip())}
    return found | _value(visit, problems)


def _value(visit: Visit, problems: dict[str, str]) -> dict[str, object]:
    benefit, text = visit.form.get("benefit", ""), visit.form.get("value", "").strip()
    if benefit not in BENEFITS:
        problems["benefit"] = visit.language.say("Choose one of these")
        return {}
    if benefit == "percent":
        return {"percent": _whole(visit, "value", text, problems)}
    pairs = [each.split() for each in text.split(",") if each.strip()]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        problems["value"] = visit.language.say(BAD_AMOUNTS)
        return {}
    return {benefit: {currency.upper(): amount for amount, currency in pairs}}


def _whole(visit: Visit, field: str, text: str, problems: dict[str, str]) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return int(text)
    problems[field] = visit.language.say(BAD_NUMBER)
    return 0


async def _margins(visit: Visit) -> Response:
    mine = [edit for edit in visit.engine.shelf.edits if edit.about.startswith(("margin ", "withdrawal "))]
    return visit.show(
        "office_margins.html",
        margins=visit.engine.market.margins.at(visit.now),
        history=history(visit, mine, LATEST),
        seen=visit.engine.shelf.version,
    )


async def _margin(visit: Visit) -> Response:
    return _margin_form(visit, {"name": visit.query.get("name", ""), "percent": "20"}, {})


def _margin_form(visit: Visit, given: Mapping[str, str], problems: dict[str, str]) -> Response:
    return visit.show("office_margin.html", status=400 if problems else 200, given=given, problems=problems,
                      seen=visit.engine.shelf.version)  # fmt: skip


async def _edit_margin(visit: Visit) -> Response:
    terms, problems = reading.terms(visit)
    form, margin = visit.form, None
    name = form.get("name", "").strip()
    if form.get("do") != "remove":
        found = edit_read.margin(_margin_entries(form))
        if isinstance(found, Refusal):
            field = found.field if found.field in MARGIN_FIELDS else ""
            problems[field or ""] = visit.language.say(found.message)
        else:
            margin = found
    if not problems:
        problems = await made(visit, terms.wish(visit, MarginChange(name, margin)), MARGIN_FIELDS)
    if not problems:
        return visit.go(MARGINS)
    return _margin_form(visit, reading.kept(form, MARGIN_FIELDS), problems)


def _margin_entries(form: Mapping[str, str]) -> dict[str, Any]:
    """A margin by the keys of its file; what is left empty is as the file has it when it is left out."""
    found: dict[str, Any] = {
        key: text for key in ("percent", "amount", "minimum", "ending") if (text := form.get(key, "").strip())
    }
    for key, change in (("extensions", str.lower), ("currencies", str.upper)):
        if listed := [change(each) for each in reading.parted(form.get(key, ""))]:
            found[key] = listed
    return {**found, "below_cost": form.get("below_cost") == "yes"}


PAGES = (
    Page(method="GET", path=PROMOTIONS, do=_promotions, right="catalogue"),
    Page(method="GET", path=PROMOTION, do=_promotion, right="catalogue"),
    Page(method="POST", path=PROMOTION, do=_edit_promotion, right="catalogue"),
    Page(method="GET", path=MARGINS, do=_margins, right="catalogue"),
    Page(method="GET", path=MARGIN, do=_margin, right="catalogue"),
    Page(method="POST", path=MARGIN, do=_edit_margin, right="catalogue"),
)
