"""Trials of Lake Shore's own Python package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyvisa
from conformance_trials import Tried, near
from lakeshore import Model335
from lakeshore.generic_instrument import InstrumentException


@contextmanager
def over_a_connection(tried: Tried, library: str) -> Iterator[Any]:
    """Give it a PyVISA session, as one does where it is not to find a serial port itself."""
    session = pyvisa.ResourceManager(library).open_resource(
        tried.address, read_termination="\r\n", write_termination="\n")
    yield tried.driver(57600, connection=session)


def identifies(controller: Any) -> None:
    assert (controller.model_number, controller.serial_number) == ("MODEL335", "335A001")


def configures(controller: Any) -> None:
    controller.set_sensor_name("A", "stage")
    controller.set_heater_pid(1, 40, 27, 0)
    controller.set_filter("A", True, 10, 5)
    controller.set_temperature_limit("A", 350)
    controller.set_setpoint_ramp_parameter(1, True, 20)
    assert controller.get_sensor_name("A").strip() == "stage"
    assert controller.get_heater_pid(1) == {"gain": 40, "integral": 27, "derivative": 0}
    assert controller.get_filter("A")["data_points"] == 10
    assert controller.get_temperature_limit("A") == 350
    assert controller.get_setpoint_ramp_parameter(1) == {"ramp_enable": True, "rate_value": 20}
    assert controller.get_heater_output_mode(1)["mode"].name == "CLOSED_LOOP"


def heats(controller: Any) -> None:
    controller.set_control_setpoint(1, 310)
    controller.set_heater_range(1, controller.HeaterRange.LOW)
    assert controller.get_heater_range(1).name == "LOW"
    assert near(controller.get_heater_output(1), 75)
    controller.all_heaters_off()
    assert controller.get_heater_output(1) == 0


def measures(controller: Any) -> None:
    assert controller.get_all_kelvin_reading() == [295, 295]
    assert near(controller.get_celsius_reading("A"), 21.85)
    assert not controller.get_input_reading_status("A").invalid_reading


def sweeps(controller: Any) -> None:
    configures(controller)
    controller.set_control_setpoint(1, 310)
    assert controller.get_setpoint_ramp_status(1) is True


def clears(controller: Any) -> None:
    controller.clear_interface_command()
    controller.reset_instrument()
    assert controller.get_heater_range(1).name == "OFF"


def refuses(controller: Any) -> None:
    for line in ("NONSENSE 1", "SETP 3,300"):
        try:
            controller.command(line)
        except InstrumentException:
            continue
        raise AssertionError(f"{line} was not refused")


TRIED = [Tried(Model335, "lakeshore335", {
    "identify": identifies, "configure": configures, "source": heats, "measure": measures,
    "sweep": sweeps, "clear": clears, "error query": refuses}, opening=over_a_connection)]
