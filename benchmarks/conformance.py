"""Which function of which foreign driver works on its virtual instrument: the table in the docs.

    python benchmarks/conformance.py > docs/conformance.md

Every driver is PyMeasure's own class, unmodified. Each is opened on a bench of its own with 1 kΩ
between the ends of the instrument, if it has any, and what it sleeps is slept on the bench's clock.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest import mock

import pyvisa

sys.path.insert(0, str(Path(__file__).parent))

from conformance_sources import SOURCES
from conformance_surroundings import SURROUNDINGS
from conformance_trials import Amiss, Tried

from ginsen.sim_backend.models import MODELS

TRIED = [*SOURCES, *SURROUNDINGS]
"""Every driver there is a virtual instrument for."""

FUNCTIONS = ("identify", "configure", "source", "measure", "sweep", "buffer", "clear",
             "error query")


@contextmanager
def opened(tried: Tried) -> Iterator[Any]:
    """The driver on a new bench."""
    model = MODELS[tried.model]
    ends = (*model.outputs[:1], *model.grounds[:1])  # of several channels the first
    wiring = "".join(f'"it.{end}" = {{ terminal = "{terminal}" }}\n'
                     for end, terminal in zip(ends, "AB", strict=False))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.toml"
        path.write_text(f'[instruments.it]\nmodel = "{tried.model}"\n'
                        f'address = "{tried.address}"\n{tried.options}\n[device]\n'
                        'kind = "resistor"\nresistance_ohm = 1e3\n[wiring]\n' + wiring,
                        encoding="utf-8")
        manager = pyvisa.ResourceManager(f"{path}@ginsen")
        clock = manager.visalib.clock
        try:
            with mock.patch.object(time, "sleep", clock.sleep), \
                    mock.patch.object(time, "time", clock.now), patched(tried.modules, clock), \
                    warnings.catch_warnings():
                warnings.simplefilter("ignore")  # PyMeasure warns of what it will drop
                yield tried.driver(tried.address, visa_library=f"{path}@ginsen",
                                   **tried.arguments)
        finally:
            manager.close()


@contextmanager
def patched(modules: tuple[Any, ...], clock: Any) -> Iterator[None]:
    """Modules that took their clock by name get the bench's."""
    patches = [mock.patch.object(module, name, function) for module in modules
               for name, function in (("sleep", clock.sleep), ("time", clock.now))
               if hasattr(module, name)]
    for each in patches:
        each.start()
    try:
        yield
    finally:
        for each in patches:
            each.stop()


def attempt(tried: Tried, function: str) -> str:
    """Try one function; "" where it works, else why it does not. Raises where that is news."""
    trial = tried.trials[function]
    with opened(tried) as instrument:
        if not isinstance(trial, Amiss):
            trial(instrument)
            return ""
        try:
            trial.trial(instrument)
        except Exception as problem:
            if not re.search(trial.match, f"{type(problem).__name__}: {problem}"):
                raise
            return trial.why
    raise AssertionError(f"{tried.name} can {function} now: the table says it can't")


def page() -> str:
    """The page of the docs."""
    rows, notes = [], []
    for tried in TRIED:
        cells = []
        for function in FUNCTIONS:
            if function not in tried.trials:
                cells.append("")
                continue
            why = attempt(tried, function)
            if why:
                notes.append(why)
            cells.append(f"no ({len(notes)})" if why else "yes")
        rows.append(f"| {tried.name} | {tried.model} | {' | '.join(cells)} |")
    return "\n".join((
        "# Conformance", "",
        f"PyMeasure {'.'.join(version('pymeasure').split('.')[:2])}'s own classes, unmodified, on "
        "virtual instruments, each with 1 kΩ between",
        "its ends. An empty cell is a function the driver does not have. This says how far a "
        "virtual",
        "instrument carries the driver that was written for the real one; no real one was "
        "attached.", "",
        "`python benchmarks/conformance.py > docs/conformance.md` tries everything anew; "
        "`tests/conformance` does so in CI.", "",
        f"| driver | virtual instrument | {' | '.join(FUNCTIONS)} |",
        f"|---|---|{'---|' * len(FUNCTIONS)}", *rows, "",
        *(f"{number}. {why}" for number, why in enumerate(notes, start=1)), ""))


if __name__ == "__main__":
    print(page(), end="")
