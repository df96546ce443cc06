"""What of PyMeasure's own, unmodified 2400 classes works on the virtual 2400, as a Markdown page.

    python benchmarks/pymeasure_keithley2400.py > docs/instruments/keithley2400_pymeasure.md

Every row runs on a fresh virtual 2400 with 10 kΩ on it. An error the real instrument would give is
shown as that error: "-224" is a parameter it does not know. A trap is something that works and does
more than its name says.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pyvisa
from pymeasure.instruments.keithley import Keithley2400, Keithley2400Legacy

BENCH = """
[bench]
mode = "virtual"
seed = 1
[instruments.smu]
model = "keithley2400"
address = "GPIB0::24::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""

Row = Callable[[Any], object]


class Trap(Exception):
    """Something else has changed as well."""


def documented(smu: Any) -> None:
    """The example in the docstring of the class of 0.16."""
    smu.reset()
    smu.source_mode = "current"
    smu.source_enabled = True
    smu.ramp_to_current(5e-4)
    near(smu.voltage, 5.0)
    smu.reset()


def documented_legacy(smu: Any) -> None:
    """The example in the docstring of the older class."""
    smu.apply_current()
    smu.source_current_range = 10e-3
    smu.compliance_voltage = 10
    smu.source_current = 0
    smu.enable_source()
    smu.measure_voltage()
    smu.ramp_to_current(5e-4)
    near(smu.voltage, 5.0)
    smu.shutdown()


def tutorial(smu: Any) -> None:
    """The measurement of PyMeasure's tutorial, with the buffer and its statistics."""
    smu.reset()
    smu.use_front_terminals()
    smu.apply_current(10e-3, 10)
    smu.measure_voltage(0.1, 1)
    smu.stop_buffer()
    smu.disable_buffer()
    smu.enable_source()
    for level in (-5e-4, 5e-4):
        smu.config_buffer(10, 0)
        smu.source_current = level
        smu.start_buffer()
        smu.wait_for_buffer()
        near(smu.mean_voltage, level * 1e4)
        smu.std_voltage  # noqa: B018
    smu.shutdown()


def buffered(smu: Any, points: int = 5) -> None:
    on_at_one_volt(smu)
    smu.config_buffer(points)
    smu.start_buffer()
    smu.wait_for_buffer()
    smu.buffer_data.reshape(points, -1)


def slow_buffer(smu: Any) -> None:
    """More than its two seconds of patience: the query of the status waits for the buffer."""
    smu.current_nplc = 10
    buffered(smu)


def buffered_twice(smu: Any) -> None:
    on_at_one_volt(smu)
    smu.config_buffer(5)
    smu.config_buffer(5)


def on_at_one_volt(smu: Any) -> None:
    smu.source_voltage = 1
    smu.enable_source()


def keeps(name: str, setting: float, action: Row) -> Row:
    """Insist that `action` leaves a setting as it was."""
    def check(smu: Any) -> None:
        setattr(smu, name, setting)
        action(smu)
        found = getattr(smu, name)
        if found != setting:
            raise Trap(f"trap: {name} {setting:g} becomes {found:g}")

    return check


def reading(name: str, expected: float) -> Row:
    def check(smu: Any) -> None:
        on_at_one_volt(smu)
        near(getattr(smu, name), expected)

    return check


def output_off(name: str) -> Row:
    def check(smu: Any) -> None:
        getattr(smu, name)
        if smu.source_enabled:
            raise Trap("trap: the output is on afterwards")

    return check


def legacy_reading(configure: str, name: str, expected: float) -> Row:
    def check(smu: Any) -> None:
        on_at_one_volt(smu)
        getattr(smu, configure)()
        near(getattr(smu, name), expected)

    return check


def all_at_once(smu: Any) -> None:
    on_at_one_volt(smu)
    found = smu.measure_all()
    near(found["resistance"], 1e4)
    near(found["voltage"] / found["current"], 1e4)


