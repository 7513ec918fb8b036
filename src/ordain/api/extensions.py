"""/domain/extensions: the extensions that are sold, how they are grouped, and what their registries allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Struct

from ordain.api import words
from ordain.api.routing import Call, Route
from ordain.core import categories
from ordain.core.refusal import not_found
from ordain.flows.carts import code_of, subsidiary_of

if TYPE_CHECKING:
    from datetime import datetime

    from ordain.core.catalogue import Extension as CoreExtension
    from ordain.core.categories import Groups

EXTENSION = "/domain/extensions/{name}"
CategoryType = Annotated[str, words.enum("domain.extensions.CategoryTypeEnum")]


class BySubsidiary(Struct, frozen=True):
    """Whose extensions; the caller's own subsidiary's, if it is left open."""

    ovhSubsidiary: words.Subsidiary | None = None


class ByCountry(Struct, frozen=True):
    """The same, under its old name."""

    country: words.Subsidiary | None = None


class Filters(Struct, frozen=True, kw_only=True):
    """Filters of GET /domain/extensions: names of groups, with commas between them."""

    geolocalizations: words.Text | None = None
    orderBy: Annotated[str, words.enum("domain.extensions.OrderByTypeEnum")] | None = None
    ovhSubsidiary: words.Subsidiary | None = None
    thematics: words.Text | None = None


class ByCategory(Struct, frozen=True):
    """Which kinds of groups; all of them, if it is left open."""

    categoryType: list[CategoryType] | None = None


class Category(Struct, frozen=True):
    """domain.extensions.CategoryNameWithExtensions."""

    extensions: list[str]
    name: str


class Categories(Struct, frozen=True):
    """domain.extensions.ExtensionsByCategory."""

    geolocalization: list[Category] | None
    thematic: list[Category] | None


class PricingAttributes(Struct, frozen=True):
    """domain.extensions.ExtensionsPricingAttributes."""

    brandNew: bool
    name: str
    priceDrop: bool


class Extension(Struct, frozen=True):
    """domain.extensions.Extension."""

    name: str


class Dns(Struct, frozen=True):
    """domain.extensions.registryConfigurations.DNSRegistryConfiguration."""

    isDNSSECSupported: bool
    maxNumber: int | None
    minNumber: int | None


class Label(Struct, frozen=True):
    """domain.extensions.registryConfigurations.LabelDomainRegistryConfiguration."""

    isIDNSupported: bool
    maxLength: int | None
    minLength: int | None


class Domain(Struct, frozen=True):
    """domain.extensions.registryConfigurations.DomainRegistryConfiguration."""

    isPremiumSupported: bool
    label: Label


class Create(Struct, frozen=True):
    """domain.extensions.registryConfigurations.CreateLifecycleRegistryConfiguration."""

    allowedPeriodsInMonths: list[int] | None


class Order(Struct, frozen=True):
    """domain.extensions.registryConfigurations.OrderLifecycleRegistryConfiguration."""

    active: bool
    maxMonths: int | None
    minMonths: int | None


class Renew(Struct, frozen=True):
    """domain.extensions.registryConfigurations.RenewLifecycleRegistryConfiguration."""

    allowedPeriodsInMonths: list[int] | None
    gracePeriodInDays: int | None


class Restore(Struct, frozen=True):
    """domain.extensions.registryConfigurations.RestoreLifecycleRegistryConfiguration."""

    gracePeriodInDays: int | None


class Transfer(Struct, frozen=True):
    """domain.extensions.registryConfigurations.TransferLifecycleRegistryConfiguration."""

    allowedPeriodsInMonths: list[int] | None
    includeRenew: bool


class Lifecycle(Struct, frozen=True):
    """domain.extensions.registryConfigurations.LifecycleRegistryConfiguration."""

    create: Create
    order: Order
    renew: Renew
    restore: Restore
    transfer: Transfer


class RegistryConfigurations(Struct, frozen=True):
    """domain.extensions.registryConfigurations.RegistryConfigurations."""

    dns: Dns
    domain: Domain
    lifecycle: Lifecycle


def _code(call: Call, asked: str | None) -> str:
    """The subsidiary asked for, else the caller's own."""
    return subsidiary_of(call.engine, asked or code_of(call.engine, call.maybe_caller)).code


