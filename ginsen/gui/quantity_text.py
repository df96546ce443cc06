"""Quantities as people write them: 10 mV, 0.5 s, 1e-5 A."""

from __future__ import annotations

import math
import re

from ginsen.report import scale_of

_POWERS = {"f": -15, "p": -12, "n": -9, "u": -6, "µ": -6, "μ": -6, "m": -3, "": 0,
           "k": 3, "M": 6, "G": 9}
_TEXT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+))?\s*([fpnuµμmkMG]?)(.*?)\s*",
                   re.ASCII)


def quantity_of(text: str, unit: str) -> float:
    """The number in `unit` that a text says; the unit may be left out, a prefix alone will do.

    Raises ValueError, saying what is allowed, for anything else.
    """
    match = _TEXT.fullmatch(text)
    if match is None or match[4] not in ("", unit) or (match[3] and not unit):
        example = f" in {unit}, e.g. 10 m{unit} or 0.01" if unit else ", e.g. 0.5"
        raise ValueError(f"{text!r} is no number{example}.")
    # The decimal point is moved in the text: 10 m is 0.01 and not 0.010000000000000002.
    return float(f"{match[1]}e{int(match[2] or 0) + _POWERS[match[3]]}")


def text_of(value: float, unit: str) -> str:
    """A number as `quantity_of` reads it back, with up to ten digits and no prefix above one s."""
    if not unit or not math.isfinite(value) or value == 0 or (unit == "s" and value >= 1):
        return f"{value:.10g} {unit}".strip()
    scale, prefix = scale_of(value)
    return f"{value / scale:.10g} {prefix}{unit}"


def duration_text(seconds: float) -> str:
    """A time for people: 45 s, 3 min 20 s, 2 h 5 min."""
    if not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
