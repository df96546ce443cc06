"""When a network under constant bias activated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.conductance import conductance
from ginsen.analysis.units import Seconds, Siemens
from ginsen.types import Array, Record

BEGUN, HALFWAY = 0.1, 0.5
"""Shares of the plateau between which a rise is timed."""


@dataclass(frozen=True)
class ActivationTime:
    """How long a path took to form under the bias.

    `latency` runs from the first sample to the one from which on G stays above a tenth of its
    `plateau`, the median after the path has formed; `rise` from there to one half. A network that
    did not activate while it `waited` is censored: NaN, and the true latency is longer.
    """

    activated: bool
    latency: Seconds
    rise: Seconds
    waited: Seconds
    plateau: Siemens


def activation_time(record: Record) -> ActivationTime | None:
    """The latency of an `activation` run; None for a record without a phase of that name.

    A path has formed if the phase `after` follows; the run's own rule decided that.
    """
    spans = {span.name: span for span in record.spans}
    if "activation" not in spans:
        return None
    wait = spans["activation"]
    waited = wait.stop - wait.start
    if "after" not in spans:
        return ActivationTime(False, math.nan, math.nan, waited, math.nan)
    after = spans["after"]
    samples = record.samples[wait.first:after.stop_index]
    G, _ = conductance(samples, record.series_resistance, level=wait.level)
    settled = G[after.first - wait.first:]
    if not np.isfinite(settled).any():
        return ActivationTime(True, math.nan, math.nan, waited, math.nan)
    plateau = float(np.nanmedian(settled))
    begun, halfway = (_stays_above(samples.time, G, share * plateau)
                      for share in (BEGUN, HALFWAY))
    return ActivationTime(True, begun - wait.start, halfway - begun, waited, plateau)


def _stays_above(time: Array, G: Array, level: float) -> float:
    """The time of the first sample after the last one that is not above `level`."""
    below = np.flatnonzero(level >= G)
    return float(time[min(below[-1] + 1, time.size - 1)] if below.size else time[0])
