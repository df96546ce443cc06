"""The virtual 2450's trigger model, through PyVISA."""

import time

import numpy as np
import pytest
from keithley2450_on_a_resistor import SOURCE_1_V, keithley

from ginsen.datasheets.keithley2450 import KEITHLEY_2450
from ginsen.sim_backend.instruments.keithley2450_trigger import Timer

TIMING = KEITHLEY_2450.timing


@pytest.fixture
def smu(tmp_path):
    with keithley(tmp_path) as session:
        session(*SOURCE_1_V)
        yield session


def timer(number, delay, *, stimulus, count=0, generate=True):
    head = f"TRIG:TIM{number}"
    return (f"{head}:STAT OFF", f"{head}:DEL {delay!r}", f"{head}:COUN {count}",
            f"{head}:STAR:GEN {'ON' if generate else 'OFF'}", f"{head}:STAR:STIM {stimulus}",
            f"{head}:STAT ON")


def model(*blocks):
    return ('TRIG:LOAD "Empty"', *(f"TRIG:BLOC:{block.format(place)}"
                                   for place, block in enumerate(blocks, start=1)))


def test_readings_are_as_far_apart_as_the_timer_says(smu):
    smu(*timer(1, 0.0125, stimulus="NOT1"),
        *model("BUFF:CLE {}", "NOT {}, 1", "WAIT {}, TIM1", "MDIG {}", "BRAN:COUN {}, 200, 3"),
        "OUTP ON")
    smu.ask("READ?")
    smu.run()
    times = smu.table("REL")[:, 0]
    # The first comes a block later than its event; the rest lie on the grid to the last digit of
    # a sum of floats: no reading shifts a later one.
    assert times[1] == pytest.approx(0.0125 - TIMING.block, abs=1e-9)
    np.testing.assert_allclose(times[1:] - times[1], 0.0125 * np.arange(199), atol=1e-10)
    assert smu.ask("TRIG:STAT?") == "IDLE;IDLE;5"


@pytest.mark.parametrize(("generate", "first"), [(True, 0.0), (False, 0.5)])
def test_the_first_event_comes_at_once_or_after_the_delay(smu, generate, first):
    # The manual's own example (:TRIGger:TIMer<n>:COUNt): 20 readings, half a second apart.
    smu(*timer(4, 0.5, stimulus="NOT8", count=20, generate=generate),
        *model("BUFF:CLE {}", "NOT {}, 8", "WAIT {}, TIM4", 'MEAS {}, "defbuffer1"',
               "BRAN:COUN {}, 20, 3"), "OUTP ON")
    smu.ask("READ?")
    began = smu.clock.now()
    smu.run()
    assert smu.ask("TRAC:ACT?") == "20"
    last = first + 19 * 0.5
    assert smu.clock.now() - began == pytest.approx(
        last + TIMING.reading_time(0.1, 50, readback=True), abs=10e-3)


def test_a_reading_too_long_for_the_interval_loses_events_but_not_the_grid(smu):
    smu("SENS:CURR:NPLC 1", "SOUR:VOLT:READ:BACK OFF",  # 20 ms and the overhead
        *timer(1, 0.016, stimulus="NOT1"),
        *model("NOT {}, 1", "WAIT {}, TIM1, ENT", "MDIG {}", "BRAN:COUN {}, 10, 2"), "OUTP ON")
    smu.ask("READ?")
    smu("TRAC:CLE")
    smu.run()
    # Entering clears what came before: every reading begins on the timer's grid, two steps apart.
    np.testing.assert_allclose(np.diff(smu.table("REL")[:, 0]), 0.032, atol=1e-9)


def test_nested_counters_multiply(smu):
    # The manual's example (:TRIGger:BLOCk:BRANch:COUNter): 15 readings, and a second between.
    smu(*model("BUFF:CLE {}", "MEAS {}", "BRAN:COUN {}, 5, 2", "DEL:CONS {}, 1",
               "BRAN:COUN {}, 3, 2"), "OUTP ON")
    smu.run()
    times = smu.table("REL")[:, 0]
    assert len(times) == 15
    gaps = np.diff(times)
    assert np.flatnonzero(gaps > 0.5).tolist() == [4, 9]
    assert smu.ask("TRIG:BLOC:BRAN:COUN:COUN? 5") == "3"


