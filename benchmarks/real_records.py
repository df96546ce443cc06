"""β of real nanowire networks in windows of 30 s: a page and a figure.

    python benchmarks/real_records.py --output docs/real_records.md \\
        --figure docs/images/real_records.png

The records are those of the folder GINSEN_REFERENCE_DATA; nothing of them is written, only what
comes out. Each window says β with its interval or why it has none, how well the model describes it,
and the state; of two that follow each other z is the difference of their β over both σ.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ginsen.analysis import state_track, with_phases
from ginsen.analysis.beta import estimate_beta
from ginsen.figures.style import BLUE, GREEN, GREY, ORANGE, STYLE, VERMILLION
from ginsen.records import read_record
from ginsen.types import SpectralFit

SECONDS = 30.0
HOPS = 8
"""A state is told this often in a window's length: then one comes with every window's end."""

COLOURS = {"calm": BLUE, "unstable": VERMILLION, "forming": GREEN, "forgetting": ORANGE}


@dataclass(frozen=True)
class Source:
    file: str
    name: str
    phase: str
    about: str


SOURCES = (
    Source("agnw_pulse_2V.txt", "Milano 2022, 2 V pulse", "pulse", "every 51.04 ms"),
    Source("agnw_pulse_2V.txt", "Milano 2022, 10 mV read after it", "read", "every 249 ms"),
    Source("nwn_7V_run2.csv", "Hochstetter 2021, 7 V, run 2", "bias", "every 30 ms"),
    Source("nwn_7V_run4.csv", "Hochstetter 2021, 7 V, run 4", "bias", "every 30 ms"),
)


@dataclass(frozen=True)
class Window:
    """One window: its middle conductance (S), what was found, its state, whether one holds."""

    start: float
    stop: float
    conductance: float
    fit: SpectralFit
    state: str
    held: bool

    @property
    def sigma(self) -> float:
        return (self.fit.beta_high - self.fit.beta_low) / 3.92


@dataclass(frozen=True)
class Measured:
    source: Source
    windows: tuple[Window, ...]

    def pairs(self, held: bool) -> list[tuple[Window, Window]]:
        """Windows that follow each other and both have a β; `held`: and neither holds a change."""
        return [(a, b) for a, b in zip(self.windows, self.windows[1:], strict=False)
                if a.fit.beta is not None and b.fit.beta is not None
                and (not held or (a.held and b.held))]


def measured(folder: Path, source: Source) -> Measured:
    record = with_phases(read_record(folder / source.file))
    span = next(each for each in record.spans if each.name == source.phase)
    samples = record.samples[span.part].per_volt(span.level)
    dt = (span.stop - span.start) / (len(samples) - 1)
    size = HOPS * round(SECONDS / dt / HOPS)
    states = {} if size < 256 else {
        each.time: each for each in state_track(samples, size) if each.fit.count == size}
    windows = []
    for first in range(0, len(samples) - size + 1, size):
        part = samples[first:first + size]
        fit = estimate_beta(part.current, times=part.time)
        told = states.get(float(part.time[-1]))
        state = "too few samples" if told is None else "two states" if told.changed is not None \
            else told.state or "none told"
        windows.append(Window(float(part.time[0]), float(part.time[-1]),
                              float(np.median(part.current)), fit, state,
                              told is not None and told.changed is None))
    return Measured(source, tuple(windows))


def z_of(pairs: list[tuple[Window, Window]]) -> np.ndarray:
    return np.array([(b.fit.beta - a.fit.beta) / np.hypot(a.sigma, b.sigma) for a, b in pairs])


def inside(pairs: list[tuple[Window, Window]]) -> int:
    return sum(a.fit.beta_low <= b.fit.beta <= a.fit.beta_high for a, b in pairs)


def rows(each: Measured) -> list[str]:
    lines = [f"## {each.source.name}", "",
             f"`{each.source.file}`, {each.source.about}.", "",
             "| t (s) | G (S) | β (95 %), or why there is none | p of the scatter | state |",
             "|---|---|---|---|---|"]
    for window in each.windows:
        fit = window.fit
        told = (f"{fit.beta:.2f} ({fit.beta_low:.2f} to {fit.beta_high:.2f})"
                if fit.beta is not None else fit.reason)
        goodness = "" if fit.goodness is None else f"{fit.goodness:.1g}"
        lines.append(f"| {window.start:.0f} to {window.stop:.0f} | {window.conductance:.3g} "
                     f"| {told} | {goodness} | {window.state} |")
    return [*lines, ""]


def agreement(found: list[Measured]) -> list[str]:
    lines = ["| record | windows | with β | pairs | rms z | next β inside | no change: pairs "
             "| rms z | next β inside |", "|---|---|---|---|---|---|---|---|---|"]

    def line(name: str, windows: list[Window], every: list, held: list) -> str:
        cells = []
        for pairs in (every, held):
            z = z_of(pairs)
            cells += [str(len(pairs)), f"{np.sqrt(np.mean(z**2)):.2f}" if z.size else "",
                      f"{inside(pairs)} of {len(pairs)}" if pairs else ""]
        with_beta = sum(each.fit.beta is not None for each in windows)
        return f"| {name} | {len(windows)} | {with_beta} | {' | '.join(cells)} |"

    for each in found:
        lines.append(line(each.source.name, list(each.windows), each.pairs(False),
                          each.pairs(True)))
    lines.append(line("all", [window for each in found for window in each.windows],
                      [pair for each in found for pair in each.pairs(False)],
                      [pair for each in found for pair in each.pairs(True)]))
    return lines


HEAD = """# β of real networks

