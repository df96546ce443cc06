"""The Keithley 2450 driver on a virtual one, wired to a resistor."""

import numpy as np
import pytest
from pymeasure.test import expected_protocol
from pyvisa import VisaIOError
from pyvisa.constants import StatusCode

from ginsen.analysis import conductance
from ginsen.instruments import InstrumentError, Keithley2450, LimitExceeded, OutputNotOff
from ginsen.types import Limits, Phase, Samples

BENCH = """
[instruments.smu]
model = "keithley2450"
address = "GPIB0::18::INSTR"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = { terminal = "A" }
"smu.lo" = { terminal = "B" }
"""


@pytest.fixture
def smu(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    meter = Keithley2450("GPIB0::18::INSTR", visa_library=f"{path}@ginsen",
                         limits=Limits(voltage=6.0, current=2e-3))
    yield meter
    meter.adapter.manager.close()


def everything(smu):
    parts = []
    while True:
        running = smu.busy()
        parts.append(smu.fetch())
        if not running:
            return parts
        smu.clock.sleep(0.1)


def joined(parts):
    return np.concatenate([part.time for part in parts]), np.concatenate(
        [part.current for part in parts])


def test_what_pymeasures_documentation_shows(smu):
    smu.limits = Limits(voltage=20.0, current=20e-3)
    smu.apply_current()
    smu.source_current_range = 10e-3
    smu.compliance_voltage = 10
    smu.source_current = 0
    smu.enable_source()
    smu.measure_voltage()
    smu.ramp_to_current(5e-4, steps=5)
    assert smu.voltage == pytest.approx(5.0, rel=5e-3)
    smu.shutdown()
    assert not smu.source_enabled


def test_a_buffer_in_the_native_command_set(smu):
    smu.apply_voltage(2.0, 1e-3)
    smu.measure_current(nplc=0.1, current=1e-3, auto_range=False)
    smu.source_voltage = 1.0
    smu.enable_source()
    smu.config_buffer(20, delay=0.01)
    smu.start_buffer()
    smu.wait_for_buffer()
    assert smu.buffer_data == pytest.approx(np.full(20, 1e-4), rel=5e-3)
    smu.reset_buffer()
    assert smu.buffer_data.size == 0


def test_samples_come_at_the_interval_from_the_instruments_clock(smu):
    smu.start([Phase("hold", 1.0, 2.0, 0.05, 1e-3)])
    times, currents = joined(everything(smu))
    assert times.size == 41
    assert np.diff(times) == pytest.approx(np.full(40, 0.05), abs=5e-6)
    assert currents == pytest.approx(np.full(41, 1e-4), rel=5e-3)


def test_the_uncertainty_covers_the_error(smu):
    smu.start([Phase("hold", 1.0, 1.0, 0.05, 1e-3)])
    for part in everything(smu):
        assert np.all(np.abs(part.current - part.voltage / 1e4) < 4 * np.hypot(
            part.u_current, part.u_voltage / 1e4))


def test_points_in_compliance_are_marked(smu):
    smu.start([Phase("free", 1.0, 0.5, 0.05, 1e-3), Phase("held", 5.0, 0.5, 0.05, 1e-4)])
    parts = everything(smu)
    marks = np.concatenate([part.compliance for part in parts])
    currents = np.concatenate([part.current for part in parts])
    assert marks.tolist() == [False] * 11 + [True] * 11
    assert currents[11:] == pytest.approx(np.full(11, 1e-4), rel=5e-3)


def test_the_instrument_switches_itself_off_after_the_last_phase(smu):
    smu.start([Phase("hold", 1.0, 0.5, 0.05, 1e-3)])
    smu.clock.sleep(0.3)
    assert smu.source_enabled
    smu.clock.sleep(1.0)  # nobody asked it to
    assert not smu.source_enabled


@pytest.mark.parametrize("level", [5.0, 0.1])
def test_phases_follow_without_the_output_going_off(smu, level):
    port = smu.adapter.manager.visalib.bench.port("smu.hi")
    smu.start([Phase("first", 1.0, 0.5, 0.05, 1e-3)], off_after=False)
    everything(smu)
    assert smu.source_enabled
    before = port.totals()
    assert smu.start([Phase("second", level, 0.5, 0.05, 1e-3), Phase("third", 3.0, 0.5, 0.05, 1e-3)]
                     ) == 1
    between = port.totals()
    mean = (between.flux - before.flux) / (between.time - before.time)
    assert min(1.0, level) * 0.99 < mean < max(1.0, level) * 1.01  # 0 V was never applied
    times, currents = joined(everything(smu))
    assert np.median(currents) == pytest.approx(level / 1e4, rel=5e-3)
    assert times[0] > 0.5  # one time base for the session


@pytest.mark.parametrize(("rest", "charge"), [("hold", 1e-4), ("zero", 5e-5), ("open", 5e-5)])
def test_what_the_sample_feels_between_reads(smu, rest, charge):
    bench = smu.adapter.manager.visalib.bench
    smu.start([Phase("read", 1.0, 4.0, 0.2, 1e-3, rest=rest, duty=0.5 if rest != "hold" else 1.0)])
    smu.clock.sleep(0.5)
    before = bench.port("smu.hi").totals()
    smu.clock.sleep(2.0)
    after = bench.port("smu.hi").totals()
    assert (after.charge - before.charge) / (after.time - before.time) == pytest.approx(
        charge, rel=0.05)


@pytest.mark.parametrize(("phase", "problem"), [
    (Phase("far", 7.0, 1, 0.1, 1e-3), LimitExceeded),
    (Phase("far", float("nan"), 1, 0.1, 1e-3), LimitExceeded),
    (Phase("strong", 1.0, 1, 0.1, 3e-3), LimitExceeded),
    (Phase("slow", 1.0, 1, 0.01, 1e-3, nplc=1), ValueError),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, nplc=20), ValueError),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, duty=0), ValueError),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, duty=0.5), ValueError),
    (Phase("odd", 1.0, 1, 0.1, 1e-3, rest="open"), ValueError),
    (Phase("relay", 1.0, 1, 0.1, 1e-3, rest="open", duty=0.9), ValueError),
    (Phase("relay", 1.0, 1, 0.1, 1e-3, rest="open", duty=0.5, nplc=2), ValueError),
    (Phase("odd", 1.0, 1.04, 0.1, 1e-3), ValueError),
    (Phase("tiny", 1e-30, 1, 0.1, 1e-3), ValueError),
    (Phase("lifted", 1.0, 1, 0.1, 1e-6, measure_range=1.0), ValueError),
    (Phase("odd", 1.0, -1, 0.1, 1e-3), ValueError),
    (Phase("small range", 1.0, 1, 0.1, 1e-3, source_range=0.2), ValueError),
])
def test_what_must_not_be_is_refused_before_the_output_is_on(smu, phase, problem):
    with pytest.raises(problem, match=f"phase '{phase.name}'"):
        smu.start([Phase("fine", 0.1, 1, 0.1, 1e-3), phase])
    assert not smu.source_enabled


