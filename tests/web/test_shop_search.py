"""The front page and the search: what is found, how it is told, and what cannot be looked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ordain.core.promotions import Promotion
from ordain.core.search import Asked, Finding
from ordain.flows import search
from ordain.flows.answers import Answers, Budgets, Searching
from ordain.web import shop_search
from ordain.web.shop_search_order import MOMENT, InOrder
from tests.web.visitor import Visitor
from tests.world import Line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any

    import pytest

    from tests.world import World

ROW = re.compile(r'<li class="result( typed)?">.*?<bdi>(.*?)</bdi>', re.DOTALL)
PROGRESS = re.compile(r"(\d+) of (\d+) names asked")


def names(page: Any) -> list[str]:
    """The names of a page's results, in their order."""
    return [found[1] for found in ROW.findall(page.text)]


def fragment(visitor: Visitor, path: str) -> Any:
    """What a script of the page gets."""
    return visitor.world.runner.run(visitor.client.get(path, headers={"hx-request": "true"}))


def test_the_front_page_has_a_box_prices_side_by_side_and_promotions(world: World) -> None:
    ends = datetime(2026, 12, 24, tzinfo=UTC)
    world.sell(Promotion(name="org", title="Advent", extensions=("org",), percent=50, ends=ends))
    page = Visitor(world, "fr-FR").open("/")
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert re.search(r'<input id="q" name="q" [^>]*autofocus', page.text)
    assert re.search(r"<bdi>\.fr</bdi>.*?6,99.*?4,99.*?6,99.*?5,99\xa0€ TTC", page.text, re.DOTALL)
    assert "24 déc. 2026" in page.text
    assert "<script>" not in page.text
    assert "style=" not in page.text


def test_the_front_page_is_in_the_prices_of_the_visitors_country(world: World) -> None:
    assert "£" in Visitor(world, "en-GB").open("/").text
    assert "$" in Visitor(world, "en-CA").open("/").text


def test_a_name_is_shown_first_then_those_wanted_most_with_both_prices(world: World) -> None:
    page = Visitor(world, "fr-FR").open("/search?q=brandnew.pm")
    found = names(page)
    assert found[:3] == ["brandnew.pm", "brandnew.fr", "brandnew.com"]
    assert '<li class="result typed">' in page.text
    [row] = re.findall(r"<bdi>brandnew\.com</bdi>.*?</li>", page.text, re.DOTALL)
    assert re.search(r"9,99.*7,49.*8,99\xa0€ TTC.*9,99.*11,99\xa0€ TTC", row, re.DOTALL)
    assert page.text.rstrip().endswith("</html>")


def test_only_the_wanted_are_asked_until_somebody_asks_for_all(world: World) -> None:
    visitor = Visitor(world)
    page = visitor.open("/search?q=brandnew")
    first = names(page)[:30]
    assert PROGRESS.findall(page.text)[-1] == ("30", "30")
    seen = first
    while more := re.search(r'href="(/search\?[^"]*start=\d+)"', page.text):
        page = visitor.open(more[1].replace("&amp;", "&"))
        assert len(names(page)) <= 100
        seen = seen + names(page)
    assert len(seen) == len(set(seen)) == len(world.engine.market.catalogue.extensions)
    assert len(first) == 30


def test_filters_let_through_what_was_asked_for(world: World) -> None:
    visitor = Visitor(world, "en-GB")
    cheap = visitor.open("/search?q=brandnew&most=5&free=1")
    assert cheap.text.count("£") > 10
    assert set(re.findall(r"<strong>£(\d+)\.", cheap.text)) <= {"0", "1", "2", "3", "4"}
    assert "brandnew.au" in names(visitor.open("/search?q=brandnew&kind=Oceania"))
    assert "brandnew.fr" not in names(visitor.open("/search?q=brandnew&kind=Oceania"))
    assert names(visitor.open("/search?q=taken.fr&free=1"))[0] == "taken.fr"
    assert "taken.com" not in names(visitor.open("/search?q=taken&free=1&most=1"))


def test_the_order_is_as_asked_for(world: World) -> None:
    visitor = Visitor(world, "fr-FR")
    page = visitor.open("/search?q=brandnew&sort=price&all=1&free=1")
    prices = [int(whole) * 100 + int(cents) for whole, cents in re.findall(r"<strong>([\d]+),(\d\d)", page.text)]
    assert len(prices) == 100
    assert prices == sorted(prices)
    [more] = re.findall(r'href="(/search\?[^"]*start=100)"', page.text)
    assert set(names(page)).isdisjoint(names(visitor.open(more.replace("&amp;", "&"))))
    by_name = names(visitor.open("/search?q=brandnew&sort=name"))[:30]
    assert by_name == sorted(by_name)


def test_what_cannot_be_had_says_why_and_what_costs_more_is_marked(world: World) -> None:
    page = Visitor(world).open("/search?q=taken.fr premium.com aftermarket2.fr reserved.eu a.com nothing")
    assert "Premium name" in page.text
    assert "For sale by its owner" in page.text
    assert "Transfer it here" in page.text
    assert "you need its auth code" in page.text
    assert "reserved" in page.text
    assert names(page)[0] == "taken.fr"
    assert "nothing.fr" in names(page)


def test_other_names_are_suggested_under_a_name_alone(world: World) -> None:
    visitor = Visitor(world)
    page = visitor.open("/search?q=bestcoffeeshop")
    assert "best-coffee-shop" in page.text.partition('id="others"')[2]
    assert 'id="others"' not in visitor.open("/search?q=bestcoffeeshop&free=1").text


