"""Searching: the names a word stands for, in the order they are wanted, and what there is to say about each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core import names
from ordain.core.language import ENGLISH, Sentence
from ordain.core.money import UNIT
from ordain.core.names import Label, Name, NameProblem
from ordain.core.offer import Offer
from ordain.core.promotions import Purchase, counting
from ordain.core.refusal import Refusal
from ordain.core.registry import Availability

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from fractions import Fraction

    from ordain.core.catalogue import Catalogue, Extension, Subsidiary
    from ordain.core.language import Language
    from ordain.core.names import PublicSuffix
    from ordain.core.offer import Market

State = Literal["available", "premium", "taken", "aftermarket", "reserved", "invalid", "unknown"]
"""`invalid` is a name its registry would never take, `unknown` one whose registry is silent."""

MOST_NAMES = 500
"""In one list."""

_DOTS = ".\u3002\uff0e\uff61"


class Asked(Struct, frozen=True):
    """One name to be looked up, or why it is none. `rank` is its place among all that were asked for."""

    rank: int
    text: str
    name: Name | None
    problem: NameProblem | None = None


class Finding(Struct, frozen=True, kw_only=True):
    """What is known of a name that was asked for. Without an answer its registry is silent, or was not asked."""

    asked: Asked
    answer: Availability | None = None
    checked: datetime | None = None
    """When the registry said so."""
    offers: tuple[Offer, ...] = ()
    withheld: str | None = None
    """Why no name under its extension can be ordered, in English words."""

    @property
    def state(self) -> State:
        """What the name is, in a word."""
        if self.asked.problem or self.asked.name is None:
            return "invalid"
        if self.answer is None:
            return "unknown"
        if self.answer.state == "taken":
            return "aftermarket" if any(offer.flavour.startswith("aftermarket") for offer in self.offers) else "taken"
        if self.answer.state == "available" and self.offers and not (self.withheld or self.orderable):
            return "reserved"
        return "premium" if any(offer.flavour == "premium" for offer in self.offers) else self.answer.state

    @property
    def orderable(self) -> bool:
        """Whether it can be had at all."""
        return any(offer.obstacle is None for offer in self.offers)


class Lexicon(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What searching knows of the world (catalogue/search.toml)."""

    popular: tuple[str, ...] = ()
    """Extensions in the order people want them."""
    prefixes: Mapping[str, tuple[str, ...]] = {}
    """Words to put in front of others, by language."""
    suffixes: Mapping[str, tuple[str, ...]] = {}
    synonyms: Mapping[str, tuple[tuple[str, ...], ...]] = {}
    """Groups of words of which any may stand for another, by language."""
    words: tuple[str, ...] = ()
    """Words beside those of the word list, most of them not English."""
    indecent: tuple[str, ...] = ()
    """Words that are never suggested, nor anything that has one in it."""


def wanted(catalogue: Catalogue, popular: Iterable[str], subsidiary: Subsidiary) -> list[str]:
    """Every extension: first those the subsidiary shows first, then by how many people want them, then from a to z."""
    known = catalogue.extensions
    first = [*catalogue.categories.first(subsidiary.code), *popular]
    return [name for name in dict.fromkeys((*first, *sorted(known))) if name in known]


def affordable(market: Market, extension: str, subsidiary: Subsidiary, limit: Fraction, now: datetime) -> bool:
    """Whether a name's first year costs at most so many units of the subsidiary's currency, before tax."""
    try:
        price = market.catalogue.prices(extension, subsidiary.currency, now).create
    except LookupError:
        return False
    years = market.catalogue.extensions[extension].periods
    purchase = Purchase(extension, "create", price, subsidiary.currency, years)
    gift = counting(market.gifts(purchase, subsidiary.code, now), years[0])
    return price - (gift.discount if gift else 0) <= limit * UNIT


def label_of(
    text: str, extensions: Container[str], public_suffix: PublicSuffix | None = None
) -> tuple[Label, Name | None] | NameProblem:
    """What somebody typed, as a label and, if they named an extension that is sold, the whole name."""
    if not any(dot in text for dot in _DOTS):
        label = names.labelled(text)
        return (label, None) if isinstance(label, Label) else label
    whole = names.parse(text, extensions, public_suffix)
    if isinstance(whole, Name):
        return Label(whole.label, whole.label_unicode), whole
    parts = re.split(f"[{_DOTS}]", text)
    label = names.labelled(parts[0])
    if whole.reason == "extension-not-sold" and len(parts) == 2 and isinstance(label, Label):
        return label, None
    return whole


def extension_of(text: str, extensions: Mapping[str, Extension]) -> str | None:
    """The extension somebody named, in either form, with its dot or without; None if it is not sold."""
    plain = text.removeprefix(".").lower()
    if plain in extensions:
        return plain
    whole = names.parse(f"x.{plain}", extensions)
    return whole.extension if isinstance(whole, Name) and whole.label == "x" else None


