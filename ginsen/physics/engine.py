"""A network of junctions in time, under sources on its terminals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import float64, int64, njit, typeof, types, void

from ginsen.physics.agenda import arrange
from ginsen.physics.kirchhoff import Circuit, circuit
from ginsen.physics.law import EVOLVE, FELT, SINCE, JunctionLaw
from ginsen.physics.linearised import Wiring, unsolved
from ginsen.physics.solving import solve
from ginsen.physics.stepping import NOW, Accuracy, Drive, Junctions, record
from ginsen.physics.terminals import SETTLE, settle
from ginsen.types import Array


@dataclass(frozen=True, eq=False)
class Course:
    """How the terminals fared over consecutive times; every array has shape (times, terminals).

    `current` (A, into the network) and `voltage` (V, at the network) are means over each time,
    `final_current` and `final_voltage` the values at its end, `clamped` the seconds of it spent at
    the current limit.
    """

    current: Array
    voltage: Array
    final_current: Array
    final_voltage: Array
    clamped: Array


@dataclass(frozen=True)
class Work:
    """What an engine has done so far.

    `corrections` are substitutions there and back, `updates` junctions whose change was taken into
    the factor without a new factorisation.
    """

    solutions: int
    factorisations: int
    corrections: int
    events: int
    updates: int


class Engine:
    """Junctions of a `law` on the edges of a `circuit`, from event to event.

    The first edges of the circuit are the junctions; those beyond have the constant conductances
    `fixed` (S), as the contacts and the wires themselves.

    In the fast mode each junction is looked at when its law asks for it, or when its voltage has
    changed by the share `voltage_accuracy`. Between two solutions the terminals follow every change
    to first order; there is a new solution before the conductance between them may err by
    `voltage_accuracy`² while time passes, by `current_accuracy` whenever `advance` returns. In the
    `exact` mode there is one, by direct elimination, at every event and at each return, and every
    junction feels it. Both draw the same random numbers.

    Raises ValueError where law and circuit do not fit, or an accuracy is not within 0 to 0.1.
    """

    def __init__(
        self, circuit: Circuit, law: JunctionLaw, *, fixed: npt.ArrayLike = (),
        current_accuracy: float = 1e-6, voltage_accuracy: float = 5e-3, exact: bool = False,
    ) -> None:
        for name, value in (("current_accuracy", current_accuracy),
                            ("voltage_accuracy", voltage_accuracy)):
            if not 0 < value <= 0.1:
                raise ValueError(f"{name} is {value}: it must be greater than 0 and at most 0.1")
        constant = np.array(fixed, dtype=np.float64)
        count, edges = len(law.state), len(circuit.edges)
        if count + constant.size != edges or len(law.parameters) != count:
            raise ValueError(f"{count} junctions and {constant.size} fixed conductances for a "
                             f"circuit of {edges} edges: give one for each")
        if not (np.all(constant > 0) and np.isfinite(constant).all()):
            raise ValueError("fixed: every conductance must be greater than 0 and finite")
        self.circuit = circuit
        self._law = law
        self._accuracy = Accuracy(current_accuracy, voltage_accuracy**2,
                                  voltage_accuracy * law.voltage_scale, exact)
        self._wiring = _wired(circuit)
        self._solution = unsolved(self._wiring)
        self._solution.base[count:] = constant
        self._counts = np.zeros(5, dtype=np.int64)
        self._drive = _undriven(circuit.terminals.size)
        self._junctions = _virgin(law.parameters, law.state, current_accuracy)
        self._begin(float(law.state[:, SINCE].max(initial=0.0)))

    @property
    def now(self) -> float:
        """The time in s."""
        return float(self._drive.clock[NOW])

    @property
    def work(self) -> Work:
        """What has been done since the beginning."""
        return Work(*(int(count) for count in self._counts))

    def advance(self, dt: float, sources: npt.ArrayLike, times: int = 1) -> Course:
        """Move on by `dt` seconds, `times` over, under constant sources.

        A row of `sources`, (terminals, 4), is a source's voltage (V), series resistance (Ω, 0 or
        more), current limit (A, 0 or more, infinity allowed), and whether it is connected (1) or
        the terminal is open (0). Raises ValueError for sources or times that make no sense.
        """
        rows = np.array(sources, dtype=np.float64)
        if rows.shape != self._drive.sources.shape:
            raise ValueError(f"sources has shape {rows.shape}: give voltage, resistance, current "
                             f"limit and connected for {len(self._drive.sources)} terminals")
        if not (np.isfinite(rows[:, :2]).all() and np.all(rows[:, 1:3] >= 0)):
            raise ValueError("sources: voltages must be finite, resistances 0 or more and finite, "
                             "current limits 0 or more")
        if not (0 <= dt < np.inf and times >= 1):
            raise ValueError(f"dt is {dt} s, {times} times: it must be 0 or more, finite, and at "
                             "least once")
        self._drive.sources[:] = rows
        out = np.empty((times, 5, len(rows)))
        _record(self._law.evolve, _solve, settle, self._wiring, self._junctions, self._solution,
                self._drive, self._accuracy, self._counts, float(dt), out)
        return Course(*np.moveaxis(out, 1, 0))

    def conductances(self) -> Array:
        """The junctions' conductances (S) now, shape (m,)."""
        held = self._junctions
        present: Array = held.conductance + held.slope * (self.now - held.since)
        return present

    def potentials(self) -> Array:
        """The potentials of the circuit's nodes (V) at the last solution, shape (n,).

        Clusters that no terminal reaches are put at 0 V.
        """
        circuit, wiring, voltage = self.circuit, self._wiring, self._drive.voltage
        ground = np.zeros(len(circuit.clusters))
        for terminal, node in enumerate(circuit.terminals):
            if terminal not in wiring.terminal:
                ground[circuit.clusters == circuit.clusters[node]] = voltage[terminal]
        above = voltage[wiring.terminal] - voltage[wiring.anchor]
        levels: Array = ground + (above @ self._solution.potentials)[circuit.place]
        return levels

    def state(self) -> dict[str, Array]:
        """All that changes with time, for `restore`: `now` (s) and the law's `junctions` (m, s)."""
        return {"now": np.array(self.now), "junctions": self._junctions.state.copy()}

    def restore(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Go back to a state that `state` gave, and to its time.

        Raises ValueError if it is another network's.
        """
        rows = np.array(state["junctions"], dtype=np.float64)
        if rows.shape != self._junctions.state.shape:
            raise ValueError(f"junctions has shape {rows.shape}: this network's is "
                             f"{self._junctions.state.shape}")
        self._junctions.state[:] = rows
        self._begin(float(np.asarray(state["now"])))

    def _begin(self, now: float) -> None:
        """Everything from the junctions' state: conductances, the solution, what is due."""
        held, solution = self._junctions, self._solution
        count = len(held.state)
        self._drive.clock[:] = now
        held.voltage[:] = held.felt[:] = held.state[:, FELT]
        held.since[:] = self.now
        held.which[:] = np.arange(count)
        self._law.evolve(held.which, count, self.now, held.voltage, held.reach, held.parameters,
                         held.state, held.conductance, held.slope, held.due, held.slack,
                         held.patience)
        arrange(held.heap, held.stands, held.due)
        solution.base[:count] = held.conductance
        solution.charge[:] = 0.0
        # Whatever has a slope is adrift from now on: the solver sorts that out.
        solution.adrift[:count] = held.which
        solution.strays[:count] = True
        solution.numbers[:] = count, np.count_nonzero(held.slope)
        _solve(self._wiring, solution, held.slope, 0.0, self._counts)


def _wired(circuit: Circuit) -> Wiring:
    """The circuit as the kernels want it: a response for each terminal but one of its cluster."""
    cluster = circuit.clusters[circuit.terminals]
    last = {label: terminal for terminal, label in enumerate(cluster)}
    anchor = np.array([last[label] for label in cluster], dtype=np.int64)
    terminal = np.flatnonzero(anchor != np.arange(anchor.size))
    plan = circuit.plan
    width = np.diff(plan.first)
    height = width + np.diff(plan.row_start)
    # A factorisation is this many steps of conjugate gradients.
    entries = 4 * width @ height + 5 * len(circuit.ends)
    repay = max(1.0, float(width @ height**2) / max(entries, 1) / max(terminal.size, 1))
    return Wiring(plan, circuit.entries, np.ascontiguousarray(circuit.ends[:, 0]),
                  np.ascontiguousarray(circuit.ends[:, 1]), terminal, anchor[terminal], repay)


def _undriven(terminals: int) -> Drive:
    """No source on any terminal, at time 0."""
    def of(*shape: int) -> Array:
        return np.zeros((terminals, *shape))

    return Drive(sources=of(4), clamp=np.zeros(terminals, dtype=np.int64), voltage=of(),
                 current=of(), used=of(), admittance=of(terminals), room=of(terminals + 3),
                 mean=np.zeros((3, terminals)), clock=np.zeros(2))


def _virgin(parameters: Array, state: Array, reach: float) -> Junctions:
    """Junctions nobody has looked at yet."""
    def zeros() -> Array:
        return np.zeros(len(state))

    order = np.arange(len(state))
    return Junctions(
        parameters=np.ascontiguousarray(parameters), state=np.array(state, order="C"),
        conductance=zeros(), slope=zeros(), due=zeros(), slack=zeros(),
        patience=zeros(), voltage=zeros(),
        reach=np.full(len(state), reach), since=zeros(), felt=zeros(),
        deaf=zeros(),
        heap=order, stands=order.copy(), which=order.copy(), old=zeros(), old_slope=zeros())


def _compiled() -> tuple[Callable[..., None], ...]:
    """`solve` and `record`, for any circuit and any law."""
    wiring = _wired(circuit(2, [[0, 1]], [0, 1]))
    wired, held, solved, driven, accurate = (typeof(value) for value in (
        wiring, _virgin(np.zeros((1, 1)), np.zeros((1, 2)), 0.0), unsolved(wiring), _undriven(2),
        Accuracy(0.0, 0.0, 0.0, False)))
    numbers, counts = float64[::1], int64[::1]
    solving = void(wired, solved, numbers, float64, counts)
    recording = void(*(types.FunctionType(pointer) for pointer in (EVOLVE, solving, SETTLE)),
                     wired, held, solved, driven, accurate, counts, float64, float64[:, :, ::1])
    return tuple(njit(signature, cache=True, nogil=True, error_model="numpy")(function)
                 for signature, function in ((solving, solve), (recording, record)))


_solve, _record = _compiled()
