"""How amounts are written on the wire, where the contract does not show it: read off Unicode's CLDR, through Babel."""

from __future__ import annotations

from babel import Locale
from babel.numbers import get_currency_symbol


def pattern(currency: str, locale: str) -> str:
    """A currency's sign and its place, as the locale has them: "£{amount}", "{amount} zł".

    The amount itself stays as it is everywhere on the wire ("1234.50"). Of the many dollars each says which it is, as
    the known "$153.00 USD" does (wire-contract §4.6).
    """
    parsed = Locale.parse(locale)
    sign = get_currency_symbol(currency, parsed)
    placed = parsed.currency_formats["standard"].pattern.split(";")[0]
    before = placed.index("\u00a4") < placed.index("0")
    gap = " " if _is_apart(placed, before=before) or (before and sign[-1].isalpha()) else ""
    text = f"{sign}{gap}{{amount}}" if before else f"{{amount}}{gap}{sign}"
    return " ".join(f"{text} {currency}".split()) if sign == "$" else " ".join(text.split())


def _is_apart(placed: str, *, before: bool) -> bool:
    """Whether the sign stands apart from the amount: "#,##0.00 \u00a4"."""
    at = placed.index("\u00a4") + (1 if before else -1)
    return placed[at].isspace()