def test_templates(smu):
    smu('TRIG:LOAD "SimpleLoop", 12, 0.05')
    assert smu.ask("TRIG:STAT?") == "BUILDING;BUILDING;0"
    smu.run()
    times = smu.table("REL,SOURSTAT")
    assert len(times) == 12
    assert np.diff(times[:, 0]).min() >= 0.05 + TIMING.reading_time(0.1, 50, readback=True)
    assert np.all(times[:, 1].astype(int) & 128)
    assert smu.ask("OUTP?") == "0"
    smu('TRIG:LOAD "DurationLoop", 2, 0.01')
    began = smu.clock.now()
    smu.run()
    assert smu.clock.now() - began == pytest.approx(2.0, abs=0.05)
    smu('TRIG:LOAD "Empty"')
    assert smu.ask("TRIG:STAT?") == "EMPTY;EMPTY;0"


def test_phases_from_configuration_lists(smu):
    """What a driver sends for a run of two phases, the second with the sample open between."""
    smu("OUTP:VOLT:SMOD HIMP", 'SOUR:CONF:LIST:CRE "src"', 'SENS:CONF:LIST:CRE "sns"')
    for level, interval_nplc, limit in ((2.0, 0.1, 5e-4), (0.01, 1.0, 1e-3)):
        smu(f"SOUR:VOLT {level}", f"SOUR:VOLT:ILIM {limit}", f"SENS:CURR:NPLC {interval_nplc}",
            'SOUR:CONF:LIST:STOR "src"', 'SENS:CONF:LIST:STOR "sns"')
    smu(*timer(1, 0.02, stimulus="NOT1"), *timer(2, 0.25, stimulus="NOT2"),
        *model('CONF:REC {}, "src", 1, "sns", 1', "SOUR:STAT {}, ON", "DEL:CONS {}, 0.05",
               "NOT {}, 1", "WAIT {}, TIM1", "MDIG {}", "BRAN:COUN {}, 50, 5",
               'CONF:REC {}, "src", 2, "sns", 2', "NOT {}, 2", "WAIT {}, TIM2",
               "SOUR:STAT {}, ON", "DEL:CONS {}, 0.03", "MDIG {}", "SOUR:STAT {}, OFF",
               "BRAN:COUN {}, 8, 10"),
        "TRAC:CLE")
    smu.run()
    time_, source, current, status = smu.table("REL,SOUR,READ,SOURSTAT").T
    pulse, read = slice(0, 50), slice(50, 58)
    np.testing.assert_allclose(source[pulse], 2.0, atol=2e-3)
    np.testing.assert_allclose(np.diff(time_[pulse]), 0.02, atol=1.01 * TIMING.block)
    np.testing.assert_allclose(source[read], 0.01, atol=1e-3)
    np.testing.assert_allclose(np.diff(time_[read]), 0.25, atol=2.01 * TIMING.block)
    np.testing.assert_allclose(current * 1e4, source, atol=2e-3)
    assert np.all(status == 136)
    # From the end of the last pulse reading to the first of the next phase: recall, relay, delay.
    assert time_[50] - time_[49] < 0.06
    assert smu.ask("OUTP?") == "0"
    assert smu.ask("TRAC:ACT?") == "58"


def test_the_sample_is_open_between_reads(tmp_path):
    with keithley(tmp_path) as smu:
        smu(*SOURCE_1_V, "OUTP:VOLT:SMOD HIMP", *model(
            "SOUR:STAT {}, ON", "DEL:CONS {}, 0.03", "MDIG {}", "SOUR:STAT {}, OFF",
            "DEL:CONS {}, 1", "MDIG {}"))
        smu.run()
        current, status = smu.table("READ,SOURSTAT").T
        assert current[0] == pytest.approx(1e-4, rel=0.01)
        assert abs(current[1]) < 2e-7
        assert status.tolist() == [136, 8]


def test_next_goes_round_the_list(smu):
    smu('SOUR:CONF:LIST:CRE "steps"')
    for level in (0.1, 0.2, 0.3):
        smu(f"SOUR:VOLT {level}", 'SOUR:CONF:LIST:STOR "steps"')
    smu(*model('CONF:REC {}, "steps"', "BRAN:ALW {}, 4", 'CONF:NEXT {}, "steps"', "MEAS {}",
               "BRAN:COUN {}, 7, 3"), "SOUR:VOLT:READ:BACK OFF", "OUTP ON", "TRAC:CLE")
    smu.run()
    np.testing.assert_allclose(smu.table("READ")[:, 0] * 1e4,
                               [0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.1], atol=3e-3)


