"""Instruments that are slow, wrong, without power or stuck, and a sample that is not itself."""

from __future__ import annotations

import numpy as np
import pytest
import pyvisa
from breaking_bench import GPIB, benches, refused, source
from pyvisa.constants import StatusCode

from ginsen.sim_backend.fault import Fault


@pytest.fixture
def bench(tmp_path):
    """Open a bench with the faults given, each a line of TOML."""
    with benches(tmp_path) as make:
        yield make


def test_a_slow_instrument_takes_longer_for_its_commands_not_for_its_readings(bench):
    lab = bench('kind = "slow", factor = 50, at_s = 10, duration_s = 100')
    smu = lab.open(timeout=1e5)
    source(smu)

    def cost():
        before = lab.clock.now()
        smu.query("READ?")
        return lab.clock.now() - before

    quick = cost()
    lab.clock.sleep(20.0)
    slow = cost()
    lab.clock.sleep(100.0)
    assert slow - quick == pytest.approx(49e-3, rel=1e-3)
    assert cost() == pytest.approx(quick)


def test_a_clock_that_is_fast_counts_more_seconds_and_measures_more_often(bench):
    marks = []
    for fault in ((), ('kind = "clock", ppm = 50',)):
        lab = bench(*fault)
        smu = lab.open(timeout=1e7)
        source(smu, ":TRIG:TIM1:DEL 0.1", ":TRIG:TIM1:COUN 0", ":TRIG:TIM1:STAR:GEN ON",
               ":TRIG:TIM1:STAT ON", ":TRIG:BLOC:WAIT 1, TIM1",
               ':TRIG:BLOC:MEAS 2, "defbuffer1"', ":TRIG:BLOC:BRAN:COUN 3, 1001, 1")
        before = lab.clock.now()
        smu.query(":INIT;*OPC?")
        passed = lab.clock.now() - before
        times = np.array(smu.query(':TRAC:DATA? 1,1001,"defbuffer1",REL').split(","), float)
        marks.append((passed, times[-1]))
    (true, told), (drifting, told_drifting) = marks
    assert told_drifting == pytest.approx(told, abs=1e-6)
    assert true / drifting == pytest.approx(1 + 50e-6, abs=2e-6)


def test_a_2400_with_a_slow_clock(bench):
    lab = bench('kind = "clock", ppm = -1000, at_s = 100', model="keithley2400")
    smu = lab.open(GPIB)
    lab.clock.sleep(100.0)
    smu.write(":SYST:TIME:RES")
    began = lab.clock.now()
    lab.clock.sleep(1000.0)
    told = float(smu.query(":SYST:TIME?"))
    assert told == pytest.approx((lab.clock.now() - began) * 0.999, abs=2e-3)


def test_an_error_in_the_queue(bench):
    lab = bench('kind = "error", at_s = 1, code = 2702, text = "Fan failed"')
    smu = lab.open()
    lab.clock.sleep(1.0)
    assert smu.query("SYST:ERR?").startswith('2702,"Fan failed')
    assert smu.query("SYST:ERR?").startswith("0,")


def test_the_sample_suddenly_conducts(bench):
    lab = bench('kind = "shunt", resistance_ohm = 100, at_s = 10, duration_s = 5')
    smu = lab.open()
    source(smu)
    assert float(smu.query("READ?")) == pytest.approx(1e-4, rel=0.01)
    lab.clock.sleep(10.0)
    during = lab.truth()["terminals"]["A"]
    assert during["current_A"] == pytest.approx(1e-3, rel=0.01)  # 10 mA, were it not for ILIM
    assert during["voltage_V"] == pytest.approx(1e-3 * 100 * 1e4 / 10_100, rel=0.01)
    assert smu.query(":SOUR:VOLT:ILIM:TRIP?") == "1"
    smu.query("READ?")
    assert int(float(smu.query(':TRAC:DATA? 2,2,"defbuffer1",SOURSTAT'))) & 32
    lab.clock.sleep(5.0)
    assert float(smu.query("READ?")) == pytest.approx(1e-4, rel=0.01)
    assert lab.truth()["terminals"]["A"]["highest_current_A"] == pytest.approx(1e-3, rel=0.01)


