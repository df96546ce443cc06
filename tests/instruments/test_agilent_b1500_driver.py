"""The B1500 driver on a virtual B1500A, the module of slot 1 wired to a resistor."""

import contextlib

import numpy as np
import pytest
from driven_on_a_resistor import HOLD, bench_of, everything
from hypothesis import given
from hypothesis import strategies as st
from pymeasure.test import expected_protocol
from pyvisa import VisaIOError
from pyvisa.constants import StatusCode

from ginsen.instruments import AgilentB1500A, InstrumentError, LimitExceeded, OutputNotOff
from ginsen.instruments.agilent_b1500_sampling import averaging, on_grid, read
from ginsen.sim_backend.fault import fault_of
from ginsen.types import Limits, Phase

GPIB = "GPIB0::17::INSTR"
BENCH = f"""
[instruments.smu]
model = "agilent_b1500"
address = "{GPIB}"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.force_1" = {{ terminal = "A" }}
"smu.gndu" = {{ terminal = "B" }}
"""


@pytest.fixture
def at(tmp_path):
    """A function that opens a driver of a B1500A on 10 kΩ."""
    path, opened = tmp_path / "bench.toml", []
    path.write_text(BENCH, encoding="utf-8")

    def open_at(**settings):
        opened.append(AgilentB1500A(GPIB, visa_library=f"{path}@ginsen",
                                    limits=Limits(voltage=6.0, current=2e-3), **settings))
        return opened[-1]

    yield open_at
    if opened:
        opened[0].adapter.manager.close()


@pytest.fixture
def smu(at):
    return at()


def port_of(smu):
    return bench_of(smu).port("smu.force_1")


def test_samples_come_at_the_interval_from_the_instruments_clock(smu):
    assert smu.identify().startswith("Agilent Technologies,B1500A")
    assert smu.start([HOLD]) == 1
    samples = everything(smu)
    assert len(samples) == 41
    assert np.diff(samples.time) == pytest.approx(np.full(40, 0.05), abs=1e-9)
    assert samples.current == pytest.approx(np.full(41, 1e-4), rel=5e-3)
    assert np.all(np.abs(samples.current - samples.voltage / 1e4) < 4 * np.hypot(
        samples.u_current, samples.u_voltage / 1e4))
    assert not smu.source_enabled


def test_samples_can_be_had_while_it_measures(smu):
    smu.start([HOLD])
    smu.clock.sleep(1.0)
    early = smu.fetch()
    assert 15 <= len(early) <= 21
    assert len(everything(smu)) == 41 - len(early)


def test_no_call_waits_for_a_reading_that_is_not_due(smu):
    smu.start([Phase("slow", 1.0, 50.0, 5.0, 1e-3)])
    longest = 0.0
    while True:
        before = smu.clock.now()
        running = smu.busy()
        smu.fetch()
        longest = max(longest, smu.clock.now() - before)
        if not running:
            break
        smu.clock.sleep(0.7)
    assert longest < 0.12  # 100 ms, and one integration of 20 ms


@pytest.mark.parametrize("phase", [
    HOLD, Phase("zero", 1.0, 1.0, 1.0, 1e-3, rest="zero", duty=0.5),
    Phase("open", 1.0, 2.0, 1.0, 1e-3, rest="open", duty=0.5)])
def test_the_lead_is_when_the_first_sample_comes(smu, phase):
    before = smu.clock.now()
    smu.start([phase])
    first = everything(smu).time[0] + smu._epoch - before
    # Setting up takes half a millisecond a command.
    assert smu.lead(phase) <= first < smu.lead(phase) + 0.08


def test_points_in_compliance_are_marked(smu):
    smu.start([Phase("held", 5.0, 0.5, 0.05, 1e-4)])
    samples = everything(smu)
    assert samples.compliance.all()
    assert samples.current == pytest.approx(np.full(11, 1e-4), rel=5e-3)


def test_a_reading_beyond_its_range_is_no_number(smu):
    smu.start([Phase("small", 1.0, 0.5, 0.05, 1e-3, measure_range=1e-5)])
    assert np.isnan(everything(smu).current).all()


