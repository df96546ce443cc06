"""The driver of a DAQ card with an amplifier, on the virtual card and a resistor."""

import math

import numpy as np
import pytest

from ginsen.datasheets.daq_with_amplifier import Amplifier, sheet_with
from ginsen.instruments import DaqWithAmplifier, InstrumentError, LimitExceeded, OutputNotOff
from ginsen.instruments.clock import clock_of
from ginsen.instruments.daq_cards import open_card
from ginsen.instruments.daq_course import course_of
from ginsen.sim_backend.fault import fault_of
from ginsen.types import Leads, Limits, Phase, Samples

GPIB, SOCKET = "GPIB0::7::INSTR", "TCPIP0::daq::5025::SOCKET"
SERIES, SAMPLE = 1e4, 9e4
BENCH = """
[instruments.card]
model = "daq_with_amplifier"
address = ["GPIB0::7::INSTR", "TCPIP0::daq::5025::SOCKET"]
amplifiers = [{{ gain_V_per_A = {gain}, bandwidth_Hz = 1e4, offset_V = 0.2 }}]
[device]
kind = "resistor"
resistance_ohm = {sample}
[wiring]
"card.ao0" = {{ terminal = "A", series_resistance_ohm = {series} }}
"card.ai0" = {{ terminal = "B" }}
"""
AMPLIFIER = Amplifier(gain=1e5, bandwidth=1e4, offset=0.2)
HOLD = Phase("hold", 1.0, 2.0, 0.05, 1e-3)


@pytest.fixture
def at(tmp_path):
    """A function that opens a driver of the card, on 100 kΩ with the series resistor."""
    path, opened = tmp_path / "bench.toml", []

    def open_at(address=GPIB, sample=SAMPLE, series=SERIES, amplifiers=(AMPLIFIER,), **settings):
        path.write_text(BENCH.format(sample=sample, series=series,
                                     gain=amplifiers[0].gain), encoding="utf-8")
        card = open_card(address, [f"ai{n}" for n in range(len(amplifiers))],
                         visa_library=f"{path}@ginsen", clock=None)
        opened.append(card.adapter.manager)
        meter = DaqWithAmplifier(
            card, {f"ai{n}": each for n, each in enumerate(amplifiers)},
            clock=clock_of(card.adapter.manager), limits=Limits(voltage=6.0, current=1e-3),
            **settings)
        meter.leads = Leads(series_resistance=SERIES)
        meter.bench = card.adapter.manager.visalib.bench
        return meter

    yield open_at
    if opened:
        opened[0].close()


@pytest.fixture
def daq(at):
    return at()


def output(daq):
    return daq.bench.port("card.ao0").source.voltage


def everything(daq, pause=0.1):
    parts = []
    while True:
        running = daq.busy()
        parts.append(daq.fetch())
        if not running:
            return Samples.joined(parts)
        daq.clock.sleep(pause)


@pytest.mark.parametrize("address", [GPIB, SOCKET])
def test_samples_come_at_the_interval_from_the_cards_clock(at, address):
    daq = at(address)
    assert daq.identify() == "GINSEN,DAQ WITH AMPLIFIERS,0,1"
    before = daq.clock.now()
    assert daq.start([HOLD]) == 1
    first = daq.clock.now() + daq.lead(HOLD)
    samples = everything(daq)
    assert len(samples) == 41
    assert samples.time[0] == pytest.approx(first, abs=1e-9)
    assert first - before < 0.05
    assert np.diff(samples.time) == pytest.approx(np.full(40, 0.05), abs=1e-9)
    assert np.all(np.abs(samples.current - 1e-5) < 3 * samples.u_current)
    assert not samples.compliance.any()
    assert output(daq) == 0


def test_samples_can_be_had_while_it_runs(daq):
    daq.start([HOLD])
    daq.clock.sleep(1.0)
    early = daq.fetch()
    assert 15 <= len(early) <= 21
    assert len(everything(daq)) == 41 - len(early)


