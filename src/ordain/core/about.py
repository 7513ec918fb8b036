"""All that is known of a name before its registry is asked, for the operator: `ordain catalogue name`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core import rules
from ordain.core.money import CENT, UNIT, Money, decimal_text, round_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ordain.core.catalogue import Extension
    from ordain.core.names import Name
    from ordain.core.offer import Market


def about(market: Market, name: Name, now: datetime) -> Iterator[tuple[str, str]]:
    """What there is to say of a name, as (subject, sentence)."""
    extension = market.catalogue.extensions[name.extension]
    yield "name", name.ascii if name.ascii == name.unicode else f"{name.unicode} ({name.ascii})"
    yield "extension", f".{extension.name}, run by {extension.registry}; facts of {extension.confidence} confidence"
    yield "on sale", extension.closed(now) or _phase(extension, now)
    yield "years", ", ".join(map(str, extension.periods))
    yield "prices", _prices(market, extension, now)
    lists = market.special.reserved(name)
    for each in lists:
        yield "reserved", f"{each.effect}: {each.reason} (list {each.name!r}; {each.source})"
    if not lists:
        yield "reserved", "on no list"
    contexts = frozenset(each.context for each in lists if each.context)
    for action in ("create", "transfer"):
        brought = contexts | {action} if action == "create" else frozenset({action})
        yield f"asked to {action}", _asked(extension, action, brought)
    percent = market.special.margins.percent(extension)
    premium = (
        f"their registry's fee and {decimal_text(Money(round_to(percent * UNIT, CENT), 'EUR'))} %"
        if percent
        else "their registry's fee"
    )
    yield "premium names", f"cost {premium}" if extension.premium else "there are none, as far as is known"


def _phase(extension: Extension, now: datetime) -> str:
    try:
        return f"yes, in phase {extension.phases.at(now)}"
    except LookupError:
        return "not yet"


def _prices(market: Market, extension: Extension, now: datetime) -> str:
    try:
        prices = market.catalogue.prices(extension.name, "EUR", now)
    except LookupError:
        return "none holds now"
    known = [(of, getattr(prices, of)) for of in ("create", "renew", "transfer", "restore")]
    return (
        ", ".join(f"{of} {decimal_text(Money(ucents, 'EUR'))}" for of, ucents in known if ucents is not None) + " EUR"
    )


def _asked(extension: Extension, action: str, contexts: frozenset[str]) -> str:
    tree = extension.rules[action]
    labels = dict.fromkeys(rules.labels(rules.active(tree, contexts)))
    return ", ".join(f"{label}{' (required)' if rules.is_required(tree, label, contexts) else ''}" for label in labels)
