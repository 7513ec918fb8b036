"""Reads what the catalogue's files say changes with time: prices by currency, and any other schedule."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ordain.core.catalogue import Prices
from ordain.core.list_price import habitual
from ordain.core.money import parse_amount
from ordain.core.reading import Table
from ordain.core.schedule import Schedule, always

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ordain.core.catalogue import Phase, Subsidiary

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
        self._subsidiaries = subsidiaries

    def __missing__(self, currency: str) -> Schedule[Prices]:
        seller = next((each for each in self._subsidiaries.values() if each.currency == currency), None)
        if seller is None:
            raise KeyError(currency)
        self[currency] = self["EUR"].map(partial(_converted, seller))
        return self[currency]


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
