"""How list prices end in each currency."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ordain.core.money import UNIT

if TYPE_CHECKING:
    from fractions import Fraction

# How list prices end: they are raised to the next multiple of the first figure, less the second, in micro-cents.
_HABITS = {"XOF": (10 * UNIT, 0), "INR": (10 * UNIT, UNIT)}
_USUAL_HABIT = (UNIT // 2, UNIT // 100)


def habitual(ucents: int, ratio: Fraction, currency: str) -> int:
    """The amount times the ratio, raised to how list prices end: …0 in XOF, …9 in INR, ….49 or ….99 elsewhere.

    Raised, never lowered, so that no price falls below the one in euros; what is free stays free.
    """
    if ucents == 0:
        return 0
    step, less = _HABITS.get(currency, _USUAL_HABIT)
    # Whole numbers throughout: thousands of prices are converted whenever the catalogue is loaded.
    steps = -(-(ucents * ratio.numerator + less * ratio.denominator) // (step * ratio.denominator))
    return steps * step - less
