"""The virtual 2400's trigger model: layers, sweeps, and what waits for them."""

import time

import numpy as np
import pytest
import pyvisa
from keithley2400_on_a_resistor import SOURCE_1_V, keithley2400

from ginsen.datasheets.keithley2400 import KEITHLEY_2400
from ginsen.sim_backend.instruments.keithley2400_setup import Quantity, Setup, Sweep
from ginsen.sim_backend.instruments.keithley2400_sweep import levels, swept_to
from ginsen.sim_backend.scpi.errors import ScpiError

READING = KEITHLEY_2400.timing.reading_time(0.1, 50)
IDLE, IN_ARM, IN_TRIGGER, SWEEPING = 1 << 10, 1 << 6, 1 << 5, 1 << 3


@pytest.fixture
def smu(tmp_path):
    with keithley2400(tmp_path) as session:
        session(*SOURCE_1_V, "OUTP ON")
        yield session


def test_counts_multiply(smu):
    smu("ARM:COUN 3", "TRIG:COUN 4", "FORM:ELEM TIME", "TRIG:DEL 0.5")
    times = smu.numbers("READ?")
    np.testing.assert_allclose(np.diff(times), 0.5 + READING, atol=1.1e-3)
    assert len(times) == 12
    assert smu.refuses("TRIG:COUN 834") == -221
    smu("TRIG:COUN 833")
    assert smu.ask("TRIG:COUN?;:ARM:COUN?") == "833;3"


def test_the_timer_lies_on_a_grid(smu):
    smu("ARM:SOUR TIM", "ARM:TIM 0.05", "ARM:COUN 40", "FORM:ELEM TIME")
    times = smu.numbers("READ?")
    np.testing.assert_allclose(times - times[0], 0.05 * np.arange(40), atol=1e-3)
    # A pass longer than the interval is followed at once by the next.
    smu("SENS:CURR:NPLC 5", "ARM:COUN 5")
    np.testing.assert_allclose(np.diff(smu.numbers("READ?")),
                               KEITHLEY_2400.timing.reading_time(5, 50), atol=1.1e-3)


def test_each_bus_trigger_makes_a_pass(smu):
    smu("ARM:SOUR BUS", "ARM:COUN 3", "TRIG:COUN 2", "FORM:ELEM TIME")
    smu.resource.write("READ?")
    for _ in range(2):
        smu.clock.sleep(1.0)
        assert smu.resource.read_stb() & 16 == 0
        smu.resource.write("*TRG")
    smu.clock.sleep(1.0)
    smu.resource.assert_trigger()
    times = np.array(smu.resource.read().split(","), dtype=float)
    assert len(times) == 6
    np.testing.assert_allclose(np.diff(times[::2]), 1.0, atol=0.02)
    np.testing.assert_allclose(np.diff(times)[::2], READING, atol=1.1e-3)
    assert smu.error() == 0
    assert smu.refuses("*TRG") == -211


@pytest.mark.parametrize(("source", "bit"), [("ARM:SOUR BUS", IN_ARM), ("ARM:SOUR MAN", IN_ARM),
                                             ("TRIG:SOUR TLIN", IN_TRIGGER)])
def test_the_operation_register_says_where_it_waits(smu, source, bit):
    smu(source, "STAT:OPER:ENAB 1024", "*SRE 128")
    assert int(smu.ask("STAT:OPER:COND?")) == IDLE
    smu.ask("STAT:OPER?")
    smu.resource.write("INIT")
    smu.clock.sleep(1.0)
    assert smu.resource.read_stb() == 0
    smu.resource.write("ABOR")
    assert smu.resource.read_stb() == 128 | 64
    assert int(smu.ask("STAT:OPER?")) == IDLE | bit


def test_commands_and_queries_wait_until_it_is_idle(smu):
    smu("TRIG:COUN 100", "SENS:CURR:NPLC 1")
    smu.resource.timeout = 500
    smu.resource.write("INIT")
    started = smu.clock.now()
    with pytest.raises(pyvisa.VisaIOError):
        smu.resource.query("*STB?")
    smu.resource.write("OUTP OFF")  # waits behind it
    assert smu.resource.read_stb() == 0  # a serial poll is answered all the while
    smu.resource.timeout = 10_000
    # The late answer is lost to the message after it, as IEEE 488.2 has it.
    assert smu.ask("SYST:ERR?;:OUTP?") == '-410,"Query INTERRUPTED";0'
    assert smu.clock.now() - started > 100 * KEITHLEY_2400.timing.reading_time(1, 50)


