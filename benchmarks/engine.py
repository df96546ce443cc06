"""The network engine beside its peers, on the same networks, in one run.

    OMP_NUM_THREADS=1 python benchmarks/engine.py [--mnns PYTHON] [--only WIRES,…] [--figure PNG]

Times are CPU times of one core, the best of several. `--mnns` names the interpreter of another
environment that has mnns installed. Linux, for memory is asked of it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from engine_peers import DenseNodal, SparseDirect, best_cpu, mnns

from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.junction import JunctionModel, conductance, filament_after, filament_rate
from ginsen.physics.kirchhoff import Circuit, circuit, reduce
from ginsen.physics.law import JunctionLaw
from ginsen.physics.network import Network, random_network
from ginsen.physics.stochastic_junction import stochastic_junctions
from ginsen.physics.threshold_junction import threshold_junctions
from ginsen.types import Array

BOXES = {100: 30e-6, 500: 34e-6, 2000: 134e-6, 10_000: 300e-6}
"""Wires, and the side (m) of the square they are thrown in."""

GROUND = (0.0, 0.0, np.inf, 1.0)
MODEL = JunctionModel()
LEVEL = 1.5
"""V*: the voltage over that at which the shortest path just activates."""

ACCURACIES = (3e-2, 1e-2, 5e-3, 3e-3, 2.5e-3, 2e-3, 1.5e-3, 1e-3)
"""Voltage accuracies, tried until the engine errs no more than steps of 1 ms do."""


COARSE = {"current_accuracy": 1e-4, "voltage_accuracy": 0.05}
"""For the fluctuating junctions: currents no worse than the peers', voltages to 2.5 mV."""


FIRST_STEP = """
from ginsen.physics.engine import Engine
from ginsen.physics.junction import JunctionModel
from ginsen.physics.kirchhoff import circuit
from ginsen.physics.network import random_network
from ginsen.physics.threshold_junction import threshold_junctions
network = random_network(100, 30e-6, 10e-6, 1e-6, 1)
built = circuit(100, network.junctions, network.farthest_pair())
engine = Engine(built, threshold_junctions(JunctionModel(), len(network.junctions)))
engine.advance(1e-3, [(0.1, 0, 1, 1), (0, 0, 1, 1)])
"""


@dataclass
class Row:
    """Of one network; times in ms of CPU per simulated ms, errors as shares of the last current.

    A peer's time is that of one step of 1 ms. `ours` is over an activation and a plateau, with the
    peers' junctions, at `voltage_accuracy`. `rise`: by how much the fluctuating network activated.
    """

    wires: int
    junctions: int
    dense: float | None = None
    sparse: float | None = None
    mnns: float | None = None
    steps_error: float | None = None
    ours: float | None = None
    ours_error: float | None = None
    voltage_accuracy: float | None = None
    activation: float | None = None
    plateau: float | None = None
    rise: float | None = None
    streams: float | None = None


def network_of(wires: int) -> tuple[Network, tuple[int, int], Circuit]:
    """The network, the wires farthest to the left and right of its largest cluster, the circuit."""
    network = random_network(wires, BOXES[wires], 10e-6, 1e-6, 1)
    labels = network.clusters
    members = np.flatnonzero(labels == np.argmax(np.bincount(labels)))
    across = network.centres[members, 0]
    ends = int(members[across.argmin()]), int(members[across.argmax()])
    return network, ends, circuit(wires, network.junctions, ends)


def course(law: JunctionLaw, built: Circuit, volts: float, seconds: float, *,
           repeats: int = 3, **options: float) -> tuple[float, Array]:
    """CPU ms per simulated ms, of the best run, and the current (A) at every ms."""
    best = np.inf
    for _ in range(repeats):
        engine = Engine(built, law, **options)
        start = time.process_time()
        fared = engine.advance(1e-3, [(volts, *GROUND[1:]), GROUND], round(seconds * 1e3))
        best = min(best, time.process_time() - start)
    return best / seconds, fared.final_current[:, 0]


def euler(built: Circuit, volts: float, seconds: float, dt: float) -> Array:
    """The current (A) at every ms by fixed steps of `dt` (s): what the peers compute."""
    filaments = np.zeros(len(built.edges))
    seen = []
    for _ in range(round(seconds / dt)):
        reduction = reduce(built, conductance(filaments, MODEL))
        seen.append(reduction.admittance[0, 0] * volts)
        rate = filament_rate(filaments, reduction.drops[:, 0] * volts, MODEL)
        filaments = filament_after(dt, filaments, rate, MODEL)
    every = round(1e-3 / dt)
    return np.append(seen, seen[-1])[every::every]


