"""What PyMeasure's class for the B1500A gets wrong, and what is done instead."""

import pytest
from pymeasure.instruments.agilent.agilentB1500 import AgilentB1500, SamplingMode
from pymeasure.test import expected_protocol

from ginsen.instruments.agilent_b1500_corrected import CorrectedAgilentB1500

MODULES = ("UNT?", "B1517A,0;B1511B,0;0,0;0,0;0,0;0,0;0,0;0,0;0,0;0,0")
NO_ERROR = ("ERRX?", '+0,"No Error."')


class Clock:
    def __init__(self):
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)


def pymeasures(*exchange):
    return expected_protocol(AgilentB1500, [MODULES, *exchange])


def corrected(*exchange, clock=None):
    return expected_protocol(CorrectedAgilentB1500, [MODULES, *exchange], clock=clock or Clock())


@pytest.mark.parametrize(("name", "answer", "wanted"), [
    ("meas_range_current", "RI1,-17;RV1,0;RI2,0;RV2,0", ("1 mA range fixed", -17)),
    ("meas_range_voltage", "RI1,0;RV1,20;RI2,0;RV2,0", ("2 V limited auto ranging", 20))])
def test_a_measure_range_that_cannot_be_read(name, answer, wanted):
    with pymeasures(("*LRN? 32", answer)) as mainframe:
        mainframe.initialize_all_smus()
        with pytest.raises(ValueError, match="is not valid or not supported"):
            getattr(mainframe.smu1, name)
    with corrected(("*LRN? 32", answer)) as mainframe:
        mainframe.initialize_all_smus()
        assert tuple(getattr(mainframe.smu1, name)) == wanted


def test_a_measure_range_is_set():
    with corrected(("RI 1, -17", None), NO_ERROR, ("RV 2, 200", None), NO_ERROR) as mainframe:
        mainframe.initialize_all_smus()
        mainframe.smu1.meas_range_current = "1 mA range fixed"
        mainframe.smu2.meas_range_voltage = "20 V"


@pytest.mark.parametrize(("answer", "wanted"), [
    ("FL0", False), ("FL1", True), ("FL0,1;FL1,2", False), ("FL0,2;FL1,1", True)])
def test_a_filter_that_is_in_on_every_channel(answer, wanted):
    with pymeasures(("*LRN? 30", answer)) as mainframe:
        mainframe.initialize_all_smus()
        assert mainframe.smu1.filter == (wanted and answer != "FL1")
    with corrected(("*LRN? 30", answer), ("FL 1, 1", None), NO_ERROR) as mainframe:
        mainframe.initialize_all_smus()
        assert mainframe.smu1.filter == wanted
        mainframe.smu1.filter = True


FORCED = ("*LRN? 1", "DV1,200,+05.0000E+00,+1.00000E-03,0,17")


def test_a_ramp_that_falls_to_zero_first(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pymeasures(FORCED, ("DV 1, 0, 0.0, 0.001", None), NO_ERROR,
                    ("DV 1, 0, 3.0, 0.001", None), NO_ERROR,
                    ("DV 1, 0, 6, 0.001", None), NO_ERROR) as mainframe:
        mainframe.initialize_all_smus()
        mainframe.smu1.ramp_source("Voltage", 0, 6, 1e-3, stepsize=3)
    clock = Clock()
    with corrected(FORCED, ("DV 1, 0, 5.5, 0.001", None), NO_ERROR,
                   ("DV 1, 0, 6.0, 0.001", None), NO_ERROR, clock=clock) as mainframe:
        mainframe.initialize_all_smus()
        mainframe.smu1.ramp_source("Voltage", 0, 6, 1e-3, stepsize=0.5)
        with pytest.raises(ValueError, match="source_type is 'Power'"):
            mainframe.smu1.ramp_source("Power", 0, 6)
    assert clock.slept == [20e-3] * 2


@pytest.mark.parametrize("state", ["CL1", "DI1,15,+05.0000E-06,+1.00000E+00,0,20"])
def test_a_ramp_begins_at_zero_where_no_voltage_is_forced(state):
    with corrected(("*LRN? 1", state), ("DV 1, 0, 0.5", None), NO_ERROR, ("DV 1, 0, 1.0", None),
                   NO_ERROR) as mainframe:
        mainframe.initialize_all_smus()
        mainframe.smu1.ramp_source("Voltage", 0, 1.0, stepsize=0.5)


def test_a_sampling_mode_that_cannot_be_read():
    answer = ("*LRN? 47", "ML2;MT0.00,0.0020,1000,0.00;MSC1,2")
    with pymeasures(answer) as mainframe:
        mainframe.initialize_all_smus()
        with pytest.raises(ValueError, match="'2' is not a valid SamplingMode"):
            mainframe.sampling_mode  # noqa: B018
    with corrected(answer, ("ML 1", None), NO_ERROR) as mainframe:
        mainframe.initialize_all_smus()
        assert mainframe.sampling_mode is SamplingMode.LOG_10
        mainframe.sampling_mode = "LINEAR"


def test_data_that_pandas_3_does_not_read():
    data = (None, "000AT+000.0000E+00,000AI+1.000000E-03,000AT+000.1000E+00,000AI+2.000000E-03")
    begin = (("FMT 21, 0", None), NO_ERROR)
    with pymeasures(*begin, data) as mainframe:
        mainframe.initialize_all_smus()
        mainframe.data_format(21)
        with pytest.raises((AttributeError, FutureWarning), match="applymap"):
            mainframe.read_data(2)
    with corrected(*begin, data) as mainframe:
        mainframe.initialize_all_smus()
        mainframe.data_format(21)
        table = mainframe.read_data(2)
    assert table["SMU1 Current Measurement (A)"].tolist() == [1e-3, 2e-3]
    assert table["SMU1 Time (s)"].tolist() == [0.0, 0.1]


def test_a_clear_that_is_an_error_and_a_shutdown_that_switches_nothing_off():
    with pymeasures(("*CLS", None)) as mainframe:
        mainframe.initialize_all_smus()
        mainframe.clear()
        mainframe.shutdown()
    with corrected(("ERR?", "100,0,0,0"), ("BC", None), ("AB", None), ("CL", None)) as mainframe:
        mainframe.initialize_all_smus()
        mainframe.clear()
        mainframe.shutdown()