@pytest.mark.parametrize("how", ["ABOR", ":ABORT", "*RST", "clear"])
@pytest.mark.parametrize("waiting", ["", "*STB?", "SENS:CURR:NPLC 2"])
def test_what_ends_a_run_overtakes_what_waits_for_its_end(smu, how, waiting):
    smu("TRIG:COUN 2500", "SENS:CURR:NPLC 10")
    smu.resource.write("INIT")
    if waiting:
        smu.resource.write(waiting)
    started = smu.clock.now()
    if how == "clear":
        smu.resource.clear()
    else:
        smu.resource.write(how)
    if waiting == "*STB?" and how != "clear":
        assert smu.resource.read() == "0\n"
    assert smu.ask("*OPC?") == "1"
    assert smu.clock.now() - started < 0.1
    assert smu.ask("OUTP?") == ("0" if how == "*RST" else "1")
    nplc = {"*RST": 1.0, "clear": 10.0}.get(how, 2.0 if waiting.startswith("SENS") else 10.0)
    assert float(smu.ask("SENS:CURR:NPLC?")) == nplc
    assert smu.error() == 0


def test_an_aborted_run_keeps_what_it_read(smu):
    smu("TRIG:COUN 2500", "SENS:CURR:NPLC 10", "FORM:ELEM CURR")
    smu.resource.write("INIT")
    smu.clock.sleep(1.1)
    smu("ABOR")
    values = smu.numbers("FETC?")
    assert len(values) == 5
    np.testing.assert_allclose(values, 1e-4, rtol=2e-3)


def test_an_endless_run_ends_with_an_abort(smu):
    smu("ARM:COUN INF", "FORM:ELEM CURR,TIME")
    assert smu.ask("ARM:COUN?") == "9.900000E+37"
    assert smu.refuses("READ?") == 830
    smu.resource.write("INIT")
    smu.clock.sleep(10.0)
    smu("ABOR")
    assert smu.refuses("FETC?") == 830
    amps, latest = smu.numbers("SENS:DATA?")
    assert amps == pytest.approx(1e-4, rel=2e-3)
    smu("ARM:COUN 1", "TRIG:COUN 1")
    assert len(smu.numbers("FETC?")) == 2 * 2500
    assert smu.numbers("READ?")[1] > latest


def test_without_an_output_there_is_no_run_but_with_auto_off(smu):
    smu("OUTP OFF", "FORM:ELEM CURR", "TRIG:COUN 3")
    assert smu.refuses("READ?") == 803
    for mode in ("ALW", "TCO"):
        smu("SOUR:CLE:AUTO ON", f"SOUR:CLE:AUTO:MODE {mode}")
        np.testing.assert_allclose(smu.numbers("READ?"), 1e-4, rtol=2e-3)
        assert smu.ask("OUTP?") == "0"


def test_auto_off_pulses_the_output_or_holds_it(smu):
    smu("SENS:CURR:NPLC 1", "SOUR:CLE:AUTO ON", "TRIG:COUN 20", "SOUR:DEL 0.02", "FORM:ELEM TIME")
    pulsed = smu.numbers("READ?")
    smu("SOUR:CLE:AUTO:MODE TCO")
    held = smu.numbers("READ?")
    # Switched on anew for each reading, the source is waited for each time.
    assert np.diff(pulsed).mean() - np.diff(held).mean() == pytest.approx(0.02, abs=1e-3)


def test_a_staircase(smu):
    smu("SOUR:VOLT:RANG 20", "SOUR:VOLT:STAR 1", "SOUR:VOLT:STOP 10", "SOUR:VOLT:STEP 1")
    assert smu.ask("SOUR:SWE:POIN?") == "10"
    smu("TRIG:COUN 10", "SENS:CURR:RANG:AUTO ON", "SENS:CURR:PROT 1e-2", "SENS:FUNC 'VOLT'",
        "SOUR:VOLT:MODE SWE", "FORM:ELEM VOLT,CURR", "STAT:OPER:ENAB 8")
    smu.ask("STAT:OPER?")
    volts, amps = smu.numbers("READ?").reshape(-1, 2).T
    np.testing.assert_allclose(volts, np.arange(1, 11), rtol=5e-3)
    np.testing.assert_allclose(amps * 1e4, volts, rtol=5e-3)
    assert int(smu.ask("STAT:OPER?")) & SWEEPING
    assert smu.refuses("SOUR:VOLT 1") == -221
    smu("SOUR:SWE:DIR DOWN", "SOUR:SWE:SPAC LOG", "SOUR:SWE:POIN 3", "TRIG:COUN 4")
    assert float(smu.ask("SOUR:VOLT:STEP?")) == 4.5
    volts = smu.numbers("READ?")[::2]
    np.testing.assert_allclose(volts, [10, 10 ** 0.5, 1, 10], rtol=5e-3)
    # Fixed again, the source gives its own level.
    smu("SOUR:VOLT:MODE FIX", "TRIG:COUN 1")
    assert smu.numbers("READ?")[0] == pytest.approx(1.0, rel=5e-3)
    assert float(smu.ask("SOUR:VOLT:RANG?")) == 21.0


