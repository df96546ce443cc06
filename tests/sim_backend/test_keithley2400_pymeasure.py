"""PyMeasure's unmodified classes for the 2400 on the virtual one, traps included."""

import runpy
import warnings
from pathlib import Path

import pytest
from keithley2400_on_a_resistor import ADDRESS, keithley2400
from pymeasure.instruments.keithley import Keithley2400, Keithley2400Legacy

ROOT = Path(__file__).parents[2]


@pytest.fixture
def driver(tmp_path):
    def make(kind):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # the older class says it will go
            return kind(ADDRESS, visa_library=f"{tmp_path / 'bench.toml'}@ginsen")

    with keithley2400(tmp_path):
        yield make


def test_one_reading_lifts_a_tight_compliance(driver):
    smu = driver(Keithley2400)
    smu.source_voltage = 1.0
    smu.compliance_current = 1e-6
    smu.source_enabled = True
    assert smu.ask("SENS:CURR:PROT:TRIP?").strip() == "1"
    # 1 V across 10 kΩ is 100 µA: a hundred times what the user allowed, and the read lets it flow.
    assert smu.current == pytest.approx(1e-4, rel=2e-3)
    assert smu.compliance_current == 1.05e-4


def test_the_older_class_leaves_the_compliance_alone(driver):
    smu = driver(Keithley2400Legacy)
    smu.source_voltage = 1.0
    smu.compliance_current = 1e-6
    smu.enable_source()
    smu.measure_current()
    assert smu.current == pytest.approx(1e-6, rel=5e-3)
    assert smu.compliance_current == 1e-6


def test_the_page_on_pymeasure_is_true():
    module = runpy.run_path(str(ROOT / "benchmarks" / "pymeasure_keithley2400.py"))
    page = ROOT / "docs" / "instruments" / "keithley2400_pymeasure.md"
    assert module["page"]() == page.read_text(encoding="utf-8")
