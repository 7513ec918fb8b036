"""What is sold: the files with the edits of staff over them, a pure function of both. In prose: docs/catalogue.md."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from ordain.core import price_build
from ordain.core.brand import Brand
from ordain.core.catalogue import Sale
from ordain.core.edit import BrandChange, MarginChange, PriceChange, PromotionChange, SaleChange, in_force
from ordain.core.margins import Margin
from ordain.core.promotions import Promotion
from ordain.core.schedule import Schedule, Span, always, overlaid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ordain.core.catalogue import Catalogue, Extension
    from ordain.core.edit import Edit
    from ordain.core.offer import Market


class _Sorted(Struct):
    """Spans by what they are about."""

    prices: dict[str, dict[str, dict[str, list[Span[int | None]]]]]
    """By extension, currency and action."""
    sales: dict[str, list[Span[Sale | None]]]
    promotions: dict[str, list[Span[tuple[Promotion, ...]]]]
    margins: dict[str, list[Span[Margin | None]]]
    brands: list[Span[Brand]]


def edited(files: Market, edits: Iterable[Edit]) -> Market:
    """The market of the files with what staff changed, whatever order the edits come in.

    What names an extension or currency the files have no more is left out: see `lost`.
    """
    counting = in_force(edits)
    if not counting:
        return files
    found = _sorted(files, counting)
    return structs.replace(
        files,
        catalogue=_catalogue(files.catalogue, found, counting),
        promotions=_promotions(files.promotions, found.promotions),
        margins=_margins(files.margins, found.margins),
        brand=overlaid(files.brand, found.brands),
    )


def lost(files: Market, edits: Iterable[Edit]) -> list[Edit]:
    """The edits that name an extension, its prices or a currency that the files do not have."""
    return [edit for edit in in_force(edits) if not _is_there(files, edit)]


def _is_there(files: Market, edit: Edit) -> bool:
    change, catalogue = edit.change, files.catalogue
    if not isinstance(change, PriceChange | SaleChange):
        return True
    extension = catalogue.extensions.get(change.extension)
    if extension is None or isinstance(change, SaleChange):
        return extension is not None
    return bool(extension.prices) and change.currency in {each.currency for each in catalogue.subsidiaries.values()}


def _sorted(files: Market, edits: Sequence[Edit]) -> _Sorted:
    found = _Sorted({}, {}, {}, {}, [])
    for edit in edits:
        if not _is_there(files, edit):
            continue
        begins, ends = edit.begins, edit.ends
        match edit.change:
            case PriceChange(extension, currency, action, price):
                of = found.prices.setdefault(extension, {}).setdefault(currency, {})
                of.setdefault(action, []).append(Span(begins, ends, price))
            case SaleChange(extension, on, why):
                found.sales.setdefault(extension, []).append(Span(begins, ends, Sale(on, why)))
            case PromotionChange(name, promotion):
                told = (promotion,) if promotion else ()
                found.promotions.setdefault(name, []).append(Span(begins, ends, told))
            case MarginChange(name, margin):
                found.margins.setdefault(name, []).append(Span(begins, ends, margin))
            case BrandChange(brand):
                found.brands.append(Span(begins, ends, brand))
    return found


def _catalogue(files: Catalogue, found: _Sorted, edits: Sequence[Edit]) -> Catalogue:
    changed = {name: _extension(files.extensions[name], found) for name in sorted({*found.prices, *found.sales})}
    told = msgspec.json.encode([(edit.begins, edit.ends, edit.change) for edit in edits])
    version = hashlib.sha256(files.version.encode() + told).hexdigest()
    return structs.replace(files, extensions={**files.extensions, **changed}, version=version)


def _extension(files: Extension, found: _Sorted) -> Extension:
    prices, sales = found.prices.get(files.name), found.sales.get(files.name)
    return structs.replace(
        files,
        prices=price_build.edited(files.prices, prices) if prices else files.prices,
        sale=overlaid(files.sale, sales) if sales else files.sale,
    )


def _promotions(
    files: Sequence[Promotion], edits: dict[str, list[Span[tuple[Promotion, ...]]]]
) -> tuple[Promotion, ...]:
    """Those of the files that nobody edited, and of each edited one all it ever is, each for the time that it is so."""
    kept = [one for one in files if one.name not in edits]
    for name, spans in sorted(edits.items()):
        base = tuple(one for one in files if one.name == name)
        for begins, ends, told in _stretches(overlaid(always(base), spans)):
            kept += [one for each in told if (one := _within(each, begins, ends))]
    return tuple(kept)


def _stretches(
    schedule: Schedule[tuple[Promotion, ...]],
) -> Iterable[tuple[datetime | None, datetime | None, tuple[Promotion, ...]]]:
    following = pairwise((*schedule.entries, (None, ())))
    return ((begins, ends, value) for (begins, value), (ends, _) in following)


def _within(promotion: Promotion, begins: datetime | None, ends: datetime | None) -> Promotion | None:
    """The promotion for as much of its time as lies within these instants; None for none of it."""
    starts = [at for at in (promotion.begins, begins) if at]
    stops = [at for at in (promotion.ends, ends) if at]
    since, until = max(starts, default=None), min(stops, default=None)
    if since and until and since >= until:
        return None
    return structs.replace(promotion, begins=since, ends=until)


def _margins(
    files: Schedule[tuple[Margin, ...]], edits: dict[str, list[Span[Margin | None]]]
) -> Schedule[tuple[Margin, ...]]:
    """Those of the file, then the edited ones by name: of all that fit the last counts."""
    by_name = {name: overlaid(always(None), spans) for name, spans in sorted(edits.items())}
    instants = sorted({at for of in by_name.values() for at, _ in of.entries if at})
    first = files.entries[0][1]
    dated = [(at, (*first, *(one for of in by_name.values() if (one := of.at(at))))) for at in instants]
    return Schedule(((None, first), *dated))
