"""Two of the Keithley 2600B series by their data sheets, at 23 °C ± 5 °C, 1 PLC; per channel.

The 2602B: ranges, resolution, one-year accuracy and settling times are those of SPEC-2602B Rev. B
(February 2014), pages 2 and 5. The 2636B's own sheet could not be read: its current ranges from
1 µA to 1 A share the 2602B's resolution, accuracy and noise but for small differences, all others
are background knowledge. That a source reaches 101 % of a range and a meter 102 % is on page 2-44
of the Reference Manual 2600BS-901-01 Rev. F (August 2021).

Noise of the meter. The sheet gives a noise from 0.1 Hz to 10 Hz for the source only, peak to peak:
a sixth of that is taken as the rms noise of a reading over one line cycle on the same range.

Times. A channel measures voltage and current in one integration. That auto-zero adds two, the
overhead of 30 µs (20 000 readings/s at 0.001 PLC), the 100 µs of a new level and the relay's 15 ms
are background knowledge.

Neither sheet has ranges of resistance: smuX.measure.r() is voltage over current.
"""

from __future__ import annotations

from dataclasses import replace

from ginsen.datasheets.source_meter import Range, Ranges, SourceMeterSheet, Timing

_PERCENT = 1e-2
_RMS = 1 / 6
"""Rms for a peak-to-peak value."""

SOURCE_OVER_RANGE = 1.01
MEASURE_OVER_RANGE = 1.02

KEITHLEY_2602B = SourceMeterSheet(
    model="2602B",
    source_voltage=Ranges((
        Range(0.1, 5e-6, 0.02 * _PERCENT, 250e-6, 20e-6 * _RMS, 50e-6),
        Range(1.0, 50e-6, 0.02 * _PERCENT, 400e-6, 50e-6 * _RMS, 50e-6),
        Range(6.0, 50e-6, 0.02 * _PERCENT, 1.8e-3, 100e-6 * _RMS, 110e-6),
        Range(40.0, 500e-6, 0.02 * _PERCENT, 12e-3, 500e-6 * _RMS, 150e-6),
    ), SOURCE_OVER_RANGE),
    source_current=Ranges((
        Range(100e-9, 2e-12, 0.06 * _PERCENT, 100e-12, 5e-12 * _RMS, 20e-3),
        Range(1e-6, 20e-12, 0.03 * _PERCENT, 800e-12, 25e-12 * _RMS, 2e-3),
        Range(10e-6, 200e-12, 0.03 * _PERCENT, 5e-9, 60e-12 * _RMS, 500e-6),
        Range(100e-6, 2e-9, 0.03 * _PERCENT, 60e-9, 3e-9 * _RMS, 150e-6),
        Range(1e-3, 20e-9, 0.03 * _PERCENT, 300e-9, 6e-9 * _RMS, 100e-6),
        Range(10e-3, 200e-9, 0.03 * _PERCENT, 6e-6, 200e-9 * _RMS, 80e-6),
        Range(100e-3, 2e-6, 0.03 * _PERCENT, 30e-6, 600e-9 * _RMS, 80e-6),
        Range(1.0, 20e-6, 0.05 * _PERCENT, 1.8e-3, 70e-6 * _RMS, 80e-6),
        Range(3.0, 20e-6, 0.06 * _PERCENT, 4e-3, 150e-6 * _RMS, 80e-6),
    ), SOURCE_OVER_RANGE),
    measure_voltage=Ranges((
        Range(0.1, 100e-9, 0.015 * _PERCENT, 150e-6, 20e-6 * _RMS, 50e-6),
        Range(1.0, 1e-6, 0.015 * _PERCENT, 200e-6, 50e-6 * _RMS, 50e-6),
        Range(6.0, 1e-6, 0.015 * _PERCENT, 1e-3, 100e-6 * _RMS, 110e-6),
        Range(40.0, 10e-6, 0.015 * _PERCENT, 8e-3, 500e-6 * _RMS, 150e-6),
    ), MEASURE_OVER_RANGE),
    measure_current=Ranges((
        Range(100e-9, 100e-15, 0.05 * _PERCENT, 100e-12, 5e-12 * _RMS, 20e-3),
        Range(1e-6, 1e-12, 0.025 * _PERCENT, 500e-12, 25e-12 * _RMS, 2e-3),
        Range(10e-6, 10e-12, 0.025 * _PERCENT, 1.5e-9, 60e-12 * _RMS, 500e-6),
        Range(100e-6, 100e-12, 0.02 * _PERCENT, 25e-9, 3e-9 * _RMS, 150e-6),
        Range(1e-3, 1e-9, 0.02 * _PERCENT, 200e-9, 6e-9 * _RMS, 100e-6),
        Range(10e-3, 10e-9, 0.02 * _PERCENT, 2.5e-6, 200e-9 * _RMS, 80e-6),
        Range(100e-3, 100e-9, 0.02 * _PERCENT, 20e-6, 600e-9 * _RMS, 80e-6),
        Range(1.0, 1e-6, 0.03 * _PERCENT, 1.5e-3, 70e-6 * _RMS, 80e-6),
        Range(3.0, 1e-6, 0.05 * _PERCENT, 3.5e-3, 150e-6 * _RMS, 80e-6),
    ), MEASURE_OVER_RANGE),
    measure_resistance=Ranges(()),
    timing=Timing(reading=30e-6, conversions_with_autozero=3, source_step=100e-6, relay=15e-3,
                  simultaneous=True),
    # Page 5: the accuracy of a limit is that of the source; this is that of current ranges.
    limit_accuracy=0.06 * _PERCENT,
    least_current_limit=10e-9,
    least_voltage_limit=10e-3,
    least_limit_share=0.0,
    # The normal off state has a limit of its own, smuX.source.offlimiti.
    off_limit_share=0.0,
    nplc=(0.001, 25.0),
    overvoltage=(),
)

