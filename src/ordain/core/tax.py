"""How a sale is taxed: whose tax, at what rate and why; frozen with the order, printed on its bill. Prose: docs/tax.md.

Names are electronically supplied services (Directive 2006/112/EC): taxed where the customer is, articles 44 and 58.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from ordain.core import vat_number
from ordain.core.known import Known
from ordain.core.language import Sentence
from ordain.core.schedule import Schedule
from ordain.core.vat_number import UNION

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.catalogue import Subsidiary
    from ordain.core.customer import Customer
    from ordain.core.vat_check import Verdict

Treatment = Literal["domestic", "destination", "reverse-charge", "outside"]
"""Taxed where the seller is; where the consumer is; by the customer, who accounts for it; not at all, being outside."""

MILLION = 1_000_000


class Taxation(Struct, frozen=True, kw_only=True):
    """What was decided about the tax of one sale."""

    country: str
    """Whose tax it is (ISO 3166-1): the ledger account is `tax:<country>`. The seller's where there is none."""
    millionths: int
    """The rate: 200000 is 20 %, 99750 is 9.975 %."""
    treatment: Treatment
    vat: str | None = None
    """The customer's VAT number the decision rests on."""
    evidence: int | None = None
    """The stored check of that number, by its id."""

    @property
    def rate(self) -> Fraction:
        """The rate as a fraction: 1/5 for 20 %."""
        return _rate(self.millionths)

    @property
    def percent(self) -> str:
        """The rate as people write it: "20", "25.5"."""
        whole, rest = divmod(self.millionths, MILLION // 100)
        return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


@lru_cache(maxsize=256)
def _rate(millionths: int) -> Fraction:
    return Fraction(millionths, MILLION)


class Territory(Struct, frozen=True, kw_only=True):
    """A part of the world taxed otherwise than the country it belongs to.

    `member`: within the Union's VAT area, at the rate given, else its country's. `national`: outside of it, yet its
    country's own sellers charge a rate there. `outside`: nobody's VAT.
    """

    name: str
    of: str
    """The country whose tax it is."""
    treated: Literal["member", "national", "outside"]
    countries: frozenset[str]
    """Codes an account's country has there."""
    zip: str | None = None
    """A pattern of the post codes there; None: all of them."""
    rate: Schedule[Fraction] | None = None

    def holds(self, country: str, code: str) -> bool:
        """Whether an address is there."""
        return country in self.countries and (self.zip is None or bool(re.fullmatch(self.zip, code)))


class SellerFacts(Struct, frozen=True, kw_only=True):
    """What tax asks of a subsidiary beside its country; None: as everywhere else."""

    country: str | None = None
    """Where it is established for tax, if that is another country than the one it sells to."""
    oss: bool | None = None
    """Outside the Union false: it is not registered there, and sells to no consumers in it (`unregistered`)."""


class TaxRules(Struct, frozen=True, kw_only=True):
    """What catalogue/tax.toml says."""

    rates: Mapping[str, Schedule[Fraction]]
    """The standard rate, by country."""
    territories: tuple[Territory, ...] = ()
    sellers: Mapping[str, SellerFacts] = {}
    """By subsidiary."""
    oss: bool = True
    """Whether sellers of the Union charge consumers elsewhere in it their own country's rate (one-stop shop)."""


class Seller(Struct, frozen=True, kw_only=True):
    """Who sells. `rate` is the one of its catalogue."""

    country: str
    rate: Schedule[Fraction]
    oss: bool


def seller_of(rules: TaxRules, subsidiary: Subsidiary) -> Seller:
    """A subsidiary as tax sees it. `TaxRules.oss` is about those of the Union: others have no choice (article 58)."""
    facts = rules.sellers.get(subsidiary.code) or SellerFacts()
    country = facts.country or subsidiary.country
    oss = (rules.oss or country not in UNION) if facts.oss is None else facts.oss
    return Seller(country=country, rate=subsidiary.tax, oss=oss)


def home(seller: Seller, now: datetime) -> Taxation:
    """The seller's own tax: for its own country, and for whom nothing is known of yet."""
    return _at(seller.rate.at(now), seller.country, "domestic")


def treatment(
    seller: Seller, customer: Customer | None, rules: TaxRules, now: datetime, checked: Verdict | None = None
) -> Taxation:
    """The tax of a sale. `checked` is what is known of the customer's VAT number; None: nothing, it does not count."""
    if customer is None or not re.fullmatch("[A-Z]{2}", customer.country):
        return home(seller, now)
    place = _place(customer.country, customer.zip, rules)
    rate = place.rate.at(now) if place.rate else None
    if place.of == seller.country and place.treated != "outside":
        return home(seller, now) if rate is None else _at(rate, seller.country, "domestic")
    if not _taxable(place):
        return Taxation(country=seller.country, millionths=0, treatment="outside")
    if checked and checked.counts and checked.number == accountable(seller, customer, rules):
        number, evidence = checked.number, checked.evidence
        return Taxation(country=place.of, millionths=0, treatment="reverse-charge", vat=number, evidence=evidence)
    if rate is None and place.of in rules.rates:
        rate = rules.rates[place.of].at(now)
    # Article 59c lets small sellers of one member state charge their own rate; who is outside has no such choice.
    there = seller.oss or seller.country not in UNION
    return _at(rate, place.of, "destination") if there and rate is not None else home(seller, now)


def unregistered(seller: Seller, taxation: Taxation) -> bool:
    """Whether a sale would owe a member state's VAT that this seller, outside the Union, cannot declare."""
    return taxation.treatment == "destination" and seller.country not in UNION and not seller.oss


def _taxable(place: Territory) -> bool:
    """Whether a place abroad is one that VAT is owed in, by whoever sells or by their customer there."""
    return place.treated == "member" and place.of in UNION


def accountable(seller: Seller, customer: Customer | None, rules: TaxRules) -> str | None:
    """The VAT number by which this customer would account for the tax, if it is checked; None where none would count.

    A person's does not (nichandle.LegalFormEnum "individual" is a consumer), nor one of another country than theirs.
    """
    if customer is None or customer.legalform == "individual":
        return None
    number, place = vat_number.compact(customer.vat), _place(customer.country, customer.zip, rules)
    elsewhere = place.of != seller.country and _taxable(place)
    return number if number and elsewhere and vat_number.state(number) == place.of else None


def foreign(seller: Seller, customer: Customer | None, rules: TaxRules) -> Sentence | None:
    """That a body's VAT number does not count because it is another country's; None where that is not so."""
    if customer is None or customer.legalform == "individual":
        return None
    number, place = vat_number.compact(customer.vat), _place(customer.country, customer.zip, rules)
    if not number or place.of in (seller.country, vat_number.state(number)) or not _taxable(place):
        return None
    return Sentence(FOREIGN, {"number": number, "country": place.of})


def _place(country: str, code: str, rules: TaxRules) -> Territory:
    """Where an address is, for tax."""
    return _places.of((rules,), (country, code), lambda: _looked_up(country, code.strip(), rules))


_places: Known[Territory] = Known(1000)
"""By country and post code: each sale asks twice or thrice, and every territory has a pattern."""


def _looked_up(country: str, code: str, rules: TaxRules) -> Territory:
    found = next((each for each in rules.territories if each.holds(country, code)), None)
    return found or Territory(name=country, of=country, treated="member", countries=frozenset())


def _at(rate: Fraction, country: str, treated: Treatment) -> Taxation:
    return Taxation(country=country, millionths=rate.numerator * MILLION // rate.denominator, treatment=treated)


UNREGISTERED = (
    "ovhSubsidiary: %(subsidiary)s is not registered for the VAT of %(country)s and sells to no consumers there: "
    "use a cart of another subsidiary"
)
FOREIGN = "The VAT number %(number)s is not one of %(country)s: you are taxed as a consumer there."
REVERSE_CHARGE = (
    "Reverse charge: the customer accounts for the VAT (Directive 2006/112/EC, articles 44 and 196). "
    "VAT number of the customer: %(vat)s."
)
OUTSIDE_UNION = "No VAT: the place of supply is outside the European Union (Directive 2006/112/EC, articles 44 and 58)."
OUTSIDE_COUNTRY = "No tax: the place of supply is outside the seller's country."
DESTINATION = "VAT of the consumer's country, %(country)s, at %(percent)s %% (Directive 2006/112/EC, article 58)."


def note(taxation: Taxation) -> Sentence | None:
    """What a bill and an order have to say about their tax beside its rate; None where the rate says it all."""
    if taxation.treatment == "reverse-charge":
        return Sentence(REVERSE_CHARGE, {"vat": taxation.vat or ""})
    if taxation.treatment == "destination":
        return Sentence(DESTINATION, {"country": taxation.country, "percent": taxation.percent})
    if taxation.treatment == "outside":
        return Sentence(OUTSIDE_UNION if taxation.country in UNION else OUTSIDE_COUNTRY, {})
    return None
