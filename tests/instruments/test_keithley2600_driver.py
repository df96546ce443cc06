"""The 2600 driver on a virtual 2636B, channel a wired to a resistor."""

import numpy as np
import pytest
from driven_on_a_resistor import HOLD, bench_of, drivers, everything
from pymeasure.test import expected_protocol
from pyvisa import VisaIOError
from pyvisa.constants import StatusCode

from ginsen.instruments import (
    InstrumentError,
    Keithley2602B,
    Keithley2636B,
    LimitExceeded,
    OutputNotOff,
)
from ginsen.sim_backend.fault import fault_of
from ginsen.types import Phase

GPIB, SOCKET = "GPIB0::26::INSTR", "TCPIP0::k2636::5025::SOCKET"


@pytest.fixture
def at(tmp_path):
    """A function that opens a driver at an address of a 2636B on 10 kΩ."""
    with drivers(tmp_path, Keithley2636B, model="keithley2636b", addresses=(GPIB, SOCKET),
                 end="_a") as open_at:
        yield open_at


@pytest.fixture
def smu(at):
    return at()


@pytest.mark.parametrize("address", [GPIB, SOCKET])
def test_samples_come_at_the_interval_from_the_instruments_clock(at, address):
    smu = at(address)
    assert smu.identify().startswith("Keithley Instruments Inc., Model 2636B")
    assert smu.start([HOLD]) == 1
    samples = everything(smu)
    assert len(samples) == 41
    assert np.diff(samples.time) == pytest.approx(np.full(40, 0.05), abs=5e-6)
    assert samples.current == pytest.approx(np.full(41, 1e-4), rel=5e-3)
    assert np.all(np.abs(samples.current - samples.voltage / 1e4) < 4 * np.hypot(
        samples.u_current, samples.u_voltage / 1e4))
    assert not smu.source_enabled


def test_samples_can_be_had_while_the_buffer_fills(smu):
    smu.start([HOLD])
    smu.clock.sleep(1.0)
    early = smu.fetch()
    assert 15 <= len(early) <= 21
    assert len(everything(smu)) == 41 - len(early)


def test_the_lead_is_when_the_first_sample_comes(smu):
    for phase in (HOLD, Phase("zero", 1.0, 1.0, 0.2, 1e-3, rest="zero", duty=0.5),
                  Phase("open", 1.0, 1.0, 0.2, 1e-3, rest="open", duty=0.5)):
        before = smu.clock.now()
        smu.start([phase])
        first = everything(smu).time[0] - before
        # Setting up takes a few tenths of a millisecond a command.
        assert smu.lead(phase) <= first < smu.lead(phase) + 0.08


def test_points_in_compliance_are_marked(smu):
    smu.start([Phase("held", 5.0, 0.5, 0.05, 1e-4)])
    samples = everything(smu)
    assert samples.compliance.all()
    assert samples.current == pytest.approx(np.full(11, 1e-4), rel=5e-3)


def test_the_source_goes_to_zero_by_itself_after_the_last_reading(smu):
    smu.start([Phase("pulse", 1.0, 0.5, 0.05, 1e-3)])
    smu.clock.sleep(2.0)  # nobody asks
    assert smu.source_enabled
    assert bench_of(smu).port("smu.hi_a").source.voltage == pytest.approx(0.0, abs=2e-3)
    assert len(everything(smu)) == 11
    assert not smu.source_enabled


def test_power_that_fails_while_it_is_set_up_is_seen_before_anything_is_applied(
        smu, monkeypatch):
    """Over GPIB the session lives on: what came before is forgotten, the compliance among it."""
    load = smu._load

    def fail_and_load():
        monkeypatch.undo()
        bench_of(smu).addresses[GPIB].power_cycle()
        load()

    monkeypatch.setattr(smu, "_load", fail_and_load)
    with pytest.raises(InstrumentError, match="switched off and on while it was set up"):
        smu.start([HOLD])
    assert bench_of(smu).witness.seen.highest_voltage[0] == 0.0
    smu.start([HOLD])
    assert len(everything(smu)) == 41


def test_a_sweep_that_never_ends_is_given_up(smu):
    smu.start([HOLD])
    smu.write("trigger.timer[2].stimulus=0 smua.trigger.measure.stimulus=1")  # somebody else
    with pytest.raises(InstrumentError, match="sweep ended after"):
        everything(smu)


