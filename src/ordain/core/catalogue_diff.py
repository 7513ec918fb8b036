"""What changed between two catalogues, in sentences: prices, periods, rules, phases, what is on sale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from ordain.core.money import Money, decimal_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ordain.core.catalogue import Catalogue, Extension, Prices
    from ordain.core.rules import Rule
    from ordain.core.schedule import Schedule

ACTIONS = {
    "create": "creation",
    "renew": "renewal",
    "transfer": "transfer",
    "restore": "restoration",
    "trade": "owner change",
}
_SAID = {"None": "not known", "True": "yes", "False": "no", "": "nothing"}
_FACTS = (
    "registry", "kind", "periods", "renew_periods", "transfer", "label", "lifecycle", "policy", "dnssec", "premium",
    "min_owner_age", "contracts", "confidence", "sources", "unknown", "unverified",
)  # fmt: skip


def differences(old: Catalogue, new: Catalogue) -> list[str]:
    """A sentence for each thing that is otherwise, beginning with the extension; in the order of their names."""
    found = []
    for name in sorted({*old.extensions, *new.extensions}):
        before, after = old.extensions.get(name), new.extensions.get(name)
        if before is None or after is None:
            found.append(f".{name}: " + ("is new" if before is None else "is gone"))
        elif before is not after:
            found += [f".{name}: {sentence}" for sentence in _changes(before, after)]
    return found


def _changes(before: Extension, after: Extension) -> Iterator[str]:
    if before.enabled != after.enabled:
        yield "is on sale" if after.enabled else f"is not on sale any more: {after.withheld}"
    elif before.withheld != after.withheld:
        yield f"is not on sale for another reason: {after.withheld}"
    for key in _FACTS:
        yield from _facts(key, _plain(getattr(before, key)), _plain(getattr(after, key)))
    if before.phases != after.phases:
        yield f"phases: {_phases(before.phases)} becomes {_phases(after.phases)}"
    for currency in sorted({*before.prices, *after.prices} if before.prices and after.prices else ()):
        yield from price_changes(currency, before.prices[currency], after.prices[currency])
    if bool(before.prices) != bool(after.prices):
        yield "has prices" if after.prices else "has no prices any more"
    for action in sorted({*before.rules, *after.rules}):
        yield from _rule_changes(action, before.rules.get(action), after.rules.get(action))


def _facts(key: str, before: object, after: object) -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for inner in before:
            yield from _facts(f"{key}.{inner}", before[inner], after[inner])
    elif before != after:
        yield f"{key}: {_words(before)} becomes {_words(after)}"


def _plain(value: object) -> Any:  # noqa: ANN401 - any value of an extension
    return sorted(value) if isinstance(value, frozenset) else msgspec.to_builtins(value)


def _words(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or "none"
    return _SAID.get(str(value), str(value))


def _phases(schedule: Schedule[Any]) -> str:
    return ", ".join(f"{phase}{_since(start)}" for start, phase in schedule.entries)


def _since(start: datetime | None) -> str:
    return "" if start is None else f" from {start.isoformat().replace('+00:00', 'Z').removesuffix('T00:00:00Z')}"


def price_changes(currency: str, before: Schedule[Prices], after: Schedule[Prices]) -> Iterator[str]:
    """What each action costs otherwise, and from when on. First year and renewal are never told as one."""
    starts = dict.fromkeys([start for start, _ in (*before.entries, *after.entries)])
    known = [start for start in starts if start is not None]
    for start in ([None] if None in starts else []) + sorted(known):
        was, becomes = _holding(before, start), _holding(after, start)
        if _holding(before, start, exactly=True) == _holding(after, start, exactly=True):
            continue
        for action, told in ACTIONS.items():
            one, other = getattr(was, action, None), getattr(becomes, action, None)
            if one != other:
                yield f"{told} {_amount(one, currency)} → {_amount(other, currency)} {currency}{_since(start)}"


def _holding(schedule: Schedule[Prices], start: datetime | None, *, exactly: bool = False) -> Prices | None:
    """The prices at an instant; None, the instant, is the time before all others."""
    if exactly or start is None:
        return next((prices for at, prices in schedule.entries if at == start), None)
    try:
        return schedule.at(start)
    except LookupError:
        return None


def _amount(ucents: int | None, currency: str) -> str:
    return "not sold" if ucents is None else decimal_text(Money(ucents, currency))


def _rule_changes(action: str, before: Rule | None, after: Rule | None) -> Iterator[str]:
    if before == after:
        return
    old, new = dict(_labels(before)), dict(_labels(after))
    for label in sorted({*old, *new}):
        if old.get(label) != new.get(label):
            what = (
                "is asked for" if label not in old else "is not asked for any more" if label not in new else "changed"
            )
            yield f"rule of {action}: {label} {what}"


def _labels(rule: Rule | None, above: str = "") -> Iterator[tuple[str, bytes]]:
    """Every label of the tree with what is asked of it, apart from the labels within."""
    if rule is None:
        return
    path = f"{above}.{rule.label}" if above and rule.label else rule.label or above
    if rule.label:
        yield path, msgspec.json.encode(msgspec.structs.replace(rule, fields=None, and_=None, or_=None))
    for each in (*(rule.and_ or ()), *(rule.or_ or ()), *((rule.fields,) if rule.fields else ())):
        yield from _labels(each, path)
