"""What may be wrong with readings at uneven times although a β came out of them.

Under the model the innovations are independent and normal with one variance, at every scale and at
every time. Each test looks for another way in which they are not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.fft import dct
from scipy.interpolate import CubicSpline
from scipy.special import gammaincc, polygamma, psi
from scipy.stats import norm

from ginsen.analysis.diagnostics import Step
from ginsen.analysis.spectrum import Indices
from ginsen.analysis.uneven_posterior import (
    FINE,
    LEAST,
    MOST,
    TOP_FREQUENCY,
    Posterior,
    Question,
)
from ginsen.analysis.uneven_tree import Innovations, whitened
from ginsen.types import Array

BINS = 4
"""Into so many equal bins goes the spectrum of the innovations of a level, about an octave."""

FEWEST = 8
REACH = 1.5
"""So far from the β found are those of parts of the record looked for."""

PARTS = 3
PLACES = 16
STEPS = 13


def misfit(innovations: list[Innovations], fit: Posterior) -> tuple[float, float] | None:
    """Overdispersion, and the probability of a deviance at least as large under the model.

    The cosine transform of a level's innovations is white too; in four parts it resolves a quarter
    of an octave. The deviance Σ n (x - 1 - ln x) of n ordinates of mean x has under the model mean
    Σ n (ln n/2 - ψ(n/2)) and variance Σ n² (ψ₁(n/2) - 2/n), less what was fitted; its distribution
    is taken as the gamma of these two. None where there is less than twice as much as was fitted.
    """
    count, power = [], []
    for level in innovations:
        e = level.values[0, 0, 0]
        for part in np.array_split(dct(e, type=2, norm="ortho") ** 2,
                                   min(BINS, max(1, e.size // FEWEST))):
            count.append(part.size)
            power.append(float(part.mean()) / fit.amplitude)
    n, x = np.array(count, dtype=np.float64), np.array(power)
    fitted = 3 - fit.p_no_floor if fit.noise else 2.0
    if n.size < 2 * fitted:
        return None
    mean = float(np.sum(n * (np.log(n / 2) - psi(n / 2)))) - fitted
    variance = float(np.sum(n**2 * (polygamma(1, n / 2) - 2 / n))) - 2 * fitted
    deviance = float(np.sum(n * (x - 1 - np.log(x))))
    return deviance / mean, float(gammaincc(mean**2 / variance, deviance * mean / variance))


@dataclass(frozen=True)
class Parts:
    """β of parts of a record: z of second half less first, in β and in power, and of three bands.

    The halves are None where a record has but one level. `bands` are (first and last level, β, σ).
    """

    half_beta: float | None
    half_power: float | None
    bands: tuple[tuple[int, int, float, float], ...]


def parts(question: Question, fit: Posterior) -> Parts:
    """The parts of a record, each with an amplitude of its own and the floor that was found."""
    betas = np.clip(fit.beta + np.linspace(-REACH, REACH, STEPS), LEAST, MOST)
    betas = np.unique(betas)
    groups = [g for g in np.array_split(question.levels, PARTS) if g.size]
    halves, bands = np.zeros((2, 3, betas.size)), np.zeros((len(groups), 3, betas.size))
    noises = (fit.noise * TOP_FREQUENCY ** (fit.beta - betas))[:, None]
    for level in whitened(question.tree, question.values[None], betas, noises):
        if level.level not in question.levels:
            continue
        log, square = level.log_deviation[:, 0], level.values[0, :, 0] ** 2
        sums = np.stack([np.ones(log.shape), log, square])
        bands[[level.level in g for g in groups]] += sums.sum(axis=-1)
        if level.level < len(question.tree.levels) - 1:
            middle = log.shape[1] // 2
            halves += np.stack([sums[..., :middle].sum(axis=-1), sums[..., middle:].sum(axis=-1)])
    found = tuple((int(g[0]), int(g[-1]), *_moments(betas, sums))
                  for g, sums in zip(groups, bands, strict=True) if sums[0, 0] >= FEWEST)
    if halves[0, 0, 0] < FEWEST:
        return Parts(None, None, found)
    (first, a), (second, b) = (_moments(betas, sums) for sums in halves)
    middle = int(np.argmin(np.abs(betas - fit.beta)))
    power = halves[:, 2, middle] / halves[:, 0, middle]
    return Parts((second - first) / math.hypot(a, b),
                 math.log(power[1] / power[0]) / math.sqrt(float(np.sum(2 / halves[:, 0, 0]))),
                 found)


def largest_step(question: Question, innovations: list[Innovations], fit: Posterior) -> Step:
    """The step that the whitened record shows most clearly, and how likely noise alone shows one.

    Looked for at even places and within the most surprising differences, then ever closer around
    the best. Its height is the least-squares one against the whitened record; the p-value allows
    for as many independent places as there are readings.
    """
    n, width = question.tree.size, question.tree.size / PLACES
    surprising = [(2 * int(np.argmax(np.abs(level.values[0, 0, 0]))) + 1) << level.level
                  for level in innovations[:-1]]
    places = np.append(width * np.arange(1, PLACES), surprising).astype(int)
    while True:
        against, energy = _against_steps(question, fit, places)
        best = int(np.argmax(np.abs(against) / np.sqrt(energy)))
        if width < 1:
            break
        near = places[best] + np.round(width * np.linspace(-1, 1, PLACES + 1)).astype(int)
        places, width = np.unique(np.clip(near, 1, n - 1)), 2 * width / PLACES
    z = float(abs(against[best]) / np.sqrt(energy[best] * fit.amplitude))
    here = min(2 * float(norm.sf(z)), 1 - 1e-12)
    return Step(int(places[best]), float(against[best] / energy[best]),
                -math.expm1(n * math.log1p(-here)))


def _against_steps(question: Question, fit: Posterior, places: Indices) -> tuple[Array, Array]:
    """Σ of the whitened record times whitened unit steps before `places`, and Σ of the latter²."""
    steps = (np.arange(question.values.size) >= places[:, None]).astype(np.float64)
    against, energy = np.zeros(places.size), np.zeros(places.size)
    for level in question.innovations(fit, *steps):
        values, templates = level.values[0, 0, 0], level.values[1:, 0, 0]
        against += templates @ values
        energy += np.sum(templates**2, axis=1)
    return against, energy


def without_lines(question: Question, fit: Posterior, frequencies: Array) -> Array:
    """The values less the sines at `frequencies` (units of the sampling rate) in them.

    Their amplitudes and phases are the generalised least-squares ones under the fit.
    """
    tree = question.tree
    angle = 2 * np.pi * frequencies[:, None] * tree.levels[0].time
    sines = np.zeros((2 * frequencies.size, question.values.size))
    sines[:, :tree.size] = np.concatenate([np.cos(angle), np.sin(angle)])
    white = np.concatenate([level.values[:, 0, 0] for level in question.innovations(fit, *sines)],
                           axis=1)
    heights = np.linalg.lstsq(white[1:].T, white[0], rcond=1e-6)[0]
    return np.asarray(question.values - heights @ sines)


def _moments(betas: Array, sums: Array) -> tuple[float, float]:
    """Mean and standard deviation of β where Σ 1, Σ ln deviation, Σ square are `sums`, (3, β)."""
    n, log, square = sums
    likelihood = CubicSpline(betas, -log - n / 2 * np.log(square / n))
    fine = np.linspace(betas[0], betas[-1], 4 * FINE)
    weight = np.exp(likelihood(fine) - float(np.max(likelihood(fine))))
    mean = float(weight @ fine / weight.sum())
    return mean, math.sqrt(float(weight @ (fine - mean) ** 2 / weight.sum()))
