"""Trials of QCoDeS' drivers of what stands around a sample."""

from __future__ import annotations

from typing import Any

from conformance_qcodes import by_name, clears, is_model
from conformance_trials import Tried, near
from qcodes.instrument_drivers.american_magnetics import AMIModel430
from qcodes.instrument_drivers.Lakeshore import LakeshoreModel335


def lake_shore_configures(controller: Any) -> None:
    controller.A.units("kelvin")
    controller.A.sensor_type("diode")
    controller.A.t_limit(350)
    controller.output_1.mode("closed_loop")
    controller.output_1.input_channel("A")
    controller.output_1.P(10)
    controller.output_1.I(20)
    controller.output_1.setpoint_ramp_enabled(True)
    controller.output_1.setpoint_ramp_rate(20)
    assert (controller.A.units(), controller.A.sensor_type()) == ("kelvin", "diode")
    assert near(controller.A.t_limit(), 350)
    assert (controller.output_1.mode(), controller.output_1.input_channel()) == (
        "closed_loop", "A")
    assert (controller.output_1.P(), controller.output_1.I()) == (10, 20)
    assert near(controller.output_1.setpoint_ramp_rate(), 20)


def lake_shore_heats(controller: Any) -> None:
    controller.output_1.mode("closed_loop")
    controller.output_1.input_channel("A")
    controller.output_1.range_limits([296, 300, 400])
    controller.output_1.set_range_from_temperature(310)
    assert controller.output_1.output_range() == "high"
    controller.output_1.setpoint(310)
    controller.output_1.wait_until_set_point_reached()
    assert near(controller.A.temperature(), 310, 0.02)
    controller.output_1.output_range("off")
    assert controller.output_1.output() == 0


def lake_shore_measures(controller: Any) -> None:
    assert near(controller.A.temperature(), 295)
    assert near(controller.B.sensor_raw(), 295)
    assert controller.A.sensor_status() == "OK"


def lake_shore_sweeps(controller: Any) -> None:
    controller.output_1.mode("closed_loop")
    controller.output_1.output_range("high")
    controller.output_1.setpoint_ramp_enabled(True)
    controller.output_1.setpoint_ramp_rate(20)
    controller.output_1.setpoint(310)
    assert controller.output_1.setpoint_ramp_status() is True


def ami_configures(magnet: Any) -> None:
    magnet.coil_constant(1.2)
    magnet.field_units("tesla")
    magnet.ramp_rate_units("seconds")
    magnet.current_limit(40)
    magnet.ramp_rate(0.005)
    assert near(magnet.coil_constant(), 0.12)  # now in T/A
    assert near(magnet.field_limit(), 4.8)
    assert near(magnet.ramp_rate(), 0.005)
    magnet.switch_heater.heat_time(10)
    assert magnet.switch_heater.heat_time() == 10


def ami_ramps(magnet: Any) -> None:
    ami_configures(magnet)
    magnet.switch_heater.state(True)
    magnet.field(0.1)
    assert magnet.ramping_state() == "holding"
    assert near(magnet.field(), 0.1)
    magnet.switch_heater.state(False)
    assert magnet.switch_heater.in_persistent_mode() is True
    magnet.zero()
    assert near(magnet.field(), 0.1)


def ami_measures(magnet: Any) -> None:
    assert magnet.field() == 0
    assert magnet.is_quenched() is False
    assert magnet.ramping_state() == "paused"


def ami_sweeps(magnet: Any) -> None:
    ami_configures(magnet)
    magnet.switch_heater.state(True)
    magnet.set_field(0.1, block=False)
    assert magnet.ramping_state() == "ramping"
    assert 0 <= magnet.field() < 0.1
    assert magnet.wait_while_ramping() == "holding"
    assert near(magnet.field(), 0.1)


def ami_refuses(magnet: Any) -> None:
    magnet.write("NONSENSE")
    assert magnet.get_error().startswith("-113,")
    assert magnet.get_error().startswith("0,")


TRIED = [
    Tried(LakeshoreModel335, "lakeshore335", {
        "identify": is_model("335"), "configure": lake_shore_configures,
        "source": lake_shore_heats, "measure": lake_shore_measures, "sweep": lake_shore_sweeps,
        "clear": clears}, opening=by_name),
    Tried(AMIModel430, "ami430", {
        "identify": is_model("430"), "configure": ami_configures, "source": ami_ramps,
        "measure": ami_measures, "sweep": ami_sweeps, "clear": clears,
        "error query": ami_refuses},
        address="TCPIP0::magnet::7180::SOCKET", opening=by_name),
]
