"""On what terms a recording is analysed: the band of β, its windows, what counts as unstable."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ginsen.analysis.states import UNSTABLE_ABOVE
from ginsen.gui.quantity_text import quantity_of

LONGEST_WINDOW = 10**7


@dataclass(frozen=True)
class Terms:
    """`band` (Hz) bounds the fit of β, `windows` (samples) are those of β over time.

    Without them both are as usual. A sample whose β is more than `unstable_above` is unstable.
    """

    band: tuple[float, float] | None = None
    windows: tuple[int, ...] = ()
    unstable_above: float = UNSTABLE_ABOVE


AS_USUAL = Terms()


def band_of_texts(low: str, high: str) -> tuple[float, float] | None:
    """A band (Hz) from the texts of its ends; none where both are empty.

    Raises ValueError for a text that is no frequency, and for an end that is missing or misplaced.
    """
    if not low.strip() and not high.strip():
        return None
    band = quantity_of(low, "Hz"), quantity_of(high, "Hz")
    if not 0 < band[0] < band[1]:
        raise ValueError(f"a band from {low.strip()} to {high.strip()} is none: its lower end is "
                         "above 0 Hz and below its upper one.")
    return band


def windows_of_text(text: str) -> tuple[int, ...]:
    """Lengths of windows (samples) from a text such as "256, 1024"; none from an empty one.

    Raises ValueError, saying what is allowed.
    """
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if not all(re.fullmatch(r"\d{1,8}", word, re.ASCII) for word in words) or not all(
            16 <= int(word) <= LONGEST_WINDOW for word in words):
        raise ValueError(f"windows are {text!r}: write lengths in samples from 16 to "
                         f"{LONGEST_WINDOW}, e.g. 256, 1024.")
    return tuple(sorted({int(word) for word in words}))