def test_more_samples_than_the_buffer_holds_are_refused(smu):
    with pytest.raises(ValueError, match="1000001 samples are more than the buffer's 1000000"):
        smu.start([Phase("long", 1.0, 1e5, 0.1, 1e-3)])


def test_a_level_beyond_the_limit_is_refused_by_hand_too(smu):
    with pytest.raises(LimitExceeded):
        smu.source_voltage = 6.5


@pytest.mark.parametrize("name", ["compliance_current", "source_voltage_range", "current_range"])
def test_nothing_is_clipped_without_a_word(smu, name):
    smu.limits = Limits(voltage=1e9, current=1e9)
    with pytest.raises(ValueError, match="not in range"):
        setattr(smu, name, 1e6)


def test_small_values_keep_their_digits(smu):
    smu.compliance_current = 1.23456789e-7
    assert smu.compliance_current == pytest.approx(1.23456789e-7, rel=1e-6)


def test_a_compliance_that_does_not_read_back_keeps_the_output_off(smu, monkeypatch):
    ask = smu.ask
    monkeypatch.setattr(smu, "ask", lambda query: "1e-4" if "ILIM?" in query else ask(query))
    with pytest.raises(InstrumentError, match=r"asked for a compliance of 0.001, the 2450 holds"):
        smu.start([Phase("hold", 1.0, 1, 0.1, 1e-3)])
    assert not smu.source_enabled


def test_a_reply_that_is_no_number_is_said(smu, monkeypatch):
    smu.start([Phase("hold", 1.0, 1, 0.1, 1e-3)])
    smu.clock.sleep(0.5)
    ask = smu.ask
    monkeypatch.setattr(smu, "ask", lambda query: "1,2,x" if "DATA?" in query else ask(query))
    with pytest.raises(InstrumentError, match="answered '1,2,x'"):
        smu.fetch()


OFF = [(":ABOR", None), (":OUTP OFF", None)] * 2


def proof(number, answer):
    return f"*ESE {number};*ESE?;*ESE 0;:OUTP?;*IDN?", answer


@pytest.mark.parametrize("answer", [
    "64;0;SOMEBODY ELSE", "0;KEITHLEY,MODEL 2450", "65;0;KEITHLEY,MODEL 2450", "nonsense"])