def statistics(smu: Any) -> None:
    buffered(smu)
    near(smu.mean_current, 1e-4)


def bus_triggered(smu: Any) -> None:
    on_at_one_volt(smu)
    smu.trigger_on_bus()
    smu.start_buffer()
    smu.trigger()
    smu.ask("*OPC?")


def timed(smu: Any) -> None:
    on_at_one_volt(smu)
    smu.set_timed_arm(0.01)
    smu.set_trigger_counts(10, 1)
    if len(smu.values(":READ?")) != 50:
        raise ValueError("not ten readings")


def staircase(smu: Any) -> None:
    smu.apply_current()
    smu.measure_voltage()
    near(len(list(smu.RvsI(0, 1e-4, 1e-5, 10))), 11)


def near(answer: Any, expected: float) -> None:
    """Insist on a number within a percent."""
    if abs(float(answer) - expected) > 0.01 * abs(expected):
        raise ValueError(f"{answer} instead of {expected}")


def set_and_get(name: str, setting: Any, told: Any = None) -> Row:
    def check(smu: Any) -> None:
        setattr(smu, name, setting)
        found = getattr(smu, name)
        if found != (setting if told is None else told):
            raise ValueError(f"{name} reads back {found!r}")

    return check


COMMON: dict[str, Row] = {
    "id": lambda smu: smu.id,
    "reset()": lambda smu: smu.reset(),
    "source_mode": set_and_get("source_mode", "current"),
    "source_voltage": set_and_get("source_voltage", 1.5),
    "source_voltage_range (told by what it reaches)":
        set_and_get("source_voltage_range", 2, 2.1),
    "source_delay": set_and_get("source_delay", 0.1),
    "compliance_current": set_and_get("compliance_current", 1e-4),
    "compliance_current below 100 nA, after reset":
        lambda smu: setattr(smu, "compliance_current", 5e-8),
    "current_range": set_and_get("current_range", 1e-4, 1.05e-4),
    "current_range above the compliance's": lambda smu: setattr(smu, "current_range", 1e-3),
    "voltage_range while sourcing voltage": lambda smu: setattr(smu, "voltage_range", 2),
    "current_nplc": set_and_get("current_nplc", 0.1),
    "wires": set_and_get("wires", 4),
    "filter_count": set_and_get("filter_count", 5),
    "line_frequency": set_and_get("line_frequency", 60),
    "buffer_points": set_and_get("buffer_points", 100),
    "config_buffer, start_buffer, wait_for_buffer, buffer_data": buffered,
    "the same, slower than the timeout": slow_buffer,
    "config_buffer twice without a run": buffered_twice,
    "buffer_points, as many as there are": keeps("buffer_points", 2500, lambda smu: None),
    "trigger_on_bus(), trigger()": bus_triggered,
    "set_timed_arm(), set_trigger_counts()": timed,
    "beep()": lambda smu: smu.beep(440, 0.1),
    "use_rear_terminals()": lambda smu: smu.use_rear_terminals(),
    "stop_buffer()": lambda smu: smu.stop_buffer(),
    "shutdown()": lambda smu: smu.shutdown(),
}

NOW: dict[str, Row] = {
    "docstring example": documented,
    "tutorial, with buffer and statistics": tutorial,
    **COMMON,
    "current": reading("current", 1e-4),
    "voltage": reading("voltage", 1.0),
    "resistance": reading("resistance", 1e4),
    "measure_all()": all_at_once,
    "current, with the output off": output_off("current"),
    "current, with a compliance of 1 µA": keeps("compliance_current", 1e-6,
                                                lambda smu: smu.current),
    "current, with a compliance of 10 mA": keeps("compliance_current", 10e-3,
                                                 lambda smu: smu.current),
    "current, at 0.1 PLC": keeps("current_nplc", 0.1, lambda smu: smu.current),
    "source_enabled": set_and_get("source_enabled", True),
    "auto_zero_enabled": set_and_get("auto_zero_enabled", False),
    "auto_zero_once()": lambda smu: smu.auto_zero_once(),
    "output_off_state": set_and_get("output_off_state", "disconnected"),
    "auto_output_off_enabled": set_and_get("auto_output_off_enabled", True),
    "mean_current, only the current measured": statistics,
    "arm_source": set_and_get("arm_source", "timer"),
    "arm_timer": set_and_get("arm_timer", 0.01),
    "trigger_output_event": set_and_get("trigger_output_event", "delay"),
    "front_terminals_enabled": set_and_get("front_terminals_enabled", False),
    "display_enabled": set_and_get("display_enabled", False),
}

