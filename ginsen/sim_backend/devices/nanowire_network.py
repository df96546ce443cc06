"""A network of nanowires whose junctions learn and forget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
import numpy.typing as npt

from ginsen.physics.junction import JunctionModel, conductance, filament_after, filament_rate
from ginsen.physics.kirchhoff import Reduction, circuit, reduce
from ginsen.physics.network import Network
from ginsen.sim_backend.devices.device import OPEN, Source, Terminals
from ginsen.sim_backend.devices.settle import Settled, check_drive, settle
from ginsen.types import Array, Flags

# A filament that stops between the thresholds never comes back, so that each step too far would
# add up: a step that stops one may move it by no more than this share of the tolerance.
_OVERSHOOT = 1e-3
_LONGER = 2.0
_SHORTER = 0.2


@dataclass(frozen=True, eq=False)
class _Moment:
    """The network at one time under its sources."""

    filaments: Array
    conductances: Array
    reduction: Reduction
    settled: Settled
    rate: Array


class NanowireNetwork:
    """Junctions of one `model` on a `network`, reached through `electrodes`.

    `electrodes` are wire numbers; terminal A is the first, B the second, and so on. `filaments`
    (V s, one per junction) is the state to begin with, by default the virgin one.

    Filaments move by explicit Euler steps of at most `max_step` (s). A step is also short enough
    that no junction's conductance changes by more than `reach` in its natural logarithm, so that
    the means are right, and that no filament errs by more than `tolerance` of its critical flux.
    Where both are infinite, plain Euler at `max_step` is left.

    Raises ValueError for electrodes that are not distinct wires, or arrays of a wrong length.
    """

    def __init__(
        self,
        network: Network,
        model: JunctionModel,
        electrodes: Sequence[int],
        *,
        filaments: npt.ArrayLike | None = None,
        max_step: float = np.inf,
        reach: float = 0.05,
        tolerance: float = 3e-4,
    ) -> None:
        if not 2 <= len(electrodes) <= len(ascii_uppercase):
            raise ValueError(f"{len(electrodes)} electrodes: name 2 to {len(ascii_uppercase)}")
        for name, value in (("max_step", max_step), ("reach", reach), ("tolerance", tolerance)):
            if not value > 0:
                raise ValueError(f"{name} is {value}: it must be greater than 0")
        self.network = network
        self.model = model
        self.electrodes = tuple(electrodes)
        self._circuit = circuit(len(network.wires), network.junctions, self.electrodes)
        self._max_step = max_step
        self._reach = reach
        self._tolerance = tolerance
        count = len(network.junctions)
        self._stride = np.inf
        self._now = self._at_rest(np.zeros(count) if filaments is None else filaments)

    @property
    def caveat(self) -> str:
        """Its junctions follow one equation, without chance."""
        return ("The simulated junctions have no noise of their own: every beta of this record is "
                "the instrument's, or that of a transient.")

    @property
    def terminals(self) -> tuple[str, ...]:
        """A, B, … in the order of the electrodes."""
        return tuple(ascii_uppercase[: len(self.electrodes)])

    def advance(self, dt: float, sources: tuple[Source, ...]) -> Terminals:
        """As `Device.advance`; the means are the trapezoidal rule over the integrator's steps."""
        check_drive(dt, sources, len(self.electrodes))
        now = self._now
        # The same junctions under other sources: nothing to factorise anew.
        here = self._under(sources, now.filaments, now.conductances, now.reduction)
        charge, flux, clamped = np.zeros((3, len(sources)))
        left = dt
        while left > 0:
            step, there = self._step(here, left, sources)
            charge += step / 2 * (here.settled.current + there.settled.current)
            flux += step / 2 * (here.settled.voltage + there.settled.voltage)
            clamped += step / 2 * (here.settled.clamped * 1.0 + there.settled.clamped)
            here, left = there, left - step
        self._now = here
        final = here.settled
        if dt == 0:
            return Terminals(final.current, final.voltage, final.current, final.voltage, clamped)
        return Terminals(charge / dt, flux / dt, final.current, final.voltage, clamped)

    def snapshot(self) -> dict[str, Array]:
        """The network as it is now: arrays to draw it from.

        `wires` (n, 4) and `positions` (m, 2) in m, `junctions` (m, 2), `potentials` (n,) in V,
        `conductances` (m,) in S, `filaments` (m,) in V s.
        """
        now = self._now
        return {
            "wires": self.network.wires,
            "positions": self.network.positions,
            "junctions": self.network.junctions.astype(np.float64),
            "potentials": now.reduction.potentials @ now.settled.voltage,
            "conductances": now.conductances,
            "filaments": now.filaments,
        }

    def state(self) -> dict[str, Array]:
        """All that changes with time, for `restore`: what the sample remembers."""
        return {"filaments": self._now.filaments, "stride": np.array(self._stride)}

    def restore(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Go back to a state that `state` gave. Raises ValueError if it is another network's."""
        self._now = self._at_rest(state["filaments"])
        self._stride = float(np.asarray(state["stride"]))

    def _at_rest(self, filaments: npt.ArrayLike) -> _Moment:
        values = np.array(filaments, dtype=np.float64)
        if values.shape != (len(self.network.junctions),):
            raise ValueError(f"filaments has shape {values.shape}: this network has "
                             f"{len(self.network.junctions)} junctions")
        if not np.all(np.abs(values) <= self.model.greatest_flux):
            raise ValueError("filaments: none may exceed the model's greatest flux")
        return self._moment(values, conductance(values, self.model),
                            (OPEN,) * len(self.electrodes))

    def _moment(
        self, filaments: Array, conductances: Array, sources: tuple[Source, ...]
    ) -> _Moment:
        reduction = reduce(self._circuit, conductances)
        return self._under(sources, filaments, conductances, reduction)

    def _under(
        self,
        sources: tuple[Source, ...],
        filaments: Array,
        conductances: Array,
        reduction: Reduction,
    ) -> _Moment:
        settled = settle(reduction.admittance, sources)
        rate = filament_rate(filaments, reduction.drops @ settled.voltage, self.model)
        return _Moment(filaments, conductances, reduction, settled, rate)

    def _step(
        self, here: _Moment, left: float, sources: tuple[Source, ...]
    ) -> tuple[float, _Moment]:
        """One step of at most `left` seconds: how long it was, and where it led."""
        model = self.model
        longest = min(self._max_step, self._stride)
        while True:
            # Equal parts of what is left, so that no sliver remains at its end.
            step = left / max(1.0, np.ceil(left / longest - 1e-9))
            filaments = filament_after(step, here.filaments, here.rate, model)
            conductances = conductance(filaments, model)
            change = np.max(np.abs(np.log(conductances / here.conductances)), initial=0.0)
            if change > self._reach:
                longest = step * max(0.9 * self._reach / change, _SHORTER)
                continue
            there = self._moment(filaments, conductances, sources)
            # Half the change of the rate is Euler's error; at its bounds a filament makes none.
            free = (filaments != 0) & (np.abs(filaments) < model.greatest_flux)
            stopped = free & (here.rate * there.rate <= 0)
            error = step / 2 * _greatest(free, (there.rate - here.rate) / model.critical_flux)
            overshoot = step * _greatest(stopped, here.rate / model.critical_flux)
            fit = 0.9 * np.sqrt(self._tolerance / error) if error else np.inf
            if error <= self._tolerance and overshoot <= _OVERSHOOT * self._tolerance:
                # A step cut short by the end of its advance says nothing against a longer one.
                self._stride = min(step * fit, max(step * _LONGER, longest))
                return step, there
            longest = step * min(max(fit, _SHORTER), 0.5)


def _greatest(among: Flags, values: Array) -> float:
    """The greatest magnitude among the chosen values; 0 where none is chosen."""
    return float(np.max(np.abs(values), initial=0.0, where=among))
