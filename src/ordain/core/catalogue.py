"""What is sold: extensions with their rules and prices, subsidiaries, contracts; and whether it fits together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, get_args

from msgspec import Struct, structs

from ordain.core import identity_numbers, rules
from ordain.core.categories import Categories
from ordain.core.identity_numbers import Number
from ordain.core.options import Option
from ordain.core.rules import Rule
from ordain.core.schedule import Schedule, always

if TYPE_CHECKING:
    from datetime import datetime


Phase = Literal["sunrise", "landrush", "claims", "ga"]
"""Of a launch (RFC 8334 §2.3): holders of a validated mark alone, then everybody at prices of their own, then everybody
with claims notices, then general availability, as the contract writes it in an offer."""
PHASES: tuple[Phase, ...] = get_args(Phase)


class Prices(Struct, frozen=True):
    """Net micro-cents: a year's creation and renewal, one transfer, one restoration. None: not sold.

    An owner change without a price of its own costs nothing.
    """

    create: int
    renew: int
    transfer: int | None
    restore: int | None
    trade: int | None = None


class Transfer(Struct, frozen=True):
    """How a name comes from another registrar. `code`: its holder has to give an authorisation code."""

    offered: bool
    code: bool
    years_added: int
    restarts: bool = False
    """The years count from the transfer, not from the expiry (.de, .it, .be, .nl, .ch)."""
    push: bool = False
    """The losing registrar hands the name over by our tag (Nominet), so there is nothing to ask the customer."""
    code_days: int | None = None
    """How long a code can be used; None: as long as it is not changed, or not known."""


class Lifecycle(Struct, frozen=True, kw_only=True):
    """What follows a registration and an expiry, in days; None: not known."""

    add_grace_days: int | None = None
    late_renew_days: int | None = None
    redemption_days: int | None = None
    pending_delete_days: int | None = None
    deleted_days: int | None = None
    """After the expiry, when the registry deletes the name at the latest."""


class Policy(Struct, frozen=True, kw_only=True):
    """What else the registry does and demands; None: not known."""

    ds_form: str | None = None
    """How it takes DNSSEC keys, if not as DS records."""
    hsts: bool = False
    """Browsers only visit its names over TLS."""
    claims: bool | None = None
    """Whether it is bound to the Trademark Clearinghouse."""
    restore: bool | None = None
    transfer_lock: bool | None = None
    max_years: int | None = None
    """How far ahead an expiry may lie."""
    pending: str | None = None
    """What a registration waits for after it was asked for."""
    name_servers: str | None = None
    """What name servers are checked for before a name is registered."""
    trustee: bool = False
    """Registrars sell the local presence it asks for."""
    whois_privacy: bool | None = None


class Unlike(Struct, frozen=True):
    """Names a registry refuses for their shape: a regular expression, and what it is told as."""

    pattern: str
    told: str


class Label(Struct, frozen=True, kw_only=True):
    """What the part before the extension may be; lengths are of its A-label."""

    min: int = 1
    max: int = 63
    idn: bool = False
    idn_max: int = 63
    """The most characters of an international name, as people read it."""
    scripts: tuple[str, ...] = ()
    """Scripts and languages of international names, in the sources' words; empty if nobody tells them."""
    repertoire: frozenset[str] = frozenset()
    """The characters the registry has for Latin names; empty if nobody tells them."""
    double_hyphen: bool = False
    """Whether hyphens in third and fourth place are taken, as in ab--cd."""
    emoji: bool = False
    unlike: Unlike | None = None


class Sale(Struct, frozen=True):
    """What staff say: whether an extension is on sale, and why not, in words."""

    on: bool
    why: str = ""


class Examples(Struct, frozen=True):
    """Facts the create rule accepts, and facts it refuses because of `refused_at` ("OWNER_CONTACT.address.country")."""

    accepted: Mapping[str, Any]
    refused: Mapping[str, Any]
    refused_at: str