def test_waiting_for_a_command_and_for_several_events(smu):
    smu(*model("WAIT {}, COMM", "MEAS {}"), "OUTP ON", "TRAC:CLE", "INIT")
    smu.clock.sleep(0.5)
    assert smu.ask("TRIG:STAT?") == "WAITING;WAITING;1"
    assert smu.ask("TRAC:ACT?") == "0"
    smu("*TRG")
    smu.clock.sleep(0.5)
    assert smu.ask("TRIG:STAT?") == "IDLE;IDLE;2"
    assert smu.ask("TRAC:ACT?") == "1"
    smu(*timer(1, 0.3, stimulus="NOT1", count=1, generate=False),
        *timer(2, 0.7, stimulus="NOT1", count=1, generate=False),
        *model("NOT {}, 1", "WAIT {}, TIM1, NEV, AND, TIM2", "NOP {}"))
    began = smu.clock.now()
    smu.run()
    assert smu.clock.now() - began == pytest.approx(0.7, abs=10e-3)


def test_stopping(smu):
    smu(*model("MEAS {}", "BRAN:ALW {}, 1"), "OUTP ON", "TRAC:CLE", "INIT")
    smu.clock.sleep(0.1)
    assert smu.ask("TRIG:STAT?").startswith("RUNNING;RUNNING;")
    assert smu.refuses("INIT") == -213
    assert smu.refuses("READ?") == -221
    smu("ABOR")
    assert smu.ask("TRIG:STAT?").startswith("ABORTED;ABORTED;")
    taken = int(smu.ask("TRAC:ACT?"))
    assert taken > 10
    smu.clock.sleep(0.1)
    assert int(smu.ask("TRAC:ACT?")) == taken
    assert smu.ask("OUTP?") == "1"
    assert smu.ask("*OPC?") == "1"


def test_a_list_deleted_meanwhile_fails_the_model(smu):
    smu('SOUR:CONF:LIST:CRE "src"', 'SOUR:CONF:LIST:STOR "src"', *model('CONF:REC {}, "src", 1'),
        'SOUR:CONF:LIST:DEL "src"', "INIT")
    smu.clock.sleep(0.01)
    assert smu.ask("TRIG:STAT?") == "FAILED;FAILED;1"


def test_branches(smu):
    smu(*model("BRAN:ONCE {}, 3", "MEAS {}", "BRAN:LIM:CONS {}, ABOV, 0, 5e-5, 5", "MEAS {}",
               "MEAS {}", "BRAN:COUN {}, 2, 1"), "OUTP ON", "TRAC:CLE")
    smu.run()
    # First time: 1 -> 3 (nothing measured yet) -> 4, 5; second: 2, 3 -> 5.
    assert smu.ask("TRAC:ACT?") == "4"


def test_listing(smu):
    smu(*model("BUFF:CLE {}", "MEAS {}", "BRAN:COUN {}, 5, 2", "DEL:CONS {}, 1"))
    smu.resource.write("TRIG:BLOC:LIST?")
    assert smu.resource.read_raw().decode().splitlines() == [
        "1) BUFFER_CLEAR BUFFER: defbuffer1", "2) MEASURE BUFFER: defbuffer1 COUNT: 1",
        "3) BRANCH_COUNTER VALUE: 5 BRANCH_BLOCK: 2", "4) DELAY_CONSTANT DELAY: 1.000000000"]


def test_a_long_run_and_its_data_are_quick(smu):
    smu(*timer(1, 0.01, stimulus="NOT1"),
        *model("NOT {}, 1", "WAIT {}, TIM1", "MDIG {}", "BRAN:COUN {}, 5000, 2"), "OUTP ON",
        "TRAC:CLE")
    started = time.process_time()
    smu.run()
    # 0.35 s on the machine it was written on; the bound is for one that is busy.
    assert time.process_time() - started < 3.0
    started = time.process_time()
    smu.numbers('TRAC:DATA? 1,1000,"defbuffer1",REL,SOUR,READ,SOURSTAT')
    assert time.process_time() - started < 0.2


def test_timer_events_lie_on_a_grid():
    quick = Timer(on=True, delay=0.1, count=3, generate=True, started=2.0)
    assert [quick.next_after(time) for time in (1.9, 2.0, 2.1, 2.25, 2.3)] == pytest.approx(
        [2.0, 2.1, 2.2, 2.3, np.inf])
    late = Timer(on=True, delay=0.1, count=1, generate=False, started=2.0)
    assert late.next_after(1.0) == pytest.approx(2.1)
    assert late.next_after(2.1) == np.inf
    assert Timer().next_after(0.0) == np.inf
