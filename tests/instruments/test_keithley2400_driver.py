"""The Keithley 2400 driver on a virtual one: when samples are taken, what the sample feels."""

import numpy as np
import pytest
from driven_keithley2400 import (
    GPIB,
    LONG,
    drivers_on_a_resistor,
    everything,
    felt,
    mean_voltage,
    virtual,
)

from ginsen.types import Phase


@pytest.fixture
def smu(tmp_path):
    with drivers_on_a_resistor(tmp_path) as open_at:
        yield open_at(GPIB)


# Time.


def test_samples_come_at_the_interval_from_the_instruments_clock(smu):
    smu.start([Phase("hold", 1.0, 2.0, 0.05, 1e-3)])
    samples = everything(smu)
    assert np.diff(samples.time) == pytest.approx(np.full(40, 0.05), abs=1e-9)
    assert samples.current == pytest.approx(np.full(41, 1e-4), rel=5e-3)


@pytest.fixture
def began(smu, monkeypatch):
    """When readings began, in bench time, which no instrument tells so exactly."""
    moments = []
    store = virtual(smu).trace.store
    monkeypatch.setattr(virtual(smu).trace, "store",
                        lambda row: (moments.append(row.moment), store(row)))
    return moments


def test_between_two_fillings_of_the_buffer_is_a_gap_and_the_times_say_so(smu, began):
    smu.start([LONG])
    samples = everything(smu, pause=0.25)
    steps = np.diff(samples.time)
    assert len(samples) == 2601
    assert np.flatnonzero(steps > 0.011).tolist() == [2499]
    assert 0.5 < steps[2499] < 2.0
    # 100 µs, 185 µs and 2 ms for the voltage, as long for the current: up to the middle of that.
    middle = 100e-6 + 2 * 185e-6 + 3e-3
    assert samples.time == pytest.approx(np.array(began) + middle, abs=10e-3)
    assert samples.time[:2500] - samples.time[0] == pytest.approx(
        np.array(began[:2500]) - began[0], abs=1e-6)


def test_a_slow_phase_keeps_its_interval_over_a_gap(smu):
    # Longer than the instrument's clock runs, and than its stamps are told in milliseconds.
    smu.start([Phase("slow", 1.0, 2600 * 50.004, 50.004, 1e-3)])
    steps = np.diff(everything(smu, pause=1.0).time)
    assert steps[:2499] == pytest.approx(np.full(2499, 50.004), abs=1e-6)
    assert 50.004 - 10e-3 <= steps[2499] <= 52.0


def test_a_late_reading_keeps_its_stamp(smu, monkeypatch):
    smu.start([Phase("hold", 1.0, 1.0, 0.1, 1e-3)])
    receive = smu.read_bytes
    monkeypatch.setattr(smu, "read_bytes", lambda *args, **kwargs: receive(*args, **kwargs).replace(
        b"+5.000000E-01", b"+5.420000E-01").replace(b"+6.000000E-01", b"+6.010000E-01"))
    times = everything(smu).time
    assert times[5] - times[0] == pytest.approx(0.542)
    assert times[6] - times[0] == pytest.approx(0.6)  # a millisecond is all that stamps are told to


def test_no_call_takes_longer_than_a_tenth_of_a_second_and_an_integration(smu):
    smu.start([LONG])
    took = []
    for call in [smu.busy, smu.fetch] * 400:
        before = smu.clock.now()
        call()
        took.append(smu.clock.now() - before)
        smu.clock.sleep(0.05)
    assert not smu.busy()
    assert max(took) < 0.1 + 2e-3 + 0.02


def test_nothing_is_said_to_an_instrument_that_measures(smu, monkeypatch):
    said = []
    write = smu.write
    monkeypatch.setattr(smu, "write", lambda command: (
        said.append((virtual(smu).pending, command)), write(command)))
    smu.start([LONG])
    everything(smu)
    assert len(said) > 20
    assert not [command for running, command in said if running]


# Levels, and what the sample feels.


def test_the_level_stays_while_a_buffer_is_read(smu):
    smu.start([LONG])
    smu.clock.sleep(24.0)
    before = felt(smu)
    smu.clock.sleep(1.1)
    while smu.busy() and not len(smu.fetch()):
        smu.clock.sleep(0.1)
    assert mean_voltage(before, felt(smu)) == pytest.approx(1.0, rel=1e-3)


def test_the_output_goes_off_with_the_last_reading_not_with_the_last_byte(smu):
    smu.start([Phase("hold", 1.0, 20.0, 0.01, 1e-3, nplc=0.1)])
    smu.clock.sleep(20.1)
    assert smu.busy()
    before = felt(smu)
    assert len(everything(smu)) == 2001
    assert mean_voltage(before, felt(smu)) == pytest.approx(0.0, abs=1e-6)


def test_a_pulse_does_not_last_until_it_has_been_read(smu):
    read = Phase("read", 0.01, 1.0, 0.05, 1e-5)
    smu.start([Phase("pulse", 1.0, 20.0, 0.01, 1e-3, nplc=0.1), read])
    smu.clock.sleep(20.1)
    assert smu.busy()
    before = felt(smu)
    assert len(everything(smu)) == 2001
    assert mean_voltage(before, felt(smu)) == pytest.approx(0.01, rel=0.1)
    smu.start([read])
    assert everything(smu).current == pytest.approx(np.full(21, 1e-6), rel=0.1)


