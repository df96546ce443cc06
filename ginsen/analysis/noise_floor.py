"""A source meter's own noise, from records of an open and of resistors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc

from ginsen.analysis.sampling import sampling_of
from ginsen.analysis.spectrum import HIGHEST_FREQUENCY, band_of, bins_of, coefficients
from ginsen.analysis.units import AmperesSquaredPerHertz, Hertz, Siemens
from ginsen.types import Array, InstrumentNoise, Record, Span

LOWEST = 0.1
"""In units of the sampling rate: below it a meter drifts more than in the two octaves above."""

RARE = 1e-3
"""An octave that holds so much more than the white level by chance is not white."""

FEWEST = 256
"""Readings: with fewer a floor is not known to better than a tenth."""


@dataclass(frozen=True)
class WhiteLevel:
    """The white noise of a current, from 0.1 to 0.4 of the sampling rate.

    `density` is one-sided and worth `count` ordinates, so that its relative standard uncertainty is
    √(2/count). Below `corner` there is more than twice as much noise, 0 where there is none such.
    `conductance` is the mean current over the level.
    """

    density: AmperesSquaredPerHertz
    count: float
    corner: Hertz
    conductance: Siemens


def white_level(record: Record, span: Span) -> WhiteLevel:
    """The white noise of one phase of a record.

    Where the bins scatter by more than chance about a level, as they do with mains lines, `count`
    is as much less. Raises ValueError for readings that cannot tell a floor.
    """
    samples = record.samples[span.part]
    current, where = samples.current, f"phase {span.name!r}"
    if current.size < FEWEST:
        raise ValueError(f"{where} has {current.size} readings; a noise floor takes {FEWEST}.")
    if not np.ptp(current):
        raise ValueError(f"{where}: the current does not move by one digit; a noise floor takes a "
                         "smaller range.")
    if samples.compliance.any() or not np.isfinite(current).all():
        raise ValueError(f"{where} has readings in compliance or beyond the range; a noise floor "
                         "takes a level and a range that hold the standard.")
    sampling = sampling_of(current, None, samples.time)
    if sampling.uneven is not None:
        raise ValueError(f"{where}: {sampling.uneven}")
    dt = sampling.dt
    power = coefficients(current, 1) ** 2
    kept = bins_of(band_of(current.size, dt, (LOWEST / dt, HIGHEST_FREQUENCY / dt), None))
    each, n = kept.mean(power), kept.count
    mean = float(n @ each) / float(n.sum())
    scatter = float(n @ (each / mean - 1) ** 2) / (2 * (n.size - 1))
    return WhiteLevel(2 * dt * mean, float(n.sum()) / max(1.0, scatter),
                      _corner(power, mean) / dt,
                      abs(float(np.mean(current)) / span.level) if span.level else math.nan)


def _corner(power: Array, mean: float) -> float:
    """Where noise rises above twice the level, in units of the sampling rate: 0 if nowhere."""
    size, highest = power.size, 0
    low = 4
    while low < 2 * LOWEST * size:
        octave = power[low:min(2 * low, int(2 * LOWEST * size) + 1)]
        ratio = float(octave.sum()) / mean
        if ratio > 2 * octave.size and gammaincc(octave.size / 2, ratio / 2) < RARE:
            highest = low + octave.size
        low *= 2
    return highest / (2 * size)


def instrument_noise(conductances: Sequence[float], densities: Sequence[float],
                     counts: Sequence[float], *, level: float,
                     measured: str = "") -> InstrumentNoise | None:
    """The noise W + G² S_V of a source meter from its density (A²/Hz) over each standard.

    `conductances` (S) of the standards are 0 for an open; `counts` are as those of `WhiteLevel`,
    `level` (V) is what all were measured at. Least squares, weighted by what each is worth; where
    more than two do not agree the uncertainties grow by as much. None without an open or without a
    resistor: two unknowns take both.
    """
    G, S, n = (np.asarray(each, dtype=np.float64) for each in (conductances, densities, counts))
    if not (G == 0).any() or not (G > 0).any():
        return None
    unit = float(G.max()) ** 2
    weight = n / (2 * S**2)
    rows = np.column_stack([np.ones(G.size), G**2 / unit])
    covariance = np.linalg.inv((rows.T * weight) @ rows)
    found = covariance @ ((rows.T * weight) @ S)
    if G.size > 2:
        covariance *= max(1.0, float(weight @ (S - rows @ found) ** 2) / (G.size - 2))
    u_meter, u_source = np.sqrt(np.diag(covariance)).tolist()
    return InstrumentNoise(
        float(found[0]) / level**2, float(found[1]) / unit / level**2, u_meter / level**2,
        u_source / unit / level**2, float(covariance[0, 1]) / (u_meter * u_source),
        tuple(sorted(float(each) for each in G if each > 0)), measured)
