"""A summary for programs (a strict JSON object) and for people (a table and a few sentences)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

from rich.table import Table

from ginsen.analysis import PhaseSummary, Retention, Summary
from ginsen.analysis.retention_intervals import Interval
from ginsen.analysis.units import key_of
from ginsen.types import Outcome, Record, SpectralFit

_PREFIXES = {-5: "f", -4: "p", -3: "n", -2: "µ", -1: "m", 0: "", 1: "k", 2: "M", 3: "G", 4: "T"}


MOST_ROWS = 12
"""Of a table before, and as many after, what is left out of it."""
MOST_REASONS = 8
"""Of phases without β in the sentences; the JSON and the recording have all."""


def as_json(summary: Summary, record: Record, *, recording: Path | str | None = None,
            figure: Path | str | None = None) -> dict[str, object]:
    """What `--json` prints: numbers, texts, lists and None only, never NaN.

    Units are in the names; times count from `summary.zero`, the end of the pulse. `beta` is None
    where none is honest, and `beta_reason` then says why. `retention` is None where nothing was
    forgotten, `result` where the protocol asks nothing of its own.
    """
    return {
        "recording": None if recording is None else str(recording),
        "figure": None if figure is None else str(figure),
        "outcome": str(record.outcome),
        "samples": len(record.samples),
        "origin": None if record.origin is None else record.origin.isoformat(),
        "zero_s": _number(summary.zero),
        "phases": [_phase(phase, summary.zero) for phase in summary.phases],
        "retention": None if summary.retention is None else _retention(summary.retention),
        "result": None if summary.finding is None else finding_json(summary.finding),
        "notes": list(record.notes),
    }


def nothing_recorded(outcome: Outcome, recording: Path | str | None) -> dict[str, object]:
    """What `--json` prints for a run without a sample: the same keys."""
    return {"recording": None if recording is None else str(recording), "figure": None,
            "outcome": str(outcome), "samples": 0, "origin": None, "zero_s": None, "phases": [],
            "retention": None, "result": None, "notes": []}


def _phase(phase: PhaseSummary, zero: float) -> dict[str, object]:
    span, fit = phase.span, phase.fit
    return {
        "name": span.name,
        "start_s": _number(span.start - zero),
        "stop_s": _number(span.stop - zero),
        "voltage_V": _number(span.level),
        "samples": phase.samples,
        "dead_time_s": _number(span.dead_time),
        "conductance_S": _number(phase.conductance),
        "u_conductance_S": _number(phase.u_conductance),
        "conductance_bound_S": _number(phase.bound),
        "in_compliance": _number(phase.in_compliance),
        "off_range": _number(phase.off_range),
        "beta": _number(fit.beta),
        "beta_low": _number(fit.beta_low),
        "beta_high": _number(fit.beta_high),
        "beta_reason": None if fit.beta is not None else fit.reason,
        "beta_start_s": _number(fit.start - zero),
        "beta_stop_s": _number(fit.stop - zero),
        "amplitude_S2_per_Hz": _number(fit.amplitude),
        "floor_S2_per_Hz": _number(fit.floor),
        "band_Hz": [_number(edge) for edge in fit.band],
    }


def _retention(retention: Retention) -> dict[str, object]:
    return {
        "first_s": _number(retention.first_time),
        "first_S": _number(retention.first),
        "u_first_S": _number(retention.u_first),
        "half_life_s": _number(retention.half_life),
        "half_life_reason": retention.half_life_reason,
        "half_life_by_law_s": _interval(retention.half_life_by_law),
        "conductance_over_first": {f"{age:g}": _number(ratio)
                                   for age, ratio in retention.ratios.items()},
        "conductance_over_first_by_law": {f"{age:g}": _interval(ratio)
                                          for age, ratio in retention.by_law.items()},
        "law": {
            "name": retention.law,
            "parameters": {name: _number(value) for name, value in retention.parameters.items()},
            "errors": {name: _number(value) for name, value in retention.errors.items()},
            "reason": retention.law_reason,
        },
    }


def _interval(interval: Interval | None) -> dict[str, float | None] | None:
    """A value of the law with its 95 % interval."""
    return None if interval is None else {
        name: _number(getattr(interval, name)) for name in ("value", "low", "high")}


def finding_json(finding: object) -> dict[str, object]:
    """The protocol's own numbers, each with the unit of its field in its name."""
    return {key_of(name, unit): _plain(value)
            for name, unit, value in _fields(finding)}


