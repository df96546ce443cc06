"""The Keithley 2400 by its data sheet, SPEC-2400 Rev. H (February 2004), at 23 °C ± 5 °C, 1 PLC.

Ranges, resolution of the source and one-year accuracy are those of page 1 (source) and page 2
(measurement); manual pages are those of the User's Manual 2400S-900-01 Rev. K (September 2011).
What the two do not say:

Resolution and noise of the meter. The sheet gives the 5½-digit display's step; over the bus a
reading has a digit more, which is what stands here. It gives a noise from 0.1 Hz to 10 Hz for the
source only, peak to peak: a sixth of that is taken as the rms noise of a reading over one line
cycle on the same range.

Times. Pages A-4 to A-8 give each conversion 185 µs beside its integration, the way to it 100 µs
and a new source setting 50 µs; auto-zero adds two conversions, however many functions are
measured. At 0.01 PLC and 50 Hz that makes 2060 readings/s. (Up to 400 µs more, which auto-zero may
take by page A-8, are left out.) The relay's 15 ms are on page 13-9. The automatic delay is 1, 2 or
3 ms (Quick Results Guide, page 29); which range has which is taken from the 2450's table. That a
limit may miss its setting by 0.3 % is background knowledge.
"""

from __future__ import annotations

from ginsen.datasheets.source_meter import Range, Ranges, SourceMeterSheet, Timing

_PERCENT = 1e-2
_RMS = 1 / 6
"""Rms for a peak-to-peak value."""

MEASURE_OVER_RANGE = 1.055
"""How far the meter reaches; the source reaches 105 % (manual, table 3-1)."""

SOURCE_VOLTAGE = Ranges((
    Range(0.2, 5e-6, 0.02 * _PERCENT, 600e-6, 5e-6 * _RMS),
    Range(2.0, 50e-6, 0.02 * _PERCENT, 600e-6, 50e-6 * _RMS),
    Range(20.0, 500e-6, 0.02 * _PERCENT, 2.4e-3, 500e-6 * _RMS),
    Range(200.0, 5e-3, 0.02 * _PERCENT, 24e-3, 5e-3 * _RMS),
))

SOURCE_CURRENT = Ranges((
    Range(1e-6, 50e-12, 0.035 * _PERCENT, 600e-12, 5e-12 * _RMS, 3e-3),
    Range(10e-6, 500e-12, 0.033 * _PERCENT, 2e-9, 50e-12 * _RMS, 2e-3),
    Range(100e-6, 5e-9, 0.031 * _PERCENT, 20e-9, 500e-12 * _RMS, 1e-3),
    Range(1e-3, 50e-9, 0.034 * _PERCENT, 200e-9, 5e-9 * _RMS, 1e-3),
    Range(10e-3, 500e-9, 0.045 * _PERCENT, 2e-6, 50e-9 * _RMS, 1e-3),
    Range(100e-3, 5e-6, 0.066 * _PERCENT, 20e-6, 500e-9 * _RMS, 1e-3),
    Range(1.0, 50e-6, 0.27 * _PERCENT, 900e-6, 5e-6 * _RMS, 2e-3),
))

MEASURE_VOLTAGE = Ranges((
    Range(0.2, 100e-9, 0.012 * _PERCENT, 300e-6, 5e-6 * _RMS, 1e-3),
    Range(2.0, 1e-6, 0.012 * _PERCENT, 300e-6, 50e-6 * _RMS, 1e-3),
    Range(20.0, 10e-6, 0.015 * _PERCENT, 1.5e-3, 500e-6 * _RMS, 1e-3),
    Range(200.0, 100e-6, 0.015 * _PERCENT, 10e-3, 5e-3 * _RMS, 1e-3),
), MEASURE_OVER_RANGE)

MEASURE_CURRENT = Ranges((
    Range(1e-6, 1e-12, 0.029 * _PERCENT, 300e-12, 5e-12 * _RMS, 3e-3),
    Range(10e-6, 10e-12, 0.027 * _PERCENT, 700e-12, 50e-12 * _RMS, 2e-3),
    Range(100e-6, 100e-12, 0.025 * _PERCENT, 6e-9, 500e-12 * _RMS, 1e-3),
    Range(1e-3, 1e-9, 0.027 * _PERCENT, 60e-9, 5e-9 * _RMS, 1e-3),
    Range(10e-3, 10e-9, 0.035 * _PERCENT, 600e-9, 50e-9 * _RMS, 1e-3),
    Range(100e-3, 100e-9, 0.055 * _PERCENT, 6e-6, 500e-9 * _RMS, 1e-3),
    Range(1.0, 1e-6, 0.22 * _PERCENT, 570e-6, 5e-6 * _RMS, 2e-3),
), MEASURE_OVER_RANGE)

MEASURE_RESISTANCE = Ranges((
    Range(20.0, 10e-6, 0.10 * _PERCENT, 3e-3, 10e-6, 1e-3),
    Range(200.0, 100e-6, 0.08 * _PERCENT, 30e-3, 100e-6, 1e-3),
    Range(2e3, 1e-3, 0.07 * _PERCENT, 0.3, 1e-3, 1e-3),
    Range(20e3, 10e-3, 0.06 * _PERCENT, 3.0, 10e-3, 1e-3),
    Range(200e3, 100e-3, 0.07 * _PERCENT, 30.0, 100e-3, 2e-3),
    Range(2e6, 1.0, 0.11 * _PERCENT, 300.0, 1.0, 3e-3),
    Range(20e6, 10.0, 0.11 * _PERCENT, 1e3, 10.0, 3e-3),
    Range(200e6, 100.0, 0.66 * _PERCENT, 10e3, 100.0, 3e-3),
), MEASURE_OVER_RANGE)

TEST_CURRENTS = {20.0: 100e-3, 200.0: 10e-3, 2e3: 1e-3, 20e3: 100e-6, 200e3: 10e-6, 2e6: 1e-6,
                 20e6: 1e-6, 200e6: 100e-9}
"""Current (A) that automatic ohms drives through the sample, by range (Ω) (manual, table 4-1)."""

CONTACT_THRESHOLDS = (2.0, 15.0, 50.0)
"""Ω from force to sense that the contact check of a 2400-C tells apart (manual, page F-17)."""

KEITHLEY_2400 = SourceMeterSheet(
    model="2400",
    source_voltage=SOURCE_VOLTAGE,
    source_current=SOURCE_CURRENT,
    measure_voltage=MEASURE_VOLTAGE,
    measure_current=MEASURE_CURRENT,
    measure_resistance=MEASURE_RESISTANCE,
    timing=Timing(reading=100e-6, conversions_with_autozero=3, source_step=50e-6, relay=15e-3,
                  conversion=185e-6, shared_zero=True),
    limit_accuracy=0.3 * _PERCENT,
    # Manual, page 6-2.
    least_current_limit=1e-9,
    least_voltage_limit=200e-6,
    # Page 1: the least compliance is 0.1 % of the range.
    least_limit_share=1e-3,
    # Manual, page 13-9.
    off_limit_share=0.5 * _PERCENT,
    nplc=(0.01, 10.0),
    # User's Manual page 18-81.
    overvoltage=(20, 40, 60, 80, 100, 120, 160),
)