def across(label: Label, exact: Name | None, extensions: Sequence[Extension]) -> list[Asked]:
    """The label under each of these extensions, still to be `checked`; the name that was typed before all others."""
    first = exact.extension if exact else None
    ordered = sorted(extensions, key=lambda each: each.name != first)
    return [_under(rank, label, extension.name) for rank, extension in enumerate(ordered)]


def _under(rank: int, label: Label, extension: str) -> Asked:
    shown = f"{label.unicode}.{names.read_as(extension)}"
    return Asked(rank, shown, Name(f"{label.ascii}.{extension}", shown, label.ascii, label.unicode, extension))


def listed(texts: Sequence[str], extensions: Container[str], public_suffix: PublicSuffix | None = None) -> list[Asked]:
    """Each text of a list as a name still to be `checked`, or with what is wrong with it, in its place."""
    read = [names.parse(text, extensions, public_suffix) for text in texts]
    return [
        Asked(rank, texts[rank], None, name) if isinstance(name, NameProblem) else Asked(rank, texts[rank], name)
        for rank, name in enumerate(read)
    ]


def checked(one: Asked, extensions: Mapping[str, Extension], public_suffix: PublicSuffix | None = None) -> Asked:
    """The same with what its extension has against it, or that names are registered below it alone."""
    if one.name is None:
        return one
    problem = names.label_problem(one.name, extensions[one.name.extension])
    problem = problem or names.suffix_problem(one.name, extensions, public_suffix)
    return Asked(one.rank, one.text, one.name, problem) if problem else one


UNFIT: Mapping[str, str] = {
    "dots": '"%(name)s" has a dot too many',
    "double-hyphen": '"%(name)s" has hyphens in third and fourth place, which is kept for encoded names (xn--…)',
    "emoji": '"%(name)s" has an emoji or symbol in it, which names have not there',
    "empty-label": '"%(name)s" has a dot too many',
    "extension-not-sold": '"%(name)s" is under no extension that is sold here',
    "extension-only": '"%(name)s" is an extension: put a name in front of it',
    "final-dot": '"%(name)s" has a dot too many',
    "hyphen": '"%(name)s" begins or ends with a hyphen',
    "label-too-long": '"%(name)s" is too long',
    "label-too-short": '"%(name)s" is too short',
    "name-too-long": '"%(name)s" is too long',
    "no-idn": ".%(extension)s names are made of the letters a to z, digits and hyphens only",
    "spaces": '"%(name)s" contains a space: a domain name has none',
    "underscore": '"%(name)s" contains an underscore: use letters, digits and hyphens',
}
"""What is wrong with a name, for those who do not read English; what is not told apart here is told as `NO_NAME`."""
NO_NAME = '"%(name)s" cannot be the name of a domain there'


OBSTACLES: Mapping[str, str] = {
    "silent": "The registry of .%(extension)s does not answer, try again later",
    "not begun": "The sale of .%(extension)s names has not begun",
    "not on sale": ".%(extension)s names are not on sale",
    "reserved": '"%(name)s" is reserved',
    "taken": '"%(name)s" is taken, and .%(extension)s names cannot be transferred here',
}


def unfit(problem: NameProblem, language: Language, **said: str) -> str:
    """What is wrong with a name, in words; `said` is its `name`, as typed where it is none, and its `extension`."""
    return problem.message if language.code == ENGLISH else language.say(UNFIT.get(problem.reason, NO_NAME), **said)


def refusal_of(problem: NameProblem, text: str, field: str) -> Refusal:
    """What is wrong with a name that somebody typed, as it is told apart in English."""
    said = {"name": text[:LONGEST_SAID], "extension": text.rpartition(".")[2][:LONGEST_SAID]}
    return Refusal("invalid", problem.message, field, sentence=Sentence(UNFIT.get(problem.reason, NO_NAME), said))


LONGEST_SAID = 80


def why(finding: Finding, language: Language) -> str | None:
    """Why a name cannot be had, in words; None if it can."""
    problem, name = finding.asked.problem, finding.asked.name
    if finding.orderable and not problem:
        return None
    said = {"name": name.unicode, "extension": names.read_as(name.extension)} if name else {"name": finding.asked.text}
    if problem:
        return unfit(problem, language, **said)
    if finding.withheld and language.code == ENGLISH:
        return finding.withheld
    told = language.say(_obstacle(finding), **said)
    own = None
    if finding.answer and finding.state == "reserved":
        own = finding.answer.reason or next((offer.obstacle for offer in finding.offers), None)
    return language.say("%(label)s: %(problem)s", label=told, problem=language.say(own)) if own else told


def _obstacle(finding: Finding) -> str:
    if finding.answer is None:
        return OBSTACLES["silent"]
    if finding.withheld:
        return OBSTACLES["not on sale"]
    if not finding.offers:
        return OBSTACLES["not begun"]
    return OBSTACLES["reserved" if finding.state == "reserved" else "taken"]
