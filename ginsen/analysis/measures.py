"""The numbers of one run by which runs are compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import get_type_hints

from ginsen.analysis.activation import ActivationTime
from ginsen.analysis.forming import FormingLevel
from ginsen.analysis.results import Finding
from ginsen.analysis.summary import Summary


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
        return f"{self.name}_{self.unit}".replace("1/", "per_") if self.unit else self.name


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
    yield Measure("first_read", kept.first, "S")
    for age, ratio in kept.ratios.items():
        if ratio is not None:
            yield Measure(f"kept_at_{age:g}_s", ratio)
    if kept.half_life is not None:
        yield Measure("half_life", kept.half_life, "s", censored=False)
    else:
        read = next(p.span for p in summary.phases if p.span.stop > summary.zero)
        yield Measure("half_life", read.stop - summary.zero, "s", censored=True)


def _of_finding(finding: Finding | None) -> Iterator[Measure]:
    if finding is None:
        return
    waited: dict[str, tuple[bool, float]] = {}
    if isinstance(finding, ActivationTime):
        waited["latency"] = (finding.activated, finding.waited)
    elif isinstance(finding, FormingLevel):
        waited["level"] = (finding.formed, finding.level)
    hints = get_type_hints(type(finding), include_extras=True)
    for name in (field.name for field in fields(finding)):
        value, unit = getattr(finding, name), getattr(hints[name], "__metadata__", ("",))[0]
        if name in waited:
            seen, least = waited[name]
            yield Measure(name, value if seen else least, unit, censored=not seen)
        elif isinstance(value, float):
            yield Measure(name, value, unit)
