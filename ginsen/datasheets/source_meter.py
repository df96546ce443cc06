"""What a data sheet says of a source meter: ranges, accuracy, noise, time. No instrument in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ginsen.types import Array


@dataclass(frozen=True)
class Range:
    """One range of a source or meter, in the unit of its function (V or A).

    The one-year accuracy is ± (`gain_accuracy` · |value| + `offset_accuracy`), `gain_accuracy` a
    fraction. `resolution` is the step of the source or of the 6½-digit meter, `noise` the rms of
    a reading integrated over one power line cycle, `settling` (s) how long the circuit takes to
    come to rest after this range was chosen.
    """

    full_scale: float
    resolution: float
    gain_accuracy: float
    offset_accuracy: float
    noise: float
    settling: float = 0.0

    def accuracy(self, values: npt.ArrayLike) -> Array:
        """Half-width of the one-year accuracy at `values`; same shape and unit."""
        return self.gain_accuracy * np.abs(np.asarray(values, np.float64)) + self.offset_accuracy

    def standard_uncertainty(self, values: npt.ArrayLike) -> Array:
        """The half-width as a standard uncertainty, a / √3 (rectangular; GUM 4.3.7)."""
        return self.accuracy(values) / math.sqrt(3)

    def noise_at(self, nplc: float) -> float:
        """Rms of a reading over `nplc` line cycles: white, so it falls as 1 / √nplc."""
        return self.noise / math.sqrt(nplc)


@dataclass(frozen=True)
class Ranges:
    """The ranges of one function in rising order; each reaches `over_range` times full scale."""

    ranges: tuple[Range, ...]
    over_range: float = 1.05

    @property
    def maximum(self) -> float:
        """The largest value the function can take."""
        return self.ranges[-1].full_scale * self.over_range

    def holding(self, value: float) -> Range:
        """The smallest range that holds `value`, over-range included.

        Raises ValueError where no range does.
        """
        for candidate in self.ranges:
            if abs(value) <= candidate.full_scale * self.over_range * (1 + 1e-12):
                return candidate
        raise ValueError(f"{value:g} lies beyond every range; the largest reaches "
                         f"{self.maximum:g}")

    def at_full_scale(self, full_scale: float) -> Range:
        """The range of that full scale. Raises ValueError where there is none."""
        if full_scale in self._by_full_scale:
            return self._by_full_scale[full_scale]
        for candidate in self.ranges:
            if math.isclose(candidate.full_scale, full_scale, rel_tol=1e-9):
                return candidate
        known = ", ".join(f"{candidate.full_scale:g}" for candidate in self.ranges)
        raise ValueError(f"{full_scale:g} is no range; the ranges are {known}")

    @cached_property
    def _by_full_scale(self) -> dict[float, Range]:
        return {each.full_scale: each for each in self.ranges}


@dataclass(frozen=True)
class Timing:
    """How long a source meter takes, in s.

    `reading` is what a reading costs beside its integration, `conversions_with_autozero` how many
    integrations one reading takes with auto-zero on (signal, zero, reference), `source_step` the
    setting of a new level or range, `relay` the closing of an opened output relay, `block` the
    step from one block of a trigger model to the next, `conversion` what each integration costs
    beside itself. `shared_zero` says that a reading and its read-back share zero and reference,
    `simultaneous` that they are one and the same integration.
    """

    reading: float
    conversions_with_autozero: int
    source_step: float
    relay: float
    block: float = 0.0
    conversion: float = 0.0
    shared_zero: bool = False
    simultaneous: bool = False

    def zeroing(self, *, readback: bool) -> int:
        """How many integrations auto-zero adds to a reading."""
        extra = self.conversions_with_autozero - 1
        apart = readback and not (self.shared_zero or self.simultaneous)
        return 2 * extra if apart else extra

    def reading_time(self, nplc: float, line_frequency: float, *, autozero: bool = False,
                     readback: bool = False) -> float:
        """Time (s) from the trigger of a reading to its end, at `line_frequency` (Hz).

        A read-back of the source is one more integration (before the reading itself), unless both
        are simultaneous.
        """
        conversions = ((2 if readback and not self.simultaneous else 1)
                       + (self.zeroing(readback=readback) if autozero else 0))
        return self.reading + conversions * (nplc / line_frequency + self.conversion)


@dataclass(frozen=True)
class SourceMeterSheet:
    """One source meter: its four sets of ranges, the reach of its limits, its times.

    `limit_accuracy` is the fraction by which a source limit may miss its setting,
    `least_current_limit` (A) and `least_voltage_limit` (V) the smallest it accepts, and
    `least_limit_share` the smallest share of a fixed measure range that a limit may be.
    `off_limit_share` is the share of the current range to which the normal output-off state
    limits the current. `overvoltage` are the steps (V) of the source's own voltage protection.
    """

    model: str
    source_voltage: Ranges
    source_current: Ranges
    measure_voltage: Ranges
    measure_current: Ranges
    measure_resistance: Ranges
    timing: Timing
    limit_accuracy: float
    least_current_limit: float
    least_voltage_limit: float
    least_limit_share: float
    off_limit_share: float
    nplc: tuple[float, float]
    overvoltage: tuple[float, ...]
