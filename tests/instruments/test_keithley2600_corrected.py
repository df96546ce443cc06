"""What PyMeasure's class for the 2600 sends wrongly, and what is sent instead."""

import pytest
from pymeasure.instruments.keithley.keithley2600 import Keithley2600
from pymeasure.test import expected_protocol

from ginsen.instruments.keithley2600_corrected import CorrectedKeithley2600

NO_ERROR = ("print(errorqueue.next())", "0.00000e+00\tQueue Is Empty\t0.00000e+00\t0.00000e+00")


def set_tight(smu):
    smu.ChA.compliance_current = 1e-7
    smu.ChA.source_current_range = 1e-9
    smu.ChA.current_range = 1.23456789e-8
    smu.ChB.source_voltage = 1e-7


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_six_decimals():
    sent = [("smua.source.limiti=0.000000", None), ("smua.source.rangei=0.000000", None),
            ("smua.measure.rangei=0.000000", None), ("smub.source.levelv=0.000000", None)]
    with expected_protocol(Keithley2600, sent) as smu:
        set_tight(smu)
    sent = [("smua.source.limiti=1.000000000e-07", None),
            ("smua.source.rangei=1.000000000e-09", None),
            ("smua.measure.rangei=1.234567890e-08", None),
            ("smub.source.levelv=1.000000000e-07", None)]
    with expected_protocol(CorrectedKeithley2600, sent, clock=object()) as smu:
        set_tight(smu)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_setting_up_that_measures():
    sent = [("smua.measure.i()", None), ("smua.measure.nplc=0.010000", None),
            ("smua.measure.autorangei=1", None), NO_ERROR]
    with expected_protocol(Keithley2600, sent) as smu:
        smu.ChA.measure_current(nplc=0.01)
    with expected_protocol(CorrectedKeithley2600, [
            ("smua.measure.nplc=1.000000000e-02", None), ("smua.measure.autorangei=1", None),
            NO_ERROR], clock=object()) as smu:
        smu.ChA.measure_current(nplc=0.01)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_shutdown_that_switches_nothing_off():
    with expected_protocol(Keithley2600, []) as smu:
        smu.shutdown()
    with expected_protocol(CorrectedKeithley2600, [
            ("smua.source.output=0", None), ("smub.source.output=0", None)],
            clock=object()) as smu:
        smu.shutdown()


def test_line_cycles_are_a_range_and_nothing_is_clipped():
    with expected_protocol(CorrectedKeithley2600, [("smua.measure.nplc=1.000000000e+00", None)],
                           clock=object()) as smu:
        smu.ChA.measure_nplc = 1
        for name, value in (("measure_nplc", 30), ("source_voltage", 500),
                            ("compliance_current", 1e-13), ("current_range", 20)):
            with pytest.raises(ValueError, match="not in range"):
                setattr(smu.ChA, name, value)


def test_steps_of_a_ramp_wait_on_the_stations_clock():
    class Clock:
        slept = 0.0

        def sleep(self, seconds):
            self.slept += seconds

    clock = Clock()
    with expected_protocol(CorrectedKeithley2600, [
            ("print(smub.source.levelv)", "1.00000e+00"),
            ("smub.source.levelv=1.000000000e+00", None),
            ("smub.source.levelv=5.000000000e-01", None),
            ("smub.source.levelv=0.000000000e+00", None)], clock=clock) as smu:
        smu.ChB.ramp_to_voltage(0.0, steps=3, pause=1.0)
    assert clock.slept == 3.0
