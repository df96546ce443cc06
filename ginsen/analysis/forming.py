"""At which level a pair formed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ginsen.analysis.conductance import conductance
from ginsen.analysis.units import Siemens, Volts
from ginsen.types import Record, Span


@dataclass(frozen=True)
class FormingLevel:
    """The `level` at which the first step in conductance came, or the last one that was tried.

    `before` and `after` are median conductances of the reads on either side; without a step there
    is no read after.
    """

    formed: bool
    level: Volts
    before: Siemens
    after: Siemens


def forming_level(record: Record) -> FormingLevel | None:
    """The level of a `forming` run; None for a record without levels.

    The pair has formed if the phase `formed` follows the levels; the run's own rule decided that.
    """
    levels = [span for span in record.spans if span.name.startswith("level")]
    if not levels:
        return None
    reads = {span.name: _median(record, span) for span in record.spans
             if span.name in ("before", "formed")}
    return FormingLevel("formed" in reads, levels[-1].level, reads.get("before", math.nan),
                        reads.get("formed", math.nan))


def _median(record: Record, span: Span) -> float:
    G, _ = conductance(record.samples[span.part], record.series_resistance, level=span.level)
    return float(np.nanmedian(G)) if np.isfinite(G).any() else math.nan