LEGACY: dict[str, Row] = {
    "docstring example": documented_legacy,
    "tutorial, with buffer and statistics": tutorial,
    **COMMON,
    "measure_current(), current": legacy_reading("measure_current", "current", 1e-4),
    "measure_voltage(), voltage": legacy_reading("measure_voltage", "voltage", 1.0),
    "measure_resistance(), resistance": legacy_reading("measure_resistance", "resistance", 1e4),
    "current, with the output off": output_off("current"),
    "current, with a compliance of 1 µA": keeps(
        "compliance_current", 1e-6, lambda smu: (on_at_one_volt(smu), smu.current)),
    "RvsI()": staircase,
    "output_off_state": set_and_get("output_off_state", "HIMP"),
    "auto_zero": lambda smu: setattr(smu, "auto_zero", "ONCE"),
}


def outcome(kind: type, action: Row, bench: Path) -> str:
    """`works`, or the first thing that went wrong: a trap, an error number, an exception."""
    queued: list[str] = []
    manager = pyvisa.ResourceManager(f"{bench}@ginsen")
    try:
        smu = kind("GPIB0::24::INSTR", visa_library=f"{bench}@ginsen")
        failure = ""
        clock = manager.visalib.clock
        # PyMeasure waits on the wall clock, on which a virtual bench stands still; and what its
        # check_errors takes from the queue would be lost.
        with mock.patch("time.sleep", clock.sleep), \
                mock.patch("pymeasure.instruments.keithley.buffer.sleep", clock.sleep), \
                mock.patch("pymeasure.instruments.keithley.buffer.time", clock.now), \
                mock.patch.object(smu, "check_errors", partial(drain, smu, queued)):
            try:
                action(smu)
            except pyvisa.errors.VisaIOError:
                failure = "no answer"
            except Trap as trap:
                failure = str(trap)
            except (ValueError, TypeError, LookupError, AttributeError) as error:
                failure = type(error).__name__
            smu.adapter.connection.clear()
            drain(smu, queued)
        if queued:
            return ", ".join(dict.fromkeys(queued))
        return failure or "works"
    finally:
        manager.close()


def drain(smu: Any, queued: list[str]) -> list[str]:
    """Move the instrument's error queue to `queued`."""
    while True:
        number = smu.ask("SYST:ERR?").split(",")[0]
        if number == "0":
            return queued
        queued.append(number)


def page() -> str:
    """The Markdown page."""
    lines = ["# PyMeasure's Keithley2400 against the virtual 2400", "",
             "Made by `benchmarks/pymeasure_keithley2400.py` with PyMeasure's unmodified classes. "
             "A number is the",
             "error the instrument gives; the rest of that message is then discarded, and a query "
             "of it stays",
             "unanswered. A trap works, and does more than its name says.", ""]
    tables: Mapping[type, dict[str, Row]] = {Keithley2400: NOW, Keithley2400Legacy: LEGACY}
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        # Both classes warn of what will go.
        warnings.simplefilter("ignore", FutureWarning)
        bench = Path(name) / "bench.toml"
        bench.write_text(BENCH, encoding="utf-8")
        for kind, rows in tables.items():
            lines += [f"| of `{kind.__name__}` | |", "|---|---|"]
            lines += [f"| {row} | {outcome(kind, action, bench)} |" for row, action in rows.items()]
            lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    sys.stdout.write(page())
