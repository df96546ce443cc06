"""The wires of a simulated network, their potentials and the current in every piece of them."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvisa
from pyvisa.resources import MessageBasedResource

from ginsen.station import BENCH
from ginsen.types import Array

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SamplePicture:
    """A network at `time` (s): pieces of wire between neighbouring junctions, and the junctions.

    `pieces` (n, 4) are x, y of both ends in m, `potentials` (n,) in V and `currents` (n,) in A
    theirs; `positions` (m, 2) in m and `conductances` (m,) in S are the junctions'. `total` (A) is
    what flows through the sample, `electrodes` the middles (x, y) of the wires it flows through
    from outside.
    """

    time: float
    pieces: Array
    potentials: Array
    currents: Array
    positions: Array
    conductances: Array
    junction_currents: Array
    electrodes: Array
    total: float


def is_virtual(visa: str) -> bool:
    """Whether the bench's time is its own, so that it may run ahead of the wall's."""
    with pyvisa.ResourceManager(visa).open_resource(BENCH) as bench:
        assert isinstance(bench, MessageBasedResource)
        return bench.query(":MODE?").strip() == "VIRT"


def ask_bench(visa: str) -> SamplePicture | None:
    """The device of a simulated bench as it is now; None if it can't be drawn."""
    with pyvisa.ResourceManager(visa).open_resource(BENCH) as bench:
        assert isinstance(bench, MessageBasedResource)
        told = bench.query_binary_values(":DEV:SNAP?", datatype="B", container=bytearray)
    return picture_of(bytes(map(int, told)))


def picture_of(told: bytes) -> SamplePicture | None:
    """The picture in what `:DEV:SNAP?` told; None for a device that tells no wires."""
    arrays = json.loads(told)
    if "wires" not in arrays:
        return None
    wires, positions, potentials, conductances = (
        np.array(arrays[name], dtype=np.float64)
        for name in ("wires", "positions", "potentials", "conductances"))
    junctions: Indices = np.array(arrays["junctions"], dtype=np.int64)
    flow = conductances * (potentials[junctions[:, 0]] - potentials[junctions[:, 1]])
    leaving: Array = np.bincount(
        junctions.ravel(), np.column_stack([flow, -flow]).ravel(), len(wires)).astype(np.float64)
    pieces, currents, owners = _pieces(wires, positions, junctions, flow, leaving)
    scale = np.abs(flow).max(initial=0.0)
    outside = np.flatnonzero(np.abs(leaving) > 1e-6 * scale if scale else np.zeros(len(wires)))
    middles = (wires[outside, :2] + wires[outside, 2:]) / 2
    return SamplePicture(float(arrays["time_s"]), pieces, potentials[owners], currents, positions,
                         conductances, flow, middles, float(np.abs(leaving).sum() / 2))


def _pieces(wires: Array, positions: Array, junctions: Indices, flow: Array, leaving: Array
            ) -> tuple[Array, Array, Indices]:
    """Every wire cut at its junctions: ends, current along it, and which wire it is of.

    By Kirchhoff's current law the current in a piece is what has left the wire before it, from one
    end on, with the opposite sign. What comes from outside enters an electrode at its middle.
    """
    pieces, currents, owners = [], [], []
    both = np.concatenate([junctions[:, 0], junctions[:, 1]])
    out = np.concatenate([flow, -flow])
    places = np.concatenate([positions, positions])
    for wire, (x0, y0, x1, y1) in enumerate(wires):
        along = np.array([x1 - x0, y1 - y0])
        own = both == wire
        at = (places[own] - [x0, y0]) @ along / (along @ along)
        at, gone = np.append(at, 0.5), np.append(-out[own], leaving[wire])
        order = np.argsort(at)
        at = np.clip(np.concatenate([[0.0], at[order], [1.0]]), 0.0, 1.0)
        ends = np.array([x0, y0]) + at[:, None] * along
        pieces.append(np.hstack([ends[:-1], ends[1:]]))
        currents.append(np.concatenate([[0.0], np.cumsum(gone[order])]))
        owners.append(np.full(at.size - 1, wire))
    return np.vstack(pieces), np.concatenate(currents), np.concatenate(owners)