def _plain(value: object) -> object:
    """A value of a finding as JSON knows it."""
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return finding_json(value) if is_dataclass(value) else value


def _fields(finding: Any) -> Iterator[tuple[str, str, object]]:
    """Name, unit ("" where it has none) and value of every field."""
    hints = get_type_hints(type(finding), include_extras=True)
    for field in fields(finding):
        told = getattr(hints[field.name], "__metadata__", ("",))
        yield field.name, told[0], getattr(finding, field.name)


def _finding_sentence(finding: object) -> str:
    """What is yes or no, then every known number, in the order of the fields."""
    parts = []
    for name, unit, value in _fields(finding):
        words = name.replace("_", " ")
        if isinstance(value, bool):
            parts.append(words if value else f"not {words}")
        elif isinstance(value, float) and math.isfinite(value):
            told = quantity(value, unit) if unit.isalpha() else f"{value:.3g} {unit}".strip()
            parts.append(f"{words} {told}")
    sentence = ", ".join(parts)
    return sentence[:1].upper() + sentence[1:]


def as_table(summary: Summary, record: Record) -> Table:
    """One line per phase, for people; times count from the end of the pulse.

    Of very many phases the first and the last stand there.
    """
    table = Table(title=f"{len(record.samples)} samples, {record.outcome}", title_justify="left")
    for name in ("phase", "t (s)", "V", "samples", "G", "β (95 %)"):
        table.add_column(name, justify="left" if name in ("phase", "β (95 %)") else "right",
                         overflow="fold")
    left_out = len(summary.phases) - 2 * MOST_ROWS
    for at, phase in enumerate(summary.phases):
        if left_out > 1 and at == MOST_ROWS:
            table.add_row(f"({left_out} more)")
        if left_out > 1 and MOST_ROWS <= at < MOST_ROWS + left_out:
            continue
        span = phase.span
        conductance = (measured(phase.conductance, phase.u_conductance, "S")
                       if phase.bound is None else f"< {quantity(phase.bound, 'S', 2)} (3u)")
        if phase.in_compliance > 0:
            conductance += f"\n{phase.in_compliance:.0%} in compliance"
        if phase.off_range > 0.5:
            conductance += "\nI off its range"
        table.add_row(
            span.name, f"{span.start - summary.zero:.1f} to {span.stop - summary.zero:.1f}",
            quantity(span.level, "V"), str(phase.samples), conductance,
            _beta(phase.fit, whole=(span.start, span.stop)))
    return table


def as_sentences(summary: Summary, record: Record) -> tuple[str, ...]:
    """What the sample remembered, and the notes of the record, a sentence each."""
    reasons = tuple(f"{phase.span.name}: no β: {phase.fit.reason}" for phase in summary.phases
                    if phase.fit.beta is None)[:MOST_REASONS]
    found = () if summary.finding is None else (_finding_sentence(summary.finding),)
    retention = summary.retention
    if retention is None:
        return (*reasons, *(sentence for sentence in found if sentence), *record.notes)
    age = f" {retention.first_time:.2f} s after the pulse" if retention.first_time else ""
    first = f"First read{age}: {measured(retention.first, retention.u_first, 'S')}"
    kept = [f"{ratio:.2f} at {age:g} s{_by_law(retention.by_law.get(age))}"
            for age, ratio in retention.ratios.items() if ratio is not None]
    if kept:
        first += f"; of it {', '.join(kept)}"
    half = (f"Half-life {retention.half_life:.3g} s" if retention.half_life is not None
            else f"No half-life: {retention.half_life_reason}")
    if retention.half_life_by_law is not None:
        half += f"; by the law {half_life_text(retention.half_life_by_law)}"
    law = (f"No law: {retention.law_reason}" if retention.law is None else
           f"Law: {retention.law}, "
           + ", ".join(_parameter(name, value) for name, value in retention.parameters.items()))
    return (*reasons, first, half, law, *record.notes)


