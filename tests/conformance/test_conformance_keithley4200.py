"""PyMeasure's Keithley 4200, unmodified: what it does, and what it does not."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import conformance
from conformance_keithley4200 import EMPTY_SLOT, LEFT_ON, TRIED


@pytest.mark.parametrize(("tried", "function"), [
    pytest.param(tried, function, id=f"{tried.name} {function}")
    for tried in TRIED for function in tried.trials])
def test_it_works(tried, function):
    assert conformance.attempt(tried, function) == ""


def test_its_shutdown_leaves_the_output_on():
    assert "stays on" in conformance.attempt(LEFT_ON, "source")


def test_an_empty_slot_is_too_much_for_its_constructor():
    assert "empty slot" in conformance.attempt(EMPTY_SLOT, "identify")
