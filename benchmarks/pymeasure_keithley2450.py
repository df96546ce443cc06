"""What of PyMeasure's own, unmodified Keithley2450 works in which *LANG, as a Markdown table.

    python benchmarks/pymeasure_keithley2450.py > docs/instruments/keithley2450_pymeasure.md

Every row runs on a fresh virtual 2450 with 10 kΩ on it. An error the real instrument would give is
shown as that error: "-113" is the undefined header of the other command set.
"""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest import mock

import pyvisa
from pymeasure.instruments.keithley import Keithley2450

BENCH = """
[bench]
mode = "virtual"
seed = 1
[instruments.smu]
model = "keithley2450"
address = "TCPIP0::k2450::inst0::INSTR"
language = "{language}"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""


def documented_current_source(smu: Keithley2450) -> None:
    """The example in the class's docstring."""
    smu.apply_current()
    smu.source_current_range = 10e-3
    smu.compliance_voltage = 10
    smu.source_current = 0
    smu.enable_source()
    smu.measure_voltage()
    smu.ramp_to_current(5e-3)
    value(smu.voltage)
    smu.shutdown()


def documented_voltage_source(smu: Keithley2450) -> None:
    """The same with voltage and current exchanged."""
    smu.apply_voltage()
    smu.source_voltage_range = 10
    smu.compliance_current = 1e-3
    smu.source_voltage = 0
    smu.enable_source()
    smu.measure_current()
    smu.ramp_to_voltage(5)
    value(smu.current)
    smu.shutdown()


def buffered(smu: Keithley2450) -> None:
    """The buffer as the 2400's documentation uses it."""
    smu.source_voltage = 1
    smu.enable_source()
    smu.config_buffer(5)
    smu.start_buffer()
    smu.wait_for_buffer()
    if len(smu.buffer_data) == 0:
        raise ValueError("no data")


def value(answer: float | list[float]) -> None:
    """Insist on a number."""
    float(answer[0] if isinstance(answer, list) else answer)


def reading(smu: Keithley2450) -> None:
    smu.source_voltage = 1
    smu.enable_source()
    value(smu.current)


def reading_resistance(smu: Keithley2450) -> None:
    smu.measure_resistance()
    smu.source_voltage = 1
    smu.enable_source()
    value(smu.resistance)


def statistics(smu: Keithley2450) -> None:
    smu.enable_source()
    value(smu.current)
    value(smu.means)


def set_and_get(name: str, setting: float | str) -> Callable[[Keithley2450], None]:
    def check(smu: Keithley2450) -> None:
        setattr(smu, name, setting)
        if getattr(smu, name) != setting:
            raise ValueError(f"{name} reads back {getattr(smu, name)!r}")

    return check


ROWS: dict[str, Callable[[Keithley2450], object]] = {
    "docstring example, sourcing current": documented_current_source,
    "the same, sourcing voltage": documented_voltage_source,
    "id": lambda smu: smu.id,
    "reset()": lambda smu: smu.reset(),
    "source_mode": set_and_get("source_mode", "current"),
    "source_voltage": set_and_get("source_voltage", 1.5),
    "source_voltage_range": set_and_get("source_voltage_range", 2),
    "source_voltage_delay": set_and_get("source_voltage_delay", 0.1),
    "source_voltage_delay_auto": set_and_get("source_voltage_delay_auto", True),
    "compliance_current": set_and_get("compliance_current", 1e-4),
    "compliance_voltage": set_and_get("compliance_voltage", 10),
    "current_range": set_and_get("current_range", 1e-3),
    "current_nplc": set_and_get("current_nplc", 0.1),
    "measure_current()": lambda smu: smu.measure_current(),
    "measure_voltage()": lambda smu: smu.measure_voltage(),
    "measure_resistance()": lambda smu: smu.measure_resistance(),
    "current, output on": reading,
    "current, output off": lambda smu: value(smu.current),
    "resistance": reading_resistance,
    "wires": set_and_get("wires", 4),
    "current_filter_type": set_and_get("current_filter_type", "MOV"),
    "current_filter_count": set_and_get("current_filter_count", 5),
    "current_filter_state (set)": lambda smu: setattr(smu, "current_filter_state", "ON"),
    "voltage_output_off_state": set_and_get("voltage_output_off_state", "HIMP"),
    "buffer_points": set_and_get("buffer_points", 100),
    "config_buffer, start_buffer, buffer_data": buffered,
    "means": statistics,
    "trigger()": lambda smu: smu.trigger(),
    "beep()": lambda smu: smu.beep(440, 0.1),
    "use_rear_terminals()": lambda smu: smu.use_rear_terminals(),
    "stop_buffer()": lambda smu: smu.stop_buffer(),
    "shutdown()": lambda smu: smu.shutdown(),
}


def outcome(action: Callable[[Keithley2450], object], language: str, folder: Path) -> str:
    """`works`, or the first thing that went wrong: an error number, a time-out, an exception."""
    bench = folder / f"{language}.toml"
    bench.write_text(BENCH.format(language=language), encoding="utf-8")
    queued: list[str] = []
    manager = pyvisa.ResourceManager(f"{bench}@ginsen")
    try:
        smu = Keithley2450("TCPIP0::k2450::inst0::INSTR", visa_library=f"{bench}@ginsen",
                           timeout=500)
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
            except (ValueError, TypeError, IndexError, KeyError) as error:
                failure = type(error).__name__
            except Exception as error:  # PyMeasure raises bare Exceptions of its own
                failure = str(error)
            drain(smu, queued)
        if queued:
            return ", ".join(dict.fromkeys(queued))
        return failure or "works"
    finally:
        manager.close()


def drain(smu: Keithley2450, queued: list[str]) -> list[str]:
    """Move the instrument's error queue to `queued`."""
    while True:
        entry = smu.ask("SYST:ERR?").strip()
        number = entry.split(",")[0]
        if number == "0":
            return queued
        queued.append(number)


def table(languages: tuple[str, ...] = ("SCPI", "SCPI2400")) -> str:
    """The Markdown page."""
    lines = ["# PyMeasure's Keithley2450 against the virtual 2450", "",
             "Made by `benchmarks/pymeasure_keithley2450.py` with PyMeasure's unmodified class. A "
             "number is the error",
             "the instrument gives; the rest of that message is then discarded, and a query of it "
             "stays unanswered.", "",
             "| of the class | " + " | ".join(f"`*LANG {name}`" for name in languages) + " |",
             "|---|" + "---|" * len(languages)]
    with tempfile.TemporaryDirectory() as name:
        for row, action in ROWS.items():
            cells = [outcome(action, language, Path(name)) for language in languages]
            lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    sys.stdout.write(table())