def test_reads_with_an_open_rest_follow_a_pulse_that_their_range_does_not_fit(smu):
    """As in `memory`: the level of the pulse stood, and the smaller range was refused (-221)."""
    smu.start([Phase("pulse", 3.0, 0.5, 0.05, 1e-3)], off_after=False)
    everything(smu)
    smu.start([Phase("read", 0.1, 1.0, 0.2, 1e-3, rest="open", duty=0.5)])
    samples = everything(smu)
    assert samples.current == pytest.approx(np.full(6, 1e-5), rel=2e-2)
    assert not smu.source_enabled


@pytest.mark.parametrize("level", [5.0, 0.1])
def test_phases_follow_without_the_output_going_off(smu, level):
    port = bench_of(smu).port("smu.hi_a")
    smu.start([Phase("first", 1.0, 0.5, 0.05, 1e-3)], off_after=False)
    first = everything(smu)
    assert smu.source_enabled
    before = port.totals()
    smu.start([Phase("second", level, 0.5, 0.05, 1e-3)])
    between = port.totals()
    mean = (between.flux - before.flux) / (between.time - before.time)
    assert min(1.0, level) * 0.98 < mean < max(1.0, level) * 1.02  # 0 V was never applied
    second = everything(smu)
    assert np.median(second.current) == pytest.approx(level / 1e4, rel=2e-2)
    assert second.time[0] > first.time[-1]  # one time base for the session
    assert not smu.source_enabled


@pytest.mark.parametrize(("rest", "duty", "mean"), [("hold", 1.0, 1e-4), ("zero", 0.5, 5e-5),
                                                    ("open", 0.5, 5e-5)])
def test_what_the_sample_feels_between_reads(smu, rest, duty, mean):
    port = bench_of(smu).port("smu.hi_a")
    smu.start([Phase("read", 1.0, 4.0, 0.5, 1e-3, rest=rest, duty=duty)])
    seen, before = [], None
    while smu.busy():
        smu.clock.sleep(0.02)
        if before is None and smu.clock.now() > 1.0:
            before = port.totals()
        if before is not None and smu.clock.now() < 4.0:
            seen.append(port.totals())
            connected = port.source.connected
    assert connected or rest == "open"
    last = min(seen, key=lambda each: abs(each.time - before.time - 2.0))
    assert (last.charge - before.charge) / (last.time - before.time) == pytest.approx(
        mean, rel=0.1)
    samples = smu.fetch()
    assert len(samples) == 9
    assert samples.current == pytest.approx(np.full(9, 1e-4), rel=5e-3)
    assert np.diff(samples.time) == pytest.approx(np.full(8, 0.5), abs=1e-4)


def test_alternating_levels(smu):
    smu.start([Phase("read", 1e-2, 1.9, 0.1, 1e-5, alternate=True)])
    samples = everything(smu)
    assert np.sign(samples.voltage).tolist() == [1, -1] * 10
    assert np.mean(samples.current * np.sign(samples.voltage)) == pytest.approx(1e-6, rel=5e-2)
    assert np.diff(samples.time) == pytest.approx(np.full(19, 0.1), abs=1e-5)


def test_more_readings_than_the_buffer_holds_come_in_pieces(smu, monkeypatch):
    monkeypatch.setattr("ginsen.instruments.keithley2600.BUFFER_SIZE", 25)
    smu.start([Phase("long", 1.0, 6.0, 0.1, 1e-3)])
    samples = everything(smu)
    assert len(samples) == 61
    gaps = np.diff(samples.time)
    assert np.sort(gaps)[:58] == pytest.approx(np.full(58, 0.1), abs=1e-5)
    assert np.all(gaps[[24, 49]] < 0.4)
    assert samples.current == pytest.approx(np.full(61, 1e-4), rel=5e-3)
    assert not smu.source_enabled


def test_two_channels_run_side_by_side(at):
    a, b = at(), at(channel="b")
    a.start([HOLD])
    b.start([HOLD.scaled(2.0)])
    assert len(everything(b)) == 41
    assert len(everything(a)) == 41
    a.off()
    b.off()