def measure(wires: int, python: Path | None, seconds: float, *, errors: bool) -> Row:
    """One network: the peers' steps, the engine over an activation, and over a plateau."""
    network, ends, built = network_of(wires)
    count = len(network.junctions)
    row = Row(wires, count)
    volts = LEVEL * network.distance(*ends) * MODEL.set_voltage
    if wires <= 2000:
        dense = DenseNodal(network, ends, MODEL)
        filaments = np.random.default_rng(0).uniform(0, MODEL.greatest_flux, len(dense.first))
        times = max(1, 2000 // wires)
        row.dense = 1e3 * best_cpu(lambda: dense.step(filaments, volts), 5, times)
    sparse = SparseDirect(network, ends, MODEL)
    filaments = np.random.default_rng(0).uniform(0, MODEL.greatest_flux, len(sparse.first))
    row.sparse = 1e3 * best_cpu(lambda: sparse.step(filaments, volts), 5, max(1, 2000 // wires))
    if python is not None and wires <= 2000:
        row.mnns = 1e3 * mnns(python, wires, BOXES[wires])[1]
    if errors:
        fine = euler(built, volts, seconds, 2e-4)
        row.steps_error = departure(euler(built, volts, seconds, 1e-3), fine)
    for accuracy in ACCURACIES:
        row.voltage_accuracy = accuracy
        row.ours, current = course(threshold_junctions(MODEL, count), built, volts, seconds,
                                   current_accuracy=1e-4, voltage_accuracy=accuracy)
        if row.steps_error is None:
            break
        row.ours_error = departure(current, fine)
        if row.ours_error <= row.steps_error:
            break
    stochastic(row, network, ends, built)
    return row


def departure(current: Array, reference: Array) -> float:
    """The mean distance of two currents over the last one."""
    return float(np.mean(np.abs(current - reference)) / abs(reference[-1]))


def stochastic(row: Row, network: Network, ends: tuple[int, int], built: Circuit) -> None:
    """The twin's junctions, with all their chance: 5 s to activate, 5 s at half the voltage."""
    law = stochastic_junctions(row.junctions, FilamentModel(), FluctuatorModel(), 300.0, sample=1,
                               chance=2)
    volts = 0.4 * network.distance(*ends)
    engine = Engine(built, law, **COARSE)
    for name in ("activation", "plateau"):
        start = time.process_time()
        fared = engine.advance(1e-3, [(volts, *GROUND[1:]), GROUND], 5000)
        setattr(row, name, (time.process_time() - start) / 5)
        if name == "activation":
            row.rise = float(fared.final_current[-1, 0] / fared.final_current[0, 0])
        volts *= 0.5
    row.streams = 1e3 * streaming(built, law)


def streaming(built: Circuit, law: JunctionLaw) -> float:
    """Seconds to read the factor and the junctions' numbers once from memory."""
    size = int(built.plan.panel_start[-1]) + built.plan.rows.size + 12 * len(built.edges)
    numbers = np.ones(size)
    return best_cpu(lambda: numbers.sum(), 9, 20)


def started(cache: Path | None, code: str) -> tuple[float, float]:
    """CPU seconds and greatest memory (MiB) of a fresh interpreter that runs `code`."""
    environment = dict(os.environ)
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = str(cache)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Not ru_maxrss: a child inherits that of the process it was forked from.
    tail = "\nprint(*(x.split()[1] for x in open('/proc/self/status') if x[:5] == 'VmHWM'))"
    told = subprocess.run([sys.executable, "-c", code + tail], env=environment, check=True,
                          text=True, stdout=subprocess.PIPE, cwd=Path(__file__).parent).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = sum(getattr(after, k) - getattr(before, k) for k in ("ru_utime", "ru_stime"))
    return spent, float(told.split()[-1]) / 1024


def process() -> dict[str, float]:
    """Start-up and memory, each in interpreters of their own."""
    with tempfile.TemporaryDirectory() as fresh:
        cold, _ = started(Path(fresh), FIRST_STEP)
        warm, _ = started(Path(fresh), FIRST_STEP)
    idle, interpreter = started(None, "pass")
    _, memory = started(None, "from engine import *; network, ends, built = network_of(10_000); "
                        "stochastic(Row(10_000, len(network.junctions)), network, ends, built)")
    return {"cold": cold - idle, "warm": warm - idle, "memory": memory - interpreter}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mnns", type=Path)
    parser.add_argument("--only", default=",".join(map(str, BOXES)))
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--no-errors", action="store_true")
    parser.add_argument("--no-process", action="store_true")
    parser.add_argument("--figure", type=Path)
    chosen = parser.parse_args()
    rows = []
    for wires in map(int, filter(None, chosen.only.split(","))):
        row = measure(wires, chosen.mnns, chosen.seconds,
                      errors=not chosen.no_errors and wires <= 2000)
        rows.append(row)
        print(json.dumps(asdict(row)), flush=True)
    if not chosen.no_process:
        print(json.dumps(process()))
    if chosen.figure:
        from engine_figure import draw

        draw([asdict(row) for row in rows], chosen.figure)


if __name__ == "__main__":
    main()
