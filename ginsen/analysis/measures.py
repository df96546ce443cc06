"""The numbers of one run by which runs are compared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, get_args, get_origin, get_type_hints

import numpy as np

from ginsen.analysis.activation import ActivationTime
from ginsen.analysis.forgetting import AGES
from ginsen.analysis.forming import FormingLevel
from ginsen.analysis.results import Finding
from ginsen.analysis.summary import Summary
from ginsen.analysis.units import key_of

NEAR = 0.1
"""Of an age: what was kept then is told where a read is as near to it as this."""


@dataclass(frozen=True)
class Measure:
    """One number of one run: `value` in `unit`, "" for a ratio.

    `censored` is None for a number that is read off. For one that is waited for (a half-life, a
    latency) it says whether that was in vain: then the true one is larger than `value`.
    """

    name: str
    value: float
    unit: str = ""
    censored: bool | None = None

    @property
    def key(self) -> str:
        """The name with its unit, as files, JSON and stop rules have it: `half_life_s`."""
        return key_of(self.name, self.unit)


def measures(summary: Summary) -> tuple[Measure, ...]:
    """What is known of a run: its retention, its protocol's own finding, its last phase.

    Of the retention `first_read` (S), `kept_at_1_s` and so on as shares of it, and `half_life` (s);
    of the finding every number; of the last phase `conductance` (S) and `beta`. What a run does not
    know is left out.
    """
    found = [*_of_retention(summary), *_of_finding(summary.finding)]
    if summary.phases:
        last = summary.phases[-1]
        found.append(Measure("conductance", last.conductance, "S"))
        found.append(Measure("beta", math.nan if last.beta is None else last.beta))
    return tuple(each for each in found if math.isfinite(each.value))


def _of_retention(summary: Summary) -> Iterator[Measure]:
    kept = summary.retention
    if kept is None:
        return
    read = next(phase for phase in summary.phases if phase.span.stop > summary.zero)
    reads = np.linspace(read.span.start, read.span.stop, read.samples) - summary.zero
    yield Measure("first_read", kept.first, "S")
    for age, ratio in kept.ratios.items():
        # Sparse reads say nothing of an age far from all of them, whatever lies on the line.
        if ratio is not None and np.abs(reads - age).min() <= NEAR * age:
            yield Measure(_kept(age), ratio)
    if kept.half_life is not None:
        yield Measure("half_life", kept.half_life, "s", censored=False)
    else:
        yield Measure("half_life", read.span.stop - summary.zero, "s", censored=True)


def _of_finding(finding: Finding | None) -> Iterator[Measure]:
    if finding is None:
        return
    waited: dict[str, tuple[bool, float]] = {}
    if isinstance(finding, ActivationTime):
        waited["latency"] = (finding.activated, finding.waited)
    elif isinstance(finding, FormingLevel):
        waited["level"] = (finding.formed, finding.level)
    for name, unit in _numbers_of(type(finding)):
        if name in waited:
            seen, least = waited[name]
            value = getattr(finding, name) if seen else least
            yield Measure(name, value, unit, censored=not seen)
        else:
            yield Measure(name, getattr(finding, name), unit)


@cache
def known_measures() -> Mapping[str, Measure]:
    """Every measure there can be, by its key and without a value, sorted."""
    found = [Measure(name, math.nan, unit) for kind in get_args(Finding)
             for name, unit in _numbers_of(kind)]
    usual = [Measure("first_read", math.nan, "S"), Measure("half_life", math.nan, "s"),
             Measure("conductance", math.nan, "S"), Measure("beta", math.nan),
             *(Measure(_kept(age), math.nan) for age in AGES)]
    return {each.key: each for each in sorted((*found, *usual), key=lambda each: each.key)}


def label(key: str) -> str:
    """A known measure for people: `half life (s)`. Raises KeyError for another."""
    measure = known_measures()[key]
    words = measure.name.replace("_", " ").replace("beta", "β")
    return f"{words} ({measure.unit})" if measure.unit else words


def _kept(age: float) -> str:
    return f"kept_at_{age:g}_s"


def _numbers_of(kind: type) -> Iterator[tuple[str, str]]:
    """Name and unit of every field that is one number."""
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        hint = hints[field.name]
        if hint is float or get_origin(hint) is Annotated:
            yield field.name, getattr(hint, "__metadata__", ("",))[0]
