"""Whether the intervals of a forgetting curve hold, and whether its law is recognised.

    python benchmarks/forgetting_coverage.py [--records 100] [--points 1000]

Curves of four laws over 100 s under f^-b noise of exact spectrum (not periodic), rms 2 % of the
amplitude. In per cent of the records: the law recognised; of those the 95 % interval that holds the
law's own parameter; of all, those that hold what is left at 10 s, and the half-life; and, given the
right law, the parameter's interval by unweighted least squares (scipy's `curve_fit`). Prints a
table in Markdown.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
from scipy.optimize import OptimizeWarning, brentq, curve_fit

from ginsen.analysis import forgetting_curve
from ginsen.analysis.relaxation_laws import LAWS

sys.path.append(str(Path(__file__).parents[1] / "tests" / "analysis"))
from exact_noise import noise

RMS, LAST = 0.02, 100.0

TRUTHS = {
    "exponential": ((20.0,), (1.0, 0.3)),
    "stretched exponential": ((10.0, 0.5), (1.0, 0.3)),
    "power law": ((0.4,), (0.5, 0.1)),
    "two exponentials": ((3.0, 40.0), (0.6, 0.8, 0.1)),
}


def held(name: str, b: float, points: int, seed: int) -> dict[str, bool | None]:
    """What holds for one record; None where it was not told."""
    t = LAST / points * np.arange(1, points + 1)
    law, (rates, amplitudes) = LAWS[name], TRUTHS[name]

    def truth(at: float) -> float:
        return float((law.basis(np.array([at]), np.array(rates)) @ np.array(amplitudes))[0])

    y = law.basis(t, np.array(rates)) @ np.array(amplitudes)
    x = noise(points, b, np.random.default_rng(seed))
    y = y + RMS * (x - x.mean()) / x.std()
    found = forgetting_curve(t, y, origin=0.0)
    parameter = law.rates[-1]
    right = found.law == name
    answers: dict[str, bool | None] = {"law": right, "parameter": None, "ratio": None,
                                       "half": None, "unweighted": None}
    if right and np.isfinite(found.errors[parameter]):
        miss = found.parameters[parameter] - rates[-1]
        answers["parameter"] = bool(abs(miss) < 1.96 * found.errors[parameter])
    left = found.by_law.get(10.0)
    if left is not None:
        answers["ratio"] = left.low <= truth(10.0) / truth(t[0]) <= left.high
    half = found.half_life_by_law
    if half is not None:
        at = brentq(lambda at: truth(at) - truth(t[0]) / 2, t[0], 100 * LAST)
        answers["half"] = half.low <= at <= half.high
    answers["unweighted"] = _unweighted(name, t, y)
    return answers


def _unweighted(name: str, t: np.ndarray, y: np.ndarray) -> bool | None:
    law, (rates, amplitudes) = LAWS[name], TRUTHS[name]
    m = len(rates)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)
        try:
            fit, covariance = curve_fit(
                lambda t, *p: law.basis(t, np.abs(p[:m])) @ np.array(p[m:]), t, y,
                p0=[*rates, *amplitudes])
        except RuntimeError:
            return None
    return bool(abs(fit[m - 1] - rates[-1]) < 1.96 * np.sqrt(covariance[m - 1, m - 1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100)
    parser.add_argument("--points", type=int, default=1000)
    options = parser.parse_args()
    print("| law | noise b | recognised | parameter | left at 10 s | half-life | unweighted |")
    print("|---|---|---|---|---|---|---|")
    for name in TRUTHS:
        for b in (0.0, 1.0, 1.5):
            answers = [held(name, b, options.points, seed) for seed in range(options.records)]
            shares = []
            for key in ("law", "parameter", "ratio", "half", "unweighted"):
                known = [each[key] for each in answers if each[key] is not None]
                shares.append(f"{100 * np.mean(known):.0f}" if known else "-")
            print(f"| {name} | {b:g} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main()
