"""/ordain/v1/search, our own beside the contract: a name everywhere, lists of names, suggestions (docs/search.md)."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import aclosing
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, get_args

from msgspec import Meta, Struct

from ordain.api import streams, wire, words
from ordain.api.routing import Call, Route
from ordain.api.streams import Event
from ordain.core import search as core
from ordain.core.cart import duration_of
from ordain.core.money import UNIT, Money, payable
from ordain.core.offer_prices import prices_of
from ordain.core.pricing import Terms, taxed
from ordain.core.refusal import invalid
from ordain.core.search import MOST_NAMES, State
from ordain.flows import search
from ordain.flows.carts import code_of, subsidiary_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime

    from ordain.core.catalogue import Extension, Subsidiary
    from ordain.core.language import Language
    from ordain.core.offer import Offer as CoreOffer
    from ordain.core.promotions import Gift
    from ordain.core.search import Asked, Finding

PATH = "/ordain/v1/search"
TRIED = 5
"""Extensions a suggestion is tried under, unless others are asked for."""
MOST_TRIED = 25
TO_BE_HAD: tuple[State, ...] = ("available", "premium")
"""What is suggested, if there is no reason against it."""


class Query(Struct, frozen=True):
    """What is searched for, and where."""

    name: words.Needed
    """A label, or a whole name: then that one comes first."""
    extensions: list[words.Text] | None = None
    categories: words.Text | None = None
    """Themes and places of /domain/extensions/byCategory, with commas between them."""
    maxPrice: Annotated[float, Meta(ge=0, le=1_000_000_000)] | None = None
    """For the first year, before tax, in the subsidiary's currency."""
    ovhSubsidiary: words.Subsidiary | None = None


class ForSuggestions(Struct, frozen=True):
    """What other names are to be like."""

    name: words.Needed
    extensions: list[words.Text] | None = None
    ovhSubsidiary: words.Subsidiary | None = None


class Listed(Struct, frozen=True):
    """Names to look up, each as somebody typed it."""

    names: Annotated[list[words.Text], Meta(min_length=1, max_length=MOST_NAMES)]
    ovhSubsidiary: words.Subsidiary | None = None


class Amount(Struct, frozen=True):
    """A price before tax, its tax, and with it; in words before and with tax."""

    currencyCode: Annotated[str, words.enum("order.CurrencyCodeEnum")]
    net: float
    tax: float
    gross: float
    text: str
    textWithTax: str


class Promotion(Struct, frozen=True):
    """What the first year costs less, and until when."""

    title: str
    listPrice: Amount
    discount: Amount
    ends: words.Instant | None


class Offer(Struct, frozen=True):
    """One way to have a name. `firstYear` is the price of one year, or of a transfer; `renewal` of each year after.

    `total` is paid now, for the shortest of `durations`.
    """

    action: Annotated[str, words.enum("order.cart.DomainActionEnum")]
    pricingMode: str
    orderable: bool
    durations: list[words.Duration]
    firstYear: Amount
    renewal: Amount
    total: Amount
    promotion: Promotion | None
    required: list[str]
    """The configurations its registry demands."""


class Result(Struct, frozen=True, tag_field="type", tag="result"):
    """What was found about one name. `rank` is its place among all that were asked for."""

    rank: int
    asked: str
    domain: str | None
    domainUnicode: str | None
    extension: str | None
    state: State
    reason: str | None
    offers: list[Offer]
    checkedAt: words.Instant | None
    age: float | None
    """Seconds since its registry said so."""


class End(Struct, frozen=True, tag_field="type", tag="end"):
    """After the last result: how many names are in which state, and the seconds it took."""

    asked: int
    counts: dict[str, int]
    seconds: float


class Found(Struct, frozen=True):
    """All results by rank, and what a stream ends with."""

    results: list[Result]
    end: End


class _Teller:
    """Puts what is found into the words of one caller."""

    def __init__(self, call: Call, subsidiary: Subsidiary) -> None:
        self._engine = call.engine
        self.subsidiary = subsidiary
        self.language = _language(call)
        self._terms = Terms(subsidiary.currency, subsidiary.tax.at(call.now), self.language)
        self._amounts: dict[int, Amount] = {}

    def result(self, finding: Finding) -> Result:
        """One finding."""
        asked, now = finding.asked, self._engine.clock()
        name = asked.name
        return Result(
            rank=asked.rank,
            asked=asked.text,
            domain=name.ascii if name else None,
            domainUnicode=name.unicode if name else None,
            extension=name.extension if name else None,
            state=finding.state,
            reason=core.why(finding, self.language),
            offers=[self._offer(offer, now) for offer in finding.offers],
            checkedAt=wire.maybe_instant(finding.checked),
            age=(now - finding.checked).total_seconds() if finding.checked else None,
        )

    def _offer(self, offer: CoreOffer, now: datetime) -> Offer:
        prices = prices_of(offer)
        return Offer(
            action=offer.action,
            pricingMode=offer.pricing_mode,
            orderable=offer.obstacle is None,
            durations=_durations(offer.years),
            firstYear=self._amount(prices.first_year),
            renewal=self._amount(prices.renewal),
            total=self._amount(prices.total),
            promotion=self._promotion(offer.gift, prices.listed) if offer.gift else None,
            required=list(search.needed(self._engine, offer, now)),
        )

    def _promotion(self, gift: Gift, listed: int) -> Promotion:
        return Promotion(gift.title, self._amount(listed), self._amount(gift.discount), wire.maybe_instant(gift.ends))

    def _amount(self, ucents: int) -> Amount:
        """A price in full, put into words once: there are far fewer prices than names."""
        known = self._amounts.get(ucents)
        if known is None:
            price, patterns = taxed(payable(Money(ucents, self._terms.currency)), self._terms), self._engine.price_texts
            text, with_tax = (wire.price(each, patterns).text for each in (price.net, price.gross))
            net, tax, gross = (each.ucents / UNIT for each in (price.net, price.tax, price.gross))
            known = self._amounts[ucents] = Amount(self._terms.currency, net, tax, gross, text, with_tax)
        return known


