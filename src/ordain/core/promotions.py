"""Promotions: who gets how much off the first year, as data (catalogue/promotions.toml).

A promotion with a code is a coupon: it counts only in carts that its code was put in.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Literal, get_args

from msgspec import Struct

from ordain.core.language import Sentence
from ordain.core.money import parse_amount, round_to, smallest
from ordain.core.refusal import Refusal, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


CODE = re.compile(r"[A-Z0-9]([A-Z0-9-]{2,30}[A-Z0-9])", re.ASCII)
"""A coupon's code, as it is written in the catalogue; customers may type it in lower case."""
MOST_COUPONS = 10
"""In one cart."""

Action = Literal["create", "transfer", "trade"]
Benefit = Literal["amount", "percent", "first_year"]


class Limits(Struct, frozen=True, omit_defaults=True):
    """What has to be counted, or looked up, before a promotion is given: of most there is none of it."""

    quantity: int | None = None
    """Uses in all: names, of a coupon orders."""
    per_customer: int | None = None
    """Uses of one account."""
    first_order: bool = False
    """Only for accounts that have no order but cancelled ones."""


UNLIMITED = Limits()


class Promotion(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry of promotions.toml: conditions, of which all have to be met, and one benefit.

    What is taken off is an `amount` by currency, or so much `percent`, or whatever the first year costs more than the
    `first_year` of its currency.
    """

    name: str
    title: str
    """Printed on the order's GIFT line, or a coupon's VOUCHER line."""
    extensions: tuple[str, ...] = ()
    """Without dots; none for all there are."""
    actions: tuple[Action, ...] = ("create",)
    amount: dict[str, str] = {}
    percent: int = 0
    first_year: dict[str, str] = {}
    begins: datetime | None = None
    ends: datetime | None = None
    code: str | None = None
    """What customers type to have it; None for what everybody gets."""
    subsidiaries: tuple[str, ...] = ()
    """Where it is given; none for all."""
    periods: tuple[int, ...] = ()
    """The durations in years that it is given for; none for all."""
    minimum_years: int = 0
    """The shortest duration that it is given for."""
    first_order: bool = False
    quantity: int | None = None
    per_customer: int | None = None

    def __post_init__(self) -> None:
        problem = next(self._problems(), None)
        if problem:
            message = f"promotion {self.name}: {problem}"
            raise ValueError(message)

    def _problems(self) -> Iterator[str]:
        yield from self._of_benefit()
        yield from self._of_time()
        if self.code is not None and not CODE.fullmatch(self.code):
            yield "a code is 4 to 32 of A to Z, 0 to 9 and hyphens"
        if not self.actions:
            yield f"actions are some of {', '.join(get_args(Action))}"
        if "trade" in self.actions and self.code is None:
            yield "actions: trade is for promotions with a code"
        for key, given in (("quantity", self.quantity), ("per_customer", self.per_customer)):
            if given is not None and given < 1:
                yield f"{key} is 1 or more"

    def _of_benefit(self) -> Iterator[str]:
        if [bool(self.amount), bool(self.percent), bool(self.first_year)].count(True) != 1:
            yield "give either amount or percent or first_year"
        if not 0 <= self.percent <= 100:
            yield "percent is between 0 and 100"
        if any(parse_amount(text) <= 0 for text in self.amount.values()):
            yield "an amount is above zero"
        for currency, text in self.first_year.items():
            price = parse_amount(text)
            if price < 0 or price % smallest(currency):
                yield f"first_year in {currency} is an amount that can be paid, or zero"

    def _of_time(self) -> Iterator[str]:
        if any(instant and instant.utcoffset() is None for instant in (self.begins, self.ends)):
            yield "begins and ends need a time zone"
        if any(years < 1 for years in self.periods):
            yield "periods are years, 1 or more"
        if self.minimum_years < 0:
            yield "minimum_years is a number of years"

    @property
    def limits(self) -> Limits:
        """What has to be counted before it is given."""
        return Limits(self.quantity, self.per_customer, self.first_order)

    @property
    def benefit(self) -> Benefit:
        """What kind of thing it takes off."""
        return "percent" if self.percent else "first_year" if self.first_year else "amount"

    def runs(self, now: datetime) -> bool:
        """Whether it is on at this instant: from `begins` on, up to but not including `ends`."""
        return (self.begins is None or self.begins <= now) and (self.ends is None or now < self.ends)

    def over(self, now: datetime) -> bool:
        """Whether it is over at this instant."""
        return self.ends is not None and self.ends <= now

    def given_in(self, subsidiary: str) -> bool:
        """Whether it is given in this subsidiary."""
        return not self.subsidiaries or subsidiary in self.subsidiaries

    def lasts(self, years: int) -> bool:
        """Whether it is given for this duration."""
        return years >= self.minimum_years and (not self.periods or years in self.periods)

    def fits(self, purchase: Purchase) -> bool:
        """Whether what is bought is what it is given for, in one of the durations at least."""
        return (
            (not self.extensions or purchase.extension in self.extensions)
            and purchase.action in self.actions
            and any(self.lasts(years) for years in purchase.years)
        )

    def discount(self, price: int, currency: str) -> int:
        """What it takes off this net price, in micro-cents: never more than the price, never less than nothing."""
        step = smallest(currency)
        if self.percent:
            # Of a hundred times the price to a hundred times the step: whole numbers, for every offer of a search.
            return min(price, round_to(price * self.percent, 100 * step) // 100)
        if self.first_year:
            fixed = self.first_year.get(currency)
            return 0 if fixed is None else min(price, max(0, round_to(price, step) - parse_amount(fixed)))
        return min(price, parse_amount(self.amount.get(currency, "0")))


class Gift(Struct, frozen=True, omit_defaults=True):
    """A promotion as applied to one price."""

    title: str
    discount: int
    ends: datetime | None = None
    name: str = ""
    """The promotion's; none in carts filled before it was kept."""
    begins: datetime | None = None
    benefit: Benefit = "amount"
    years: tuple[int, ...] = ()
    """The durations it is given for; none for all."""
    limits: Limits = UNLIMITED

    def lasts(self, years: int) -> bool:
        """Whether it is given for this duration."""
        return not self.years or years in self.years

    @property
    def always(self) -> bool:
        """Whether whoever buys gets it, for whatever duration."""
        return not self.years and self.limits == UNLIMITED


class Purchase(Struct, frozen=True):
    """What a promotion is asked about. `years`: the durations it may be bought for, the shortest first."""

    extension: str
    action: str
    price: int
    currency: str
    years: tuple[int, ...] = (1,)


def gift(promotion: Promotion, purchase: Purchase) -> Gift:
    """The promotion as applied to this purchase."""
    lasting = tuple(years for years in purchase.years if promotion.lasts(years))
    return Gift(
        promotion.title,
        promotion.discount(purchase.price, purchase.currency),
        promotion.ends,
        promotion.name,
        promotion.begins,
        promotion.benefit,
        () if lasting == purchase.years else lasting,
        promotion.limits,
    )


def rank(one: Gift) -> tuple[int, str]:
    """The one that takes off most is first; of equals, the first by name, so that order never matters."""
    return -one.discount, one.name


def gifts(promotions: Iterable[Promotion], purchase: Purchase) -> tuple[Gift, ...]:
    """What this purchase may be given, best first, down to the first that whoever buys gets: none after it counts."""
    found: list[Gift] = []
    for one in sorted((gift(p, purchase) for p in promotions if p.fits(purchase)), key=rank):
        if one.discount:
            found.append(one)
            if one.always:
                break
    return tuple(found)


def counting(candidates: Iterable[Gift], years: int, barred: frozenset[str] = frozenset()) -> Gift | None:
    """The best for this duration of those that are not barred (by their names); None if there is none."""
    return min((one for one in candidates if one.lasts(years) and one.name not in barred), key=rank, default=None)


def everybodys(promotions: Iterable[Promotion], subsidiary: str, now: datetime) -> list[Promotion]:
    """Those that run now in this subsidiary and need no code."""
    return [p for p in promotions if p.code is None and p.given_in(subsidiary) and p.runs(now)]


UNKNOWN = "coupon '%(code)s' is unknown"
EXPIRED = "coupon %(code)s has expired"
NOT_YET = "coupon %(code)s cannot be used yet"
NOT_HERE = "coupon %(code)s is not for the subsidiary %(here)s: it is for %(there)s"
SENTENCES = (UNKNOWN, EXPIRED, NOT_YET, NOT_HERE)


def coupon(promotions: Iterable[Promotion], typed: str, subsidiary: str, now: datetime) -> Promotion | Refusal:
    """The coupon somebody typed the code of, if it is to be had in this subsidiary now."""
    wanted = typed.strip().upper()
    coded = [p for p in promotions if p.code == wanted]
    # Of one that was edited there is one for each time that it is so: what runs, else what comes.
    found = min(coded, key=lambda p: (not p.runs(now), p.over(now)), default=None)
    if found is None:
        return refusal("invalid", Sentence(UNKNOWN, {"code": repr(typed[:40])[1:-1]}), "coupon")
    if not found.runs(now):
        when = EXPIRED if found.over(now) else NOT_YET
        return refusal("invalid", Sentence(when, {"code": found.code}), "coupon")
    if not found.given_in(subsidiary):
        told = {"code": found.code, "here": subsidiary, "there": ", ".join(found.subsidiaries)}
        return refusal("invalid", Sentence(NOT_HERE, told), "coupon")
    return found


class Index(Struct, frozen=True):
    """Promotions by what has to be known of them at every offer."""

    by_extension: dict[str, tuple[Promotion, ...]]
    """Those everybody gets; "" has those of all extensions."""
    limited: tuple[Promotion, ...]
    """Those of them that are not for everybody always."""

    def of(self, extension: str) -> tuple[Promotion, ...]:
        """Those of an extension."""
        everywhere, own = self.by_extension.get("", ()), self.by_extension.get(extension, ())
        return (*own, *everywhere) if everywhere else own


def indexed(promotions: Iterable[Promotion]) -> Index:
    """The index of what everybody gets."""
    found: dict[str, list[Promotion]] = {}
    open_to_all = [one for one in promotions if one.code is None]
    for one in open_to_all:
        for extension in one.extensions or ("",):
            found.setdefault(extension, []).append(one)
    limited = tuple(one for one in open_to_all if one.limits != UNLIMITED)
    return Index({extension: tuple(of) for extension, of in found.items()}, limited)
