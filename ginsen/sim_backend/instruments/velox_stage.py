"""Where the chuck of a probe station stands, which die that is, and how long it takes to get there.

Lengths are in m, x and y of the chuck counted from the stage's zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Height = Literal["C", "A", "S"]
"""Contact, align or separation, as ReadChuckStatus names them."""

HEIGHTS: dict[Height, float] = {"C": 12e-3, "A": 11.9e-3, "S": 11.7e-3}
"""Heights above zero: one laboratory's settings of a PA300, in its public driver."""

REACH = 0.1
CENTER = (REACH, REACH)
"""Half the travel, a choice: 200 mm each way."""

Point = tuple[float, float]

_LATERAL_SPEED = 50e-3
_LIFT_SPEED = 2.5e-3
"""Speeds at 100 %: the lift's from the remark in the same driver that 100 µm take about 4 s at 1 %;
the lateral one and the settling are choices."""
_SETTLING = 0.3


def lateral_time(start: Point, stop: Point, velocity: float) -> float:
    """Seconds from one point to another at `velocity` percent, the longer axis deciding."""
    distance = max(abs(stop[0] - start[0]), abs(stop[1] - start[1]))
    return distance / (_LATERAL_SPEED * velocity / 100) + _SETTLING


def lift_time(start: Height, stop: Height, velocity: float) -> float:
    """Seconds from one height to another at `velocity` percent."""
    return abs(HEIGHTS[stop] - HEIGHTS[start]) / (_LIFT_SPEED * velocity / 100) + _SETTLING


def in_reach(point: Point) -> bool:
    """Whether the stage can go there."""
    return all(abs(at - center) <= REACH for at, center in zip(point, CENTER, strict=True))


@dataclass(frozen=True)
class WaferMap:
    """The dies selected for probing, in the order of their route, and the subdies of each.

    `dies` are columns and rows, `subdies` offsets (m) from the middle of a die; without any, the
    middle is probed. The middle of the first die lies at home.
    """

    dies: tuple[tuple[int, int], ...]
    subdies: tuple[Point, ...] = ()

    @property
    def sites(self) -> tuple[Point, ...]:
        """The places on a die that are probed."""
        return self.subdies or ((0.0, 0.0),)

    def place(self, die: int, site: int, home: Point, index: Point) -> Point:
        """Where the chuck stands when a site of a die is under the probes."""
        column, row = self.dies[die]
        first_column, first_row = self.dies[0]
        return (home[0] + (column - first_column) * index[0] + self.sites[site][0],
                home[1] + (row - first_row) * index[1] + self.sites[site][1])

    def under(self, point: Point, home: Point, index: Point) -> int | None:
        """The number of the die under the probes, None where there is none."""
        if not self.dies:
            return None
        column = self.dies[0][0] + round((point[0] - home[0]) / index[0])
        row = self.dies[0][1] + round((point[1] - home[1]) / index[1])
        return self.dies.index((column, row)) if (column, row) in self.dies else None

    def after(self, die: int, site: int) -> tuple[int, int] | None:
        """The next die and site on the route, None at its end."""
        if site + 1 < len(self.sites):
            return die, site + 1
        return (die + 1, 0) if die + 1 < len(self.dies) else None
