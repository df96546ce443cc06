"""The contact check of a virtual 2400-C (2400S-900-01 Rev. K, appendix F)."""

import pytest
from keithley2400_on_a_resistor import ADDRESS, BENCH
from pyvisa import ResourceManager

CHECKING = (":SYST:RSEN ON", ":SYST:CCH ON", ":CALC2:LIM4:STAT ON", ":FORM:ELEM STAT", ":OUTP ON")
OPEN_LEAD, FAILED = 1 << 18, 1 << 10


@pytest.fixture
def smu(tmp_path):
    """A 2400-C on an unformed network: no current to tell a lifted probe by."""
    path = tmp_path / "bench.toml"
    text = BENCH.format(seed=1, resistance=1e12, mode="virtual")
    path.write_text(text.replace('model = "keithley2400"',
                                 'model = "keithley2400"\ncontact_check = true'), encoding="utf-8")
    manager = ResourceManager(f"{path}@ginsen")
    yield manager.open_resource(ADDRESS)
    manager.close()


def status(smu):
    return int(float(smu.query(":READ?")))


@pytest.mark.parametrize("lifted", ["A", "B"])
def test_an_open_lead_is_told_by_the_reading_the_register_and_the_limit_test(smu, lifted):
    for command in CHECKING:
        smu.write(command)
    assert (status(smu) & OPEN_LEAD, smu.query(":CALC2:LIM4:FAIL?")) == (0, "0\n")
    assert int(smu.query(":STAT:MEAS:COND?")) & FAILED == 0
    smu.visalib.bench.lift([lifted])
    assert (status(smu) & OPEN_LEAD, smu.query(":CALC2:LIM4:FAIL?")) == (OPEN_LEAD, "1\n")
    assert int(smu.query(":STAT:MEAS:COND?")) & FAILED
    smu.visalib.bench.lift([])
    assert status(smu) & OPEN_LEAD == 0


@pytest.mark.parametrize(("command", "told", "failed"), [
    (":SYST:RSEN OFF;:OUTP ON", 0, "0\n"),  # not done with two wires
    (":SYST:CCH OFF", 0, "0\n"), (":CALC2:LIM4:STAT OFF", 0, "1\n")])
def test_what_keeps_it_from_being_done_or_told(smu, command, told, failed):
    for each in (*CHECKING, command):
        smu.write(each)
    smu.visalib.bench.lift(["A"])
    assert (status(smu) & OPEN_LEAD, smu.query(":CALC2:LIM4:FAIL?")) == (told, failed)


def test_a_check_takes_350_microseconds_of_a_reading(smu):
    for each in CHECKING:
        smu.write(each)
    times = []
    for command in (":SYST:CCH OFF", ":SYST:CCH ON"):
        smu.write(command)
        status(smu)
        before = smu.visalib.bench.now
        status(smu)
        times.append(smu.visalib.bench.now - before)
    assert times[1] - times[0] == pytest.approx(350e-6)


@pytest.mark.parametrize(("ohms", "threshold"), [(0, 2), (2, 2), (2.1, 15), (15, 15), (16, 50),
                                                 (60, 50)])
def test_there_are_three_thresholds(smu, ohms, threshold):
    smu.write(f":SYST:CCH:RES {ohms}")
    assert float(smu.query(":SYST:CCH:RES?")) == threshold
    smu.write("*RST")
    assert float(smu.query(":SYST:CCH:RES?")) == 50.0
    smu.write(":SYST:CCH:RES 61")
    assert smu.query(":SYST:ERR?").startswith("-222")


def test_a_plain_2400_has_none(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(BENCH.format(seed=1, resistance=1e4, mode="virtual"), encoding="utf-8")
    manager = ResourceManager(f"{path}@ginsen")
    try:
        smu = manager.open_resource(ADDRESS)
        assert smu.query("*OPT?") == "0\n"
        smu.write(":SYST:CCH ON")
        assert smu.query(":SYST:ERR?").startswith("-241")
    finally:
        manager.close()
