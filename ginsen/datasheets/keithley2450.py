"""The Keithley 2450 by its data sheet, SPEC-2450 Rev. A (July 2013), at 23 °C ± 5 °C, 1 PLC.

Ranges, resolution and one-year accuracy are those of page 2 (voltage, current) and page 3
(resistance, over-range, limits). Two things the sheet does not say:

Noise of the meter. The sheet gives an rms noise below 10 Hz for the source only (page 2). Source
and meter share the range resistor and the loop, so a reading over one line cycle is given the
noise of the source on the same range: 4 to 50 counts of the 6½-digit display.

Times. The relay's 15 ms stand in the Reference Manual 2450-901-01 Rev. B, page 2-83. That
auto-zero measures the internal ground and reference beside the signal, and that read-back is a
measurement made just before the reading, are the manual's as well; that each is one integration
as long as the reading's is our reading of it. The overheads are background knowledge, fitted to
about 3000 readings/s to memory and 1700 source-measure steps/s at 0.01 PLC; the settling times
are of the order of the automatic source delays, and not from the sheet.
"""

from __future__ import annotations

from ginsen.datasheets.source_meter import Range, Ranges, SourceMeterSheet, Timing

_PERCENT = 1e-2

SOURCE_VOLTAGE = Ranges((
    Range(0.02, 500e-9, 0.100 * _PERCENT, 200e-6, 1e-6),
    Range(0.2, 5e-6, 0.015 * _PERCENT, 200e-6, 1e-6),
    Range(2.0, 50e-6, 0.020 * _PERCENT, 300e-6, 10e-6),
    Range(20.0, 500e-6, 0.015 * _PERCENT, 2.4e-3, 100e-6),
    Range(200.0, 5e-3, 0.015 * _PERCENT, 24e-3, 1e-3),
))

SOURCE_CURRENT = Ranges((
    Range(10e-9, 500e-15, 0.100 * _PERCENT, 100e-12, 500e-15, 150e-3),
    Range(100e-9, 5e-12, 0.060 * _PERCENT, 150e-12, 500e-15, 100e-3),
    Range(1e-6, 50e-12, 0.025 * _PERCENT, 400e-12, 5e-12, 3e-3),
    Range(10e-6, 500e-12, 0.025 * _PERCENT, 1.5e-9, 40e-12, 2e-3),
    Range(100e-6, 5e-9, 0.020 * _PERCENT, 15e-9, 400e-12, 1e-3),
    Range(1e-3, 50e-9, 0.020 * _PERCENT, 150e-9, 5e-9, 1e-3),
    Range(10e-3, 500e-9, 0.020 * _PERCENT, 1.5e-6, 40e-9, 1e-3),
    Range(100e-3, 5e-6, 0.025 * _PERCENT, 15e-6, 100e-9, 1e-3),
    Range(1.0, 50e-6, 0.067 * _PERCENT, 900e-6, 3e-6, 2e-3),
))

MEASURE_VOLTAGE = Ranges((
    Range(0.02, 10e-9, 0.100 * _PERCENT, 150e-6, 1e-6, 1e-3),
    Range(0.2, 100e-9, 0.012 * _PERCENT, 200e-6, 1e-6, 1e-3),
    Range(2.0, 1e-6, 0.012 * _PERCENT, 300e-6, 10e-6, 1e-3),
    Range(20.0, 10e-6, 0.015 * _PERCENT, 1e-3, 100e-6, 1e-3),
    Range(200.0, 100e-6, 0.015 * _PERCENT, 10e-3, 1e-3, 1e-3),
))

MEASURE_CURRENT = Ranges((
    Range(10e-9, 10e-15, 0.100 * _PERCENT, 50e-12, 500e-15, 150e-3),
    Range(100e-9, 100e-15, 0.060 * _PERCENT, 100e-12, 500e-15, 100e-3),
    Range(1e-6, 1e-12, 0.025 * _PERCENT, 300e-12, 5e-12, 3e-3),
    Range(10e-6, 10e-12, 0.025 * _PERCENT, 700e-12, 40e-12, 2e-3),
    Range(100e-6, 100e-12, 0.020 * _PERCENT, 6e-9, 400e-12, 1e-3),
    Range(1e-3, 1e-9, 0.020 * _PERCENT, 60e-9, 5e-9, 1e-3),
    Range(10e-3, 10e-9, 0.020 * _PERCENT, 600e-9, 40e-9, 1e-3),
    Range(100e-3, 100e-9, 0.025 * _PERCENT, 6e-6, 100e-9, 1e-3),
    Range(1.0, 1e-6, 0.030 * _PERCENT, 500e-6, 3e-6, 2e-3),
))

MEASURE_RESISTANCE = Ranges((
    Range(20.0, 10e-6, 0.098 * _PERCENT, 3e-3, 10e-6, 1e-3),
    Range(200.0, 100e-6, 0.077 * _PERCENT, 30e-3, 100e-6, 1e-3),
    Range(2e3, 1e-3, 0.066 * _PERCENT, 0.3, 1e-3, 1e-3),
    Range(20e3, 10e-3, 0.063 * _PERCENT, 3.0, 10e-3, 1e-3),
    Range(200e3, 100e-3, 0.065 * _PERCENT, 30.0, 100e-3, 2e-3),
    Range(2e6, 1.0, 0.11 * _PERCENT, 300.0, 1.0, 3e-3),
    Range(20e6, 10.0, 0.11 * _PERCENT, 1e3, 10.0, 3e-3),
    Range(200e6, 100.0, 0.655 * _PERCENT, 10e3, 100.0, 100e-3),
))

KEITHLEY_2450 = SourceMeterSheet(
    model="2450",
    source_voltage=SOURCE_VOLTAGE,
    source_current=SOURCE_CURRENT,
    measure_voltage=MEASURE_VOLTAGE,
    measure_current=MEASURE_CURRENT,
    measure_resistance=MEASURE_RESISTANCE,
    timing=Timing(reading=150e-6, conversions_with_autozero=3, source_step=260e-6, relay=15e-3,
                  block=2e-6),
    # Page 3: add 0.3 % of setting to the base specification.
    limit_accuracy=0.3 * _PERCENT,
    least_current_limit=1e-9,
    least_voltage_limit=0.02,
    # Reference Manual page 2-100: more than 0.1 % of a fixed measure range.
    least_limit_share=1e-3,
    # Reference Manual page 2-83.
    off_limit_share=0.1,
    nplc=(0.01, 10.0),
    # Reference Manual, :SOURce:VOLTage:PROTection[:LEVel].
    overvoltage=(2, 5, 10, 20, 40, 60, 80, 100, 120, 140, 160, 180),
)