def test_international_names_are_shown_in_both_forms_under_extensions_that_take_them(world: World) -> None:
    page = Visitor(world).open("/search?q=bücher")
    assert "xn--bcher-kva.de" in page.text
    assert "left out" in page.text
    pizza = Visitor(world).open("/search?q=%F0%9F%8D%95.ws")
    assert names(pizza)[0] == "🍕.ws"
    refused = Visitor(world).open("/search?q=%F0%9F%8D%95.fr")
    assert "is an emoji or symbol: .fr names have none" in refused.text


def test_mistakes_are_told_kindly(world: World) -> None:
    visitor = Visitor(world, "fr-FR")
    phrase = visitor.open("/search?q=best coffee shop")
    assert "la recherche porte sur « bestcoffeeshop »" in phrase.text
    assert 'href="/search?q=best-coffee-shop"' in phrase.text
    assert names(visitor.open("/search?q=example,com"))[0] == "example.com"
    assert names(visitor.open("/search?q=https://www.brandnew.com/x"))[0] == "brandnew.com"
    wrong = visitor.open("/search?q=-bad-")
    assert wrong.status_code == 400
    assert "commence ou se termine par un trait" in wrong.text
    assert visitor.open("/search?q=").url.path == "/"


HOSTILE = (
    "a" * 10_000, "%00", "%00%01%1b[2J", "%E2%80%AEmoc.elgoog", "<script>alert(1)</script>", "a%00b", "a" * 300,
)  # fmt: skip


def test_a_hostile_text_is_answered_clearly(world: World) -> None:
    visitor = Visitor(world)
    for text in HOSTILE:
        page = visitor.open(f"/search?q={text}")
        assert page.status_code in (200, 400), text[:40]
        assert page.text.rstrip().endswith("</html>")
        assert "<script>alert" not in page.text
        assert "\0" not in page.text.partition("<h1")[2].partition("<form")[0]


def test_filters_that_cannot_be_read_are_left_out(world: World) -> None:
    page = Visitor(world).open("/search?q=brandnew&start=%D9%A3&most=abc&sort=x&kind=&all=2")
    assert len(names(page)) == 30
    assert "“abc” is no price" in page.text
    page = Visitor(world).open("/search?q=brandnew&kind=nonsense")
    assert (page.status_code, "change the filters" in page.text) == (400, True)
    assert names(Visitor(world).open("/search?q=brandnew&all=1&start=999999")) == []


def test_who_asks_too_much_is_told_when_to_come_back(world: World) -> None:
    old = world.engine.searching
    few = Searching(old.lexicon, old.words, Answers(timedelta(seconds=15)), Budgets(40))
    world.use(structs.replace(world.engine, searching=few))
    visitor = Visitor(world)
    assert names(visitor.open("/search?q=brandnew"))
    refused = visitor.open("/search?q=brandnew")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert "go on in 30 seconds" in refused.text
    assert 'value="brandnew"' in refused.text


def test_a_script_gets_the_results_alone(world: World) -> None:
    visitor = Visitor(world)
    part = fragment(visitor, "/search?q=brandnew&kind=Oceania")
    assert "<html" not in part.text
    assert "brandnew.au" in names(part)
    assert '<h1 id="for" hx-swap-oob="true">' in part.text
    assert PROGRESS.findall(part.text) == []
    more = fragment(visitor, "/search?q=brandnew&all=1&start=30")
    assert "<h1" not in more.text
    assert len(names(more)) == 100
    assert fragment(visitor, "/search?q=-bad-").text.startswith('<p class="notice')


def test_the_page_is_sent_as_it_is_found(world: World) -> None:
    line = Line(b"")
    scope = world.scope("GET", "/search?q=brandnew", b"", {"accept": "text/html"})
    world.runner.run(world.api({**scope, "headers": scope["headers"]}, line.receive, line.send))
    pieces = [piece.decode() for piece in line.pieces]
    assert "Results for" in pieces[0]
    assert "result" not in pieces[0].partition('<ul class="results"')[2].partition(">")[2]
    told = [tuple(map(int, found)) for piece in pieces for found in PROGRESS.findall(piece)]
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1] == (30, 30)


def test_a_search_that_breaks_off_says_so_and_ends_the_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> AsyncIterator[list[Finding]]:
        yield []
        message = "a bug"
        raise LookupError(message)

    monkeypatch.setattr(search, "findings", broken)
    page = Visitor(world).open("/search?q=brandnew")
    assert "The search broke off" in page.text
    assert page.text.rstrip().endswith("</html>")


@given(st.permutations(range(8)), st.lists(st.booleans(), min_size=8, max_size=8))
def test_results_wait_for_their_turn_for_a_moment_and_each_is_told_once(ranks: list[int], pauses: list[bool]) -> None:
    at = 0.0
    order, told = InOrder(lambda: at), list[int]()
    for rank, pause in zip(ranks, pauses, strict=True):
        at += 2 * MOMENT if pause else 0.0
        told += [one.asked.rank for one in order.ready([Finding(asked=Asked(rank, "x", None))])]
    told += [one.asked.rank for one in order.rest()]
    assert sorted(told) == list(range(8))
    if not any(pauses):
        assert told == list(range(8))


def test_the_kinds_that_are_shipped_are_said_in_every_language(world: World) -> None:
    groups = world.engine.market.catalogue.categories
    for code in ("de", "es", "fr", "it"):
        known = world.engine.languages.by_code[code].messages
        assert {*groups.thematic, *groups.geolocalization} <= known.keys()


def test_nothing_typed_can_be_where_results_go() -> None:
    assert "<" in shop_search.RESULTS
