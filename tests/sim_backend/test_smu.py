"""The electrical model on a bench, without a command language."""

import math

import numpy as np
import pytest

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.sim_backend.bench import Bench
from ginsen.sim_backend.devices.device import OPEN, Source, Terminals
from ginsen.sim_backend.devices.resistor import Resistor
from ginsen.sim_backend.instruments.keithley2450 import settings_after_reset
from ginsen.sim_backend.instruments.smu import OVERFLOW, SourceMeasureUnit
from ginsen.sim_backend.instruments.smu_settings import output_source
from ginsen.sim_backend.own_time import OwnTime

TIMING = KEITHLEY_2450.timing


class Rig:
    """A source-measure unit on a device between its HI and the ground."""

    def __init__(self, device, seed=1):
        self.bench = Bench(device, seed=seed)
        self.bench.wire("smu.hi", "A")
        self.bench.ground("B")
        self.unit = SourceMeasureUnit(KEITHLEY_2450, settings_after_reset(), self.bench,
                                      self.bench.port("smu.hi"),
                                      lambda: self.bench.generator("smu"),
                                      OwnTime(self.bench), lambda: False)

    def source_volts(self, level, *, limit=1.0, nplc=1.0, measure_range=None, **source):
        self.unit.change_source("VOLT", level=level, limit=limit, autodelay=False, **source)
        self.unit.change_sense("CURR", nplc=nplc, autozero=False,
                               **({} if measure_range is None else
                                  {"range": measure_range, "autorange": False}))
        self.unit.change(output=True)
        return self

    def read(self, count=1):
        readings = []

        def loop():
            for _ in range(count):
                readings.append((yield from self.unit.read()))

        process = self.bench.start(loop())
        while not process.done:
            self.bench.advance_to(self.bench.now + 1.0)
        return readings if count > 1 else readings[0]


class Mains:
    """A resistor with mains pick-up: its current has a sine added, integrated exactly."""

    terminals = ("A", "B")

    def __init__(self, resistance, amplitude, frequency):
        self.resistance, self.amplitude, self.rate = resistance, amplitude, 2 * np.pi * frequency
        self.time = 0.0

    def advance(self, dt, sources):
        volts = sources[0].voltage
        before, self.time = self.time, self.time + dt
        swing = (math.cos(self.rate * before) - math.cos(self.rate * self.time)) / self.rate
        mean = volts / self.resistance + (self.amplitude * swing / dt if dt else 0.0)
        currents, voltages = np.array([mean, -mean]), np.array([volts, 0.0])
        return Terminals(currents, voltages, currents, voltages, np.zeros(2))


@pytest.mark.parametrize("seed", range(1, 9))
def test_readings_and_source_are_within_the_one_year_accuracy(seed):
    rig = Rig(Resistor(1e4), seed).source_volts(1.5, measure_range=1e-3, range=2.0,
                                                autorange=False)
    reading = rig.read()
    volts = rig.bench.port("smu.hi").instant()[0]
    assert abs(volts - 1.5) <= KEITHLEY_2450.source_voltage.holding(2.0).accuracy(1.5)
    scale = KEITHLEY_2450.measure_current.at_full_scale(1e-3)
    assert abs(reading.value - volts / 1e4) <= scale.accuracy(volts / 1e4) + 5 * scale.noise
    back = KEITHLEY_2450.measure_voltage.at_full_scale(2.0)
    assert abs(reading.source - volts) <= back.accuracy(volts) + 5 * back.noise


def test_an_instrument_is_off_by_the_same_amount_each_time_and_another_by_another():
    def error(seed):
        rig = Rig(Resistor(1e6), seed).source_volts(0.0, measure_range=10e-6, nplc=10.0)
        return np.mean([reading.value for reading in rig.read(20)])

    noise = KEITHLEY_2450.measure_current.at_full_scale(10e-6).noise_at(10) / math.sqrt(20)
    first = Rig(Resistor(1e6), 1).source_volts(0.0, measure_range=10e-6, nplc=10.0)
    halves = [np.mean([reading.value for reading in first.read(20)]) for _ in range(2)]
    assert abs(halves[0] - halves[1]) < 6 * noise
    assert abs(error(2) - error(3)) > 20 * noise


@pytest.mark.parametrize("nplc", [0.01, 1.0])
def test_noise_is_the_data_sheets_at_that_integration_time(nplc):
    rig = Rig(Resistor(1e4)).source_volts(0.1, measure_range=100e-6, nplc=nplc, readback=False)
    values = np.array([reading.value for reading in rig.read(600)])
    expected = KEITHLEY_2450.measure_current.at_full_scale(100e-6).noise_at(nplc)
    # The relative error of a standard deviation of n values is 1/√(2n): 2.9 %, here taken 4 times.
    assert np.std(values, ddof=1) == pytest.approx(expected, rel=0.12)


def test_a_whole_line_cycle_rejects_the_mains():
    def spread(nplc):
        rig = Rig(Mains(1e4, 50e-6, 50.0)).source_volts(0.1, measure_range=100e-6, nplc=nplc,
                                                        readback=False)
        return np.ptp([reading.value for reading in rig.read(40)])

    assert spread(0.1) > 50e-6
    assert spread(1.0) < 10 * KEITHLEY_2450.measure_current.at_full_scale(100e-6).noise


