"""The phases of a record that came without any: stretches of constant voltage."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ginsen.types import Array, Record, Span

FEWEST_POINTS = 3
"""Fewer points at one level are a transient, not a phase."""

SMALL = 1 / 5
"""A level at most this share of the largest reads; one of at least half of it writes."""


def find_phases(time: npt.ArrayLike,
                voltage: npt.ArrayLike) -> tuple[tuple[Span, ...], tuple[str, ...]]:
    """The constant levels of `voltage` (V) over `time` (s), and notes on points outside them.

    A level ends where the voltage leaves its running mean by more than 1 % of it or eight times
    the scatter from point to point, whichever is more. One level is the phase `bias`. Where the
    largest level is followed by one at most a fifth as high, levels above half the largest are
    `pulse`, those at most a fifth of it `before` ahead of the first pulse and `read` after it.
    All others are `phase`; names met more than once are numbered. A voltage that stays nowhere
    for half of the record is one phase, `sweep`. Points that belong to no phase are told in the
    notes. Raises ValueError for arrays that differ in shape, are empty or not finite.
    """
    t, v = np.asarray(time, dtype=np.float64), np.asarray(voltage, dtype=np.float64)
    if t.shape != v.shape or t.ndim != 1 or t.size == 0:
        raise ValueError(f"time has shape {t.shape}, voltage {v.shape}: both are (n,), n ≥ 1")
    if not (np.isfinite(t).all() and np.isfinite(v).all()):
        raise ValueError("time or voltage has values that are not finite")
    pieces, creep = _levels(v)
    held = [(a, b) for (a, b), creeps in zip(pieces, creep, strict=True)
            if b - a >= FEWEST_POINTS and not creeps]
    if sum(b - a for a, b in held) < v.size / 2:
        return (_span("sweep", 0, v.size, t, v),), ()
    notes = tuple(_note(a, b, t, v) for a, b in pieces if (a, b) not in held)
    names = _names([float(np.median(v[a:b])) for a, b in held])
    return tuple(_span(name, a, b, t, v) for name, (a, b) in zip(names, held, strict=True)), notes


def with_phases(record: Record) -> Record:
    """The record as it is if it tells its phases, else with those found in its voltage."""
    if record.spans or not len(record.samples):
        return record
    spans, notes = find_phases(record.samples.time, record.samples.voltage)
    return replace(record, spans=spans, notes=(*record.notes, *notes))


def _levels(v: Array) -> tuple[list[tuple[int, int]], list[bool]]:
    """Pieces (first, stop) within which the voltage keeps to its running mean, and which creep.

    A piece creeps that the voltage leaves, or was left for, without a jump: part of a ramp.
    """
    scatter = float(np.median(np.abs(np.diff(v, 2)))) if v.size > 2 else 0.0
    allowed = 8 * 1.4826 / np.sqrt(6) * scatter  # a second difference has six times the variance
    starts, jumps, level, count = [0], [True], v.item(0), 1
    for i, value in enumerate(v.tolist()[1:], start=1):
        tolerance = max(0.01 * abs(level), allowed)
        if abs(value - level) > tolerance:
            starts.append(i)
            jumps.append(abs(value - v.item(i - 1)) > tolerance)
            level, count = value, 1
        else:
            count += 1
            level += (value - level) / count
    creep = [not (before and after) for before, after in zip(jumps, [*jumps[1:], True],
                                                             strict=True)]
    return list(zip(starts, [*starts[1:], v.size], strict=True)), creep


def _names(levels: list[float]) -> list[str]:
    """The names of consecutive levels (V), by the rule of `find_phases`."""
    if len(levels) == 1:
        return ["bias"]
    size = [abs(level) for level in levels]
    largest = max(size)
    first = size.index(largest)
    kinds = ["phase"] * len(size)
    if any(s <= SMALL * largest for s in size[first + 1:]):
        first = next(i for i, s in enumerate(size) if s >= largest / 2)
        kinds = ["pulse" if s >= largest / 2 else
                 "phase" if s > SMALL * largest else
                 "read" if i > first else "before" for i, s in enumerate(size)]
    often, met, names = Counter(kinds), Counter[str](), []
    for kind in kinds:
        met[kind] += 1
        names.append(f"{kind} {met[kind]}" if often[kind] > 1 or kind == "phase" else kind)
    return names


def _span(name: str, first: int, stop: int, t: Array, v: Array) -> Span:
    dead = float(t[first] - t[first - 1]) if first else float("nan")
    return Span(name, float(np.median(v[first:stop])), float(t[first]), float(t[stop - 1]),
                first, stop, dead)


def _note(first: int, stop: int, t: Array, v: Array) -> str:
    what = "a lone point" if stop - first == 1 else f"{stop - first} points"
    where = ("before the first level" if first == 0 else
             "after the last level" if stop == v.size else "between two levels")
    return f"{what} {where}: {v[first]:.4g} V at {t[first]:.6g} s, part of no phase"
