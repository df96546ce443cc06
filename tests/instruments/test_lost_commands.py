"""Commands have no answer: what becomes of a run when the wire swallows some, or the power goes."""

import numpy as np
import pytest

from ginsen.instruments import InstrumentError, Keithley2400, Keithley2450, OutputNotOff
from ginsen.sim_backend.fault import Fault
from ginsen.types import Limits, Phase, Samples

USB, SOCKET, GPIB = ("USB0::0x05E6::0x2450::04000001::INSTR", "TCPIP0::smu::5025::SOCKET",
                     "GPIB0::24::INSTR")
BENCH = """
[instruments.smu]
model = "{model}"
address = ["{usb}", "{socket}", "{gpib}"]
[device]
kind = "resistor"
resistance_ohm = 1e4
[wiring]
"smu.hi" = {{ terminal = "A" }}
"smu.lo" = {{ terminal = "B" }}
"""
SHORT = Phase("short", 1.0, 1.0, 0.1, 1e-3)


@pytest.fixture
def at(tmp_path):
    """A function that opens a driver at an address of a meter on 10 kΩ."""
    path, opened = tmp_path / "bench.toml", []

    def open_at(driver, address):
        path.write_text(BENCH.format(model=driver.__name__.lower(), usb=USB, socket=SOCKET,
                                     gpib=GPIB), encoding="utf-8")
        opened.append(driver(address, visa_library=f"{path}@ginsen", limits=Limits(6.0, 2e-3)))
        opened[-1].told = []
        opened[-1].noted = opened[-1].told.append
        return opened[-1]

    yield open_at
    opened[0].adapter.manager.close()


def bench_of(smu):
    return smu.adapter.manager.visalib.bench


def everything(smu):
    parts = []
    while smu.busy():
        parts.append(smu.fetch())
        smu.clock.sleep(0.25)
    return Samples.joined([*parts, smu.fetch()])


@pytest.mark.parametrize(("driver", "address", "last_setting"), [
    (Keithley2450, USB, ":TRIG:BLOC"), (Keithley2450, SOCKET, ":TRAC:CLE"),
    (Keithley2400, SOCKET, ":TRAC:CLE"),
])
@pytest.mark.parametrize("first", [SHORT, Phase("rests", 1.0, 1.0, 0.2, 1e-3, rest="zero",
                                                duty=0.5)])
def test_settings_that_vanished_are_sent_again(at, driver, address, last_setting, first):
    smu = at(driver, address)
    smu.start([first])
    assert len(everything(smu)) == first.count
    bench_of(smu).add_fault(Fault("disconnect", match=last_setting, times=1, silent=True,
                                  duration=0.5))
    smu.start([SHORT.scaled(2.0)])
    assert smu.told  # that an answer was missing
    assert everything(smu).current == pytest.approx(np.full(SHORT.count, 2e-4), rel=5e-3)
    smu.off()


def test_a_wire_that_keeps_swallowing_is_given_up(at):
    smu = at(Keithley2450, USB)
    bench_of(smu).add_fault(Fault("lost_reply", match=":SOUR:VOLT:RANG?", every=2))
    with pytest.raises(InstrumentError, match=r"kept losing answers .setting up.; nothing was"):
        smu.start([SHORT])
    smu.off()


def test_a_2400_that_lost_its_power_is_not_waited_for(at):
    smu = at(Keithley2400, GPIB)
    smu.start([SHORT])
    smu.clock.sleep(0.3)
    bench_of(smu).add_fault(Fault("power_cycle"))
    before = smu.clock.now()
    with pytest.raises(InstrumentError, match="ended after 0 of 11 readings"):
        everything(smu)
    assert smu.clock.now() - before < 20.0
    smu.off()


def test_a_phase_that_rests_begins_from_rest(at):
    smu = at(Keithley2400, GPIB)
    rests = Phase("rests", 0.1, 1.0, 0.2, 1e-5, rest="open", duty=0.5)
    smu.start([SHORT, rests])
    everything(smu)
    smu.start([rests])
    assert np.diff(everything(smu).time) == pytest.approx(np.full(5, 0.2), abs=1e-9)


def test_an_output_that_does_not_rest_is_said(at):
    smu = at(Keithley2400, GPIB)
    rests = Phase("rests", 0.1, 1.0, 0.2, 1e-5, rest="open", duty=0.5)
    smu.start([SHORT, rests])
    everything(smu)
    bench_of(smu).add_fault(Fault("stuck_on"))
    with pytest.raises(OutputNotOff, match="stays on where it should rest"):
        smu.start([rests])


@pytest.mark.parametrize("driver", [Keithley2450, Keithley2400])
@pytest.mark.parametrize("phase", [SHORT, Phase("rests", 1.0, 1.0, 0.2, 1e-3, rest="open",
                                                duty=0.5)])
def test_when_the_first_sample_is_taken(at, driver, phase):
    smu = at(driver, GPIB)
    smu.start([phase])
    begun = smu.clock.now()
    samples = everything(smu)
    # The level of a resistor's first reading stands from then on, seen by who watches the bench.
    changes = bench_of(smu).witness.history()
    on = next(change["time_s"] for change in changes if abs(change["voltage_V"]["A"]) > 0.5)
    first = begun + smu.lead(phase)
    stood = smu.reading_time(phase) - smu.integration_time(phase) / 2
    assert first > on
    if phase.rest == "open":
        assert first == pytest.approx(on + phase.duty * phase.interval - smu.integration_time(phase)
                                      / 2, abs=0.02)
    else:
        assert first == pytest.approx(max(on, begun) + stood, abs=0.02)
    assert len(samples) == phase.count


def test_off_at_the_second_attempt_is_noted(at):
    smu = at(Keithley2450, USB)
    smu.start([SHORT])
    bench_of(smu).add_fault(Fault("garbled_reply", match=":OUTP?", text="2", times=1))
    smu.off()
    assert smu.told == ["the output was read back as off at attempt 2"]
    smu.noted = None  # who can't write it down must not keep it on
    bench_of(smu).add_fault(Fault("garbled_reply", match=":OUTP?", text="2", times=1))
    smu.off()


def test_a_wire_that_comes_back_gives_back_its_readings_and_help_is_called(at):
    smu, alarms = at(Keithley2450, USB), []
    smu.alarmed = alarms.append
    smu.start([SHORT])
    smu.clock.sleep(0.5)
    bench_of(smu).add_fault(Fault("disconnect", duration=8.0))
    with pytest.raises(InstrumentError, match="does not answer"):
        everything(smu)
    smu.off()
    assert alarms == [f"{USB} was not read back as off"]
    assert len(smu.fetch()) == SHORT.count
