"""Trials of labmcp's driver of Lake Shore controllers."""

from __future__ import annotations

from typing import Any

from conformance_labmcp import over_visa
from conformance_trials import Tried, near
from labmcp.errors import InstrumentProtocolError
from labmcp_lakeshore.driver import LakeShoreController


def identifies(controller: Any) -> None:
    assert controller.identify()["model"] == "Model 335"


def configures(controller: Any) -> None:
    controller.set_pid(1, 40, 27, 0)
    controller.set_ramp(1, True, 20)
    assert controller.pid(1) == (40, 27, 0)
    assert controller.ramp(1) == (True, 20)
    assert controller.output_mode(1)[1] == "A"


def heats(controller: Any) -> None:
    controller.set_setpoint(1, 310)
    controller.set_heater_range(1, 1)
    assert near(controller.output_percent(1), 75)
    assert controller.heater_error(1) is None
    assert set(controller.all_heaters_off().values()) == {"off"}


def measures(controller: Any) -> None:
    assert near(controller.kelvin("A"), 295)
    assert near(controller.read_input("B").kelvin, 295)


def sweeps(controller: Any) -> None:
    configures(controller)
    controller.set_setpoint(1, 310)
    assert controller.ramping(1) is True


def refuses(controller: Any) -> None:
    try:
        controller.write("SETP 3,300")
    except InstrumentProtocolError:
        return
    raise AssertionError("it was not refused")


TRIED = [Tried(LakeShoreController, "lakeshore335", {
    "identify": identifies, "configure": configures, "source": heats, "measure": measures,
    "sweep": sweeps, "error query": refuses}, arguments={"open": LakeShoreController},
    opening=over_visa)]
