"""Purchase prices from a table, turned into list prices by margins: all that is wrong with it, or all that changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from ordain.core.catalogue import Prices
from ordain.core.margins import chosen, misfit
from ordain.core.money import parse_amount
from ordain.core.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ordain.core.catalogue import Catalogue, Extension
    from ordain.core.margins import Margin

NEEDED = ("extension", "currency", "create", "renew", "transfer", "restore")
COLUMNS = (*NEEDED, "from")
_NOT_SOLD = ("transfer", "restore")
"""What a line may leave empty: not sold."""


class Line(Struct, frozen=True):
    """A line of the table, by its columns."""

    number: int
    cells: Mapping[str, str]


class Repriced(Struct, frozen=True):
    """The list prices of one extension in one currency as they become."""

    extension: str
    currency: str
    prices: Schedule[Prices]
    before: Schedule[Prices]


class _Problem(ValueError):
    """A line is wrong: why, in words."""


class _Wish(Struct, frozen=True):
    extension: str
    currency: str
    start: datetime | None
    prices: Prices


def repriced(
    lines: Sequence[Line], margins: Sequence[Margin], catalogue: Catalogue, now: datetime
) -> tuple[list[Repriced], list[str]]:
    """What becomes of the prices; and all that is wrong, with the lines' numbers. If anything is, nothing changes."""
    wishes: dict[tuple[str, str, datetime | None], tuple[int, _Wish]] = {}
    problems = []
    for line in lines:
        try:
            wish = _wish(line.cells, margins, catalogue)
        except _Problem as problem:
            problems.append(f"line {line.number}: {problem}")
            continue
        first, _ = wishes.setdefault((wish.extension, wish.currency, wish.start), (line.number, wish))
        if first != line.number:
            problems.append(f"line {line.number}: says again what line {first} says of .{wish.extension}")
    if problems:
        return [], problems
    return list(_schedules([wish for _, wish in wishes.values()], catalogue, now)), []


def _wish(cells: Mapping[str, str], margins: Sequence[Margin], catalogue: Catalogue) -> _Wish:
    extension = catalogue.find(cells["extension"].strip())
    if extension is None:
        message = f"there is no extension {cells['extension']!r}"
        raise _Problem(message)
    currency = cells["currency"].strip()
    if currency not in {subsidiary.currency for subsidiary in catalogue.subsidiaries.values()}:
        message = f"nobody pays in {currency!r} here"
        raise _Problem(message)
    margin = chosen(margins, extension.name, currency)
    if margin is None:
        message = f"no margin is set for .{extension.name} in {currency}"
        raise _Problem(message)
    if problem := misfit(margin, currency):
        raise _Problem(problem)
    costs = {action: _cost(action, cells[action].strip()) for action in NEEDED[2:]}
    if costs["transfer"] is None and extension.transfer.offered:
        message = f"transfer is empty, although .{extension.name} names can be transferred here"
        raise _Problem(message)
    if "EUR" not in extension.prices and currency != "EUR":
        message = f".{extension.name} has no price in EUR, which comes first"
        raise _Problem(message)
    prices = {action: None if cost is None else margin.price(cost, currency) for action, cost in costs.items()}
    start = _start((cells.get("from") or "").strip())
    return _Wish(extension.name, currency, start, Prices(**prices))  # type: ignore[arg-type]  # _cost needs the first two


def _cost(action: str, text: str) -> int | None:
    if not text and action in _NOT_SOLD:
        return None
    try:
        cost = parse_amount(text)
    except ValueError as error:
        message = f"{action} {text!r} is not an amount such as 6.99"
        raise _Problem(message) from error
    if cost < 0 or (cost == 0 and action not in _NOT_SOLD):
        message = f"{action} {text!r} is not above zero"
        raise _Problem(message)
    return cost


def _start(text: str) -> datetime | None:
    """A day, at midnight UTC, or an instant with its time zone."""
    if not text:
        return None
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        message = f"from {text!r} is not a day such as 2027-01-31"
        raise _Problem(message) from error
    if start.tzinfo is None and len(text) > len("2027-01-31"):
        message = f"from {text!r} has no time zone: end it with Z"
        raise _Problem(message)
    return start if start.tzinfo else start.replace(tzinfo=UTC)


def _schedules(wishes: Sequence[_Wish], catalogue: Catalogue, now: datetime) -> Iterator[Repriced]:
    """Each list with what was asked for in its place: from its day on, or instead of all that holds now."""
    lists: dict[tuple[str, str], list[_Wish]] = {}
    for wish in wishes:
        lists.setdefault((wish.extension, wish.currency), []).append(wish)
    for (name, currency), wanted in lists.items():
        extension = catalogue.extensions[name]
        before = extension.prices[currency] if extension.prices else Schedule(((None, wanted[0].prices),))
        entries = dict(before.entries)
        if any(wish.start is None for wish in wanted):
            entries = {start: prices for start, prices in entries.items() if start is not None and start > now}
        entries |= {wish.start: _with_trade(wish.prices, extension, currency) for wish in wanted}
        dated = sorted((start, prices) for start, prices in entries.items() if start is not None)
        first = [(None, entries[None])] if None in entries else []
        becomes = Schedule((*first, *dated))
        if becomes != before or not extension.prices:
            yield Repriced(name, currency, becomes, before)


def _with_trade(prices: Prices, extension: Extension, currency: str) -> Prices:
    """An owner change costs what it did: registries do not charge for it, so no table of theirs names it."""
    if not extension.prices:
        return prices
    trade = extension.prices[currency].entries[-1][1].trade
    return Prices(prices.create, prices.renew, prices.transfer, prices.restore, trade)
