"""How the twin activates, switches, loops, learns and forgets: several runs of each, drawn.

The default sample (`TwinModel()`, the wires of `fluctuating_network.toml`); a run is another
chance. Prints the numbers that docs/twin.md gives.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from ginsen.calibration import TwinModel
from ginsen.physics.engine import Engine
from ginsen.types import Array

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#a8a8a8"
TRIGGER = 1e-6
"""S. A path counts as formed above it: a hundred times the virgin network."""
BIASES = (2.75, 3.0, 3.25, 3.5, 4.0, 4.5)
LONGEST = 600.0
PULSE, PULSE_TIME, REST, PULSES = 4.0, 5.0, 50.0, 6


def held(engine: Engine, volts: float, seconds: float, dt: float) -> Array:
    """G (S) over each `dt` at a constant bias."""
    sources = [(volts, 0.0, np.inf, 1.0), (0.0, 0.0, np.inf, 1.0)]
    return engine.advance(dt, sources, round(seconds / dt)).current[:, 0] / volts


def latency(seed: int, volts: float) -> float:
    """When (s) a path has formed on the virgin network; NaN where none does in time."""
    engine, dt, block = TwinModel().engine(seed), 0.02, 10.0
    for begun in np.arange(0.0, LONGEST, block):
        above = np.flatnonzero(held(engine, volts, block, dt) > TRIGGER)
        if above.size:
            return float(begun + dt * above[0])
    return float("nan")


def loop(seed: int, top: float = 5.0, seconds: float = 40.0, cycles: int = 2) -> tuple[Array, ...]:
    """V and I of triangles through both polarities, shapes (cycles, points)."""
    engine = TwinModel().engine(seed)
    quarter = np.linspace(0, top, 250, endpoint=False)
    volts = np.concatenate((quarter, top - quarter, -quarter, quarter - top))
    dt = seconds / volts.size
    amperes = [[engine.advance(dt, [(v, 0.0, np.inf, 1.0), (0.0, 0.0, np.inf, 1.0)]).current[0, 0]
                for v in volts] for _ in range(cycles)]
    return np.tile(volts, (cycles, 1)), np.array(amperes)


def taught(seed: int) -> tuple[Array, Array]:
    """G in each of several pulses, (pulses, n), and in the reads at 10 mV after each."""
    engine = TwinModel().engine(seed)
    pairs = [(held(engine, PULSE, PULSE_TIME, 0.01), held(engine, 0.01, REST, 0.5))
             for _ in range(PULSES)]
    return np.array([pulse for pulse, _ in pairs]), np.array([read for _, read in pairs])


def forgotten(seed: int) -> Array:
    """Reads at 10 mV every 0.1 s after 5 V for 10 s, over the first of them."""
    engine = TwinModel().engine(seed)
    held(engine, 5.0, 10.0, 0.1)
    read = held(engine, 0.01, 200.0, 0.1)
    return read / read[0]


def draw_activation(axes: Axes, runs: int) -> None:
    for seed in range(runs):
        G = held(TwinModel().engine(seed), 3.0, 160.0, 0.1) * 1e6
        axes.semilogy(0.1 * np.arange(G.size), G, color=BLUE if seed == 1 else GREY,
                      lw=1.2 if seed == 1 else 0.7, zorder=3 if seed == 1 else 2)
    axes.set(title=f"a   3 V on the virgin sample, {runs} runs", xlabel="t (s)", ylabel="G (µS)",
             xlim=(0, 160))


def draw_latency(axes: Axes, runs: int) -> None:
    waited = np.array([[latency(seed, volts) for seed in range(runs)] for volts in BIASES])
    for volts, column in zip(BIASES, waited, strict=True):
        axes.semilogy(volts + np.linspace(-0.04, 0.04, runs), column, ".", ms=5, color=GREY)
        print(f"latency at {volts:g} V: median {np.median(column):.3g} s, {column.min():.3g} to "
              f"{column.max():.3g}, sd over mean {column.std(ddof=1) / column.mean():.2f}",
              flush=True)
    axes.semilogy(BIASES, np.median(waited, axis=1), "_-", ms=16, mew=2, lw=0.8, color=BLUE)
    axes.set(title=f"b   Latency of {runs} runs, and their median", xlabel="bias (V)",
             ylabel="until a path forms (s)")


def draw_plateau(axes: Axes) -> None:
    engine = TwinModel().engine(1)
    held(engine, 5.0, 10.0, 1.0)
    held(engine, 1.5, 100.0, 1.0)
    G = held(engine, 1.5, 300.0, 0.03) * 1e6
    axes.plot(0.03 * np.arange(G.size), G, lw=0.5, color=BLUE)
    axes.set(title="c   After 5 V for 10 s, at constant 1.5 V: paths come and go", xlabel="t (s)",
             ylabel="G (µS)", xlim=(0, 300))


def draw_loops(axes: Axes, runs: int) -> None:
    widths = []
    for seed in range(runs):
        volts, amperes = loop(seed)
        axes.plot(volts[1], amperes[1] * 1e6, color=BLUE if seed == 2 else GREY,
                  lw=1.2 if seed == 2 else 0.6, zorder=3 if seed == 2 else 2)
        # The same voltage on the way up and on the way down.
        up, down = amperes[1, 1:250], amperes[1, 499:250:-1]
        widths.append((float(np.max(down - up) / amperes[1].max()),
                       float(np.abs(amperes[1, [0, 500]]).max() / amperes[1].max())))
    print("loops: greatest distance of the branches over the greatest current, and |I| at 0 V",
          np.round(widths, 4).tolist())
    axes.set(title=f"d   A triangle of 40 s, second cycle, {runs} runs", xlabel="V (V)",
             ylabel="I (µA)")


def draw_pulses(axes: Axes, runs: int) -> None:
    pulses, reads = (np.array(each) for each in zip(*(taught(seed) for seed in range(runs)),
                                                    strict=True))
    reached = 0.01 * np.argmax(pulses > pulses[..., -1:] / 2, axis=-1)
    kept = reads[..., -1] / reads[..., 0]
    number = np.arange(1, PULSES + 1)
    low, middle, high = np.percentile(kept, (25, 50, 75), axis=0)
    axes.fill_between(number, low, high, color=BLUE, alpha=0.15, lw=0)
    axes.plot(number, middle, "o-", color=BLUE, ms=4)
    axes.set(title=f"e   Pulses of {PULSE:g} V for {PULSE_TIME:g} s: {runs} runs, quartiles",
             xlabel="pulse", ylim=(0, 1))
    axes.set_ylabel(f"kept {REST:g} s after the pulse", color=BLUE)
    times = axes.twinx()
    low, middle, high = np.percentile(reached, (25, 50, 75), axis=0)
    times.fill_between(number, low, high, color=ORANGE, alpha=0.15, lw=0)
    times.plot(number, middle, "s-", color=ORANGE, ms=4)
    times.set_ylim(0, PULSE_TIME)
    times.set_ylabel("until half of its last G (s)", color=ORANGE)
    times.spines["top"].set_visible(False)
    print("pulses: until half of the last G (s)", np.round(middle, 2), "kept",
          np.round(np.median(kept, axis=0), 2))


def draw_forgetting(axes: Axes, runs: int) -> None:
    courses = np.array([forgotten(seed) for seed in range(runs)])
    age = 0.1 * np.arange(1, courses.shape[1] + 1)
    for seed, course in enumerate(courses):
        axes.semilogx(age, course, color=BLUE if seed == 1 else GREY,
                      lw=1.2 if seed == 1 else 0.7, zorder=3 if seed == 1 else 2)
    mean = courses.mean(axis=0)
    at_ten = float(mean[99])
    axes.semilogx(age, at_ten ** (age / 10), "--", lw=1, color=ORANGE,
                  label="one exponential through\nthe mean at 10 s")
    axes.legend(frameon=False, fontsize=9, loc="lower left")
    axes.set(title=f"f   Reads at 10 mV after 5 V for 10 s, {runs} runs",
             xlabel="t since the pulse (s)", ylabel="G / first read", xlim=(0.1, 200),
             ylim=(0, 1.1))
    falls = courses[:, :-5] - courses[:, 5:] > 0.02
    steps = np.count_nonzero(falls[:, 1:] & ~falls[:, :-1], axis=1)
    print("forgetting: mean at 1, 10, 100 s", np.round(mean[[9, 99, 999]], 2),
          "an exponential would leave at 100 s", round(at_ten**10, 2),
          "falls by 2 % within 0.5 s, a run", steps.tolist())


def draw(path: Path) -> None:
    """A PNG with one panel each."""
    figure, axes = plt.subplots(3, 2, figsize=(11, 10.6), layout="constrained")
    draw_activation(axes[0, 0], 12)
    draw_latency(axes[0, 1], 12)
    draw_plateau(axes[1, 0])
    draw_loops(axes[1, 1], 6)
    draw_pulses(axes[2, 0], 12)
    draw_forgetting(axes[2, 1], 12)
    for each in axes.flat:
        each.spines["top"].set_visible(False)
        if each is not axes[2, 0]:
            each.spines["right"].set_visible(False)
    figure.savefig(path, dpi=110)