def _parameter(name: str, value: float) -> str:
    """A law's parameter for people: its unit is the ending of its name."""
    word, _, unit = name.rpartition("_")
    if unit not in ("s", "S"):
        return f"{name} = {value:.3g}"
    return f"{word.replace('tau', 'τ').replace('_', ' ')} = {quantity(value, unit)}"


def _by_law(ratio: Interval | None) -> str:
    """What the law says of a ratio, noise left out."""
    return "" if ratio is None else f" (law {ratio.low:.3f} to {ratio.high:.3f})"


def half_life_text(interval: Interval) -> str:
    """A half-life with its 95 % interval: 12.3 s (11.0 to 13.9)."""
    return f"{interval.value:.3g} s ({interval.low:.3g} to {interval.high:.3g})"


def beta_text(fit: SpectralFit) -> str:
    """β with its 95 % interval, 1.23 (1.10 to 1.36), or `none` and why."""
    if fit.beta is None:
        return f"none: {fit.reason}"
    return f"{fit.beta:.2f} ({fit.beta_low:.2f} to {fit.beta_high:.2f})"


def quantity(value: float, unit: str, digits: int = 3) -> str:
    """A number for people: 1.23 mS; `unknown` where it is not one."""
    if not math.isfinite(value):
        return "unknown"
    scale, prefix = scale_of(value)
    return f"{_digits(value / scale, digits)} {prefix}{unit}"


def measured(value: float, uncertainty: float, unit: str) -> str:
    """Value and standard uncertainty in one prefix: (1.2340 ± 0.0056) mS."""
    if not (math.isfinite(value) and math.isfinite(uncertainty) and uncertainty > 0):
        return quantity(value, unit)
    scale, prefix = scale_of(max(abs(value), uncertainty))
    decimals = max(0, 1 - math.floor(math.log10(uncertainty / scale)))
    return f"({value / scale:.{decimals}f} ± {uncertainty / scale:.{decimals}f}) {prefix}{unit}"


def scale_of(value: float) -> tuple[float, str]:
    """The SI prefix in which |value| is between 1 and 1000, as factor and sign."""
    if value == 0 or not math.isfinite(value):
        return 1.0, ""
    # Three digits decide: 0.9999 mS is written 1.00 mS, not 1000 µS.
    exponent = math.floor(math.log10(float(f"{abs(value):.2e}")) / 3)
    exponent = min(max(exponent, min(_PREFIXES)), max(_PREFIXES))
    return 1000.0 ** exponent, _PREFIXES[exponent]


def _digits(value: float, digits: int) -> str:
    """`value` to so many digits, without an exponent, zeros kept."""
    if value == 0:
        return "0"
    whole = math.floor(math.log10(float(f"{abs(value):.{digits - 1}e}"))) + 1
    return f"{value:.{max(0, digits - whole)}f}"


def _beta(fit: SpectralFit, whole: tuple[float, float]) -> str:
    """β, and how much of the phase it holds for where that is not all of it."""
    if fit.beta is None:
        return f"none: {(fit.reason or '').partition(':')[0]}"
    text = beta_text(fit)
    share = (fit.stop - fit.start) / (whole[1] - whole[0]) if whole[1] > whole[0] else 1.0
    return f"{text}\nover its last {fit.stop - fit.start:.0f} s" if share < 0.95 else text


def _number(value: float | None) -> float | None:
    """JSON knows no NaN and no infinity."""
    return None if value is None or not math.isfinite(value) else float(value)
