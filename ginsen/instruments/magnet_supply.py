"""What every magnet supply does: a field swept within its limits, held, and brought to zero."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from ginsen.instruments.source_meter import InstrumentError, LimitExceeded
from ginsen.types import Clock


class MagnetSupply(ABC):
    """A magnet whose field follows a supply; fields are in T, rates in T/s.

    `highest` and `fastest` are what the station allows of either sign. Closing the session changes
    nothing: a magnet stays at its field until `sweep_to(0.0)`.
    """

    highest: float
    fastest: float
    clock: Clock

    @abstractmethod
    def identify(self) -> str:
        """What it answers when asked who it is. Raises InstrumentError if another model answers."""

    @property
    @abstractmethod
    def field(self) -> float:
        """The field (T) of the magnet now."""

    @property
    @abstractmethod
    def sweeping(self) -> bool:
        """Whether the supply is on its way."""

    @abstractmethod
    def hold(self) -> None:
        """Stop a sweep where it is."""

    @abstractmethod
    def close(self) -> None:
        """End the VISA session."""

    @abstractmethod
    def _sweep_to(self, field: float, rate: float) -> float:
        """Send goal (T) and rate (T/s) and begin; returns the goal as read back."""

    def sweep_to(self, field: float, rate: float) -> None:
        """Begin a sweep to a field (T) at a rate (T/s), and return at once.

        Raises LimitExceeded, with nothing sent, beyond what the station allows; InstrumentError
        where another goal is read back, the sweep being stopped then.
        """
        if not abs(field) <= self.highest:
            raise LimitExceeded(f"{field:g} T is not allowed: the station's limit is "
                                f"{self.highest:g} T.")
        if not 0 < rate <= self.fastest:
            raise LimitExceeded(f"{rate:g} T/s is not allowed: the station's limit is "
                                f"{self.fastest:g} T/s, and a rate is greater than 0.")
        told = self._sweep_to(field, rate)
        if not abs(told - field) <= 1e-4 * max(abs(field), 1.0):
            self.hold()
            raise InstrumentError(f"the supply was told {field:g} T and says {told:g} T.")

    def reach(self, field: float, rate: float, *,
              should_stop: Callable[[], bool] = lambda: False) -> bool:
        """Sweep to a field (T) at a rate (T/s) and wait until the supply is there.

        Says whether it is; False, and the sweep held, if `should_stop`. Raises InstrumentError
        where it takes twice as long as it should, and a minute.
        """
        patience = 2 * abs(field - self.field) / rate if rate > 0 else 0.0
        deadline = self.clock.now() + patience + 60.0
        self.sweep_to(field, rate)
        while self.sweeping:
            if should_stop() or self.clock.now() >= deadline:
                self.hold()
                if should_stop():
                    return False
                raise InstrumentError(f"the field did not reach {field:g} T in time; "
                                      f"it is {self.field:g} T.")
            self.clock.sleep(0.5)
        return True
