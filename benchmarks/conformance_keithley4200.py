"""Trials of PyMeasure's Keithley 4200, on 1 kΩ."""

from __future__ import annotations

from typing import Any

from conformance_sources import near
from conformance_trials import Amiss, Tried
from pymeasure.instruments.keithley import Keithley4200


def identifies(spa: Any) -> None:
    assert "KI4200A" in spa.id
    assert spa.options == ["SMU1", "SMU2", "SMU3", "SMU4"]


def configures(spa: Any) -> None:
    spa.smu1.voltage_setpoint = (1, 0.123456, 1e-3)  # range code, level, compliance
    assert near(spa.smu1.voltage, 0.123456, 2e-2)


def sources(spa: Any) -> None:
    spa.smu1.current_setpoint = (0, 2e-3, 10)
    assert near(spa.smu1.voltage, 2.0)
    spa.smu1.disable()
    assert abs(spa.smu1.current) < 1e-9


def measures(spa: Any) -> None:
    spa.smu1.voltage_setpoint = (0, 2.0, 1e-2)
    assert near(spa.smu1.current, 2e-3)


def switches_off(spa: Any) -> None:
    spa.smu1.voltage_setpoint = (0, 2.0, 1e-2)
    spa.shutdown()
    assert abs(spa.smu1.current) < 1e-9


def sweeps(spa: Any) -> None:
    for level in (0.5, 1.0, 1.5, 2.0):
        spa.smu1.voltage_setpoint = (0, level, 1e-2)
        assert near(spa.smu1.current, level / 1e3)


def clears(spa: Any) -> None:
    spa.clear()
    assert spa.status == 0


def refuses(spa: Any) -> None:
    refused = False
    try:
        spa.smu1.voltage_setpoint = (0, 300.0, 1e-2)
    except ValueError:
        refused = True
    assert refused
    assert spa.status & 2  # a syntax error, as KXCI has it
    assert spa.status == 0


_ADDRESS = "TCPIP0::k4200::1225::SOCKET"

TRIED = [
    Tried(Keithley4200, "keithley4200", {
        "identify": identifies, "configure": configures, "source": sources, "measure": measures,
        "sweep": sweeps, "clear": clears, "error query": refuses}, address=_ADDRESS),
]

LEFT_ON = Tried(Keithley4200, "keithley4200", {"source": Amiss(
    switches_off, "AssertionError", "Keithley4200, source: its `shutdown` sends nothing, so the "
    "output stays on.")}, address=_ADDRESS)
"""What it does not do, beside the table."""

EMPTY_SLOT = Tried(Keithley4200, "keithley4200", {"identify": Amiss(
    identifies, "IndexError", "Keithley4200, identify: an empty slot in the answer to `*OPT?` ends "
    "its constructor.")}, address=_ADDRESS, options='modules = ["SMU1", "", "SMU3"]')
"""A 4200A with an empty slot, which it cannot open."""