<!-- benchmarks/real_records.py wrote this page -->

Records that others measured and published, in windows of 30 s, one after the other: the raw data of
Milano et al., Nat. Mater. 2022 ([doi](https://doi.org/10.1038/s41563-021-01099-9)) and those of
Hochstetter et al., Nat. Commun. 12, 4008 (2021)
([doi](https://doi.org/10.1038/s41467-021-24260-z)). They are not shipped; with the folder at hand

```sh
GINSEN_REFERENCE_DATA=... python benchmarks/real_records.py --output docs/real_records.md \\
    --figure docs/images/real_records.png
```

makes this page. Nothing is chosen for it: the windows are those that the clock cuts, the settings
are the defaults, the meters' integration and floor are not known.

![β of every window](images/real_records.png)

## Do the intervals hold?

Where a network stays in one state, windows that follow each other have the same β, and the
difference of two over both σ, z, has an rms of 1. Then the next window's β lies inside the interval
of the one before in 83 % of the cases, not 95, for it has an error of its own. A line fitted to a
periodogram, with the error of the fit, gave an rms of 6.2 on such records. `no change` are the
pairs in which [`LiveState`](states.md) found no change. These are few pairs of few records: they
would show intervals that are wrong by a factor of two, not by a tenth.

"""


def page(found: list[Measured]) -> str:
    refused = [each.fit.reason or "" for one in found for each in one.windows
               if each.fit.beta is None]
    kinds = Counter(reason.partition(" at sample")[0].partition(":")[0] for reason in refused)
    told = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    total = sum(len(each.windows) for each in found)
    lines = [*agreement(found), "",
             f"Of {total} windows {total - len(refused)} have a β. The others say why not: {told}.",
             "", "p is how likely noise of the fitted spectrum scatters as much about it; below "
             "1e-7 there is no β, below 0.05 the interval is widened.", ""]
    for each in found:
        lines += rows(each)
    return HEAD + "\n".join(lines)


def draw(found: list[Measured], path: Path) -> None:
    """β of every window; the conductance itself is others' to publish."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12, 4.6), dpi=110, layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, len(found), sharey=True, width_ratios=[0.9, 1.7, 1.4, 3.6])
        for axes, each in zip(panels, found, strict=True):
            _betas(axes, each)
            axes.set(title=each.source.name.replace(", ", "\n", 1), xlabel="t (s)",
                     ylim=(-0.35, 3.3))
        panels[0].set_ylabel("β of 30 s, with its 95 % interval")
        states = {window.state for each in found for window in each.windows
                  if window.fit.beta is not None}
        handles = [Line2D([], [], color=colour, marker="o", lw=1.5, ms=5, label=state)
                   for state, colour in COLOURS.items() if state in states]
        handles += [Line2D([], [], color=GREY, marker="o", lw=1.5, ms=5, label="no state told"),
                    Line2D([], [], color=GREY, marker="x", ls="", label="no β")]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        figure.savefig(path, format="png")


def _betas(axes: Axes, each: Measured) -> None:
    for window in each.windows:
        middle = (window.start + window.stop) / 2
        fit, colour = window.fit, COLOURS.get(window.state, GREY)
        if fit.beta is None:
            axes.plot(middle, -0.15, "x", color=GREY, ms=5)
            continue
        axes.plot([middle, middle], [fit.beta_low, fit.beta_high], color=colour, lw=2)
        axes.plot(middle, fit.beta, "o", color=colour, ms=5)
    low, high = each.windows[0].start, each.windows[-1].stop
    axes.set_xlim(low - 0.03 * (high - low) - 5, high + 0.03 * (high - low) + 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--figure", type=Path, required=True)
    options = parser.parse_args()
    folder = os.environ.get("GINSEN_REFERENCE_DATA")
    if not folder:
        parser.error("GINSEN_REFERENCE_DATA does not name the folder of the records")
    found = [measured(Path(folder), source) for source in SOURCES]
    options.output.write_text(page(found), encoding="utf-8")
    draw(found, options.figure)
    print("\n".join(agreement(found)))


if __name__ == "__main__":
    main()
