"""What binned ordinates say about β where the floor is not known: it is integrated out.

S = a (s(f; β)/s_top + ρ): a power law of density `a` at the top of the band and a white floor ρ
times that. The prior is a mixture. At odds of NO_FLOOR/√n there is no floor and the prior of β is
that of `marginal_of`: a further parameter costs √n, as in Schwarz's criterion. Else β and ln ρ
follow Jeffreys' prior √det F, F the Fisher information of (ln a, β, ln ρ) in these very bins. Both
are tilted by exp(-TILT β). A prior even in ln ρ instead puts weight where β and floor can't be told
apart: there its intervals fall short and its mean is biased.

ln L is smooth on a scale that does not shrink with the record, unlike L. So it is taken from a
table whose 1/G = 1/(s/s_top + ρ) is kept, one product of a matrix and the data, interpolated about
its peak, and only then raised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ginsen.analysis.drift import response_of
from ginsen.analysis.posterior import (
    BETAS,
    STEP,
    TILT,
    Bare,
    Marginal,
    Posterior,
    fine_for,
    interpolation,
    peak_of,
    raised,
    remaining_of,
    row_of,
    rows_of,
    summed_up,
)
from ginsen.analysis.spectrum import Band, bins_of
from ginsen.types import Array

NO_FLOOR = 3.0
"""Chosen on simulated spectra, so that intervals cover with a floor and without."""

LEAST = math.log(0.001)
"""The least ln ρ that is thought of."""

CLEAR_OF_FLOOR = 8.0
"""A floor is thought of only where the signal rises above it over three octaves of the band."""

ROWS = BETAS[::2]
COLUMNS = 64
SCAN = (6, 2)
"""Every so many rows and columns are looked at first."""

FINE = 64
NEGLIGIBLE = 1e-9


@dataclass(frozen=True, eq=False)
class Table:
    """What a band and a front end make of β (rows) and ln ρ (columns), whatever the data.

    `inverse` is 1/G, shape (rows, columns, bins), `scan` what is looked at first of it, `half_log`
    ½ Σ n ln G and `log_prior` ln of the prior's density there; `most` is the greatest ln ρ of each
    row.
    """

    shape: Array
    count: Array
    columns: Array
    bare: Bare
    most: Array
    inverse: Array
    scan: Array
    half_log: Array
    log_prior: Array


def free_floor(band: Band, duty: float | None, power: Array) -> Posterior:
    """The posterior of β from the mean `power` of each bin of `response_of`, the floor unknown."""
    table = table_of(band, duty)
    count, n = table.count, float(table.count.sum())
    betas, log_ratio, weight, evidence = _weighed(table, power)
    floored = Marginal(betas, weight.sum(axis=1), evidence)
    bare = table.bare.marginal(power)
    lead = min(bare.log_evidence - evidence, 600.0)
    odds = NO_FLOOR / math.sqrt(n) * math.exp(lead)
    p_none = odds / (1 + odds)
    parts = [(p_none, bare), (1 - p_none, floored)]
    beta, sigma, low, high, edge = summed_up([part for part in parts if part[0] > NEGLIGIBLE])
    here = weight[min(int(np.searchsorted(betas, beta)), betas.size - 1)]
    ratio = (1 - p_none) * float(np.exp(log_ratio) @ here / here.sum())
    log_shape, _ = row_of(table.shape, beta)
    relative = np.exp(log_shape - log_shape[-1])
    a = float(count @ (power / (relative + ratio)) / n)
    return Posterior(beta, sigma, low, high, a / math.exp(log_shape[-1]), a * ratio, p_none,
                     a * (relative + ratio), a * relative, edge)


def _weighed(table: Table, power: Array) -> tuple[Array, Array, Array, float]:
    """Nodes of β, of ln ρ, likelihood times prior at both, and ln of its integral."""
    mass, n, half_log = table.count * power, float(table.count.sum()), table.half_log

    def log_posterior(inverse: Array, rows: slice, columns: slice) -> Array:
        likelihood = -0.5 * n * np.log(inverse @ mass)
        return np.asarray(likelihood - half_log[rows, columns] + table.log_prior[rows, columns])

    scanned = slice(None, None, SCAN[0]), slice(None, None, SCAN[1])
    rows = peak_of(log_posterior(table.scan, *scanned).max(axis=1), SCAN[0], ROWS.size)
    here = log_posterior(table.inverse[rows], rows, slice(None))
    near, columns = peak_of(here.max(axis=1)), peak_of(here.max(axis=0))
    betas, along = interpolation(ROWS[rows][near], fine_for(n, FINE))
    log_ratio, across = interpolation(table.columns[columns], fine_for(n, FINE))
    weight, top = raised(along @ here[near, columns] @ across.T)
    weight[log_ratio > np.interp(betas, ROWS, table.most)[:, None]] = 0
    area = (betas[1] - betas[0]) * (log_ratio[1] - log_ratio[0])
    return betas, log_ratio, weight, top + math.log(float(weight.sum()) * area)


@lru_cache(maxsize=16)
def table_of(band: Band, duty: float | None) -> Table:
    """The table of a band and a front end."""
    bins, shape, n = bins_of(band), remaining_of(band, duty), response_of(band).count
    foot = int(np.searchsorted(bins.frequency, CLEAR_OF_FLOOR * bins.frequency[0]))
    foot = min(foot, n.size - 1)
    rows = rows_of(shape, ROWS)
    most = np.maximum(rows[:, foot] - rows[:, -1], LEAST + 0.5)
    columns = np.linspace(LEAST, float(most[-1]), COLUMNS)
    signal = np.exp(rows - rows[:, -1:])[:, None, :]
    G = signal + np.exp(columns)[:, None]
    p = signal / G
    # The slopes of ln S are 1, p d ln s/dβ and 1 - p. Deep in the floor p is minute, not its shape.
    greatest = p.max(axis=2)
    p /= greatest[:, :, None]
    slope = rows_of(shape, ROWS + STEP) - rows_of(shape, ROWS - STEP)
    slope -= (slope @ n / n.sum())[:, None]
    slopes = np.stack([np.ones_like(p), p * slope[:, None, :], p])
    fisher = np.einsum("ibrk,jbrk,k->brij", slopes, slopes, n / n.sum(), optimize=True)
    log_prior = (0.5 * np.log(np.maximum(np.linalg.det(fisher), 1e-12)) + 2 * np.log(greatest)
                 - TILT * ROWS[:, None])
    area = (ROWS[1] - ROWS[0]) * (columns[1] - columns[0])
    log_prior -= math.log(float(np.sum(np.exp(log_prior[columns <= most[:, None]]))) * area)
    inverse = 1 / G
    return Table(shape, n, columns, Bare.of(shape, n), most, inverse,
                 np.ascontiguousarray(inverse[::SCAN[0], ::SCAN[1]]), 0.5 * (np.log(G) @ n),
                 log_prior)