@pytest.mark.parametrize("phase", [
    HOLD, Phase("fast", 1.0, 0.5, 1e-3, 1e-3, nplc=0.01),
    Phase("zero", 1.0, 1.0, 0.1, 1e-3, rest="zero", duty=0.4),
    Phase("odd", 1.0, 0.9, 0.03, 1e-3, nplc=0.7), Phase("swing", 1.0, 0.5, 0.05, 1e-3,
                                                     alternate=True)])
def test_every_way_of_reading_gives_the_resistor(daq, phase):
    daq.start([phase])
    samples = everything(daq)
    assert len(samples) == phase.count
    sign = np.resize([1, -1], phase.count) if phase.alternate else 1
    assert samples.current == pytest.approx(1e-5 * sign * np.ones(phase.count), rel=2e-2)
    assert samples.voltage == pytest.approx(sign * np.ones(phase.count), abs=2e-4)
    assert np.diff(samples.time) == pytest.approx(np.full(phase.count - 1, phase.interval))
    assert output(daq) == 0


def test_the_noise_of_a_reading_is_the_converters(daq):
    phase = Phase("hold", 1.0, 10.0, 0.02, 1e-3)
    daq.start([phase])
    scatter = np.std(everything(daq).current)
    assert scatter == pytest.approx(daq.sheet.measure_current.ranges[0].noise, rel=0.2)


def test_the_sample_rests_at_zero_volts(daq):
    port = daq.bench.port("card.ao0")
    daq.start([Phase("read", 1.0, 8.0, 1.0, 1e-3, rest="zero", duty=0.25)])
    before = port.totals()
    daq.clock.sleep(4.0)
    after = port.totals()
    assert (after.flux - before.flux) / (after.time - before.time) == pytest.approx(0.25, rel=0.02)


def test_the_output_goes_to_zero_by_itself_after_the_last_reading(daq):
    daq.start([HOLD])
    daq.clock.sleep(5.0)  # nobody asks
    assert output(daq) == 0
    assert len(everything(daq)) == 41


@pytest.mark.parametrize("level", [5.0, 0.1])
def test_phases_follow_without_zero_between(daq, level):
    port = daq.bench.port("card.ao0")
    daq.start([HOLD, HOLD.scaled(level)])
    first = everything(daq)
    before = port.totals()
    daq.start([HOLD.scaled(level)])
    between = port.totals()
    assert (between.flux - before.flux) / (between.time - before.time) == pytest.approx(
        1.0, rel=0.01)
    second = everything(daq)
    assert second.time[0] > first.time[-1]  # one time base for the session
    assert output(daq) == 0


def test_at_its_rail_an_amplifier_gives_no_number(at):
    daq = at(sample=1.0)  # 5 V over 10 kΩ: five times the full scale
    daq.start([HOLD.scaled(5.0)])
    samples = everything(daq)
    assert np.isnan(samples.current).all()
    assert samples.compliance.all()


@pytest.mark.parametrize("gain", [1e3, 5e3])  # the second is at its rail from 2 mA on
def test_a_current_beyond_the_limit_ends_it(at, gain):
    daq = at(sample=1e3, series=0.0, amplifiers=(Amplifier(gain, 1e4, 0.2),))
    # The bench does not have the resistor that the station says.
    daq.start([HOLD.scaled(5.0)])
    daq.clock.sleep(0.5)
    assert len(daq.fetch()) > 0
    assert output(daq) == 0
    with pytest.raises(InstrumentError, match=r"beyond the station's limit of 0.001 A.*10000 Ω"):
        daq.busy()


def test_inputs_count_together(at):
    daq = at(amplifiers=(AMPLIFIER, AMPLIFIER))
    daq._watch(np.array([[6e-4, -3e-4]]))
    assert not daq._fault
    daq._watch(np.array([[6e-4, -5e-4]]))
    assert daq._fault.startswith("0.0011 A")


