"""Wires on a plane and the junctions where they cross."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, shortest_path
from scipy.spatial import KDTree
from scipy.spatial.distance import pdist, squareform

from ginsen.types import Array

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Network:
    """Straight wires and the junctions between them.

    `wires` has shape (n, 4): both ends x, y, x, y in m. `junctions` has shape (m, 2): the two
    wires, numbered from 0, that each junction joins. `positions`, (m, 2), says where, in m.
    """

    wires: Array
    junctions: Indices
    positions: Array

    def __post_init__(self) -> None:
        if self.wires.ndim != 2 or self.wires.shape[1] != 4 or not np.isfinite(self.wires).all():
            raise ValueError("wires: each must be four finite numbers, the ends x, y, x, y in m")
        if self.junctions.shape != self.positions.shape or self.junctions.shape[1:] != (2,):
            raise ValueError("junctions and positions: each must have two columns, "
                             "and both the same number of rows")
        if self.junctions.size and not (
            self.junctions.min() >= 0 and self.junctions.max() < len(self.wires)
        ):
            raise ValueError(f"junctions: wires are numbered from 0 to {len(self.wires) - 1}")
        if np.any(self.junctions[:, 0] == self.junctions[:, 1]):
            raise ValueError("junctions: each must join two different wires")

    @property
    def centres(self) -> Array:
        """The middle of each wire, shape (n, 2), in m."""
        return (self.wires[:, :2] + self.wires[:, 2:]) / 2

    @property
    def clusters(self) -> Indices:
        """For each wire the number of the connected cluster it belongs to, shape (n,)."""
        _, labels = connected_components(self._graph(), directed=False)
        return labels.astype(np.int64)

    def distance(self, start: int, stop: int) -> int:
        """The least number of junctions between two wires.

        Raises ValueError where no path joins them or a wire does not exist.
        """
        for wire in (start, stop):
            if not 0 <= wire < len(self.wires):
                raise ValueError(f"wire {wire}: wires are numbered from 0 to {len(self.wires) - 1}")
        hops = shortest_path(self._graph(), unweighted=True, directed=False, indices=start)[stop]
        if not np.isfinite(hops):
            raise ValueError(f"wires {start} and {stop}: no path of junctions joins them")
        return int(hops)

    def farthest_pair(self) -> tuple[int, int]:
        """The two wires of the largest cluster whose centres lie farthest apart, in rising order.

        Raises ValueError where no two wires touch.
        """
        labels = self.clusters
        members = np.flatnonzero(labels == np.argmax(np.bincount(labels)))
        if members.size < 2:
            raise ValueError("no two wires of this network touch: take more, or longer, wires")
        centres = self.centres[members]
        # The two that lie farthest apart are corners of the convex hull.
        corners = np.sort(_hull(centres))
        apart = squareform(pdist(centres[corners]))
        first, second = np.unravel_index(np.argmax(apart), apart.shape)
        return int(members[corners[first]]), int(members[corners[second]])

    def _graph(self) -> csr_array:
        ends = (self.junctions[:, 0], self.junctions[:, 1])
        return csr_array((np.ones(len(self.junctions)), ends), shape=(len(self.wires),) * 2)


def network_of_wires(wires: npt.ArrayLike) -> Network:
    """The network of wires of given ends, shape (n, 4) in m: a junction wherever two cross."""
    ends = np.array(wires, dtype=np.float64)
    if ends.ndim != 2 or ends.shape[1] != 4 or not np.isfinite(ends).all():
        raise ValueError("wires: each must be four finite numbers, the ends x, y, x, y in m")
    junctions, positions = _crossings(ends)
    return Network(ends, junctions, positions)


def random_network(
    count: int, box: float, mean_length: float, sd_length: float, seed: int
) -> Network:
    """Wires thrown at random: `count` of them, centres uniform in a square of side `box` (m).

    Angles are uniform, lengths gamma-distributed with the given mean and standard deviation (m),
    as in Hochstetter et al., Nat. Commun. 12:4008 (2021), Methods. Wires may stick out of the
    square. The same seed gives the same network. Raises ValueError for a size out of range.
    """
    if count < 2:
        raise ValueError(f"count is {count}: a network has at least 2 wires")
    for name, value in (("box", box), ("mean_length", mean_length)):
        if not 0 < value < np.inf:
            raise ValueError(f"{name} is {value} m: it must be greater than 0 and finite")
    if not 0 <= sd_length < np.inf:
        raise ValueError(f"sd_length is {sd_length} m: it must be 0 or more and finite")
    random = np.random.default_rng(seed)
    centres = random.uniform(0.0, box, (count, 2))
    angles = random.uniform(0.0, np.pi, count)
    lengths = np.full(count, mean_length)
    if sd_length > 0:
        lengths = random.gamma((mean_length / sd_length) ** 2, sd_length**2 / mean_length, count)
    half = lengths[:, None] / 2 * np.column_stack((np.cos(angles), np.sin(angles)))
    return network_of_wires(np.hstack((centres - half, centres + half)))


def _crossings(wires: Array) -> tuple[Indices, Array]:
    """The pairs of wires that cross, in rising order, and where; shapes (m, 2)."""
    starts, spans = wires[:, :2], wires[:, 2:] - wires[:, :2]
    # Two wires that cross have centres no farther apart than the longest wire.
    reach = float(np.hypot(spans[:, 0], spans[:, 1]).max(initial=0.0))
    pairs = KDTree(starts + spans / 2).query_pairs(reach, output_type="ndarray").astype(np.int64)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    first, second = pairs[:, 0], pairs[:, 1]
    # start₁ + t span₁ = start₂ + u span₂, by Cramer's rule; parallel wires never cross.
    offset = starts[second] - starts[first]
    determinant = _cross(spans[first], spans[second])
    with np.errstate(divide="ignore", invalid="ignore"):
        t = _cross(offset, spans[second]) / determinant
        u = _cross(offset, spans[first]) / determinant
    hit = (determinant != 0) & (t >= 0) & (t <= 1) & (u >= 0) & (u <= 1)
    return pairs[hit], starts[first[hit]] + t[hit, None] * spans[first[hit]]


def _hull(points: Array) -> Indices:
    """Which of the points, (n, 2), are corners of their convex hull.

    Both chains from left to right (A. M. Andrew, Inform. Process. Lett. 9, 216 (1979)).
    """
    order = np.lexsort((points[:, 1], points[:, 0]))
    corners: set[int] = set()
    for way in (order, order[::-1]):
        chain: list[int] = []
        for here in way.tolist():
            x, y = points[here]
            while len(chain) > 1:
                (ax, ay), (bx, by) = points[chain[-2]], points[chain[-1]]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                chain.pop()
            chain.append(here)
        corners.update(chain)
    return np.array(sorted(corners))


def _cross(a: Array, b: Array) -> Array:
    product: Array = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return product