def test_a_probe_lifts(bench):
    lab = bench('kind = "lift", at_s = 10, duration_s = 5')
    smu = lab.open()
    source(smu)
    lab.clock.sleep(10.0)
    assert abs(float(smu.query("READ?"))) < 1e-6
    assert lab.truth()["terminals"]["A"]["voltage_V"] == pytest.approx(0.0, abs=1e-9)
    lab.clock.sleep(5.0)
    assert float(smu.query("READ?")) == pytest.approx(1e-4, rel=0.01)


@pytest.mark.parametrize("model", ["keithley2450", "keithley2400"])
def test_a_power_cycle_forgets_everything_and_ends_lan_sessions(bench, model):
    lab = bench('kind = "power_cycle", at_s = 10, duration_s = 30', model=model)
    lan, gpib = lab.open(), lab.open(GPIB, timeout=1000)
    gpib.write("*SRE 1;:SOUR:VOLT 1;:OUTP ON;:NONSENSE")
    assert lab.truth()["terminals"]["A"]["voltage_V"] == pytest.approx(1.0, rel=0.01)
    lab.clock.sleep(10.0)
    assert lab.truth()["outputs"] == {"smu": False}
    assert lab.truth()["terminals"]["A"]["voltage_V"] == pytest.approx(0.0, abs=1e-3)
    with refused(StatusCode.error_connection_lost):
        lan.write("*IDN?")
    with refused(StatusCode.error_resource_not_found):
        lab.open()
    with refused(StatusCode.error_timeout):
        gpib.query("OUTP?")
    lab.clock.sleep(30.0)
    assert gpib.query("OUTP?") == "0"
    assert float(gpib.query(":SOUR:VOLT?")) == 0.0
    assert gpib.query("*SRE?") == "0"
    assert gpib.query("SYST:ERR?").startswith("0,")
    assert lab.open().query("OUTP?") == "0"


def test_a_power_cycle_in_place_of_a_message(bench):
    lab = bench('kind = "power_cycle", match = ":INIT", times = 1', model="keithley2400")
    smu = lab.open(GPIB)
    smu.write(":SOUR:VOLT 1;:OUTP ON;*OPC")
    smu.write(":INIT;:SOUR:VOLT 2")
    assert smu.query(":OUTP?") == "0"
    assert float(smu.query(":SOUR:VOLT?")) == 0.0
    assert smu.query("SYST:ERR?").startswith("0,")


def test_a_chuck_stays_where_it_is_when_its_prober_loses_power():
    manager = pyvisa.ResourceManager("wafer@ginsen")
    try:
        prober = manager.open_resource("GPIB0::28::INSTR", timeout=60_000)
        assert prober.query("MoveChuckContact").startswith("0:")
        manager.visalib.bench.add_fault(Fault("power_cycle", instrument="prober"))
        assert prober.query("ReadChuckStatus").split()[7] == "C"
    finally:
        manager.close()


@pytest.mark.parametrize("model", ["keithley2450", "keithley2400"])
def test_an_output_that_is_stuck_on(bench, model):
    lab = bench('kind = "stuck_on", at_s = 1, duration_s = 100', model=model)
    smu = lab.open()
    for command in (":SOUR:FUNC VOLT", ":SOUR:VOLT:RANG 2", ":SOUR:VOLT 1", ":OUTP ON"):
        smu.write(command)
    lab.clock.sleep(1.0)
    for command in (":OUTP OFF", "*RST"):
        smu.write(command)
        assert smu.query(":OUTP?") == "1"
    truth = lab.truth()
    assert truth["outputs"] == {"smu": True}
    assert truth["terminals"]["A"]["voltage_V"] == pytest.approx(0.0, abs=3e-3)  # *RST: 0 V
    lab.clock.sleep(100.0)
    smu.write(":OUTP OFF")
    assert smu.query(":OUTP?") == "0"