def test_a_reading_takes_its_conversions():
    rig = Rig(Resistor(1e4)).source_volts(1.0, measure_range=1e-3, nplc=0.5)
    rig.read()
    first, second = rig.read(2)
    expected = TIMING.reading_time(0.5, 50.0, readback=True)
    assert second.time - first.time == pytest.approx(expected, abs=1e-9)
    assert rig.unit.reading_time() == pytest.approx(expected)
    rig.unit.change_sense("CURR", autozero=True)
    first, second = rig.read(2)
    assert second.time - first.time == pytest.approx(
        TIMING.reading_time(0.5, 50.0, readback=True, autozero=True), abs=1e-9)


def test_a_reading_waits_for_the_source_delay():
    rig = Rig(Resistor(1e4)).source_volts(1.0, measure_range=1e-3)
    rig.read()
    rig.unit.change_source("VOLT", delay=0.25, level=2.0)
    changed = rig.bench.now
    assert rig.read().time == pytest.approx(changed + 0.25 + TIMING.source_step)
    # Only a changed source is waited for.
    now = rig.bench.now
    assert rig.read().time == pytest.approx(now)


def test_the_current_limit_clamps_and_is_flagged():
    rig = Rig(Resistor(1e3)).source_volts(1.0, limit=1e-4, measure_range=1e-3)
    reading = rig.read()
    assert reading.limited
    assert rig.unit.limit_tripped()
    assert reading.value == pytest.approx(1e-4, rel=KEITHLEY_2450.limit_accuracy + 2e-3)
    assert reading.source == pytest.approx(0.1, rel=0.02)
    rig.unit.change_source("VOLT", level=0.05)
    assert not rig.read().limited
    assert not rig.unit.limit_tripped()


def test_a_current_source_holds_its_current_up_to_its_voltage_limit():
    rig = Rig(Resistor(1e4))
    rig.unit.change_source("CURR", level=-1e-4, limit=5.0)
    rig.unit.change_sense("VOLT", autozero=False)
    rig.unit.change(source="CURR", sense="VOLT", output=True)
    reading = rig.read()
    assert not reading.limited
    assert reading.value == pytest.approx(-1.0, rel=1e-3)
    assert reading.source == pytest.approx(-1e-4, rel=1e-3)
    rig.unit.change_source("CURR", level=1e-3)
    reading = rig.read()
    assert reading.limited
    assert reading.value == pytest.approx(5.0, rel=KEITHLEY_2450.limit_accuracy + 1e-3)


def test_beyond_a_fixed_range_is_an_overflow():
    rig = Rig(Resistor(1e3)).source_volts(1.0, limit=0.01, measure_range=100e-6)
    reading = rig.read()
    assert reading.value == OVERFLOW
    # The range resistor bounds the current as well, so the sample sees no more than 105 µA.
    assert reading.limited
    assert rig.bench.port("smu.hi").instant()[1] == pytest.approx(105e-6)


def test_autorange_finds_the_range_up_and_down_and_takes_time_for_it():
    rig = Rig(Resistor(1e4)).source_volts(1.0)
    start = rig.bench.now
    assert rig.read().value == pytest.approx(1e-4, rel=1e-3)
    assert rig.unit.settings.sensing.range == 1e-4
    assert rig.bench.now - start > 2 * TIMING.reading_time(1.0, 50.0)
    rig.unit.change_source("VOLT", level=1e-3)
    assert rig.read().value == pytest.approx(1e-7, rel=0.25)
    assert rig.unit.settings.sensing.range in (100e-9, 1e-6)
    rig.unit.change_sense("CURR", lower_limit=1e-5)
    rig.read()
    assert rig.unit.settings.sensing.range == 1e-5


def test_a_repeating_filter_averages_and_takes_as_many_conversions():
    rig = Rig(Resistor(1e4)).source_volts(0.1, measure_range=100e-6, nplc=0.01, readback=False)
    rig.unit.change_sense("CURR", filtered=True, filter_count=25)
    readings = rig.read(200)
    noise = KEITHLEY_2450.measure_current.at_full_scale(100e-6).noise_at(0.01)
    assert np.std([reading.value for reading in readings]) == pytest.approx(noise / 5, rel=0.25)
    assert readings[1].time - readings[0].time == pytest.approx(
        25 * 0.01 / 50 + TIMING.reading, abs=1e-9)


def test_resistance_is_the_ratio_of_two_measurements():
    rig = Rig(Resistor(47e3)).source_volts(1.0)
    rig.unit.change(sense="RES")
    assert rig.read().value == pytest.approx(47e3, rel=1e-3)


def _off(state, **changes):
    rig = Rig(Resistor(1e4))
    rig.unit.change_source("VOLT", off_state=state, level=5.0, limit=2e-3)
    rig.unit.change_source("CURR", off_state=state, level=3e-3, limit=9.0, range=1e-3,
                           autorange=False)
    rig.unit.change_sense("CURR", range=1e-3, autorange=True)
    rig.unit.change(**changes)
    settings = rig.unit.settings
    return output_source(KEITHLEY_2450, settings, level=settings.sourcing.level,
                         limit=settings.sourcing.limit)


def test_off_states():
    assert _off("HIMP") == OPEN
    assert _off("GUAR") == OPEN
    assert _off("NORM") == Source(current_limit=1e-4)
    assert _off("ZERO") == Source(current_limit=2e-3)
    assert _off("ZERO", source="CURR") == Source(current_limit=3e-3)


def test_an_output_that_was_open_needs_its_relay():
    rig = Rig(Resistor(1e4)).source_volts(1.0, measure_range=1e-3, off_state="HIMP")
    assert rig.read().time == pytest.approx(TIMING.relay + TIMING.source_step)
    rig.unit.change(output=False)
    current = rig.read()
    assert not current.output
    assert abs(current.value) < 1e-7
