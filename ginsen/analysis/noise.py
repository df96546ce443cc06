"""How much a conductance fluctuates, relative to itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.conductance import conductance
from ginsen.analysis.phase_summary import PhaseSummary
from ginsen.analysis.units import PerHertz
from ginsen.types import Record


@dataclass(frozen=True)
class RelativeNoise:
    """Fluctuations of one phase over its median conductance.

    `density` is S_G/G² at 1 Hz, without the white floor, by the fitted power law (NaN where there
    is none); `rms` is that of all samples, drift and floor included, `drift` the last tenth's
    median less the first tenth's.
    """

    density: PerHertz
    rms: float
    drift: float


def relative_noise(record: Record, phase: PhaseSummary) -> RelativeNoise | None:
    """The fluctuations of one phase of a record; None if it has no conductance."""
    span = phase.span
    G, _ = conductance(record.samples[span.part], record.series_resistance, level=span.level)
    G = G[np.isfinite(G)]
    tenth = max(1, G.size // 10)
    if G.size == 0 or not phase.conductance:
        return None
    drift = float(np.median(G[-tenth:]) - np.median(G[:tenth])) / phase.conductance
    amplitude = phase.fit.amplitude
    return RelativeNoise(math.nan if amplitude is None else amplitude / phase.conductance**2,
                         float(np.std(G)) / abs(phase.conductance), drift)
