"""Electrodes that lie on several wires at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ginsen.physics.kirchhoff import Circuit, circuit
from ginsen.physics.network import Network
from ginsen.types import Array

PAD_CONTACT = 10.0
"""Ω between a pad and each wire under it: a choice, a thousandth of a junction of one channel."""


def contacted(
    network: Network, electrodes: Sequence[Sequence[int]], resistance: float
) -> tuple[Circuit, Array]:
    """The network's circuit with electrodes, and the constant conductances of their contacts (S).

    Each electrode, a terminal of its own, touches the wires listed for it, each through a contact
    of `resistance` (Ω). The circuit's edges are the junctions, then the contacts in the order
    given; the nodes are the wires, then the electrodes. A wire may lie across two electrodes, and
    joins them then by two contacts in series; an electrode that touches nothing carries nothing.

    Raises ValueError for a wire that does not exist or a resistance that is not greater than 0.
    """
    if not 0 < resistance < np.inf:
        raise ValueError(f"resistance is {resistance} Ω: it must be greater than 0 and finite")
    wires = len(network.wires)
    contacts = [(wire, wires + number) for number, electrode in enumerate(electrodes)
                for wire in electrode]
    for wire, _ in contacts:
        if not 0 <= wire < wires:
            raise ValueError(f"electrodes: wires are numbered from 0 to {wires - 1}, not {wire}")
    edges = np.concatenate((network.junctions, np.array(contacts, dtype=np.int64).reshape(-1, 2)))
    terminals = np.arange(wires, wires + len(electrodes))
    return circuit(wires + len(electrodes), edges, terminals), np.full(len(contacts),
                                                                      1 / resistance)


def pads(network: Network, depth: float) -> tuple[list[int], list[int]]:
    """The wires under two contact pads, at the left and at the right end of the network.

    A pad holds every wire whose centre lies within `depth` (m) of the outermost centre of its side.
    Raises ValueError where a pad is not deeper than 0, or the two would overlap.
    """
    x = network.centres[:, 0]
    if not 0 < depth < np.ptp(x) / 2:
        raise ValueError(f"depth is {depth:.3g} m: two pads of a network {np.ptp(x):.3g} m wide "
                         f"are deeper than 0 and less deep than half of that")
    left, right = (np.flatnonzero(side <= depth).tolist() for side in (x - x.min(), x.max() - x))
    return left, right
