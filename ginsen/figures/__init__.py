"""The figure of a run, without Qt: four panels that show what its protocol asks."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ginsen.analysis import Summary
from ginsen.figures.activation import formation_panel
from ginsen.figures.beta import beta_panel
from ginsen.figures.bias_levels import beta_of_levels_panel
from ginsen.figures.current_voltage import (
    chord_panel,
    loop_panel,
    magnitude_panel,
    rising_panel,
)
from ginsen.figures.fluctuations import fluctuations_panel
from ginsen.figures.learning import half_lives_panel, pauses_panel, pulses_panel
from ginsen.figures.over_time import conductance_panel, current_panel, level_panel
from ginsen.figures.retention import retention_panel
from ginsen.figures.sliced import betas_panel, slices_panel, windows_panel
from ginsen.figures.spectra import spectrum_panel
from ginsen.figures.style import STYLE
from ginsen.types import Record

Panel = Callable[[Axes, Record, Summary], None]

_USUAL: tuple[Panel, Panel, Panel, Panel] = (
    conductance_panel, spectrum_panel, beta_panel, retention_panel)

_PANELS: Mapping[str, tuple[Panel, Panel, Panel, Panel]] = {
    "activation": (current_panel, formation_panel, beta_panel, spectrum_panel),
    "bias-steps": (level_panel, conductance_panel, beta_panel, beta_of_levels_panel),
    "forming": (level_panel, conductance_panel, current_panel, rising_panel),
    "iv-sweep": (loop_panel, magnitude_panel, conductance_panel, chord_panel),
    "learning": (conductance_panel, pulses_panel, pauses_panel, half_lives_panel),
    "noise": (conductance_panel, spectrum_panel, beta_panel, fluctuations_panel),
    "noise-floor": (conductance_panel, spectrum_panel, beta_panel, fluctuations_panel),
    "sliced-iv": (magnitude_panel, slices_panel, windows_panel, betas_panel),
}
"""By protocol, row by row; all others have the usual ones."""


def run_figure(record: Record, summary: Summary, path: Path | str, *, name: str = "") -> None:
    """Draw a record and its summary into a PNG of four panels at `path`.

    Which four depends on the protocol that made the record. Time counts from `summary.zero`. A
    panel without data says why in a sentence. `name` stands first in the title, before what the
    record tells of itself.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12, 8), dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(_title(record, name), fontsize=12, x=0.01, ha="left", weight="bold",
                        parse_math=False)
        panels = _PANELS.get(record.about.get("protocol", ""), _USUAL)
        for axes, panel in zip(figure.subplots(2, 2).ravel(), panels, strict=True):
            panel(axes, record, summary)
        figure.savefig(path, format="png")


def _title(record: Record, name: str) -> str:
    told = [name] if name else []
    told += [record.about[key] for key in ("sample", "protocol")
             if record.about.get(key, "unknown") != "unknown"]
    told.append(str(record.outcome))
    if record.origin is not None:
        told.append(record.origin.strftime("%Y-%m-%d %H:%M UTC%z").replace("UTC+0000", "UTC"))
    return textwrap.shorten(" · ".join(told), 120, placeholder=" …")
