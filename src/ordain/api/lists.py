"""Lists by pages: objects in place of ids on v1, cursors on v2 (wire-contract §1.7)."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args, get_origin
from urllib.parse import unquote

import msgspec
from msgspec import Struct, structs

from ordain.api.reading import utc
from ordain.api.routing import Route
from ordain.api.tags import plain
from ordain.core import access
from ordain.core.refusal import Refused, invalid, not_granted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ordain.api.routing import Call

MODE = b"x-pagination-mode"
OBJECTS = "CachedObjectList-Pages"
SIZE, LARGEST_SIZE = 100, 1000
MOST_COMPARED = 5000
"""Objects of a list that is sorted or filtered: each of them is read."""
MOST_FILTERS, LONGEST_FILTER = 20, 2000

Headers = list[tuple[bytes, bytes]]


class Page(Struct, frozen=True):
    """Which part of a list is asked for."""

    number: int
    size: int
    sort: str | None
    descending: bool
    filters: tuple[tuple[str, str, str], ...]
    """(member, operator, value) triples, all of which must hold."""


class Members(Struct, frozen=True):
    """How a list's members are read: by this route, with this parameter."""

    route: Route
    parameter: str


def members_of(routes: Iterable[Route]) -> dict[str, Members]:
    """By the path of each list of ids whose members can be read one by one."""
    readable = {route.path: route for route in routes if route.method == "GET" and not route.not_offered}
    found = {}
    for path, route in readable.items():
        start, _, last = path.rpartition("/")
        listing = readable.get(start)
        # What leads to lists again (what can be ordered for each name) has no objects to be shown.
        if last.startswith("{") and listing and get_origin(listing.answer) is list is not get_origin(route.answer):
            (inner,) = get_args(listing.answer)
            if not (isinstance(inner, type) and issubclass(inner, Struct)):
                found[start] = Members(route, last[1:-1])
    return found


def page_asked(header: Callable[[bytes], str]) -> Page | None:
    """The page that a request's headers ask for, None for the list as it is. Raises Refused for what makes no sense."""
    mode = header(MODE)
    if not mode:
        return None
    if mode != OBJECTS:
        message = f"X-Pagination-Mode can be {OBJECTS}: got {mode[:100]!r}"
        raise invalid(message, "X-Pagination-Mode")
    order = header(b"x-pagination-sort-order").upper() or "ASC"
    if order not in ("ASC", "DESC"):
        message = f"X-Pagination-Sort-Order is ASC or DESC: got {order[:100]!r}"
        raise invalid(message, "X-Pagination-Sort-Order")
    return Page(
        number=_number(header(b"x-pagination-number"), "X-Pagination-Number", 1, 10**9),
        size=_number(header(b"x-pagination-size"), "X-Pagination-Size", SIZE, LARGEST_SIZE),
        sort=header(b"x-pagination-sort") or None,
        descending=order == "DESC",
        filters=_filters(header(b"x-pagination-filter")),
    )


def _number(text: str, name: str, otherwise: int, most: int) -> int:
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= most):
        message = f"{name} is a number from 1 to {most}: got {text[:100]!r}"
        raise invalid(message, name)
    return int(text)


_FILTER = re.compile(r"([A-Za-z]\w{0,63}):(eq|ne|lt|gt|in|like)=(.*)", re.DOTALL)


def _filters(text: str) -> tuple[tuple[str, str, str], ...]:
    parts = [part for part in text.split("&") if part]
    if len(parts) > MOST_FILTERS or len(text) > LONGEST_FILTER:
        message = f"X-Pagination-Filter has at most {MOST_FILTERS} filters of {LONGEST_FILTER} characters together"
        raise invalid(message, "X-Pagination-Filter")
    found = []
    for part in parts:
        matched = _FILTER.fullmatch(part)
        if not matched:
            message = f"X-Pagination-Filter is field:op=value, op being eq, ne, lt, gt, in or like: got {part[:100]!r}"
            raise invalid(message, "X-Pagination-Filter")
        # The values of "in" are encoded one by one: only a comma that is none of theirs parts them.
        found.append((matched[1], matched[2], matched[3] if matched[2] == "in" else unquote(matched[3])))
    return tuple(found)