class Extension(Struct, frozen=True, kw_only=True):
    """One extension. Periods are years."""

    name: str
    registry: str
    kind: str
    """"gtld" or "cctld"."""
    family: str
    """The file its usual values come from; empty if it stands for itself."""
    periods: tuple[int, ...]
    renew_periods: tuple[int, ...]
    transfer: Transfer
    label: Label
    lifecycle: Lifecycle
    policy: Policy
    dnssec: bool
    premium: bool
    min_owner_age: int
    not_sold: str | None
    """Why nobody can buy it here, in words."""
    enabled: bool
    """On sale by the files. What is not sold, and what too little is known of, is so only if the operator says so."""
    reached: bool = True
    """There is an account at its registry."""
    sale: Schedule[Sale | None] = always(None)
    """What staff say over the files; None: nothing."""
    phases: Schedule[Phase]
    """What its sale is in, since when; before the first of them nothing is sold."""
    contracts: tuple[str, ...]
    confidence: str
    sources: tuple[str, ...]
    """Codes of catalogue/SOURCES.md."""
    unknown: frozenset[str]
    """Keys nobody tells: what is sold by a usual value is published as not known ("periods", "label.min")."""
    unverified: tuple[str, ...]
    """Keys that rest on general knowledge alone."""
    rules: Mapping[str, Rule]
    """By action: create, transfer, trade, update."""
    numbers: tuple[Number, ...] = ()
    """What identity numbers are held to beside each of these rules."""
    prices: Mapping[str, Schedule[Prices]]
    """By currency; empty if no price is known."""
    examples: Examples

    def closed(self, now: datetime) -> str | None:
        """Why it cannot be ordered at this instant, in words; None when it can."""
        said = self.sale.at(now)
        if said is None:
            return self.withheld
        return None if said.on else said.why or f".{self.name} names are not on sale at the moment"

    @property
    def withheld(self) -> str | None:
        """Why it cannot be ordered by the files, in words; None when it can."""
        if self.enabled:
            return None
        return self.not_sold or f".{self.name} names are not on sale: too little is known of what their registry asks"

    def phase(self, now: datetime) -> Phase | None:
        """What its sale is in; None before it begins."""
        try:
            return self.phases.at(now)
        except LookupError:
            return None


class Subsidiary(Struct, frozen=True, kw_only=True):
    """A selling company. `tax` is a rate (1/5 for 20 %), `ratio` the level of its prices against those in euros."""

    code: str
    country: str
    currency: str
    tax: Schedule[Fraction]
    locale: str
    ratio: Fraction
    price_text: str
    """"{amount} €" or "${amount} USD"."""


class Contract(Struct, frozen=True):
    """Terms to agree to: names and texts by language ("en", "fr")."""

    id: str
    version: str
    name: Mapping[str, str]
    text: Mapping[str, str]

    def language(self, code: str) -> str:
        """This language if the contract is in it, else English."""
        return code if code in self.text else "en"


USUAL = "FR"


class Catalogue(Struct, frozen=True):
    """All that is sold. `version` changes whenever a byte of its files does."""

    extensions: Mapping[str, Extension]
    subsidiaries: Mapping[str, Subsidiary]
    contracts: Mapping[str, Schedule[Contract]]
    version: str
    options: Mapping[str, Option] = {}
    categories: Categories = Categories()

    @property
    def usual(self) -> str:
        """The subsidiary of whoever does not say theirs: FR, else the first that sells here."""
        return USUAL if USUAL in self.subsidiaries else next(iter(self.subsidiaries))

    def find(self, extension: str) -> Extension | None:
        """The extension of this name, with or without its leading dot; None if it is not in the catalogue."""
        return self.extensions.get(extension.removeprefix(".").lower())

    def prices(self, extension: str, currency: str, now: datetime) -> Prices:
        """What the extension costs at this instant. LookupError if it is not sold, in this currency, or not yet."""
        return self.extensions[extension].prices[currency].at(now)


