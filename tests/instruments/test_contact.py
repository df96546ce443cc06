"""Contact judged from force to sense by a 2636B's own check, on a virtual one."""

import pytest
from pymeasure.test import expected_protocol

from ginsen.instruments import InstrumentError, Keithley2450, Keithley2636B
from ginsen.instruments.contact import Contact
from ginsen.types import Leads

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
