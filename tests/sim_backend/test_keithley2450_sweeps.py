"""Sweeps of the virtual 2450: :SOURce:SWEep and :SOURce:LIST, through PyVISA."""

import numpy as np
import pytest
from keithley2450_on_a_resistor import keithley


@pytest.fixture
def smu(tmp_path):
    with keithley(tmp_path) as session:
        session("SOUR:FUNC VOLT", 'SENS:FUNC "CURR"', "SENS:CURR:NPLC 0.1", "SOUR:VOLT:ILIM 1e-2",
                "SENS:CURR:RANG 1e-2")
        yield session


def test_a_linear_sweep_as_the_manual_shows_it(smu):
    # Page 6-82: no output on before it, and it is off after it.
    smu("SOUR:SWE:VOLT:LIN 0, 10, 21, 1e-3")
    smu.run()
    table = smu.table("SOUR,READ")
    np.testing.assert_allclose(table[:, 0], np.linspace(0, 10, 21), atol=5e-3)
    np.testing.assert_allclose(table[:, 1], np.linspace(0, 1e-3, 21), atol=3e-5)
    assert smu.ask("OUTP?") == "0"
    assert smu.ask('SOUR:CONF:LIST:SIZE? "VoltLinearSweepList"') == "21"


def test_the_delay_passes_before_each_reading(smu):
    smu("SOUR:VOLT:DEL 0", "SOUR:SWE:VOLT:LIN 0, 1, 5, 0.25")
    smu.run()
    assert np.all(np.diff(smu.table("REL")[:, 0]) > 0.25)
    assert np.all(np.diff(smu.table("REL")[:, 0]) < 0.27)


def test_the_order_of_its_blocks(smu):
    smu("SOUR:SWE:VOLT:LIN 0, 1, 5, 0, 3, BEST, ON, OFF, 'defbuffer2'")
    assert smu.ask("TRIG:BLOC:LIST?").splitlines()[0] == "1) BUFFER_CLEAR BUFFER: defbuffer2"
    smu.run()
    assert smu.ask('TRAC:ACT? "defbuffer2"') == "15"
    assert smu.ask("TRAC:ACT?") == "0"


@pytest.mark.parametrize(("command", "levels"), [
    ("LIN 0, 1, 3, 0, 1, AUTO, ON, ON", [0, 0.5, 1, 0.5, 0]),
    ("LIN:STEP 1, -1, 0.5", [1, 0.5, 0, -0.5, -1]),
    ("LOG 0.1, 10, 3", [0.1, 1, 10]),
    ("LIN 0, 8, 3, 0, 1, FIX", [0, 2.1, 2.1]),  # what the range reaches
])
def test_the_levels_of_a_sweep(smu, command, levels):
    smu("SOUR:VOLT:RANG 2", "SOUR:VOLT:READ:BACK OFF", f"SOUR:SWE:VOLT:{command}")
    smu.run()
    np.testing.assert_allclose(smu.table("SOUR")[:, 0], levels, rtol=1e-6, atol=1e-9)


def test_a_list_of_levels_and_its_sweep(smu):
    # The manual's example, pages 6-78 and 6-79.
    smu("SOUR:VOLT:RANG 20", "SOUR:VOLT:READ:BACK OFF", "SOUR:LIST:VOLT 1, 5, 1",
        "SOUR:LIST:VOLT:APP 5, 2")
    assert smu.numbers("SOUR:LIST:VOLT?").tolist() == [1, 5, 1, 5, 2]
    assert smu.ask("SOUR:LIST:VOLT:POIN?") == "5"
    smu("SOUR:SWE:VOLT:LIST 2, 0.2")
    smu.run()
    assert smu.table("SOUR")[:, 0].tolist() == [5, 1, 5, 2]


def test_a_limit_ends_a_sweep_unless_it_is_told_to_go_on(smu):
    # 10 kΩ: 300 µA are reached at 3 V.
    smu("SENS:CURR:RANG 1e-3", "SOUR:VOLT:ILIM 3e-4", "SOUR:SWE:VOLT:LIN 1, 5, 5")
    smu.run()
    assert 3 <= int(smu.ask("TRAC:ACT?")) <= 4
    assert smu.ask("OUTP?") == "0"
    smu("SOUR:SWE:VOLT:LIN 1, 5, 5, 0, 1, BEST, OFF")
    smu.run()
    assert smu.ask("TRAC:ACT?") == "5"


@pytest.mark.parametrize(("command", "error"), [
    ("SOUR:SWE:VOLT:LIN 0, 1, 1", -222), ("SOUR:SWE:VOLT:LIN 0, 211, 5", -222),
    ("SOUR:SWE:VOLT:LIN 0, 1", -109), ("SOUR:SWE:VOLT:LIN 0, 1, 5, 1e-6", -222),
    ("SOUR:SWE:VOLT:LIN 0, 1, 5, 0, 1, AUTO, ON, OFF, 'nowhere'", 1115),
    ("SOUR:SWE:VOLT:LIN 0, 1, 1000000", -225), ("SOUR:SWE:VOLT:LIN:STEP 0, 1, 2", -221),
    ("SOUR:SWE:VOLT:LOG 0, 1, 5", -222), ("SOUR:SWE:VOLT:LIST 1", 2790),
    ("SOUR:LIST:VOLT", -109),
])
def test_what_is_no_sweep_is_refused(smu, command, error):
    assert smu.refuses(command) == error


def test_a_refused_list_leaves_the_one_before(smu):
    smu("SOUR:LIST:VOLT 1, 2")
    assert smu.refuses("SOUR:LIST:VOLT " + ",".join(["1"] * 101)) == -223
    assert smu.ask("SOUR:LIST:VOLT:POIN?") == "2"


def test_trace_trigger_measures_into_a_buffer(smu):
    # The manual's example, page 6-124.
    smu('TRAC:MAKE "MyBuffer", 100', *['TRAC:TRIG "MyBuffer"'] * 5)
    assert smu.ask('TRAC:ACT? "MyBuffer"') == "5"
    assert np.all(np.diff(smu.table("REL", "MyBuffer")[:, 0]) > 0)
    assert smu.refuses('TRAC:TRIG "other"') == 1115


def test_a_comma_behind_the_last_parameter_is_passed_over(smu):
    smu(":TRACe:MAKE 'userbuff1', 100, ")
    assert smu.ask('TRAC:POIN? "userbuff1"') == "100"
    assert smu.refuses(":TRACe:MAKE 'userbuff2',, 100") != 0
