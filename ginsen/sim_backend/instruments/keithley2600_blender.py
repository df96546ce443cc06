"""The event blenders of the Keithley 2600B: several events that make one.

Reference Manual 2600BS-901-01 Rev. F, pages 9-367 to 9-372; without wait() and overrun.
"""

from __future__ import annotations

from typing import Any

from ginsen.sim_backend.instruments.keithley2600_trigger import EventBus
from ginsen.sim_backend.tsp.names import Name, attribute, constant, function, number, whole

BLENDERS = 6
INPUTS = 4
FIRST_BLENDER_EVENT = 150
"""The number of the event of trigger.blender[1] is one more; the real numbers are not told."""


class Blender:
    """trigger.blender[N]: an event when any of its inputs has come, or each of them."""

    def __init__(self, place: int, bus: EventBus) -> None:
        self.event = FIRST_BLENDER_EVENT + place
        self._bus = bus
        self.reset()
        bus.listen(self._heard)

    def reset(self) -> None:
        """Its settings after power-up: no inputs, and each would have to come."""
        self.any = False
        self.stimuli = [0] * INPUTS
        self.clear()

    def clear(self) -> None:
        """Forget the inputs that came."""
        self._came: set[int] = set()

    def names(self, path: str) -> dict[str, Name]:
        """Its names, which begin with `path`."""
        return {
            f"{path}.orenable": attribute(lambda: self.any, self._set_mode),
            f"{path}.EVENT_ID": constant(self.event),
            f"{path}.clear": function(self.clear),
            f"{path}.reset": function(self.reset),
            **{f"{path}.stimulus.{place}": self._input(place - 1)
               for place in range(1, INPUTS + 1)},
        }

    def _input(self, place: int) -> Name:
        def put(value: Any) -> None:
            self.stimuli[place] = whole(value, 0, 1000)

        return attribute(lambda: self.stimuli[place], put)

    def _set_mode(self, value: Any) -> None:
        self.any = bool(number(value, 0, 1))

    def _heard(self, event: int) -> None:
        inputs = {stimulus for stimulus in self.stimuli if stimulus}
        if event not in inputs or event == self.event:
            return
        self._came.add(event)
        if self.any or inputs <= self._came:
            self.clear()
            self._bus.fire(self.event)
