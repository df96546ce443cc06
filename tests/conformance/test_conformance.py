"""Drivers nobody here wrote, unmodified, do on virtual instruments what the docs say they do."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

import conformance  # noqa: E402
from conformance_trials import Amiss, Tried  # noqa: E402


def every_trial():
    """Each function of each driver; one that is skipped for each package that is not installed."""
    for package in conformance.PACKAGES:
        if why := conformance.missing(package):
            yield pytest.param(None, "", marks=pytest.mark.skip(reason=why), id=package.title)
            continue
        for tried in conformance.rows(package):
            for function in tried.trials:
                yield pytest.param(tried, function,
                                   id=f"{package.title} {tried.name} {tried.model} {function}")


@pytest.mark.parametrize(("tried", "function"), list(every_trial()))
def test_a_driver_does_what_the_table_says(tried, function):
    conformance.attempt(tried, function)


def test_a_trial_that_fails_or_no_longer_fails_is_noticed():
    tried = conformance.rows(conformance.PACKAGES[0])[0]

    def wrong(instrument):
        assert instrument.id == "another"

    broken = Tried(tried.driver, tried.model, {
        "identify": wrong, "clear": Amiss(tried.trials["clear"], "", "it can't"),
        "source": Amiss(wrong, "timed out", "it can't")})
    for function, sentence in (("identify", "another"), ("clear", "the table says it can't"),
                               ("source", "another")):
        with pytest.raises(AssertionError, match=sentence):
            conformance.attempt(broken, function)


@pytest.mark.parametrize("package", conformance.PACKAGES, ids=lambda package: package.title)
def test_the_tables_in_the_docs_are_these(package):
    page = conformance.DOCS.read_text(encoding="utf-8")
    assert page.startswith(conformance.INTRODUCTION)
    assert conformance.written(page, package), f"docs/conformance.md has no {package.title}"
    if why := conformance.missing(package):
        pytest.skip(why)
    told = conformance.written(page, package)
    if conformance.release(package) not in told:
        pytest.skip(f"the page is of another version: {conformance.release(package)}")
    assert told.strip() == conformance.section(package).strip()