async def objects(call: Call, ids: list[Any], of: Members, page: Page) -> tuple[list[Any], Headers]:
    """The page's objects. Only they are read, unless all must be for sorting or filtering."""
    if page.sort or page.filters:
        if len(ids) > MOST_COMPARED:
            message = (
                f"More than {MOST_COMPARED} are too many to sort or filter by page: narrow the list by its parameters"
            )
            raise invalid(message, "X-Pagination-Filter")
        found = [each for each in await _read(call, ids, of) if all(_holds(each, *test) for test in page.filters)]
        if page.sort:
            found.sort(
                key=lambda each: _sortable(_member(each, page.sort or "", "X-Pagination-Sort")), reverse=page.descending
            )
        total = len(found)
        shown = found[_slice(page)]
    else:
        total = len(ids)
        shown = await _read(call, ids[:: -1 if page.descending else 1][_slice(page)], of)
    return shown, [
        (b"x-pagination-elements", str(total).encode()),
        (b"x-pagination-number", str(page.number).encode()),
        (b"x-pagination-size", str(page.size).encode()),
    ]


def _slice(page: Page) -> slice:
    return slice((page.number - 1) * page.size, page.number * page.size)


async def _read(call: Call, ids: Iterable[Any], of: Members) -> list[dict[str, Any]]:
    """One after the other; what is gone by now is left out."""
    found = []
    for each in ids:
        path = {**call.path, of.parameter: each}
        if call.maybe_caller and not call.maybe_caller.may("GET", _called(of.route, path)):
            raise not_granted()
        try:
            found.append(plain(await of.route.do(structs.replace(call, path=path, query=of.route.query()))))
        except Refused as refused:
            if any(r.kind != "not-found" for r in refused.refusals):
                raise
    return [msgspec.to_builtins(each) for each in found]


def _called(route: Route, path: Mapping[str, Any]) -> str:
    """The path of a call, as access rules have it."""
    return "/".join(
        access.segment(str(path[part[1:-1]])) if part.startswith("{") else part for part in route.path.split("/")
    )


def _member(each: Mapping[str, Any], name: str, header: str) -> Any:  # noqa: ANN401 - a member of any type
    if name not in each:
        message = f"{header}: the objects of this list have no member {name[:100]!r}"
        raise invalid(message, header)
    return each[name]


def _sortable(value: object) -> tuple[int, Any]:
    """Null first, then numbers, then texts; objects cannot be told apart."""
    if value is None:
        return 0, 0
    if isinstance(value, int | float):
        return 1, value
    return 2, value if isinstance(value, str) else ""


def _holds(each: Mapping[str, Any], name: str, operator: str, wanted: str) -> bool:
    value = _member(each, name, "X-Pagination-Filter")
    if operator == "in":
        return any(_holds(each, name, "eq", unquote(one)) for one in wanted.split(","))
    if operator == "like":
        # No regular expression: one of many "%" could keep this process busy for hours.
        return isinstance(value, str) and access.matches(wanted.lower(), value.lower(), wild="%")
    ours, theirs = _comparable(value, wanted)
    if operator in ("eq", "ne"):
        return (ours == theirs) is (operator == "eq")
    if ours is None or type(ours) is not type(theirs):
        return False
    return bool(ours < theirs if operator == "lt" else ours > theirs)


def _comparable(value: object, wanted: str) -> tuple[Any, Any]:
    """A member and what it is compared with, as values of one type where that can be."""
    if value is None:
        return None, None if wanted == "null" else wanted
    if isinstance(value, bool):
        return str(value).lower(), wanted.lower()
    if isinstance(value, int | float):
        return (
            (float(value), float(wanted)) if re.fullmatch(r"-?\d{1,20}(\.\d{1,10})?", wanted) else (str(value), wanted)
        )
    try:
        return utc(datetime.fromisoformat(str(value))), utc(datetime.fromisoformat(wanted))
    except ValueError:
        return str(value), wanted


def by_cursor(found: list[Any], header: Callable[[bytes], str]) -> tuple[list[Any], Headers]:
    """A page of a v2 list, whose members have a unique `id`; the cursor names the last one seen."""
    size = _number(header(b"x-pagination-size"), "X-Pagination-Size", SIZE, LARGEST_SIZE)
    after = _opened(header(b"x-pagination-cursor"))
    rest = sorted((each for each in found if after is None or each.id > after), key=lambda each: each.id)
    if len(rest) <= size:
        return rest, []
    cursor = base64.urlsafe_b64encode(f"after:{rest[size - 1].id}".encode())
    return rest[:size], [(b"x-pagination-cursor-next", cursor)]


def _opened(cursor: str) -> str | None:
    if not cursor:
        return None
    try:
        start, _, after = base64.b64decode(cursor, altchars=b"-_", validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        start, after = "", ""
    if start != "after" or not after:
        message = "invalid cursor"
        raise invalid(message, "X-Pagination-Cursor")
    return after
