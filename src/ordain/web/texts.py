"""How pages write amounts, days and names: as readers of a language expect them (Unicode's CLDR)."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from ordain.core.money import decimal_text
from ordain.core.names import both

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

    from ordain.core.money import Money

__all__ = ["Texts", "both", "texts"]

POINTS = "points"
"""A currency of the contract's that CLDR does not know."""


class Texts:
    """The ways of one language."""

    def __init__(self, code: str) -> None:
        self._locale = Locale.parse("en_GB" if code == "en" else code)

    def amount(self, money: Money) -> str:
        """Money: "7,49 €", "£6.99"."""
        number = Decimal(decimal_text(money))
        if money.currency == POINTS:
            return f"{format_decimal(number, locale=self._locale)} {POINTS}"
        form = self._form(money)
        return format_currency(number, money.currency, form, self._locale, currency_digits=False)

    def _form(self, money: Money) -> str:
        """The language's way to write an amount, with the digits that we pay: some have others in CLDR."""
        digits = len(decimal_text(money).partition(".")[2])
        pattern: str = self._locale.currency_formats["standard"].pattern
        if get_currency_symbol(money.currency, self._locale).isalpha():
            pattern = pattern.replace("\u00a4#", "\u00a4\u00a0#")
        return pattern.replace(".00", f".{'0' * digits}" if digits else "")

    def number(self, value: int) -> str:
        """A whole number: "12 345"."""
        return format_decimal(value, locale=self._locale)

    def day(self, on: date) -> str:
        """A day: "28 Nov 2026"."""
        return format_date(on, "medium", locale=self._locale)

    def moment(self, at: datetime) -> str:
        """A day and time, in UTC."""
        return f"{format_datetime(at, 'medium', locale=self._locale)} UTC"

    def lasting(self, time: timedelta) -> str:
        """How long something takes or took: "3 minutes"."""
        return format_timedelta(time, locale=self._locale)


@lru_cache(maxsize=16)
def texts(code: str) -> Texts:
    """The ways of a language, by its code."""
    return Texts(code)
