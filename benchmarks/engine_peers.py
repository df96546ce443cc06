"""What the engine is measured against: fixed steps of 1 ms, the whole network solved in each.

Written from the published equations. `DenseNodal` is modified nodal analysis with a dense matrix as
in Hochstetter et al. 2021 (explicit Euler), `SparseDirect` a sparse matrix assembled and factorised
anew in every step, as MemNet does it. Both step the junctions of `ginsen.physics.junction`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import spsolve

from ginsen.physics.junction import JunctionModel, conductance, filament_after, filament_rate
from ginsen.physics.network import Network
from ginsen.types import Array

Step = Callable[[Array, float], tuple[float, Array]]


def best_cpu(action: Callable[[], object], repeats: int, times: int) -> float:
    """CPU seconds of one `action`: the best of `repeats` batches of `times`."""
    action()
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        for _ in range(times):
            action()
        spent.append((time.process_time() - start) / times)
    return min(spent)


class DenseNodal:
    """Potentials and source current from one dense system of all nodes and both electrodes."""

    def __init__(self, network: Network, electrodes: tuple[int, int], model: JunctionModel) -> None:
        labels = network.clusters
        keep = labels == labels[electrodes[0]]
        number = np.cumsum(keep) - 1
        self.use = keep[network.junctions[:, 0]]
        self.first, self.second = number[network.junctions[self.use]].T
        self.ends = number[list(electrodes)]
        self.nodes, self.model = int(keep.sum()), model
        size = self.nodes + 2
        self.flat = np.concatenate((self.first * size + self.first, self.second * size
                                    + self.second, self.first * size + self.second,
                                    self.second * size + self.first))
        self.border = np.zeros((size, size))
        for row, node in enumerate(self.ends):
            self.border[node, self.nodes + row] = self.border[self.nodes + row, node] = 1.0

    def solve(self, conductances: Array, volts: float) -> tuple[float, Array]:
        """Source current (A) and junction voltages (V)."""
        size = self.nodes + 2
        entries = np.concatenate((conductances, conductances, -conductances, -conductances))
        matrix = np.bincount(self.flat, entries, size * size).reshape(size, size) + self.border
        known = np.zeros(size)
        known[self.nodes] = volts
        answer = np.linalg.solve(matrix, known)
        return -float(answer[self.nodes]), answer[self.first] - answer[self.second]

    def step(self, filaments: Array, volts: float, dt: float = 1e-3) -> tuple[float, Array]:
        """One Euler step: the current before it, the filaments after it."""
        current, voltages = self.solve(conductance(filaments, self.model), volts)
        rate = filament_rate(filaments, voltages, self.model)
        return current, filament_after(dt, filaments, rate, self.model)


class SparseDirect(DenseNodal):
    """The same with a sparse matrix of the inner nodes, assembled and factorised every time."""

    def __init__(self, network: Network, electrodes: tuple[int, int], model: JunctionModel) -> None:
        super().__init__(network, electrodes, model)
        self.inner = np.setdiff1d(np.arange(self.nodes), self.ends)
        self.rows = np.concatenate((self.first, self.second, self.first, self.second))
        self.columns = np.concatenate((self.first, self.second, self.second, self.first))

    def solve(self, conductances: Array, volts: float) -> tuple[float, Array]:
        """Source current (A) and junction voltages (V)."""
        entries = np.concatenate((conductances, conductances, -conductances, -conductances))
        matrix = csc_array((entries, (self.rows, self.columns)), shape=(self.nodes, self.nodes))
        potentials = np.zeros(self.nodes)
        potentials[self.ends[0]] = volts
        known = -(matrix @ potentials)[self.inner]
        potentials[self.inner] = spsolve(matrix[self.inner][:, self.inner], known)
        drops = potentials[self.first] - potentials[self.second]
        at_source = (self.first == self.ends[0]) * 1.0 - (self.second == self.ends[0])
        return float(at_source @ (conductances * drops)), drops


_MNNS = """
import sys, time
import mnns, numpy as np
count, box = int(sys.argv[1]), float(sys.argv[2])
network = mnns.create_NWN(10.0, (box, box), count / box**2, seed=1)
left, right = mnns.add_electrodes(network, "left", "right")
network.resistance_function = "linear"
network.state_vars = ["x"]
network.set_state_var("x", 0.05)
drive = (network, left, right, lambda t: 2.0, lambda x: 1.0)
start = time.process_time()
course = network.evolve(mnns.models.HP_model, np.linspace(0.0, 0.05, 2), args=drive)
spent = time.process_time() - start
print(network.n_wires, network.n_wire_junctions, spent / course.nfev)
"""


def mnns(python: Path, wires: int, box: float) -> tuple[int, float]:
    """Junctions, and CPU seconds of one right-hand side, of mnns under another interpreter.

    mnns (GPL) is measured there and never imported here; it throws a network of its own.
    """
    told = subprocess.run([python, "-c", _MNNS, str(wires), str(box * 1e6)], check=True, text=True,
                          stdout=subprocess.PIPE, stderr=sys.stderr).stdout.split()
    return int(told[1]), float(told[2])
