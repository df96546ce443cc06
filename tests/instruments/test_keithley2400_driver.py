"""The Keithley 2400 driver on a virtual one, wired to a resistor."""

import numpy as np
import pytest
from pymeasure.test import expected_protocol
from pyvisa import VisaIOError
from pyvisa.constants import StatusCode

from ginsen.instruments import InstrumentError, Keithley2400, LimitExceeded, OutputNotOff
from ginsen.types import Limits, Phase, Samples

GPIB, SOCKET = "GPIB0::24::INSTR", "TCPIP0::gateway::5025::SOCKET"
BENCH = f"""
[instruments.smu]
model = "keithley2400"
address = ["{GPIB}", "{SOCKET}"]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""
LONG = Phase("long", 1.0, 26.0, 0.01, 1e-3, nplc=0.1)
"""2601 samples: more than the buffer holds."""


@pytest.fixture
def at(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    opened = []

    def open_at(address, **settings):
        opened.append(Keithley2400(address, visa_library=f"{path}@ginsen",
                                   limits=Limits(voltage=6.0, current=2e-3), **settings))
        return opened[-1]

    yield open_at
    opened[0].adapter.manager.close()


@pytest.fixture
def smu(at):
    return at(GPIB)


def everything(smu, pause=0.1):
    parts = []
    while smu.busy():
        parts.append(smu.fetch())
        smu.clock.sleep(pause)
    return Samples.joined([*parts, smu.fetch()])


def not_supported():
    raise VisaIOError(StatusCode.error_nonsupported_operation)


def virtual(smu):
    """The instrument itself, for what no command does."""
    return smu.adapter.manager.visalib.bench.addresses[GPIB]


def felt(smu):
    return smu.adapter.manager.visalib.bench.port("smu.hi").totals()


def mean_voltage(before, after):
    return (after.flux - before.flux) / (after.time - before.time)


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


# What is refused.


@pytest.mark.parametrize(("phase", "problem"), [
    (Phase("far", 7.0, 1, 0.1, 1e-3), LimitExceeded),
    (Phase("far", float("nan"), 1, 0.1, 1e-3), LimitExceeded),
    (Phase("strong", 1.0, 1, 0.1, 3e-3), LimitExceeded),
    (Phase("slow", 1.0, 1, 0.04, 1e-3, nplc=1), ValueError),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, nplc=20), ValueError),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, rest="open"), ValueError),
    (Phase("relay", 1.0, 1, 0.1, 1e-3, rest="open", duty=0.9), ValueError),
    (Phase("relay", 1.0, 1, 0.1, 1e-3, rest="open", duty=0.5, nplc=2), ValueError),
    (Phase("patient", 1.0, 1e4, 1e4, 1e-3, rest="open", duty=0.5), ValueError),
    (Phase("odd", 1.0, 1.04, 0.1, 1e-3), ValueError),
    (Phase("fast", 1.0, 1, 0.5e-3, 1e-3, nplc=0.01), ValueError),
    (Phase("rare", 1.0, 1e5, 1e5, 1e-3), ValueError),
    (Phase("turning", 1.0, 0.9, 0.1, 1e-3, alternate=True), ValueError),
    (Phase("wide", 1.0, 1, 0.1, 1e-6, measure_range=1e-3), ValueError),
    (Phase("tiny", 1.0, 1, 0.1, 1e-10), ValueError),
    (Phase("small range", 1.0, 1, 0.1, 1e-3, source_range=0.2), ValueError),
])
def test_what_must_not_be_is_refused_before_the_output_is_on(smu, phase, problem):
    with pytest.raises(problem, match=f"phase '{phase.name}'"):
        smu.start([Phase("fine", 0.1, 1, 0.1, 1e-3), phase])
    assert not smu.source_enabled


def test_levels_and_limits_set_by_hand_stay_within_the_stations(smu):
    for name, value in (("source_voltage", 6.5), ("compliance_current", 1.0),
                        ("source_current", 3e-3), ("compliance_voltage", 200)):
        with pytest.raises(LimitExceeded, match=name):
            setattr(smu, name, value)


@pytest.mark.parametrize(("query", "what"), [
    ("CURR:PROT?", "compliance"), ("CURR:RANG?", "measure range"), ("VOLT:RANG?", "source range"),
    ("SOUR:VOLT?", "level"), ("ARM:TIM?", "interval")])
def test_what_does_not_read_back_keeps_the_output_off(smu, monkeypatch, query, what):
    ask = smu.ask
    monkeypatch.setattr(smu, "ask", lambda q: "2e-5" if q.endswith(query) else ask(q))
    with pytest.raises(InstrumentError, match=f"asked for a {what} of .*, the 2400 holds"):
        smu.start([Phase("hold", 1.0, 1, 0.1, 1e-3)])
    assert not smu.source_enabled


def test_an_error_while_setting_up_keeps_the_output_off(smu):
    smu.limits = Limits(voltage=200.0, current=1.0)
    with pytest.raises(InstrumentError, match="826"):
        smu.start([Phase("22 W", 30.0, 1, 0.1, 0.5)])
    assert not smu.source_enabled


def test_a_setting_that_is_refused_keeps_the_output_off(smu, monkeypatch):
    write = smu.write
    monkeypatch.setattr(smu, "write", lambda command: write(command.replace("DEL 0", "DEL -1")))
    with pytest.raises(InstrumentError, match="-222"):
        smu.start([Phase("hold", 1.0, 1, 0.1, 1e-3)])
    assert not smu.source_enabled


# What goes wrong.


def test_readings_that_will_never_come_are_an_error_and_those_there_are_kept(smu):
    smu.start([Phase("hold", 1.0, 100.0, 0.1, 1e-3)])
    smu.clock.sleep(1.0)
    smu.write("*RST")
    with pytest.raises(InstrumentError, match=r"ended after 1\d of 1001 readings"):
        everything(smu)
    smu.off()
    samples = smu.fetch()
    assert 10 <= len(samples) < 20
    assert samples.current == pytest.approx(np.full(len(samples), 1e-4), rel=5e-3)


def test_an_output_switched_off_by_somebody_is_an_error_and_no_conductance(smu):
    smu.start([LONG])
    smu.clock.sleep(26.0)
    while not len(good := smu.fetch()):
        assert smu.busy()
    smu.clock.sleep(0.3)
    virtual(smu).change(output=False)
    smu.clock.sleep(1.0)
    with pytest.raises(InstrumentError, match="the output went off during the last 101 readings"):
        everything(smu)
    with pytest.raises(InstrumentError, match="the output went off"):
        smu.busy()
    smu.off()
    assert len(good) == 2500
    assert len(smu.fetch()) == 0
    smu.start([Phase("again", 1.0, 1, 0.1, 1e-3)])
    assert len(everything(smu)) == 11


def test_a_buffer_cleared_by_another_program_is_an_error(smu):
    smu.start([Phase("hold", 1.0, 2.0, 0.1, 1e-3)])
    smu.write(":TRAC:FEED:CONT NEV;:TRAC:CLE")
    with pytest.raises(InstrumentError, match="ended after 0 of 21 readings"):
        everything(smu)


@pytest.mark.parametrize(("reply", "says"), [
    ("1,2,x\n", "answered '1,2,x' to :TRAC:DATA"),
    ("1,2,3,4\n", "sent 4 numbers for 11 readings"),
    ("1,2,9.91E37,4" + 10 * ",1,2,3,4" + "\n", "without a time or a status"),
])
def test_a_reply_that_is_none_is_said(smu, monkeypatch, reply, says):
    smu.start([Phase("hold", 1.0, 1, 0.1, 1e-3)])
    smu.clock.sleep(1.5)
    monkeypatch.setattr(smu, "read_bytes", lambda *_, **__: reply.encode())
    with pytest.raises(InstrumentError, match=says):
        everything(smu)


def test_a_buffer_that_is_never_sent_is_said(smu, monkeypatch):
    smu.start([Phase("hold", 1.0, 1, 0.1, 1e-3)])
    write = smu.write
    monkeypatch.setattr(smu, "write", lambda command: ":DATA?" in command or write(command))
    with pytest.raises(InstrumentError, match="did not send its buffer within 10 s"):
        everything(smu)


def test_why_a_buffer_is_not_sent_is_said(smu, monkeypatch):
    smu.start([Phase("hold", 1.0, 1, 0.1, 1e-3)])
    write = smu.write
    monkeypatch.setattr(smu, "write", lambda command: write(command.replace("DATA?", "DATUM?")))
    with pytest.raises(InstrumentError, match="-113"):
        everything(smu)


def test_a_reading_that_is_no_number_is_nan(smu, monkeypatch):
    smu.start([Phase("hold", 1.0, 1, 0.1, 1e-3)])
    receive = smu.read_bytes
    monkeypatch.setattr(smu, "read_bytes", lambda *args, **kwargs: b"+1.0,+9.9E+37" + receive(
        *args, **kwargs)[27:])
    assert np.isnan(everything(smu).current).tolist() == [True] + [False] * 10


def test_what_another_program_set_is_gone_in_the_next_run(smu):
    for command in (":SENS:AVER ON", ":SYST:RSEN ON", ":SENS:FUNC:OFF 'CURR'", ":FORM:ELEM CURR",
                    ":TRAC:TST:FORM DELT", ":TRIG:COUN 2", ":SOUR:CLE:AUTO ON",
                    ":TRAC:POIN 7;:TRAC:FEED:CONT NEXT", ":BAD:HEADER"):
        smu.start([Phase("hold", 1.0, 0.5, 0.1, 1e-3)])
        everything(smu)
        smu.write(command)
    smu.start([Phase("hold", 1.0, 0.5, 0.1, 1e-3)])
    samples = everything(smu)
    assert samples.current == pytest.approx(np.full(6, 1e-4), rel=5e-3)
    assert np.diff(samples.time) == pytest.approx(np.full(5, 0.1), abs=1e-9)


def test_what_another_program_left_on_is_set_up_anew(at):
    smu = at(GPIB, terminals="rear")
    smu.write(":SENS:AVER ON;:SOUR:VOLT 5;:OUTP ON")
    smu.start([Phase("hold", 1.0, 0.5, 0.1, 1e-3)])
    assert everything(smu).current == pytest.approx(np.full(6, 1e-4), rel=5e-3)
    assert smu.ask(":SENS:AVER?;:ROUT:TERM?").strip() == "0;REAR"


def test_another_model_is_refused():
    with expected_protocol(Keithley2400, [("*IDN?", "KEITHLEY INSTRUMENTS INC.,MODEL 2410,1,C1")],
                           clock=object()) as smu:
        smu.adapter.resource_name = GPIB
        with pytest.raises(InstrumentError, match=r"MODEL 2410.*expects a Keithley 2400"):
            smu.identify()


# Stopping, and off.


def test_what_was_measured_before_a_halt_is_kept_and_the_level_stays(smu):
    smu.start([LONG])
    smu.clock.sleep(5.0)
    assert len(smu.fetch()) == 0
    smu.halt()
    assert 490 < len(smu.fetch()) < 510
    assert not smu.busy()
    assert smu.source_enabled
    assert len(smu.fetch()) == 0


def test_what_the_buffer_holds_survives_off_at_any_moment(smu):
    for wait in (0.0, 5.0, 25.0, 25.5):
        smu.start([LONG])
        smu.clock.sleep(wait)
        assert smu.busy()  # at 25 s it asks for the readings, whose reply off() then cuts short
        smu.off()
        samples = smu.fetch()
        assert min(2500, wait * 100) <= len(samples) <= min(2500, wait * 100 + 5)
        assert not smu.busy()
        assert not smu.source_enabled


def test_without_a_device_clear_the_output_goes_off_all_the_same(smu, monkeypatch):
    smu.start([LONG])
    smu.clock.sleep(1.0)
    monkeypatch.setattr(smu.adapter.connection, "clear", not_supported)
    before = smu.clock.now()
    smu.off()
    assert smu.clock.now() - before < 0.1  # the 2400 puts off what comes while it measures
    assert not smu.source_enabled
    assert 100 <= len(smu.fetch()) <= 110


OFF = [(":ABOR", None), (":OUTP OFF", None)] * 2


def test_off_is_believed_only_from_the_right_instrument():
    answers = [*OFF, (":OUTP?;*IDN?", "0;SOMEBODY ELSE")] * 2
    with expected_protocol(Keithley2400, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.adapter.resource_name = GPIB
        with pytest.raises(OutputNotOff, match="SOMEBODY ELSE"):
            smu.off()


def test_off_is_tried_again():
    answers = [*OFF, (":OUTP?;*IDN?", "1;MODEL 2400"), *OFF, (":OUTP?;*IDN?", "0;MODEL 2400")]
    with expected_protocol(Keithley2400, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.off()


# A wire without a serial poll.


def test_over_a_gateway_without_serial_poll_the_clock_says_when_to_ask(at, monkeypatch):
    smu = at(SOCKET)
    monkeypatch.setattr(smu.adapter.connection, "read_stb", not_supported)
    smu.start([LONG])
    samples = everything(smu)
    assert len(samples) == 2601
    assert samples.current == pytest.approx(np.full(2601, 1e-4), rel=1e-2)
    assert not smu.source_enabled


def test_over_a_gateway_a_reply_under_way_is_not_taken_for_off(at, monkeypatch):
    smu = at(SOCKET)
    monkeypatch.setattr(smu.adapter.connection, "read_stb", not_supported)
    smu.start([LONG])
    smu.clock.sleep(25.1)
    assert smu.busy()  # the first piece is over, so its readings are asked for
    smu.off()
    assert not smu.source_enabled
    assert len(smu.fetch()) == 2500
