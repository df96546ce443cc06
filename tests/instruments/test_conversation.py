"""Answers that are late, lost or garbled, on real sessions with a bench that breaks on demand."""

import pytest
import pyvisa
from hypothesis import given
from hypothesis import strategies as st

from ginsen.instruments import InstrumentError, Keithley2400, Keithley2450
from ginsen.types import Limits, Phase

BENCH = """
[instruments.smu]
model = "{model}"
address = "{address}"
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""

DRIVERS = {"keithley2450": Keithley2450, "keithley2400": Keithley2400}
GPIB, LAN = "GPIB0::18::INSTR", "TCPIP0::smu::inst0::INSTR"
PHASES = [Phase("hold", 1.0, 20.0, 0.1, 1e-3)]


@pytest.fixture(params=["keithley2450", "keithley2400"])
def broken(request, tmp_path):
    """A function that opens a driver on a bench with these faults; `notes` are its recoveries."""
    managers = []

    def broken(*faults, model=request.param, address=GPIB):
        path = tmp_path / "bench.toml"
        path.write_text(BENCH.format(model=model, address=address), encoding="utf-8")
        library = f"{path}@ginsen"
        managers.append(pyvisa.ResourceManager(library))
        smu = DRIVERS[model](address, visa_library=library, limits=Limits(6.0, 2e-3))
        with managers[0].open_resource("TCPIP0::bench::inst0::INSTR") as bench:
            for fault in faults:
                bench.write(f":FAULT:ADD '{fault}'")
                assert bench.query(":SYST:ERR?").startswith("0")
        smu.notes = []
        smu.noted = smu.notes.append
        return smu

    yield broken
    for manager in managers:
        manager.close()


def everything(smu):
    parts = []
    while smu.busy():
        parts.append(smu.fetch())
        smu.clock.sleep(0.25)
    parts.append(smu.fetch())
    return sum(len(part) for part in parts)


@pytest.mark.parametrize("fault", [
    'kind = "lost_reply", match = "*IDN?", times = 1',
    'kind = "late_reply", match = "*IDN?", delay_s = 2.5, times = 1',
    'kind = "truncated_reply", match = "*IDN?", times = 1',
    'kind = "garbled_reply", match = "*IDN?", times = 1',
])
def test_a_question_is_asked_again_and_gets_its_own_answer(broken, fault):
    smu = broken(fault)
    if "garbled" not in fault:  # which may still be text
        assert "MODEL 24" in smu.ask("*IDN?")
        assert len(smu.notes) == 1
        assert "asked again" in smu.notes[0]
    else:
        smu.ask("*IDN?")
    assert smu.ask(":OUTP?") == "0"
    assert smu.source_voltage == 0.0


def test_senseless_numbers_are_asked_for_once_more(broken):
    smu = broken('kind = "garbled_reply", match = ":SYST:LFR?", text = "5x", times = 1')
    assert smu._number(":SYST:LFR?") == 50
    assert smu.notes == ["'5x' in answer to ':SYST:LFR?'; asked again"]
    smu = broken('kind = "garbled_reply", match = ":SOUR:VOLT?", text = "no", times = 2')
    with pytest.raises(InstrumentError, match=r"answered 'no' to :SOUR:VOLT.; one number was exp"):
        _ = smu.source_voltage


def test_a_reading_is_never_taken_twice_for_a_lost_answer(broken):
    smu = broken('kind = "lost_reply", match = ":READ?", times = 1', model="keithley2400")
    smu.enable_source()
    with pytest.raises(InstrumentError, match="gave no answer"):
        _ = smu.current
    assert smu.current == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("fault", [
    'kind = "disconnect", at_s = 8, duration_s = 1',
    'kind = "late_reply", delay_s = 3, mean_interval_s = 4, times = 3',
    'kind = "lost_reply", mean_interval_s = 4, times = 3',
    'kind = "truncated_reply", mean_interval_s = 4, times = 3',
    'kind = "slow", factor = 8',
    'kind = "clock", ppm = 50',
])
def test_no_sample_is_missing_after_a_fault_of_the_link(broken, fault):
    smu = broken(fault, address=LAN if "disconnect" in fault else GPIB)
    smu.start(PHASES)
    assert everything(smu) == 201
    smu.off()


def test_what_is_gone_for_good_is_said_and_does_not_hang(broken):
    smu = broken('kind = "disconnect", at_s = 5', address=LAN)
    smu.start(PHASES)
    before = smu.clock.now()
    with pytest.raises(InstrumentError, match="does not answer"):
        everything(smu)
    assert smu.clock.now() - before < 60.0


def test_an_error_of_the_instruments_own_is_not_dropped_with_the_links(broken):
    smu = broken('kind = "lost_reply", match = ":SYST:LFR?", times = 1',
                 'kind = "error", code = 802, text = "OUTPUT blocked", match = ":SYST:LFR?"')
    with pytest.raises(InstrumentError, match=r"802.*after a lost answer"):
        smu._number(":SYST:LFR?")


@given(st.lists(st.sampled_from(["0", "1", "64", "0;KEITHLEY MODEL 2450", "1.0,2.0", "", "6;5"]),
                max_size=6))
def test_only_the_answer_with_the_number_proves_anything(stale):
    class Wire:
        """What arrives, in this order."""

        def __init__(self):
            self.sent = []

        def write(self, command):
            self.sent = [*stale, "64;1;KEITHLEY INSTRUMENTS,MODEL 2450,1,1"]

        def read(self):
            return self.sent.pop(0)

    smu = object.__new__(Keithley2450)
    wire = Wire()
    smu.__dict__.update(write=wire.write, read=wire.read, heard=lambda: None)
    assert smu._proof(":OUTP?") == "1"
