"""The 4200A driver on a virtual 4200A, SMU1 wired to a resistor."""

import numpy as np
import pytest
from driven_on_a_resistor import bench_of, everything
from pymeasure.test import expected_protocol

from ginsen.guard.safe import make_safe
from ginsen.instruments import InstrumentError, Keithley4200, LimitExceeded, OutputNotOff
from ginsen.instruments.keithley4200_corrected import CorrectedKeithley4200
from ginsen.sim_backend.fault import fault_of
from ginsen.types import Limits, Phase, Samples

SOCKET = "TCPIP0::k4200::1225::SOCKET"
BENCH = f"""
[instruments.spa]
model = "keithley4200"
address = "{SOCKET}"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"spa.hi_1" = {{ terminal = "A" }}
"spa.lo_1" = {{ terminal = "B" }}
"""
HOLD = Phase("hold", 1.0, 2.0, 0.1, 1e-3)


@pytest.fixture
def at(tmp_path):
    """A function that opens a driver of a 4200A on 10 kΩ."""
    path, opened = tmp_path / "bench.toml", []
    path.write_text(BENCH, encoding="utf-8")

    def open_it(**settings):
        opened.append(Keithley4200(SOCKET, visa_library=f"{path}@ginsen",
                                   limits=Limits(voltage=6.0, current=2e-3), **settings))
        return opened[-1]

    yield open_it
    if opened:
        opened[0].adapter.manager.close()


@pytest.fixture
def smu(at):
    return at()


def output_on(smu):
    return bench_of(smu).addresses[SOCKET].output_on


def test_samples_come_at_the_interval_from_the_instruments_clock(smu):
    assert smu.identify().startswith("KEITHLEY INSTRUMENTS,KI4200A")
    assert smu.calibrated() == ""
    assert smu.start([HOLD]) == 1
    samples = everything(smu)
    assert len(samples) == 21
    assert np.diff(samples.time) == pytest.approx(np.full(20, 0.1), abs=2e-4)
    assert samples.current == pytest.approx(np.full(21, 1e-4), rel=5e-3)
    assert np.all(np.abs(samples.current - samples.voltage / 1e4) < 4 * np.hypot(
        samples.u_current, samples.u_voltage / 1e4))
    assert not samples.compliance.any()
    assert not output_on(smu)


def test_samples_can_be_had_while_the_test_runs(smu):
    smu.start([HOLD])
    smu.clock.sleep(1.0)
    early = smu.fetch()
    assert 8 <= len(early) <= 11
    rest = everything(smu)
    assert len(rest) == 21 - len(early)
    assert rest.time[0] - early.time[-1] == pytest.approx(0.1, abs=2e-4)


def test_what_is_too_quick_for_sampling_is_a_list_of_one_level(smu):
    smu.start([Phase("quick", 1.0, 2.0, 0.01, 1e-3, nplc=0.1)])
    samples = everything(smu)
    assert len(samples) == 201
    assert np.diff(samples.time) == pytest.approx(np.full(200, 0.01), abs=1e-3)
    assert samples.current == pytest.approx(np.full(201, 1e-4), rel=5e-3)
    assert not output_on(smu)


def test_what_was_read_at_once_is_what_was_read_one_by_one(smu):
    smu.start([HOLD])
    seen = everything(smu)
    whole = [float(each.lstrip("N")) for each in smu.ask("DO 'I1'").split(",")]
    assert seen.current.tolist() == whole


def test_the_lead_is_when_the_first_sample_comes(smu):
    for phase in (HOLD, Phase("zero", 1.0, 3.0, 1.0, 1e-3, rest="zero", duty=0.5),
                  Phase("turns", 1.0, 1.1, 0.1, 1e-3, alternate=True)):
        smu.start([phase])
        begun = smu._begun - smu._epoch
        assert everything(smu, 0.01).time[0] - begun == pytest.approx(smu.lead(phase), abs=0.05)


