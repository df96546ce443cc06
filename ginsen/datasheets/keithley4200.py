"""A 4200-SMU or 4201-SMU of the Keithley 4200A-SCS without preamplifier, at 1 PLC.

The reach, 21 V at 105 mA and 210 V at 10.5 mA, is that of the Reference Manual (4200A-901-01
Rev. C, page 3-6), the ranges and the least compliance are those of the KXCI commands (DV, DI, page
9-21), the integration times those of IT (page 9-44). The technical data could not be read:
accuracy, resolution, noise and the times are background knowledge.

One converter measures voltage and current one after the other (background knowledge); what a
reading costs beside that is not known and taken for nothing. Resistance is voltage over current.
"""

from __future__ import annotations

from ginsen.datasheets.source_meter import Range, Ranges, SourceMeterSheet, Timing

_PERCENT = 1e-2

_SOURCE_VOLTAGE = (
    Range(0.2, 5e-6, 0.02 * _PERCENT, 150e-6, 3e-6, 0.5e-3),
    Range(2.0, 50e-6, 0.02 * _PERCENT, 300e-6, 15e-6, 0.5e-3),
    Range(20.0, 500e-6, 0.02 * _PERCENT, 1.5e-3, 100e-6, 0.5e-3),
    Range(200.0, 5e-3, 0.02 * _PERCENT, 15e-3, 1e-3, 1e-3),
)

_MEASURE_VOLTAGE = (
    Range(0.2, 1e-6, 0.012 * _PERCENT, 100e-6, 2e-6, 0.5e-3),
    Range(2.0, 2e-6, 0.012 * _PERCENT, 150e-6, 4e-6, 0.5e-3),
    Range(20.0, 20e-6, 0.01 * _PERCENT, 1e-3, 40e-6, 0.5e-3),
    Range(200.0, 200e-6, 0.015 * _PERCENT, 3e-3, 400e-6, 1e-3),
)

_SOURCE_CURRENT = (
    Range(100e-9, 5e-12, 0.06 * _PERCENT, 30e-12, 2e-12, 20e-3),
    Range(1e-6, 50e-12, 0.06 * _PERCENT, 200e-12, 10e-12, 5e-3),
    Range(10e-6, 500e-12, 0.06 * _PERCENT, 1.5e-9, 100e-12, 2e-3),
    Range(100e-6, 5e-9, 0.038 * _PERCENT, 15e-9, 1e-9, 1e-3),
    Range(1e-3, 50e-9, 0.04 * _PERCENT, 150e-9, 10e-9, 0.5e-3),
    Range(10e-3, 500e-9, 0.042 * _PERCENT, 1.5e-6, 100e-9, 0.5e-3),
    Range(100e-3, 5e-6, 0.05 * _PERCENT, 15e-6, 1e-6, 0.5e-3),
)

_MEASURE_CURRENT = (
    Range(100e-9, 100e-15, 0.05 * _PERCENT, 30e-12, 200e-15, 20e-3),
    Range(1e-6, 1e-12, 0.05 * _PERCENT, 100e-12, 2e-12, 5e-3),
    Range(10e-6, 10e-12, 0.05 * _PERCENT, 600e-12, 20e-12, 2e-3),
    Range(100e-6, 100e-12, 0.033 * _PERCENT, 3e-9, 200e-12, 1e-3),
    Range(1e-3, 1e-9, 0.035 * _PERCENT, 30e-9, 2e-9, 0.5e-3),
    Range(10e-3, 10e-9, 0.037 * _PERCENT, 300e-9, 20e-9, 0.5e-3),
    Range(100e-3, 100e-9, 0.045 * _PERCENT, 3e-6, 200e-9, 0.5e-3),
)

HIGH_VOLTAGE = 21.0
"""V: beyond it a 4200-SMU sources no more than `HIGH_VOLTAGE_CURRENT` (page 3-6)."""

HIGH_VOLTAGE_CURRENT = 10.5e-3  # A

KEITHLEY_4200_SMU = SourceMeterSheet(
    model="4200A",
    source_voltage=Ranges(_SOURCE_VOLTAGE, 1.05),
    source_current=Ranges(_SOURCE_CURRENT, 1.05),
    measure_voltage=Ranges(_MEASURE_VOLTAGE, 1.05),
    measure_current=Ranges(_MEASURE_CURRENT, 1.05),
    measure_resistance=Ranges(()),
    timing=Timing(reading=0.0, conversions_with_autozero=1, source_step=0.2e-3, relay=5e-3),
    limit_accuracy=0.1 * _PERCENT,
    least_current_limit=100e-9,
    least_voltage_limit=20e-3,
    least_limit_share=0.0,
    off_limit_share=0.0,
    nplc=(0.01, 10.0),
    overvoltage=(),
)
