"""A silver filament in a junction, atom by atom: it grows, bridges, thickens and dissolves."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from ginsen.physics.fluctuators import ATTEMPT_FREQUENCY, BOLTZMANN
from ginsen.physics.kernel import kernel
from ginsen.types import Array

CONDUCTANCE_QUANTUM = 7.748091729e-5
"""S, 2e²/h (CODATA 2018): what a contact of one silver atom conducts."""

ATOM = 0.2889e-9
"""m, from atom to atom in silver: a / √2 with a = 0.4086 nm (Kittel, ch. 1, table 3)."""

_DECAY_PER_ROOT_VOLT = 1.02463e10
"""1/(m √V): 2 √(2 m e) / ħ, the decay of a tunnelling current with the gap."""


EXCHANGE, LOSS, SUPPLY, DOUBLE_THERMAL, BRIDGE, WIDEST, DECAY, LEAK = range(8)
"""The columns of a filament's parameters: the rates (1/s) of deposition at 0 V, of loss and of
supply, 2 kT/e (V), the atoms that close the gap, the widest neck, the decay of tunnelling for the
gap of one atom (no unit), the leak (S)."""

_STEEPEST = 60.0
"""Beyond this exponent the supply alone decides."""


@dataclass(frozen=True)
class FilamentModel:
    """What a junction's filament is made of and how its atoms come and go; docs/twin.md has why.

    An atom is deposited at the rate ν exp(-`growth_barrier` / kT), times exp(V / 2kT) for the
    voltage V along the filament, and taken back at the same rate times exp(-V / 2kT); it is lost
    by diffusion at ν exp(-`loss_barrier` / kT) from a contact one atom wide. Barriers (V, that is
    eV over e) differ from junction to junction by the normal `growth_spread` and `loss_spread`.
    No more than `supply` atoms a second (1/s) come through the polymer. The `gap` (m) is closed by
    one atom after another, the contact then has one channel an atom and room for `widest`. Up to
    there electrons tunnel below the `work` (V), and a `leak` (S) is beside everything.
    """

    growth_barrier: float = 1.03
    loss_barrier: float = 0.88
    growth_spread: float = 0.02
    loss_spread: float = 0.06
    supply: float = 100.0
    gap: float = 5e-9
    widest: int = 6
    work: float = 0.81
    leak: float = 1e-8

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            allowed = "0 or more" if entry.name.endswith("spread") else "greater than 0"
            if not (0 < value < math.inf or (value == 0 and entry.name.endswith("spread"))):
                raise ValueError(f"{entry.name} is {value!r}: it must be {allowed} and finite")

    @property
    def bridge(self) -> int:
        """The number of atoms that close the gap."""
        return math.ceil(self.gap / ATOM)


def filaments(count: int, model: FilamentModel, temperature: float, *, sample: int) -> Array:
    """Parameters of the filaments of `count` junctions at `temperature` (K), shape (m, 8).

    The columns are those named above. The seed `sample` draws the barriers, the same ones at every
    temperature.
    """
    random = np.random.default_rng((sample, 4))
    thermal = BOLTZMANN * temperature
    growth = random.normal(model.growth_barrier, model.growth_spread, count)
    loss = random.normal(model.loss_barrier, model.loss_spread, count)
    parameters = np.empty((count, 8))
    parameters[:, EXCHANGE] = ATTEMPT_FREQUENCY * np.exp(-growth / thermal)
    parameters[:, LOSS] = ATTEMPT_FREQUENCY * np.exp(-loss / thermal)
    parameters[:, SUPPLY] = model.supply
    parameters[:, DOUBLE_THERMAL] = 2 * thermal
    parameters[:, BRIDGE] = model.bridge
    parameters[:, WIDEST] = model.widest
    parameters[:, DECAY] = _DECAY_PER_ROOT_VOLT * math.sqrt(model.work) * model.gap / model.bridge
    parameters[:, LEAK] = model.leak
    return parameters


@kernel
def rates(atoms: float, voltage: float, parameters: Array) -> tuple[float, float]:
    """How often (1/s) an atom comes to and goes from a filament of `atoms` under `voltage` (V).

    `parameters` is one row, (8,). Butler and Volmer's kinetics with a transfer coefficient of one
    half, in series with a supply; deposition ends as the room around the neck is filled. A neck of
    n atoms loses them n times less often than one of one, so that one of four times the section
    lasts about sixteen times as long: the fourth power of its radius, as by surface diffusion
    (Herring, J. Appl. Phys. 21, 301 (1950)).
    """
    along = abs(voltage) if atoms == 0 else math.copysign(voltage, voltage * atoms)
    factor = math.exp(min(max(along / parameters[DOUBLE_THERMAL], -_STEEPEST), _STEEPEST))
    comes = parameters[EXCHANGE] * factor
    comes /= 1.0 + comes / parameters[SUPPLY]
    neck = abs(atoms) - parameters[BRIDGE] + 1.0
    if neck > 0:
        comes *= max(0.0, 1.0 - neck / parameters[WIDEST])
    if atoms == 0:
        return comes, 0.0
    goes = parameters[EXCHANGE] / factor
    goes /= 1.0 + goes / parameters[SUPPLY]
    return comes, goes + parameters[LOSS] / max(neck, 1.0)


@kernel
def formed(atoms: float, parameters: Array) -> tuple[float, float]:
    """Conductance (S) of a filament of `atoms`, without the leak, and its number of channels.

    n channels conduct n G0 (a ballistic contact, Sharvin). Across what is left of a gap s one
    channel conducts G0 exp(-2 κ s), κ = √(2 m φ) / ħ.
    """
    neck = abs(atoms) - parameters[BRIDGE] + 1.0
    if neck >= 1.0:
        return CONDUCTANCE_QUANTUM * neck, neck
    return CONDUCTANCE_QUANTUM * math.exp(parameters[DECAY] * (neck - 1.0)), 1.0
