"""The junction between two nanowires: a silver filament grows in it, and electrons tunnel.

Threshold, filament and tunnelling as in Hochstetter et al., Nat. Commun. 12:4008 (2021), Methods,
with the constants of the authors' published code (tunnelSwitchL), which is what their figures show.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ginsen.types import Array

CONDUCTANCE_QUANTUM = 7.77e-5
"""S; the value used in the paper, 0.3 % above 2e²/h."""

TUNNEL_CONDUCTANCE = 4.71307e4
"""J1, S/(m √V): the low-voltage tunnelling of Simmons, J. Appl. Phys. 34, 1793 (1963)."""

TUNNEL_DECAY = 10.19e9
"""C0, 1/m, in the exponent of the same, as the published code has it: C0 φ² s."""


@dataclass(frozen=True, eq=False)
class JunctionModel:
    """What a junction is made of. Each value may be one number or an array, one per junction.

    A filament λ (V s) grows above `set_voltage` and shrinks below `reset_voltage` (V), `boost`
    times as fast (no unit); it bridges the gap at `critical_flux` and ends at `greatest_flux`
    (V s). `on_conductance` and `off_conductance` are in S, the empty `gap` in m, the tip's `area`
    in m², the `barrier` φ in V. The defaults are those of the paper's constant-voltage runs.
    """

    set_voltage: float | Array = 1e-2
    reset_voltage: float | Array = 5e-3
    critical_flux: float | Array = 1e-2
    greatest_flux: float | Array = 1.5e-2
    boost: float | Array = 10.0
    on_conductance: float | Array = CONDUCTANCE_QUANTUM
    off_conductance: float | Array = CONDUCTANCE_QUANTUM * 1e-3
    gap: float | Array = 5e-9
    barrier: float | Array = 0.81
    area: float | Array = 0.17e-18

    def __post_init__(self) -> None:
        for name in (entry.name for entry in fields(self)):
            value = np.asarray(getattr(self, name))
            if not (np.isfinite(value).all() and np.all(value > 0)):
                raise ValueError(f"{name}: must be greater than 0 and finite")
        if np.any(self.reset_voltage > np.asarray(self.set_voltage)):
            raise ValueError("reset_voltage: must not exceed set_voltage")
        if np.any(self.greatest_flux < np.asarray(self.critical_flux)):
            raise ValueError("greatest_flux: must not be less than critical_flux")


def filament_rate(filament: Array, voltage: Array, model: JunctionModel) -> Array:
    """dλ/dt in V for filaments λ (V s) under `voltage` (V), shapes (m,); bounds not applied.

    (|V| - V_set) sgn V above V_set; nothing down to V_reset; b (|V| - V_reset) sgn λ below
    (Hochstetter et al. 2021, Methods).
    """
    size = np.abs(voltage)
    growth = np.copysign(np.maximum(size - model.set_voltage, 0.0), voltage)
    loss = model.boost * np.minimum(size - model.reset_voltage, 0.0) * np.sign(filament)
    return growth + loss


def filament_after(dt: float, filament: Array, rate: Array, model: JunctionModel) -> Array:
    """The filaments λ (V s) after `dt` seconds at a constant `rate` (V), shapes (m,).

    A filament that shrinks stops at 0, one that grows stops at the greatest flux. One driven
    through 0 by the opposite voltage stops there for this step, too.
    """
    moved = np.clip(filament + dt * rate, -model.greatest_flux, model.greatest_flux)
    return np.where(moved * filament < 0, 0.0, moved)


def conductance(filament: Array, model: JunctionModel) -> Array:
    """Conductance in S of junctions with filaments λ (V s), shape (m,).

    Tunnelling through what is left of the gap, s = (λ_crit - |λ|) s_max / λ_crit, in series with
    the bridged junction, beside a leak: G = 1 / (R_t + 1 / G_on) + G_off with
    R_t = (2 / A) s / √φ exp(C0 φ² s) / J1 (Hochstetter et al. 2021, Methods and code).
    """
    left = model.gap * np.maximum(1.0 - np.abs(filament) / model.critical_flux, 0.0)
    scale = 2.0 / (model.area * np.sqrt(model.barrier) * TUNNEL_CONDUCTANCE)
    tunnel = scale * left * np.exp(TUNNEL_DECAY * np.square(model.barrier) * left)
    total: Array = 1.0 / (tunnel + 1.0 / model.on_conductance) + model.off_conductance
    return total
