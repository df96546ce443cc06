"""The engine's loop: from event to event, solving when the last solution no longer holds."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ginsen.physics.agenda import arrange, rearrange
from ginsen.physics.kernel import Indices, inner
from ginsen.physics.law import Evolve
from ginsen.physics.linearised import (
    ADRIFT,
    FINE,
    ROOTS,
    SLOPING,
    Solution,
    Wiring,
    change,
    error,
    go_on,
    time_to,
    weight,
)
from ginsen.physics.refining import few, shift
from ginsen.types import Array


class Junctions(NamedTuple):
    """All junctions, and when the law wants to see each again: see `ginsen.physics.law`.

    `since` (s) and `felt` (V) are the law's two columns, kept again in one piece; `deaf` is by how
    much (V) the voltage may differ from the one felt before anything is done about it. `heap` and
    `stands` order the junctions by `due`; `which`, `old` and `old_slope` are room for those that
    are brought to the present together.
    """

    parameters: Array
    state: Array
    conductance: Array
    slope: Array
    due: Array
    slack: Array
    patience: Array
    voltage: Array
    reach: Array
    since: Array
    felt: Array
    deaf: Array
    heap: Indices
    stands: Indices
    which: Indices
    old: Array
    old_slope: Array


class Drive(NamedTuple):
    """The sources and where they meet the network; see `ginsen.physics.terminals`.

    `used` are the terminal voltages (V) that the junction voltages are of. `mean` (3, k) gathers
    charge (C), flux (V s) and the time (s) at the clamp. `clock` is now and when the terminals were
    settled last (s).
    """

    sources: Array
    clamp: Indices
    voltage: Array
    current: Array
    used: Array
    admittance: Array
    room: Array
    mean: Array
    clock: Array


class Accuracy(NamedTuple):
    """How right everything is.

    The terminals' conductances when `record` returns, and meanwhile (`gap`), as shares; and by how
    much (V) the voltage that a junction feels may be out of date.
    """

    current: float
    gap: float
    voltage: float
    exact: bool


NOW, SETTLED = 0, 1

_FINE = 0.2
"""The part of the voltage's accuracy that a solution may lose."""


def record(
    evolve: Evolve, solve: Evolve, settle: Evolve, wiring: Wiring, junctions: Junctions,
    solution: Solution, drive: Drive, accuracy: Accuracy, counts: Indices, dt: float, out: Array,
) -> None:
    """Advance by `dt` (s) again and again; each row of `out`, (n, 5, k), is one time.

    Mean current (A) and voltage (V), those at the end, and the time (s) at the clamp. `counts`
    gains solutions, factorisations, corrections, events, updates of the factor.

    Compiled in `ginsen.physics.engine` for pointers to the law's `evolve`, to `solving.solve`
    and `terminals.settle`: so it is compiled once, whatever the law.
    """
    clock, loose = drive.clock, accuracy.gap
    tight = min(accuracy.current, loose)
    for row in range(out.shape[0]):
        drive.mean[:] = 0.0
        until = clock[NOW] + dt
        _settle(settle, wiring, solution.between, drive)
        anew = _felt_anew(wiring, drive, accuracy)
        if anew:
            _feel(evolve, wiring, junctions, solution, drive, accuracy)
        while True:
            due = junctions.due[junctions.heap[0]] if junctions.heap.size else np.inf
            worn = clock[NOW] + time_to(solution, loose)
            upto = min(due, worn, until)
            if upto > clock[NOW]:
                go_on(solution, upto - clock[NOW])
                clock[NOW] = upto
            solves = accuracy.exact
            if due <= upto:
                counts[3] += 1
                _event(evolve, junctions, solution, accuracy, upto)
                solves = solves or error(solution) > loose
            elif worn <= upto and worn < until:
                solves = True
            else:
                # At the end of its time the answer is as right as was asked for.
                solves = solves or error(solution) > tight
            if solves:
                _renew(evolve, solve, settle, wiring, junctions, solution, drive, accuracy, tight,
                       counts)
            if due > upto and upto == until:
                break
        _gather(settle, wiring, solution, drive)
        for k in range(out.shape[2]):
            out[row, 2, k], out[row, 3, k] = drive.current[k], drive.voltage[k]
            out[row, 4, k] = drive.mean[2, k]
            for part in range(2):
                out[row, part, k] = drive.mean[part, k] / dt if dt > 0 else out[row, 2 + part, k]