async def _list(call: Call) -> list[str]:
    wanted: Filters = call.query
    known = call.engine.market.catalogue
    first = known.categories.first(_code(call, wanted.ovhSubsidiary))
    sold = {name for name, extension in known.extensions.items() if not extension.closed(call.now)}
    for groups, names in (
        (known.categories.geolocalization, wanted.geolocalizations),
        (known.categories.thematic, wanted.thematics),
    ):
        among = categories.asked(groups, names)
        sold &= sold if among is None else among
    return categories.ordered(sold, first, "trending" if wanted.orderBy == "trending" else "alphabetical")


async def _by_category(call: Call) -> Categories:
    catalogue, kinds = call.engine.market.catalogue, call.query.categoryType

    def shown(kind: str, groups: Groups) -> list[Category] | None:
        if kinds and kind not in kinds:
            return None
        return [Category([each for each in of if not catalogue.extensions[each].closed(call.now)], name)
                for name, of in groups.items()]  # fmt: skip

    known = catalogue.categories
    return Categories(shown("geolocalization", known.geolocalization), shown("thematic", known.thematic))


async def _highlighted(call: Call) -> list[str]:
    return list(call.engine.market.catalogue.categories.first(_code(call, call.query.ovhSubsidiary)))


async def _attributes(call: Call) -> list[PricingAttributes]:
    market = call.engine.market
    subsidiary = market.catalogue.subsidiaries[_code(call, call.query.ovhSubsidiary)]
    return [
        PricingAttributes(
            categories.is_new(extension, subsidiary.currency, call.now),
            name,
            categories.is_cheaper(market, extension, subsidiary, call.now),
        )
        for name, extension in sorted(market.catalogue.extensions.items())
    ]


def _extension(call: Call) -> CoreExtension:
    found = call.engine.market.catalogue.find(call.path["name"])
    if found is None:
        message = f"Extension {call.path['name']} is not sold here"
        raise not_found(message, "name")
    return found


async def _read(call: Call) -> Extension:
    return Extension(_extension(call).name)


async def _configurations(call: Call) -> RegistryConfigurations:
    return registry_configurations(_extension(call), call.now)


def registry_configurations(of: CoreExtension, now: datetime) -> RegistryConfigurations:
    """What is not known is null, where the contract has a null; else false."""
    months, again = _months(of, of.periods), _months(of, of.renew_periods)
    added = None if "transfer.years_added" in of.unknown or not of.transfer.offered else of.transfer.years_added
    return RegistryConfigurations(
        Dns(of.dnssec, None, None),
        Domain(of.premium, Label(of.label.idn, of.label.max, None if "label.min" in of.unknown else of.label.min)),
        Lifecycle(
            Create(months),
            Order(not of.closed(now), max(months) if months else None, min(months) if months else None),
            Renew(again, of.lifecycle.late_renew_days),
            Restore(of.lifecycle.redemption_days),
            Transfer(None if added is None else [12 * added], bool(added)),
        ),
    )


def _months(of: CoreExtension, years: tuple[int, ...]) -> list[int] | None:
    return None if "periods" in of.unknown else [12 * year for year in years]


async def _old_list(call: Call) -> list[str]:
    _code(call, call.query.country)
    return sorted(name for name, of in call.engine.market.catalogue.extensions.items() if not of.closed(call.now))


ROUTES = (
    Route(method="GET", path="/domain/extensions", do=_list, told="The extensions that are sold", query=Filters,
          answer=list[str]),
    Route(method="GET", path="/domain/extensions/byCategory", do=_by_category, told="Extensions by theme and place",
          query=ByCategory, answer=Categories),
    Route(method="GET", path="/domain/extensions/highlighted", do=_highlighted, told="Extensions that are shown first",
          query=BySubsidiary, answer=list[str]),
    Route(method="GET", path="/domain/extensions/pricingAttributes", do=_attributes,
          told="Which extensions are new, and which cost less than before", query=BySubsidiary,
          answer=list[PricingAttributes]),
    Route(method="GET", path=EXTENSION, do=_read, told="Read an extension", answer=Extension),
    Route(method="GET", path=f"{EXTENSION}/registryConfigurations", do=_configurations,
          told="What an extension's registry allows", answer=RegistryConfigurations),
    Route(method="GET", path="/domain/data/extension", do=_old_list, told="The extensions that are sold",
          authenticated=False, query=ByCountry, answer=list[str], standing="DEPRECATED"),
)  # fmt: skip
