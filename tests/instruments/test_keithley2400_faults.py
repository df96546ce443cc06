"""What the Keithley 2400 driver refuses, what it makes of faults, and how it stops."""

import numpy as np
import pytest
from driven_keithley2400 import (
    GPIB,
    LONG,
    SOCKET,
    drivers_on_a_resistor,
    everything,
    not_supported,
    virtual,
)
from pymeasure.test import expected_protocol

from ginsen.instruments import InstrumentError, Keithley2400, LimitExceeded, OutputNotOff
from ginsen.types import Limits, Phase


@pytest.fixture
def at(tmp_path):
    with drivers_on_a_resistor(tmp_path) as open_at:
        yield open_at


@pytest.fixture
def smu(at):
    return at(GPIB)


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


def proof(number, answer):
    return f"*ESE {number};*ESE?;*ESE 0;:OUTP?;*IDN?", answer


@pytest.mark.parametrize("answer", [
    "64;0;SOMEBODY ELSE", "0;KEITHLEY,MODEL 2400", "65;0;KEITHLEY,MODEL 2400", "nonsense"])
def test_off_is_believed_only_from_the_right_instrument(answer, monkeypatch):
    monkeypatch.setattr("ginsen.instruments.conversation.STALE", 1)
    answers = [*OFF, proof(64, answer), *OFF, proof(65, "65;1;MODEL 2400"), *OFF,
               proof(66, answer)]
    with expected_protocol(Keithley2400, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.adapter.resource_name = GPIB
        with pytest.raises(OutputNotOff, match="no answer"):
            smu.off()


def test_off_is_tried_again():
    answers = [*OFF, proof(64, "64;1;MODEL 2400"), *OFF, proof(65, "65;0;MODEL 2400")]
    with expected_protocol(Keithley2400, answers, clock=object()) as smu:
        smu.adapter.connection.clear = lambda: None
        smu.off()


def test_an_answer_that_came_late_is_not_taken_for_off():
    answers = [*OFF, proof(64, "0"), (None, "0;KEITHLEY,MODEL 2400"), (None, "64;0;MODEL 2400")]
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
