"""Networks as tables of numbers: both ends of each wire, and the junctions, in µm.

The files are those a bench's device file names: commas, one line of header.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ginsen.physics.network import Network, network_of_wires
from ginsen.types import Array

_MICRO = 1e-6


def write_network(network: Network, wires: Path, junctions: Path) -> None:
    """Write the ends of the wires to one file, and the junctions, wire by wire, to another.

    Sixteen digits: what is read back is the network that was written, to 1e-21 m.
    """
    ends = [",".join(f"{value / _MICRO:.16g}" for value in wire) for wire in network.wires]
    _write(wires, "x1_um,y1_um,x2_um,y2_um", ends)
    pairs = [f"{a},{b},{x / _MICRO:.16g},{y / _MICRO:.16g}"
             for (a, b), (x, y) in zip(network.junctions, network.positions, strict=True)]
    _write(junctions, "wire_1,wire_2,x_um,y_um", pairs)


def read_network(wires: Path, junctions: Path | None = None) -> Network:
    """The network of these files; without `junctions`, they are wherever two wires cross.

    Raises ValueError where a file is not such a table, OSError where it can't be read.
    """
    ends = _read(wires) * _MICRO
    if junctions is None:
        return network_of_wires(ends)
    rows = _read(junctions)
    if np.any(rows[:, :2] % 1):
        raise ValueError(f"{junctions}: its first two columns must be whole wire numbers")
    return Network(ends, rows[:, :2].astype(np.int64), rows[:, 2:] * _MICRO)


def _write(path: Path, header: str, lines: list[str]) -> None:
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")


def _read(path: Path) -> Array:
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    try:
        rows = np.array([line.split(",") for line in lines if line.strip()], dtype=np.float64)
    except ValueError as error:
        raise ValueError(f"{path} cannot be read as a table of numbers: {error}") from error
    rows = rows.reshape(-1, 4) if not rows.size else rows
    if rows.shape[1:] != (4,) or not np.isfinite(rows).all():
        raise ValueError(f"{path} must have 4 columns of numbers below one header line")
    return rows
