"""/office/catalogue/{extension}/rule: its rule in words, and a form that says what it says to given values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ordain.core import rule_words
from ordain.flows import market_rules
from ordain.web.office_catalogue import EXTENSION, extension_of
from ordain.web.page import Page

if TYPE_CHECKING:
    from starlette.responses import Response

    from ordain.core.rules import Rule, Violation
    from ordain.web.page import Visit

PATH = f"{EXTENSION}/rule"
LABELS = {"create": "New registration", "transfer": "Transfer", "trade": "Owner change", "update": "Change of contacts"}
SENTENCES = (
    *LABELS.values(),
    *rule_words.IS.values(),
    *rule_words.IS_SO.values(),
    rule_words.WHEN,
    rule_words.ALL_OF,
    rule_words.ONE_OF,
    rule_words.OF_VALUE,
    rule_words.CONTEXTS,
    rule_words.NONE_OF,
    rule_words.CHECKED,
)


async def _show(visit: Visit) -> Response:
    return _shown(visit, visit.query.get("action", "create"), None)


def _shown(visit: Visit, action: str, found: list[Violation] | None) -> Response:
    """The rule, with what it says of what was tried; None where nothing was."""
    extension = extension_of(visit)
    rule = market_rules.rule(extension, action)
    asked = rule_words.asked(rule, extension.numbers, visit.language)
    said = {each.place: visit.language.tell(each.sentence) for each in found or []}
    return visit.show(
        "office_rule.html",
        extension=extension,
        action=action,
        actions=[(code, visit.language.say(LABELS.get(code, code))) for code in extension.rules],
        asked=asked,
        fields=[each for each in asked if each.kind != "contact"],
        contexts=[code for code in market_rules.CONTEXTS if code not in extension.rules],
        given=visit.form,
        tried=found is not None,
        problems={f"of-{place}": f"{place}: {text}" for place, text in said.items()},
        said=said,
    )


async def _try(visit: Visit) -> Response:
    extension, action = extension_of(visit), visit.form.get("rule", "create")
    facts = _facts(visit, market_rules.rule(extension, action))
    contexts = tuple(code for code in market_rules.CONTEXTS if visit.form.get(f"context-{code}") == "yes")
    found = market_rules.violations(extension, market_rules.Tried(action, facts, contexts))
    return _shown(visit, action, found)


def _facts(visit: Visit, rule: Rule) -> dict[str, Any]:
    """The values of the form, those of contacts below their labels. What is left empty is not there."""
    found: dict[str, Any] = {}
    for each in rule_words.asked(rule, (), visit.language):
        label, dot, member = each.place.partition(".")
        value = visit.form.get(f"of-{each.place}", "").strip()
        if each.kind != "contact" and value:
            if dot:
                found.setdefault(label, {})[member] = value
            else:
                found[label] = value
    return found


PAGES = (
    Page(method="GET", path=PATH, do=_show, right="catalogue"),
    Page(method="POST", path=f"{PATH}/try", do=_try, right="catalogue"),
)
