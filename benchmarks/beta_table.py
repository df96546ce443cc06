"""β at the statistical limit: bias, RMSE over the Cramér-Rao bound, coverage, refusals, peers.

    OMP_NUM_THREADS=1 python benchmarks/beta_table.py --records 5000 --output docs/beta_table.md

Every cell is so many records of exactly known noise (`power_law_noise`), each estimated as a user
would who knows what its row says. The bound is that of the same model in ordinates 4 to 0.8 n. The
peers see the first --peer-records records of the same cells. A cell that misses a bar is marked !.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from beta_peers import PEERS
from power_law_noise import noise

from ginsen.analysis import FrontEnd, estimate_beta
from ginsen.analysis.spectrum import log_shape
from ginsen.types import SpectralFit

BETAS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
SIZES = (1000, 4000, 16000)
CROSSOVER = 0.05
PEER_SIZE = 4000
DUTY = 0.5
DRIFT = 5.0

HEAD = "---\norphan: true\n---\n\n<!-- benchmarks/beta_table.py wrote this -->\n\n"
"""So that a page of the documentation can include the tables from the comment on."""


@dataclass(frozen=True)
class Row:
    """A kind of record and what the estimate is told: its bars of RMSE/bound, bias, coverage."""

    name: str
    rmse: float
    bias: float
    coverage: tuple[float, float] = (0.93, 0.97)


ROWS = {"clean": Row("clean", 1.05, 0.01), "known": Row("floor known", 1.10, 0.02),
        "free": Row("floor free", 1.15, 0.02), "drift": Row("drift", 1.10, 0.02),
        "meter": Row("integrating meter, 50 % duty", 1.10, 0.02),
        "unneeded": Row("clean, floor free all the same", math.inf, math.inf, (0.93, 1.0))}


@dataclass(frozen=True)
class Cell:
    """One row at one β and one length."""

    kind: str
    beta: float
    size: int

    def is_asked(self) -> bool:
        """A free floor under noise as flat as itself is not identifiable."""
        return self.kind != "free" or self.beta >= 1 or (self.beta == 0.5 and self.size >= 4000)

    def record(self, seed: int) -> np.ndarray:
        rng = np.random.default_rng([seed, self.size, int(10 * self.beta),
                                     list(ROWS).index(self.kind)])
        x = noise(self.size, self.beta, rng, DUTY if self.kind == "meter" else None)
        if self.kind in ("known", "free"):
            x += rng.normal(0, math.sqrt(CROSSOVER**-self.beta), self.size)
        if self.kind == "drift":
            u = np.arange(self.size) / self.size
            x += DRIFT * np.std(x) * (np.exp(-3 * u) - u)
        return x

    def fit(self, x: np.ndarray) -> SpectralFit:
        floor = {"known": 2 * CROSSOVER**-self.beta, "free": None, "unneeded": None}
        return estimate_beta(x, dt=1.0, floor=floor.get(self.kind, 0.0),
                             front_end=FrontEnd(DUTY) if self.kind == "meter" else None)

    def bound(self) -> float:
        """σ(β) of the Cramér-Rao bound, every ordinate by itself."""
        k = np.arange(4, int(0.8 * self.size) + 1)
        f = k / (2 * self.size)
        betas = self.beta + np.array([0, 1e-4])
        low, high = log_shape(f, betas, DUTY if self.kind == "meter" else None)
        slope = (high - low) / 1e-4
        floor = CROSSOVER**-self.beta if self.kind in ("known", "free") else 0.0
        share = np.exp(low) / (np.exp(low) + floor)
        rows = [share, share * slope] + ([1 - share] if self.kind == "free" else [])
        jacobian = np.array(rows)
        return math.sqrt(np.linalg.inv(0.5 * jacobian @ jacobian.T)[1, 1])

    def bias_bar(self) -> float:
        return 0.05 if self.kind == "free" and self.beta == 0.5 else ROWS[self.kind].bias


@dataclass(frozen=True)
class Found:
    """What came out of a cell: our numbers, reasons of refusal, and of each peer the same."""

    cell: Cell
    betas: np.ndarray
    held: float
    refused: Counter
    milliseconds: float
    peers: dict


def run(records: int, peer_records: int, cell: Cell) -> Found:
    betas, held, refused, spent = [], 0, Counter(), 0.0
    peers = {name: [] for name, peer in PEERS.items() if peer is not None}
    for seed in range(records):
        x = cell.record(seed)
        begun = time.process_time()
        fit = cell.fit(x)
        spent += time.process_time() - begun
        if fit.beta is None:
            refused[fit.reason.partition(":")[0]] += 1
        else:
            betas.append(fit.beta)
            held += fit.beta_low <= cell.beta <= fit.beta_high
        if seed < peer_records and cell.size == PEER_SIZE and cell.kind != "unneeded":
            for name, mine in peers.items():
                mine.append(PEERS[name](x))
    return Found(cell, np.array(betas), held / max(1, len(betas)), refused,
                 1e3 * spent / records, {name: np.array(rows) for name, rows in peers.items()})


def bias_rmse(betas: np.ndarray, truth: float) -> tuple[float, float]:
    return float(np.mean(betas - truth)), float(np.sqrt(np.mean((betas - truth) ** 2)))


def entry(found: Found) -> tuple[str, bool]:
    """bias / RMSE over bound / coverage (refused), and whether all are within the bars."""
    cell, row = found.cell, ROWS[found.cell.kind]
    bias, rmse = bias_rmse(found.betas, cell.beta)
    good = (abs(bias) <= cell.bias_bar() and rmse <= row.rmse * cell.bound()
            and row.coverage[0] <= found.held <= row.coverage[1] and not found.refused)
    refused = f" ({sum(found.refused.values())} refused)" if found.refused else ""
    return (f"{bias:+.3f} / {rmse / cell.bound():.2f} / {100 * found.held:.1f}{refused}"
            + ("" if good else " !"), good)


def table(results: dict[Cell, Found]) -> list[str]:
    """Our own numbers: one line for each row and length."""
    lines = ["| record | n | " + " | ".join(f"β = {beta:g}" for beta in BETAS) + " | ms |",
             "|---|---|" + "---|" * (len(BETAS) + 1)]
    for kind, row in ROWS.items():
        for size in SIZES:
            cells = [results.get(Cell(kind, beta, size)) for beta in BETAS]
            met = [found for found in cells if found]
            if met:
                lines.append(f"| {row.name} | {size} | "
                             + " | ".join(entry(found)[0] if found else "" for found in cells)
                             + f" | {min(found.milliseconds for found in met):.2f} |")
    return lines


def peer_table(results: dict[Cell, Found]) -> list[str]:
    """RMSE over ours, and coverage, of each peer on the same records."""
    lines = [f"| n = {PEER_SIZE} | record | "
             + " | ".join(f"β = {beta:g}" for beta in BETAS) + " |",
             "|---|---|" + "---|" * len(BETAS)]
    for name, peer in PEERS.items():
        if peer is None:
            lines.append(f"| {name} | not installed |" + " |" * len(BETAS))
            continue
        for kind in ("clean", "known", "free", "drift", "meter"):
            row = []
            for beta in BETAS:
                found = results.get(Cell(kind, beta, PEER_SIZE))
                row.append("" if not found or not len(found.peers[name]) else peer_entry(
                    found.peers[name], found))
            if any(row):
                lines.append(f"| {name} | {ROWS[kind].name} | " + " | ".join(row) + " |")
    return lines


def peer_entry(rows: np.ndarray, found: Found) -> str:
    truth = found.cell.beta
    _, rmse = bias_rmse(rows[:, 0], truth)
    _, ours = bias_rmse(found.betas[:len(rows)], truth)
    held = np.mean(np.abs(rows[:, 0] - truth) <= rows[:, 1])
    states = "none" if np.isnan(rows[:, 1]).all() else f"{100 * held:.0f} %"
    return f"{rmse / ours:.2f} / {states}"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=200, help="of each cell; 5000 in the docs")
    parser.add_argument("--peer-records", type=int, default=100)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rows", nargs="+", default=list(ROWS), choices=list(ROWS))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--output", type=Path, help="write the tables here, as markdown")
    given = parser.parse_args(arguments)
    cells = [Cell(kind, beta, size) for size in sorted(given.sizes, reverse=True)
             for kind in given.rows for beta in BETAS]
    work = partial(run, given.records, given.peer_records)
    cells = [cell for cell in cells if cell.is_asked()]
    if given.processes > 1:
        with ProcessPoolExecutor(given.processes) as pool:
            results = dict(zip(cells, pool.map(work, cells), strict=True))
    else:
        results = {cell: work(cell) for cell in cells}
    missed = sum(not entry(found)[1] for found in results.values())
    lines = [f"{given.records} records a cell: bias / RMSE over the Cramér-Rao bound / % of "
             "intervals that hold β; ms of CPU for an estimate.", "", *table(results), "",
             f"The common ways on {given.peer_records} of the same records: RMSE over ours / % of "
             "the intervals they state that hold β.", "", *peer_table(results), ""]
    text = "\n".join(lines)
    print(text, f"{missed} of {len(results)} cells miss a bar", sep="\n")
    if given.output is not None:
        given.output.write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
