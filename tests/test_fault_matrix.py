"""A part of the fault matrix, and proof that its judge sees what is wrong."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from breakages import BREAKAGES
from fault_matrix import KINDS, cases, combinations, reference, tried
from fault_trial import METERS

from ginsen.instruments import Keithley2400, Keithley2450
from ginsen.instruments.commanded_source_meter import CommandedSourceMeter
from ginsen.instruments.keithley2600 import Keithley2600
from ginsen.instruments.keysight_b2900 import KeysightB2912A
from ginsen.protocols.acquisition import Acquisition

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a run that hangs meets SIGALRM")

PART = 71
"""Of all cases one in so many; the whole matrix takes half an hour (benchmarks/fault_matrix.py)."""

USB, GPIB, *OTHERS = METERS
LESS = 127
"""The same of the other meters, whose drivers are built as these two are."""


@pytest.mark.parametrize(("protocol", "meter"), list(combinations()), ids=str)
def test_a_part_of_the_matrix(protocol, meter):
    part = LESS if meter in OTHERS else PART
    offset = sum(map(ord, f"{protocol}{meter}")) % part
    chosen = list(cases(protocol, meter))[offset::part]
    bad = [f"{case.name}: {verdict}" for case, verdict in zip(chosen, map(tried, chosen),
                                                              strict=True) if verdict.bad]
    assert chosen
    assert bad == []


@pytest.fixture(autouse=True)
def _references():
    """Made while nothing is spoilt yet: whoever asks first has them kept for all."""
    for meter in (USB, GPIB):
        reference("noise", meter)


def a_case(meter, name, stage="bias"):
    kind = next(kind for kind in (*KINDS, *BREAKAGES) if kind.name == name)
    return next(case for case in cases("noise", meter) if (case.kind, case.stage) == (kind, stage))


@pytest.mark.parametrize("meter", METERS, ids=str)
def test_a_run_without_a_fault_is_what_the_others_are_held_against(meter):
    run = reference("noise", meter)
    assert (run.outcome.state, run.on, run.hung, run.records[0].count) == ("finished", False,
                                                                           False, 201)
    assert run.truth.refusals == []
    assert len(run.truth.arrived) == len(run.truth.taken) == 201


def test_an_output_that_is_left_on_is_seen(monkeypatch):
    monkeypatch.setattr(CommandedSourceMeter, "off", lambda meter: None)
    verdict = tried(a_case(GPIB, "error -310"))
    assert verdict.silent
    assert verdict.false == ("the output is on and was said to be off",)


def test_an_output_that_cannot_be_switched_off_has_to_be_told():
    verdict = tried(a_case(GPIB, "output stuck on"))
    assert (verdict.on, verdict.told, verdict.bad) == (True, True, False)


def test_readings_that_are_left_out_are_seen(monkeypatch):
    fetch = Keithley2450.fetch
    monkeypatch.setattr(Keithley2450, "fetch", lambda meter: fetch(meter)[:-1])
    assert tried(replace(a_case(USB, "stopped"), at=1.5)).lost > 0


@pytest.mark.parametrize(("meter", "driver"), list(zip(
    OTHERS, (Keithley2600, KeysightB2912A), strict=True)), ids=str)
def test_readings_of_the_other_meters_that_are_left_out_are_seen(meter, driver, monkeypatch):
    reference("noise", meter)
    fetch = driver.fetch
    monkeypatch.setattr(driver, "fetch", lambda self: fetch(self)[:-1])
    assert tried(replace(a_case(meter, "stopped"), at=1.5)).bad


def test_readings_that_are_not_fetched_in_the_end_are_seen(monkeypatch):
    monkeypatch.setattr(Keithley2400, "_ask_for_part", lambda meter: setattr(
        meter, "_stage", "ready"))
    assert tried(replace(a_case(GPIB, "stopped"), at=1.5)).lost > 100


@pytest.mark.parametrize(("change", "lead", "says"), [
    (lambda samples: replace(samples, current=samples.current * 1.001), 0, "are not the readings"),
    (lambda samples: samples, 0.1, "is placed 0.1"),
    (lambda samples: replace(samples, time=samples.time * 1.001), 0, "are spaced 0.00"),
    (lambda samples: replace(samples, compliance=~samples.compliance), 0, "compliance"),
])
def test_samples_that_are_not_the_meters_are_seen(change, lead, says, monkeypatch):
    fetch, begin = Keithley2400.fetch, Keithley2400.lead
    monkeypatch.setattr(Keithley2400, "lead", lambda meter, phase: lead + begin(meter, phase))
    monkeypatch.setattr(Keithley2400, "fetch", lambda meter: change(fetch(meter)))
    found = tried(a_case(GPIB, "error -310", "switching off")).false
    assert any(says in each for each in found), found


def test_a_recovery_without_a_word_is_seen(monkeypatch):
    monkeypatch.setattr(Acquisition, "_note_recovery", lambda acquisition, text: None)
    verdict = tried(a_case(USB, "reply lost"))
    assert (verdict.state, verdict.false) == ("finished", ("a fault was recovered without a word",))


def test_a_run_that_takes_too_long_is_seen(monkeypatch):
    off = CommandedSourceMeter.off

    def slowly(meter):
        meter.clock.sleep(100.0)
        off(meter)

    monkeypatch.setattr(CommandedSourceMeter, "off", slowly)
    assert tried(a_case(USB, "shunt")).hung
