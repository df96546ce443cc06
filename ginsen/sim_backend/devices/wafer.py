"""A wafer: a device on each of its dies, one of them under the wires."""

from __future__ import annotations

from collections.abc import Callable

from ginsen.sim_backend.devices.device import OPEN, Device, Source, Stochastic, Terminals


class Wafer:
    """Dies made by `die(number)`, numbered from 0; number 0 is under the wires first.

    Each keeps its own state. One that nothing touches ages all the same, with its terminals open;
    it catches up when it is next under the wires. `dies` are those made so far.
    """

    def __init__(self, die: Callable[[int], Device]) -> None:
        self._make = die
        self.dies = [die(0)]
        self._ages = [0.0]
        self._number = 0
        self._time = 0.0
        self._seed: int | None = None

    @property
    def present(self) -> Device:
        """The die under the wires."""
        return self.dies[self._number]

    @property
    def caveat(self) -> str:
        """As that of each die."""
        return self.present.caveat

    @property
    def terminals(self) -> tuple[str, ...]:
        """As those of each die."""
        return self.present.terminals

    def cut(self, count: int) -> None:
        """Make `count` dies. Raises ValueError where one cannot be made."""
        for number in range(len(self.dies), count):
            self.dies.append(self._make(number))
            self._ages.append(0.0)
            self._seed_die(number)

    def reseed(self, seed: int) -> None:
        """As `Stochastic.reseed`; each die has a chance of its own."""
        self._seed = seed
        for number in range(len(self.dies)):
            self._seed_die(number)

    def select(self, number: int) -> None:
        """Put one of the dies that were cut under the wires."""
        self._ages[self._number] = self._time
        self._number = number
        asleep = self._time - self._ages[number]
        if asleep > 0:
            self.present.advance(asleep, (OPEN,) * len(self.terminals))

    def advance(self, dt: float, sources: tuple[Source, ...]) -> Terminals:
        """As `Device.advance`, for the die under the wires."""
        self._time += dt
        return self.present.advance(dt, sources)

    def _seed_die(self, number: int) -> None:
        die = self.dies[number]
        if self._seed is not None and isinstance(die, Stochastic):
            die.reseed(self._seed + number)