def test_the_source_goes_to_zero_by_itself_after_the_last_reading(smu):
    smu.start([Phase("pulse", 1.0, 0.5, 0.05, 1e-3)])
    smu.clock.sleep(2.0)  # nobody asks
    assert port_of(smu).source.connected
    assert port_of(smu).source.voltage == pytest.approx(0.0, abs=2e-3)
    assert len(everything(smu)) == 11
    assert not port_of(smu).source.connected


@pytest.mark.parametrize("level", [5.0, 0.1])
def test_phases_follow_without_the_output_going_off(smu, level):
    port = port_of(smu)
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
    port = port_of(smu)
    smu.start([Phase("read", 1.0, 8.0, 1.0, 1e-3, rest=rest, duty=duty)])
    seen, before = [], None
    while smu.busy():
        smu.clock.sleep(0.02)
        if before is None and smu.clock.now() > 1.0:
            before = port.totals()
        if before is not None and smu.clock.now() < 8.0:
            seen.append((port.totals(), port.source.connected))
    last = min((each for each, _ in seen), key=lambda each: abs(each.time - before.time - 5.0))
    assert (last.charge - before.charge) / (last.time - before.time) == pytest.approx(
        mean, rel=0.1)
    assert all(connected for _, connected in seen) == (rest != "open")
    samples = smu.fetch()
    assert len(samples) == 9
    assert samples.current == pytest.approx(np.full(9, 1e-4), rel=5e-3)
    assert np.diff(samples.time) == pytest.approx(np.full(8, 1.0), abs=0.03)


def test_alternating_levels(smu):
    smu.start([Phase("read", 1e-2, 9.0, 1.0, 1e-5, alternate=True)])
    samples = everything(smu, 0.02)
    assert np.sign(samples.voltage).tolist() == [1, -1] * 5
    assert np.mean(samples.current * np.sign(samples.voltage)) == pytest.approx(1e-6, rel=5e-2)
    assert np.diff(samples.time) == pytest.approx(np.full(9, 1.0), abs=0.03)


def test_one_channel_at_a_time(at):
    a, b = at(), at(channel="3")
    a.start([HOLD], off_after=False)
    with pytest.raises(InstrumentError, match="measuring already: one channel"):
        b.start([HOLD])
    everything(a)
    b.start([HOLD])
    assert len(everything(b)) == 41
    b.off()
    assert a.source_enabled
    a.off()


@pytest.mark.parametrize("rest", ["hold", "zero", "open"])
def test_off_in_the_middle_is_off(smu, rest):
    smu.start([Phase("long", 1.0, 100.0, 1.0, 1e-3, rest=rest, duty=0.5 if rest != "hold" else 1)])
    for _ in range(12):
        smu.busy()
        smu.clock.sleep(0.1)
    smu.off()
    assert not smu.source_enabled
    assert not port_of(smu).source.connected
    assert not smu.busy()
    assert len(smu.fetch()) >= 1


def test_what_was_measured_before_it_went_off_is_not_lost(smu):
    smu.start([HOLD.lasting(100.0)])
    smu.clock.sleep(1.02)
    smu.off()
    assert 19 <= len(smu.fetch()) <= 21


@pytest.mark.parametrize("off_after", [True, False])
def test_halted_it_stays_at_its_level_and_can_go_on(smu, off_after):
    port = port_of(smu)
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
    smu.start([Phase("pulses", 2.0, 5.0, 1.0, 1e-3, rest="zero", duty=0.5)])
    assert everything(smu).voltage == pytest.approx(np.full(6, 2.0), rel=1e-2)
    assert not smu.source_enabled
    assert port.totals().flux - after.flux < 6.6  # 0 V between the pulses