@inner
def _event(evolve: Evolve, junctions: Junctions, solution: Solution, accuracy: Accuracy,
           now: float) -> None:
    """Bring the junction that is due first to the present."""
    e = junctions.heap[0]
    junctions.which[0] = e
    slope_then = junctions.slope[e]
    then = junctions.conductance[e] + slope_then * (now - junctions.since[e])
    _evolve(evolve, junctions, solution, accuracy, 1, now)
    rearrange(junctions.heap, junctions.stands, junctions.due, e)
    change(solution, e, junctions.conductance[e], junctions.slope[e], then, slope_then)


@inner
def _evolve(evolve: Evolve, junctions: Junctions, solution: Solution, accuracy: Accuracy,
            count: int, now: float) -> None:
    """Let the law bring the junctions `which[:count]` to the present, under their new voltages.

    The error allowed is shared out between all: Σ weight · reach ≤ `accuracy.current`, more where
    it saves more work.
    """
    if not accuracy.exact:
        most = math.sqrt(accuracy.gap)
        tight = min(accuracy.current, accuracy.gap)
        for i in range(count):
            e = junctions.which[i]
            root = math.sqrt(weight(solution, e)) * solution.solver[ROOTS]
            junctions.reach[e] = min(tight / root, most) if root > 0.0 else most
    evolve(junctions.which, count, now, junctions.voltage, junctions.reach, junctions.parameters,
           junctions.state, junctions.conductance, junctions.slope, junctions.due,
           junctions.slack, junctions.patience)
    for i in range(count):
        e = junctions.which[i]
        junctions.since[e] = now
        junctions.felt[e] = junctions.voltage[e]
        junctions.deaf[e] = accuracy.voltage


@inner
def _renew(
    evolve: Evolve, solve: Evolve, settle: Evolve, wiring: Wiring, junctions: Junctions,
    solution: Solution, drive: Drive, accuracy: Accuracy, tight: float, counts: Indices,
) -> None:
    """A new solution for the conductances as they are now, felt by all whom it concerns."""
    now = drive.clock[NOW]
    _gather(settle, wiring, solution, drive)
    base, slope = solution.base, junctions.slope
    if accuracy.exact:
        for e in range(slope.size):
            junctions.which[e] = e
        _evolve(evolve, junctions, solution, accuracy, slope.size, now)
        solution.numbers[SLOPING] = slope.size
    across = 0.0
    for c in range(wiring.terminal.size):
        across = max(across, abs(drive.voltage[wiring.terminal[c]]
                                 - drive.voltage[wiring.anchor[c]]))
    solution.solver[FINE] = _FINE * accuracy.voltage / across if across > 0.0 else np.inf
    conductance, since = junctions.conductance, junctions.since
    if few(solution) and not accuracy.exact:
        for i in range(solution.numbers[ADRIFT]):
            e = solution.adrift[i]
            shift(wiring, solution, e, conductance[e] + slope[e] * (now - since[e]))
    else:
        for e in range(slope.size):
            base[e] = conductance[e] + slope[e] * (now - since[e])
    solve(wiring, solution, slope, 0.0 if accuracy.exact else 0.1 * tight, counts)
    _settle(settle, wiring, solution.between, drive)
    _feel(evolve, wiring, junctions, solution, drive, accuracy)


