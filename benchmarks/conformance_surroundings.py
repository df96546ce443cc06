"""Trials of PyMeasure's drivers of what stands around a sample."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from conformance_trials import Amiss, Tried
from pymeasure.instruments.ami import ami430
from pymeasure.instruments.formfactor.velox import Velox
from pymeasure.instruments.keithley import Keithley2700
from pymeasure.instruments.lakeshore import LakeShore3xx, lakeshore_base
from pymeasure.instruments.oxfordinstruments import IPS120_10, ips120_10
from pymeasure.instruments.oxfordinstruments.base import OxfordVISAError
from pymeasure.instruments.temptronic import ATS545


def near(value: Any, wanted: float, share: float = 1e-3) -> bool:
    return bool(abs(float(value) - wanted) <= share * max(abs(wanted), 1.0))


def lake_shore_is(controller: Any) -> None:
    assert controller.id.startswith("LSCI,MODEL335")


def lake_shore_configures(controller: Any) -> None:
    controller.output_1.setpoint = 310
    controller.output_1.range = "low"
    controller.output_2.mout = 50
    assert (controller.output_1.setpoint, controller.output_1.range, controller.output_2.mout) == (
        310, "low", 50)


def lake_shore_heats(controller: Any) -> None:
    lake_shore_configures(controller)
    controller.input_A.wait_for_temperature(310)
    assert near(controller.output_1.output, 75.0)
    controller.output_1.range = "off"
    assert controller.output_1.output == 0


def lake_shore_measures(controller: Any) -> None:
    assert near(controller.input_A.kelvin, 295.0)
    assert near(controller.input_B.celsius, 295.0 - 273.15)


def stream_is(stream: Any) -> None:
    assert stream.id.startswith("TEMPTRONIC,ATS-545")


def stream_configures(stream: Any) -> None:
    stream.configure(dut_type=None, temp_window=2, soak_time=20)
    assert (stream.temperature_setpoint_window, stream.temperature_soak_time) == (2, 20)
    stream.set_point_number = 0
    stream.temperature_setpoint = 60
    assert stream.temperature_setpoint == 60


def stream_goes(stream: Any) -> None:
    stream.configure(dut_type=None)
    stream.start()
    stream.set_temperature(60)
    stream.wait_for_settling()


def stream_measures(stream: Any) -> None:
    stream_configures(stream)
    assert near(stream.air_temperature, 23)
    stream.start()
    stream.wait_for_settling()
    assert stream.at_temperature()
    assert near(stream.temperature, 60, 2 / 60)  # the window


def stream_clears(stream: Any) -> None:
    stream.clear()
    assert stream.error_status() == 0


def ami_is(magnet: Any) -> None:
    assert "MODEL 430" in magnet.id  # after two lines of greeting, taken for nothing else


def ami_configures(magnet: Any) -> None:
    magnet.coilconst = 1.2
    magnet.voltage_limit = 2.0
    magnet.target_current = 1.0
    magnet.ramp_rate_current = 0.01
    assert near(magnet.coilconst, 1.2)
    assert near(magnet.voltage_limit, 2.0)
    assert near(magnet.target_current, 1.0)
    assert near(np.ravel(magnet.ramp_rate_current)[0], 0.01, 1e-6)


def ami_ramps(magnet: Any) -> None:
    magnet.coilconst = 1.2
    magnet.ramp_to_field(0.6, 0.02)
    assert magnet.magnet_status == "RAMPING"
    magnet.wait_for_holding()
    assert magnet.magnet_status == "HOLDING"
    assert near(magnet.field, 0.6)
    magnet.ramp_to_current(1.0, 0.01)
    magnet.pause()
    assert magnet.magnet_status == "PAUSED"
    assert magnet.supply_current < 1.0
    magnet.shutdown()
    assert magnet.supply_current == 0


def ami_measures(magnet: Any) -> None:
    ami_ramps(magnet)
    assert near(magnet.magnet_current, 0.0)
    assert near(magnet.field, 0.0)


def ips_is(supply: Any) -> None:
    assert supply.version.startswith("IPS120-10")


def ips_configures(supply: Any) -> None:
    supply.enable_control()
    assert (supply.control_mode, supply.activity, supply.switch_heater_enabled) == (
        "RU", "hold", True)
    supply.sweep_rate = 1.0
    supply.field_setpoint = -0.25
    assert near(supply.sweep_rate, 1.0)
    assert near(supply.field_setpoint, -0.25)


def ips_sweeps(supply: Any) -> None:
    supply.enable_control()
    time.sleep(20)
    supply.sweep_rate = 1.0
    supply.set_field(0.5)  # and traps it
    assert supply.switch_heater_enabled is False
    assert supply.demand_field == 0
    assert near(supply.persistent_field, 0.5)
    supply.set_field(0)
    supply.disable_control()
    assert (supply.control_mode, supply.activity) == ("LU", "clamp")


def ips_measures(supply: Any) -> None:
    ips_sweeps(supply)
    assert near(supply.field, 0.0)
    assert near(supply.current_measured, 0.0)


def ips_refuses(supply: Any) -> None:
    told = []
    for change in (("activity", "to setpoint"), ("field_setpoint", 1.0)):
        try:
            setattr(supply, *change)  # in local control nothing can be changed
        except OxfordVISAError as problem:
            told.append(str(problem))
    assert ["did not understand this command" in each for each in told] == [True, True]


def switches_are(system: Any) -> None:
    assert system.id.startswith("KEITHLEY INSTRUMENTS INC.,MODEL 2700")
    assert system.cards == {1: "7709", 2: "none"}


def switches_switch(system: Any) -> None:
    system.closed_channels = [101, 110]
    assert system.closed_channels == [101, 110]
    system.close_rows_to_columns(2, [1, 3], slot=1)
    assert system.closed_channels == [101, 109, 110, 111]
    system.open_rows_to_columns(1, 1, slot=1)
    system.open_channels = [110]
    assert system.get_state_of_channels([109, 110]).strip() == "1,0"
    system.display_closed_channels()
    assert system.display_text == "C: 9 11"
    system.open_all_channels()
    assert system.closed_channels == []


def switches_clear(system: Any) -> None:
    system.closed_channels = [101]
    system.reset()
    assert system.closed_channels == []


def switches_refuse(system: Any) -> None:
    system.write(":ROUT:MULT:CLOS (@201)")  # the slot is empty
    assert system.next_error[0] == -222


def velox_is(prober: Any) -> None:
    assert "Velox" in prober.id


def velox_steps(prober: Any) -> None:
    assert [int(number) for number in prober.wafermap.step_first_die()[:2]] == [0, 0]
    prober.chuck.move_contact()
    prober.chuck.move_separation()
    prober.wafermap.step_next_die()
    prober.wafermap.step_next_die()
    assert prober.wafermap.end_reached


def velox_sets_its_index(prober: Any) -> None:
    prober.chuck.index_size = 1000, 2000
    assert tuple(prober.chuck.index_size) == (1000, 2000)


TRIED = [
    Tried(LakeShore3xx, "lakeshore335", {
        "identify": lake_shore_is, "configure": lake_shore_configures, "source": lake_shore_heats,
        "measure": lake_shore_measures}, modules=(lakeshore_base,)),
    Tried(ATS545, "temptronic_ats545", {
        "identify": stream_is, "configure": stream_configures, "source": Amiss(
            stream_goes, "IndexError: tuple index out of range", "ATS545, source: "
            "`set_temperature` asks for `mode`, which makes a tuple of its dictionary of modes "
            "and looks for the 10th; with number and setpoint given apart it goes."),
        "measure": stream_measures, "clear": stream_clears, "error query": stream_clears}),
    Tried(ami430.AMI430, "ami430", {
        "identify": ami_is, "configure": ami_configures, "source": ami_ramps,
        "measure": ami_measures, "sweep": ami_ramps},
        address="TCPIP0::magnet::7180::SOCKET", modules=(ami430,)),
    Tried(IPS120_10, "ips120", {
        "identify": ips_is, "configure": ips_configures, "source": ips_sweeps,
        "measure": ips_measures, "sweep": ips_sweeps, "error query": ips_refuses},
        modules=(ips120_10,)),
    Tried(Keithley2700, "keithley2700", {
        "identify": switches_are, "configure": switches_switch, "clear": switches_clear,
        "error query": switches_refuse}),
    Tried(Velox, "velox", {
        "identify": velox_is, "configure": velox_sets_its_index, "sweep": velox_steps},
        options="dies = [[0, 0], [1, 0]]"),
]