@lru_cache(maxsize=1024)
def _durations(years: tuple[int, ...]) -> list[str]:
    return [duration_of(each) for each in years]


def _language(call: Call) -> Language:
    """The first a client asks for, else its account's."""
    accepted = call.header(b"accept-language")
    if accepted or not call.maybe_caller:
        return call.engine.languages.preferred(accepted)
    return call.engine.languages.of(call.maybe_caller.account.language)


def _subsidiary(call: Call) -> Subsidiary:
    """The one asked for, else the caller's own."""
    return subsidiary_of(call.engine, call.query.ovhSubsidiary or code_of(call.engine, call.maybe_caller))


async def _extensions(call: Call, subsidiary: Subsidiary) -> list[Extension]:
    query: Query = call.query
    most = None if query.maxPrice is None else Fraction(query.maxPrice)
    among = search.Among(query.extensions, query.categories, most)
    engine = call.engine if most is None else await search.for_caller(call.engine, call.maybe_caller)
    return search.chosen(engine, subsidiary, among, call.now)


async def _search(call: Call) -> Found | streams.Stream:
    subsidiary = _subsidiary(call)
    asked = search.everywhere(call.engine, call.query.name, await _extensions(call, subsidiary))
    return await _answer(call, asked, _Teller(call, subsidiary))


async def _list(call: Call) -> Found | streams.Stream:
    body: Listed = call.body
    subsidiary = subsidiary_of(call.engine, body.ovhSubsidiary or code_of(call.engine, call.maybe_caller))
    # In a thread: reading so many names takes longer than others may be kept waiting.
    asked = await asyncio.to_thread(
        core.listed, body.names, call.engine.market.catalogue.extensions, call.engine.public_suffix
    )
    return await _answer(call, asked, _Teller(call, subsidiary))


async def _suggest(call: Call) -> Found | streams.Stream:
    query: ForSuggestions = call.query
    subsidiary = _subsidiary(call)
    extensions = search.extensions_of(call.engine, subsidiary, query.extensions)
    if query.extensions is None:
        extensions = [each for each in extensions if not each.closed(call.now)][:TRIED]
    elif len(extensions) > MOST_TRIED:
        message = f"extensions: suggestions are tried under at most {MOST_TRIED} extensions"
        raise invalid(message, "extensions")
    teller = _Teller(call, subsidiary)
    asked = await search.suggested(call.engine, query.name, extensions, teller.language.code)
    return await _answer(call, asked, teller, only=TO_BE_HAD)


async def _answer(
    call: Call, asked: Sequence[Asked], teller: _Teller, only: Sequence[State] | None = None
) -> Found | streams.Stream:
    """What was asked for, as the client wishes to have it."""
    form = streams.form_of(call.header(b"accept"))
    if form == "events" and call.header(b"last-event-id") == "end":
        return streams.ended()
    search.spend(call.engine, call.maybe_caller, call.address, len(asked))
    events = _events(call, asked, teller, only)
    if form != "json":
        return streams.stream(form, events)
    values = [event.value async for some in events for event in some]
    results = sorted((each for each in values if isinstance(each, Result)), key=lambda result: result.rank)
    return Found(results, next(each for each in values if isinstance(each, End)))


async def _events(
    call: Call, asked: Sequence[Asked], teller: _Teller, only: Sequence[State] | None
) -> AsyncGenerator[list[Event], None]:
    counts: Counter[str] = Counter()
    engine = await search.for_caller(call.engine, call.maybe_caller)
    found = search.findings(engine, asked, teller.subsidiary)
    async with aclosing(found):
        async for some in found:
            told = [teller.result(one) for one in some]
            counts.update(one.state for one in told)
            yield [Event("result", str(one.rank), one) for one in told
                   if only is None or (one.state in only and one.reason is None)]  # fmt: skip
    took = (call.engine.clock() - call.now).total_seconds()
    yield [Event("end", "end", End(len(asked), {state: counts[state] for state in get_args(State)}, took))]


ROUTES = (
    Route(method="GET", path=PATH, do=_search, told="A name under all extensions, or under some",
          authenticated=False, query=Query, answer=Found, streams=Result | End, refuses=("too-many",)),
    Route(method="POST", path=f"{PATH}/names", do=_list, told="A list of names",
          authenticated=False, body=Listed, answer=Found, streams=Result | End, refuses=("too-many",)),
    Route(method="GET", path=f"{PATH}/suggestions", do=_suggest, told="Other names like one that somebody has in mind",
          authenticated=False, query=ForSuggestions, answer=Found, streams=Result | End, refuses=("too-many",)),
)  # fmt: skip