def test_one_channels_end_leaves_the_other_alone(at):
    a, b = at(), at(channel="b")
    a.start([HOLD], off_after=False)
    b.start([HOLD])
    b.off()
    assert a.source_enabled
    assert len(everything(a)) == 41
    a.off()


@pytest.mark.parametrize("rest", ["hold", "zero", "open"])
def test_off_in_the_middle_is_off(smu, rest):
    smu.start([Phase("long", 1.0, 100.0, 0.5, 1e-3, rest=rest, duty=0.5 if rest != "hold" else 1)])
    for _ in range(7):
        smu.busy()
        smu.clock.sleep(0.1)
    smu.off()
    assert not smu.source_enabled
    assert not bench_of(smu).port("smu.hi_a").source.connected
    assert not smu.busy()
    assert len(smu.fetch()) >= 1


@pytest.mark.parametrize("off_after", [True, False])
def test_halted_it_stays_at_its_level_and_can_go_on(smu, off_after):
    port = bench_of(smu).port("smu.hi_a")
    smu.start([HOLD], off_after=off_after)
    smu.clock.sleep(0.5)
    before = port.totals()
    smu.halt()
    assert not smu.busy()
    assert 8 <= len(smu.fetch()) <= 11
    smu.clock.sleep(0.5)
    after = port.totals()
    assert smu.source_enabled
    assert after.flux - before.flux == pytest.approx(after.time - before.time, rel=1e-2)
    smu.start([Phase("pulses", 2.0, 1.0, 0.2, 1e-3, rest="zero", duty=0.5)])
    assert everything(smu).voltage == pytest.approx(np.full(6, 2.0), rel=1e-2)
    assert not smu.source_enabled
    assert port.totals().flux - after.flux < 2.5  # 0 V between the pulses


def test_the_station_may_want_the_sample_at_zero_when_off(at):
    smu = at(off_state="zero")
    smu.start([Phase("open", 1.0, 0.5, 0.25, 1e-3, rest="open", duty=0.5)])
    everything(smu)
    smu.off()
    source = bench_of(smu).port("smu.hi_a").source
    assert source.connected
    assert source.voltage == 0


def test_a_ramp_before_the_output_goes_off(at):
    smu = at(off_state="ramp")
    smu.start([Phase("pulse", 1.0, 0.5, 0.05, 1e-3)])
    everything(smu)
    assert not smu.source_enabled
    changes = [change.voltage[0] for change in bench_of(smu).witness.changes]
    assert any(0.4 < each < 0.6 for each in changes)


@pytest.mark.parametrize(("phase", "problem"), [
    (Phase("far", 7.0, 1, 0.1, 1e-3), LimitExceeded),
    (Phase("far", float("nan"), 1, 0.1, 1e-3), LimitExceeded),
    (Phase("strong", 1.0, 1, 0.1, 3e-3), LimitExceeded),
    (Phase("slow", 1.0, 1, 0.01, 1e-3, nplc=1), ValueError),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, nplc=26), ValueError),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, duty=0.5), ValueError),
    (Phase("relay", 1.0, 1, 0.1, 1e-3, rest="open", duty=0.9), ValueError),
    (Phase("tiny", 1e-30, 1, 0.1, 1e-3), ValueError),
    (Phase("small range", 1.0, 1, 0.1, 1e-3, source_range=0.2), ValueError),
    (Phase("quick", 1.0, 1, 2e-4, 1e-3, nplc=0.001), ValueError),
])
def test_what_must_not_be_is_refused_before_anything_is_sent(smu, phase, problem):
    with pytest.raises(problem, match=f"phase '{phase.name}'"):
        smu.start([Phase("fine", 0.1, 1, 0.1, 1e-3), phase])
    assert not smu.source_enabled


def test_levels_and_limits_set_by_hand_stay_within_the_stations(smu):
    for name, value in (("source_voltage", 6.5), ("compliance_current", 1.0),
                        ("source_current", 3e-3)):
        with pytest.raises(LimitExceeded, match=name):
            setattr(smu, name, value)
    smu.compliance_current = 1.23456789e-7
    assert smu.compliance_current == pytest.approx(1.23456789e-7, rel=1e-8)


def test_a_channel_it_does_not_have(tmp_path):
    with pytest.raises(ValueError, match="channel is 'c'; a 2636B has a and b"):
        Keithley2636B(GPIB, channel="c")