def test_off_is_believed_only_from_the_right_instrument(answer, monkeypatch):
    monkeypatch.setattr("ginsen.instruments.conversation.STALE", 1)
    answers = [*OFF, proof(64, answer), *OFF, proof(65, "65;1;MODEL 2450"), *OFF,
               proof(66, answer)]
    with expected_protocol(Keithley2450, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.adapter.resource_name = "GPIB0::18::INSTR"
        with pytest.raises(OutputNotOff, match="no answer"):
            smu.off()


def test_off_is_tried_again():
    answers = [*OFF, proof(64, "64;1;MODEL 2450"), *OFF, proof(65, "65;0;MODEL 2450")]
    with expected_protocol(Keithley2450, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.off()


def test_an_answer_that_came_late_is_not_taken_for_off():
    answers = [*OFF, proof(64, "0"), (None, "0;KEITHLEY,MODEL 2450"), (None, "64;0;MODEL 2450")]
    with expected_protocol(Keithley2450, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.off()


def test_without_a_device_clear_the_output_goes_off_all_the_same(smu, monkeypatch):
    def unsupported():
        raise VisaIOError(StatusCode.error_nonsupported_operation)

    smu.start([Phase("hold", 1.0, 100.0, 0.1, 1e-3)])
    monkeypatch.setattr(smu.adapter.connection, "clear", unsupported)
    smu.off()
    assert not smu.source_enabled


def test_levels_and_limits_set_by_hand_stay_within_the_stations(smu):
    for name, value in (("source_voltage", 6.5), ("compliance_current", 1.0),
                        ("source_current", 3e-3), ("compliance_voltage", 200)):
        with pytest.raises(LimitExceeded, match=name):
            setattr(smu, name, value)


def test_readings_that_will_never_come_are_an_error(smu):
    smu.start([Phase("hold", 1.0, 100.0, 0.1, 1e-3)])
    smu.clock.sleep(1.0)
    smu.write("*RST")
    with pytest.raises(InstrumentError, match=r"ended after \d+ of 1001 readings"):
        everything(smu)


def test_an_output_switched_off_by_somebody_is_an_error_and_no_conductance(smu):
    smu.start([Phase("hold", 1.0, 100.0, 0.1, 1e-3)])
    smu.clock.sleep(1.0)
    good = len(smu.fetch())
    smu.write(":OUTP OFF")
    smu.clock.sleep(1.0)
    later = smu.fetch()
    assert good >= 9
    assert np.all(np.abs(later.current - 1e-4) < 1e-6)
    with pytest.raises(InstrumentError, match="the output went off before reading"):
        smu.busy()


def test_a_buffer_cleared_by_another_program_is_an_error(smu):
    smu.start([Phase("hold", 1.0, 100.0, 0.1, 1e-3)])
    smu.clock.sleep(1.0)
    smu.fetch()
    smu.write(':TRAC:CLE "defbuffer1"')
    with pytest.raises(InstrumentError, match="did another program clear it"):
        everything(smu)


def test_nobody_going_on_the_instrument_switches_off(smu):
    smu.start([Phase("hold", 1.0, 0.5, 0.1, 1e-3)], off_after=False)
    everything(smu)
    assert smu.source_enabled
    smu.clock.sleep(2.1)
    assert not smu.source_enabled


def test_what_another_program_set_is_gone_in_the_next_run(smu):
    for command in (":SENS:CURR:UNIT OHM", ":SENS:CURR:AVER ON", ":SENS:CURR:RSEN ON"):
        smu.start([Phase("hold", 1.0, 0.5, 0.1, 1e-3)])
        everything(smu)
        smu.write(command)
    smu.start([Phase("hold", 1.0, 0.5, 0.1, 1e-3)])
    _, currents = joined(everything(smu))
    assert currents == pytest.approx(np.full(6, 1e-4), rel=5e-3)


def test_another_command_set_is_refused():
    with expected_protocol(Keithley2450, [("*IDN?", "KEITHLEY INSTRUMENTS,MODEL 2450,1,1"),
                                          ("*LANG?", "SCPI2400"), (":OUTP?", "1")],
                           clock=object()) as smu:
        smu.adapter.resource_name = "GPIB0::18::INSTR"
        with pytest.raises(InstrumentError, match=r"speaks SCPI2400; set .* Its output is ON"):
            smu.identify()


def test_alternating_levels_take_an_offset_out(smu):
    smu.start([Phase("read", 1e-3, 3.9, 0.1, 1e-6, nplc=1, alternate=True)])
    samples = Samples.joined(everything(smu))
    assert np.sign(samples.voltage).tolist() == [1, -1] * 20
    # The offsets of source and meter stand in every single reading, not in a pair of them.
    plain = samples.current[::2] / samples.voltage[::2]
    paired, _ = conductance(samples, alternate=True)
    assert 3 * abs(np.mean(paired) - 1e-4) < abs(np.mean(plain) - 1e-4)
    assert np.mean(paired) == pytest.approx(1e-4, rel=3e-2)
    assert np.diff(samples.time) == pytest.approx(np.full(39, 0.1), abs=1e-5)
