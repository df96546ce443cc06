"""An axis that numbers decades as people say them: 10 nS, 1 µS, 10⁻¹⁶."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg

from ginsen.report import scale_of

WIDTH = 74
"""Of an upright axis in pixels, so that plots below one another line up."""
MOST_TICKS = 6

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class QuantityAxis(pg.AxisItem):  # type: ignore[misc]
    """A pyqtgraph axis; where it is logarithmic its numbers carry SI prefixes, or powers of ten."""

    def __init__(self, side: str, *, prefixed: bool) -> None:
        super().__init__(side)
        self._prefixed = prefixed
        if side == "left":
            self.setWidth(WIDTH)

    def logTickStrings(  # noqa: N802
            self, values: list[float], scale: float, spacing: float) -> list[str]:
        """The texts of ticks at powers of ten `values`."""
        return [power_text(value, prefixed=self._prefixed) for value in values]

    def tickValues(  # noqa: N802
            self, minVal: float, maxVal: float, size: float) -> Any:
        """Levels of ticks, each its spacing and its values."""
        if self.logMode:
            return [(1.0, logarithmic_ticks(minVal, maxVal))]
        return super().tickValues(minVal, maxVal, size)


def logarithmic_ticks(low: float, high: float) -> list[float]:
    """Exponents at which an axis from 10^low to 10^high is numbered.

    Whole decades; 1, 2 and 5 of each where there are no more than two; evenly spaced numbers where
    there is less than most of one.
    """
    span = high - low
    if span > 2:
        step = math.ceil(span / MOST_TICKS)
        first = math.ceil(low / step) * step
        return [float(each) for each in range(first, math.floor(high) + 1, step)]
    if span > 0.7:
        decades = range(math.floor(low), math.ceil(high) + 1)
        each = [decade + math.log10(times) for decade in decades for times in (1, 2, 5)]
    else:
        bottom, top = 10.0 ** low, 10.0 ** high
        scale = 10.0 ** math.floor(math.log10((top - bottom) / MOST_TICKS))
        spacing = next(times * scale for times in (1, 2, 5, 10)
                       if (top - bottom) / (times * scale) <= MOST_TICKS)
        numbers = spacing * np.arange(math.ceil(bottom / spacing), math.floor(top / spacing) + 1)
        each = np.log10(numbers[numbers > 0]).tolist()
    return [value for value in each if low <= value <= high]


def power_text(exponent: float, *, prefixed: bool) -> str:
    """The text of 10 to the `exponent`: with an SI prefix, or as a power of ten."""
    value = float(f"{10.0 ** exponent:.6g}")
    if 0.99e-3 < value < 1e4:
        return f"{value:.4g}"
    if prefixed:
        scale, prefix = scale_of(value)
        return f"{value / scale:.4g}{prefix}"
    whole = math.floor(exponent + 1e-9)
    times = f"{10.0 ** (exponent - whole):.3g}"
    return f"{f'{times}·' if times != '1' else ''}10{str(whole).translate(_RAISED)}"