def test_points_in_compliance_are_marked(smu):
    told = []
    smu.noted = told.append
    smu.start([Phase("held", 5.0, 1.0, 0.1, 1e-4)])
    samples = everything(smu)
    assert samples.compliance.all()
    assert samples.current == pytest.approx(np.full(11, 1e-4), rel=5e-3)
    assert not told


def test_the_output_goes_to_standby_by_itself_after_the_last_reading(smu):
    smu.start([Phase("pulse", 1.0, 0.5, 0.1, 1e-3)])
    smu.clock.sleep(0.1)
    assert output_on(smu)
    smu.clock.sleep(2.0)  # nobody asks
    assert not output_on(smu)
    assert len(everything(smu)) == 6


@pytest.mark.parametrize("level", [5.0, 0.1])
def test_phases_follow_without_the_output_going_off(smu, level):
    port = bench_of(smu).port("spa.hi_1")
    smu.start([Phase("first", 1.0, 0.5, 0.1, 1e-3)], off_after=False)
    first = everything(smu)
    assert output_on(smu)
    before = port.totals()
    smu.start([Phase("second", level, 0.5, 0.1, 1e-3)])
    between = port.totals()
    mean = (between.flux - before.flux) / (between.time - before.time)
    assert min(1.0, level) * 0.98 < mean < max(1.0, level) * 1.02  # 0 V was never applied
    second = everything(smu)
    assert np.median(second.current) == pytest.approx(level / 1e4, rel=3e-2)
    assert second.time[0] > first.time[-1]  # one time base for the session
    assert not output_on(smu)


@pytest.mark.parametrize(("rest", "mean"), [("zero", 5e-5), ("open", 5e-5)])
def test_what_the_sample_feels_between_reads(smu, rest, mean):
    port = bench_of(smu).port("spa.hi_1")
    smu.start([Phase("read", 1.0, 8.0, 1.0, 1e-3, rest=rest, duty=0.5)])
    parts, before, after = [], None, None
    while smu.busy():
        parts.append(smu.fetch())
        smu.clock.sleep(0.02)
        if before is None and smu.clock.now() > 1.0:
            before = port.totals()
        if after is None and smu.clock.now() > 6.0:
            after = port.totals()
    parts.append(smu.fetch())
    assert (after.charge - before.charge) / (after.time - before.time) == pytest.approx(
        mean, rel=0.1)
    samples = Samples.joined(parts)
    assert samples.current == pytest.approx(np.full(9, 1e-4), rel=5e-3)
    assert np.diff(samples.time) == pytest.approx(np.full(8, 1.0), abs=0.05)
    assert not output_on(smu)


def test_alternating_levels(smu):
    smu.start([Phase("read", 1e-2, 1.9, 0.1, 1e-5, alternate=True)])
    samples = everything(smu)
    assert np.sign(samples.current).tolist() == [1, -1] * 10
    assert np.ptp(samples.current[::2]) < 1e-8
    half = (np.mean(samples.current[::2]) - np.mean(samples.current[1::2])) / 2
    assert half == pytest.approx(1e-6, rel=2e-2)
    assert np.diff(samples.time) == pytest.approx(np.full(19, 0.1), abs=5e-3)
    assert not output_on(smu)


@pytest.mark.parametrize("rest", ["hold", "zero", "open"])
def test_off_in_the_middle_is_off(smu, rest):
    smu.start([Phase("long", 1.0, 100.0, 1.0, 1e-3, rest=rest, duty=0.5 if rest != "hold" else 1)])
    for _ in range(12):
        smu.busy()
        smu.clock.sleep(0.1)
    smu.off()
    assert not output_on(smu)
    assert not bench_of(smu).port("spa.hi_1").source.connected
    assert not smu.busy()
    assert len(smu.fetch()) >= 1


