"""What a record and a twin are compared by: the same few numbers, taken in the same way."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.fft import dct

from ginsen.analysis.steps import find_steps
from ginsen.calibration.stimulus import FEWEST, Hold, latency
from ginsen.types import Array

WINDOW = 30.0
SETTLING = 5.0
"""s: the window of a fluctuation, and what is left out before the first, after a level begins or a
path has formed."""

AGES = (1.0, 3.0, 10.0, 30.0, 100.0)
"""s: when what is left, or what has been learnt, is looked at."""

FORGETS = 0.2
"""A level of less than this share of the greatest before it lets the sample forget."""

LOW, HIGH = (0.1, 1.0), (1.0, 10.0)
"""Hz: the two bands of β."""

FLUCTUATION = ("ln rms/G", "ln S at 1 Hz", "β 0.1-1 Hz", "β 1-10 Hz", "ln |ΔG|/G",
               "ln step/G", "ln dwell")


def statistics(holds: tuple[Hold, ...]) -> Mapping[str, float]:
    """The numbers of a record, by hold and name; NaN where a path that should form does not.

    Logarithms are natural: of the latency (s), of conductances (S), of S_G/G² at 1 Hz (1/Hz), of
    dwell times (s). Fluctuations are medians over 30 s windows, see `fluctuation`.
    """
    found: dict[str, float] = {}
    greatest = 0.0
    for number, hold in enumerate(holds, start=1):
        place = f"{number} {hold.name}: "
        if abs(hold.level) < FORGETS * greatest:
            found.update({place + name: value for name, value in _forgetting(hold).items()})
        else:
            found.update({place + name: value for name, value in _driven(hold).items()})
        greatest = max(greatest, abs(hold.level))
    return found


def _forgetting(hold: Hold) -> Mapping[str, float]:
    """How far G has fallen from the first read, and its changes from one reading to the next."""
    ratios = hold.G / hold.G[0]
    found = {f"ln G({age:g} s)/G": math.log(_near(ratios, age / hold.interval))
             for age in AGES if age < hold.duration}
    found["ln |ΔG|/G"] = _log_change(hold.G)
    found["ln largest fall"] = math.log(max(1e-4, float(np.max(ratios[:-4] - ratios[4:]))))
    return found


def _driven(hold: Hold) -> Mapping[str, float]:
    """The way to the plateau, its level, and its fluctuation."""
    G, found = hold.G, {}
    if hold.trigger is not None:
        at = latency(G, hold.interval, hold.trigger)
        found["ln latency"] = math.log(at) if G.max() > hold.trigger else math.nan
        found["ln G at first"] = math.log(float(np.median(G[:FEWEST])))
        G = G[round(at / hold.interval):]
    else:
        for age in (0.0, *AGES[:3]):
            found[f"ln G({age:g} s)/G at last"] = math.log(
                _near(G, age / hold.interval) / float(np.median(G[-FEWEST:])))
    settled = G[round(SETTLING / hold.interval):]
    size = round(WINDOW / hold.interval)
    if settled.size < FEWEST:
        nothing = dict.fromkeys(("ln G", *FLUCTUATION), math.nan)
        return {**found, **nothing}
    windows = [settled[first:first + size]
               for first in range(0, max(settled.size - size + 1, 1), size)]
    each = np.array([fluctuation(window, hold.interval) for window in windows])
    found["ln G"] = math.log(float(np.median(settled)))
    found.update(zip(FLUCTUATION, np.median(each, axis=0).tolist(), strict=True))
    return found


def fluctuation(G: Array, interval: float) -> Array:
    """Of one window of G (S), shape (n,), read every `interval` (s): what `FLUCTUATION` names.

    A straight line is taken out. The spectrum is the squared DCT-II over half octaves; each β is
    the slope of ln S over ln f, S at 1 Hz their common line from 0.5 to 2 Hz. Steps are those of
    `find_steps`; where it finds none the height is the rms, for no smaller step could be seen.
    """
    mean = float(G.mean())
    time = np.linspace(-1.0, 1.0, G.size)
    rest = (G - np.polynomial.Polynomial.fit(time, G, 1)(time)) / mean
    power = dct(rest, norm="ortho")[1:] ** 2 * 2 * interval
    frequency = np.arange(1, G.size) / (2 * G.size * interval)
    rms = max(float(rest.std()), 1e-9)
    low, _ = _line(frequency, power, *LOW)
    high, _ = _line(frequency, power, HIGH[0], min(HIGH[1], 0.4 / interval))
    _, at_one = _line(frequency, power, 0.5, 2.0)
    steps = find_steps(G)
    height = float(np.median([abs(step.height) for step in steps])) / mean if steps else rms
    dwell = G.size * interval / (len(steps) + 1)
    return np.array((math.log(rms), at_one, low, high, _log_change(G), math.log(height),
                     math.log(dwell)))


def _line(frequency: Array, power: Array, low: float, high: float) -> tuple[float, float]:
    """β and ln S at 1 Hz of a power law through half octaves from `low` to `high` (Hz)."""
    inside = (frequency >= low) & (frequency < high)
    octave = np.floor(2 * np.log2(frequency[inside] / low)).astype(np.intp)
    count = np.bincount(octave)
    kept = count > 0
    S = np.bincount(octave, power[inside])[kept] / count[kept]
    f = np.bincount(octave, np.log(frequency[inside]))[kept] / count[kept]
    if f.size < 2:
        return 0.0, math.log(max(float(power.mean()), 1e-300))
    slope, level = np.polynomial.polynomial.polyfit(
        f, np.log(np.maximum(S, 1e-300)), 1, w=np.sqrt(count[kept]))[::-1]
    return -float(slope), float(level)


def _log_change(G: Array) -> float:
    return math.log(max(float(np.median(np.abs(np.diff(G)))) / float(np.median(G)), 1e-9))


def _near(values: Array, index: float) -> float:
    """The median of the few values about an index."""
    here = round(index)
    around = max(1, here // 20)
    return float(np.median(values[max(0, here - around):here + around + 1]))