@inner
def _feel(
    evolve: Evolve, wiring: Wiring, junctions: Junctions, solution: Solution, drive: Drive,
    accuracy: Accuracy,
) -> None:
    """The junctions' voltages anew; those it makes a difference to are brought to the present."""
    now = drive.clock[NOW]
    voltage, drops, felt = junctions.voltage, solution.drops, junctions.felt
    for k in range(drive.used.size):
        drive.used[k] = drive.voltage[k]
    if wiring.terminal.size == 0:
        voltage[:] = 0.0
    for c in range(wiring.terminal.size):
        across = drive.voltage[wiring.terminal[c]] - drive.voltage[wiring.anchor[c]]
        own = drops[c]
        if c == 0:
            for e in range(voltage.size):
                voltage[e] = across * own[e]
        else:
            for e in range(voltage.size):
                voltage[e] += across * own[e]
    which, slack, patience, due = (junctions.which, junctions.slack, junctions.patience,
                                   junctions.due)
    count, deaf = 0, junctions.deaf
    for e in range(voltage.size):
        moved = abs(voltage[e] - felt[e])
        if moved > deaf[e] or accuracy.exact:
            if moved <= slack[e] and patience[e] > now and not accuracy.exact:
                deaf[e] = slack[e]
                if patience[e] < due[e]:
                    due[e] = patience[e]
                    rearrange(junctions.heap, junctions.stands, due, e)
            else:
                which[count] = e
                count += 1
    if count == 0:
        return
    conductance, slope, since = junctions.conductance, junctions.slope, junctions.since
    old, old_slope = junctions.old, junctions.old_slope
    for i in range(count):
        e = which[i]
        old_slope[i] = slope[e]
        old[i] = conductance[e] + slope[e] * (now - since[e])
    _evolve(evolve, junctions, solution, accuracy, count, now)
    for i in range(count):
        e = which[i]
        if conductance[e] != old[i] or slope[e] != old_slope[i]:
            change(solution, e, conductance[e], slope[e], old[i], old_slope[i])
    if 16 * count < voltage.size:
        for i in range(count):
            rearrange(junctions.heap, junctions.stands, due, which[i])
    else:
        arrange(junctions.heap, junctions.stands, due)


@inner
def _felt_anew(wiring: Wiring, drive: Drive, accuracy: Accuracy) -> bool:
    """Whether the terminals have moved so far that the junctions notice."""
    moved = 0.0
    for c in range(wiring.terminal.size):
        a, b = wiring.terminal[c], wiring.anchor[c]
        across = drive.voltage[a] - drive.voltage[b]
        before = drive.used[a] - drive.used[b]
        moved = max(moved, abs(across - before))
    return moved > accuracy.voltage or (accuracy.exact and moved > 0.0)


@inner
def _gather(settle: Evolve, wiring: Wiring, solution: Solution, drive: Drive) -> None:
    """Settle the terminals for the mean since this was done last, and for now."""
    dt = drive.clock[NOW] - drive.clock[SETTLED]
    if dt > 0.0:
        charge = solution.charge
        for c in range(charge.shape[0]):
            for d in range(charge.shape[1]):
                charge[c, d] /= dt
        _settle(settle, wiring, charge, drive)
        for k in range(drive.clamp.size):
            drive.mean[0, k] += dt * drive.current[k]
            drive.mean[1, k] += dt * drive.voltage[k]
            drive.mean[2, k] += dt * abs(drive.clamp[k])
        charge[:] = 0.0
        drive.clock[SETTLED] = drive.clock[NOW]
    _settle(settle, wiring, solution.between, drive)


@inner
def _settle(settle: Evolve, wiring: Wiring, between: Array, drive: Drive) -> None:
    """Settle the terminals on the responses' conductances `between`."""
    admittance = drive.admittance
    admittance[:] = 0.0
    for c in range(wiring.terminal.size):
        a, last = wiring.terminal[c], wiring.anchor[c]
        for d in range(wiring.terminal.size):
            if wiring.anchor[d] != last:
                continue
            b, value = wiring.terminal[d], between[c, d]
            admittance[a, b] += value
            admittance[a, last] -= value
            admittance[last, b] -= value
            admittance[last, last] += value
    settle(admittance, drive.sources, drive.clamp, drive.voltage, drive.current, drive.room)