@pytest.mark.parametrize("off_after", [True, False])
def test_halted_it_stays_at_its_level_and_can_go_on(smu, off_after):
    smu.start([HOLD], off_after=off_after)
    smu.clock.sleep(0.7)
    smu.halt()
    assert not smu.busy()
    assert 5 <= len(smu.fetch()) <= 8
    smu.clock.sleep(0.5)
    assert output_on(smu)
    assert bench_of(smu).port("spa.hi_1").source.voltage == pytest.approx(1.0, abs=5e-3)
    smu.start([Phase("pulses", 2.0, 2.0, 1.0, 1e-3, rest="zero", duty=0.5)])
    assert everything(smu, 0.02).voltage == pytest.approx(np.full(3, 2.0), rel=1e-2)
    assert not output_on(smu)


def test_the_station_may_want_the_sample_at_zero_when_off(at):
    smu = at(off_state="zero")
    smu.start([HOLD])
    everything(smu)
    smu.off()
    source = bench_of(smu).port("spa.hi_1").source
    assert source.connected
    assert source.voltage == pytest.approx(0.0, abs=2e-4)


def test_a_ramp_before_the_output_goes_off(at):
    smu = at(off_state="ramp")
    smu.start([HOLD], off_after=False)
    smu.clock.sleep(0.5)
    smu.halt()
    smu.off()
    assert not output_on(smu)
    changes = [change.voltage[0] for change in bench_of(smu).witness.changes]
    assert any(0.4 < each < 0.6 for each in changes)


@pytest.mark.parametrize(("phase", "problem"), [
    (Phase("far", 7.0, 1, 0.1, 1e-3), LimitExceeded),
    (Phase("strong", 1.0, 1, 0.1, 3e-3), LimitExceeded),
    (Phase("slow", 1.0, 1, 0.04, 1e-3), "does not fit"),
    (Phase("rare", 1.0, 40, 20, 1e-3), "it waits 10 s at most"),
    (Phase("rare", 1.0, 39, 13, 1e-3, alternate=True), r"it waits 6\.553 s at most"),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, nplc=11), "NPLC 11 is not between"),
    (Phase("weak", 1.0, 1, 0.1, 1e-8), "KXCI would raise it"),
    (Phase("fine", 1.0, 1, 0.1, 1e-3, measure_range=1e-6), "would be left upwards"),
    (Phase("range", 1.0, 1, 0.1, 1e-3, source_range=20), "cannot be had"),
    (Phase("long", 1.0, 1000.0, 0.1, 1e-3), "10001 samples are more than the 4096"),
    (Phase("quick", 1.0, 1, 0.5, 1e-3, rest="open", duty=0.5), "started by the computer"),
])
def test_what_must_not_be_is_refused_before_anything_is_sent(smu, phase, problem):
    kind, told = (ValueError, problem) if isinstance(problem, str) else (problem, "phase")
    with pytest.raises(kind, match=told):
        smu.start([Phase("first", 0.1, 1, 0.1, 1e-3), phase])
    assert not output_on(smu)


def test_much_current_at_much_voltage_is_refused(tmp_path):
    (tmp_path / "bench.toml").write_text(BENCH, encoding="utf-8")
    smu = Keithley4200(SOCKET, visa_library=f"{tmp_path / 'bench.toml'}@ginsen")
    with pytest.raises(ValueError, match=r"beyond 21 V an SMU gives no more than 0.0105 A"):
        smu.start([Phase("strong", 30.0, 1.0, 0.1, 0.02)])
    smu.adapter.manager.close()


def test_levels_and_limits_set_by_hand_stay_within_the_stations(smu):
    for name, value in (("source_voltage", 6.5), ("compliance_current", 1.0)):
        with pytest.raises(LimitExceeded, match=name):
            setattr(smu, name, value)
    with pytest.raises(ValueError, match="compliance_current: 1e-09 A is below 1e-07 A"):
        smu.compliance_current = 1e-9
    smu.compliance_current = 1e-3
    smu.source_voltage = 1.234567
    assert smu.source_voltage == pytest.approx(1.2346, rel=5e-3)


