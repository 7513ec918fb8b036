"""Reads what the catalogue's files say changes with time: prices by currency, and any other schedule."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ordain.core.catalogue import Prices
from ordain.core.list_price import habitual
from ordain.core.money import parse_amount
from ordain.core.reading import Table
from ordain.core.schedule import Schedule, always, overlaid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ordain.core.catalogue import Phase, Subsidiary
    from ordain.core.schedule import Span

    Overlays = Mapping[str, Mapping[str, Sequence[Span[int | None]]]]

T = TypeVar("T")

_ONCE = ("transfer", "restore", "trade")
"""Prices an extension may have no entry for, in the order of `Prices`."""


def price_lists(
    table: Table, subsidiaries: Mapping[str, Subsidiary], phases: Schedule[Phase]
) -> Mapping[str, Schedule[Prices]]:
    """By currency. What only has prices in euros is sold elsewhere at the first such subsidiary's ratio to the euro.

    A price that names a `phase` holds from the day this phase begins. Without any price there is nothing.
    """
    if not table.entries:
        return {}
    if "EUR" not in table.entries:
        table.note("EUR", "is missing")
        return {}
    begins: dict[str, datetime | None] = {phase: start for start, phase in reversed(phases.entries)}
    return _Lists({currency: scheduled(table, currency, _prices, begins) for currency in table.entries}, subsidiaries)


class _Lists(dict[str, Schedule[Prices]]):
    """Price lists by currency. What is in euros alone is converted when another currency is first asked for.

    A thousand extensions in eleven currencies would take longer to convert than to read.
    """

    def __init__(self, lists: Mapping[str, Schedule[Prices]], subsidiaries: Mapping[str, Subsidiary]) -> None:
        super().__init__(lists)
        self._own = lists
        self._subsidiaries = subsidiaries

    def __missing__(self, currency: str) -> Schedule[Prices]:
        self[currency] = self.converted(currency)
        return self[currency]

    def converted(self, currency: str) -> Schedule[Prices]:
        """The prices in euros, in another currency. KeyError for one that nobody pays in."""
        seller = next((each for each in self._subsidiaries.values() if each.currency == currency), None)
        if seller is None:
            raise KeyError(currency)
        return self["EUR"].map(partial(_converted, seller))

    def edited(self, overlays: Overlays) -> _Lists:
        """The same lists with these spans over them; what is converted follows the euro as it becomes."""
        own = self._own
        becomes = _Lists({each: laid_over(of, overlays.get(each, {})) for each, of in own.items()}, self._subsidiaries)
        for currency in overlays.keys() - own.keys():
            becomes[currency] = laid_over(becomes.converted(currency), overlays[currency])
        return becomes


def edited(lists: Mapping[str, Schedule[Prices]], overlays: Overlays) -> Mapping[str, Schedule[Prices]]:
    """Price lists with spans over them, by currency and action.

    A currency that has no list of its own follows the euro as it becomes, but for what is said of that currency.
    """
    if isinstance(lists, _Lists):
        return lists.edited(overlays)
    return {currency: laid_over(of, overlays.get(currency, {})) for currency, of in lists.items()}


def laid_over(prices: Schedule[Prices], spans: Mapping[str, Sequence[Span[int | None]]]) -> Schedule[Prices]:
    """A price list with the spans of some of its actions over it.

    What the list says of an action again changes nothing: a price that somebody set is not undone by a later entry that
    is about another action.
    """
    if not spans:
        return prices
    by_action: dict[str, Schedule[int | None]] = {
        action: overlaid(prices.map(partial(_of, action)), spans.get(action, ())) for action in Prices.__struct_fields__
    }
    starts = {at for schedule in by_action.values() for at, _ in schedule.entries}
    dated: list[datetime | None] = [*sorted(at for at in starts if at is not None)]
    return Schedule(tuple((at, _at(by_action, at)) for at in ([None, *dated] if None in starts else dated)))


def _of(action: str, prices: Prices) -> int | None:
    found: int | None = getattr(prices, action)
    return found


def _at(by_action: Mapping[str, Schedule[int | None]], start: datetime | None) -> Prices:
    found = {action: of.entries[0][1] if start is None else of.at(start) for action, of in by_action.items()}
    return Prices(**found)  # type: ignore[arg-type]  # the spans of what has to have a price give one


def _prices(table: Table) -> Prices:
    result = Prices(
        table.parsed("create", parse_amount, 0),
        table.parsed("renew", parse_amount, 0),
        *(table.parsed(key, parse_amount, 0) if table.get(key) is not None else None for key in _ONCE),
    )
    for key in ("create", "renew", *_ONCE):
        if (getattr(result, key) or 0) < 0:
            table.note(key, "is not negative")
    return result


def _converted(to: Subsidiary, prices: Prices) -> Prices:
    def convert(amount: int) -> int:
        return habitual(amount, to.ratio, to.currency)

    once = (getattr(prices, key) for key in _ONCE)
    return Prices(
        convert(prices.create), convert(prices.renew), *(None if price is None else convert(price) for price in once)
    )


def scheduled(
    table: Table, key: str, read: Callable[[Table], T], begins: Mapping[str, datetime | None] | None = None
) -> Schedule[T]:
    """One table for a value that has held since ever, or a list of them, each with its `from` save the first.

    `begins` gives the instants that may be named by a `phase` instead.
    """
    found = table.get(key)
    entries = found if isinstance(found, list) else [found]
    values = []
    for position, entry in enumerate(entries):
        where = f"{table.path}{key}." if len(entries) == 1 else f"{table.path}{key}.{position + 1}."
        if not isinstance(entry, Mapping):
            table.note(key, "is a table, or a list of tables")
            entry = {}  # noqa: PLW2901 - read on, so that every problem is named
        inner = Table(table.file, entry, table.problems, where)
        values.append((_start(inner, begins), read(inner)))
        inner.done()
    try:
        return Schedule(tuple(values))
    except (ValueError, TypeError, AttributeError) as error:
        table.note(key, f"is no schedule: {error}")
        return always(values[0][1]) if values else always(read(Table(table.file, {}, [])))


def _start(entry: Table, begins: Mapping[str, datetime | None] | None) -> Any:  # noqa: ANN401 - TOML is untyped
    start = entry.get("from")
    if begins is None or "phase" not in entry.entries:
        return start
    phase = entry.text("phase")
    if start is not None or phase not in begins:
        entry.note("phase", "is a phase of this extension, given instead of `from`")
    return begins.get(phase)
