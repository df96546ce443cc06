"""A trace over the logarithm of its age, in little memory."""

from __future__ import annotations

import numpy as np

from ginsen.gui.thinning import ThinTrace
from ginsen.types import Array

COLUMNS = 1024


class AgeTrace:
    """Values by age (s), as finely kept in the first second as in the last hour.

    Each decade of age has a `ThinTrace` of its own. Ages of zero and below are left out: a
    logarithm does not show them.
    """

    def __init__(self) -> None:
        self._decades: dict[int, ThinTrace] = {}

    def append(self, age: Array, values: Array) -> None:
        """Take values in, in order of age."""
        age, values = age[age > 0], values[age > 0]
        decade = np.floor(np.log10(age)).astype(np.int64)
        for each in np.unique(decade).tolist():
            trace = self._decades.setdefault(each, ThinTrace(COLUMNS))
            trace.append(age[decade == each], values[decade == each])

    def curve(self) -> tuple[Array, Array]:
        """Ages and values of a line through the least and the greatest of every stretch."""
        parts = [trace.curve() for _, trace in sorted(self._decades.items())]
        if not parts:
            return np.empty(0), np.empty(0)
        age, values = zip(*parts, strict=True)
        return np.concatenate(age), np.concatenate(values)