KEITHLEY_2636B = replace(
    KEITHLEY_2602B,
    model="2636B",
    source_voltage=Ranges((
        Range(0.2, 5e-6, 0.02 * _PERCENT, 375e-6, 20e-6 * _RMS, 50e-6),
        Range(2.0, 50e-6, 0.02 * _PERCENT, 600e-6, 50e-6 * _RMS, 50e-6),
        Range(20.0, 500e-6, 0.02 * _PERCENT, 5e-3, 300e-6 * _RMS, 110e-6),
        Range(200.0, 5e-3, 0.02 * _PERCENT, 50e-3, 2e-3 * _RMS, 700e-6),
    ), SOURCE_OVER_RANGE),
    source_current=Ranges((
        Range(1e-9, 20e-15, 0.15 * _PERCENT, 2e-12, 800e-15 * _RMS, 100e-3),
        Range(10e-9, 200e-15, 0.15 * _PERCENT, 5e-12, 2e-12 * _RMS, 40e-3),
        Range(100e-9, 2e-12, 0.06 * _PERCENT, 50e-12, 5e-12 * _RMS, 20e-3),
        *(replace(each, offset_accuracy=700e-12) if each.full_scale == 1e-6 else each
          for each in KEITHLEY_2602B.source_current.ranges[1:-1]),
        Range(1.5, 50e-6, 0.06 * _PERCENT, 4e-3, 150e-6 * _RMS, 80e-6),
    ), SOURCE_OVER_RANGE),
    measure_voltage=Ranges((
        Range(0.2, 100e-9, 0.015 * _PERCENT, 225e-6, 20e-6 * _RMS, 50e-6),
        Range(2.0, 1e-6, 0.02 * _PERCENT, 350e-6, 50e-6 * _RMS, 50e-6),
        Range(20.0, 10e-6, 0.015 * _PERCENT, 5e-3, 300e-6 * _RMS, 110e-6),
        Range(200.0, 100e-6, 0.015 * _PERCENT, 50e-3, 2e-3 * _RMS, 700e-6),
    ), MEASURE_OVER_RANGE),
    measure_current=Ranges((
        Range(100e-12, 0.1e-15, 0.15 * _PERCENT, 120e-15, 800e-15 * _RMS, 100e-3),
        Range(1e-9, 1e-15, 0.15 * _PERCENT, 240e-15, 800e-15 * _RMS, 100e-3),
        Range(10e-9, 10e-15, 0.15 * _PERCENT, 3e-12, 2e-12 * _RMS, 40e-3),
        Range(100e-9, 100e-15, 0.06 * _PERCENT, 40e-12, 5e-12 * _RMS, 20e-3),
        *(replace(each, offset_accuracy=400e-12) if each.full_scale == 1e-6 else each
          for each in KEITHLEY_2602B.measure_current.ranges[1:-1]),
        Range(1.5, 1e-6, 0.05 * _PERCENT, 3.5e-3, 150e-6 * _RMS, 80e-6),
    ), MEASURE_OVER_RANGE),
    least_current_limit=100e-12,
    least_voltage_limit=20e-3,
)