def test_further_inputs_share_the_series_resistor(at):
    daq = at(amplifiers=(AMPLIFIER, AMPLIFIER))
    assert daq.further_inputs == ("ai1",)
    daq.start([HOLD])
    daq.clock.sleep(1.0)
    first = daq.fetch()
    second, = daq.fetch_further()
    assert len(first) == len(second) > 10
    assert first.time.tolist() == second.time.tolist()
    # Nothing is wired to the second; both read their own current and the other's voltage drop.
    assert second.current == pytest.approx(np.zeros(len(second)), abs=2e-8)
    assert second.voltage == pytest.approx(1.0 - SERIES * first.current, abs=5e-4)
    assert first.voltage == pytest.approx(1.0 - SERIES * second.current, abs=5e-4)
    daq.off()


def test_halted_it_stays_at_its_level_and_can_go_on(daq):
    daq.start([HOLD.lasting(100.0)])
    daq.clock.sleep(0.5)
    daq.halt()
    assert not daq.busy()
    assert 8 <= len(daq.fetch()) <= 11
    assert output(daq) == pytest.approx(1.0, abs=1e-3)
    daq.start([HOLD])
    assert len(everything(daq)) == 41
    assert output(daq) == 0


def test_off_in_the_middle_is_off(daq):
    daq.start([HOLD.lasting(100.0)])
    daq.clock.sleep(0.5)
    assert daq.source_enabled
    daq.off()
    assert output(daq) == 0
    assert not daq.source_enabled
    assert not daq.busy()
    assert len(daq.fetch()) >= 8


def test_a_lost_connection_does_not_keep_it_from_going_off(at):
    daq = at(SOCKET)
    daq.start([HOLD.lasting(100.0)])
    daq.clock.sleep(0.5)
    daq.bench.add_fault(fault_of({"kind": "disconnect", "instrument": "card",
                                  "at_s": daq.clock.now(), "duration_s": 0.5}))
    daq.alarmed = (alarms := []).append
    daq.off()
    assert output(daq) == 0
    assert alarms


def test_an_output_that_stays_on_is_told(daq):
    daq.start([HOLD])
    daq.bench.add_fault(fault_of({"kind": "stuck_on", "instrument": "card"}))
    alarms = []
    daq.alarmed = alarms.append
    with pytest.raises(OutputNotOff, match="1 V are at the output"):
        daq.off()
    assert alarms


def test_a_ramp_to_zero(at):
    daq = at(off_state="ramp")
    daq.start([HOLD])
    assert len(everything(daq)) == 41
    assert output(daq) == 0
    changes = [change.voltage[0] for change in daq.bench.witness.changes]
    assert any(0.3 < each < 0.7 for each in changes)


def test_a_card_too_slow_to_be_read_is_an_error(daq, monkeypatch):
    monkeypatch.setattr("ginsen.sim_backend.instruments.daq.BUFFER", 100)
    daq.start([HOLD])
    daq.clock.sleep(1.9)
    with pytest.raises(InstrumentError, match="Scans overrun"):
        daq.busy()
    assert output(daq) == 0


def test_a_card_that_was_reset_is_an_error(daq):
    daq.start([HOLD])
    daq.clock.sleep(1.0)
    daq.fetch()
    daq._card.write("*RST")
    with pytest.raises(InstrumentError, match="ended after 0 of"):
        daq.busy()
    with pytest.raises(InstrumentError, match="fell from"):
        daq.fetch()


