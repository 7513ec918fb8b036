"""/search: a name under every extension, sent as registries answer; filters, several names at once, other names."""

from __future__ import annotations

import logging
from contextlib import aclosing
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from ordain.api import errors
from ordain.core.refusal import Refused
from ordain.core.search_text import LONGEST_TEXT
from ordain.flows import search
from ordain.flows.carts import subsidiary_of
from ordain.web import place, shop_cart_held, shop_search_plan, shop_search_wish
from ordain.web.page import Page
from ordain.web.shop_offers import Teller, affordable
from ordain.web.shop_search_order import InOrder
from ordain.web.shop_search_plan import OTHERS, Impossible, Plan, groups

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from starlette.responses import Response

    from ordain.core.search import Asked, Finding
    from ordain.web.page import Visit
    from ordain.web.shop_offers import Row
    from ordain.web.shop_search_wish import Wish

log = logging.getLogger(__name__)

RESULTS = "<!--results-->"
"""Where the results stand in a page that is sent in pieces; nothing that a visitor types can be this."""


async def _search(visit: Visit) -> Response:
    wish = shop_search_wish.read(visit.query)
    if not wish.text.strip():
        return visit.go("/")
    subsidiary = subsidiary_of(visit.engine, place.subsidiary(visit))
    caller = shop_cart_held.caller(visit)
    try:
        engine = await search.for_caller(visit.engine, caller)
        plan = shop_search_plan.plan(engine, wish, subsidiary, visit.now)
        search.spend(engine, caller, visit.address, len(plan.asked))
    except Impossible as impossible:
        return _told(visit, wish, impossible.words(visit.language), 400)
    except Refused as refused:
        wait = next((one.seconds for one in refused.refusals if one.seconds), None)
        answer = _told(visit, wish, _patience(visit, wait), errors.answer(refused)[0])
        if wait:
            answer.headers["retry-after"] = str(wait)
        return answer
    held = await shop_cart_held.names(visit)
    shown = _Shown(visit, wish, plan, Teller(visit, subsidiary, held))
    if visit.fragment:
        answer = HTMLResponse("".join([piece async for piece in shown.fragment()]))
        answer.headers.update({"cache-control": "no-store", "x-content-type-options": "nosniff"})
        return answer
    return visit.stream(shown.page())


def _patience(visit: Visit, seconds: int | None) -> str:
    """What is said to whoever has asked for too much."""
    if seconds is None:
        return visit.language.say("We cannot search for this just now: try again in a moment.")
    return visit.language.say_count(
        "You have looked for very many names within a minute: go on in %(count)d second.",
        "You have looked for very many names within a minute: go on in %(count)d seconds.",
        seconds,
    )


def _told(visit: Visit, wish: Wish, message: str, status: int) -> Response:
    """The page of a search that finds nothing, with the reason in place of results."""
    short = len(wish.text) <= LONGEST_TEXT
    template = "search_refused.html" if visit.fragment else "search_page_refused.html"
    return visit.show(template, status=status, message=message, text=wish.text if short else "")


class _Shown:
    """One search on its way to the visitor."""

    def __init__(self, visit: Visit, wish: Wish, plan: Plan, teller: Teller) -> None:
        self._visit = visit
        self._plan = plan
        self._teller = teller
        self._wish = wish
        self._once = visit.once
        self._heard = self._had = 0
        self._next = plan.after

    def _render(self, template: str, **values: object) -> str:
        return self._visit.render(template, wish=self._wish, plan=self._plan, once=self._once, **values)

    async def page(self) -> AsyncIterator[str]:
        """The whole page: its head at once, each result as it comes, and its end, whatever happens in between."""
        values = {"groups": groups(self._visit), "sorts": shop_search_wish.SORTS}
        head, _, end = self._render("search.html", **values).partition(RESULTS)
        yield head
        async for piece in self._pieces(progress=True):
            yield piece
        yield end

    async def fragment(self) -> AsyncIterator[str]:
        """What a script puts in place of the results; behind them, where it asks for more of the same."""
        head, _, end = self._render("search_found.html").partition(RESULTS)
        yield head
        async for piece in self._pieces(progress=False):
            yield piece
        yield end

    async def _pieces(self, *, progress: bool) -> AsyncIterator[str]:
        try:
            async for rows in self._rows():
                yield self._render("search_rows.html", rows=rows, heard=self._heard if progress else None)
            yield self._render("search_end.html", heard=self._heard, had=self._had, next=self._next)
            if progress and self._plan.label:
                yield await self._others()
        except Exception:
            log.exception("a search could not be told to its end")
            yield self._render("search_broken.html")

    async def _rows(self) -> AsyncIterator[list[Row]]:
        """The rows to be shown, some at a time; none now and then, so that the progress is told."""
        order = InOrder()
        rows: list[Row] = []
        async with aclosing(self._findings(self._plan.asked)) as found:
            async for some in found:
                self._heard += len(some)
                rows += [self._teller.row(one) for one in order.ready(some)]
                if not self._plan.sorted_by_price:
                    yield self._wanted(rows)
                    rows = []
                elif some:
                    yield []
        rows += [self._teller.row(one) for one in order.rest()]
        if self._plan.sorted_by_price:
            rows.sort(key=lambda row: (row.cheapest, row.rank))
            last = self._plan.first + self._wish.size
            rows = self._wanted(rows)
            self._next = last if last < len(rows) else 0
            rows = rows[self._plan.first : last]
        else:
            rows = self._wanted(rows)
        if rows:
            yield rows

    def _wanted(self, rows: list[Row]) -> list[Row]:
        """Those that the filters let through; the name that was typed always is."""
        self._had += sum(bool(row.ways) for row in rows)
        return [
            row
            for row in rows
            if row.rank < self._plan.typed
            or ((row.ways or not self._wish.free) and affordable(row, self._wish.limit))
        ]  # fmt: skip

    def _findings(self, asked: list[Asked]) -> AsyncGenerator[list[Finding], None]:
        return search.findings(self._plan.engine, asked, self._plan.subsidiary)

    async def _others(self) -> str:
        """Other names that can be had; nothing where this would be asking too much."""
        visit, plan = self._visit, self._plan
        asked = await search.suggested(plan.engine, plan.label, plan.few, visit.language.code)
        try:
            search.spend(plan.engine, shop_cart_held.caller(visit), visit.address, len(asked))
        except Refused:
            return ""
        rows: list[Row] = []
        async with aclosing(self._findings(asked)) as found:
            async for some in found:
                rows += [self._teller.row(one) for one in some if one.orderable]
        rows = sorted((row for row in rows if row.ways), key=lambda row: row.rank)[:OTHERS]
        return self._render("search_others.html", rows=rows, heard=None) if rows else ""


PAGES = (Page(method="GET", path="/search", do=_search),)
SENTENCES = shop_search_plan.SENTENCES
