"""Runs whose recordings tests break: samples by their number, so that a lost one shows."""

import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from ginsen.records import Recording
from ginsen.types import Phase, Samples, Span, SpectralFit

ORIGIN = datetime(2026, 11, 20, 11, 5, tzinfo=timezone.utc)
DT = 1e-3
FIT = SpectralFit(1.0, 0.9, 1.1, sub_bands=((1.0, 2.0, 1.0, 0.1), (2.0, 4.0, 1.0, 0.1)))


def begun(path, **told):
    return Recording.create(path, **{"protocol": "memory", "origin": ORIGIN, **told})


def phase(name, level=0.01):
    return Phase(name, level, 1.0, DT, 1e-3)


def add(recording, count):
    """Samples whose current is their number; one event and one β with them."""
    number = recording.count + np.arange(count, dtype=float)
    samples = Samples.of(number * DT, np.full(count, 0.01), number)
    recording.append(samples, number, number)
    recording.event(float(samples.time[0]), "block", f"from {recording.count - count}")
    recording.beta(256, FIT, float(samples.time[-1]))


def end(recording, name, first):
    recording.end_phase(Span(name, 0.01, first * DT, (recording.count - 1) * DT, first,
                             recording.count, dead_time=DT, integration=DT / 2))


def check(tables, count):
    """Every sample once, in order, and what refers to samples, phases and β still does."""
    samples, phases, number = tables["samples"], tables["phases"], np.arange(count)
    np.testing.assert_array_equal(samples["current_A"], number)
    np.testing.assert_allclose(samples["time_s"], number * DT, atol=1e-9)
    for row in range(len(phases["name"])):
        own = np.flatnonzero(samples["phase"] == row)
        assert (phases["first"][row], phases["stop_index"][row]) == (own[0], own[-1] + 1)
        assert phases["start_s"][row] == samples["time_s"][own[0]]
        assert phases["stop_s"][row] == samples["time_s"][own[-1]]
    blocks = tables["events"]["kind"] == "block"
    firsts = [int(text.split()[1]) for text in tables["events"]["text"][blocks]]
    assert firsts == sorted(set(firsts))
    assert len(tables["beta"]["beta"]) == len(firsts)
    np.testing.assert_array_equal(tables["sub_bands"]["beta_row"],
                                  np.repeat(np.arange(len(firsts)), 2))


def elsewhere(body, *arguments, **environment):
    """Run Python code in a process of its own, with what is above; returns the finished process."""
    here = Path(__file__).parent
    path = os.pathsep.join((str(here), str(here.parents[1])))
    return subprocess.run(
        [sys.executable, "-c", f"import sys\nfrom staged_runs import *\n{body}", *arguments],
        env={**os.environ, "PYTHONPATH": path, **environment}, capture_output=True, text=True,
        timeout=60, check=False)
