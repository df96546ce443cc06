"""Ranges of axes that follow the data without jumping."""

from __future__ import annotations

import numpy as np

from ginsen.types import Array

MARGIN = 0.06
LEAST_USE = 0.35


def bounds_of(parts: list[Array]) -> tuple[float, float] | None:
    """The least and the greatest finite value of some arrays; None where there is none."""
    known = [part[np.isfinite(part)] for part in parts]
    known = [part for part in known if part.size]
    if not known:
        return None
    return (min(float(part.min()) for part in known), max(float(part.max()) for part in known))


def following(shown: tuple[float, float] | None, data: tuple[float, float]) -> tuple[float, float]:
    """The range to show for data from `data[0]` to `data[1]`, of an axis that shows `shown`.

    It stays as long as all of the data is in it and fills a third of it, so that a reader's eye is
    not led astray by every sample.
    """
    low, high = data
    if shown is not None:
        inside = shown[0] <= low and high <= shown[1]
        if inside and high - low >= LEAST_USE * (shown[1] - shown[0]):
            return shown
    span = high - low or abs(high) * 0.1 or 1.0
    return low - MARGIN * span, high + MARGIN * span


def growing(shown: tuple[float, float] | None, data: tuple[float, float]) -> tuple[float, float]:
    """As `following`, for time: when it runs out of the range, there is half as much room again."""
    low, high = data
    if shown is not None and shown[0] <= low and high <= shown[1] and (
            high - low >= LEAST_USE * (shown[1] - shown[0])):
        return shown
    span = high - low or 1.0
    return low - 0.02 * span, low + 1.5 * span
