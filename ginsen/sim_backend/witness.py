"""What truly was at the terminals of the device: told to tests, without waiting for anything."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ginsen.sim_backend.devices.device import Terminals
from ginsen.types import Array

LONGEST_HISTORY = 10_000
"""Changes that are kept, the newest ones: a third of a kilobyte each."""


class Seen(NamedTuple):
    """The terminals at bench time `time` (s), and the most there ever was.

    Arrays have shape (terminals,): V at the device, A into it, C. `energy` (J) is what the device
    has taken: mean voltage times mean current over each advance, exact while either is constant.
    """

    time: float
    voltage: Array
    current: Array
    highest_voltage: Array
    highest_current: Array
    charge: Sequence[float]
    energy: float


@dataclass(frozen=True, eq=False, slots=True)
class Change:
    """The terminals (V) right after something was changed at them, and which outputs were on."""

    time: float
    voltage: Array
    outputs: Mapping[str, bool]


class Witness:
    """Looks on while a circuit is moved, and writes down what it sees.

    Whoever moves the circuit holds the bench's lock; whoever reads needs none, since what is
    read is replaced as a whole and never changed.
    """

    def __init__(self, terminals: tuple[str, ...], outputs: Callable[[], dict[str, bool]]) -> None:
        nothing = np.zeros(len(terminals))
        self.terminals = terminals
        self.outputs = outputs
        self.seen = Seen(0.0, nothing, nothing, nothing, nothing, [0.0] * len(terminals), 0.0)
        self._power_of, self._power = (nothing, nothing), 0.0
        self.changes: deque[Change] = deque(maxlen=LONGEST_HISTORY)

    def changed(self, time: float, at: Terminals) -> None:
        """Something was changed at `time`; no time has passed since."""
        self._see(time, at, 0.0, self.seen.charge)
        outputs: Mapping[str, bool] = self.outputs()
        if self.changes and self.changes[-1].outputs == outputs:
            outputs = self.changes[-1].outputs  # one for all the changes that leave them alone
        self.changes.append(Change(time, at.final_voltage, outputs))

    def passed(self, time: float, at: Terminals, elapsed: float,
               charge: Sequence[float]) -> None:
        """It is `time`, and `elapsed` seconds have passed since it last was told.

        `charge` (C) has gone into the device, per terminal; nobody changes that sequence.
        """
        self._see(time, at, elapsed, charge)

    def terminals_now(self) -> dict[str, Any]:
        """What `:DEVice:TERMinals?` tells."""
        seen = self.seen
        columns: dict[str, Sequence[float] | Array] = {
            "voltage_V": seen.voltage, "current_A": seen.current,
            "highest_voltage_V": seen.highest_voltage,
            "highest_current_A": seen.highest_current, "charge_C": seen.charge}
        return {
            "time_s": seen.time,
            "terminals": {name: {key: float(values[index]) for key, values in columns.items()}
                          for index, name in enumerate(self.terminals)},
            "energy_J": seen.energy,
            "outputs": self.outputs(),
        }

    def history(self) -> list[dict[str, Any]]:
        """What `:DEVice:HISTory?` tells."""
        return [{"time_s": change.time,
                 "voltage_V": dict(zip(self.terminals, change.voltage.tolist(), strict=True)),
                 "outputs": change.outputs} for change in tuple(self.changes)]

    def _see(self, time: float, at: Terminals, elapsed: float, charge: Sequence[float]) -> None:
        before = self.seen
        highest_voltage, highest_current = before.highest_voltage, before.highest_current
        if not (before.voltage is at.voltage is at.final_voltage
                and before.current is at.current is at.final_current):  # else nothing is new
            highest_voltage = np.maximum(highest_voltage, np.maximum(
                np.abs(at.voltage), np.abs(at.final_voltage)))
            highest_current = np.maximum(highest_current, np.maximum(
                np.abs(at.current), np.abs(at.final_current)))
        if not (self._power_of[0] is at.voltage and self._power_of[1] is at.current):
            self._power_of, self._power = (at.voltage, at.current), float(at.voltage @ at.current)
        self.seen = Seen(time, at.final_voltage, at.final_current, highest_voltage,
                         highest_current, charge, before.energy + elapsed * self._power)
