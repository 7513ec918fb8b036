"""Searching: names are looked up at their registries in batches, and told as the answers come.

One registry's silence holds up nobody else: after a while its names are told as unknown. The event loop is given back
after each batch, whoever's search it belongs to.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from fractions import Fraction
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import configuration, search
from ordain.core.cart import Item
from ordain.core.categories import asked as groups_asked
from ordain.core.names import Label, labelled
from ordain.core.offer import offers
from ordain.core.refusal import Refused, Unavailable, refusal
from ordain.core.registry import NoAnswer
from ordain.core.search import Asked, Finding
from ordain.core.suggestions import suggestions
from ordain.flows import deals
from ordain.flows.answers import place
from ordain.flows.carts import registry_of
from ordain.flows.claims import told
from ordain.flows.marketplaces import with_listings
from ordain.flows.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Iterator, Mapping
    from datetime import datetime

    from ordain.core.account import Caller
    from ordain.core.catalogue import Extension, Subsidiary
    from ordain.core.marketplace import Platform
    from ordain.core.names import Name
    from ordain.core.offer import Offer
    from ordain.core.registry import Availability
    from ordain.flows.ports import Engine, Registry

    Known = Mapping[str, tuple[datetime, Availability]]
    """Answers by name, each with when it was given."""

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds after which the names a registry has not answered about are told as unknown."""
MARKET_PATIENCE = 1.0
"""Seconds after which a marketplace sells nothing for now."""
BEAT = 1.0
"""Seconds after which a search without news says that it goes on."""
PER_SEARCH = 2
"""Checks of one search under way at one registry: while one is answered, the next is asked."""
FIRST, MOST = 4, 32
"""Names of a registry's first check, so that it answers soon; each has twice as many as the last, up to the most."""

TOO_FAST = "At most %(most)s names a minute: try again in %(seconds)s s"
SENTENCES = (TOO_FAST,)


def spend(engine: Engine, caller: Caller | None, address: str, count: int) -> None:
    """Let a caller ask about so many names. Raises Refused, saying when to come back, if there were too many."""
    who = caller.account.nichandle if caller else place(address)
    wait = engine.searching.budgets.take(who, count, engine.clock())
    if wait:
        said = refusal("too-many", TOO_FAST, most=engine.searching.budgets.a_minute, seconds=wait)
        raise Refused(structs.replace(said, seconds=wait))


def extensions_of(engine: Engine, subsidiary: Subsidiary, among: Sequence[str] | None) -> list[Extension]:
    """The extensions asked for, else all, the most wanted first. Raises Refused naming those not sold here."""
    catalogue = engine.market.catalogue
    ordered = search.wanted(catalogue, engine.searching.lexicon.popular, subsidiary)
    if among is None:
        return [catalogue.extensions[name] for name in ordered]
    asked = {text: search.extension_of(text, catalogue.extensions) for text in among}
    unknown = [text for text, name in asked.items() if name is None]
    if unknown:
        said = ".%(extension)s names are not sold here"
        raise Refused(*(refusal("invalid", said, "extensions", extension=text[:63].lstrip("."))
                        for text in unknown[:20]))  # fmt: skip
    chosen = set(asked.values())
    return [catalogue.extensions[name] for name in ordered if name in chosen]


class Among(Struct, frozen=True):
    """The extensions a search is for. `extensions` and `categories` (with commas between them): None for all.

    `most`: for the first year, before tax, in units of the subsidiary's currency.
    """

    extensions: Sequence[str] | None = None
    categories: str | None = None
    most: Fraction | None = None


async def for_caller(engine: Engine, caller: Caller | None) -> Engine:
    """The engine as it sells to the caller."""
    market = await deals.market_for(engine, caller.account.nichandle if caller else None)
    return structs.replace(engine, shelf=Shelf(market))