def test_the_station_may_want_the_sample_at_zero_when_off(at):
    smu = at(off_state="zero")
    smu.start([HOLD])
    smu.clock.sleep(0.5)
    smu.off()
    assert port_of(smu).source.connected
    assert port_of(smu).source.voltage == pytest.approx(0.0, abs=5e-3)
    smu.start([HOLD])
    assert len(everything(smu)) == 41
    assert port_of(smu).source.voltage == pytest.approx(0.0, abs=5e-3)
    smu.emergency("smu")


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
    (Phase("odd", 1.0, 1, 0.1, 1e-3, nplc=101), ValueError),
    (Phase("between", 1.0, 1, 0.1, 1e-3, nplc=0.8), ValueError),
    (Phase("broken", 1.0, 1, 0.1, 1e-3, nplc=1.5), ValueError),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, duty=0.5), ValueError),
    (Phase("relay", 1.0, 1, 0.1, 1e-3, rest="open", duty=0.9), ValueError),
    (Phase("tiny", 1e-30, 1, 0.1, 1e-3), ValueError),
    (Phase("small range", 1.0, 1, 0.1, 1e-3, source_range=0.5), ValueError),
    (Phase("quick", 1.0, 1, 1e-3, 1e-3, nplc=0.01), ValueError),
    (Phase("uneven", 1.0, 0.105, 0.0105, 1e-3, nplc=0.1), ValueError),
    (Phase("rare", 1.0, 140.0, 70.0, 1e-3), ValueError),
    (Phase("quick", 1.0, 1, 0.5, 1e-3, rest="open", duty=0.5), ValueError),
    (Phase("quick", 1.0, 1.5, 0.5, 1e-3, alternate=True), ValueError),
    (Phase("long", 1.0, 5000.05, 0.05, 1e-3), ValueError),
])
def test_what_must_not_be_is_refused_before_anything_is_sent(smu, phase, problem):
    with pytest.raises(problem, match=f"phase '{phase.name}'"):
        smu.start([Phase("fine", 0.1, 1, 0.1, 1e-3), phase])
    assert not smu.source_enabled


