"""What a network does as the bias goes up and comes down again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ginsen.analysis.phase_summary import PhaseSummary
from ginsen.analysis.units import Siemens, Volts


@dataclass(frozen=True)
class BiasLevel:
    """One level on both ways: median conductance and β, NaN where there is none."""

    level: Volts
    up: Siemens
    down: Siemens
    beta_up: float
    beta_down: float


@dataclass(frozen=True)
class BiasSteps:
    """The levels in rising order; the highest, met once, says the same of both ways.

    `highest_ratio` is the largest G on the way down over that on the way up at one level: above
    one the network has learned on the way.
    """

    highest_ratio: float
    levels: tuple[BiasLevel, ...]


def bias_steps(phases: Sequence[PhaseSummary]) -> BiasSteps | None:
    """Both ways of a `bias-steps` run, level by level; None without phases."""
    if not phases:
        return None
    top = max(range(len(phases)), key=lambda k: abs(phases[k].span.level))
    up = {round(phase.span.level, 9): phase for phase in phases[:top + 1]}
    down = {round(phase.span.level, 9): phase for phase in phases[top:]}
    levels = tuple(_level(up[level], down[level])
                   for level in sorted(up, key=abs) if level in down)
    ratios = [each.down / each.up for each in levels if each.down > 0 and each.up > 0]
    return BiasSteps(max(ratios, default=math.nan), levels)


def _level(up: PhaseSummary, down: PhaseSummary) -> BiasLevel:
    beta_up, beta_down = (math.nan if phase.fit.beta is None else phase.fit.beta
                          for phase in (up, down))
    return BiasLevel(up.span.level, up.conductance, down.conductance, beta_up, beta_down)