def chosen(engine: Engine, subsidiary: Subsidiary, among: Among, now: datetime) -> list[Extension]:
    """The extensions that are meant, the most wanted first. Raises Refused naming those not sold here."""
    found = extensions_of(engine, subsidiary, among.extensions)
    groups = engine.market.catalogue.categories
    meant = groups_asked({**groups.thematic, **groups.geolocalization}, among.categories)
    if meant is not None:
        found = [each for each in found if each.name in meant]
    return found if among.most is None else within(engine, found, subsidiary, among.most, now)


def within(
    engine: Engine, extensions: Sequence[Extension], subsidiary: Subsidiary, limit: Fraction, now: datetime
) -> list[Extension]:
    """Those whose first year costs at most so much."""
    return [one for one in extensions if search.affordable(engine.market, one.name, subsidiary, limit, now)]


def everywhere(engine: Engine, text: str, extensions: Sequence[Extension]) -> list[Asked]:
    """What somebody typed under each of these extensions; the name itself first, if it was a whole one."""
    label, exact = _label(engine, text)
    sold = engine.market.catalogue.extensions
    own = [sold[exact.extension]] if exact and sold[exact.extension] not in extensions else []
    return search.across(label, exact, [*own, *extensions])


def _label(engine: Engine, text: str) -> tuple[Label, Name | None]:
    found = search.label_of(text, engine.market.catalogue.extensions, engine.public_suffix)
    if isinstance(found, tuple):
        return found
    raise Refused(search.refusal_of(found, text, "name"))


async def suggested(engine: Engine, text: str, extensions: Sequence[Extension], language: str) -> list[Asked]:
    """Other labels for what somebody typed, each under these extensions."""
    label, _ = _label(engine, text)
    searching = engine.searching
    asked: list[Asked] = []
    # Words are counted in a thread: the list is read when it is first needed.
    for other in await asyncio.to_thread(
        lambda: suggestions(label.unicode, searching.lexicon, searching.words(), language)
    ):
        found = labelled(other)
        if isinstance(found, Label):
            asked += search.across(found, None, extensions)
    return [Asked(rank, one.text, one.name) for rank, one in enumerate(asked)]


async def findings(
    engine: Engine, asked: Sequence[Asked], subsidiary: Subsidiary
) -> AsyncGenerator[list[Finding], None]:
    """What is found, some at a time, each name once; an empty list now and then while nobody answers."""
    told: asyncio.Queue[list[Finding]] = asyncio.Queue()
    run = _Run(engine, subsidiary, told)
    tasks = [asyncio.create_task(worker) for worker in run.workers(asked)]
    left = len(asked)
    try:
        while left:
            some: list[Finding] = []
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT):
                    some += await told.get()
            while not told.empty():
                some += told.get_nowait()
            if not some:
                _raise_from(tasks)
            left -= len(some)
            yield some
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _raise_from(tasks: Sequence[asyncio.Task[None]]) -> None:
    """An error of ours in a worker ends the search: its names would be waited for for ever."""
    for task in tasks:
        if task.done():
            task.result()


def needed(engine: Engine, offer: Offer, now: datetime) -> tuple[str, ...]:
    """The labels an offer has to be configured with, as for somebody of whom nothing is known."""
    key = (offer.extension, offer.pricing_mode, offer.phase, offer.contexts)
    known = engine.searching.demands.get(key)
    if known is None:
        item = Item(item_id=0, kind="domain", domain=offer.domain, shown=offer.shown, years=1, offer=offer)
        extension = engine.market.catalogue.extensions[offer.extension]
        asked = configuration.requirements(item, extension, configuration.People(None), now)
        known = engine.searching.demands[key] = tuple(one.label for one in asked if one.required)
    return known


