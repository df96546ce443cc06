"""A network of nanowires whose filaments grow by chance and whose tips fluctuate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import ascii_uppercase

import numpy as np
import numpy.typing as npt

from ginsen.physics.electrodes import PAD_CONTACT, contacted
from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.kirchhoff import circuit
from ginsen.physics.network import Network
from ginsen.physics.stochastic_junction import ATOMS, stochastic_junctions, with_chance
from ginsen.sim_backend.devices.device import Source, Terminals
from ginsen.types import Array


class FluctuatingNetwork:
    """Stochastic junctions on a `network`, reached through `electrodes`, at `temperature` (K).

    Each of `electrodes` is the number of a wire, or those of all the wires under a contact pad;
    terminal A is the first, B the second, and so on. The seed `sample` says what each junction is
    made of; what happens to it is drawn from the seed that `reseed` is given. Raises ValueError for
    electrodes that are not distinct wires, or a temperature that is not greater than 0.
    """

    def __init__(self, network: Network, filament: FilamentModel, fluctuating: FluctuatorModel,
                 electrodes: Sequence[int | Sequence[int]], *, temperature: float = 300.0,
                 sample: int = 0) -> None:
        if not 2 <= len(electrodes) <= len(ascii_uppercase):
            raise ValueError(f"{len(electrodes)} electrodes: name 2 to {len(ascii_uppercase)}")
        self.network = network
        self.electrodes = tuple(electrodes)
        wires = [each for each in electrodes if isinstance(each, int)]
        self._fixed: Array = np.empty(0)
        if len(wires) == len(electrodes):
            self._circuit = circuit(len(network.wires), network.junctions, wires)
        else:
            self._circuit, self._fixed = contacted(
                network, [[each] if isinstance(each, int) else each for each in electrodes],
                PAD_CONTACT)
        self._law = stochastic_junctions(len(network.junctions), filament, fluctuating,
                                         temperature, sample=sample, chance=0)
        self._engine = Engine(self._circuit, self._law, fixed=self._fixed)

    @property
    def caveat(self) -> str:
        """Its fluctuations are computed."""
        return ("The sample is simulated: its fluctuations, and every beta of this record, are "
                "those of a model of silver filaments, not of a measured network.")

    @property
    def terminals(self) -> tuple[str, ...]:
        """A, B, … in the order of the electrodes."""
        return tuple(ascii_uppercase[: len(self.electrodes)])

    def reseed(self, seed: int) -> None:
        """Draw all that happens from now on from `seed`; the sample stays as it is."""
        here = self._engine.state()
        self._law = with_chance(self._law, here["junctions"], seed)
        self._engine = Engine(self._circuit, self._law, fixed=self._fixed)
        self._engine.restore({"now": here["now"], "junctions": self._law.state})

    def advance(self, dt: float, sources: tuple[Source, ...]) -> Terminals:
        """As `Device.advance`."""
        course = self._engine.advance(dt, [
            (source.voltage, source.resistance, source.current_limit, source.connected)
            for source in sources])
        return Terminals(course.current[0], course.voltage[0], course.final_current[0],
                         course.final_voltage[0], course.clamped[0])

    def snapshot(self) -> dict[str, Array]:
        """The network as it is now: arrays to draw it from.

        `wires` (n, 4) and `positions` (m, 2) in m, `junctions` (m, 2), `potentials` (n,) in V,
        `conductances` (m,) in S, `filaments` (m,) in atoms, negative where they grew under a
        negative voltage.
        """
        return {
            "wires": self.network.wires,
            "positions": self.network.positions,
            "junctions": self.network.junctions.astype(np.float64),
            "potentials": self._engine.potentials()[:len(self.network.wires)],
            "conductances": self._engine.conductances(),
            "filaments": self._engine.state()["junctions"][:, ATOMS],
        }

    def state(self) -> dict[str, Array]:
        """All that changes with time, for `restore`: what the sample remembers."""
        return self._engine.state()

    def restore(self, state: Mapping[str, npt.ArrayLike]) -> None:
        """Go back to a state that `state` gave. Raises ValueError if it is another network's."""
        self._engine.restore(state)
