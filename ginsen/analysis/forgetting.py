"""How a network forgets: G(t) after the pulse, its ratios, its half-life and its law."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.signal import medfilt

from ginsen.analysis.relaxation import Relaxation, fit_laws
from ginsen.analysis.relaxation_laws import LAWS
from ginsen.analysis.retention_intervals import Interval, half_life_by_law, ratio_by_law
from ginsen.types import Array

AGES = (1.0, 10.0, 100.0)
FEWEST_READS = 16
NEIGHBOURHOOD = 0.05


@dataclass(frozen=True)
class Retention:
    """What is left of a conductance, `t` s after the pulse.

    `first` (S) is the first read, `first_time` (s) its age, `u_first` (S) its standard
    uncertainty, NaN where unknown. `ratios` gives G over the first read at 1, 10 and 100 s, None
    outside the record. `half_life` (s) is the age at which G has fallen to half the first read;
    None with `half_life_reason` if it never did. `law` is the name of the relaxation that explains
    the record best, `parameters` and `errors` its parameters (SI) and their standard errors,
    `bic` the criterion of every law tried (the lowest wins), `noise_exponent` the b of the f^-b
    noise under it; `law_reason` says why there is no law. `by_law` are the same ratios and
    `half_life_by_law` the half-life of the fitted law, its noise left out, with 95 % intervals;
    they count from the law's own value at the first read after the origin. The law holds from
    there to the age `last_time` (s), and nothing is said of what lies beyond.
    """

    first_time: float
    first: float
    u_first: float
    ratios: Mapping[float, float | None]
    half_life: float | None
    half_life_reason: str | None = None
    law: str | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    errors: Mapping[str, float] = field(default_factory=dict)
    bic: Mapping[str, float] = field(default_factory=dict)
    noise_exponent: float | None = None
    law_reason: str | None = None
    last_time: float = math.nan
    by_law: Mapping[float, Interval] = field(default_factory=dict)
    half_life_by_law: Interval | None = None
    relaxation: Relaxation | None = None

    def curve(self, ages: npt.ArrayLike) -> Array:
        """The law's conductance (S) at `ages` (s). Raises ValueError where there is no law."""
        if self.relaxation is None:
            raise ValueError(f"there is no curve without a law: {self.law_reason}")
        return self.first * self.relaxation.curve(np.asarray(ages, dtype=np.float64))


def forgetting_curve(time: npt.ArrayLike, conductance: npt.ArrayLike, *, origin: float,
                     u: npt.ArrayLike | None = None) -> Retention:
    """What is left of `conductance` (S) at `time` (s), ages counted from `origin` (s).

    `u` (S) are standard uncertainties of the conductance. Points before `origin` and points that
    are not finite are left out; a read at the origin itself is the first, but no law describes it.
    A ratio at some age is the median over ages within 5 % of it, or between the neighbours if there
    are fewer than three. Raises ValueError where no point is left.
    """
    t = np.asarray(time, dtype=np.float64) - origin
    G = np.asarray(conductance, dtype=np.float64)
    if t.ndim != 1 or t.shape != G.shape:
        raise ValueError(f"time has shape {t.shape}, conductance {G.shape}: both are (n,)")
    u_G = np.full(G.shape, np.nan) if u is None else np.asarray(u, dtype=np.float64)
    order = np.argsort(t, kind="stable")
    order = order[(t >= 0)[order] & np.isfinite(G)[order]]
    t, G, u_G = t[order], G[order], u_G[order]
    if t.size == 0 or G[0] == 0:
        raise ValueError(f"no conductance was read after the origin at {origin:g} s")
    first = float(G[0])
    half_life, reason = _half_life(t, G / first)
    t_first, t, G = float(t[0]), t[t > 0], G[t > 0]  # ages are compared by their logarithms
    kept = Retention(t_first, first, float(u_G[0]),
                     {age: _ratio(t, G / first, age) for age in AGES}, half_life, reason,
                     last_time=float(t[-1]) if t.size else t_first)
    no_law = _refuse_law(t, G)
    if no_law is not None:
        return replace(kept, law_reason=no_law)
    found = fit_laws(t, G / first)
    if found is None:
        return replace(kept, law_reason="no decay is told from the noise: a constant explains as "
                                        "much as any law")
    amplitudes = LAWS[found.law].amplitudes if found.law in LAWS else ("rest_S",)
    unit = dict.fromkeys(amplitudes, first)
    t0, t1 = float(t[0]), float(t[-1])
    by_law = {age: ratio_by_law(found, age, t0) for age in AGES if t0 <= age <= t1}
    return replace(
        kept, law=found.law, bic=found.bic, noise_exponent=found.noise_exponent, relaxation=found,
        parameters={name: value * unit.get(name, 1) for name, value in found.parameters.items()},
        errors={name: error * abs(unit.get(name, 1)) for name, error in found.errors.items()},
        by_law={age: ratio for age, ratio in by_law.items() if ratio is not None},
        half_life_by_law=half_life_by_law(found, t0, t1))


def _ratio(t: Array, ratio: Array, age: float) -> float | None:
    """What is left at `age`; `ratio` is G over the first read at ages `t` > 0."""
    if not (t.size and t[0] <= age <= t[-1]):
        return None
    near = np.abs(np.log(t / age)) < NEIGHBOURHOOD
    return float(np.median(ratio[near]) if np.count_nonzero(near) >= 3 else
                 np.interp(math.log(age), np.log(t), ratio))


def _half_life(t: Array, ratio: Array) -> tuple[float | None, str | None]:
    """The age at which the running median of five ratios first crosses one half."""
    smooth = medfilt(np.pad(ratio, 2, mode="edge"), 5)[2:-2]
    below = np.flatnonzero(smooth <= 0.5)
    if below.size == 0:
        return None, (f"half of the first read was never reached: {smooth.min():.2f} of it is the "
                      f"least in {t[-1]:.4g} s")
    i = int(below[0])
    if i == 0:
        return float(t[0]), None
    share = (smooth[i - 1] - 0.5) / (smooth[i - 1] - smooth[i])
    return float(t[i - 1] + share * (t[i] - t[i - 1])), None


def _refuse_law(t: Array, G: Array) -> str | None:
    """Why a curve has no law, or None."""
    if t.size < FEWEST_READS:
        return f"too short: {t.size} reads, where a law needs {FEWEST_READS}"
    if np.ptp(G) == 0:
        return f"constant: all {t.size} reads are the same"
    return None