def test_what_the_modules_cannot_do_is_refused(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    smu = AgilentB1500A(GPIB, visa_library=f"{tmp_path / 'bench.toml'}@ginsen")
    with pytest.raises(ValueError, match=r"0\.06 A is more than the 0\.05 A it has at 30 V"):
        smu.start([Phase("strong", 30.0, 1, 0.1, 0.06)])
    with pytest.raises(ValueError, match="50 V needs the interlock"):
        smu.start([Phase("high", 50.0, 1, 0.1, 0.01)])
    smu.adapter.manager.close()


def test_levels_and_limits_set_by_hand_stay_within_the_stations(smu):
    for name, value in (("source_voltage", 6.5), ("compliance_current", 1.0),
                        ("source_current", 3e-3)):
        with pytest.raises(LimitExceeded, match=name):
            setattr(smu, name, value)
    with pytest.raises(InstrumentError, match="channel 1 forces no voltage"):
        smu.compliance_current = 1e-3
    smu.write("CN 1")
    smu.compliance_current = 1.234e-4
    smu.source_voltage = 0.5
    assert (smu.source_voltage, smu.compliance_current) == (0.5, 1.234e-4)
    smu.source_voltage = -1.0
    assert smu.compliance_current == 1.234e-4
    assert smu.source_current == 0.0
    smu.shutdown()
    assert not smu.source_enabled


def test_a_channel_or_an_off_state_it_does_not_have(at):
    with pytest.raises(ValueError, match="channel is 'a'; a B1500A has 1, 2"):
        AgilentB1500A(GPIB, channel="a")
    with pytest.raises(ValueError, match="off_state is 'guard'"):
        AgilentB1500A(GPIB, off_state="guard")
    with pytest.raises(InstrumentError, match="slot 7 holds nothing; a channel needs one of"):
        at(channel="7").identify()
    smaller = at(channel="3")
    smaller.identify()
    assert smaller.sheet.measure_current.ranges[0].full_scale == 1e-9


def test_another_model_is_refused():
    with expected_protocol(AgilentB1500A, [
            ("*IDN?", "Agilent Technologies,E5270B,MY1,1")], clock=object()) as smu:
        smu.adapter.resource_name = GPIB
        with pytest.raises(InstrumentError, match="the station expects an Agilent B1500A"):
            smu.identify()


def test_a_compliance_that_does_not_read_back_keeps_the_output_off(smu, monkeypatch):
    ask = smu.ask

    def lifted(query):
        answer = ask(query)
        return answer.replace("+1.00000E-03", "+2.00000E-03") if query == "*LRN? 47" else answer

    monkeypatch.setattr(smu, "ask", lifted)
    with pytest.raises(InstrumentError, match=r"a compliance of 0.001, the B1517A holds 0.002"):
        smu.start([HOLD])
    assert not smu.source_enabled


def test_a_refused_setting_is_an_error_before_the_output_goes_on(smu, monkeypatch):
    write = smu.write
    monkeypatch.setattr(smu, "write", lambda command: write(
        "MT 0,0.5,0" if command.startswith("MT") else command))
    with pytest.raises(InstrumentError, match=r"reports \+120,\"Incorrect parameter value"):
        smu.start([HOLD])
    assert not smu.source_enabled


def test_readings_that_will_never_come_are_an_error(smu):
    smu.start([HOLD.lasting(100.0)])
    smu.clock.sleep(1.0)
    smu.fetch()
    smu.write("AB")
    smu.write("BC")
    with pytest.raises(InstrumentError, match=r"ended after \d+ of 2001 readings"):
        everything(smu)


OFF = [("AB", None), ("CL 1", None)]


def proof(number, hold, answer):
    return [(f"WT {number:.2f},0", None), ("*LRN? 33", f"WM1,1;WT{hold:.2f},0,0,0,0"),
            *([("*LRN? 1", answer)] if hold == number else [])]


def test_off_is_believed_only_with_a_proof(monkeypatch):
    monkeypatch.setattr("ginsen.instruments.flex_conversation.STALE", 1)
    answers = [*OFF, ("NUB?", "0"), ("BC", None), *OFF * 2,
               *proof(0.01, 0.01, "DV1,20,+1.00000E+00,+1.00000E-03,0,17"), *OFF * 2,
               *proof(0.02, 0.01, ""), *OFF * 2, *proof(0.03, 0.03, "CL2")]
    with expected_protocol(AgilentB1500A, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.adapter.resource_name = GPIB
        with pytest.raises(OutputNotOff, match=r"could not be read back as off \(CL2\)"):
            smu.off()


def test_an_answer_that_is_late_is_not_taken_for_the_next(smu):
    smu.write("CN 1")
    smu.write("*LRN? 1")  # nobody reads the answer
    assert smu._proof("*LRN? 0") == "CN1"


def test_without_a_device_clear_the_output_goes_off_all_the_same(smu, monkeypatch):
    def unsupported():
        raise VisaIOError(StatusCode.error_nonsupported_operation)

    smu.start([HOLD])
    monkeypatch.setattr(smu.adapter.connection, "clear", unsupported)
    smu.off()
    assert not smu.source_enabled


@pytest.mark.parametrize("kind", ["late_reply", "lost_reply", "garbled_reply"])
@pytest.mark.parametrize("which", [1, 2, 5, 6])
def test_lost_late_and_garbled_answers_while_setting_up_are_asked_for_again(smu, kind, which):
    told = []
    smu.noted = told.append
    late = {"delay_s": 5.0} if kind == "late_reply" else {}
    bench_of(smu).add_fault(fault_of({"kind": kind, "every": which, "times": 1, **late}))
    smu.start([HOLD])
    samples = everything(smu)
    assert samples.current == pytest.approx(np.full(41, 1e-4), rel=5e-3)
    assert told


def test_a_session_that_breaks_is_opened_anew_and_no_reading_is_lost(smu):
    told = []
    smu.noted = told.append
    bench_of(smu).add_fault(fault_of({"kind": "disconnect", "at_s": 1.0, "duration_s": 1.0}))
    smu.start([HOLD])
    assert len(everything(smu)) == 41
    assert "no status byte" in told[0]
    assert not smu.source_enabled


def test_a_session_that_stays_broken_is_an_error(smu):
    bench_of(smu).add_fault(fault_of({"kind": "lock", "at_s": 1.0}))
    smu.start([HOLD])
    with pytest.raises(InstrumentError, match="gave no status byte"):
        everything(smu)


def test_lost_readings_end_the_run(smu):
    """They are sent once only: what is missing must not become a shorter record."""
    smu.start([HOLD])
    smu.clock.sleep(1.0)
    smu.read_bytes(7)
    with pytest.raises(InstrumentError, match="readings were lost, and are not sent twice"):
        everything(smu)
    smu.off()
    assert not smu.source_enabled


def test_what_the_guard_would_send_makes_it_safe(smu):
    smu.start([HOLD.lasting(100.0)])
    smu.clock.sleep(0.5)
    told = smu.emergency("smu")
    other = smu.adapter.manager.open_resource(GPIB)
    other.read_termination = told.read_termination
    for command in (*told.commands, None, *told.commands):
        other.clear() if command is None else other.write(command)
    answer = other.query(told.question).strip()
    assert answer.startswith(told.off)
    assert told.identity in answer.upper()
    assert not port_of(smu).source.connected


@pytest.mark.parametrize(("nplc", "mains", "command", "seconds"), [
    (1, 50.0, "AIT 1,2,1", 0.02), (100, 60.0, "AIT 1,2,100", 100 / 60),
    (0.1, 50.0, "AIT 1,1,25", 2e-3), (0.004, 50.0, "AIT 1,1,1", 80e-6),
    (0.5, 60.0, "AIT 1,1,104", 104 * 80e-6)])
def test_the_averaging_of_a_number_of_line_cycles(nplc, mains, command, seconds):
    found = averaging(nplc, mains)
    assert (found.command, found.seconds) == (command, pytest.approx(seconds))


@pytest.mark.parametrize("data", [
    b"", b"000AT+000.1000E+00,", b"000AI+1.000000E-03,000AT+000.1000E+00\r\n",
    b"000BT+000.1000E+00,000BI+1.000000E-03,", b"000AT+000.1000E+00,000AI+1.0x0000E-03,",
    b"\xff" * 38])
def test_bytes_that_are_no_readings(data):
    with pytest.raises(ValueError, match=r"are no readings of channel A|could not convert"):
        read(data, "A")


def test_readings_as_text():
    times, values, limited = read(b"000AT+000.1000E+00,008AI+1.500000E-03,"
                                  b"000AT+000.2000E+00,001AI+199.9999E+99\r\n", "A")
    assert times.tolist() == [0.1, 0.2]
    assert values[0] == 1.5e-3
    assert np.isnan(values[1])
    assert limited.tolist() == [True, False]


def test_stamps_within_their_resolution_of_the_timer_are_put_there():
    stamps = np.array([0.0152, 0.0176, 0.0203, 0.0320])
    assert on_grid(stamps, 0, 2.5e-3, 0.0152) == pytest.approx([0.0152, 0.0177, 0.0202, 0.0320])
    assert on_grid(np.array([1234.568]), 1000, 1.0, 234.567)[0] == 1234.567


ANSWERS = st.one_of(st.text(max_size=20), st.sampled_from([
    "CL1", "DV1", "DV1,20,x,y,0,17", "DV1,20,nan,inf,0,17", "DV2,20,+1,+1,0,17", "+0", "120",
    "MV1,20,1,1", "MT1;MT2;;", "RI1;RI1,", "B1500A,B1500A,", ",B1500A,", ";" * 30, ","]))


@given(answer=ANSWERS)
def test_senseless_answers_are_made_out_or_are_an_error(answer):
    with expected_protocol(AgilentB1500A, [], clock=object()) as smu:
        smu.adapter.resource_name = GPIB
        smu.ask = lambda question: answer
        smu.read = lambda: answer
        smu.write = smu._find_back = lambda *told: None
        for call in (smu._forced, smu._errors, smu.identify, smu._rescue, smu._verify_all,
                     lambda: smu.source_voltage, lambda: smu._proof("*LRN? 1")):
            with contextlib.suppress(InstrumentError):
                call()
