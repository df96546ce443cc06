"""Avalanches of the twin below, at and above its threshold, beside two surrogates.

The threshold is where growth balances loss in every junction of the shortest path,
2 (E_growth - E_loss) a junction (docs/twin.md). A path is formed at 5 V for 10 s; after a minute at
the bias G is read every 20 ms. Sizes are counted in events, as `study_avalanches` does; the same
changes in another order and with random phases go the same way.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from twin_behaviour import held

from ginsen.analysis.avalanche_study import study_avalanches
from ginsen.analysis.avalanches import find_avalanches, find_events, usual_bin, usual_threshold
from ginsen.analysis.surrogates import phase_randomised, shuffled
from ginsen.calibration import TwinModel
from ginsen.types import Array

DT, SECONDS = 0.02, 1000.0
SHARES = (0.5, 1.0, 1.5)
COLOURS = {"measured": "#0072B2", "shuffled": "#D55E00", "phase-randomised": "#8c8c8c"}


def threshold(model: TwinModel) -> float:
    """The bias (V) at which the junctions of the shortest path neither grow nor dissolve."""
    filament = model.filament
    return 2 * (filament.growth_barrier - filament.loss_barrier) * model.path()[0]


def plateau(volts: float, seed: int) -> Array:
    engine = TwinModel().engine(seed)
    held(engine, 5.0, 10.0, 1.0)
    held(engine, volts, 60.0, 1.0)
    return held(engine, volts, SECONDS, DT)


def sizes(G: Array, level: float) -> Array:
    """Events in each avalanche of changes above `level` (S)."""
    events = find_events(G, level)
    found = find_avalanches(events, usual_bin(events), DT)
    return found.size.astype(np.float64)


def draw(path: Path, runs: int) -> None:
    """A PNG with one panel for each bias."""
    figure, panels = plt.subplots(1, 3, figsize=(11, 3.7), layout="constrained", sharex=True,
                                  sharey=True)
    at = threshold(TwinModel())
    for axes, share in zip(panels, SHARES, strict=True):
        made: dict[str, list[Array]] = {source: [] for source in COLOURS}
        readings: Counter[str] = Counter()
        for seed in range(runs):
            G = plateau(share * at, seed)
            level = usual_threshold(G)
            for source, record in (("measured", G), ("shuffled", shuffled(G, seed)),
                                   ("phase-randomised", phase_randomised(G, seed))):
                made[source].append(sizes(record, level))
            readings[study_avalanches(G, DT, seed=seed).reading] += 1
        for source, parts in made.items():
            values = np.sort(np.concatenate(parts))
            axes.loglog(values, 1 - np.arange(values.size) / values.size, lw=1.5,
                        color=COLOURS[source], label=source.replace("measured", "the twin"))
            print(f"{share * at:.2f} V, {source}: {values.size} avalanches in {runs} runs, "
                  f"mean size {values.mean():.2f}, largest {values[-1]:g}")
        for reading, times in readings.items():
            print(f"    {times} of {runs} runs: {reading}", flush=True)
        axes.set(title=f"{share * at:.2g} V, {share:g} of the threshold", xlabel="events, at least")
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("share of avalanches")
    panels[0].legend(frameon=False, fontsize=9)
    figure.savefig(path, dpi=110)