@pytest.mark.parametrize("level", [5.0, 0.1])
def test_phases_follow_without_the_output_going_off(smu, level):
    second = Phase("second", level, 0.5, 0.05, 1e-3)
    smu.start([Phase("first", 1.0, 0.5, 0.05, 1e-3), second])
    everything(smu)
    assert smu.source_enabled
    before = felt(smu)
    assert smu.start([second, Phase("third", 3.0, 0.5, 0.05, 1e-3)]) == 1
    mean = mean_voltage(before, felt(smu))
    assert min(1.0, level) * 0.98 < mean < max(1.0, level) * 1.02  # 0 V was never applied
    samples = everything(smu)
    assert np.median(samples.current) == pytest.approx(level / 1e4, rel=5e-3)
    assert samples.time[0] > 0.5  # one time base for the session


def test_a_level_that_needs_a_smaller_range_follows_at_once(smu):
    smu.start([Phase("first", 1.0, 0.5, 0.05, 1e-3)], off_after=False)
    everything(smu)
    smu.start([Phase("second", 0.1, 0.5, 0.05, 1e-5, source_range=0.2)])
    assert everything(smu).current == pytest.approx(np.full(11, 1e-5), rel=2e-2)


def test_protection_is_proved_before_a_level_is_set_and_the_output_on(smu, monkeypatch):
    said = []
    write = smu.write
    monkeypatch.setattr(smu, "write", lambda command: (said.append(command), write(command)))
    smu.start([Phase("hold", 1.0, 0.5, 0.05, 1e-3)], off_after=False)
    assert said[said.index("*RST") + 1] == ":OUTP:SMOD HIMP"
    order = [said.index(command) for command in (
        ":SENS:CURR:PROT 1.000000000e-03", ":SENS:CURR:PROT?", ":SOUR:VOLT 1.000000000e+00",
        ":SYST:AZER ONCE", ":OUTP ON", "*CLS;:INIT")]
    assert order == sorted(order)
    everything(smu)
    said.clear()
    smu.start([Phase("same", 2.0, 0.5, 0.05, 1e-3)], off_after=False)
    assert not {":OUTP ON", "*RST", ":SYST:AZER ONCE"} & set(said)
    everything(smu)
    smu.start([Phase("other", 2.0, 0.5, 0.05, 1e-3, nplc=0.5)])
    assert ":SYST:AZER ONCE" in said


@pytest.mark.parametrize("rest", ["hold", "zero", "open"])
def test_what_the_sample_feels_between_reads(smu, rest):
    share = 1.0 if rest == "hold" else 0.5
    smu.start([Phase("read", 1.0, 10.0, 0.2, 1e-3, rest=rest, duty=share)])
    smu.clock.sleep(0.5)
    before = felt(smu)
    smu.clock.sleep(4.0)
    after = felt(smu)
    assert mean_voltage(before, after) == pytest.approx(share, rel=0.01)
    assert (after.charge - before.charge) / (after.time - before.time) == pytest.approx(
        share * 1e-4, rel=0.01)
    samples = everything(smu)
    assert np.diff(samples.time) == pytest.approx(np.full(50, 0.2), abs=1e-9)
    assert samples.current == pytest.approx(np.full(51, 1e-4), rel=5e-3)


@pytest.mark.parametrize("rest", ["zero", "open"])
def test_readings_fill_the_end_of_the_duty(smu, began, rest):
    smu.start([Phase("read", 1.0, 2.0, 0.5, 1e-3, rest=rest, duty=0.4)])
    switched_on = smu.clock.now()
    times = everything(smu).time
    assert times == pytest.approx(np.array(began) + 30.47e-3, abs=10e-3)
    assert began[0] + 40.47e-3 - switched_on == pytest.approx(0.2, abs=2e-3)


@pytest.mark.parametrize("ended", ["by itself", "by hand"])
def test_a_rest_at_0_v_does_not_change_how_the_sample_rests_afterwards(smu, ended):
    smu.start([Phase("read", 1.0, 2.0, 0.2, 1e-3, rest="zero", duty=0.5)])
    if ended == "by itself":
        everything(smu)
    else:
        smu.clock.sleep(1.0)
        smu.off()
    assert smu.ask(":OUTP:SMOD?").strip() == "HIMP"
    assert not smu.source_enabled


def test_points_in_compliance_are_marked_whichever_limit_it_is(smu):
    marks = []
    for phase in (Phase("free", 1.0, 0.5, 0.05, 1e-3), Phase("held", 5.0, 0.5, 0.05, 1e-4),
                  Phase("range", 5.0, 0.5, 0.05, 1e-3, measure_range=1e-4)):
        smu.start([phase])
        samples = everything(smu)
        marks.append(set(samples.compliance.tolist()))
    assert marks == [{False}, {True}, {True}]
    assert samples.current == pytest.approx(np.full(11, 1.05e-4), rel=5e-3)


def test_the_uncertainty_covers_the_error(smu):
    smu.start([Phase("hold", 1.0, 1.0, 0.05, 1e-3)])
    samples = everything(smu)
    assert np.all(np.abs(samples.current - samples.voltage / 1e4) < 4 * np.hypot(
        samples.u_current, samples.u_voltage / 1e4))
