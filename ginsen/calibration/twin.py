"""The twin under a record's stimulus: the same levels, the same readings, another chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ginsen.calibration.stimulus import Hold, latency
from ginsen.physics.electrodes import PAD_CONTACT, contacted, pads
from ginsen.physics.engine import Engine
from ginsen.physics.filament import FilamentModel
from ginsen.physics.fluctuators import FluctuatorModel
from ginsen.physics.kirchhoff import circuit
from ginsen.physics.network import Network, random_network
from ginsen.physics.stochastic_junction import stochastic_junctions
from ginsen.types import Array

CURRENT_ACCURACY, VOLTAGE_ACCURACY = 1e-5, 5e-2
"""Shares: a tenth of the change from reading to reading in the quietest record known, and 2.5 mV
for a junction, a tenth of kT/e."""

AFTER_ACTIVATION = 35.0
"""s of a plateau that are computed: five to settle and one window."""

_BLOCK = 1.0
"""s after which it is looked whether a path has formed."""


@dataclass(frozen=True)
class TwinModel:
    """All that makes a twin: its wires (thrown by `seed`), models and `temperature` (K).

    `box`, `mean_length`, `sd_length` are in m, and so is the depth of the contact pads at two of
    its ends, `pad`; 0 for electrodes that are the two wires farthest apart. The seed also draws
    what each junction is made of.
    `formed_for` and `rested` (s) say what happened before the record began: its first level was
    held so long, then 0 V.
    """

    filament: FilamentModel = field(default_factory=FilamentModel)
    fluctuating: FluctuatorModel = field(default_factory=FluctuatorModel)
    wires: int = 100
    box: float = 30e-6
    mean_length: float = 10e-6
    sd_length: float = 1e-6
    seed: int = 11
    pad: float = 0.0
    temperature: float = 300.0
    formed_for: float = 0.0
    rested: float = 0.0

    def engine(self, chance: int) -> Engine:
        """Its junctions before anything was done to them, and what will happen to them."""
        network = self.network()
        law = stochastic_junctions(len(network.junctions), self.filament, self.fluctuating,
                                   self.temperature, sample=self.seed, chance=chance)
        fixed: Array = np.empty(0)
        if self.pad > 0:
            wired, fixed = contacted(network, pads(network, self.pad), PAD_CONTACT)
        else:
            wired = circuit(len(network.wires), network.junctions, network.farthest_pair())
        return Engine(wired, law, fixed=fixed, current_accuracy=CURRENT_ACCURACY,
                      voltage_accuracy=VOLTAGE_ACCURACY)

    def path(self) -> tuple[int, int]:
        """The least number of junctions between its electrodes, and how many begin side by side.

        Raises ValueError where no path joins the pads.
        """
        network = self.network()
        if not self.pad > 0:
            return network.distance(*network.farthest_pair()), 1
        left, right = pads(network, self.pad)
        cluster = network.clusters
        lengths = [network.distance(a, b) for a in left for b in right if cluster[a] == cluster[b]]
        if not lengths:
            raise ValueError(f"no path of junctions joins pads of {self.pad:.3g} m: take a denser "
                             "network or deeper pads")
        return min(lengths), min(len(left), len(right))

    @classmethod
    def of(cls, wires: int, pad: float = 0.0) -> TwinModel:
        """A usual twin of so many wires, as dense as the usual one, between pads of that depth."""
        return cls(wires=wires, box=cls.box * math.sqrt(wires / cls.wires), pad=pad)

    def network(self) -> Network:
        """Its wires and junctions."""
        return random_network(self.wires, self.box, self.mean_length, self.sd_length, self.seed)

    def having(self, values: Mapping[str, float]) -> TwinModel:
        """The same twin with `values` of the open parameters, by their names."""
        filament = {name: values[name] for name in (
            "growth_barrier", "growth_spread", "loss_barrier", "loss_spread", "supply", "leak")
            if name in values}
        tip = self.fluctuating
        widest = max(1, round(values.get("widest", self.filament.widest)))
        return replace(
            self, filament=replace(self.filament, **filament, widest=widest),
            fluctuating=replace(tip, size=values.get("size", tip.size),
                                barrier=values.get("barrier", tip.barrier),
                                spread=values.get("barrier_spread", tip.spread)),
            box=values["box"] * 1e-6 if "box" in values else self.box,
            formed_for=values.get("formed_for", self.formed_for),
            rested=values.get("rested", self.rested))


def imagined(model: TwinModel, holds: tuple[Hold, ...], chance: int, *,
             after_activation: float = AFTER_ACTIVATION) -> tuple[Hold, ...]:
    """The record that the twin gives under the stimulus of `holds`, all chance from one seed.

    It is read by a meter as noisy as theirs. A hold in which the record activates is followed until
    the twin has, and `after_activation` (s) more, at most as long as the record's; every other one
    to its end. Raises ValueError where no junctions join the electrodes, so that nothing flows.
    """
    engine, random = model.engine(chance), np.random.default_rng((chance, 9))
    if model.formed_for > 0:
        _advance(engine, holds[0].level, model.formed_for)
        _advance(engine, 0.0, model.rested)
    found = []
    for hold in holds:
        # Between two holds the output is off: the sample rests.
        _advance(engine, 0.0, max(hold.dead_time - hold.interval, 0.0))
        G = _read(engine, hold, hold.G.size) if hold.trigger is None \
            else _until_formed(engine, hold, hold.trigger, after_activation)
        if not G.min() > 0:
            raise ValueError("no path of junctions joins the electrodes: take a denser network")
        G = G + hold.scatter(G) * random.standard_normal(G.size)
        found.append(replace(hold, G=G))
    return tuple(found)


def _until_formed(engine: Engine, hold: Hold, trigger: float, further: float) -> Array:
    block = max(1, round(_BLOCK / hold.interval))
    parts: list[Array] = []
    left = hold.G.size
    while left > 0:
        parts.append(_read(engine, hold, min(block, left)))
        left -= parts[-1].size
        if parts[-1].max() > trigger:
            whole = np.concatenate(parts)
            rest = further - hold.interval * whole.size \
                + latency(whole, hold.interval, trigger)
            more = min(left, math.ceil(rest / hold.interval))
            return np.concatenate((whole, _read(engine, hold, more))) if more > 0 else whole
    return np.concatenate(parts)


def _read(engine: Engine, hold: Hold, count: int) -> Array:
    """G (S) at `count` readings."""
    if hold.integration >= hold.interval:
        current = engine.advance(hold.interval, _sources(hold.level), count).current[:, 0]
    else:
        current = np.empty(count)
        for k in range(count):
            current[k] = engine.advance(hold.integration, _sources(hold.level)).current[0, 0]
            engine.advance(hold.interval - hold.integration, _sources(hold.level))
    G: Array = current / hold.level
    return G


def _advance(engine: Engine, level: float, seconds: float) -> None:
    if seconds > 0:
        engine.advance(seconds, _sources(level))


def _sources(level: float) -> list[tuple[float, float, float, float]]:
    return [(level, 0.0, math.inf, 1.0), (0.0, 0.0, math.inf, 1.0)]