class _Run:
    """One search under way."""

    def __init__(self, engine: Engine, subsidiary: Subsidiary, told: asyncio.Queue[list[Finding]]) -> None:
        self._engine = engine
        self._searching = engine.searching
        self._subsidiary = subsidiary
        self._told = told
        self._platforms: tuple[Platform, ...] | None = None
        self._deadline = asyncio.get_running_loop().time() + PATIENCE

    def workers(self, asked: Sequence[Asked]) -> Iterator[Coroutine[None, None, None]]:
        """Those who do it at once: one for what is known already, and a few for each registry."""
        now = self._engine.clock()
        known: list[Asked] = []
        heard: dict[str, tuple[datetime, Availability]] = {}
        by_registry: dict[int, tuple[Registry, list[Asked]]] = {}
        for one in asked:
            if one.problem or one.name is None:
                known.append(one)
            elif answer := self._searching.answers.get(one.name.ascii, now):
                known.append(one)
                heard[one.name.ascii] = answer
            else:
                registry = registry_of(self._engine, one.name)
                by_registry.setdefault(id(registry), (registry, []))[1].append(one)
        yield self._recall(known, heard)
        for registry, names in by_registry.values():
            batches = _batches(names)
            for _ in range(min(PER_SEARCH, 1 + len(names) // FIRST)):
                yield self._work(registry, batches)

    async def _recall(self, known: list[Asked], heard: Known) -> None:
        for batch in _batches(known):
            await self._tell(batch, heard)

    async def _work(self, registry: Registry, batches: Iterator[list[Asked]]) -> None:
        extensions, public_suffix = self._engine.market.catalogue.extensions, self._engine.public_suffix
        for some in batches:
            batch = [search.checked(one, extensions, public_suffix) for one in some]
            asked = [one.name for one in batch if one.name and not one.problem]
            await self._tell(batch, await self._ask(registry, asked) if asked else {})

    async def _ask(self, registry: Registry, names: list[Name]) -> Known:
        """What the registry answers; nothing if it does not."""
        try:
            async with asyncio.timeout_at(self._deadline), self._searching.gate(registry):
                heard = await registry.check([name.ascii for name in names])
            answers = [await told(self._engine, *each) for each in zip(names, heard, strict=True)]
        except (NoAnswer, Unavailable, TimeoutError) as silence:
            log.info("a registry did not answer about %d names: %s", len(names), silence)
            return {}
        except Exception:
            log.exception("a registry could not be asked about %d names", len(names))
            return {}
        answers = await self._with_listings(answers)
        now = self._engine.clock()
        for answer in answers:
            self._searching.answers.put(answer, now)
        return {answer.name: (now, answer) for answer in answers}

    async def _with_listings(self, answers: list[Availability]) -> list[Availability]:
        """The same with where names are on sale; a marketplace that is slow is not asked again."""
        try:
            async with asyncio.timeout(MARKET_PATIENCE):
                return (await with_listings(self._engine, answers, self._platforms)).answers
        except TimeoutError:
            self._platforms = ()
            return answers

    async def _tell(self, batch: list[Asked], heard: Known) -> None:
        # The few that are told first wait for nobody's turn.
        async with self._searching.turn if len(batch) > FIRST else nullcontext():
            now = self._engine.clock()
            self._told.put_nowait([self._finding(one, heard, now) for one in batch])
            await asyncio.sleep(0)

    def _finding(self, one: Asked, heard: Known, now: datetime) -> Finding:
        known = heard.get(one.name.ascii) if one.name else None
        if one.name is None or one.problem or known is None:
            return Finding(asked=one)
        checked, answer = known
        found = offers(self._engine.market, one.name, answer, self._subsidiary, now)
        withheld = self._engine.market.catalogue.extensions[one.name.extension].closed(now)
        return Finding(asked=one, answer=answer, checked=checked, offers=tuple(found), withheld=withheld)


def _batches(names: list[Asked]) -> Iterator[list[Asked]]:
    """Some names at a time, few at first."""
    start, size = 0, FIRST
    while start < len(names):
        yield names[start : start + size]
        start, size = start + size, min(2 * size, MOST)
