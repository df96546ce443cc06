"""Levels and limits set by hand on a source meter: within the station's, with all their digits."""

from __future__ import annotations

from dataclasses import dataclass

from pymeasure.instruments.validators import strict_range

from ginsen.instruments.commanded_source_meter import CommandedSourceMeter


@dataclass(frozen=True)
class LevelCommands:
    """The commands that set them; with a question mark they ask."""

    source_voltage: str
    source_current: str
    compliance_current: str
    compliance_voltage: str


class GuardedLevels(CommandedSourceMeter):
    """PyMeasure's properties of a source, which know no station's limits there.

    Set beyond them they raise LimitExceeded, and a limit that the instrument does not have raises
    ValueError; nothing is sent then.
    """

    _levels: LevelCommands

    @property
    def source_voltage(self) -> float:
        """Control the source voltage in V (float), within the station's limit."""
        return self._number(f"{self._levels.source_voltage}?")

    @source_voltage.setter
    def source_voltage(self, level: float) -> None:
        self.check_level(level, "source_voltage")
        self.write(f"{self._levels.source_voltage} {level:.9e}")

    @property
    def source_current(self) -> float:
        """Control the source current in A (float), within the station's limit."""
        return self._number(f"{self._levels.source_current}?")

    @source_current.setter
    def source_current(self, level: float) -> None:
        self.check_current(level, "source_current")
        self.write(f"{self._levels.source_current} {level:.9e}")

    @property
    def compliance_current(self) -> float:
        """Control the current limit of the voltage source in A (float)."""
        return self._number(f"{self._levels.compliance_current}?")

    @compliance_current.setter
    def compliance_current(self, limit: float) -> None:
        self.check_current(limit, "compliance_current")
        strict_range(limit, (self.sheet.least_current_limit, self.sheet.source_current.maximum))
        self.write(f"{self._levels.compliance_current} {limit:.9e}")

    @property
    def compliance_voltage(self) -> float:
        """Control the voltage limit of the current source in V (float)."""
        return self._number(f"{self._levels.compliance_voltage}?")

    @compliance_voltage.setter
    def compliance_voltage(self, limit: float) -> None:
        self.check_level(limit, "compliance_voltage")
        strict_range(limit, (self.sheet.least_voltage_limit, self.sheet.source_voltage.maximum))
        self.write(f"{self._levels.compliance_voltage} {limit:.9e}")
