"""A data acquisition card whose output drives a sample and whose inputs read current amplifiers.

The card is a 16-bit one as National Instruments' 6259 (PCI/PCIe/PXI/PXIe/USB-6259 Specifications,
375216E-01): ± 10 V in and out, 1 MS/s over all inputs. Noise and accuracy of its converters, drive
and settling of its output are background knowledge, as is the 1 % of an amplifier's gain.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ginsen.datasheets.source_meter import Range, Ranges, SourceMeterSheet, Timing

REACH = 10.0
"""V, of the card's output, of its inputs, and of an amplifier's output."""

STEP = 2 * REACH / 2**16
"""V between two codes of a converter."""

CONVERTER_NOISE = 280e-6
"""V rms of one conversion of an input."""

DRIVE = 5e-3
"""A that the output gives at most."""

OUTPUT_RESISTANCE = 0.2
"""Ω"""

OUTPUT_SETTLING = 10e-6
"""s after a step of the output."""

MOST_SCANS_PER_SECOND = 1e5
MOST_CONVERSIONS_PER_SECOND = 1e6
"""Of all inputs together."""

SCANS_A_CYCLE = 10
"""Conversions averaged to one reading, a power line cycle: their mean has no mains in it, nor its
harmonics below the tenth."""

GAIN_ACCURACY = 1e-2
CONVERTER_GAIN_ACCURACY = 100e-6
CONVERTER_OFFSET = 1e-3
"""V"""

_SETTLED = math.log(2**16)
"""Time constants until a step is within one code of its end."""


@dataclass(frozen=True)
class Amplifier:
    """A current amplifier: V = gain · I + offset, behind a first-order low-pass.

    `gain` in V/A, `bandwidth` (Hz) is where the gain has fallen by 3 dB, `offset` in V at the
    output.
    """

    gain: float
    bandwidth: float
    offset: float = 0.0

    @property
    def time_constant(self) -> float:
        """Seconds: 1 / (2π · bandwidth)."""
        return 1 / (2 * math.pi * self.bandwidth)

    @property
    def full_scale(self) -> float:
        """The current (A) that takes its output to the end of the card's inputs."""
        return REACH / self.gain


@dataclass(frozen=True)
class OneRange(Ranges):
    """The range of a gain that nobody switches: beyond it a reading is none."""

    def holding(self, value: float) -> Range:
        """The one there is, whatever it is to hold."""
        return self.ranges[0]


def sheet_with(amplifier: Amplifier) -> SourceMeterSheet:
    """The card with this amplifier before the input that is measured with."""
    gain = amplifier.gain
    meter = Range(amplifier.full_scale, STEP / gain, GAIN_ACCURACY, CONVERTER_OFFSET / gain,
                  CONVERTER_NOISE / math.sqrt(SCANS_A_CYCLE) / gain,
                  settling=_SETTLED * amplifier.time_constant)
    level = Range(REACH, STEP, CONVERTER_GAIN_ACCURACY, CONVERTER_OFFSET, 0.0)
    drive = Range(DRIVE, DRIVE, 0.0, 0.0, 0.0)
    return SourceMeterSheet(
        model="DAQ card with amplifier",
        source_voltage=Ranges((level,), 1.0),
        source_current=Ranges((drive,), 1.0),
        measure_voltage=Ranges((level,), 1.0),
        measure_current=OneRange((meter,), 1.0),
        measure_resistance=Ranges(()),
        timing=Timing(reading=0.0, conversions_with_autozero=1, source_step=OUTPUT_SETTLING,
                      relay=0.0, simultaneous=True),
        limit_accuracy=0.0,
        least_current_limit=0.0,
        least_voltage_limit=0.0,
        least_limit_share=0.0,
        off_limit_share=1.0,
        nplc=(1e-4, 100.0),
        overvoltage=(),
    )
