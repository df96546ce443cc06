"""What a calibration found, for people."""

from __future__ import annotations

import numpy as np
from rich.table import Table

from ginsen.calibration.calibrate import Calibration
from ginsen.calibration.determined import DETERMINED


def calibration_table(found: Calibration) -> Table:
    """Each fitted number: known beforehand, and given the records; medians and 90 % ranges."""
    table = Table(title="what the records say of the twin")
    for heading in ("number", "before", "given the records", "width left"):
        table.add_column(heading, justify="left" if heading == "number" else "right")
    width = found.points.std(axis=0, ddof=1)
    for place, entry in enumerate(found.parameters.entries):
        before = [entry.value(z) for z in (-1.645, 0.0, 1.645)]
        unit = f", {entry.unit}" if entry.unit else ""
        table.add_row(f"{entry.name}{unit}", _range(*before),
                      _range(*found.percentiles(entry.name)), f"{width[place]:.2f}")
    return table


def calibration_sentences(found: Calibration) -> tuple[str, ...]:
    """What is determined, and which statistics of the records the twin does not reach."""
    known = [each for each in found.directions if each.width <= DETERMINED]
    open_ = [each for each in found.directions if each.width > DETERMINED]
    sentences = [f"{found.sound:.0%} of the runs were anything like the records.",
                 f"The records determine {len(known)} of {len(found.directions)} combinations "
                 "(what is left of the spread; weights of the standardised numbers):"]
    sentences += [f"  {each}" for each in known]
    if open_:
        sentences += ["They leave open:", *(f"  {each}" for each in open_)]
    low, middle, high = np.percentile(found.imagined, (5, 50, 95), axis=0)
    missed = [f"{name} is {value:.2f}, the twin's {middle[i]:.2f} ({low[i]:.2f} to {high[i]:.2f})"
              for i, (name, value) in enumerate(found.observed.items())
              if not low[i] <= value <= high[i]]
    sentences.append(f"Outside the twin's 90 % range are {len(missed)} of {len(low)} statistics"
                     + (":" if missed else "."))
    sentences += [f"  {sentence}" for sentence in missed]
    return tuple(sentences)


def _range(low: float, middle: float, high: float) -> str:
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"
