"""What every temperature controller does: a stage brought to a temperature within its limits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from ginsen.instruments.source_meter import InstrumentError, LimitExceeded
from ginsen.types import Clock


class TemperatureController(ABC):
    """A stage with a sensor and a heater; temperatures are in K.

    `lowest` and `highest` are what the station allows. Closing the session changes nothing: the
    stage stays at its temperature until `off`.
    """

    lowest: float
    highest: float
    clock: Clock

    @abstractmethod
    def identify(self) -> str:
        """What `*IDN?` answers. Raises InstrumentError if another model answers."""

    @property
    @abstractmethod
    def temperature(self) -> float:
        """The temperature (K) at the sensor now."""

    @abstractmethod
    def off(self) -> None:
        """Switch the heater off. Raises InstrumentError unless it says that it is."""

    @abstractmethod
    def close(self) -> None:
        """End the VISA session."""

    @abstractmethod
    def _head_for(self, temperature: float) -> float:
        """Send a setpoint (K) and heat; returns the setpoint as read back."""

    def head_for(self, temperature: float) -> None:
        """Take a temperature (K) for the goal, and return at once.

        Raises LimitExceeded, with nothing sent, beyond what the station allows; InstrumentError
        where another setpoint is read back.
        """
        if not self.lowest <= temperature <= self.highest:
            raise LimitExceeded(f"{temperature:g} K is not allowed: the station's limits are "
                                f"{self.lowest:g} K to {self.highest:g} K.")
        told = self._head_for(temperature)
        if not abs(told - temperature) <= 1e-3 * max(abs(temperature), 1.0):
            raise InstrumentError(f"the controller was told {temperature:g} K and says {told:g} K.")

    def reach(self, temperature: float, *, tolerance: float = 0.1, patience: float = 3600.0,
              should_stop: Callable[[], bool] = lambda: False) -> bool:
        """Head for a temperature (K) and wait until it is reached within `tolerance` (K).

        Says whether it was; False if `should_stop`. Raises InstrumentError after `patience` (s).
        """
        self.head_for(temperature)
        deadline = self.clock.now() + patience
        while abs(self.temperature - temperature) > tolerance:
            if should_stop():
                return False
            if self.clock.now() >= deadline:
                raise InstrumentError(f"the stage did not reach {temperature:g} K within "
                                      f"{patience:g} s; it is at {self.temperature:g} K.")
            self.clock.sleep(0.5)
        return True