def test_what_it_is_not(tmp_path):
    with pytest.raises(ValueError, match="channel is '5'; of a 4200A it is 1, 2, 3 or 4"):
        Keithley4200(SOCKET, channel="5")
    with pytest.raises(ValueError, match="spoken to over Ethernet"):
        Keithley4200("GPIB0::17::INSTR")


def test_another_model_is_refused():
    with expected_protocol(Keithley4200, [("*IDN?", "KEITHLEY,KI4145B,1,1")],
                           clock=object()) as smu:
        smu.adapter.resource_name = SOCKET
        with pytest.raises(InstrumentError, match="the station expects a Keithley 4200A"):
            smu.identify()


def test_an_smu_it_does_not_have():
    with expected_protocol(Keithley4200, [
            ("*IDN?", "KEITHLEY INSTRUMENTS,KI4200A,1,V1"), ("*OPT?", "SMUPA1,,SMU2,PMU1"),
            ("*OPT?", "SMUPA1,,SMU2,PMU1")], clock=object(), channel="3") as smu:
        smu.adapter.resource_name = SOCKET
        with pytest.raises(InstrumentError, match="has no SMU3; it has SMUPA1, SMU2, PMU1"):
            smu.identify()


@pytest.mark.parametrize(("kind", "further"), [
    ("disconnect", {"duration_s": 0.5}), ("disconnect", {"duration_s": 0.5, "silent": True}),
    ("power_cycle", {"duration_s": 1.0}), ("slow", {"factor": 5.0, "duration_s": 1.0})])
def test_what_befalls_the_wire_ends_in_all_readings_or_an_error(smu, kind, further):
    smu.start([HOLD])
    bench_of(smu).add_fault(fault_of({"kind": kind, "instrument": "spa",
                                      "at_s": smu.clock.now() + 1.0, **further}))
    try:
        samples = everything(smu)
    except InstrumentError:
        assert kind == "power_cycle"
    else:
        assert len(samples) == 21
        assert kind != "power_cycle"
    smu.off()
    assert not output_on(smu)


def test_corrected_what_goes_over_the_wire():
    with expected_protocol(CorrectedKeithley4200, [
            ("*OPT?", '"SMU1,,SMU3,"'),
            ("US;DV1,0,0.1234567,1e-07", "ACK"),
            ("US;DI3,0,1.23456789e-06,10", "ACK"),
            ("US;TI1", "CAI+1.000000E-07"),
            ("*OPT?", "SMU1,,SMU3,"), ("US;DV1", "ACK"), ("US;DV3", "ACK")],
            clock=object()) as spa:
        assert spa.modules() == ("SMU1", "", "SMU3", "")
        spa.force_voltage(1, 0.1234567, 1e-7)
        spa.force_current(3, 1.23456789e-6, 10)
        assert spa.spot("I", 1) == ("C", 1e-7)
        spa.shutdown()


def test_a_refused_setting_keeps_the_output_off(smu, monkeypatch):
    ask = smu.ask
    monkeypatch.setattr(smu, "ask", lambda message: "KXCI command error. (-992)"
                        if "SS;VC" in message else ask(message))
    with pytest.raises(InstrumentError, match=r"answered 'KXCI command error. \(-992\)' to SS;VC1"):
        smu.start([HOLD])
    assert not output_on(smu)


@pytest.mark.parametrize("seconds", [0.5, 5.0])
def test_a_current_beyond_its_compliance_is_an_error(smu, monkeypatch, seconds):
    ask = smu.ask
    monkeypatch.setattr(smu, "ask", lambda message: ask(message.replace("0.0001", "0.001")))
    smu.start([Phase("lost", 5.0, 1.0, 0.1, 1e-4)])
    smu.clock.sleep(seconds)
    with pytest.raises(InstrumentError, match=r"beyond a compliance of 0\.0001 A"):
        everything(smu)


