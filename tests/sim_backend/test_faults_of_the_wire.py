"""Sessions that are lost, silent or locked, met through PyVISA in process."""

from __future__ import annotations

import pytest
from breaking_bench import GPIB, benches, refused, source
from pyvisa.constants import StatusCode
from pyvisa.errors import VisaIOError


@pytest.fixture
def bench(tmp_path):
    """Open a bench with the faults given, each a line of TOML."""
    with benches(tmp_path) as make:
        yield make


def test_disconnected_every_session_is_lost_and_none_opened_for_a_time(bench):
    lab = bench('kind = "disconnect", at_s = 10, duration_s = 0.5')
    lan, gpib = lab.open(), lab.open(GPIB)
    source(lan)
    lan.timeout = 60_000
    lan.write(":TRIG:BLOC:DEL:CONS 1, 100")
    lan.write(":INIT;*OPC?")
    with refused(StatusCode.error_connection_lost):
        lan.read()  # broken off while it waits
    assert lab.clock.now() == pytest.approx(10.0)
    for session in (lan, gpib):
        with refused(StatusCode.error_connection_lost):
            session.write("*IDN?")
    with refused(StatusCode.error_connection_lost):
        lan.read_stb()
    with refused(StatusCode.error_resource_not_found):
        lab.open()
    assert lab.truth()["outputs"] == {"smu": True}
    attempts = 0
    while True:
        try:
            again = lab.open()
            break
        except VisaIOError:
            attempts += 1
            assert attempts < 10_000
    assert lab.clock.now() == pytest.approx(10.5, abs=0.01)
    with refused(StatusCode.error_connection_lost):
        lan.read()
    again.clear()  # the instrument still waits for its trigger model, to answer nobody's *OPC?
    assert again.query("OUTP?") == "1"


def test_disconnected_for_ever(bench):
    lab = bench('kind = "disconnect", match = ":OUTP ON"')
    smu = lab.open()
    smu.write(":OUTP ON")
    lab.clock.sleep(1e6)
    with refused(StatusCode.error_resource_not_found):
        lab.open()
    lab.own.write(":FAULT:CLE")
    assert lab.open().query("OUTP?") == "1"


def test_a_connection_that_silently_died_answers_nothing(bench):
    lab = bench('kind = "disconnect", silent = true, at_s = 1, duration_s = 5')
    smu = lab.open()
    lab.clock.sleep(1.0)
    smu.write(":OUTP ON")
    with refused(StatusCode.error_timeout):
        smu.read()
    during = lab.open()
    with refused(StatusCode.error_timeout):
        during.query("OUTP?")
    lab.clock.sleep(5.0)
    assert lab.open().query("OUTP?") == "0"  # what was sent meanwhile vanished
    with refused(StatusCode.error_timeout):
        during.query("OUTP?")


def test_a_lock_is_held_by_another_client_for_a_time(bench):
    lab = bench('kind = "lock", at_s = 1, duration_s = 2')
    smu = lab.open()
    lab.clock.sleep(1.0)
    with refused(StatusCode.error_resource_locked):
        smu.write("*IDN?")
    with refused(StatusCode.error_resource_locked):
        smu.clear()
    with refused(StatusCode.error_resource_locked):
        smu.lock_excl(timeout=1)
    before = lab.clock.now()
    smu.lock_excl(timeout=5000)  # until the other one gives it back
    assert 1.9 < lab.clock.now() - before < 2.0
    assert smu.query("OUTP?") == "0"
