"""Two-level rearrangements at the tip of a filament: thermally activated, each on its own."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from ginsen.physics.chance import exponential
from ginsen.physics.kernel import kernel
from ginsen.types import Array

BOLTZMANN = 8.617333262e-5
"""k_B / e, V/K (SI 2019)."""

ATTEMPT_FREQUENCY = 4.69e12
"""1/s: k_B θ / h at the Debye temperature of silver, θ = 225 K (Kittel, Introduction to Solid State
Physics, 8th ed., ch. 5, table 1)."""

LOWER, UPPER, JUMP = 0, 1, 2
"""The three columns a rearrangement has among the parameters of its tip: its mean time in the lower
and in the upper position (s), 1e300 for one that is left out, and by how much ln G is greater in
the upper."""

IS_UPPER, NEXT, DRAWN = 0, 1, 2
"""The three it has in the state of its tip: whether it is in the upper position (1 or 0), when (s)
it flips next, how many random numbers it has used."""

_NEVER = 600.0
"""An exponent beyond which nothing happens in any time, and e^x is still a number."""

_FOREVER = 1e300


@dataclass(frozen=True)
class FluctuatorModel:
    """The rearrangements near one tip: `count` places where a few atoms have two positions.

    Barriers are normal with mean `barrier` and standard deviation `spread` (V, that is eV over e);
    the energies of the two positions differ by a normal `asymmetry` (V) about 0. The places are
    uniform in the ball of `reach` times the radius of the neck. One within the radius changes the
    logarithm of the conductance by `size` (no unit) between its positions, one beyond it by less,
    with the fourth power of its distance: the square of the solid angle at which it sees the neck.
    Those that would flip more than `fastest` times a second are left out: they average out within
    a reading.

    `barrier` is where Dutta, Dimon and Horn, Phys. Rev. Lett. 43, 646 (1979), find the peak of the
    barriers behind the noise of silver. The others are choices; docs/twin.md says against what.
    """

    count: int = 32
    barrier: float = 1.0
    spread: float = 0.2
    asymmetry: float = 0.03
    size: float = 0.14
    reach: float = 1.5
    fastest: float = 200.0

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not 0 <= value < math.inf:
                raise ValueError(f"{entry.name} is {value!r}: it must be 0 or more and finite")
        if self.reach < 1:
            raise ValueError(f"reach is {self.reach!r}: it must be 1 or more, in radii of the neck")


def fluctuators(tips: int, model: FluctuatorModel, temperature: float, *, sample: int,
                chance: int) -> tuple[Array, Array]:
    """Parameters and state of the rearrangements of `tips` tips in equilibrium, (m, count, 3) each.

    With the barrier E and the upper position Δ above the lower, the lower is left at the rate
    ν exp(-(E + Δ/2) / kT) and the upper at ν exp(-(E - Δ/2) / kT), T being `temperature` (K). The
    seed `sample` draws places and barriers, the same ones at every temperature; `chance` draws
    where they stand. When they flip next is still 0: see `begin`.
    """
    random = np.random.default_rng((sample, 1))
    shape = (tips, model.count)
    thermal = BOLTZMANN * temperature
    barrier = random.normal(model.barrier, model.spread, shape)
    above = random.normal(0.0, model.asymmetry, shape)
    distance = model.reach * np.cbrt(random.uniform(size=shape))
    jump = model.size * np.minimum(1.0, distance**-4.0) * random.choice((-1.0, 1.0), shape)
    lower, upper = (np.exp(np.minimum((barrier + sign * above / 2) / thermal, _NEVER))
                    / ATTEMPT_FREQUENCY for sign in (1, -1))
    out = 1.0 / lower + 1.0 / upper > model.fastest
    lower[out], upper[out], jump[out] = _FOREVER, _FOREVER, 0.0
    state = np.zeros((*shape, 3))
    state[..., IS_UPPER] = np.random.default_rng((chance, 2)).uniform(size=shape) \
        < upper / (lower + upper)
    return np.stack((lower, upper, jump), axis=-1), state


def shift(parameters: Array, state: Array) -> Array:
    """By how much the rearrangements of each tip now change ln G, from its mean; shape (m,)."""
    lower, upper, jump = np.moveaxis(parameters, -1, 0)
    total: Array = np.sum(jump * (state[..., IS_UPPER] - upper / (lower + upper)), axis=-1)
    return total


@kernel
def begin(now: float, key: float, parameters: Array, state: Array) -> None:
    """Draw when each rearrangement of one tip flips next, from `now` (s) on and stream `key`.

    Both arrays have shape (count, 3); `state` is changed in place. Waiting has no memory: begun
    anew, with another key, the process is the same and what happens is another.
    """
    count = len(parameters)
    for k in range(count):
        mean = parameters[k, UPPER if state[k, IS_UPPER] else LOWER]
        state[k, NEXT] = now + mean * exponential(key, k)
        state[k, DRAWN] = 1.0


@kernel
def flip(until: float, key: float, stride: int, parameters: Array, state: Array) -> float:
    """Let everything happen to one tip that is due by `until` (s); returns the change of ln G.

    Both arrays have shape (count, 3); `state` is changed in place. Rearrangement k takes the
    numbers k, k + `stride`, k + 2 `stride` … of stream `key`.
    """
    change = 0.0
    for k in range(len(parameters)):
        while state[k, NEXT] <= until:
            state[k, IS_UPPER] = 1.0 - state[k, IS_UPPER]
            if state[k, IS_UPPER]:
                change += parameters[k, JUMP]
                mean = parameters[k, UPPER]
            else:
                change -= parameters[k, JUMP]
                mean = parameters[k, LOWER]
            state[k, NEXT] += mean * exponential(key, k + stride * state[k, DRAWN])
            state[k, DRAWN] += 1.0
    return change


@kernel
def next_flip(least: float, parameters: Array, state: Array) -> tuple[float, float, float]:
    """When (s) the next rearrangement of one tip flips that changes ln G by `least` or more.

    And the greatest change that is less than `least`, the smallest that is not: from the one to the
    other the answer is the same. They are -1 and infinity where there is none.
    """
    first, passed, counted = np.inf, -1.0, np.inf
    for k in range(len(parameters)):
        jump = abs(parameters[k, JUMP])
        if jump >= least:
            first = min(first, state[k, NEXT])
            counted = min(counted, jump)
        else:
            passed = max(passed, jump)
    return first, passed, counted