def enabled(catalogue: Catalogue, wanted: Iterable[str]) -> Catalogue | list[str]:
    """The catalogue with these withheld extensions on sale, or what stands against it, in sentences.

    "all" are those too little is known of; what is not sold has to be named.
    """
    names = set(wanted)
    if "all" in names:
        names = names - {"all"} | {name for name, e in catalogue.extensions.items() if not e.enabled and not e.not_sold}
    problems = [f"there is no extension .{name}" for name in sorted(names - set(catalogue.extensions))]
    named = {name: catalogue.extensions[name] for name in sorted(names & set(catalogue.extensions))}
    problems += [f".{name} has no prices: {extension.not_sold}" for name, extension in named.items()
                 if not extension.prices]  # fmt: skip
    changed = {name: structs.replace(extension, enabled=True) for name, extension in named.items()}
    return problems or structs.replace(catalogue, extensions={**catalogue.extensions, **changed})


def unreached(catalogue: Catalogue, names: Iterable[str]) -> Catalogue:
    """The catalogue with these extensions not on sale: there is no account at their registries."""
    known = catalogue.extensions
    why = ".{name} names are not on sale: there is no account at their registry, {registry}"
    changed = {
        name: structs.replace(
            known[name],
            enabled=False,
            reached=False,
            not_sold=known[name].not_sold or why.format(name=name, registry=known[name].registry),
        )
        for name in names
    }
    return structs.replace(catalogue, extensions={**known, **changed})


class CheckRow(Struct, frozen=True):
    """What `ordain catalogue check` says about one extension. Prices are in euros now, None if there are none.

    Problems begin with the key of the extension's file.
    """

    extension: str
    periods: tuple[int, ...]
    prices: Prices | None
    accepted_ok: bool
    refused_ok: bool
    problems: tuple[str, ...]


def check(catalogue: Catalogue, now: datetime) -> list[CheckRow]:
    """Each extension's examples run against its rule, and its prices looked up; in the order of their names."""
    currencies = sorted({subsidiary.currency for subsidiary in catalogue.subsidiaries.values()})
    return [_check_row(extension, currencies, now) for _, extension in sorted(catalogue.extensions.items())]


def example_problems(extension: Extension) -> tuple[list[str], list[str]]:
    """What is wrong with the accepted and with the refused example, in words."""
    create, examples = extension.rules["create"], extension.examples
    accepted = [f"the accepted example is refused: {v.message} ({_place(v)})"
                for v in identity_numbers.violations(create, extension.numbers, examples.accepted)]  # fmt: skip
    places = sorted({_place(v) for v in identity_numbers.violations(create, extension.numbers, examples.refused)})
    if places == [examples.refused_at]:
        return accepted, []
    got = ", ".join(places) or "nothing"
    return accepted, [f"the refused example is refused because of {got}, not of {examples.refused_at}"]


def _place(violation: rules.Violation) -> str:
    return ".".join(part for part in (violation.label, violation.field) if part)


def _check_row(extension: Extension, currencies: Sequence[str], now: datetime) -> CheckRow:
    accepted, refused = example_problems(extension)
    problems = [f"examples: {problem}" for problem in accepted + refused]
    problems += price_problems(extension, currencies, now)
    try:
        prices = extension.prices["EUR"].at(now)
    except LookupError:
        prices = None
    return CheckRow(extension.name, extension.periods, prices, not accepted, not refused, tuple(problems))


def price_problems(extension: Extension, currencies: Iterable[str], now: datetime) -> list[str]:
    """What is wrong with its prices, from now on; nothing where it has none."""
    wanted = currencies if extension.prices else ()
    return [problem for currency in wanted for problem in _price_problems(extension, currency, now)]


def _price_problems(extension: Extension, currency: str, now: datetime) -> Iterator[str]:
    """What a customer would stumble over: now, in each phase to come, and whenever a price changes."""
    schedule, phases = extension.prices[currency], extension.phases.entries
    for start, phase in (*((None, phase) for _, phase in phases[:1]), *phases[1:]):
        at = now if start is None else max(start, now)
        begins = phases[0][0]
        try:
            schedule.at(max(at, begins) if begins else at)
        except LookupError:
            yield f"prices.{currency}: none holds in {phase}" + (f" from {start.isoformat()}" if start else " now")
    for start, prices in schedule.entries:
        if not (prices.create and prices.renew):
            yield f"prices.{currency}: a year costs nothing" + (f" from {start.isoformat()}" if start else "")
