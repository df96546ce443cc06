"""Drivers nobody here wrote, unmodified, do on virtual instruments what the docs say they do."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import conformance  # noqa: E402
from conformance_trials import Amiss, Tried  # noqa: E402


@pytest.mark.parametrize(("tried", "function"), [
    pytest.param(tried, function, id=f"{tried.name} {function}")
    for tried in conformance.TRIED for function in tried.trials])
def test_a_driver_does_what_the_table_says(tried, function):
    conformance.attempt(tried, function)


def test_a_trial_that_fails_or_no_longer_fails_is_noticed():
    tried = conformance.TRIED[0]

    def wrong(instrument):
        assert instrument.id == "another"

    broken = Tried(tried.driver, tried.model, {
        "identify": wrong, "clear": Amiss(tried.trials["clear"], "", "it can't"),
        "source": Amiss(wrong, "timed out", "it can't")})
    for function, sentence in (("identify", "another"), ("clear", "the table says it can't"),
                               ("source", "another")):
        with pytest.raises(AssertionError, match=sentence):
            conformance.attempt(broken, function)


def test_the_table_in_the_docs_is_this_one():
    assert conformance.page() == (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