def test_a_list(smu):
    smu("SOUR:LIST:VOLT 0.1,-0.2", "SOUR:LIST:VOLT:APP 0.3", "SOUR:VOLT:MODE LIST", "TRIG:COUN 3",
        "FORM:ELEM VOLT")
    assert smu.ask("SOUR:LIST:VOLT:POIN?") == "3"
    assert np.array(smu.ask("SOUR:LIST:VOLT?").split(","), float).tolist() == [0.1, -0.2, 0.3]
    assert smu.numbers("READ?").tolist() == [0.1, -0.2, 0.3]
    assert smu.refuses("SOUR:LIST:VOLT") == -109
    assert smu.refuses("SOUR:LIST:VOLT " + ",".join(["1"] * 101)) == -223


def test_a_staircase_is_kept_within_the_power(smu):
    smu("SENS:CURR:RANG:AUTO ON", "SENS:CURR:PROT 0.5", "SOUR:VOLT:STOP 30", "SOUR:VOLT:MODE SWE")
    assert smu.refuses("INIT") == 826
    smu("SOUR:SWE:RANG FIX")
    smu.run()


def test_the_fixed_source_is_back_on_its_own_range(smu):
    smu("SOUR:VOLT:RANG:AUTO ON", "SOUR:VOLT:STOP 15", "SOUR:SWE:POIN 3", "SOUR:VOLT:MODE SWE")
    smu.run()
    assert float(smu.ask("SOUR:VOLT:RANG?")) == 21.0
    smu("SOUR:VOLT:MODE FIX")
    assert float(smu.ask("SOUR:VOLT:RANG?")) == 2.1


def test_a_list_of_nothing_cannot_be_run(smu):
    smu("SOUR:VOLT:MODE LIST")
    assert smu.refuses("INIT") == -221


def test_levels_of_a_staircase():
    quantity = Quantity(20.0, 21.0, 20.0, 0.2, mode="SWE", start=-1.0, stop=-100.0)
    assert levels(quantity, Sweep(3, logarithmic=True)) == pytest.approx((-1, -10, -100))
    assert levels(quantity, Sweep(4, down=True)) == pytest.approx((-100, -67, -34, -1))
    with pytest.raises(ScpiError, match="-221"):
        levels(Quantity(20.0, 21.0, 20.0, 0.2, mode="SWE", stop=1.0), Sweep(3, logarithmic=True))


@pytest.mark.parametrize(("ranging", "expected"), [
    ("BEST", (20.0, 1.5)), ("AUTO", (2.0, 1.5)), ("FIX", (0.2, 0.21))])
def test_ranges_of_a_staircase(ranging, expected):
    setup = Setup(sweep=Sweep(ranging=ranging)).with_quantity("VOLT", source_range=0.2)
    reached = swept_to(setup, (1.5, 15.0), 2)
    assert (reached.sourcing.source_range, reached.swept) == pytest.approx(expected)


@pytest.mark.realtime
def test_stopping_a_run_in_the_time_of_the_wall(tmp_path):
    with keithley2400(tmp_path, mode="paced") as smu:
        smu(*SOURCE_1_V, "SENS:CURR:NPLC 10", "TRIG:COUN 2500", "OUTP ON")
        started = time.monotonic()
        # Sent at once: ABORt arrives while the instrument still works on the others.
        smu.resource.write("INIT")
        smu.resource.write("*STB?")
        smu.resource.write("ABOR")
        assert smu.resource.read() == "0\n"
        assert time.monotonic() - started < 3.0  # the run would take 10 s