def test_a_test_that_somebody_stops_is_an_error(smu):
    smu.start([HOLD])
    smu.clock.sleep(1.0)
    assert len(smu.fetch()) >= 8
    smu.ask("MD;ME4")
    assert smu.busy()  # until what it has is fetched
    assert 0 <= len(smu.fetch()) <= 1
    with pytest.raises(InstrumentError, match=r"ended after \d+ of 21 readings"):
        smu.busy()


def test_a_number_spoilt_on_the_way_is_found_when_all_are_told_again(smu):
    smu.start([HOLD])
    bench_of(smu).add_fault(fault_of({"kind": "garbled_reply", "text": "+1.000000E-05",
                                      "match": "RD", "every": 2, "times": 1}))
    with pytest.raises(InstrumentError, match="tells readings otherwise"):
        everything(smu)


def test_a_status_spoilt_on_the_way_ends_nothing(smu):
    smu.start([HOLD])
    bench_of(smu).add_fault(fault_of({"kind": "garbled_reply", "text": "2", "every": 1,
                                      "times": 1}))
    assert smu.busy()
    assert len(everything(smu)) == 21


def test_readings_that_never_come_are_an_error(smu):
    smu.start([HOLD])
    for message in ("MD;ME4", "SM;WT100", "MD;ME1"):
        smu.ask(message)
    with pytest.raises(InstrumentError, match=r"has given no reading for 1[01] s"):
        everything(smu)
    smu.off()


def test_an_output_that_stays_on_is_not_taken_for_off(smu):
    smu.start([HOLD], off_after=False)
    smu.clock.sleep(0.5)
    bench_of(smu).add_fault(fault_of({"kind": "stuck_on", "duration_s": 1e6}))
    with pytest.raises(OutputNotOff, match=r"it still measures 'NAV\+1\.00"):
        smu.off()


def test_no_answer_is_no_proof(smu):
    smu.start([HOLD])
    bench_of(smu).add_fault(fault_of({"kind": "lost_reply", "every": 1}))
    with pytest.raises(OutputNotOff, match="Look at the bench"):
        smu.off()
    bench_of(smu).faults.clear()
    smu.off()
    assert not output_on(smu)


@pytest.mark.parametrize("kind", ["late_reply", "lost_reply", "garbled_reply", "truncated_reply"])
def test_lost_late_and_garbled_answers_cost_no_sample(smu, kind):
    told = []
    smu.noted = told.append
    late = {"delay_s": 5.0} if kind == "late_reply" else {}
    smu.start([HOLD])
    bench_of(smu).add_fault(fault_of({"kind": kind, "every": 11, "times": 6, **late}))
    samples = everything(smu)
    assert len(samples) == 21
    assert samples.current == pytest.approx(np.full(21, 1e-4), rel=5e-3)
    assert told
    smu.off()
    assert not output_on(smu)


@pytest.mark.parametrize("nth", range(1, 18, 3))
def test_an_answer_lost_while_setting_up_is_set_up_again(smu, nth):
    bench_of(smu).add_fault(fault_of({"kind": "lost_reply", "every": nth, "times": 1}))
    smu.start([HOLD])
    assert len(everything(smu)) == 21


def test_what_the_guard_would_send_makes_it_safe(smu):
    smu.start([HOLD.lasting(100.0)])
    smu.clock.sleep(0.5)
    effort, = make_safe(smu.adapter.manager, [smu.emergency("smu")], persistence=0.0)
    assert effort.proved.is_set(), effort.problem
    assert not bench_of(smu).port("spa.hi_1").source.connected


def test_the_guard_does_not_believe_an_output_that_stays_on(smu):
    smu.start([HOLD.lasting(100.0)])
    smu.clock.sleep(0.5)
    bench_of(smu).add_fault(fault_of({"kind": "stuck_on", "duration_s": 1e6}))
    effort, = make_safe(smu.adapter.manager, [smu.emergency("smu")], persistence=0.0)
    assert not effort.proved.is_set()
    assert "NAV" in effort.problem
