"""The floor of a set-up: the spectrum of a recording of an open input, or of a resistor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ginsen.analysis.phase_summary import longest_without_gap
from ginsen.analysis.spectrum import band_of, bins_of, coefficients
from ginsen.records import read_record
from ginsen.types import Array

FEWEST = 64


@dataclass(frozen=True, eq=False)
class CurrentFloor:
    """One-sided density (A²/Hz) of the current at `frequency` (Hz) of the recording at `path`."""

    path: Path
    frequency: Array
    density: Array

    def of_conductance(self, level: float) -> Array:
        """The density (S²/Hz) it would have as that of a conductance read at a level (V)."""
        return self.density / level**2 if level else np.full(self.density.shape, np.nan)


def floor_of(path: Path) -> CurrentFloor:
    """The floor in the longest phase of a recording. Raises RecordError, or ValueError if short.

    Reads a file: not for the window's thread.
    """
    record = read_record(path)
    if not record.spans:
        raise ValueError(f"{path.name} is no floor: it has no phase.")
    span = max(record.spans, key=lambda span: span.stop_index - span.first)
    samples = longest_without_gap(record.samples[span.part])
    if len(samples) < FEWEST or not np.isfinite(samples.current).all():
        raise ValueError(f"{path.name} is no floor: it takes a phase of {FEWEST} samples or more, "
                         "each a number.")
    interval = float(samples.time[-1] - samples.time[0]) / (len(samples) - 1)
    current = samples.current * (np.sign(samples.voltage) if span.alternate else 1.0)
    bins = bins_of(band_of(len(samples), interval, None, None))
    return CurrentFloor(path, bins.frequency / interval,
                        2 * interval * bins.mean(coefficients(current) ** 2))