@pytest.mark.parametrize(("phase", "problem", "words"), [
    (Phase("far", 7.0, 1, 0.1, 1e-3), LimitExceeded, "station's limit"),
    (Phase("strong", 1.0, 1, 0.1, 3e-3), LimitExceeded, "current limit"),
    (Phase("short", 5.0, 1, 0.1, 1e-4), LimitExceeded, "can drive 0.0005 A"),
    (Phase("relay", 1.0, 1, 0.1, 1e-3, rest="open", duty=0.5), ValueError, "no relay"),
    (Phase("slow", 1.0, 1, 0.01, 1e-3, nplc=1), ValueError, "do not fit"),
    (Phase("share", 1.0, 1, 0.05, 1e-3, rest="zero", duty=0.3), ValueError, "do not fit"),
    (Phase("quick", 1.0, 1, 1e-6, 1e-3, nplc=1e-4), ValueError, "1e\\+06 scans a second"),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, nplc=101), ValueError, "NPLC 101"),
    (Phase("wide", 1.0, 1, 0.1, 1e-3, measure_range=1e-3), ValueError, "amplifier's 0.0001 A"),
    (Phase("source", 1.0, 1, 0.1, 1e-3, source_range=20), ValueError, "10 V"),
    (Phase("endless", 1.0, 1e7, 0.05, 1e-3), ValueError, "split it"),
])
def test_what_must_not_be_is_refused_before_anything_is_sent(daq, phase, problem, words):
    with pytest.raises(problem, match=f"phase '{phase.name}'.*{words}"):
        daq.start([Phase("fine", 0.1, 1, 0.1, 1e-3), phase])
    assert output(daq) == 0


def test_what_a_station_must_say_of_it(at):
    daq = at()
    daq.leads = Leads()
    with pytest.raises(ValueError, match="must state the series_resistance"):
        daq.start([HOLD])
    with pytest.raises(ValueError, match="no relay"):
        at(off_state="open")
    with pytest.raises(ValueError, match="this card's are called ai0"):
        open_card(GPIB, ["Dev1/ai0"], visa_library="@ginsen", clock=None)


def test_another_instrument_is_refused(tmp_path):
    card = open_card("GPIB0::24::INSTR", ["ai0"], visa_library="simulated_2400@ginsen", clock=None)
    with pytest.raises(InstrumentError, match="expects a DAQ card"):
        card.identify()
    card.close()


@pytest.mark.parametrize("kind", ["late_reply", "lost_reply", "garbled_reply"])
def test_lost_late_and_garbled_answers_cost_no_sample(daq, kind):
    told = []
    daq.noted = told.append
    late = {"delay_s": 5.0} if kind == "late_reply" else {}
    daq.start([HOLD])
    daq.bench.add_fault(fault_of({"kind": kind, "every": 7, "times": 9, **late}))
    samples = everything(daq)
    assert len(samples) == 41
    assert samples.current == pytest.approx(np.full(41, 1e-5), rel=2e-2)
    assert told


def test_what_the_guard_would_send_makes_it_safe(daq):
    daq.start([HOLD.lasting(100.0)])
    daq.clock.sleep(0.5)
    told = daq.emergency("smu")
    other = daq._card.adapter.manager.open_resource(GPIB)
    assert not other.query(told.question).startswith(told.off)
    for command in told.commands:
        other.write(command)
    answer = other.query(told.question).strip()
    assert answer.startswith(told.off)
    assert told.identity in answer.upper()
    assert output(daq) == 0


def test_ten_conversions_a_line_cycle_have_no_mains_in_them():
    course = course_of(HOLD, sheet_with(AMPLIFIER), 50.0)
    ticks = (np.arange(course.width) + 1) / course.rate
    for harmonic in range(1, 10):
        assert abs(np.exp(2j * math.pi * 50 * harmonic * ticks).mean()) < 1e-9


def test_one_conversion_is_as_long_as_its_amplifier_is_slow(daq):
    assert daq.integration_time(HOLD) == pytest.approx(0.02)
    quick = Phase("quick", 1.0, 1, 1e-3, 1e-3, nplc=0.05)
    assert daq.integration_time(quick) == pytest.approx(1 / (math.pi * 1e4))
