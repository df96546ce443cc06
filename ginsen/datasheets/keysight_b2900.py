"""The Keysight B2912A by the B2900A series data sheet, at 23 °C ± 5 °C, 1 PLC; per channel.

Ranges, resolution and accuracy of measurement and the over-range of 106 % are those of page 16; the
settling times are of the order of page 20 of the User's Guide (Edition 2). The source's pages could
not be read: it is given the accuracy of the meter on the same range, and the noise of both, like
the times, is background knowledge. Of the ranges of 1.5 A and 3 A the meter reaches 102 % only.

A channel measures voltage and current in one integration (background knowledge). Resistance is
voltage over current.
"""

from __future__ import annotations

from ginsen.datasheets.source_meter import Range, Ranges, SourceMeterSheet, Timing

_PERCENT = 1e-2

_VOLTAGE = (
    Range(0.2, 100e-9, 0.015 * _PERCENT, 225e-6, 1.5e-6, 100e-6),
    Range(2.0, 1e-6, 0.02 * _PERCENT, 350e-6, 3e-6, 100e-6),
    Range(20.0, 10e-6, 0.015 * _PERCENT, 5e-3, 30e-6, 100e-6),
    Range(200.0, 100e-6, 0.015 * _PERCENT, 50e-3, 300e-6, 600e-6),
)

_CURRENT = (
    Range(10e-9, 10e-15, 0.10 * _PERCENT, 50e-12, 150e-15, 10e-3),
    Range(100e-9, 100e-15, 0.06 * _PERCENT, 100e-12, 300e-15, 10e-3),
    Range(1e-6, 1e-12, 0.025 * _PERCENT, 500e-12, 1.5e-12, 500e-6),
    Range(10e-6, 10e-12, 0.025 * _PERCENT, 1.5e-9, 10e-12, 250e-6),
    Range(100e-6, 100e-12, 0.02 * _PERCENT, 25e-9, 100e-12, 250e-6),
    Range(1e-3, 1e-9, 0.02 * _PERCENT, 200e-9, 1e-9, 80e-6),
    Range(10e-3, 10e-9, 0.02 * _PERCENT, 2.5e-6, 10e-9, 80e-6),
    Range(100e-3, 100e-9, 0.02 * _PERCENT, 20e-6, 100e-9, 80e-6),
    Range(1.0, 1e-6, 0.03 * _PERCENT, 1.5e-3, 1e-6, 80e-6),
    Range(1.5, 1e-6, 0.05 * _PERCENT, 3.5e-3, 1e-6, 80e-6),
    Range(3.0, 10e-6, 0.4 * _PERCENT, 7e-3, 10e-6, 80e-6),
)

KEYSIGHT_B2912A = SourceMeterSheet(
    model="B2912A",
    source_voltage=Ranges(_VOLTAGE, 1.05),
    source_current=Ranges(_CURRENT, 1.01),
    measure_voltage=Ranges(_VOLTAGE, 1.06),
    measure_current=Ranges(_CURRENT, 1.06),
    measure_resistance=Ranges(()),
    timing=Timing(reading=50e-6, conversions_with_autozero=1, source_step=50e-6, relay=15e-3,
                  simultaneous=True),
    limit_accuracy=0.1 * _PERCENT,
    least_current_limit=1e-9,
    least_voltage_limit=20e-3,
    least_limit_share=1e-2,
    off_limit_share=0.1,
    nplc=(4e-4, 100.0),
    overvoltage=(),
)
