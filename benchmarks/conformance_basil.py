"""Trials of basil's drivers: command tables in YAML over one class, and a probe station."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from basil.dut import Dut
from conformance_trials import Amiss, Tried, near


@contextmanager
def as_a_dut(tried: Tried, library: str) -> Iterator[Any]:
    """Open a driver as basil does: by a description of the whole set-up."""
    dut = tried.driver({
        "transfer_layer": [{"name": "visa", "type": "Visa", "init": {
            "resource_name": tried.address, "backend": library, "read_termination": "\n",
            "timeout": 20_000}}],
        "hw_drivers": [{"name": "it", "interface": "visa", **tried.arguments}]})
    dut.init()
    try:
        yield dut["it"]
    finally:
        dut.close()


def identifies(smu: Any) -> None:
    assert "KEITHLEY" in smu.get_name()


def configures(smu: Any) -> None:
    smu.reset()
    smu.source_volt()
    smu.set_voltage_range(20)
    smu.four_wire_on()
    smu.set_current_limit(1e-2)
    assert smu.get_source_mode().strip() == "VOLT"
    assert near(smu.get_current_limit(), 1e-2)


def sources(smu: Any) -> None:
    smu.source_current()
    smu.set_voltage_limit(10)
    smu.set_current(2e-3)
    smu.on()
    smu.enable_formatting()
    assert near(smu.get_voltage(), 2.0)
    smu.off()
    assert smu.get_on().strip() == "0"


def measures(smu: Any) -> None:
    smu.source_volt()
    smu.set_current_limit(1e-2)
    smu.set_voltage(2.0)
    smu.on()
    smu.enable_formatting()
    assert near(smu.get_current(), 2e-3)


def clears(smu: Any) -> None:
    smu._intf.write("NONSENSE")
    smu.clear()
    assert smu._intf.query("SYST:ERR?").startswith("0,")


def sources_2450(smu: Any) -> None:
    smu.source_volt()
    smu.set_voltage(0.05)
    smu.on()
    assert near(smu.get_current(), 5e-5)
    smu.off()
    assert smu._intf.query("OUTP?").strip() == "0"


def moves(prober: Any) -> None:
    prober.set_position(100, 200)
    assert prober.get_position()[:2] == [100, 200]
    prober.contact()
    prober.separate()


def steps(prober: Any) -> None:
    assert prober.goto_first_die() == "0,0,0,0,0"
    assert prober.goto_next_die() == "1024,0,1,0,0"
    assert prober.goto_die(0, 0) == "0,0,0,0,0"
    prober.goto_next_die()
    assert prober.get_die() == (1, 0)


def _table(device: str) -> dict[str, Any]:
    return {"type": "scpi", "init": {"device": device}}


TRIED = [
    Tried(Dut, "keithley2400", {
        "identify": identifies, "configure": configures, "source": sources, "measure": measures,
        "clear": clears}, arguments=_table("Keithley 2400"), opening=as_a_dut,
        label="keithley_2400.yaml"),
    Tried(Dut, "keithley2450", {
        "identify": identifies, "configure": Amiss(
            configures, "VI_ERROR_TMO", "keithley_2450.yaml, configure: it sends the 2400's "
            "`SENS:CURR:PROT` and `SYST:RSEN`, which the 2450 has in its 2400 emulation only."),
        "source": sources_2450, "clear": clears}, arguments=_table("Keithley 2450"),
        opening=as_a_dut, label="keithley_2450.yaml"),
    Tried(Dut, "sentio", {
        "source": moves, "sweep": Amiss(
            steps, "AssertionError", "SentioProber, sweep: it steps; but it reads the answer of "
            "`map:die:get_current_index` without the number of an asynchronous command, which "
            "SENTIO's native command set has, and takes the place on the route for the column.")},
        options="dies = [[0, 0], [1, 0]]", arguments={"type": "SentioProber", "init": {}},
        opening=as_a_dut, label="SentioProber"),
]
