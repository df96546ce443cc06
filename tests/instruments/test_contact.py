"""Contact judged from force to sense by a 2636B's and a 2400-C's own check, on virtual ones."""

import pytest
from pymeasure.test import expected_protocol

from ginsen.instruments import InstrumentError, Keithley2400, Keithley2450, Keithley2636B
from ginsen.instruments.contact import Contact, ContactVerdict
from ginsen.types import Leads, Limits, Phase

GPIB = "GPIB0::26::INSTR"
BENCH = f"""
[instruments.smu]
model = "keithley2636b"
address = "{GPIB}"
[device]
kind = "resistor"
resistance_ohm = 1e12
[wiring]
"smu.hi_a" = {{ terminal = "A" }}
"smu.lo_a" = {{ terminal = "B" }}
"""


@pytest.fixture(params=["open", "zero"])
def smu(tmp_path, request):
    """A channel at rest as the station says, on a sample that conducts nothing."""
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    meter = Keithley2636B(GPIB, visa_library=f"{path}@ginsen", off_state=request.param)
    meter.leads = Leads(contact_limit=50.0)
    yield meter
    meter.adapter.manager.close()


def test_an_unformed_network_is_contacted_and_a_lifted_probe_is_not(smu):
    smu.off()
    bench = smu.adapter.manager.visalib.bench
    assert smu.contact_check() == Contact(0.5, 0.5, 50.0)
    bench.lift(["B"])
    found = smu.contact_check()
    assert not found.made
    assert str(found) == ("no contact: force to sense HI 0.5 Ω and LO open, where 50 Ω are "
                          "allowed")
    assert max(abs(bench.witness.seen.highest_voltage)) == 0.0
    assert smu._number("smua.source.offmode") == {"open": 2, "zero": 0}[
        "open" if smu._off_mode == 2 else "zero"]
    assert smu._errors() == []


def test_contact_is_not_checked_under_an_output(smu):
    smu.write("smua.source.output=1")
    with pytest.raises(InstrumentError, match="checked with the output off"):
        smu.contact_check()


@pytest.mark.parametrize(("command", "code"), [
    ("smua.source.offmode=2", "5048"), ("smua.source.output=2", "5048"),
    ("smua.source.offlimiti=1e-4", "5066"),
    ("smua.source.limiti=1e-4 smua.source.output=1", "5050"),
    ("smua.source.func=0 smua.source.rangei=1e-4 smua.source.output=1", "5065")])
def test_the_instrument_refuses_to_check_with_less_than_a_milliampere(smu, command, code):
    smu.write(command)
    smu.write("found = smua.contact.check()")
    assert next(error.split(",")[0] for error in smu._errors()) == code


def test_leads_without_a_limit_and_meters_without_the_check_tell_nothing(smu):
    smu.leads = Leads()
    assert smu.contact_check() is None
    with expected_protocol(Keithley2450, [], clock=smu.clock) as other:
        assert other.contact_check() is None


@pytest.fixture
def meter_2400(tmp_path):
    """A 2400-C, or with `option=""` a plain one, on a sample that conducts nothing."""
    opened = []

    def opened_with(option="contact_check = true", limit=20.0):
        path = tmp_path / "2400.toml"
        path.write_text(BENCH.replace('"keithley2636b"', f'"keithley2400"\n{option}')
                        .replace("hi_a", "hi").replace("lo_a", "lo"), encoding="utf-8")
        meter = Keithley2400(GPIB, visa_library=f"{path}@ginsen",
                             limits=Limits(voltage=1.0, current=10e-6))
        opened.append(meter)
        meter.leads = Leads(contact_limit=limit)
        return meter

    yield opened_with
    for meter in opened:
        meter.adapter.manager.close()


def test_a_2400_c_tells_whether_there_is_contact(meter_2400):
    meter = meter_2400()
    bench = meter.adapter.manager.visalib.bench
    assert meter.contact_check() == ContactVerdict(True, 15.0)  # the threshold below 20 Ω
    bench.lift(["A"])
    found = meter.contact_check()
    assert not found.made
    assert str(found) == "no contact: force to sense above 15 Ω on one pad or more"
    assert str(meter.contact_check()) == str(found)
    assert bench.witness.seen.highest_voltage[0] < 1e-3  # 0 V, as near as the source sets it
    assert meter._number(":SENS:CURR:PROT?") == pytest.approx(10e-6)  # the station's
    assert (meter._switch(":OUTP?"), meter._switch(":SYST:CCH?"), meter._switch(":SYST:RSEN?")) == (
        False, False, False)
    assert str(meter.ask(":OUTP:SMOD?")).strip() == "HIMP"


def test_a_run_after_the_check_is_set_up_anew(meter_2400):
    meter = meter_2400()
    meter.contact_check()
    phase = Phase("hold", level=0.1, duration=1.0, interval=0.1, compliance=1e-6)
    meter.start([phase])
    samples = [meter.fetch()]
    while meter.busy():
        samples.append(meter.fetch())
        meter.clock.sleep(0.1)
    samples.append(meter.fetch())
    assert sum(each.time.size for each in samples) == phase.count
    assert str(meter.ask(":SYST:CCH?")).strip() == "0"


def test_a_2400_without_the_option_says_so_and_applies_nothing(meter_2400):
    meter = meter_2400(option="")
    with pytest.raises(InstrumentError, match="it is no 2400-C"):
        meter.contact_check()
    meter.write(":OUTP ON")
    with pytest.raises(InstrumentError, match="checked with the output off"):
        meter.contact_check()
