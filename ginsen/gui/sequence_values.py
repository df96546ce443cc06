"""The values of a sequence as people write them: 1, 2, 5 mV or 1 … 5 in steps."""

from __future__ import annotations

import numpy as np

from ginsen.gui.parameter_rows import Row, wrong
from ginsen.gui.quantity_text import quantity_of, text_of
from ginsen.protocols import Protocol

MOST = 1000


def values_of(protocol: Protocol, row: Row, text: str) -> tuple[str, ...]:
    """What a parameter is to be, run after run.

    Values stand between commas; `first : last : count` of a number gives as many, evenly spaced,
    both ends included. Raises ValueError for one that the protocol does not take.
    """
    parts = [part.strip() for part in text.split(":")]
    if row.kind == "number" and len(parts) == 3:
        first, last = (quantity_of(part, row.unit) for part in parts[:2])
        if not parts[2].isdecimal() or not 2 <= int(parts[2]) <= MOST:
            raise ValueError(f"{text!r}: the number of values is from 2 to {MOST}.")
        values = tuple(text_of(float(f"{value:.9g}"), row.unit)
                       for value in np.linspace(first, last, int(parts[2])))
    else:
        values = tuple(part.strip() for part in text.split(",") if part.strip())
    if not values:
        raise ValueError("Write values with commas between them, or first : last : count.")
    for value in values:
        problem = wrong(protocol, row, value)
        if problem:
            raise ValueError(problem)
    return values
