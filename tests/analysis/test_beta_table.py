"""A corner of the table of docs/beta.md, on fewer records: `benchmarks/beta_table.py`."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from beta_table import PEER_SIZE, ROWS, Cell, entry, run
from power_law_noise import noise

RECORDS = 300


@pytest.mark.parametrize("beta", [0.0, 1.0, 2.0])
def test_the_noise_has_its_spectrum(beta):
    # Periodograms of twice differenced records: no leakage, and the differences' filter is known.
    rng, n, f = np.random.default_rng(2), 256, np.fft.rfftfreq(254)[8:120]
    power = np.mean([np.abs(np.fft.rfft(np.diff(noise(n, beta, rng), 2))) ** 2
                     for _ in range(2000)], axis=0)[8:120] / 254
    expected = f**-beta * (2 * np.sin(np.pi * f)) ** 4
    ratio = power / expected
    assert np.mean(ratio[f > 0.1]) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("kind", "beta", "size"), [
    ("clean", 0.5, 1000), ("clean", 3.0, 1000), ("known", 1.0, 1000), ("free", 1.5, 1000),
    ("free", 2.0, 1000), ("drift", 0.0, 1000), ("drift", 3.0, 1000), ("meter", 1.0, 1000),
    ("unneeded", 1.0, 1000)])
def test_cells_are_within_their_bars(kind, beta, size):
    cell, row = Cell(kind, beta, size), ROWS[kind]
    found = run(RECORDS, 0, cell)
    assert not found.refused
    error = found.betas - beta
    # 300 records tell an RMSE to 4 %, a coverage to 1.3 % and a bias to 0.06 σ.
    assert np.sqrt(np.mean(error**2)) < 1.12 * row.rmse * cell.bound()
    assert row.coverage[0] - 0.035 < found.held < min(1, row.coverage[1] + 0.025) + 1e-9
    assert abs(error.mean()) < row.bias + 0.2 * error.std()


def test_a_miss_is_marked():
    found = run(40, 3, Cell("clean", 1.0, PEER_SIZE))
    text, good = entry(found)
    assert text.endswith("!") is not good
    assert set(found.peers) >= {"scipy Welch + line", "multitaper + line", "DFA"}
    assert all(len(rows) == 3 for rows in found.peers.values())
