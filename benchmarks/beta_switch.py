"""How soon a change of β is announced, and how often one is that never was.

    python benchmarks/beta_switch.py [--records 100] [--windows 512,1024] [--lengths 10000]

Noise of exact spectrum (not periodic) changes its β from 1 to 2, or back, at a random place between
two hops; the second record goes on where the first ended. `same density`: the two spectra cross at
0.15 of the sampling rate, in the middle of what a window sees, so that power says little.
`same size`: both records have the same standard deviation. Delays count in window lengths from the
change to the end of the window that announces it. False alarms are counted in records of β = 1 and
2 that do not change: those of the test of the noise in `--lengths` windows, and all alarms, with
the search for steps and every estimate of β, in a tenth of that. Prints two tables in Markdown.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from ginsen.analysis.change_points import PARTS, RARE, Past
from ginsen.analysis.states import state_track
from ginsen.types import Samples

sys.path.append(str(Path(__file__).parents[1] / "tests" / "analysis"))
from exact_noise import amplitude, noise

MIDDLE = 0.15
LENGTHS = 16
"""Windows to one record of the false alarms, beside the first."""


def changed(window: int, first: float, second: float, same: str,
            rng: np.random.Generator) -> tuple[Samples, float]:
    """Four windows of β `first`, three of `second`, and when it changed."""
    a, b = noise(4 * window, first, rng), noise(3 * window, second, rng)
    if same == "density":
        b *= np.sqrt(amplitude(first) * MIDDLE**-first / (amplitude(second) * MIDDLE**-second))
    else:
        b *= a.std() / b.std()
    late = int(rng.integers(window // 8))
    return _samples(np.concatenate([a, a[-1] + b[1:] - b[0]])[late:]), 4.0 * window - late


def delays(window: int, first: float, second: float, same: str,
           records: int) -> tuple[list[float], int, list[float]]:
    """Delay of each first alarm (infinite if none), alarms before the change, errors of place."""
    found, early, errors = [], 0, []
    for record in range(records):
        samples, at = changed(window, first, second, same, np.random.default_rng(record))
        alarms = [each.changed for each in state_track(samples, window)
                  if each.new and each.changed is not None]
        early += sum(alarm.announced < at for alarm in alarms)
        late = [alarm for alarm in alarms if alarm.announced >= at]
        found.append((late[0].announced - at) / window if late else np.inf)
        errors += [abs(late[0].time - at) / window] if late else []
    return found, early, errors


def noise_alarms(window: int, beta: float, lengths: int) -> int:
    """P below RARE in `lengths` windows' lengths, of windows and of those half as long.

    Alarms within a window of the first are the same one: it is announced once.
    """
    alarms = 0
    for record in range(-(-lengths // LENGTHS)):
        x = noise((LENGTHS + 1) * window, beta, np.random.default_rng(10**6 + record))
        ends = []
        for size, new in ((window // 2, PARTS[0]), *((window, part) for part in PARTS)):
            past = Past(new)
            for first in range(0, x.size - size + 1, size // 8):
                if past.take(x[first:first + size], float(first), float(first + size)) < RARE:
                    ends.append(first + size)
        last = -window
        for end in sorted(ends):
            if end - last >= window:
                alarms, last = alarms + 1, end
    return alarms


def all_alarms(window: int, beta: float, lengths: int) -> int:
    """Announcements in `lengths` windows' lengths of noise that does not change."""
    alarms = 0
    for record in range(-(-lengths // LENGTHS)):
        x = noise((LENGTHS + 1) * window, beta, np.random.default_rng(10**6 + record))
        alarms += sum(each.new for each in state_track(_samples(x), window))
    return alarms


def _samples(x: np.ndarray) -> Samples:
    return Samples.of(np.arange(x.size), np.ones(x.size), x)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100)
    parser.add_argument("--windows", default="512,1024")
    parser.add_argument("--lengths", type=int, default=10_000)
    options = parser.parse_args()
    windows = [int(window) for window in options.windows.split(",")]
    print("| window | β | same | median delay | 95 % | not within 0.9 | too early | place |")
    print("|---|---|---|---|---|---|---|---|")
    for window in windows:
        for first, second in ((1.0, 2.0), (2.0, 1.0)):
            for same in ("density", "size"):
                found, early, errors = delays(window, first, second, same, options.records)
                late = sum(delay > 0.9 for delay in found)
                print(f"| {window} | {first:g} → {second:g} | {same} | {np.median(found):.2f} "
                      f"| {np.quantile(found, 0.95, method='higher'):.2f} "
                      f"| {late} of {len(found)} | {early} | {np.median(errors):.3f} |", flush=True)
    few = options.lengths // 10
    print(f"\n| window | β | of {options.lengths} by their noise | of {few} by anything |")
    print("|---|---|---|---|")
    for window in windows:
        for beta in (1.0, 2.0):
            print(f"| {window} | {beta:g} | {noise_alarms(window, beta, options.lengths)} "
                  f"| {all_alarms(window, beta, few)} |", flush=True)


if __name__ == "__main__":
    main()