def test_another_model_is_refused():
    with expected_protocol(Keithley2602B, [
            ("*IDN?", "Keithley Instruments Inc., Model 2636B, 1, 1")], clock=object()) as smu:
        smu.adapter.resource_name = GPIB
        with pytest.raises(InstrumentError, match="the station expects a Keithley 2602B"):
            smu.identify()


def test_a_compliance_that_does_not_read_back_keeps_the_output_off(smu, monkeypatch):
    ask = smu.ask
    monkeypatch.setattr(smu, "ask", lambda query: "1e-4" if "limiti)" in query else ask(query))
    with pytest.raises(InstrumentError, match=r"a compliance of 0.001, the 2636B holds 0.0001"):
        smu.start([HOLD])
    assert not smu.source_enabled


def test_an_output_switched_off_by_somebody_is_an_error_and_no_conductance(smu):
    smu.start([HOLD.lasting(100.0)])
    smu.clock.sleep(1.0)
    assert len(smu.fetch()) >= 9
    smu.write("smua.source.output=0")
    smu.clock.sleep(1.0)
    assert len(smu.fetch()) == 0
    with pytest.raises(InstrumentError, match="the output went off before reading"):
        smu.busy()


@pytest.mark.parametrize("rest", ["hold", "open"])
def test_readings_that_will_never_come_are_an_error(smu, rest):
    smu.start([Phase("long", 1.0, 100.0, 0.5, 1e-3, rest=rest, duty=0.5 if rest == "open" else 1)])
    for _ in range(12):
        smu.busy()
        smu.fetch()
        smu.clock.sleep(0.1)
    smu.clock.sleep(1.0)
    smu.write("*RST")
    with pytest.raises(InstrumentError, match=r"ended after|fell from|has 0 readings"):
        everything(smu)


OFF = [("abort", None), ("smua.abort()", None), ("smua.source.output=0", None)] * 2


def proof(number, answer):
    return (f'print(string.format("%d;%d;MODEL %s",{number},smua.source.output,'
            "localnode.model))", answer)


def test_off_is_believed_only_with_a_proof(monkeypatch):
    monkeypatch.setattr("ginsen.instruments.conversation.STALE", 1)
    answers = [*OFF, proof(64, "64;1;MODEL 2636B"), *OFF, proof(65, "0;MODEL 2636B"), *OFF,
               proof(66, "66;0;MODEL 2450")]
    with expected_protocol(Keithley2636B, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.adapter.resource_name = GPIB
        with pytest.raises(OutputNotOff, match="no answer"):
            smu.off()


def test_off_is_tried_again():
    answers = [*OFF, proof(64, "64;1;MODEL 2636B"), *OFF, proof(65, "65;0;MODEL 2636B")]
    with expected_protocol(Keithley2636B, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.off()


def test_without_a_device_clear_the_output_goes_off_all_the_same(smu, monkeypatch):
    def unsupported():
        raise VisaIOError(StatusCode.error_nonsupported_operation)

    smu.start([HOLD])
    monkeypatch.setattr(smu.adapter.connection, "clear", unsupported)
    smu.off()
    assert not smu.source_enabled


@pytest.mark.parametrize("kind", ["late_reply", "lost_reply", "garbled_reply"])
def test_lost_late_and_garbled_answers_cost_no_sample(smu, kind):
    told = []
    smu.noted = told.append
    late = {"delay_s": 5.0} if kind == "late_reply" else {}
    smu.start([HOLD])
    bench_of(smu).add_fault(fault_of({"kind": kind, "every": 7, "times": 9, **late}))
    samples = everything(smu)
    assert len(samples) == 41
    assert samples.current == pytest.approx(np.full(41, 1e-4), rel=5e-3)
    assert told


def test_what_the_guard_would_send_makes_it_safe(smu):
    smu.start([HOLD.lasting(100.0)])
    smu.clock.sleep(0.5)
    told = smu.emergency("smu")
    other = smu.adapter.manager.open_resource(GPIB)
    for command in told.commands:
        other.write(command)
    answer = other.query(told.question).strip()
    assert answer.startswith(told.off)
    assert told.identity in answer.upper()
    assert not bench_of(smu).port("smu.hi_a").source.connected
