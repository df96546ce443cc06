"""How β is commonly had from a spectrum or from fluctuations, with the interval each one states.

Each gives β, and the half-width of a 95 % interval: 1.96 standard errors of the line that is
fitted, what its user would print; NaN where a tool states none. Samples are a second apart and the
line is fitted up to 0.4 Hz, as for Ginsen's own.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.signal import welch
from scipy.signal.windows import dpss

try:
    from specparam import SpectralModel
except ImportError:
    SpectralModel = None

HIGHEST = 0.4


def line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Slope and 1.96 standard errors of it."""
    (slope, _), covariance = np.polyfit(x, y, 1, cov=True)
    return float(slope), 1.96 * float(np.sqrt(covariance[0, 0]))


def spectrum_line(f: np.ndarray, power: np.ndarray) -> tuple[float, float]:
    kept = (f > 0) & (f <= HIGHEST)
    slope, wide = line(np.log(f[kept]), np.log(power[kept]))
    return -slope, wide


def welch_line(x: np.ndarray) -> tuple[float, float]:
    """scipy.signal.welch with segments of an eighth, as the study found best of its settings."""
    return spectrum_line(*welch(x, nperseg=x.size // 8))


@lru_cache(maxsize=4)
def tapers(n: int) -> np.ndarray:
    return dpss(n, 4, 7)


def multitaper_line(x: np.ndarray) -> tuple[float, float]:
    """Seven Slepian tapers of time-bandwidth 4."""
    power = np.mean(np.abs(np.fft.rfft(tapers(x.size) * (x - x.mean()), axis=1)) ** 2, axis=0)
    f = np.arange(power.size) / x.size
    return spectrum_line(f[4:], power[4:])


def dfa_line(x: np.ndarray) -> tuple[float, float]:
    """Detrended fluctuation analysis with lines, 16 lengths from 8 to n/8; β = 2 α - 1."""
    walk = np.cumsum(x - x.mean())
    sizes = np.unique(np.geomspace(8, x.size // 8, 16).astype(int))
    fluctuation = []
    for size in sizes:
        parts = walk[: walk.size // size * size].reshape(-1, size)
        t = np.arange(size) - (size - 1) / 2
        parts = parts - parts.mean(axis=1, keepdims=True)
        parts = parts - np.outer(parts @ t / (t @ t), t)
        fluctuation.append(np.sqrt(np.mean(parts**2)))
    slope, wide = line(np.log(sizes), np.log(fluctuation))
    return 2 * slope - 1, 2 * wide


def specparam_fixed(x: np.ndarray) -> tuple[float, float]:
    """specparam, aperiodic mode "fixed", no peaks, on a Welch spectrum; it states no interval."""
    f, power = welch(x, nperseg=x.size // 8)
    model = SpectralModel(max_n_peaks=0, aperiodic_mode="fixed", verbose=False)
    model.fit(f[1:], power[1:], (f[1], HIGHEST))
    return float(model.get_params("aperiodic", "exponent")), float("nan")


PEERS = {"scipy Welch + line": welch_line, "multitaper + line": multitaper_line, "DFA": dfa_line,
         "specparam": specparam_fixed if SpectralModel is not None else None}
