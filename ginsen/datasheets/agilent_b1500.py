"""Source-measure modules of the Agilent B1500A: the high-resolution B1517A, the B1511B.

Ranges, resolution and accuracy of measurement are those of the B1500A's data sheet for the
high-resolution converter at 1 PLC (background knowledge: its pages could not be read), without
the part that grows with the output voltage; the accuracy of the source agrees with what could be
read of the User's Guide, Edition 10, page 4-12 (tables 4-7 and 4-8, of another module). The meter
reaches 115 % of a current and 110 % of a voltage range (background knowledge). The high-speed
converter is given the same accuracy; noise and times are a choice.
"""

from __future__ import annotations

from dataclasses import replace

from ginsen.datasheets.source_meter import Range, Ranges, SourceMeterSheet, Timing

_PERCENT = 1e-2

_VOLTAGE = (
    Range(0.5, 0.5e-6, 0.01 * _PERCENT, 120e-6, 0.5e-6, 200e-6),
    Range(2.0, 2e-6, 0.01 * _PERCENT, 140e-6, 2e-6, 200e-6),
    Range(5.0, 5e-6, 0.009 * _PERCENT, 250e-6, 5e-6, 200e-6),
    Range(20.0, 20e-6, 0.009 * _PERCENT, 900e-6, 20e-6, 300e-6),
    Range(40.0, 40e-6, 0.01 * _PERCENT, 1e-3, 40e-6, 500e-6),
    Range(100.0, 100e-6, 0.012 * _PERCENT, 2.5e-3, 100e-6, 1e-3),
)

_FORCED_VOLTAGE = tuple(
    replace(scale, resolution=resolution, gain_accuracy=0.018 * _PERCENT, offset_accuracy=offset)
    for scale, resolution, offset in zip(
        _VOLTAGE, (25e-6, 100e-6, 250e-6, 1e-3, 2e-3, 5e-3),
        (150e-6, 400e-6, 750e-6, 3e-3, 6e-3, 15e-3), strict=True))

_CURRENT = (
    Range(10e-12, 1e-15, 0.46 * _PERCENT, 15e-15, 1e-15, 50e-3),
    Range(100e-12, 2e-15, 0.3 * _PERCENT, 30e-15, 2e-15, 30e-3),
    Range(1e-9, 10e-15, 0.1 * _PERCENT, 200e-15, 10e-15, 10e-3),
    Range(10e-9, 10e-15, 0.1 * _PERCENT, 1e-12, 20e-15, 5e-3),
    Range(100e-9, 100e-15, 0.05 * _PERCENT, 20e-12, 200e-15, 1e-3),
    Range(1e-6, 1e-12, 0.05 * _PERCENT, 100e-12, 2e-12, 500e-6),
    Range(10e-6, 10e-12, 0.04 * _PERCENT, 2e-9, 20e-12, 300e-6),
    Range(100e-6, 100e-12, 0.03 * _PERCENT, 3e-9, 200e-12, 200e-6),
    Range(1e-3, 1e-9, 0.03 * _PERCENT, 60e-9, 2e-9, 200e-6),
    Range(10e-3, 10e-9, 0.03 * _PERCENT, 200e-9, 20e-9, 200e-6),
    Range(100e-3, 100e-9, 0.04 * _PERCENT, 6e-6, 200e-9, 200e-6),
)

_FORCED_CURRENT = tuple(
    replace(scale, resolution=5e-5 * max(scale.full_scale, 100e-12),
            gain_accuracy=gain * _PERCENT, offset_accuracy=offset)
    for scale, gain, offset in zip(
        _CURRENT, (0.46, 0.3, 0.1, 0.1, 0.05, 0.05, 0.05, 0.035, 0.04, 0.04, 0.045),
        (30e-15, 100e-15, 300e-15, 3e-12, 30e-12, 300e-12, 3e-9, 15e-9, 150e-9, 1.5e-6, 15e-6),
        strict=True))

B1517A = SourceMeterSheet(
    model="B1517A",
    source_voltage=Ranges(_FORCED_VOLTAGE, 1.0),
    source_current=Ranges(_FORCED_CURRENT, 1.0),
    measure_voltage=Ranges(_VOLTAGE, 1.10),
    measure_current=Ranges(_CURRENT, 1.15),
    measure_resistance=Ranges(()),
    timing=Timing(reading=100e-6, conversions_with_autozero=2, source_step=200e-6, relay=10e-3),
    limit_accuracy=0.1 * _PERCENT,
    least_current_limit=10e-15,
    least_voltage_limit=25e-6,
    least_limit_share=0.0,
    off_limit_share=0.1,
    nplc=(0.004, 100.0),
    overvoltage=(),
)

B1511B = replace(B1517A, model="B1511B", source_current=Ranges(_FORCED_CURRENT[2:], 1.0),
                 measure_current=Ranges(_CURRENT[2:], 1.15))

MODULES = {sheet.model: sheet for sheet in (B1517A, B1511B)}

MOST_CURRENT = ((20.0, 100e-3), (40.0, 50e-3), (100.0, 20e-3))
"""Up to this voltage (V) no more than this current (A); of both modules."""

VOLTAGE_CODES = {5: 0.5, 20: 2.0, 50: 5.0, 200: 20.0, 400: 40.0, 1000: 100.0}
"""Full scale (V) by the number that commands and answers have for a range."""

OLD_VOLTAGE_CODES = {11: 20, 12: 200, 13: 400, 14: 1000}
"""Numbers that are understood, too; answers never have them."""

CURRENT_CODES = {9 + decade: 10.0 ** (decade - 11) for decade in range(11)}
"""Full scale (A) by the number of a range: 9 is 10 pA, 19 is 100 mA."""

CONVERSION = 80e-6
"""Seconds of one conversion of the high-resolution converter, of which N are averaged (AIT 1,1,N).

As the public driver pyHegel states, which was written on an instrument.
"""

MOST_CONVERSIONS = 127
MOST_CYCLES = 100
"""What N of AIT 1,1,N and of AIT 1,2,N reaches."""

SHORTEST_SAMPLING, FINEST_SAMPLING, LONGEST_SAMPLING = 2e-3, 1e-3, 65.535
"""Interval (s) of a sampling with the high-resolution converter, and its step.

VXIplug&play Driver User's Guide, Edition 3, page 2-58.
"""

MOST_SAMPLES = 100_001
"""Of all channels together (Programming Guide, Edition 11, page 4-142)."""

INTERLOCK = 42.0
"""V, beyond which the fixture's interlock has to be closed."""
