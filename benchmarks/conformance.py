"""Which function of which foreign driver works on its virtual instrument: the table in the docs.

    python benchmarks/conformance.py

tries every driver of every package that is installed, writes its section of docs/conformance.md
anew and leaves the others as they are. Every driver is the package's own, unmodified. Each is
opened on a bench of its own with 1 kΩ between the ends of the instrument, if it has any, and what
it sleeps is slept on the bench's clock.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from unittest import mock

import pyvisa

sys.path.insert(0, str(Path(__file__).parent))

from conformance_trials import Amiss, Package, Tried

from ginsen.sim_backend.models import MODELS

PACKAGES = (
    Package("pymeasure", "PyMeasure", "MIT", (
        "conformance_sources",
        "conformance_keithley4200",
        "conformance_surroundings",
        "conformance_agilent_b1500",
    )),
    Package("qcodes", "QCoDeS", "MIT", (
        "conformance_qcodes",
        "conformance_qcodes_b1500",
        "conformance_qcodes_surroundings",
    )),
    Package("qcodes_contrib_drivers", "QCoDeS, contributed drivers", "MIT and GPL-2.0-or-later", (
        "conformance_qcodes_contrib",
    )),
    Package("keithley2600", "keithley2600", "MIT", (
        "conformance_keithley2600",
    )),
    Package("lakeshore", "Lake Shore", "MIT", (
        "conformance_lakeshore",
    )),
    Package("sentio-prober-control", "MPI SENTIO", "under BSD's two clauses", (
        "conformance_sentio",
    )),
    Package("basil-daq", "basil", "BSD-3-Clause", (
        "conformance_basil",
    )),
    Package("labmcp-keithley-smu", "labmcp, source meters", "Apache-2.0", (
        "conformance_labmcp",
    )),
    Package("labmcp-lakeshore", "labmcp, Lake Shore", "Apache-2.0", (
        "conformance_labmcp_lakeshore",
    )),
    Package("pymodaq-plugins-keithley", "PyMoDAQ, Keithley plugin", "MIT", (
        "conformance_pymodaq",
    )),
    Package("instrumentkit", "InstrumentKit", "AGPL-3.0, only run and never depended on", (
        "conformance_instrumentkit",
    )),
)
"""Every package with a driver there is a virtual instrument for. One more row: one more module."""

FUNCTIONS = ("identify", "configure", "source", "measure", "sweep", "buffer", "clear",
             "error query")

DOCS = Path(__file__).parents[1] / "docs" / "conformance.md"


def missing(package: Package) -> str:
    """Why a package cannot be tried here; "" where it can."""
    try:
        version(package.name)
    except PackageNotFoundError:
        return f"{package.name} is not installed"
    return ""


def rows(package: Package) -> list[Tried]:
    """The package's drivers and their trials."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a foreign package warns of as it is imported
        modules = [import_module(name) for name in package.modules]
    return [tried for module in modules for tried in module.TRIED]


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
                with tried.opening(tried, f"{path}@ginsen") as instrument:
                    yield instrument
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
    if not isinstance(trial, Amiss):
        with opened(tried) as instrument:
            trial(instrument)
        return ""
    try:
        with opened(tried) as instrument:
            trial.trial(instrument)
    except Exception as problem:
        if not re.search(trial.match, f"{type(problem).__name__}: {problem}"):
            raise
        return trial.why
    raise AssertionError(f"{tried.name} can {function} now: the table says it can't")


def section(package: Package) -> str:
    """The package's part of the page."""
    lines, notes = [], []
    for tried in rows(package):
        cells = []
        for function in FUNCTIONS:
            if function not in tried.trials:
                cells.append("")
                continue
            why = attempt(tried, function)
            if why and why not in notes:
                notes.append(why)
            cells.append(f"no ({notes.index(why) + 1})" if why else "yes")
        lines.append(f"| {tried.name} | {tried.model} | {' | '.join(cells)} |")
    return "\n".join((
        heading(package), "", release(package), "",
        f"| driver | virtual instrument | {' | '.join(FUNCTIONS)} |",
        f"|---|---|{'---|' * len(FUNCTIONS)}", *lines, "",
        *(f"{number}. {why}" for number, why in enumerate(notes, start=1)),
        *([""] if notes else [])))


def release(package: Package) -> str:
    """The line that tells its version."""
    short = ".".join(version(package.name).split(".")[:2])
    return f"`{package.name}` {short}; its licence: {package.licence}."


def heading(package: Package) -> str:
    """The line its section begins with."""
    return f"## {package.title}"


def written(page: str, package: Package) -> str:
    """Its section as the page has it; "" where there is none. Raises where there are two."""
    parts = re.split(r"(?m)^(?=## )", page)
    found = [part for part in parts if part.split("\n", 1)[0] == heading(package)]
    assert len(found) <= 1, f"two sections {heading(package)}"
    return found[0] if found else ""


INTRODUCTION = """\
# Conformance

Drivers that nobody here wrote, unmodified, on virtual instruments, each with 1 kΩ between its
ends. An empty cell is a function the driver does not have. "no" is followed by the reason: that
is tried, too, and has to fail in the way told. This says how far a virtual instrument carries the
driver that was written for the real one; no real one was attached.

`python benchmarks/conformance.py` tries the packages that are installed and writes their
sections; `tests/conformance` tries PyMeasure's with every run of the tests, the others where they
are installed. To have them all, in an environment of their own:

```
pip install -e .[test,conformance]
pip install qcodes_contrib_drivers sentio-prober-control labmcp-keithley-smu labmcp-lakeshore
pip install --no-deps instrumentkit && pip install future python-usbtmc python-vxi11 pyusb
pytest -n 0 tests/conformance
```

The extra `conformance` has packages of drivers alone, under MIT's and BSD's licences. InstrumentKit
comes without what it asks for: it wants a ruamel.yaml older than QCoDeS does. PyMoDAQ's plugin was
tried in an environment with `pymodaq_plugins_keithley` and the extra `test` alone.

"""


def main() -> None:
    """Write the page anew."""
    page = DOCS.read_text(encoding="utf-8")
    parts = []
    for package in PACKAGES:
        if why := missing(package):
            print(f"{package.title}: left as it was, {why}", file=sys.stderr)
        parts.append(written(page, package) if why else section(package))
    DOCS.write_text(INTRODUCTION + "\n".join(part.rstrip("\n") + "\n" for part in parts if part),
                    encoding="utf-8")


if __name__ == "__main__":
    main()
