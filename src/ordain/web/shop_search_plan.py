"""What is asked of registries for one search: which names, in which order, how many at once, and what is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, structs

from ordain.core import names, search_text
from ordain.core import search as core
from ordain.core.catalogue import Extension, Subsidiary
from ordain.core.language import Sentence
from ordain.core.names import Label, NameProblem, read_as
from ordain.core.search import Asked
from ordain.flows import search
from ordain.flows.ports import Engine
from ordain.flows.search import Among

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ordain.core.language import Language
    from ordain.core.search_text import Typed
    from ordain.web.page import Visit
    from ordain.web.shop_search_wish import Wish

FEW = 5
"""Extensions that each of several words is asked under."""
SUGGESTED_UNDER = 2
"""Extensions that other names are asked under."""
OTHERS = 10
"""Other names that are shown."""
NOT_SOLD = "No extension of this kind is sold here at such a price: change the filters."
NO_PRICE = "“%(typed)s” is no price: names of every price are shown."
SENTENCES = (*search_text.SENTENCES, NOT_SOLD, NO_PRICE)


class Impossible(Exception):
    """There is nothing to be asked for this text."""

    def __init__(self, why: NameProblem | Sentence, name: str = "") -> None:
        super().__init__(str(why))
        self._why = why
        self._name = name

    def words(self, language: Language) -> str:
        """Why, in a language."""
        if isinstance(self._why, Sentence):
            return language.tell(self._why)
        return core.unfit(self._why, language, name=self._name, extension=self._name)


class Plan(Struct, frozen=True, kw_only=True):
    """One page of one search. Ranks of `asked` count from 0; the first `typed` of them are names typed in full."""

    engine: Engine
    subsidiary: Subsidiary
    name: str
    """What is searched for, as the page's heading says it."""
    notes: tuple[Sentence, ...]
    hyphenated: str
    asked: list[Asked]
    typed: int = 0
    label: str = ""
    """What other names are suggested for; "" for none."""
    few: tuple[Extension, ...] = ()
    total: int = 0
    """Names there are to be asked, of which these are some."""
    first: int = 0
    """The place of the first of them."""
    unfit: int = 0
    """Extensions that take no such name."""
    unfit_for: str = ""
    """Why the first of these does not."""
    sorted_by_price: bool = False

    @property
    def after(self) -> int:
        """The place of the first name of the next page; 0 if there is none."""
        last = self.first + len(self.asked)
        return last if not self.sorted_by_price and last < self.total else 0


def groups(visit: Visit) -> list[tuple[str, str]]:
    """The kinds of extensions there are, in the words of the page's language."""
    of = visit.engine.market.catalogue.categories
    named = [(name, visit.language.say(name)) for name in (*of.thematic, *of.geolocalization)]
    return [("", visit.language.say("All kinds")), *sorted(named, key=lambda each: each[1])]


def plan(engine: Engine, wish: Wish, subsidiary: Subsidiary, now: datetime) -> Plan:
    """The plan of a search. Raises Impossible, and Refused as the flows do."""
    if len(wish.text) > search_text.LONGEST_TEXT:
        raise Impossible(Sentence(search_text.TOO_LONG, {"most": search_text.LONGEST_TEXT}))
    extensions = engine.market.catalogue.extensions
    typed = search_text.read(wish.text, extensions, engine.public_suffix)
    if not typed.names:
        raise Impossible(NameProblem("empty", "Give a domain name, such as example.com"), wish.text.strip())
    if len(typed.names) > 1:
        return _several(engine, typed, subsidiary, now)
    if wish.most.strip() and wish.limit is None:
        typed = structs.replace(typed, notes=(*typed.notes, Sentence(NO_PRICE, {"typed": wish.most.strip()})))
    [text] = typed.names
    found = core.label_of(text, extensions, engine.public_suffix)
    if isinstance(found, NameProblem):
        raise Impossible(found, text)
    label, exact = found
    meant = search.chosen(engine, subsidiary, Among(None, wish.kind or None, wish.limit), now)
    return _one(engine, wish, typed, _ordered(wish, meant, now), (label, exact, subsidiary, now))


def _ordered(wish: Wish, extensions: Sequence[Extension], now: datetime) -> list[Extension]:
    """What is not sold comes last, and only where everything is asked for."""
    sold = [one for one in extensions if not one.closed(now)]
    withheld = [one for one in extensions if one.closed(now)] if wish.everything else []
    if wish.sort == "name":
        return [*sorted(sold, key=_read_as), *sorted(withheld, key=_read_as)]
    return [*sold, *withheld]


def _read_as(extension: Extension) -> str:
    return read_as(extension.name)


def _one(
    engine: Engine,
    wish: Wish,
    typed: Typed,
    meant: list[Extension],
    what: tuple[Label, names.Name | None, Subsidiary, datetime],
) -> Plan:
    """A label under every extension that is meant and that takes it."""
    label, exact, subsidiary, now = what
    extensions = engine.market.catalogue.extensions
    own = [extensions[exact.extension]] if exact and extensions[exact.extension] not in meant else []
    asked = core.across(label, exact, [*own, *meant])
    every = [core.checked(one, extensions, engine.public_suffix) for one in asked]
    fit = [one for one in every if one.problem is None or (exact and one.rank == 0)]
    unfit = [one for one in every if one.problem]
    if not fit:
        if unfit and unfit[0].problem:
            raise Impossible(unfit[0].problem, label.unicode)
        raise Impossible(Sentence(NOT_SOLD, {}))
    # Those that want the cheapest have all asked that are meant.
    by_price = wish.sort == "price"
    whole = fit if wish.everything else fit[: wish.size]
    some = whole if by_price else whole[wish.start : wish.start + wish.size]
    plain = wish == structs.replace(wish, everything=False, start=0, kind="", most="", free=False)
    return Plan(
        engine=engine,
        subsidiary=subsidiary,
        name=exact.unicode if exact else label.unicode,
        notes=typed.notes,
        hyphenated=typed.hyphenated,
        asked=[Asked(rank, one.text, one.name) for rank, one in enumerate(some)],
        typed=1 if exact and not wish.start else 0,
        label=label.unicode if plain else "",
        few=tuple(one for one in meant if not one.closed(now))[:SUGGESTED_UNDER],
        total=len(fit),
        first=wish.start,
        unfit=len(unfit),
        unfit_for=next((one.text for one in unfit), ""),
        sorted_by_price=by_price,
    )


def _several(engine: Engine, typed: Typed, subsidiary: Subsidiary, now: datetime) -> Plan:
    """Each of several names, and each of several words under a few extensions."""
    extensions = engine.market.catalogue.extensions
    few = [one for one in search.chosen(engine, subsidiary, Among(), now) if not one.closed(now)][:FEW]
    asked: list[Asked] = []
    for text in typed.names:
        label = names.labelled(text)
        if isinstance(label, Label):
            asked += core.across(label, None, few)
        else:
            asked += core.listed([text], extensions, engine.public_suffix)
    return Plan(
        engine=engine,
        subsidiary=subsidiary,
        name=", ".join(typed.names),
        notes=typed.notes,
        hyphenated="",
        asked=[structs.replace(one, rank=rank) for rank, one in enumerate(asked)],
        total=len(asked),
    )
